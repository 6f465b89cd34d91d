// Package dig decodes a text through every encoding it knows, layer by layer, so
// that a value is found wherever and however it hides. It is written from the
// encodings and imports nothing of the program.
package dig

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Bounds of digging: enough for nine layers over a file of some megabytes.
const (
	maxDepth = 9
	maxBytes = 8 << 20
	maxTotal = 256 << 20
	// A file is decoded as a whole once; after that its parts are.
	largeBytes = 32 << 10
)

// Texts gives the text and everything that can be decoded from it or from any
// part of it: UTF-16, JSON strings and their escapes, percent-encoding, HTML
// entities, base64 in both alphabets, hexadecimal, gzip, zlib, deflate and zip.
func Texts(file []byte) []string {
	d := &digger{seen: map[string]bool{}}
	d.dig(string(file), 0)
	return d.texts
}

type digger struct {
	seen  map[string]bool
	texts []string
	total int
	flate io.ReadCloser // used again: a new one costs 40 kB
}

func (d *digger) dig(text string, depth int) {
	if depth > maxDepth || len(text) < 4 || len(text) > maxBytes || d.total > maxTotal || d.seen[text] {
		return
	}
	d.seen[text] = true
	d.texts = append(d.texts, text)
	d.total += len(text)
	if len(text) <= largeBytes || depth == 0 {
		for _, next := range d.wholes(text) {
			d.dig(next, depth+1)
		}
	}
	for _, part := range quoted(text) {
		d.dig(part, depth+1)
	}
	for _, run := range runs(text) {
		for _, next := range d.decodings(run) {
			d.dig(next, depth+1)
		}
	}
}

// wholes gives the decodings of a text as a whole.
func (d *digger) wholes(text string) []string {
	var out []string
	add := func(s string) {
		if s != text {
			out = append(out, s)
		}
	}
	if s, ok := fromUTF16(text); ok {
		add(s)
	}
	if strings.Contains(text, "%") {
		add(percentDecoded(text))
	}
	if strings.Contains(text, "+") {
		add(strings.ReplaceAll(text, "+", " "))
	}
	if strings.Contains(text, "&") {
		add(html.UnescapeString(text))
	}
	if strings.Contains(text, `\u`) {
		add(escapesDecoded(text))
	}
	for _, file := range unzipped(text) {
		add(file)
	}
	if !printable([]byte(text[:min(len(text), 16)])) {
		if s, ok := d.inflated([]byte(text)); ok {
			add(s)
		}
	}
	return out
}

func percentDecoded(text string) string {
	b := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			if c, err := hex.DecodeString(text[i+1 : i+3]); err == nil {
				b = append(b, c[0])
				i += 2
				continue
			}
		}
		b = append(b, text[i])
	}
	return string(b)
}

// escapesDecoded undoes \u escapes wherever they stand, also where the text
// around them is no JSON.
func escapesDecoded(text string) string {
	b := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+5 < len(text) && text[i+1] == 'u' {
			if c, err := hex.DecodeString(text[i+2 : i+6]); err == nil {
				b = utf8.AppendRune(b, rune(c[0])<<8|rune(c[1]))
				i += 5
				continue
			}
		}
		b = append(b, text[i])
	}
	return string(b)
}

// fromUTF16 decodes a text whose every other byte is mostly zero, or that begins
// with a byte order mark.
func fromUTF16(text string) (string, bool) {
	head := text[:min(len(text), 64)]
	low, high := 0, 0 // zero bytes at even and at odd places
	for i := range len(head) {
		if head[i] == 0 && i%2 == 0 {
			low++
		} else if head[i] == 0 {
			high++
		}
	}
	big := strings.HasPrefix(text, "\xfe\xff") || low > len(head)/4
	if !big && !strings.HasPrefix(text, "\xff\xfe") && high <= len(head)/4 {
		return "", false
	}
	units := make([]uint16, len(text)/2)
	for i := range units {
		a, b := uint16(text[2*i]), uint16(text[2*i+1])
		if big {
			a, b = b, a
		}
		units[i] = a | b<<8
	}
	return string(utf16.Decode(units)), true
}

// quoted gives the decoded JSON strings in a text.
func quoted(text string) []string {
	var out []string
	for i := 0; i < len(text); i++ {
		if text[i] != '"' {
			continue
		}
		end := i + 1
		for end < len(text) && text[end] != '"' {
			if text[end] == '\\' {
				end++
			}
			end++
		}
		if end >= len(text) {
			break
		}
		var s string
		if end-i > 6 && json.Unmarshal([]byte(text[i:end+1]), &s) == nil {
			out = append(out, s)
		}
		i = end
	}
	return out
}

