package pdf

import (
	_ "embed"
	"fmt"
)

// srgb is the profile of the colours of a document: sRGB (IEC 61966-2-1) as an
// ICC profile of version 2, which every reader knows. It is a file, not computed
// here, because powers may differ in the last bit between processors; the tests
// make it and compare.
//
//go:embed srgb.icc
var srgb []byte

// outputIntent says what the device colours of the file mean (ISO 19005-3,
// 6.2.3) and returns the catalog's entry.
func (r *renderer) outputIntent() string {
	id := r.file.alloc()
	r.file.deflated(id, "/N 3", srgb)
	const condition = "(sRGB IEC61966-2.1)"
	return "/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier" + condition + "/Info" + condition +
		"/RegistryName(http://www.color.org)/DestOutputProfile " + id.String() + ">>]"
}

// Limits of ISO 19005-3, 6.1.13.
const (
	maxName  = 127   // bytes of a name
	maxUnits = 16000 // of UTF-16 in a text string, whose bytes may be 32,767
	maxKey   = 8000  // bytes of the name of a destination, which stands in hexadecimal
)

// visible makes text safe for what viewers show outside of pages and for what is
// read aloud: characters that are invisible or steer their neighbours become
// their code point, white space becomes plain, and the length has a limit.
func visible(s string) string {
	clean, units, before := true, 0, rune(0)
	for _, r := range s {
		if hidden(r) && r != '\n' && !joined(before, r) {
			clean = false
		}
		before = r
		if units++; r > 0xFFFF {
			units++
		}
	}
	if clean && units <= maxUnits {
		return s
	}
	var b []byte
	units, before = 0, 0
	for _, r := range s {
		from := len(b)
		switch {
		case r == '\t' || r == '\r' || r == '\n':
			b = append(b, ' ')
		case hidden(r) && !joined(before, r):
			b = fmt.Appendf(b, "U+%04X", r)
		default:
			b = append(b, string(r)...)
		}
		before = r
		if units += len(b) - from; units > maxUnits {
			return string(append(b, "…"...))
		}
	}
	return string(b)
}
