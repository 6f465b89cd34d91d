package conform

import (
	"strings"
	"testing"
)

// TestUndecided: what the checker does not know is said, and supports no claim.
func TestUndecided(t *testing.T) {
	t.Parallel()
	for want, plant := range map[string]func(b *book){
		"simple TrueType":            both(simpleFont("/Encoding/WinAnsiEncoding"), swap(oUnicode, "1 beginbfrange <00><04><0041> endbfrange", "1 beginbfrange <00><04><0041> endbfrange ")),
		"Type 3 font":                put1(oFont, "Subtype", "/Type3"),
		"encodings other than":       put1(oFont, "Encoding", "/UniJIS-UTF16-H"),
		"overprint mode 1":           both(put1(oState, "OPM", "1"), put1(oState, "OP", "true")),
		"transfer functions":         put1(oState, "HT", "<</HalftoneType 5>>"),
		"data of the filter JPX":     put1(oJPEG, "Filter", "/JPXDecode"),
		"data of the filter CCITT":   put1(oJPEG, "Filter", "/CCITTFaxDecode"),
		"font program under FontFil": both(put1(oDescriptor, "FontFile3", "13 0 R"), drop(oDescriptor, "FontFile2"), cff),
	} {
		b := good(t)
		plant(b)
		r, err := Check(b.bytes())
		if err != nil || r.OK() || !strings.Contains(strings.Join(r.Undecided, "\n"), want) {
			t.Errorf("%s: undecided is %q (%v)", want, r.Undecided, err)
		}
	}
}

// cff puts a font program with PostScript outlines into the book.
func cff(b *book) {
	b.stream(oUnused, "<</Subtype/CIDFontType0C>>", []byte("\x01\x00\x04\x01"))
	b.put(oDescriptor, "FontFile3", "90 0 R")
	b.put(oCIDFont, "Subtype", "/CIDFontType0")
}
