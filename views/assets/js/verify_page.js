// What the verify page does in the background: the module is fetched once, and a
// worker that reaches no network reads the file and runs it. The page itself never
// reads the packet; what it fetches is this server's list of keys.

let compiled = null;
function module() {
  if (!compiled) {
    const mine = compiled = WebAssembly.compileStreaming(fetch(page.dataset.module));
    mine.catch(() => { if (compiled === mine) compiled = null; });
  }
  return compiled;
}

// keysOfToday gives the bytes of this server's list of keys as it is now, where the
// fingerprint is that of its root; null for any other. A packet's own list does not
// know of a key that was stolen since.
async function keysOfToday(fingerprint) {
  const { root, keys } = page.dataset;
  if (!root || fingerprint.toLowerCase().replace(/^sha256/, "").replace(/[\s:]/g, "") !== root) return null;
  try {
    const answer = await fetch(keys, { cache: "no-store", credentials: "omit" });
    if (!answer.ok) throw new Error("status " + answer.status);
    return new Uint8Array(await answer.arrayBuffer());
  } catch {
    throw new Explained("This server’s list of keys could not be loaded, and only it knows of a key that was stolen since. Try again in a moment.");
  }
}

// check gives the answer about a file, or null where the worker broke off.
async function check(file, fingerprint, keys, progress) {
  let ready;
  try {
    ready = await module();
  } catch {
    throw new Explained("The verifier could not be loaded. Try again in a moment; `proofwalk verify` needs no network.");
  }
  const today = keys ? null : await keysOfToday(fingerprint);
  const worker = new Worker(page.dataset.worker);
  try {
    return await new Promise((resolve) => {
      worker.onerror = () => resolve(null);
      worker.onmessage = ({ data }) => { if ("share" in data) progress(data.share); else resolve(data.answer && { ...data.answer, today: !!today }); };
      worker.postMessage({ module: ready, file, fingerprint, keys: keys || today });
    });
  } finally {
    worker.terminate();
  }
}

if (!window.WebAssembly || !WebAssembly.compileStreaming || !window.Worker) page.classList.add("cannot-verify");
else {
  module().catch(() => {}); // while people look for their file; who chooses one hears of it
  ready();
}
