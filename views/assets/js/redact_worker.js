// The redactor's worker. The script of the Go toolchain that starts a module
// stands before this in the same file. The policy of the answer that brought it
// forbids every connection: whoever reads the raw file here can send nothing.
//
// One message comes in: the compiled module, the job, the files. Messages go
// out: how far it is, and in the end the result and the redacted files.
(function () {
  "use strict";

  const pause = 200; // milliseconds between two words about progress

  // A thread that never rests gives no memory back, so the module waits for each
  // slice; the next one is on its way meanwhile.
  function reader(files) {
    let ahead = null;
    const fetchSlice = (i, from, to) => ({ i, from, to, bytes: files[i].slice(from, to).arrayBuffer() });
    return async (i, from, to) => {
      const wanted = ahead && ahead.i === i && ahead.from === from && ahead.to === to ? ahead : fetchSlice(i, from, to);
      ahead = null;
      const bytes = new Uint8Array(await wanted.bytes);
      if (to < files[i].size) {
        ahead = fetchSlice(i, to, Math.min(files[i].size, to + (to - from)));
        ahead.bytes.catch(() => {}); // whoever waits for it hears of it
      }
      return bytes;
    };
  }

  function hostFor(job, files) {
    const pieces = files.map(() => []);
    const outputs = files.map(() => null);
    let last = 0;

    return {
      job: JSON.stringify(job),
      sizes: files.map((file) => file.size),
      outputs,
      result: null,
      read: reader(files),
      // A piece becomes a Blob at once: the browser keeps it outside of this tab.
      write(i, bytes) { pieces[i].push(new Blob([bytes])); },
      finish(i) {
        outputs[i] = new Blob(pieces[i], { type: "application/json" });
        pieces[i] = null;
      },
      progress(file, read) {
        const now = performance.now();
        if (now - last < pause && read < files[file].size) return;
        last = now;
        self.postMessage({ progress: { file, read } });
      },
      done(text) { this.result = JSON.parse(text); },
    };
  }

  self.onmessage = async (event) => {
    const { module, job, files } = event.data;
    const host = hostFor(job, files);
    self.proofwalkHost = host;
    const go = new Go();
    let memory = 0; // bytes of the module's memory, which only grows
    try {
      const instance = await WebAssembly.instantiate(module, go.importObject);
      await go.run(instance);
      memory = instance.exports.mem.buffer.byteLength;
    } catch {
      host.result = null;
    }
    self.postMessage({ result: host.result, outputs: host.outputs, memory });
  };
})();
