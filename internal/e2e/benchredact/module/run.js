// Runs the module on a file: node run.js WASM_EXEC_JS MODULE IN OUT
"use strict";
const fs = require("fs");
const [loader, module_, source, target] = process.argv.slice(2);
require(loader);

const input = fs.openSync(source, "r");
const output = fs.openSync(target, "w");
const piece = Buffer.alloc(1 << 20);
globalThis.benchHost = {
  read(most) {
    const n = fs.readSync(input, piece, 0, Math.min(most, piece.length), null);
    return new Uint8Array(piece.buffer, piece.byteOffset, n);
  },
  write(bytes) { fs.writeSync(output, bytes); },
  fail(text) {
    console.error(text);
    process.exitCode = 1;
  },
};

const go = new Go();
WebAssembly.instantiate(fs.readFileSync(module_), go.importObject).then(({ instance }) => go.run(instance));
