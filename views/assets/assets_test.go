package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestVendoredFilesAreAsListed compares every vendored file with VENDORED.md,
// both ways: nothing changed, nothing missing, nothing unlisted.
func TestVendoredFilesAreAsListed(t *testing.T) {
	t.Parallel()
	list, err := os.ReadFile("VENDORED.md")
	if err != nil {
		t.Fatalf("reading the list: %v", err)
	}
	listed := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|.*\\| `([0-9a-f]{64})` \\|$").FindAllStringSubmatch(string(list), -1) {
		listed[m[1]] = m[2]
	}
	var found []string
	for _, pattern := range []string{"vendor/*.js", "vendor/*.css", "fonts/*.woff2"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatalf("listing %s: %v", pattern, err)
		}
		found = append(found, names...)
	}
	if len(found) != 24 {
		t.Errorf("found %d vendored files, want 24", len(found))
	}
	for _, name := range found {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatalf("reading %s: %v", name, err)
		}
		sum := sha256.Sum256(body)
		if got := hex.EncodeToString(sum[:]); got != listed[name] {
			t.Errorf("%s has SHA-256 %s, listed is %q", name, got, listed[name])
		}
		delete(listed, name)
	}
	for name := range listed {
		t.Errorf("%s is listed and not there", name)
	}
}

func TestHandlerServesForEver(t *testing.T) {
	t.Parallel()
	for name, mediaType := range map[string]string{
		"app.css": "text/css; charset=utf-8", "app.js": "text/javascript; charset=utf-8", "htmx.js": "text/javascript; charset=utf-8",
		"htmx-ext-sse.js": "text/javascript; charset=utf-8", "icon.svg": "image/svg+xml", "fonts/plex-sans-latin-400.woff2": "font/woff2",
	} {
		for _, coding := range []string{"", "gzip, br", "gzip;q=0"} {
			r := httptest.NewRequest(http.MethodGet, Path(name), nil)
			r.Header.Set("Accept-Encoding", coding)
			w := httptest.NewRecorder()
			Handler().ServeHTTP(w, r)
			if w.Code != http.StatusOK || w.Header().Get("Content-Type") != mediaType {
				t.Fatalf("%s: %d %s", name, w.Code, w.Header().Get("Content-Type"))
			}
			if got := w.Header().Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
				t.Errorf("%s: Cache-Control is %q", name, got)
			}
			packed := w.Header().Get("Content-Encoding") == "gzip"
			if want := coding == "gzip, br" && mediaType != "font/woff2"; packed != want {
				t.Errorf("%s asked with %q: gzip is %t", name, coding, packed)
			}
			body := w.Body.Bytes()
			if packed {
				body = unpack(t, body)
			}
			if !bytes.Equal(body, byPath[Path(name)].plain.bytes) {
				t.Errorf("%s: the body is not the file", name)
			}
		}
	}
}

func unpack(t *testing.T, packed []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatalf("unpacking: %v", err)
	}
	body, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("unpacking: %v", err)
	}
	return body
}

func TestHandlerRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, path string
		want         int
	}{
		{http.MethodGet, "/assets/app.css", http.StatusNotFound},
		{http.MethodGet, "/assets/", http.StatusNotFound},
		{http.MethodGet, "/assets/../assets.go", http.StatusNotFound},
		{http.MethodPost, Path("app.css"), http.StatusMethodNotAllowed},
		{http.MethodHead, Path("app.css"), http.StatusOK},
	} {
		w := httptest.NewRecorder()
		Handler().ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
		if w.Code != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, w.Code, c.want)
		}
	}
	r := httptest.NewRequest(http.MethodGet, Path("app.css"), nil)
	r.Header.Set("If-None-Match", byPath[Path("app.css")].etag)
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	if w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("a known file: %d with %d bytes", w.Code, w.Body.Len())
	}
}

func TestPathPanicsForAnUnknownName(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("an unknown name has an address")
		}
	}()
	Path("app.cs")
}

// TestStyleSheet checks that every address in the style sheet is one of ours
// under its digest, and that Pico is in its own layer.
func TestStyleSheet(t *testing.T) {
	t.Parallel()
	sheet := string(byPath[Path("app.css")].plain.bytes)
	if !strings.HasPrefix(sheet, `@charset "UTF-8";@layer pico, proofwalk;`) {
		t.Error("the layers are not declared first")
	}
	fonts := 0
	for _, m := range regexp.MustCompile(`url\(([^)]*)\)`).FindAllStringSubmatch(sheet, -1) {
		address := strings.Trim(m[1], `"'`)
		if strings.HasPrefix(address, "data:") {
			continue
		}
		if _, ok := byPath[address]; !ok {
			t.Errorf("the style sheet names %q, which is not served", address)
		}
		fonts++
	}
	if fonts != 21 {
		t.Errorf("the style sheet names %d fonts, want 21", fonts)
	}
	if open, closed := strings.Count(sheet, "{"), strings.Count(sheet, "}"); open != closed {
		t.Errorf("%d braces open, %d close", open, closed)
	}
}
