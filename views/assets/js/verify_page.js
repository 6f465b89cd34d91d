// What the verify page does in the background: the module is fetched once, and a
// worker that reaches no network reads the file and runs it. The page itself never
// reads the packet.

let compiled = null;
function module() {
  if (!compiled) {
    const mine = compiled = WebAssembly.compileStreaming(fetch(page.dataset.module));
    mine.catch(() => { if (compiled === mine) compiled = null; });
  }
  return compiled;
}

// check gives the answer about a file, or null where the worker broke off.
async function check(file, fingerprint, keys, progress) {
  let ready;
  try {
    ready = await module();
  } catch {
    throw new Explained("The verifier could not be loaded. Try again in a moment; `proofwalk verify` needs no network.");
  }
  const worker = new Worker(page.dataset.worker);
  try {
    return await new Promise((resolve) => {
      worker.onerror = () => resolve(null);
      worker.onmessage = ({ data }) => { if ("share" in data) progress(data.share); else resolve(data.answer); };
      worker.postMessage({ module: ready, file, fingerprint, keys });
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
