package capture

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// local is a local header and what follows it, as some writers make them.
type local struct {
	name          string
	flags, method uint16
	size, packed  uint32
	sum           uint32
	extra, data   []byte
}

// readErr reads everything and gives the error.
func readErr(r io.Reader) error {
	_, err := Read(r, Limits{}, func(*Entry) error { return nil })
	return err
}

func (l local) bytes() []byte {
	le := binary.LittleEndian
	b := le.AppendUint16(le.AppendUint32(nil, zipLocalFile), 20)
	b = le.AppendUint16(le.AppendUint16(b, l.flags), l.method)
	b = le.AppendUint32(le.AppendUint32(b, 0), l.sum)
	b = le.AppendUint32(le.AppendUint32(b, l.packed), l.size)
	b = le.AppendUint16(le.AppendUint16(b, uint16(len(l.name))), uint16(len(l.extra)))
	return slices.Concat(b, []byte(l.name), l.extra, l.data)
}

// Sizes and checksum behind the data come in four shapes; the directory, which
// is missing here, is not needed.
func TestReadZipDescriptors(t *testing.T) {
	t.Parallel()
	doc := []byte(wrap(`"time":1`))
	data := deflated(t, doc)
	sum := crc32.ChecksumIEEE(doc)
	le := binary.LittleEndian
	describe := func(mark bool, wide bool, sum uint32, packed, size int) (b []byte) {
		if mark {
			b = le.AppendUint32(b, zipDescriptor)
		}
		b = le.AppendUint32(b, sum)
		if wide {
			return le.AppendUint64(le.AppendUint64(b, uint64(packed)), uint64(size))
		}
		return le.AppendUint32(le.AppendUint32(b, uint32(packed)), uint32(size))
	}
	second := local{name: "b.txt", method: zipStored, size: 2, packed: 2, sum: crc32.ChecksumIEEE([]byte("ab")), data: []byte("ab")}
	third := local{name: "c.har", method: zipStored, size: 2, packed: 2, sum: crc32.ChecksumIEEE([]byte("{}")), data: []byte("{}")}
	for name, tt := range map[string]struct {
		descriptor []byte
		text       string // of the refusal; empty where the capture is read
	}{
		"marked":            {describe(true, false, sum, len(data), len(doc)), ""},
		"unmarked":          {describe(false, false, sum, len(data), len(doc)), ""},
		"marked, zip64":     {describe(true, true, sum, len(data), len(doc)), ""},
		"unmarked, zip64":   {describe(false, true, sum, len(data), len(doc)), ""},
		"wrong sum":         {describe(true, false, sum+1, len(data), len(doc)), "checksum"},
		"wrong packed size": {describe(true, false, sum, len(data)+1, len(doc)), "checksum"},
		"wrong size":        {describe(false, true, sum, len(data), len(doc)+1), "checksum"},
		"none":              {nil, "checksum"},
	} {
		first := local{name: "a.har", flags: zipSizesBehind, method: zipDeflated, data: slices.Concat(data, tt.descriptor)}
		packed := slices.Concat(first.bytes(), second.bytes())
		for how, r := range map[string]io.Reader{"sized": bytes.NewReader(packed), "stream": stream(packed)} {
			err := readErr(r)
			if (err == nil) != (tt.text == "") || err != nil && !strings.Contains(apperr.TextOf(err), tt.text) {
				t.Errorf("%s, %s: %v, want %q", name, how, err, tt.text)
			}
		}
		// What follows is found where the descriptor ends.
		if err := readErr(stream(slices.Concat(first.bytes(), second.bytes(), third.bytes()))); tt.text == "" && !strings.Contains(apperr.TextOf(err), "more than one capture") {
			t.Errorf("%s: a capture behind it is not found: %v", name, err)
		}
	}
}

func TestReadZipStreamOddities(t *testing.T) {
	t.Parallel()
	doc := []byte(wrap(`"time":1`))
	size, sum := uint32(len(doc)), crc32.ChecksumIEEE(doc)
	capture := local{name: "a.har", method: zipStored, size: size, packed: size, sum: sum, data: doc}.bytes()
	bzip := local{name: "b.bin", method: 12, size: 9, packed: 4, data: []byte("BZh9")}
	unknown := local{name: "b.bin", method: 12, flags: zipSizesBehind, data: []byte("BZh9")}
	odd := local{name: "b.bin", method: zipStored, size: 3, packed: 4, data: []byte("abcd")}
	short := local{name: "b.bin", method: zipDeflated, size: 3, packed: 90, data: deflated(t, []byte("abc"))}
	extras := local{name: "b.bin", method: zipStored, size: 2, packed: 2, extra: []byte("UT\x05\x00abcde\x01\x00\xff\x00"), data: []byte("ab")}
	for name, tt := range map[string]struct {
		packed []byte
		kind   apperr.Kind
	}{
		"other method before":            {slices.Concat(bzip.bytes(), capture), ""},
		"other method behind":            {slices.Concat(capture, bzip.bytes()), ""},
		"other method of unknown length": {slices.Concat(unknown.bytes(), capture), apperr.Unsupported},
		"stored with two sizes, before":  {slices.Concat(odd.bytes(), capture), apperr.Invalid},
		"stored with two sizes, behind":  {slices.Concat(capture, odd.bytes()), ""},
		"stored of unknown length":       {local{name: "a.har", flags: zipSizesBehind, data: doc}.bytes(), apperr.Unsupported},
		"packed size too large, before":  {slices.Concat(short.bytes(), capture), apperr.Invalid},
		"broken extra field":             {slices.Concat(extras.bytes(), capture), ""},
		"header cut off behind":          {slices.Concat(capture, bzip.bytes()[:20]), ""},
		"name cut off behind":            {slices.Concat(capture, bzip.bytes()[:32]), ""},
		"header cut off":                 {capture[:20], apperr.Invalid},
		"name cut off":                   {capture[:32], apperr.Invalid},
		"other bytes behind":             {slices.Concat(capture, []byte("\x00\x00\x00\x00abc")), ""},
		"encrypted file behind":          {slices.Concat(capture, local{name: "b", flags: 1}.bytes()), apperr.Unsupported},
		"sizes that differ":              {local{name: "a.har", size: size, packed: size - 1, sum: sum, data: doc}.bytes(), apperr.Invalid},
		"wrong size of the capture":      {local{name: "a.har", method: zipDeflated, size: size, packed: 7, sum: sum, data: deflated(t, doc)}.bytes(), apperr.Invalid},
	} {
		if err := readErr(stream(tt.packed)); apperr.KindOf(err) != tt.kind {
			t.Errorf("%s: %v, want kind %q", name, err, tt.kind)
		}
	}
}
