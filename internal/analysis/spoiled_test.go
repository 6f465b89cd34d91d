package analysis_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/integration"
)

// recording is a raw recording of the right integration that a test spoils. In
// all of them entry 2 leads to the request, 3 is the request, 11 answers it, 12
// is the callback, 13 the page after it and 14 its style sheet.
type recording struct {
	doc     map[string]any
	entries []any
}

func (r *recording) part(n int, side string) map[string]any {
	return r.entries[n].(map[string]any)[side].(map[string]any)
}

// set changes a header of a request or answer; an empty value takes it away.
func (r *recording) set(n int, side, name, value string) {
	m := r.part(n, side)
	kept := slices.DeleteFunc(slices.Clone(m["headers"].([]any)), func(h any) bool {
		return strings.EqualFold(h.(map[string]any)["name"].(string), name)
	})
	if value != "" {
		kept = append(kept, map[string]any{"name": name, "value": value})
	}
	m["headers"] = kept
	if name == "Cookie" || name == "Set-Cookie" {
		m["cookies"] = []any{}
	}
	if name == "Location" {
		m["redirectURL"] = value
	}
}

func (r *recording) content(n int, edit func(string) string) {
	c := r.part(n, "response")["content"].(map[string]any)
	c["text"] = edit(c["text"].(string))
}

func (r *recording) url(n int, url string) { r.part(n, "request")["url"] = url }

const (
	recordedSession = "__Host-session=zqEKwNNT8A2tMgKpAJ3Ni3JYYiaEZ56G60Jc1Sy4MJs"
	recordedSignIn  = "__Host-signin=TR9HNdwbm8Ns-wfOmJZAmLBxvUKvpc7vHAmIHM1ofzA"
	rightHost       = "https://right.localhost:8082"
)

