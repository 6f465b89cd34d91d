package transcript

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"
)

// asEncodingJSON is what encoding/json writes for the wire types.
func asEncodingJSON(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

func TestAppendStringIsThatOfEncodingJSON(t *testing.T) {
	t.Parallel()
	texts := []string{"", "plain", "<a href=\"x\">&amp;</a>", "\u2028\u2029\u2027", "\xff\xfe a", "é\u00a0世界\U0001f600", "\xe2\x80", "a\xc0\x80b", "\x7f"}
	for c := range 256 {
		texts = append(texts, "x"+string([]byte{byte(c)})+"y", string(rune(c)))
	}
	for _, s := range texts {
		if got, want := string(AppendString([]byte("["), s)), "["+asEncodingJSON(t, s); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
}

func TestAppendEntryIsTheWireTypesJSON(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		return []string{"", "~state.ABCDEFGHIJKLMNOP", "a\"b\\c\n", "<&>", "\u2028\xff", "page_1", "https://host-1.invalid/s1?a=b#c"}[rng.IntN(7)]
	}
	fields := func() []Field {
		var out []Field
		for range rng.IntN(4) {
			out = append(out, Field{text(), text()})
		}
		return out
	}
	cookies := func() []Cookie {
		var out []Cookie
		for range rng.IntN(3) {
			out = append(out, Cookie{text(), text(), text(), text(), text(), text(), rng.IntN(2) == 0, rng.IntN(2) == 0})
		}
		return out
	}
	var scratch []string
	for i := range 2000 {
		e := Entry{
			PageRef: text(), TimeMS: rng.IntN(5) - 1, Failed: rng.IntN(2) == 0, ResourceType: text(),
			Request: Request{Method: text(), URL: text(), HTTPVersion: text(), Headers: fields(), Cookies: cookies(), Query: fields(),
				Form: fields(), BodyMIME: text(), BodyText: text(), BodySize: rng.IntN(3) - 1},
		}
		if rng.IntN(3) > 0 {
			e.StartedAt = time.UnixMilli(rng.Int64N(1 << 42)).In(time.FixedZone("", 3600))
			e.Response = &Response{Status: rng.IntN(600), HTTPVersion: text(), Headers: fields(), Cookies: cookies(),
				RedirectURL: text(), BodyMIME: text(), BodyText: text(), BodySize: rng.IntN(3)}
		}
		if rng.IntN(4) > 0 {
			e.Facts = Facts{FactForms: rng.IntN(3), FactHostRole: text(), FactTitlePresent: true, "z<": 1.5, FactFailed: false, FactResourceType: "xhr"}
		}
		var got []byte
		var err error
		if got, scratch, err = appendEntry(nil, &e, scratch); err != nil {
			t.Fatal(err)
		}
		if want := asEncodingJSON(t, toWire(&e)); string(got) != want {
			t.Fatalf("entry %d:\n%s\nwant\n%s", i, got, want)
		}
	}
}
