package transcript_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

func TestAnEntryByItselfComesBackAsItWas(t *testing.T) {
	t.Parallel()
	want := transcript.Entry{
		Index: 7, StartedAt: time.Date(2026, 11, 20, 16, 21, 7, 0, time.UTC), TimeMS: 12, ResourceType: "document",
		Request: transcript.Request{Method: "GET", URL: "https://rp.example/cb?state=~state.AAAAAAAAAAAAAAAA", HTTPVersion: "HTTP/2",
			Headers: []transcript.Field{}, Query: []transcript.Field{{Name: "state", Value: "~state.AAAAAAAAAAAAAAAA"}}, BodySize: -1},
		Response: &transcript.Response{Status: 302, HTTPVersion: "HTTP/2", Headers: []transcript.Field{}, RedirectURL: "/welcome", BodySize: 3},
		Facts:    transcript.Facts{transcript.FactStateBits: 128, transcript.FactSameSite: true, transcript.FactPage: "landing"},
	}
	b, err := transcript.EncodeEntry(&want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := transcript.DecodeEntry(b, 7)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
	if _, err := transcript.DecodeEntry([]byte(`{"_facts":{"no such fact":true}}`), 0); err == nil {
		t.Error("an entry with a fact out of the list was read")
	}
}
