package capture

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// stream hides everything of a reader but Read.
func stream(doc []byte) io.Reader { return struct{ io.Reader }{bytes.NewReader(doc)} }

func gzipped(t testing.TB, docs ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, doc := range docs {
		z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
		if err == nil {
			_, err = z.Write([]byte(doc))
		}
		if err == nil {
			err = z.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func utf16Text(order binary.AppendByteOrder, doc string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(doc)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

func TestReadGzip(t *testing.T) {
	t.Parallel()
	doc := wrap(`"comment":"å😀"`)
	for name, file := range map[string][]byte{
		"plain":                 gzipped(t, doc),
		"two members":           gzipped(t, doc[:40], doc[40:]),
		"byte order mark":       gzipped(t, "\ufeff"+doc),
		"UTF-16":                gzipped(t, utf16Text(binary.LittleEndian, "\ufeff"+doc)),
		"UTF-16 without a mark": gzipped(t, utf16Text(binary.BigEndian, doc)),
		"JSONP":                 gzipped(t, "f("+doc+")"),
		"trailing bytes":        append(gzipped(t, doc+" {"), "\x00\x00garbage"...),
		"an empty member":       gzipped(t, doc, ""),
	} {
		for how, r := range map[string]io.Reader{
			"whole": bytes.NewReader(file), "byte by byte": iotest.OneByteReader(bytes.NewReader(file)), "error along": iotest.DataErrReader(bytes.NewReader(file)),
		} {
			got, src, err := entries(t, r, Limits{})
			if err != nil || len(got) != 1 || got[0].Comment != "å😀" || src.Truncated || src.Bytes != int64(len(file)) {
				t.Errorf("%s, %s: %d entries, source %+v of %d bytes, error %v", name, how, len(got), src, len(file), err)
			}
		}
	}
}

// Text in UTF-16 is known by its first brace, too.
func TestReadUTF16WithoutMark(t *testing.T) {
	t.Parallel()
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		got, _, err := entries(t, strings.NewReader(utf16Text(order, wrap(`"comment":"å"`))), Limits{})
		if err != nil || len(got) != 1 || got[0].Comment != "å" {
			t.Errorf("%d entries, error %v", len(got), err)
		}
	}
}

// manyEntries is a document of n entries that does not pack well.
func manyEntries(n int) string {
	var b strings.Builder
	b.WriteString(`{"log":{"entries":[`)
	seed := uint32(1)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"comment":"`)
		for range 40 {
			seed = seed*1664525 + 1013904223
			b.WriteByte("abcdefghijklmnopqrstuvwxyz012345"[seed>>27])
		}
		b.WriteString(`"}`)
	}
	b.WriteString(`]}}`)
	return b.String()
}

// Of a packed file that is cut off or damaged, the complete entries are kept.
func TestReadDamagedContainer(t *testing.T) {
	t.Parallel()
	doc := manyEntries(2000)
	middle := func(file []byte) []byte {
		file = bytes.Clone(file)
		copy(file[len(file)/2:], bytes.Repeat([]byte{0xff}, 64))
		return file
	}
	zipFile := zipOf(t, file{name: "a.har", text: doc})
	for name, r := range map[string]io.Reader{
		"gzip, cut off":         stream(gzipped(t, doc)[:30_000]),
		"zip, cut off":          stream(zipFile[:30_000]),
		"sized zip, cut off":    bytes.NewReader(zipFile[:30_000]),
		"stored zip, cut off":   stream(zipOf(t, file{name: "a.har", text: doc, stored: true, sizes: true})[:30_000]),
		"gzip, damaged":         stream(middle(gzipped(t, doc))),
		"zip, damaged":          stream(middle(zipFile)),
		"zip, damaged, sized":   bytes.NewReader(middle(zipFile)),
		"gzip of a cut off HAR": stream(gzipped(t, doc[:30_000])),
	} {
		got, src, err := entries(t, r, Limits{})
		if name == "gzip, damaged" || strings.HasPrefix(name, "zip, damaged") {
			// What the damage does to the text is not known: either the end is met or the checksum.
			if apperr.Is(err, apperr.Invalid) {
				continue
			}
		}
		if err != nil || len(got) < 300 || len(got) >= 2000 || !src.Truncated || !slices.Contains(src.CannotShow, LimitTail) {
			t.Errorf("%s: %d entries, truncated %v, error %v", name, len(got), src.Truncated, err)
		}
	}
	// Without its last bytes only the checksum is missing.
	packed := gzipped(t, doc)
	if got, src, err := entries(t, stream(packed[:len(packed)-4]), Limits{}); err != nil || len(got) != 2000 || src.Truncated {
		t.Errorf("without checksum: %d entries, %+v, error %v", len(got), src, err)
	}
}

func TestReadRefusesContainers(t *testing.T) {
	t.Parallel()
	doc := wrap(`"time":1`)
	har := file{name: "a.har", text: doc}
	wrongSum := gzipped(t, doc)
	wrongSum[len(wrongSum)-8]++
	unknownMethod := zipOf(t, file{name: "a.har", text: doc, stored: true, sizes: true})
	setMethod(unknownMethod, 93)
	tests := []struct {
		name string
		file []byte
		kind apperr.Kind
		text string
	}{
		{"gzip, header only", []byte("\x1f\x8b\x08\x00abc"), apperr.Invalid, "damaged at its beginning"},
		{"gzip, wrong checksum", wrongSum, apperr.Invalid, "checksum"},
		{"gzip of nothing", gzipped(t, ""), apperr.Invalid, "not a HAR"},
		{"gzip of text", gzipped(t, "hello"), apperr.Invalid, "not a HAR"},
		{"gzip in gzip", gzipped(t, string(gzipped(t, doc))), apperr.Unsupported, "packed twice"},
		{"zip in gzip", gzipped(t, string(zipOf(t, har))), apperr.Unsupported, "packed twice"},
		{"gzip in zip", zipOf(t, file{name: "a.har", text: string(gzipped(t, doc))}), apperr.Unsupported, "packed twice"},
		{"zip in zip", zipOf(t, file{name: "a.har", text: string(zipOf(t, har))}), apperr.Unsupported, "packed twice"},
		{"zip in zip by its name", zipOf(t, file{name: "a.zip", text: string(zipOf(t, har))}), apperr.Invalid, "packed twice are not read"},
		{"empty zip", zipOf(t), apperr.Invalid, "no capture"},
		{"zip without capture", zipOf(t, file{name: "a.txt", text: doc}, file{name: "a.har/", text: ""}), apperr.Invalid, "no capture"},
		{"zip of two captures", zipOf(t, har, file{name: "b/c.JSON", text: doc}), apperr.Unsupported, "more than one capture"},
		{"encrypted zip", withFlags(zipOf(t, file{name: "a.har", text: doc, sizes: true}), 1), apperr.Unsupported, "encrypted"},
		{"encrypted directory", withFlags(zipOf(t, file{name: "a.har", text: doc, sizes: true}), 1<<13), apperr.Unsupported, "encrypted"},
		{"other method", unknownMethod, apperr.Unsupported, "method"},
		{"wrong checksum", wrongZipSum(t, doc), apperr.Invalid, "checksum"},
	}
	for _, tt := range tests {
		for how, r := range map[string]io.Reader{"stream": stream(tt.file), "sized": bytes.NewReader(tt.file)} {
			_, _, err := entries(t, r, Limits{})
			var ae *apperr.Error
			if !errors.As(err, &ae) || ae.Kind != tt.kind || !strings.Contains(ae.Text, tt.text) {
				t.Errorf("%s, %s: got %v, want %s with %q", tt.name, how, err, tt.kind, tt.text)
			}
		}
	}
}

// Every limit of containers holds at its value and bites one over.
func TestContainerLimits(t *testing.T) {
	t.Parallel()
	check := func(name string, lim Limits, packed []byte, want apperr.Kind) {
		t.Helper()
		for how, r := range map[string]io.Reader{"stream": stream(packed), "sized": bytes.NewReader(packed)} {
			if _, _, err := entries(t, r, lim); apperr.KindOf(err) != want {
				t.Errorf("%s, %s: error %v, want kind %q", name, how, err, want)
			}
		}
	}
	doc := wrap(`"time":1`)
	long := doc + strings.Repeat(" ", 2000) // packs to fewer bytes than it has
	n := int64(len(long))
	for over, want := range map[int64]apperr.Kind{0: "", 1: apperr.TooLarge} {
		check("total, gzip", Limits{TotalBytes: n - over}, gzipped(t, long), want)
		check("total, zip", Limits{TotalBytes: n - over}, zipOf(t, file{name: "a.har", text: long}), want)
		stored := zipOf(t, file{name: "a.har", text: doc, stored: true, sizes: true})
		check("total, bytes of the zip", Limits{TotalBytes: int64(len(stored)) - over}, stored, want)
		check("files", Limits{Files: 3 - int(over)}, zipOf(t, file{name: "x"}, file{name: "a.har", text: doc}, file{name: "y"}), want)
	}
	check("total, torn gzip", Limits{TotalBytes: 3}, gzipped(t, doc), apperr.TooLarge)
	check("total, torn zip", Limits{TotalBytes: 20}, zipOf(t, file{name: "a.har", text: doc}), apperr.TooLarge)
	const ratio = 3
	for name, pack := range map[string]func(string) (file []byte, packed int){
		"gzip": func(doc string) ([]byte, int) { b := gzipped(t, doc); return b, len(b) },
		"zip": func(doc string) ([]byte, int) {
			b := zipOf(t, file{name: "a.har", text: doc})
			return b, int(packedSize(t, b, "a.har"))
		},
	} {
		// The longest tail of blanks that the ratio lets through, and one more.
		blanks := func(n int) string { return doc + strings.Repeat(" ", n) }
		most := func(n int) bool {
			_, packed := pack(blanks(n))
			return len(doc)+n <= ratioFree+ratio*packed
		}
		low, high := 0, 2*ratioFree
		for low+1 < high {
			if mid := (low + high) / 2; most(mid) {
				low = mid
			} else {
				high = mid
			}
		}
		at, _ := pack(blanks(low))
		over, _ := pack(blanks(high))
		check("ratio at the limit, "+name, Limits{Ratio: ratio}, at, "")
		check("ratio over, "+name, Limits{Ratio: ratio}, over, apperr.TooLarge)
	}
}

// A bomb is refused long before it has come out, in constant memory.
func TestContainerBombs(t *testing.T) {
	t.Parallel()
	bomb := wrap(`"time":1`) + strings.Repeat(" ", 4<<20)
	zeros := strings.Repeat("\x00", 4<<20)
	for name, packed := range map[string][]byte{
		"gzip":                gzipped(t, bomb),
		"zip":                 zipOf(t, file{name: "a.har", text: bomb}),
		"zip of another file": zipOf(t, file{name: "x.bin", text: zeros}, file{name: "a.har", text: wrap(`"time":1`)}),
	} {
		read := &watch{r: stream(packed), every: 1 << 30, do: func() {}}
		_, _, err := entries(t, read, Limits{Ratio: 50})
		if !apperr.Is(err, apperr.TooLarge) || !strings.Contains(apperr.TextOf(err), "50 times") || read.n > 64<<10 {
			t.Errorf("%s: %d bytes of %d were read, error %v", name, read.n, len(packed), err)
		}
	}
}

// An error of the input is no damage of the container, and is passed on.
func TestContainerPassesErrorsOn(t *testing.T) {
	t.Parallel()
	doc := manyEntries(2000)
	for name, packed := range map[string][]byte{"gzip": gzipped(t, doc), "zip": zipOf(t, file{name: "a.har", text: doc})} {
		for _, boom := range []error{errors.New("boom"), io.ErrUnexpectedEOF} {
			for _, at := range []int{2, 20, 60, 30_000, len(packed) - 2} {
				if name == "gzip" && at == len(packed)-2 && boom == io.ErrUnexpectedEOF { //nolint:errorlint // the very value
					continue // tells nothing else than the next case
				}
				_, _, err := entries(t, io.MultiReader(stream(packed[:at]), iotest.ErrReader(boom)), Limits{})
				if name == "zip" && at > 30_000 && err == nil {
					continue // what stands behind the directory is not read
				}
				if !errors.Is(err, boom) || apperr.KindOf(err) != apperr.Internal {
					t.Errorf("%s: at %d: %v", name, at, err)
				}
			}
		}
		boom := errors.New("boom")
		if _, err := Read(bytes.NewReader(packed), Limits{}, func(*Entry) error { return boom }); !errors.Is(err, boom) {
			t.Errorf("%s: callback's error came as %v", name, err)
		}
	}
}

// Memory does not grow with what comes out of a container.
//
// It is not parallel, since it measures the heap of the process.
func TestContainerMemoryIsFlat(t *testing.T) {
	const most, size = 8 << 20, 32 << 20
	head, tail := `{"log":{"entries":[{"request":{"url":"u"},"response":{"status":200,"content":{"text":"`, `"}}}]}}`
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err == nil {
		_, err = io.Copy(z, repeated(head, "0123456789abcdef", size/16, tail))
	}
	if err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	zw := fastZip(&b)
	w, err := zw.Create("a.har")
	if err == nil {
		_, err = io.Copy(w, repeated(head, "0123456789abcdef", size/16, tail))
	}
	if err != nil || zw.Close() != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]io.Reader{"gzip": stream(packed.Bytes()), "zip": stream(b.Bytes()), "sized zip": bytes.NewReader(b.Bytes())} {
		var before, now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		peak := uint64(0)
		src, err := Read(r, Limits{Ratio: 2000}, func(e *Entry) error {
			runtime.GC()
			runtime.ReadMemStats(&now)
			peak = now.HeapAlloc
			if e.Response.Body.Size != size {
				t.Errorf("%s: size %d", name, e.Response.Body.Size)
			}
			return nil
		})
		runtime.ReadMemStats(&now)
		if grown, churn := int64(peak)-int64(before.HeapAlloc), now.TotalAlloc-before.TotalAlloc; err != nil || src.Entries != 1 || grown > most || churn > most {
			t.Errorf("%s: heap grew by %d bytes, %d were allocated in all, error %v", name, grown, churn, err)
		}
	}
}
