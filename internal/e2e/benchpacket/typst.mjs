// Lays out a Typst file as a PDF in one process: typst.mjs MODULE FOLDER FILE OUT FONTS.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [module, folder, file, out, fonts] = process.argv.slice(2);
const { NodeCompiler } = createRequire(import.meta.url)(path.resolve(module));
const compiler = NodeCompiler.create({ workspace: folder, fontArgs: [{ fontPaths: [path.resolve(fonts)] }] });
writeFileSync(out, compiler.pdf({ mainFilePath: path.resolve(folder, file) }, { pdfStandard: "ua-1" }));
