package assets

import (
	"bytes"
	"io/fs"
	"regexp"
)

// What a build may leave out: the modules for the browser, as `make wasm` builds
// them, and the script of the Go toolchain that starts one.
const (
	moduleStart    = "gen/wasm_exec.js"
	redactorModule = "gen/redact.wasm"
	redactorWorker = "redact_worker.js"
	fileWorker     = "file_worker.js"
	verifierModule = "gen/verify.wasm"
	verifierWorker = "verify_worker.js"
)

// The content security policies of the workers that see what a person chose. They
// reach no network, not even their own origin; one that runs a module may compile
// the one that it is given.
const (
	filePolicy   = "default-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
	modulePolicy = "default-src 'none'; script-src 'wasm-unsafe-eval'; require-trusted-types-for 'script'; trusted-types 'none'"
)

// The verify page's script is one module; the file that works without a server has
// the same view around the verifier itself.
var (
	verifyRunPart     = "js/verify_run.js"
	verifyWorkerParts = []string{verifyRunPart, "js/" + verifierWorker}
	verifyPageParts   = []string{"js/verify_view.js", "js/verify_page.js"}
	verifyAloneParts  = []string{verifyRunPart, "js/verify_view.js", "js/verify_alone.js"}
)

// fontFace matches the rules of our style sheet that fetch a font.
var fontFace = regexp.MustCompile(`@font-face\s*\{[^}]*\}`)

// addRedactor adds the redactor for the browser where the build has it whole.
func addRedactor(from fs.FS) {
	module, packed := packedModule(from, redactorModule)
	scripts, read := readAll(from, moduleStart, "js/"+redactorWorker, "js/"+fileWorker)
	if !packed || !read {
		return
	}
	register(redactorModule, module)
	addWorker(redactorWorker, modulePolicy, oneScript(scripts[:2]))
	addWorker(fileWorker, filePolicy, scripts[2])
}

// addVerifier adds the verifier for the browser where the build has it whole.
func addVerifier(from fs.FS) {
	module, packed := packedModule(from, verifierModule)
	scripts, read := readAll(from, append([]string{moduleStart}, verifyWorkerParts...)...)
	if !packed || !read {
		return
	}
	register(verifierModule, module)
	addWorker(verifierWorker, modulePolicy, oneScript(scripts))
}

// HasRedactor reports whether this build carries the redactor for the browser:
// the assets "gen/redact.wasm", "redact_worker.js" and "file_worker.js".
func HasRedactor() bool { return Has(redactorModule) && Has(redactorWorker) && Has(fileWorker) }

// HasVerifier reports whether this build carries the verifier for the browser: the
// assets "gen/verify.wasm" and "verify_worker.js".
func HasVerifier() bool { return Has(verifierModule) && Has(verifierWorker) }

// Standalone are the parts of a verify page that is one file: its script, which
// holds all that a page needs to run the module, the module packed by gzip, and
// the style sheet without fonts, which it would have to fetch. It panics in a build
// without the verifier.
func Standalone() (script, module, style []byte) {
	parts, ok := readAll(files, append([]string{moduleStart}, verifyAloneParts...)...)
	if !ok || !HasVerifier() {
		panic("assets: this build has no verifier")
	}
	return oneScript(parts), read(verifierModule + ".gz"), fontFace.ReplaceAll(byPath[Path("app.css")].plain.bytes, nil)
}

// packedModule is a module with what the build packed, which is served as it is:
// packing it takes seconds.
func packedModule(from fs.FS, name string) (asset, bool) {
	var large [3]content
	for i, name := range []string{name, name + ".br", name + ".gz"} {
		info, err := fs.Stat(from, name)
		if err != nil {
			return asset{}, false
		}
		large[i] = content{from: from, name: name, size: info.Size()}
	}
	module := newAsset(name, large[0])
	module.brotli, module.gzipped = large[1], large[2]
	return module, true
}

// readAll reads files; ok is false where one is missing.
func readAll(from fs.FS, names ...string) (out [][]byte, ok bool) {
	for _, name := range names {
		body, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, false
		}
		out = append(out, body)
	}
	return out, true
}

// oneScript joins scripts, so that a worker needs to import none.
func oneScript(parts [][]byte) []byte { return bytes.Join(parts, []byte("\n")) }

// addWorker registers the script of a worker that sees what a person chose.
func addWorker(name, policy string, script []byte) {
	worker := newAsset(name, held(script))
	worker.gzipped = held(compress(script))
	worker.policy = policy
	register(name, worker)
}
