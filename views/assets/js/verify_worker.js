// The verifier's worker. The policy of the answer that brought it forbids every
// connection: whoever reads the packet here can send nothing.
//
// One message comes in: the compiled module, the file and whom the visitor believes.
// Messages go out: how far it is, and the answer, or null where it broke off.
self.onmessage = async ({ data }) => {
  let answer = null;
  try {
    const bytes = await readWhole(data.file, (share) => self.postMessage({ share }));
    answer = await verifyArchive(data.module, bytes, data.fingerprint, data.keys);
  } catch { /* the page says so */ }
  self.postMessage({ answer });
};
