// What the upload page does in the background: one attempt at a time, which can
// be stopped at every moment, requests, and the redactor.

const address = page.dataset;

class Refused extends Error {
  constructor(title, answer = {}) {
    super(title);
    this.answer = answer;
  }
}

class Stopped extends Error {}

class CannotRedact extends Error {}

let going = null; // the controller of the attempt that goes on

// attempt runs one step, alone, and hands what ended it before its end to failed.
async function attempt(step, failed) {
  if (going) return;
  const mine = going = new AbortController();
  lock(true);
  let ended = null;
  try {
    await step(mine.signal);
  } catch (error) {
    ended = error;
  }
  going = null;
  lock(false);
  if (!ended || mine.signal.reason === thrownAway) return;
  if (ended instanceof CannotRedact) return cannotRedact();
  if (!(ended instanceof Refused || ended instanceof Stopped)) {
    console.error(ended);
    ended = new Refused("Something went wrong in this page. Try again; if it happens again, load the page anew.");
  }
  await failed(ended);
}

const thrownAway = "thrown away"; // why an attempt ended of which nothing is told any more

function stop(reason) { if (going) going.abort(reason); }

// until gives what a promise gives, unless the attempt is stopped before that.
function until(signal, promise) {
  return new Promise((resolve, reject) => {
    const stopped = () => reject(new Stopped());
    signal.addEventListener("abort", stopped, { once: true });
    promise.then(resolve, reject);
    if (signal.aborted) stopped();
  });
}

// post sends a form and gives the answer. kept ends the words for whoever is
// signed out.
async function post(signal, url, kept, body) {
  let response;
  try {
    response = await fetch(url, { method: "POST", body, signal, headers: { Accept: "application/json" } });
  } catch {
    if (signal.aborted) throw new Stopped();
    throw new Refused("The server does not answer. Nothing of the file was sent; try again in a moment.");
  }
  const answer = await until(signal, response.json().catch(() => null));
  if (response.redirected || (response.ok && !answer)) throw new Refused(statusWords(401, "", kept)); // it was led to the sign-in
  if (!response.ok) throw new Refused(statusWords(response.status, answer && answer.title, kept), answer || {});
  return answer;
}

// module compiles the redactor once, and again only if that failed; the browser
// keeps what it fetched.
let compiled = null;
function module() {
  if (!compiled) {
    const mine = compiled = WebAssembly.compileStreaming(fetch(address.module));
    mine.catch(() => { if (compiled === mine) compiled = null; });
  }
  return compiled;
}

async function loaded(signal) {
  try {
    return await until(signal, module());
  } catch (error) {
    if (error instanceof Stopped) throw error;
    if (error instanceof WebAssembly.CompileError) throw new CannotRedact();
    throw new Refused("The redactor could not be loaded. Nothing was sent. Try again in a moment.");
  }
}

// work redacts the files in one worker while another reads them for it. Both end
// with it, so that their memory is given back.
async function work(signal, files, job) {
  const ready = await loaded(signal);
  const sizes = files.map((file) => file.size), bytes = (of) => of.reduce((sum, size) => sum + size, 0);
  const { port1, port2 } = new MessageChannel();
  let redactor, reader;
  try {
    redactor = new Worker(address.worker);
    reader = new Worker(address.fileWorker);
    return await until(signal, new Promise((resolve, reject) => {
      redactor.onerror = reader.onerror = () => reject(new Refused("The redactor of this page broke off. Nothing was sent. Try again; if it happens again, save the file anew."));
      redactor.onmessage = ({ data }) => {
        if (data.progress) {
          const { file, read } = data.progress;
          progress("work", files[file].name, bytes(sizes.slice(0, file)) + read, bytes(sizes));
        } else if (!data.result || data.result.error) {
          reject(new Refused(data.result ? data.result.error : "The redactor of this page ran out of memory or broke off. Nothing was sent."));
        } else {
          resolve(data);
        }
      };
      reader.postMessage({ files, port: port1 }, [port1]);
      redactor.postMessage({ module: ready, job, sizes, port: port2 }, [port2]);
    }));
  } finally {
    for (const worker of [redactor, reader]) if (worker) worker.terminate();
  }
}

// sendFile sends one redacted file and resolves to the server's answer.
function sendFile(signal, body, onProgress) {
  const request = new XMLHttpRequest();
  return until(signal, new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.upload.onprogress = onProgress;
    request.onerror = () => reject(new Refused("The connection broke off while sending.", { unsure: true }));
    request.onload = () => {
      let answer = null;
      try {
        answer = JSON.parse(request.responseText);
      } catch { /* an answer that is no JSON is told by its status */ }
      if (request.status === 201 && answer) return resolve(answer);
      const status = request.status < 300 ? 401 : request.status; // it was led to the sign-in
      reject(new Refused(statusWords(status, answer && answer.title, "Send again; the redacted file is still here."), { ...answer, status }));
    };
    request.open("POST", address.upload);
    request.setRequestHeader("Accept", "application/json");
    request.send(body);
  }));
}

// cannotRedact is for a browser that cannot run the redactor.
function cannotRedact() {
  page.classList.add("cannot-redact");
  clear();
  problem("This browser cannot run the redactor of this page. Nothing was sent.");
}
