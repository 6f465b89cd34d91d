package redact_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/redact"
)

// keptHAR was counted by hand, see TestKeptIsCounted: what an entry holds that is
// replaced stands in a comment of the test.
const keptHAR = `{"log":{"version":"1.2","pages":[{"id":"p","title":"Jane's page","startedDateTime":"2026-03-01T10:00:00Z"}],"entries":[
{"pageref":"p","startedDateTime":"2026-03-01T10:00:00Z","time":1,
"request":{"method":"GET","url":"https://shop.example.org/oauth/jane/authorize?state=aB3dE6gH9jK2mN5pQ8sT1vW4&scope=openid%20mine&memo=x#secret",
 "headers":[{"name":"Cookie","value":"a=1; b=2"},{"name":"Authorization","value":"Bearer aB3dE6gH9jK2mN5pQ8sT1vW4"},{"name":"X-Own","value":"1"},
  {"name":"Referer","value":"https://other.example.org/"}]},
"response":{"status":302,"headers":[{"name":"Location","value":"https://shop.example.org/login?code=c0de"},{"name":"Set-Cookie","value":"c=3; Path=/jane"}],
 "content":{"size":5,"mimeType":"text/html","text":"<p>x<"}}},
{"pageref":"p","startedDateTime":"2026-03-01T10:00:01Z","time":1,
"request":{"method":"POST","url":"https://api.id.me/oauth/token","postData":{"mimeType":"application/x-www-form-urlencoded","text":"code=c0de&code_verifier=aB3dE6gH9jK2mN5pQ8sT1vW4aB3dE6gH9jK2mN5pQ8sT1vW4"}},
"response":{"status":200,"content":{"size":9,"mimeType":"application/json","text":"{\"access_token\":\"aB3dE6gH9jK2mN5pQ8sT1vW4\",\"exp\":1772359300,\"shoe\":44,\"note\":\"{\\\"email\\\":\\\"jane@example.com\\\"}\"}"}}},
{"startedDateTime":"2026-03-01T10:00:02Z","time":1,
"request":{"method":"GET","url":"https://api.id.me/en_US"},
"response":{"status":200,"content":{"size":700,"mimeType":"text/html"}}}
]}}`

// The second pass counts what the first replaced, by what stands in the file.
func TestKeptIsCounted(t *testing.T) {
	t.Parallel()
	r := redact.New(options(nil))
	once := redacted(t, r, []byte(keptHAR))
	report := secondPass(t, withNames(options(nil), r.Names()), once)
	if report.Total() != 0 {
		t.Errorf("the second pass takes away %v", report.Items)
	}
	want := []redact.Item{
		{"B1", "response.body", 2, 0},    // the page of entry 0, the JSON in the string of entry 1; entry 2 may have had none
		{"C1", "request.cookie", 4, 0},   // names and values of a and b
		{"C1", "response.cookie", 2, 0},  // of c
		{"H1", "request.header", 1, 0},   // the token; X-Own left no trace
		{"N1", "response.body", 2, 1},    // exp, and the number of shoe
		{"Q1", "request.form", 2, 1},     // code and code_verifier, whose challenge is no value of its own
		{"Q1", "request.url", 4, 0},      // state, mine, memo and its value
		{"Q1", "response.body", 4, 1},    // access_token, email, the names shoe and note
		{"Q1", "response.header", 1, 0},  // code in Location
		{"U1", "request.fragment", 1, 0}, // secret
		{"U1", "request.header", 1, 0},   // the host of Referer
		{"U1", "request.url", 2, 0},      // shop.example.org, jane
		{"U1", "response.cookie", 1, 0},  // jane in Path
		{"U1", "response.header", 1, 0},  // shop.example.org
		{"V1", "page.title", 1, -1},
	}
	if diff := cmp.Diff(want, report.Kept); diff != "" {
		t.Errorf("(-want +got):\n%s\n%s", diff, once)
	}
}

// The count of the second pass is never above what the first one replaced and
// dropped, and the third pass counts the same: for every capture there is.
func TestKeptIsWhatWasReplaced(t *testing.T) {
	t.Parallel()
	values := 0
	for _, s := range survivorSources(t) {
		r := redact.New(options(s.cfg))
		var once bytes.Buffer
		first, err := r.HAR(&once, bytes.NewReader(s.raw), capture.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		kept := secondPass(t, withNames(options(s.cfg), r.Names()), once.Bytes()).Kept
		for _, k := range kept {
			values += k.Count
			i := slices.IndexFunc(first.Items, func(it redact.Item) bool { return it.Rule == k.Rule && it.Place == k.Place })
			if i < 0 || first.Items[i].Count < k.Count {
				t.Errorf("%s: %v is counted, of %v", s.name, k, first.Items[max(i, 0):max(i, 0)+1])
			}
		}
		if len(first.Kept) > 0 {
			t.Errorf("%s: of what nobody redacted before %v is counted", s.name, first.Kept)
		}
		without, err := redact.Count(once.Bytes())
		if err != nil || !slices.Equal(kept, without) {
			t.Errorf("%s: without key and description another count: %v, %s", s.name, err, cmp.Diff(kept, without))
		}
	}
	t.Logf("%d values", values)
	if values < 5000 {
		t.Errorf("%d values only", values)
	}
}
