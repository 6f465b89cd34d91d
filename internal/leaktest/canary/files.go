package canary

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
)

// File is one way of writing a capture.
type File struct {
	Name  string
	Bytes []byte
	Cut   bool // its end is missing, and with it what was planted there
}

// Files gives the capture as the files that exporters and people make of it:
// with a byte order mark, in UTF-16, in a JSONP call, indented, with every other
// character escaped, packed, and cut off inside the last entry.
func (c Capture) Files() []File {
	var indented bytes.Buffer
	if err := json.Indent(&indented, c.JSON, "\t", "  "); err != nil {
		panic(err) // only of a fault in this package
	}
	return []File{
		{"plain", c.JSON, false},
		{"indented", indented.Bytes(), false},
		{"byte order mark", append([]byte("\ufeff"), c.JSON...), false},
		{"UTF-16, little endian", []byte("\xff\xfe" + utf16Of(string(c.JSON), binary.LittleEndian)), false},
		{"UTF-16, big endian", []byte("\xfe\xff" + utf16Of(string(c.JSON), binary.BigEndian)), false},
		{"JSONP", []byte("onInputData(" + string(c.JSON) + ");"), false},
		{"escapes", escapedDocument(c.JSON), false},
		{"gzip", []byte(gzipped(string(c.JSON))), false},
		{"zip", zipped(zippedFile{"sign-in.har", c.JSON}), false},
		{"cut off", c.JSON[:c.lastEntry()], true},
	}
}

type zippedFile struct {
	name    string
	content []byte
}

// zipped gives a zip of the files.
func zipped(files ...zippedFile) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.Create(f.name)
		if err == nil {
			_, err = w.Write(f.content)
		}
		if err != nil {
			panic(err) // a buffer takes everything
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// lastEntry is a position inside the last entry, behind a value in it.
func (c Capture) lastEntry() int {
	for _, planted := range c.Canaries {
		if planted.Position == cutPosition {
			return bytes.Index(c.JSON, []byte(planted.Value)) + len(planted.Value)
		}
	}
	panic("nothing is planted in the last entry")
}

// cutPosition is the position behind which the cut file ends.
const cutPosition = "cookie name as a number"

// escapedDocument writes every other letter and digit of every string as \u.
func escapedDocument(doc []byte) []byte {
	var out bytes.Buffer
	inside := false
	for i := 0; i < len(doc); i++ {
		b := doc[i]
		switch {
		case b == '"':
			inside = !inside
			out.WriteByte(b)
		case inside && b == '\\':
			n := 2
			if doc[i+1] == 'u' {
				n = 6
			}
			out.Write(doc[i : i+n])
			i += n - 1
		case inside && i%2 == 0 && (b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z'):
			fmt.Fprintf(&out, `\u%04X`, b)
		default:
			out.WriteByte(b)
		}
	}
	return out.Bytes()
}
