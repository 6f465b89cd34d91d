// Package assets serves the files that every page needs: styles, scripts and
// fonts, all embedded, each under a name that carries its digest so that
// browsers may keep it for ever.
//
// The style sheet is put together from the parts under css/ with Pico in a
// cascade layer of its own, so that our rules win without force. There is no
// build step: what the folder holds is what is served.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Prefix is where Handler expects to be mounted.
const Prefix = "/assets/"

//go:embed css img js vendor fonts gen
var files embed.FS

// styleParts is the order of app.css: tokens first, print last.
var styleParts = []string{
	"css/tokens.css", "css/base.css", "css/layout.css", "css/marks.css", "css/controls.css",
	"css/tables.css", "css/items.css", "css/lanes.css", "css/walkthrough.css", "css/reading.css", "css/charts.css", "css/upload.css", "css/verify.css", "css/packet.css", "css/print.css",
}

// renamed gives the served name of files whose place in the folder is not the
// name that pages use.
var renamed = map[string]string{
	"img/icon.svg":               "icon.svg",
	"js/app.js":                  "app.js",
	"js/passkey.js":              "passkey.js",
	"js/masks.js":                "masks.js",
	"vendor/htmx.min.js":         "htmx.js",
	"vendor/htmx-ext-sse.min.js": "htmx-ext-sse.js",
}

// uploadParts is the order of upload.js, whose parts are one module.
var uploadParts = []string{"js/upload_words.js", "js/upload_view.js", "js/upload_work.js", "js/upload.js"}

// asset is one file as it is served.
type asset struct {
	plain     content
	gzipped   content // empty where it would not be smaller
	brotli    content // empty but for what the build packed
	mediaType string
	etag      string
	policy    string // the content security policy of a worker's script
}

// content is what is sent: bytes, or a large file that stays where the program
// has it embedded and takes no memory.
type content struct {
	bytes []byte
	from  fs.FS
	name  string
	size  int64
}

func held(b []byte) content { return content{bytes: b, size: int64(len(b))} }

// writeTo sends the content. A reader who has gone needs no answer.
func (c content) writeTo(w io.Writer) {
	if c.from == nil {
		_, _ = w.Write(c.bytes)
		return
	}
	f, err := c.from.Open(c.name)
	if err != nil {
		return // it was there when the program started, and is part of it
	}
	_, _ = io.Copy(w, f)
	_ = f.Close()
}

var (
	byName = map[string]string{} // "app.css" -> "/assets/app.1a2b3c4d5e6f.css"
	byPath = map[string]asset{}  // the same path -> what is served there
)

// prepare reads, names and packs the files when the first one is asked for: a
// command that serves no page has no use for them.
var prepare = sync.OnceFunc(func() {
	for _, name := range list("fonts") {
		add(name, read(name))
	}
	for from, name := range renamed {
		add(name, read(from))
	}
	add("app.css", styleSheet())
	add("upload.js", joined(uploadParts))
	add("verify.js", joined(verifyPageParts))
	addRedactor(files)
	addVerifier(files)
})

// Path returns the address of an asset, such as "app.css", "app.js",
// "htmx.js", "htmx-ext-sse.js", "fonts/plex-sans-latin-400.woff2" or a file
// that HasRedactor speaks of. It panics for a name that does not exist: that is a mistake in
// a template, and the test that renders the template finds it.
func Path(name string) string {
	prepare()
	return pathOf(name)
}

// pathOf is Path for what is prepared already.
func pathOf(name string) string {
	p, ok := byName[name]
	if !ok {
		panic("assets: no file named " + strconv.Quote(name))
	}
	return p
}

// Has reports whether an asset exists. It is for files that a build may leave
// out, such as the browser redactor under "gen/".
func Has(name string) bool {
	prepare()
	_, ok := byName[name]
	return ok
}

