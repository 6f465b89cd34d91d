// The upload page: redact in a worker, show what is left, send only that. The
// page itself never reads the chosen files; it hands them to the worker, which
// reaches no network, and takes the redacted bytes from it.

const drop = part("[data-drop]"); // a form only where raw files are allowed
const chosen = part("#file");
const address = page.dataset;

let run = null;      // what was redacted and is shown
let stop = () => {}; // ends what goes on now

class Refused extends Error {
  constructor(title, answer = {}) {
    super(title);
    this.answer = answer;
  }
}

class Stopped extends Error {}

async function post(url, body) {
  const aborted = new AbortController();
  stop = () => aborted.abort();
  let response;
  try {
    response = await fetch(url, { method: "POST", body, signal: aborted.signal, headers: { Accept: "application/json" } });
  } catch {
    if (aborted.signal.aborted) throw new Stopped();
    throw new Refused("The server does not answer. Nothing of the file was sent; try again in a moment.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(answer.title || "The server refused with status " + response.status + ". Load the page again and sign in if it asks.", answer);
  return answer;
}

// module compiles the redactor once, and again only if that failed; the browser
// keeps what it fetched.
let compiled = null;
function module() {
  compiled = compiled || WebAssembly.compileStreaming(fetch(address.module));
  compiled.catch(() => { compiled = null; });
  return compiled;
}

// work runs the redactor over the files in a worker of its own, which ends with
// it, so that its memory is given back.
async function work(files, job) {
  const ready = await module();
  const sizes = files.reduce((sum, file) => sum + file.size, 0);
  return new Promise((resolve, reject) => {
    const worker = new Worker(address.worker);
    const end = (settle, value) => {
      worker.terminate();
      settle(value);
    };
    stop = () => end(reject, new Stopped());
    worker.onerror = () => end(reject, new Refused("The redactor of this page broke off. Nothing was sent. Load the page again; if it happens again, save the file anew."));
    worker.onmessage = ({ data }) => {
      if (data.progress) {
        const { file, read } = data.progress;
        const before = files.slice(0, file).reduce((sum, one) => sum + one.size, 0);
        progress("work", files[file].name, before + read, sizes);
      } else if (!data.result || data.result.error) {
        end(reject, new Refused(data.result ? data.result.error : "The redactor of this page ran out of memory or broke off. Nothing was sent."));
      } else {
        end(resolve, data);
      }
    };
    worker.postMessage({ module: ready, job, files });
  });
}

// redact fetches key and names of the round, redacts, and shows what is left.
async function redact(files, notice) {
  open("work");
  progress("work", files[0].name, 0, files.reduce((sum, file) => sum + file.size, 0));
  const round = await post(address.handOver);
  const { result, outputs } = await work(files, { ...round, version: address.version, files: files.length });
  const all = result.files.map((one, i) => ({ ...one, file: files[i], output: outputs[i] }));
  run = {
    files, kind: part("input[name=kind]:checked").value, version: address.version, round: round.round, digest: round.integration_digest,
    mayDeclare: round.may_declare, configuration: round.configuration_version, rules: result.rules, hidden: result.hidden,
    done: all.filter((one) => !one.error), failed: all.filter((one) => one.error),
  };
  if (!run.done.length) throw new Refused(run.failed.map((one) => (files.length > 1 ? one.file.name + ": " : "") + one.error).join(" "));
  for (const one of run.done) one.sha256 = await digest(one.output);
  show("[data-refusal]", false);
  say("[data-nothing-sent]", "Nothing was sent yet.");
  open("check");
  drawCheck(run);
  const box = part("[data-notice]");
  box.textContent = notice || "";
  box.hidden = !notice;
  if (notice) box.focus();
}

// attempt runs one step and says what stopped it.
async function attempt(step, failed) {
  try {
    await step();
  } catch (error) {
    stop = () => {};
    if (error instanceof Stopped) problem("Stopped. Nothing was sent" + (run && run.sent ? " but the files before this one." : "."));
    else if (error instanceof Refused) (failed || ((refused) => problem(refused.message)))(error);
    else fallBack(error);
  }
}

// fallBack is for a browser that cannot run the redactor.
function fallBack(error) {
  console.error(error);
  page.classList.add("cannot-redact");
  problem("This browser could not run the redactor of this page. Nothing was sent.");
}

function begin(files) {
  run = null;
  const most = Number(address.mostFiles);
  if (!files.length) return problem("Choose one or more files first.");
  if (files.length > most) return problem("The form takes " + most + " files at once. Choose the rest afterwards.");
  return attempt(() => redact([...files]));
}

// ---- Sending -----------------------------------------------------------------

// sendOne sends one redacted file and resolves to the server's answer.
function sendOne(one, sentBefore) {
  const body = new FormData();
  body.append("kind", run.kind);
  body.append("key", address.key);
  body.append("names", JSON.stringify(one.names));
  body.append("file", new File([one.output], redactedName(one.file.name), { type: "application/json" }));
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    stop = () => request.abort();
    request.upload.onprogress = (event) => progress("send", redactedName(one.file.name), sentBefore + event.loaded, Math.max(run.size, sentBefore + event.total));
    request.onabort = () => reject(new Stopped());
    request.onerror = () => reject(new Refused("The connection broke off.", { kept: "What was redacted is still here: send it again." }));
    request.onload = () => {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch { /* an answer that is no JSON is told by its status */ }
      if (request.status === 201) resolve(answer);
      else reject(new Refused(answer.title || "The server refused with status " + request.status + ".", answer));
    };
    request.open("POST", address.upload);
    request.setRequestHeader("Accept", "application/json");
    request.send(body);
  });
}

