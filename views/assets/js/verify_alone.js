// The verifier in a file of its own: the module stands in the page, packed, and
// nothing is fetched. It runs in the page itself, since a file cannot start a worker.

let compiled = null;
async function module() {
  const packed = Uint8Array.from(atob(document.getElementById("module").textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return WebAssembly.compile(await new Response(stream).arrayBuffer());
}

// drawn lets the browser show what was changed before the page works.
function drawn() { return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))); }

// check gives the answer about a file, or null where it could not be read to its end.
async function check(file, fingerprint, keys, progress) {
  compiled = compiled || await module();
  let bytes;
  try {
    bytes = await readWhole(file, progress);
  } catch {
    return null;
  }
  await drawn();
  return verifyArchive(compiled, bytes, fingerprint, keys);
}

if (!window.WebAssembly || !window.DecompressionStream) page.classList.add("cannot-verify");
else ready();
