package capture

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Both forms of headers give the same entries, and the raw profile shows forms.
func TestReadSAMLTracer(t *testing.T) {
	t.Parallel()
	raw := sample(t, "saml-tracer.json")
	got, src, err := entries(t, bytes.NewReader(raw), Limits{})
	if err != nil || src.Kind != "saml_tracer" {
		t.Fatalf("source %+v, error %v", src, err)
	}
	legacy, _, err := entries(t, bytes.NewReader(legacyTrace(t, raw)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(got, legacy); d != "" {
		t.Errorf("old and new headers differ (-new +old):\n%s", d)
	}
	last := got[len(got)-2]
	want := Entry{
		Index: len(got) - 2, TimeMS: -1, Timings: Timings{-1, -1, -1, -1, -1, -1},
		Request: Request{
			Method: "POST", URL: "http://sp.localhost:8091/acs", Headers: last.Request.Headers, BodySize: -1,
			Body: &Body{MIME: "application/x-www-form-urlencoded", Params: last.Request.Body.Params},
		},
		Response: &Response{Status: 200, StatusText: "OK", HTTPVersion: "HTTP/1.1", Headers: last.Response.Headers, BodySize: -1},
	}
	if d := cmp.Diff(want, last); d != "" {
		t.Errorf("entry differs (-want +got):\n%s", d)
	}
	if p := last.Request.Body.Params; len(p) != 2 || p[0].Name != "SAMLResponse" || len(p[0].Value) < 500 || p[1] != (Field{"RelayState", "relay-0123456789abcdef"}) {
		t.Errorf("form %+v", p)
	}
	if len(last.Request.Headers) < 5 || len(last.Response.Headers) < 3 {
		t.Errorf("headers %v and %v", last.Request.Headers, last.Response.Headers)
	}
	// The decoded message that the tracer adds stands nowhere.
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"Made-up-street", "<saml", `\u003csaml`} {
		if bytes.Contains(text, []byte(secret)) {
			t.Errorf("the entries hold %q", secret)
		}
	}
}

// Profiles that replace values say so, and what was put for a value is no value.
func TestReadSAMLTracerProfiles(t *testing.T) {
	t.Parallel()
	raw := sample(t, "saml-tracer.json")
	for profile, want := range map[int][]string{
		1: {LimitBodies, LimitTimes},
		2: {LimitCookies, LimitForms, LimitBodies, LimitTimes},
		3: {LimitCookies, LimitForms, LimitBodies, LimitTimes},
	} {
		doc := raw
		if profile != 1 {
			doc = filterTrace(t, raw, profile)
		}
		got, src, err := entries(t, bytes.NewReader(doc), Limits{})
		if err != nil || !slices.Equal(src.CannotShow, want) {
			t.Errorf("profile %d: cannot show %v, want %v, error %v", profile, src.CannotShow, want, err)
		}
		forms := 0
		for _, e := range got {
			if e.Request.Body == nil {
				continue
			}
			for _, p := range e.Request.Body.Params {
				forms++
				if (p.Value == "") != (profile != 1) || isFiltered(p.Value) || isFiltered(p.Name) {
					t.Errorf("profile %d: field %s has %d bytes", profile, p.Name, len(p.Value))
				}
			}
		}
		if forms != 4 {
			t.Errorf("profile %d: %d form fields", profile, forms)
		}
	}
}

func TestReadSAMLTracerOddities(t *testing.T) {
	t.Parallel()
	request := func(s string) Entry {
		return one(t, `{"timestamp":"2026-03-01T10:00:00Z","requests":[{"url":"https://a.example/",`+s+`}]}`)
	}
	form := []Field{{"a", "1"}, {"a", "2"}, {"b", ""}}
	tests := []struct {
		name string
		got  any
		want any
	}{
		{"no answer", request(`"method":"GET"`).Response == nil, true},
		{"empty answer", request(`"responseStatus":"","responseStatusText":"","responseHeaders":[]`).Response == nil, true},
		{"null answer", request(`"responseStatus":null,"responseHeaders":null`).Response == nil, true},
		{"reason without version", request(`"responseStatus":200,"responseStatusText":"OK"`).Response.StatusText, "OK"},
		{"version without reason", request(`"responseStatus":200,"responseStatusText":"HTTP/2"`).Response.HTTPVersion, "HTTP/2"},
		{"form", request(`"method":"POST","post":[["a","1"],["a","2"],["b",""]]`).Request.Body.Params, form},
		{"form of odd pairs", request(`"post":[["a"],[],["a","1","2"],null,3,["n",4]]`).Request.Body.Params, []Field{{"a", ""}, {"", ""}, {"a", "1"}, {"n", "4"}}},
		{"form in postData only", request(`"postData":{"a":["1","2"],"b":""}`).Request.Body.Params, form},
		{"form in both", request(`"postData":{"a":["9"]},"post":[["a","1"],["a","2"],["b",""]]`).Request.Body.Params, form},
		{"text in postData", request(`"postData":"Content-Type: x\r\n\r\na=1"`).Request.Body == nil, true},
		{"name that was replaced", request(`"post":[["{hash:ab}",""],["a","{obf:alternative_1}"],["b","{overwritten}"]]`).Request.Body.Params, []Field{{"a", ""}, {"b", ""}}},
		{"folded cookies", request(`"responseHeaders":[{"name":"Set-Cookie","value":"a=1\nb=2"}]`).Response.Headers, []Field{{"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2"}}},
		{"header in bytes", request(`"requestHeaders":[{"name":"X","binaryValue":[1,2]}]`).Request.Headers, []Field{{"X", ""}}},
		{"headers as object", request(`"requestHeaders":{"X":"1"}`).Request.Headers, []Field{{"X", "1"}}},
		{"decoded messages", request(`"saml":"<saml>secret</saml>","samlart":"secret","get":[["a","secret"]],"x":{"y":"secret"}`).Comment, ""},
	}
	for _, tt := range tests {
		if d := cmp.Diff(tt.want, tt.got); d != "" {
			t.Errorf("%s differs (-want +got):\n%s", tt.name, d)
		}
	}
}

// A file is of one format: what comes first counts.
func TestReadOneFormatOnly(t *testing.T) {
	t.Parallel()
	har, trace := `"log":{"entries":[{"comment":"har"}]}`, `"requests":[{"method":"TRACE"}]`
	for doc, kind := range map[string]string{`{` + har + `,` + trace + `}`: "har", `{` + trace + `,` + har + `}`: "saml_tracer"} {
		got, src, err := entries(t, strings.NewReader(doc), Limits{})
		if err != nil || len(got) != 1 || src.Kind != kind {
			t.Errorf("%d entries, kind %s, error %v", len(got), src.Kind, err)
		}
	}
}

// The limits of entries hold here too.
func TestSAMLTracerLimits(t *testing.T) {
	t.Parallel()
	doc := `{"requests":[{"url":"1"},{"url":"2"},{"url":"3"}]}`
	if got, _, err := entries(t, strings.NewReader(doc), Limits{Entries: 3}); err != nil || len(got) != 3 {
		t.Errorf("at the limit: %d entries, error %v", len(got), err)
	}
	if got, _, err := entries(t, strings.NewReader(doc), Limits{Entries: 2}); err == nil || len(got) != 2 {
		t.Errorf("over the limit: %d entries, error %v", len(got), err)
	}
	for n, cut := range map[int]bool{3: false, 4: true} {
		doc := `{"requests":[{"post":[` + strings.TrimSuffix(strings.Repeat(`["a","b"],`, n), ",") + `]}]}`
		got, _, err := entries(t, strings.NewReader(doc), Limits{Children: 3})
		if err != nil || got[0].Cut != cut || len(got[0].Request.Body.Params) != 3 {
			t.Errorf("%d fields: %+v, error %v", n, got, err)
		}
	}
}
