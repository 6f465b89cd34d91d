package capture

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// file is one file of a zip made for a test.
type file struct {
	name, text string
	stored     bool
	sizes      bool // in the header before the data, not behind it
}

func zipOf(t testing.TB, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	z := fastZip(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate}
		if f.stored {
			h.Method = zip.Store
		}
		data, w, err := []byte(f.text), io.Writer(nil), error(nil)
		if f.sizes {
			h.CRC32, h.UncompressedSize64 = crc32.ChecksumIEEE(data), uint64(len(data))
			if !f.stored {
				data = deflated(t, data)
			}
			h.CompressedSize64 = uint64(len(data))
			w, err = z.CreateRaw(h)
		} else {
			w, err = z.CreateHeader(h)
		}
		if err == nil {
			_, err = w.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// fastZip packs at the lowest level: tests pack megabytes of blanks.
func fastZip(w io.Writer) *zip.Writer {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	return z
}

func deflated(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := flate.NewWriter(&b, flate.BestCompression)
	if err == nil {
		_, err = z.Write(data)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func packedSize(t testing.TB, b []byte, name string) uint64 {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if f.Name == name {
			return f.CompressedSize64
		}
	}
	t.Fatal("no such file")
	return 0
}

// everyHeader calls edit with each header of a zip that is small and plain, and
// with how far behind the mark a field of local headers stands in it.
func everyHeader(b []byte, edit func(header []byte, shift int)) {
	for i := range len(b) - 4 {
		switch binary.LittleEndian.Uint32(b[i:]) {
		case zipLocalFile:
			edit(b[i:], 0)
		case 0x02014b50:
			edit(b[i:], 2)
		}
	}
}

func withFlags(b []byte, flags uint16) []byte {
	everyHeader(b, func(h []byte, shift int) {
		binary.LittleEndian.PutUint16(h[6+shift:], binary.LittleEndian.Uint16(h[6+shift:])|flags)
	})
	return b
}

func setMethod(b []byte, method uint16) {
	everyHeader(b, func(h []byte, shift int) { binary.LittleEndian.PutUint16(h[8+shift:], method) })
}

func wrongZipSum(t testing.TB, doc string) []byte {
	b := zipOf(t, file{name: "a.har", text: doc, sizes: true})
	everyHeader(b, func(h []byte, shift int) { h[14+shift]++ })
	return b
}

func TestReadZip(t *testing.T) {
	t.Parallel()
	doc := wrap(`"comment":"å😀"`)
	other := file{name: "readme.txt", text: strings.Repeat("not a capture ", 5000)}
	storedOther := file{name: "b.bin", text: "PK\x03\x04 no header", stored: true, sizes: true}
	tests := map[string][]byte{
		"sizes behind":        zipOf(t, file{name: "a.har", text: doc}),
		"sizes before":        zipOf(t, file{name: "a.har", text: doc, sizes: true}),
		"stored":              zipOf(t, file{name: "a.har", text: doc, stored: true, sizes: true}),
		"first of some":       zipOf(t, file{name: "a.har", text: doc}, other, storedOther),
		"last of some":        zipOf(t, storedOther, other, file{name: "d/", text: ""}, file{name: "d/A.HAR", text: doc}),
		"hostile names":       zipOf(t, file{name: "../../x"}, file{name: `C:\..\sign-in.har`, text: doc}, file{name: strings.Repeat("n", 5000)}),
		"a Mac's shadow":      zipOf(t, file{name: "a.har", text: doc}, file{name: "__MACOSX/._a.har", text: "x"}, file{name: "._b.har", text: "x"}),
		"JSON beside digests": zipOf(t, file{name: strings.Repeat("a1", 20) + ".json", text: "{}"}, file{name: "trace.json", text: doc}),
		"bytes behind it":     append(zipOf(t, file{name: "a.har", text: doc}), "\n\n"...),
		"zip64":               zip64Of(t, doc),
	}
	for name, packed := range tests {
		for how, r := range map[string]io.Reader{
			"stream": stream(packed), "sized": bytes.NewReader(packed), "byte by byte": iotest.OneByteReader(bytes.NewReader(packed)),
		} {
			got, src, err := entries(t, r, Limits{})
			if err != nil || len(got) != 1 || got[0].Comment != "å😀" || src.Truncated {
				t.Errorf("%s, %s: %d entries, source %+v, error %v", name, how, len(got), src, err)
			}
		}
	}
}

// zip64Of makes a zip whose only file has its sizes in the extra field.
func zip64Of(t testing.TB, doc string) []byte { return zipAt(t, doc, 0) }

// zipAt is zip64Of with a directory that says where the file is.
func zipAt(t testing.TB, doc string, offset uint64) []byte {
	t.Helper()
	data := deflated(t, []byte(doc))
	le := binary.LittleEndian
	extra := le.AppendUint16(le.AppendUint16(nil, 1), 24)
	extra = le.AppendUint64(le.AppendUint64(extra, uint64(len(doc))), uint64(len(data)))
	extra = le.AppendUint64(extra, offset)
	fields := func(h []byte) []byte { // what both headers have
		h = le.AppendUint16(le.AppendUint16(le.AppendUint16(h, 45), 0), zipDeflated)
		h = le.AppendUint32(le.AppendUint32(h, 0), crc32.ChecksumIEEE([]byte(doc)))
		h = le.AppendUint32(le.AppendUint32(h, zipNoSize), zipNoSize)
		return le.AppendUint16(le.AppendUint16(h, 5), uint16(len(extra)))
	}
	b := append(fields(le.AppendUint32(nil, zipLocalFile)), "a.har"...)
	b = append(append(b, extra...), data...)
	at := len(b)
	b = fields(le.AppendUint16(le.AppendUint32(b, 0x02014b50), 45))
	b = append(b, make([]byte, 2+2+2+4)...) // comment, disk, attributes
	b = le.AppendUint32(b, zipNoSize)       // the offset stands in the extra field
	b = append(append(b, "a.har"...), extra...)
	size := len(b) - at
	b = append(le.AppendUint32(b, 0x06054b50), 0, 0, 0, 0, 1, 0, 1, 0)
	return append(le.AppendUint32(le.AppendUint32(b, uint32(size)), uint32(at)), 0, 0)
}

const (
	pageName = "85e97516fe1ec212b8bb2c8841270ace2a5f973a.html"
	formName = "01023d3b473adf80d74df9e9feb13138613f4795.dat"
)

func attached(more string) string {
	return `{"log":{"creator":{"name":"Playwright"},"entries":[{"startedDateTime":"2026-03-01T10:00:00Z",` +
		`"request":{"method":"POST","url":"https://a.example/","postData":{"mimeType":"application/x-www-form-urlencoded","text":"","params":[],"_file":"` + formName + `"}},` +
		`"response":{"status":200,"content":{"mimeType":"text/html","size":11,"_file":"` + pageName + `"}}}` + more + `]}}`
}

// Bodies in files of their own are joined where the zip can be asked for them,
// and are else said to be missing.
func TestReadAttachedBodies(t *testing.T) {
	t.Parallel()
	page := file{name: pageName, text: "<p>hello</p>"}
	form := file{name: formName, text: "a=1&b=2"}
	packed := zipOf(t, file{name: "har.har", text: attached("")}, page, form)
	got, src, err := entries(t, bytes.NewReader(packed), Limits{})
	if err != nil || len(got) != 1 {
		t.Fatalf("%d entries, error %v", len(got), err)
	}
	if q, p := got[0].Request.Body, got[0].Response.Body; q == nil || string(q.Text) != form.text || string(p.Text) != page.text || p.Omitted || p.Size != 12 {
		t.Errorf("bodies %+v and %+v", q, p)
	}
	if slices.Contains(src.CannotShow, LimitBodies) || src.Bytes != int64(len(packed)) {
		t.Errorf("source %+v", src)
	}
	for name, r := range map[string]io.Reader{
		"stream":    stream(packed),
		"not there": bytes.NewReader(zipOf(t, file{name: "har.har", text: attached("")})),
		"damaged":   bytes.NewReader(bytes.Replace(zipOf(t, file{name: "har.har", text: attached("")}, file{name: pageName, text: page.text, stored: true, sizes: true}), []byte(page.text), []byte("<p>other</p>"), 1)),
	} {
		got, src, err := entries(t, r, Limits{})
		if err != nil || len(got) != 1 || len(got[0].Response.Body.Text) != 0 || !got[0].Response.Body.Omitted || !slices.Contains(src.CannotShow, LimitBodies) {
			t.Errorf("%s: %d entries, source %+v, error %v", name, len(got), src, err)
		}
		if q := got[0].Request.Body; q == nil || !q.Omitted {
			t.Errorf("%s: request body %+v", name, q)
		}
	}
}

// Bodies in files of their own are under the same limits as others.
func TestAttachedBodiesLimits(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789", 10)
	packed := zipOf(t, file{name: "har.har", text: attached("")}, file{name: pageName, text: long})
	for most, cut := range map[int]bool{100: false, 99: true} {
		got, _, err := entries(t, bytes.NewReader(packed), Limits{StringBytes: most})
		if err != nil || len(got) != 1 {
			t.Fatal(len(got), err)
		}
		if b := got[0].Response.Body; len(b.Text) != most || b.Truncated != cut || b.Size != 100 || got[0].Cut != cut {
			t.Errorf("%d bytes: %d kept, truncated %v, size %d", most, len(b.Text), b.Truncated, b.Size)
		}
	}
	bomb := zipOf(t, file{name: "har.har", text: attached("")}, file{name: pageName, text: strings.Repeat(" ", 2<<20)})
	if _, _, err := entries(t, bytes.NewReader(bomb), Limits{Ratio: 10, StringBytes: 4 << 20, EntryBytes: 8 << 20}); !apperr.Is(err, apperr.TooLarge) {
		t.Errorf("a bomb beside the HAR: %v", err)
	}
	// One file that thousands of entries name counts as often as it is read.
	entry := `,{"response":{"content":{"_file":"` + pageName + `"}}}`
	doc := attached(strings.Repeat(entry, 99))
	many := zipOf(t, file{name: "har.har", text: doc}, file{name: pageName, text: long})
	total := int64(len(doc) + 100*len(long))
	for over, want := range map[int64]apperr.Kind{0: "", 1: apperr.TooLarge} {
		if _, _, err := entries(t, bytes.NewReader(many), Limits{TotalBytes: total - over}); apperr.KindOf(err) != want {
			t.Errorf("%d under the total: %v", over, err)
		}
	}
}

// A directory larger than its limit is not read into memory.
func TestReadZipLargeDirectory(t *testing.T) {
	t.Parallel()
	var files []file
	for i := range 20 {
		files = append(files, file{name: fmt.Sprint(i, strings.Repeat("n", 60_000)), stored: true, sizes: true})
	}
	packed := zipOf(t, append(files, file{name: "a.har", text: wrap(`"time":1`)})...)
	if _, _, err := entries(t, bytes.NewReader(packed), Limits{}); err != nil {
		t.Errorf("a directory of 1.2 MB: %v", err)
	}
	packed = zipOf(t, append(slices.Concat(files, files), file{name: "a.har", text: wrap(`"time":1`)})...)
	if _, _, err := entries(t, bytes.NewReader(packed), Limits{}); !apperr.Is(err, apperr.TooLarge) {
		t.Errorf("a directory of 2.4 MB: %v", err)
	}
}

// What is read of a directory is bounded to the byte, until it is known.
func TestDirectoryLimit(t *testing.T) {
	t.Parallel()
	d := &directory{r: strings.NewReader("0123456789"), left: 10}
	if n, err := d.ReadAt(make([]byte, 10), 0); n != 10 || err != nil || d.passed {
		t.Errorf("at the limit: %d bytes, passed %v, error %v", n, d.passed, err)
	}
	if n, err := d.ReadAt(make([]byte, 1), 0); n != 0 || err == nil || !d.passed {
		t.Errorf("over the limit: %d bytes, passed %v, error %v", n, d.passed, err)
	}
	d.open = true
	if n, err := d.ReadAt(make([]byte, 4), 6); n != 4 || err != nil {
		t.Errorf("behind the directory: %d bytes, error %v", n, err)
	}
}

// A body is found by a name of at most zipNames bytes.
func TestAttachedBodyName(t *testing.T) {
	t.Parallel()
	for n, found := range map[int]bool{zipNames: true, zipNames + 1: false} {
		name := strings.Repeat("n", n)
		packed := zipOf(t, file{name: "har.har", text: strings.ReplaceAll(attached(""), pageName, name)}, file{name: name, text: "<p>"})
		got, _, err := entries(t, bytes.NewReader(packed), Limits{})
		if err != nil || (len(got[0].Response.Body.Text) > 0) != found {
			t.Errorf("name of %d bytes: %+v, error %v", n, got, err)
		}
	}
}

// A directory may name places that no file has.
func TestReadZipWildOffset(t *testing.T) {
	t.Parallel()
	for _, at := range []uint64{1 << 63, 1<<63 - 1, 1 << 40, 1<<32 - 1} {
		packed := zipAt(t, wrap(`"time":1`), at)
		if _, _, err := entries(t, bytes.NewReader(packed), Limits{}); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("offset %d: %v", at, err)
		}
	}
	// One that claims to begin before the file does.
	packed := zipOf(t, file{name: "a.har", text: wrap(`"time":1`)})
	field := packed[len(packed)-6:]
	binary.LittleEndian.PutUint32(field, binary.LittleEndian.Uint32(field)+10)
	if _, _, err := entries(t, bytes.NewReader(packed), Limits{}); !apperr.Is(err, apperr.Invalid) {
		t.Errorf("a place before the file: %v", err)
	}
}

// failingAt cannot be read before an offset, as a file on a bad disk.
type failingAt struct {
	*bytes.Reader
	before int64
	err    error
}

func (f failingAt) ReadAt(b []byte, at int64) (int, error) {
	if at < f.before {
		return 0, f.err
	}
	return f.Reader.ReadAt(b, at)
}

// An error of the file is passed on, wherever it is met, and is no damage.
func TestSizedZipPassesErrorsOn(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	// What is looked through for the end of the directory has to be readable.
	filler := file{name: "z.bin", text: strings.Repeat("z", 2000), stored: true, sizes: true}
	packed := zipOf(t, file{name: pageName, text: "<p>"}, file{name: "har.har", text: attached("")}, filler)
	for _, before := range []int64{1, int64(bytes.Index(packed, []byte("har.har")))} {
		_, err := Read(failingAt{bytes.NewReader(packed), before, boom}, Limits{}, func(*Entry) error { return nil })
		if !errors.Is(err, boom) || !strings.HasPrefix(err.Error(), "reading capture: ") || apperr.KindOf(err) != apperr.Internal {
			t.Errorf("unreadable up to %d: %v", before, err)
		}
	}
}
