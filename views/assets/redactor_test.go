package assets

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"
)

// builtRedactor is what a build has in its folder, in small.
func builtRedactor(t *testing.T) fstest.MapFS {
	t.Helper()
	module := bytes.Repeat([]byte("\x00asm and more "), 500)
	var br bytes.Buffer
	w := brotli.NewWriter(&br)
	if _, err := w.Write(module); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{
		redactorModule: {Data: module}, redactorModule + ".br": {Data: br.Bytes()}, redactorModule + ".gz": {Data: compress(module)},
		moduleStart: {Data: []byte("// starts")}, "js/" + redactorWorker: {Data: []byte("// works")}, "js/" + fileWorker: {Data: []byte("// reads")},
	}
}

// It is not parallel: it adds assets, which others read.
func TestRedactorIsServedAsTheBuildPackedIt(t *testing.T) {
	prepare()
	names, paths := byName, byPath
	defer func() { byName, byPath = names, paths }()
	byName, byPath = map[string]string{}, map[string]asset{}
	built := builtRedactor(t)
	addRedactor(built)
	if !HasRedactor() {
		t.Fatal("the redactor is not known")
	}
	for accepted, want := range map[string]string{"": "", "gzip": "gzip", "gzip, deflate, br": "br", "br;q=0, gzip": "gzip", "br": "br"} {
		r := httptest.NewRequest(http.MethodGet, Path(redactorModule), nil)
		r.Header.Set("Accept-Encoding", accepted)
		w := httptest.NewRecorder()
		Handler().ServeHTTP(w, r)
		if got := w.Header().Get("Content-Encoding"); got != want || w.Header().Get("Content-Type") != "application/wasm" {
			t.Errorf("asked with %q: coding %q, type %q", accepted, got, w.Header().Get("Content-Type"))
		}
		body := w.Body.Bytes()
		switch want {
		case "gzip":
			body = unpack(t, body)
		case "br":
			var err error
			if body, err = io.ReadAll(brotli.NewReader(bytes.NewReader(body))); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(body, built[redactorModule].Data) {
			t.Errorf("asked with %q: the body is not the module", accepted)
		}
	}
	checkWorker(t, redactorWorker, "// starts\n// works", "script-src 'wasm-unsafe-eval'; ")
	checkWorker(t, fileWorker, "// reads", "")
}

// checkWorker demands that a worker's script is served under a policy that lets
// it reach nothing, also where the browser has it already.
func checkWorker(t *testing.T, name, script, may string) {
	t.Helper()
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, Path(name), nil))
	if got := w.Header().Get("Content-Security-Policy"); got != "default-src 'none'; "+may+"require-trusted-types-for 'script'; trusted-types 'none'" {
		t.Errorf("the policy of %s is %q", name, got)
	}
	again := httptest.NewRequest(http.MethodGet, Path(name), nil)
	again.Header.Set("If-None-Match", w.Header().Get("ETag"))
	unchanged := httptest.NewRecorder()
	Handler().ServeHTTP(unchanged, again)
	if unchanged.Code != http.StatusNotModified || unchanged.Header().Get("Content-Security-Policy") != w.Header().Get("Content-Security-Policy") {
		t.Errorf("unchanged, %s is answered with %d and the policy %q", name, unchanged.Code, unchanged.Header().Get("Content-Security-Policy"))
	}
	if got := w.Body.String(); got != script {
		t.Errorf("%s is %q", name, got)
	}
}

// A build that lacks any part of the redactor has none.
func TestRedactorThatIsNotWhole(t *testing.T) {
	prepare()
	names, paths := byName, byPath
	defer func() { byName, byPath = names, paths }()
	for missing := range builtRedactor(t) {
		byName, byPath = map[string]string{}, map[string]asset{}
		built := builtRedactor(t)
		delete(built, missing)
		addRedactor(built)
		if HasRedactor() || len(byPath) > 0 {
			t.Errorf("without %s there is a redactor", missing)
		}
	}
}

// A build that lacks any part of the verifier has none.
func TestVerifierThatIsNotWhole(t *testing.T) {
	prepare()
	names, paths := byName, byPath
	defer func() { byName, byPath = names, paths }()
	whole := fstest.MapFS{
		verifierModule: {Data: []byte("\x00asm")}, verifierModule + ".br": {Data: []byte("br")}, verifierModule + ".gz": {Data: []byte("gz")},
		moduleStart: {Data: []byte("// starts")}, verifyRunPart: {Data: []byte("// runs")}, "js/" + verifierWorker: {Data: []byte("// works")},
	}
	for missing := range whole {
		byName, byPath = map[string]string{}, map[string]asset{}
		part := maps.Clone(whole)
		delete(part, missing)
		addVerifier(part)
		if HasVerifier() || len(byPath) > 0 {
			t.Errorf("without %s there is a verifier", missing)
		}
	}
	byName, byPath = map[string]string{}, map[string]asset{}
	addVerifier(whole)
	if !HasVerifier() {
		t.Error("the verifier is not known")
	}
	checkWorker(t, verifierWorker, "// starts\n// runs\n// works", "script-src 'wasm-unsafe-eval'; ")
}
