package conform

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// decodeText reads a text string: UTF-16 with a byte order mark, UTF-8 with
// one, else PDFDocEncoding.
func decodeText(s string) string {
	switch {
	case strings.HasPrefix(s, "\xFE\xFF"):
		return utf16Text(s[2:])
	case strings.HasPrefix(s, "\xEF\xBB\xBF"):
		return s[3:]
	}
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(docEncoding(s[i]))
	}
	return b.String()
}

func utf16Text(s string) string {
	units := make([]uint16, 0, len(s)/2)
	for i := 0; i+1 < len(s); i += 2 {
		units = append(units, uint16(s[i])<<8|uint16(s[i+1]))
	}
	return string(utf16.Decode(units))
}

// docHigh is PDFDocEncoding from 0x80 to 0xA0 (ISO 32000-1, D.2).
var docHigh = []rune("•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž\uFFFD€")

// docLow is PDFDocEncoding from 0x18 to 0x1F.
var docLow = []rune("˘ˇˆ˙˝˛˚˜")

func docEncoding(c byte) rune {
	switch {
	case c >= 0x18 && c <= 0x1F:
		return docLow[c-0x18]
	case c >= 0x80 && c <= 0xA0:
		return docHigh[c-0x80]
	}
	return rune(c)
}

// validUTF8 tells whether a name is UTF-8 text.
func validUTF8(n name) bool { return utf8.ValidString(string(n)) }

// blank tells whether a text has nothing to read aloud.
func blank(s string) bool { return strings.TrimSpace(s) == "" }
