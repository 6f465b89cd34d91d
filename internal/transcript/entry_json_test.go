package transcript

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAnEntryByItselfComesBackAsItWas(t *testing.T) {
	t.Parallel()
	want := Entry{
		Index: 7, StartedAt: time.Date(2026, 11, 20, 16, 21, 7, 0, time.UTC), TimeMS: 12, ResourceType: "document",
		Request: Request{Method: "GET", URL: "https://rp.example/cb?state=~state.AAAAAAAAAAAAAAAA", HTTPVersion: "HTTP/2",
			Headers: []Field{}, Query: []Field{{Name: "state", Value: "~state.AAAAAAAAAAAAAAAA"}}, BodySize: -1},
		Response: &Response{Status: 302, HTTPVersion: "HTTP/2", Headers: []Field{}, RedirectURL: "/welcome", BodySize: 3},
		Facts:    Facts{FactStateBits: 128, FactSameSite: true, FactPage: "landing"},
	}
	b, err := json.Marshal(toWire(&want))
	if err != nil {
		t.Fatal(err)
	}
	got, err := DecodeEntry(b, 7)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
	if _, err := DecodeEntry([]byte(`{"_facts":{"no such fact":true}}`), 0); err == nil {
		t.Error("an entry with a fact out of the list was read")
	}
}