async function send() {
  open("send");
  let sent = 0, answer = {};
  while (run.done.length) {
    const one = run.done[0];
    progress("send", redactedName(one.file.name), sent, run.size);
    answer = await sendOne(one, sent);
    sent += one.output.size;
    run.done.shift();
    run.files = run.files.filter((file) => file !== one.file);
    run.sent = true;
  }
  location.assign(answer.location);
}

// refused shows what the server says; where the round changed meanwhile, what is
// left is redacted anew and shown again, because it may be different now.
function refused(error) {
  if (error.answer.again) {
    return attempt(() => redact(run.files, "The description or another file of this round changed meanwhile, so the file was redacted anew. Look at it once more and send it."));
  }
  open("check");
  if (run.sent) drawCheck(run);
  say("[data-nothing-sent]", run.sent ? "The files before this one were stored." : "Nothing was stored.");
  say("[data-refusal-title]", error.message);
  say("[data-refusal-kept]", error.answer.kept || "");
  const places = (error.answer.errors || []).map((one) => one.text);
  list("[data-refusal-list]", places);
  if (places.length) drawVerdict("Refused by the server", places);
  const summary = part("[data-refusal]");
  summary.classList.add("error-summary");
  summary.hidden = false;
  summary.focus();
}

async function declare() {
  const names = declared();
  const count = [...names].length;
  if (!count) throw new Refused("Tick the names that you want to declare.");
  names.append("configuration_version", run.configuration);
  await post(address.reveal, names);
  await redact(run.files, plural(count, "name is", "names are") + " declared, and the file was redacted again.");
}

function declareRefused(error) {
  const box = part("[data-declare-problem]");
  open("check");
  box.textContent = [error.message, ...(error.answer.errors || []).map((one) => one.text)].join(" ");
  box.hidden = false;
  box.focus();
}

// ---- What is pressed -----------------------------------------------------------

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

const acts = {
  begin: () => begin(chosen.files),
  stop: () => stop(),
  reset() {
    run = null;
    chosen.value = "";
    problem("");
  },
  save() { for (const one of run.done) save(one.output, redactedName(one.file.name)); },
  "report-json": () => save(new Blob([reportJSON(run)], { type: "application/json" }), "redaction-report.json"),
  "report-text": () => save(new Blob([reportText(run)], { type: "text/plain" }), "redaction-report.txt"),
  previous: () => drawEntry(run, run.at - 1),
  next: () => drawEntry(run, run.at + 1),
  all(button) {
    for (const row of part("[data-group-list]", button.parentElement).children) row.hidden = false;
    button.hidden = true;
  },
  declare: () => attempt(declare, declareRefused),
  send: () => attempt(send, refused),
};

page.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button && button.getAttribute("aria-disabled") !== "true") acts[button.dataset.act](button);
  if (event.target.closest("a[href='#report']")) part("#report").open = true;
});

part("[data-entry]").addEventListener("change", (event) => drawEntry(run, Number(event.target.value)));

// The raw file is sent by its own button alone, where there is one to see.
drop.addEventListener("submit", (event) => {
  if (page.classList.contains("cannot-redact")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
});

for (const name of ["dragenter", "dragover"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add("dropping");
  });
}
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("dropping"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  if (event.dataTransfer.files.length) chosen.files = event.dataTransfer.files;
});

// A page with something on it that is not sent yet asks before it goes.
window.addEventListener("beforeunload", (event) => { if (run && run.done.length) event.preventDefault(); });

if (!window.WebAssembly || !WebAssembly.compileStreaming || !window.Worker) page.classList.add("cannot-redact");
else module().catch(() => {}); // while people look for their file; who chooses one hears of it
part("[data-act=begin]").disabled = false;
show("[data-loading]", false);
page.dataset.ready = "";
