// The redactor's worker. The script of the Go toolchain that starts a module
// stands before this in the same file. The policy of the answer that brought it
// forbids every connection: whoever reads the raw file here can send nothing.
//
// One message comes in: the compiled module, the job, the files. Messages go
// out: how far it is, and in the end the result and the redacted files.
(function () {
  "use strict";

  const pause = 200; // milliseconds between two words about progress

  function hostFor(job, files) {
    const reader = new FileReaderSync();
    const pieces = files.map(() => []);
    const outputs = files.map(() => null);
    let last = 0;

    return {
      job: JSON.stringify(job),
      sizes: files.map((file) => file.size),
      outputs,
      result: null,
      read(i, from, to) {
        try {
          return new Uint8Array(reader.readAsArrayBuffer(files[i].slice(from, to)));
        } catch {
          return null; // the module says so in words
        }
      },
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
    try {
      await go.run(await WebAssembly.instantiate(module, go.importObject));
    } catch {
      host.result = null;
    }
    self.postMessage({ result: host.result, outputs: host.outputs });
  };
})();