// TestSpoiledRecordings spoils one thing in a recording in which nothing is
// wrong, before it is redacted: exactly the rules about it fail or warn.
func TestSpoiledRecordings(t *testing.T) {
	t.Parallel()
	const happy, denied = "right-happy-path", "right-consent-denied"
	for _, tc := range []struct {
		name, file string
		edit       func(*recording)
		want       string
	}{
		{"nothing", happy, func(*recording) {}, ""},
		{"nothing in a refusal", denied, func(*recording) {}, ""},
		{"no HSTS", happy, func(r *recording) {
			for n := range r.entries {
				r.set(n, "response", "Strict-Transport-Security", "")
			}
		}, "TR-03 fail"},
		{"the landing page does not load", happy, func(r *recording) {
			p := r.part(13, "response")
			p["status"], p["_failureText"], p["_error"], p["headers"], p["content"] = 0, "net::ERR_CONNECTION_RESET", "net::ERR_CONNECTION_RESET", []any{}, map[string]any{"size": 0}
		}, "TR-05 fail"},
		{"no state cookie", happy, func(r *recording) { r.set(12, "request", "Cookie", "") }, "CB-02 fail"},
		{"a page answers the callback", happy, func(r *recording) {
			r.entries[12].(map[string]any)["response"] = r.part(13, "response")
			r.entries = slices.Delete(r.entries, 13, 14)
			r.url(13, rightHost+"/site.css")
		}, "CB-08 fail"},
		{"with a picture of others", happy, func(r *recording) {
			r.entries[12].(map[string]any)["response"] = r.part(13, "response")
			r.entries = slices.Delete(r.entries, 13, 14)
			r.url(13, "https://counter.example/count.gif")
		}, "CB-08 fail, CB-09 fail"},
		{"no Referrer-Policy", happy, func(r *recording) { r.set(12, "response", "Referrer-Policy", "") }, "CB-10 warn"},
		{"a careless Referrer-Policy", happy, func(r *recording) { r.set(12, "response", "Referrer-Policy", "Unsafe-URL") }, "CB-10 warn"},
		{"no Cache-Control", happy, func(r *recording) { r.set(12, "response", "Cache-Control", "") }, "CB-11 warn"},
		{"stored for an hour", happy, func(r *recording) { r.set(12, "response", "Cache-Control", "public, max-age=3600") }, "CB-11 fail"},
		{"a token in the fragment", happy, func(r *recording) {
			r.set(12, "response", "Location", "/account#id_token=eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhYmNkZWYifQ.c2lnbmF0dXJlLW9mLXRva2Vu")
		}, "CB-13 fail"},
		{"a token in the page", happy, func(r *recording) {
			r.content(13, func(s string) string {
				return strings.Replace(s, "</body>", `<script>var user = {access_token: "pBd7gBY6rkn9jpqtkSpzJzli35p68qeSqhJoP77yUDV"}</script></body>`, 1)
			})
		}, "CB-14 fail"},
		{"a bare session cookie", happy, func(r *recording) {
			r.set(12, "response", "Set-Cookie", strings.TrimPrefix(recordedSession, "__Host-")+"; Path=/")
		}, "CB-18 fail"},
		{"SameSite left out", happy, func(r *recording) {
			r.set(12, "response", "Set-Cookie", recordedSession+"; Path=/; Secure; HttpOnly")
		}, "CB-18 warn"},
		{"a posted answer without its cookie", happy, func(r *recording) {
			r.url(3, r.part(3, "request")["url"].(string)+"&response_mode=form_post")
			r.part(3, "request")["queryString"] = []any{}
			_, query, _ := strings.Cut(r.part(12, "request")["url"].(string), "?")
			q := r.part(12, "request")
			q["method"], q["queryString"], q["url"] = "POST", []any{}, rightHost+"/auth/callback"
			q["postData"] = map[string]any{"mimeType": "application/x-www-form-urlencoded", "text": query}
			r.set(11, "response", "Location", "")
			r.part(11, "response")["status"] = 200
			r.set(12, "request", "Cookie", "")
		}, "CB-20 fail"},
		{"the session of before", happy, func(r *recording) {
			r.set(0, "request", "Cookie", recordedSession)
			r.set(2, "request", "Cookie", recordedSession)
			r.set(12, "request", "Cookie", recordedSignIn+"; "+recordedSession)
			r.set(12, "response", "Set-Cookie", "__Host-signin=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")
			r.set(13, "request", "Cookie", recordedSession)
		}, "CB-21 fail"},
		{"straight back to the provider", denied, func(r *recording) {
			r.set(12, "response", "Location", r.part(3, "request")["url"].(string))
			r.entries = r.entries[:13]
		}, "CB-24 fail"},
		{"pages that anybody may frame", happy, func(r *recording) {
			r.set(13, "response", "Content-Security-Policy", "default-src 'none'")
		}, "CB-25 fail"},
		{"a social security number in the page", happy, func(r *recording) {
			r.content(13, func(s string) string { return strings.Replace(s, "</body>", "<p>On file: 514-23-8876</p></body>", 1) })
		}, "PV-02 fail"},
		{"a stack trace", denied, func(r *recording) {
			r.content(13, func(s string) string {
				return strings.Replace(s, "</body>", "<pre>Traceback (most recent call last):\n  File \"/srv/app/views.py\", line 12, in callback\nKeyError: 'code'</pre></body>", 1)
			})
		}, "ER-03 fail"},
		{"signed in after a refusal", denied, func(r *recording) {
			r.set(12, "response", "Location", "/account")
			r.set(12, "response", "Set-Cookie", recordedSession+"; Path=/; Secure; HttpOnly; SameSite=Lax")
			r.url(13, rightHost+"/account")
			r.set(13, "request", "Cookie", recordedSession)
		}, "ER-08 fail"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, spoiled(t, tc.file, tc.edit)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// spoiled names the rules that fail or warn on the edited recording.
func spoiled(t *testing.T, file string, edit func(*recording)) string {
	t.Helper()
	var r recording
	if err := json.Unmarshal(readFile(t, testdata+"captures/recorded/"+file+".har"), &r.doc); err != nil {
		t.Fatal(err)
	}
	log := r.doc["log"].(map[string]any)
	r.entries = log["entries"].([]any)
	edit(&r)
	log["entries"] = r.entries
	har, err := json.Marshal(r.doc)
	if err != nil {
		t.Fatal(err)
	}
	cfg := readConfig(t, "right")
	cfg.UseCases = append(cfg.UseCases, integration.Authentication) // so that a session is due
	var bad []string
	for _, f := range analysis.Judge(cfg, []analysis.Input{redacted(t, redactor(&cfg), "c1", har)}, nil) {
		if f.Verdict == analysis.Fail || f.Verdict == analysis.Warn {
			bad = append(bad, f.Rule+" "+string(f.Verdict))
		}
	}
	slices.Sort(bad)
	return strings.Join(bad, ", ")
}
