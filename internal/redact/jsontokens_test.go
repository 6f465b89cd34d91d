package redact

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// ownJSON lists the tokens of a text, and after each whether more follow.
func ownJSON(text []byte) []string {
	var t jsonTokens
	t.reset(text)
	var out []string
	for t.next() {
		s := ""
		switch t.kind {
		case jsonNull:
			s = "null"
		case jsonBool:
			s = fmt.Sprint(t.isTrue)
		case jsonNumber:
			s = "number " + string(t.value)
		case jsonString:
			s = "string " + string(t.value)
		case jsonBegin:
			s = "["
			if t.state == objectStart {
				s = "{"
			}
		case jsonEnd:
			s = "end"
		}
		out = append(out, fmt.Sprint(s, " ", t.more()))
	}
	return out
}

// referenceJSON does the same with encoding/json.
func referenceJSON(text []byte) []string {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var out []string
	for {
		token, err := dec.Token()
		if err != nil {
			return out
		}
		s := "null"
		switch v := token.(type) {
		case json.Delim:
			s = v.String()
			if v == ']' || v == '}' {
				s = "end"
			}
		case json.Number:
			s = "number " + v.String()
		case string:
			s = "string " + v
		case bool:
			s = fmt.Sprint(v)
		}
		out = append(out, fmt.Sprint(s, " ", dec.More()))
	}
}

var hardJSON = []string{
	"", "{", "}", "[", "]", "{}", "[]", "[[]]", `{"a":1}`, `{"a":1,}`, `{"a"}`, `{"a":}`, `{"a" 1}`, `{a:1}`, `{1:2}`, `{"a":1 "b":2}`, `{,}`, `[,]`, `[1,]`, `[1 2]`, `[1,,2]`,
	`[1}`, `{"a":1]`, `[}`, `{]`, `"a" "b"`, `1 2`, `nul`, `null`, `nullx`, `truetrue`, `[true,false,null]`, `-`, `-0`, `-1.5e+10`, `01`, `1.`, `.1`, `1e`, `1e+`, `1x`, `[1x]`, `+1`, `NaN`,
	`"\u0041\n\/\""`, `"\x"`, `"\u12"`, `"\u12G4"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ud83d\u0041"`, `"\ud83dx"`, `"\ude00\ud83d"`, "\"a\nb\"", "\"a\x7fb\"", "\"\xff\xfe\xc3\"", `"`, `"a`, `"\`,
	"  [ 1 , \t 2 \n]\r x", "\v1", "\ufeff{}", `{"a":{"b":[1,{"c":null}]},"d":"e"}`, `{"":""}`, `[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]`, `:`, `,`, `{"a"::1}`, `[:1]`, `[1:2]`, `{"a":1:2}`, `{"a","b"}`,
}

func sameJSON(t *testing.T, text []byte) {
	t.Helper()
	if got, want := ownJSON(text), referenceJSON(text); !slices.Equal(got, want) {
		t.Fatalf("%q:\n%q\nwant\n%q", text, got, want)
	}
}

func TestJSONTokensAreThoseOfEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, a := range hardJSON {
		sameJSON(t, []byte(a))
		for _, b := range hardJSON {
			sameJSON(t, []byte(a+b))
			sameJSON(t, []byte("["+a+","+b+"]"))
			sameJSON(t, []byte(`{"x":`+a+`,"y":`+b+"}"))
		}
	}
	long := `{"keys":[` + strings.Repeat(`{"kid":"a\u00e9b","n":-12.5e3,"ok":true},`, 50) + `null]}`
	for cut := range len(long) {
		sameJSON(t, []byte(long[:cut]))
	}
}

func FuzzJSONTokens(f *testing.F) {
	for _, text := range hardJSON {
		f.Add([]byte(text))
	}
	if len(hardJSON) < 70 {
		f.Fatalf("%d seeds, want 70", len(hardJSON))
	}
	f.Fuzz(sameJSON)
}
