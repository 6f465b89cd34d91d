package capture

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzLexer: any JSON value is passed over where nobody asks for it, whatever
// it holds, and any JSON string of valid UTF-8 reads as encoding/json reads it,
// at whatever place of the lexer's window.
func FuzzLexer(f *testing.F) {
	seeds := []string{
		`"a"`, `"\u0041\"\\\/\b\f\n\r\t"`, `"\ud83d\ude00\ud83d"`, `{"a":[1,-2.5e+3,true,null,"]}"],"b":{}}`, `[[[[]]],{"\"":"\\"}]`, "\"\u2028\xff\"", `0`, `""`,
		`{"log":{"entries":[{}]}}`, `"` + strings.Repeat(`\\`, 40) + `"`,
	}
	for _, s := range seeds {
		f.Add(s, uint16(len(s)))
	}
	if len(seeds) != 10 {
		f.Fatalf("%d seeds, want 10", len(seeds))
	}
	f.Fuzz(func(t *testing.T, value string, shift uint16) {
		if len(value) > 4000 || !json.Valid([]byte(value)) || strings.Count(value, "[")+strings.Count(value, "{") > 400 || hasLongNumber(value) {
			return
		}
		// White space moves the value over the end of a window.
		doc := strings.Repeat(" ", windowBytes-2000+int(shift)%4000) + `{"x":` + value + `,"log":{"y":` + value + `,"entries":[{"z":` + value + `,"request":{"url":` + value + `,"method":"GET"}}]}}`
		got, src, err := entries(t, bytes.NewReader([]byte(doc)), Limits{})
		if err != nil || len(got) != 1 || src.Truncated || got[0].Request.Method != "GET" {
			t.Fatalf("%d entries, source %+v, %v", len(got), src, err)
		}
		var want string
		if json.Unmarshal([]byte(value), &want) == nil && got[0].Request.URL != want && strings.TrimSpace(value)[0] == '"' && utf8.ValidString(value) {
			t.Fatalf("%q reads as %q, want %q", value, got[0].Request.URL, want)
		}
	})
}

// hasLongNumber tells whether a JSON value holds a number of more than wordBytes
// characters, which the lexer refuses as a limit; see TestFixedLimits.
func hasLongNumber(value string) bool {
	dec := json.NewDecoder(strings.NewReader(value))
	dec.UseNumber()
	for {
		token, err := dec.Token()
		if err != nil {
			return false
		}
		if n, ok := token.(json.Number); ok && len(n) > wordBytes {
			return true
		}
	}
}
