// The worker of the chosen files. It reads them for the redactor's worker and
// makes Blobs of what is redacted, so that the redactor waits for neither. The
// policy of the answer that brought it forbids every connection: whoever reads
// the raw file here can send nothing.
//
// One message comes from the page: the files, and the port to the redactor's
// worker. From there come requests, each with a number that its answer carries.
(function () {
  "use strict";

  // freer gives the function that frees a buffer at once, by sending it to nobody.
  // One that is only dropped stays until the browser looks for garbage.
  function freer() {
    const { port1, port2 } = new MessageChannel();
    port2.close();
    return (buffer) => port1.postMessage(null, [buffer]);
  }

  function keeperOf(files) {
    const pieces = files.map(() => []);
    const outputs = files.map(() => null);

    return {
      // A file that was changed or moved since it was chosen gives null.
      read(i, from, to) { return files[i].slice(from, to).arrayBuffer().catch(() => null); },
      // A piece becomes a Blob at once: the browser keeps it outside of this tab.
      write(i, bytes) { pieces[i].push(new Blob([bytes])); },
      free: freer(), // here, since it takes a millisecond
      finish(i) {
        outputs[i] = new Blob(pieces[i], { type: "application/json" });
        pieces[i] = null;
      },
      outputs() { return outputs; },
    };
  }

  // An error that nobody catches tells the page that this worker broke off.
  function lost() { throw new Error("a message between the workers was lost"); }
  self.onunhandledrejection = ({ reason }) => self.reportError(reason);

  self.onmessage = ({ data: { files, port } }) => {
    const keeper = keeperOf(files);
    port.onmessage = ({ data: { number, act, args } }) => {
      Promise.resolve(keeper[act](...args)).then((answer) => {
        port.postMessage({ number, answer }, answer instanceof ArrayBuffer ? [answer] : []);
      });
    };
    port.onmessageerror = lost;
  };
})();
