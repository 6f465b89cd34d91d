// Runs the verifier once. The script of the Go toolchain that starts a module
// stands before this in the same file.

// verifyArchive gives the module's answer about the bytes of an archive. keys are
// the bytes of a keys.json or null.
async function verifyArchive(module, bytes, fingerprint, keys) {
  let answer = null;
  globalThis.proofwalkHost = { bytes, fingerprint, keys, done(text) { answer = JSON.parse(text); } };
  const go = new Go();
  await go.run(await WebAssembly.instantiate(module, go.importObject));
  delete globalThis.proofwalkHost;
  if (!answer) throw new Error("the verifier broke off");
  return answer;
}

// readWhole reads a file and says how far it is, from 0 to 1.
async function readWhole(file, progress) {
  const bytes = new Uint8Array(file.size), reader = file.stream().getReader();
  for (let at = 0; ;) {
    const { done, value } = await reader.read();
    if (done) {
      if (at !== bytes.length) throw new Error("the file changed while it was read");
      return bytes;
    }
    bytes.set(value, at);
    at += value.length;
    progress(at / bytes.length);
  }
}
