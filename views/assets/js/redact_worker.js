// The redactor's worker. The script of the Go toolchain that starts a module
// stands before this in the same file. The policy of the answer that brought it
// forbids every connection: whoever reads the raw file here can send nothing.
//
// One message comes in: the compiled module, the job, the sizes of the files and
// the port to the worker that has them. Messages go out: how far it is, and in
// the end the result and the redacted files.
(function () {
  "use strict";

  const pause = 200; // milliseconds between two words about progress

  // An error that nobody catches tells the page that this worker broke off.
  function lost() { throw new Error("a message between the workers was lost"); }
  self.onunhandledrejection = ({ reason }) => self.reportError(reason);

  // asker gives the function that asks the files' worker and promises the answer.
  function asker(port) {
    const waiting = new Map();
    let number = 0;
    port.onmessage = ({ data }) => {
      waiting.get(data.number)(data.answer);
      waiting.delete(data.number);
    };
    port.onmessageerror = lost;
    return (act, args, transfer = []) => new Promise((resolve) => {
      waiting.set(++number, resolve);
      port.postMessage({ number, act, args }, transfer);
    });
  }

  // While the module works on a slice, the next one is on its way. Once it asks
  // for another, it has copied what it got.
  function reader(ask, sizes) {
    let ahead = null, taken = null;
    const fetchSlice = (i, from, to) => ({ i, from, to, bytes: ask("read", [i, from, to]) });
    return async (i, from, to) => {
      if (taken) ask("free", [taken], [taken]);
      const wanted = ahead && ahead.i === i && ahead.from === from && ahead.to === to ? ahead : fetchSlice(i, from, to);
      ahead = to < sizes[i] ? fetchSlice(i, to, Math.min(sizes[i], to + (to - from))) : null;
      taken = await wanted.bytes;
      return taken && new Uint8Array(taken);
    };
  }

  function hostFor(job, sizes, ask) {
    const read = reader(ask, sizes);
    let last = 0;

    return {
      job: JSON.stringify(job),
      sizes,
      result: null,
      read(i, from, to, take) { read(i, from, to).then(take); },
      write(i, bytes) { ask("write", [i, bytes], [bytes.buffer]); },
      finish(i) { ask("finish", [i]); },
      progress(file, read) {
        const now = performance.now();
        if (now - last < pause && read < sizes[file]) return;
        last = now;
        self.postMessage({ progress: { file, read } });
      },
      done(text) { this.result = JSON.parse(text); },
    };
  }

  self.onmessage = async (event) => {
    const { module, job, sizes, port } = event.data;
    const ask = asker(port);
    const host = hostFor(job, sizes, ask);
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
    self.postMessage({ result: host.result, outputs: await ask("outputs", []), memory });
  };
})();