// alphabet is a set of characters below utf8.RuneSelf.
type alphabet [utf8.RuneSelf]bool

// Made once, since digging asks of every character of every layer.
var (
	standard, forURLs, overLines = alphanumericAnd("+/"), alphanumericAnd("-_"), alphanumericAnd("+/\r\n")

	joinLines  = strings.NewReplacer("\r", "", "\n", "")
	toStandard = strings.NewReplacer("-", "+", "_", "/")
)

func alphanumericAnd(marks string) *alphabet {
	var a alphabet
	for c := range a {
		a[c] = c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte(marks, byte(c)) >= 0
	}
	return &a
}

// runs gives the words of a text that may be base64 or hexadecimal: in the
// standard alphabet, in that for URLs, since a / also parts a path, and in the
// standard one over several lines.
func runs(text string) []string {
	of := func(a *alphabet) []string {
		return strings.FieldsFunc(text, func(c rune) bool { return c >= utf8.RuneSelf || !a[c] })
	}
	out := append(of(standard), of(forURLs)...)
	for _, run := range out {
		// Where base64 stands in a path, it may begin behind any slash.
		for n := 0; n < 6; n++ {
			at := strings.IndexByte(run, '/')
			if at < 0 {
				break
			}
			run = run[at+1:]
			out = append(out, run)
		}
	}
	if strings.Contains(text, "\n") {
		for _, run := range of(overLines) {
			if strings.Contains(run, "\n") {
				out = append(out, joinLines.Replace(run))
			}
		}
	}
	return out
}

func (d *digger) decodings(run string) []string {
	if len(run) < 6 {
		return nil
	}
	var out []string
	add := func(b []byte) {
		if printable(b) {
			out = append(out, string(b))
			return
		}
		if s, ok := d.inflated(b); ok {
			out = append(out, s)
		}
		if looksUTF16(b) || binaryWithText(b) {
			out = append(out, string(b))
		}
	}
	if b, err := hex.DecodeString(run); err == nil {
		add(b)
	}
	std := toStandard.Replace(run)
	if len(std)%4 == 1 {
		std = std[:len(std)-1]
	}
	// The last character may have bits that belong to nothing.
	if b, err := base64.RawStdEncoding.DecodeString(std); err == nil {
		add(b)
	}
	return out
}

// unzipped gives the files of a zip.
func unzipped(text string) []string {
	if !strings.HasPrefix(text, "PK\x03\x04") {
		return nil
	}
	z, err := zip.NewReader(strings.NewReader(text), int64(len(text)))
	if err != nil {
		return nil
	}
	var out []string
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			continue
		}
		if content, err := io.ReadAll(io.LimitReader(r, maxBytes)); err == nil {
			out = append(out, f.Name+"\n"+string(content))
		}
		_ = r.Close()
	}
	return out
}

func looksUTF16(b []byte) bool {
	_, ok := fromUTF16(string(b))
	return ok
}

// binaryWithText tells whether ten printable characters follow each other: a
// picture or a PDF can hold a text.
func binaryWithText(b []byte) bool {
	n := 0
	for _, c := range b {
		if n++; c < ' ' || c >= 0x7f {
			n = 0
		}
		if n >= 10 {
			return true
		}
	}
	return false
}

func printable(b []byte) bool {
	bad := 0
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' || c >= 0x7f {
			bad++
		}
	}
	return bad*8 <= len(b)
}

// inflated undoes gzip, zlib or deflate.
func (d *digger) inflated(b []byte) (string, bool) {
	if len(b) < 8 || len(b) > maxBytes {
		return "", false
	}
	var r io.Reader
	switch {
	case b[0] == 0x1f && b[1] == 0x8b:
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return "", false
		}
		r = z
	case b[0] == 0x78 && (int(b[0])<<8|int(b[1]))%31 == 0:
		z, err := zlib.NewReader(bytes.NewReader(b))
		if err != nil {
			return "", false
		}
		r = z
	default:
		if d.flate == nil {
			d.flate = flate.NewReader(nil)
		}
		if err := d.flate.(flate.Resetter).Reset(bytes.NewReader(b), nil); err != nil {
			return "", false
		}
		r = d.flate
	}
	out, err := io.ReadAll(io.LimitReader(r, maxBytes))
	if err != nil && len(out) < 8 {
		return "", false
	}
	return string(out), len(out) > 0 && printable(out)
}
