// Package leaktest looks for values that a redaction should have taken away: a
// decoder that digs through every encoding it knows, and a HAR with planted
// values over every position. It is written from the positions and encodings,
// not from the redactor, and imports nothing of it.
package leaktest

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"io"
	"net/url"
	"strings"
)

// Bounds of digging: enough for nine layers over a redacted file of a few
// hundred kilobytes.
const (
	maxDepth = 9
	maxTexts = 60_000
	maxBytes = 4 << 20
)

// Dig gives the text and everything that can be decoded from it or from any
// part of it: JSON strings, percent-encoding, HTML entities, base64 in both
// alphabets, hexadecimal, gzip and deflate, layer by layer.
func Dig(text []byte) []string {
	d := &digger{seen: map[string]bool{}}
	d.dig(string(text), 0)
	return d.texts
}

// Contains tells whether any decoding of the text holds the value.
func Contains(decoded []string, value string) bool {
	for _, t := range decoded {
		if strings.Contains(t, value) {
			return true
		}
	}
	return false
}

type digger struct {
	seen  map[string]bool
	texts []string
}

func (d *digger) dig(text string, depth int) {
	if depth > maxDepth || len(text) < 4 || len(text) > maxBytes || d.seen[text] || len(d.texts) > maxTexts {
		return
	}
	d.seen[text] = true
	d.texts = append(d.texts, text)
	for _, next := range wholes(text) {
		if next != text {
			d.dig(next, depth+1)
		}
	}
	for _, part := range quoted(text) {
		d.dig(part, depth+1)
	}
	for _, run := range runs(text) {
		for _, next := range decodings(run) {
			d.dig(next, depth+1)
		}
	}
}

// wholes gives the decodings of a text as a whole.
func wholes(text string) []string {
	var out []string
	if strings.ContainsAny(text, "%+") {
		if s, err := url.QueryUnescape(text); err == nil {
			out = append(out, s)
		} else {
			out = append(out, looseUnescape(text))
		}
	}
	if strings.Contains(text, "&") {
		out = append(out, html.UnescapeString(text))
	}
	if strings.Contains(text, `\`) {
		var s string
		if json.Unmarshal([]byte(`"`+strings.ReplaceAll(text, `"`, `\u0022`)+`"`), &s) == nil {
			out = append(out, s)
		}
	}
	return out
}

func looseUnescape(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			if c, err := hex.DecodeString(text[i+1 : i+3]); err == nil {
				b.Write(c)
				i += 2
				continue
			}
		}
		b.WriteByte(text[i])
	}
	return b.String()
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
		if json.Unmarshal([]byte(text[i:end+1]), &s) == nil && strings.ContainsAny(s, `\"%&`) {
			out = append(out, s)
		}
		i = end
	}
	return out
}

// runs gives the words of a text that may be base64 or hexadecimal.
func runs(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '-' || c == '_')
	})
}

func decodings(run string) []string {
	if len(run) < 6 {
		return nil
	}
	var out []string
	add := func(b []byte) {
		if !printable(b) {
			if inflated, ok := inflate(b); ok {
				out = append(out, string(inflated))
			}
			return
		}
		out = append(out, string(b))
	}
	if b, err := hex.DecodeString(run); err == nil {
		add(b)
	}
	std := strings.NewReplacer("-", "+", "_", "/").Replace(run)
	if b, err := base64.RawStdEncoding.DecodeString(std[:len(std)-len(std)%4+[]int{0, 0, 2, 3}[len(std)%4]]); err == nil {
		add(b)
	}
	return out
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

func inflate(b []byte) ([]byte, bool) {
	var r io.Reader = flate.NewReader(bytes.NewReader(b))
	if len(b) > 2 && b[0] == 0x1f && b[1] == 0x8b {
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil, false
		}
		r = z
	}
	out, err := io.ReadAll(io.LimitReader(r, maxBytes))
	if err != nil && len(out) < 8 {
		return nil, false
	}
	return out, printable(out) && len(out) > 0
}

// Runs gives the runs of at least n characters [A-Za-z0-9_-] of a text.
func Runs(text string, n int) map[string]bool {
	out := map[string]bool{}
	for _, run := range strings.FieldsFunc(text, func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-')
	}) {
		if len(run) >= n {
			out[run] = true
		}
	}
	return out
}
