package canary

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"html"
	"io"
	"net/url"
	"strings"
	"unicode/utf16"
)

func b64(s string) string    { return base64.StdEncoding.EncodeToString([]byte(s)) }
func b64url(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func compressed(s string, open func(io.Writer) io.WriteCloser) string {
	var b bytes.Buffer
	w := open(&b)
	// A bytes.Buffer takes everything.
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.String()
}

func deflated(s string) string {
	return compressed(s, func(w io.Writer) io.WriteCloser {
		z, err := flate.NewWriter(w, flate.BestCompression)
		if err != nil {
			panic(err) // only of a level that does not exist
		}
		return z
	})
}

func gzipped(s string) string {
	return compressed(s, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
}

func zlibbed(s string) string {
	return compressed(s, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })
}

// percentAll encodes every byte.
func percentAll(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "%%%02x", s[i])
	}
	return b.String()
}

// entities writes every character as a numeric character reference.
func entities(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "&#x%x;", s[i])
	}
	return b.String()
}

// escaped writes every other character as \u.
func escaped(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if i%2 == 0 {
			fmt.Fprintf(&b, `\u%04x`, s[i])
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

func utf16Of(s string, order binary.ByteOrder) string {
	b := make([]byte, 0, 2*len(s))
	for _, c := range utf16.Encode([]rune(s)) {
		b = append(b, 0, 0)
		order.PutUint16(b[len(b)-2:], c)
	}
	return string(b)
}

// encoding is one way of hiding a value, alone or over another.
type encoding struct {
	name string
	of   func(string) string
}

func encodings() []encoding {
	return []encoding{
		{"plain", func(s string) string { return s }},
		{"percent", percentAll},
		{"percent twice", func(s string) string { return url.QueryEscape(percentAll(s)) }},
		{"entities", entities},
		{"JSON escapes", func(s string) string { return `{"a":"` + escaped(s) + `"}` }},
		{"JSON in JSON", func(s string) string { return text(object{"a": text(object{"b": s})}) }},
		{"base64", b64},
		{"base64url", b64url},
		{"base64 twice", func(s string) string { return b64(b64url(s)) }},
		{"base64 of JSON", func(s string) string { return b64(text(object{"token": s})) }},
		{"hex", hexOf},
		{"hex of base64", func(s string) string { return hexOf(b64(s)) }},
		{"deflate", func(s string) string { return b64(deflated("<a>" + s + "</a>")) }},
		{"zlib", func(s string) string { return b64(zlibbed("<a>" + s + "</a>")) }},
		{"gzip", func(s string) string { return b64(gzipped("<a>" + s + "</a>")) }},
		{"UTF-16", func(s string) string { return b64(utf16Of(s, binary.LittleEndian)) }},
		{"UTF-16 big", func(s string) string { return b64("\xfe\xff" + utf16Of(s, binary.BigEndian)) }},
		{"HTML in base64", func(s string) string { return b64("<p title='" + html.EscapeString(entities(s)) + "'></p>") }},
	}
}

// matrix plants each encoding in each carrier.
func (p *planter) matrix() list {
	const app = "https://app.example.org/"
	esc := url.QueryEscape
	carriers := []struct {
		name string
		of   func(string) object
	}{
		{"unknown parameter", func(s string) object { return get(app + "?payload=" + esc(s)) }},
		{"state", func(s string) object { return get(app + "cb?state=" + esc(s)) }},
		{"path", func(s string) object { return get(app + url.PathEscape(s)) }},
		{"fragment", func(s string) object { return get(app + "#id=" + esc(s)) }},
		{"form field", func(s string) object {
			return posted(app, "application/x-www-form-urlencoded", "memo="+esc(s))
		}},
		{"JSON member", func(s string) object { return answered(app+"api", "application/json", text(object{"memo": s})) }},
		{"cookie", func(s string) object {
			return entry("GET", app, object{"headers": list{pair("Cookie", "sid="+esc(s))}}, nil)
		}},
		{"unknown header", func(s string) object {
			return entry("GET", app, object{"headers": list{pair("X-Memo", s)}}, nil)
		}},
		{"page", func(s string) object { return answered(app, "text/html", "<p>"+s+"</p>") }},
		{"Referer", func(s string) object {
			return entry("GET", app, object{"headers": list{pair("Referer", app+"?m="+esc(s))}}, nil)
		}},
	}
	var out list
	for _, c := range carriers {
		for _, e := range encodings() {
			out = append(out, c.of(e.of(p.any(e.name+" in "+c.name))))
		}
	}
	return out
}