// Handler serves the assets below Prefix. Every answer may be cached for ever,
// because another content has another name.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		prepare()
		a, ok := byPath[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		h := w.Header()
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Content-Type", a.mediaType)
		h.Set("ETag", a.etag)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Vary", "Accept-Encoding")
		if a.policy != "" { // also where nothing changed: a browser takes the headers of that answer over
			h.Set("Content-Security-Policy", a.policy)
		}
		if r.Header.Get("If-None-Match") == a.etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		body := a.plain
		switch accepted := r.Header.Get("Accept-Encoding"); {
		case a.brotli.size > 0 && accepts(accepted, "br"):
			h.Set("Content-Encoding", "br")
			body = a.brotli
		case a.gzipped.size > 0 && accepts(accepted, "gzip"):
			h.Set("Content-Encoding", "gzip")
			body = a.gzipped
		}
		h.Set("Content-Length", strconv.FormatInt(body.size, 10))
		if r.Method == http.MethodGet {
			body.writeTo(w)
		}
	})
}

// accepts reports whether an Accept-Encoding header allows a coding. A weight
// of zero ("gzip;q=0") refuses it.
func accepts(header, want string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(coding), want) {
			q, found := strings.CutPrefix(strings.ReplaceAll(weight, " ", ""), "q=")
			if !found {
				return true
			}
			value, err := strconv.ParseFloat(q, 64)
			return err == nil && value > 0
		}
	}
	return false
}

// add registers one file under its hashed name.
func add(name string, body []byte) {
	a := newAsset(name, held(body))
	if packed := compress(body); len(packed) < len(body)*9/10 {
		a.gzipped = held(packed)
	}
	register(name, a)
}

func newAsset(name string, body content) asset {
	sum := sha256.New()
	body.writeTo(sum)
	return asset{plain: body, mediaType: mediaType(path.Ext(name)), etag: strconv.Quote(hex.EncodeToString(sum.Sum(nil)[:16]))}
}

// register makes an asset known under its name and served under its address,
// which carries the first digits of its digest.
func register(name string, a asset) {
	ext := path.Ext(name)
	address := Prefix + strings.TrimSuffix(name, ext) + "." + a.etag[1:13] + ext
	byName[name] = address
	byPath[address] = a
}

// mediaType names the type of a file by its extension, without asking the
// machine's own tables, which differ.
func mediaType(ext string) string {
	switch ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".woff2":
		return "font/woff2"
	case ".wasm":
		return "application/wasm"
	case ".svg":
		return "image/svg+xml"
	case ".txt", ".md":
		return "text/plain; charset=utf-8"
	}
	if t := mime.TypeByExtension(ext); t != "" {
		return t
	}
	return "application/octet-stream"
}

func compress(body []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		panic(fmt.Errorf("assets: starting gzip: %w", err)) // only for a wrong level
	}
	if _, err := w.Write(body); err != nil {
		panic(fmt.Errorf("assets: compressing: %w", err)) // memory does not refuse
	}
	if err := w.Close(); err != nil {
		panic(fmt.Errorf("assets: compressing: %w", err))
	}
	return out.Bytes()
}

// fontAddress matches the addresses of fonts in our style sheets.
var fontAddress = regexp.MustCompile(`url\((fonts/[a-z0-9-]+\.woff2)\)`)

// styleSheet joins Pico, in the layer "pico", with our own parts, and gives
// every font its hashed address.
func styleSheet() []byte {
	var out bytes.Buffer
	out.WriteString("@charset \"UTF-8\";@layer pico, proofwalk;\n@layer pico{")
	pico := read("vendor/pico.min.css")
	out.Write(bytes.TrimPrefix(pico, []byte("@charset \"UTF-8\";")))
	out.WriteString("}\n@layer proofwalk{\n")
	for _, name := range styleParts {
		out.Write(read(name))
	}
	out.WriteString("}\n")
	return fontAddress.ReplaceAllFunc(out.Bytes(), func(found []byte) []byte {
		return []byte("url(" + pathOf(string(found[len("url("):len(found)-1])) + ")")
	})
}

// joined is the content of several files, one after the other.
func joined(names []string) []byte {
	var out bytes.Buffer
	for _, name := range names {
		out.Write(read(name))
	}
	return out.Bytes()
}

// list names the files below a folder, recursively.
func list(dir string) []string {
	var names []string
	err := fs.WalkDir(files, dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, p)
		}
		return err
	})
	if err != nil {
		panic(fmt.Errorf("assets: listing: %w", err)) // an embedded folder is always readable
	}
	return names
}

func read(name string) []byte {
	body, err := files.ReadFile(name)
	if err != nil {
		panic(fmt.Errorf("assets: reading: %w", err))
	}
	return body
}
