package redact_test

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

func deflatedSAML(t *testing.T, message string) string {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(message)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return url.QueryEscape(base64.StdEncoding.EncodeToString(b.Bytes()))
}

func TestSAMLLimits(t *testing.T) {
	t.Parallel()
	read := func(t *testing.T, message string) any {
		return param(one(t, harEntry("GET", app+"?SAMLResponse="+deflatedSAML(t, message), "")).Request.Query, "saml.type") != ""
	}
	runLimits(t, []limitCase{
		{"bytes of a message", 1 << 20, func(t *testing.T, n int) any {
			const frame = `<Response ID="a"></Response>`
			return read(t, `<Response ID="a">`+strings.Repeat(" ", n-len(frame))+`</Response>`)
		}, true, false},
		{"tokens of a message", 19_998, func(t *testing.T, n int) any {
			// Each element has two; an even number less the two of the root.
			return read(t, `<Response ID="a">`+strings.Repeat("<a/>", (n+1)/2-1)+`</Response>`)
		}, true, false},
		{"levels of a message", 64, func(t *testing.T, n int) any {
			return read(t, `<Response ID="a">`+strings.Repeat("<a>", n-1)+strings.Repeat("</a>", n-1)+`</Response>`)
		}, true, false},
		{"inflated bytes of a capture", 64, func(t *testing.T, n int) any { // in MiB
			const frame = `<Response ID="a"></Response>`
			message := deflatedSAML(t, `<Response ID="a">`+strings.Repeat(" ", 1<<20-len(frame))+`</Response>`)
			e, report := oneReported(t, manyEntries(n, func(int) map[string]any { return harEntry("GET", app+"?SAMLResponse="+message, "") })...)
			pseudonym := transcript.ParseValue(param(e.Request.Query, "SAMLResponse")).Kind == transcript.Pseudonym
			return []any{param(e.Request.Query, "saml.type"), pseudonym, report.Undecoded}
		}, []any{"Response", true, 0}, []any{"", true, 1}},
		{"messages of an entry", 8, func(t *testing.T, n int) any {
			form := strings.Repeat("SAMLResponse="+deflatedSAML(t, `<Response ID="a"/>`)+"&", n)
			types := 0
			for _, f := range one(t, harEntry("POST", app, form)).Request.Form {
				if f.Name == "saml.type" {
					types++
				}
			}
			return types
		}, 8, 8},
	})
}

// manyEntries gives n entries, made by of.
func manyEntries(n int, of func(i int) map[string]any) []map[string]any {
	out := make([]map[string]any, n)
	for i := range out {
		out[i] = of(i)
	}
	return out
}

func TestCaptureLimits(t *testing.T) {
	t.Parallel()
	runLimits(t, []limitCase{
		{"numbered hosts", redact.MaxNames, func(t *testing.T, n int) any {
			policy := param(one(t, manyEntries((n+19)/20, func(i int) map[string]any {
				v := "img-src"
				for k := i * 20; k < min(i*20+20, n); k++ {
					v += fmt.Sprintf(" https://h%d.example", k)
				}
				return withHeaders(nil, []any{field("Content-Security-Policy", v)})
			})...).Response.Headers, "Content-Security-Policy")
			return policy[strings.LastIndexByte(policy, '/')+1:]
		}, "host-20000.invalid", "host-0.invalid"},
		{"numbered segments", redact.MaxNames, func(t *testing.T, n int) any {
			u := one(t, manyEntries(n/20+1, func(i int) map[string]any {
				u := "https://localhost"
				for k := i * 20; k < min(i*20+20, n); k++ {
					u += fmt.Sprintf("/p%d", k)
				}
				return harEntry("GET", u, "")
			})[:(n+19)/20]...).Request.URL
			return u[strings.LastIndexByte(u, '/')+1:]
		}, "s20000", "~str"},
		{"ordinals", 20_000, func(t *testing.T, n int) any {
			query := one(t, manyEntries((n+199)/200, func(i int) map[string]any {
				u := "https://localhost/?"
				for k := i * 200; k < min(i*200+200, n); k++ {
					u += fmt.Sprintf("state=%d&", k)
				}
				return harEntry("GET", u, "")
			})...).Request.Query
			return query[len(query)-1].Value
		}, "~state#20000", "~str"},
		{"numbers of ordinals", transcript.MaxOrdinal, func(t *testing.T, n int) any {
			e := harEntry("GET", fmt.Sprintf("https://localhost/?state=~state%%23%d", n-1), "")
			e["_facts"] = map[string]any{}
			file := withMarker(harOf(e, harEntry("GET", "https://localhost/?state=short", "")))
			return param(parsed(t, redacted(t, redact.New(options(nil)), file)).Entries[1].Request.Query, "state")
		}, "~state#99999", "~str"},
		{"values that are recognised", 10_000, func(t *testing.T, n int) any {
			entries := manyEntries((n+199)/200, func(i int) map[string]any {
				u := "https://localhost/?"
				for k := i * 200; k < min(i*200+200, n); k++ {
					u += fmt.Sprintf("code=carried%d&", k)
				}
				return harEntry("GET", u, "")
			})
			entries = append(entries, harEntry("GET", fmt.Sprintf("https://localhost/?u=carried%d", n-1), ""))
			return one(t, entries...).Request.Query[0].Value
		}, "~code#10000", "~str"},
		{"pages", transcript.MaxPages, func(t *testing.T, n int) any {
			return one(t, manyEntries(n, func(i int) map[string]any {
				e := harEntry("GET", "https://localhost/", "")
				e["pageref"] = fmt.Sprint("p", i)
				return e
			})...).PageRef
		}, "page_10000", ""},
		{"error texts", 8, func(t *testing.T, n int) any {
			entries := manyEntries(n, func(i int) map[string]any {
				return harEntry("GET", fmt.Sprintf("https://localhost/?error_description=what+went+wrong+%d+times", i), "")
			})
			return one(t, append(entries, withBody("text/html", fmt.Sprintf("<p>What went wrong %d times</p>", n-1)))...).Facts[transcript.FactRawErrorText]
		}, true, false},
		{"challenges that are remembered", 64, func(t *testing.T, n int) any {
			entries := manyEntries(n, func(i int) map[string]any {
				verifier := sha256.Sum256(fmt.Appendf(nil, "verifier%d", i))
				return harEntry("GET", "https://localhost/?client_id=a&response_type=code&code_challenge="+base64.RawURLEncoding.EncodeToString(verifier[:]), "")
			})
			return one(t, append(entries, harEntry("POST", "https://localhost/", "code_verifier=verifier0"))...).Facts[transcript.FactPKCE]
		}, true, false},
		{"length of an error text", 1999, func(t *testing.T, n int) any {
			text := strings.Repeat("x", n)
			return one(t, harEntry("GET", "https://localhost/?error_description="+text, ""), withBody("text/html", text)).Facts[transcript.FactRawErrorText]
		}, true, false},
		{"length of what is no error text", 7, func(t *testing.T, n int) any {
			text := strings.Repeat("x", n)
			return one(t, harEntry("GET", "https://localhost/?error_description="+text, ""), withBody("text/html", text)).Facts[transcript.FactRawErrorText]
		}, false, true},
	})
}

func TestHiddenLimits(t *testing.T) {
	t.Parallel()
	hidden := func(t *testing.T, entries ...map[string]any) int {
		h := &redact.Hidden{}
		o := options(nil)
		o.Hidden = h
		redacted(t, redact.New(o), harOf(entries...))
		return len(h.Hosts())
	}
	runLimits(t, []limitCase{
		{"hidden names", 1000, func(t *testing.T, n int) any {
			return hidden(t, manyEntries(n, func(i int) map[string]any { return harEntry("GET", fmt.Sprintf("https://h%d.example/", i), "") })...)
		}, 1000, 1000},
		{"length of a hidden name", 300, func(t *testing.T, n int) any {
			return hidden(t, harEntry("GET", "https://"+strings.Repeat("x", n-len(".example"))+".example/", ""))
		}, 1, 0},
	})
}

func TestCheckLimits(t *testing.T) {
	t.Parallel()
	const secret = "client_secret=aB3dE6gH9jK2mN5p "
	runLimits(t, []limitCase{
		{"hits of a text", 100, func(_ *testing.T, n int) any { return len(redact.CheckText(strings.Repeat(secret, n))) }, 100, 100},
		{"length of a password", 3, func(_ *testing.T, n int) any {
			return len(redact.CheckText("password=" + "hunter"[:n]))
		}, 0, 1},
		{"length of a secret", 5, func(_ *testing.T, n int) any {
			return len(redact.CheckText("client_secret=" + "aB3dE6gH9"[:n]))
		}, 0, 1},
		{"length of a code", 11, func(_ *testing.T, n int) any { return len(redact.CheckText("code=" + "aB3dE6gH9jK2"[:n])) }, 0, 1},
		{"length of a session", 5, func(_ *testing.T, n int) any { return len(redact.CheckText("Cookie: a=" + "aB3dE6gH9"[:n])) }, 0, 1},
		// The check of a file ends with the entry in which the limit is passed.
		{"hits of a file", 1000, func(t *testing.T, n int) any {
			tr := &transcript.Transcript{Meta: transcript.Meta{Format: 1, Policy: 1}}
			for range n + 5 {
				tr.Entries = append(tr.Entries, transcript.Entry{Request: transcript.Request{Method: "GET", URL: "https://localhost/"}, Facts: transcript.Facts{}})
			}
			for i := range n {
				tr.Entries[i].Request.URL = "https://localhost/?" + secret
			}
			tr.Entries[n+4].Request.URL = "https://localhost/?" + secret
			var b bytes.Buffer
			if err := transcript.Write(&b, tr); err != nil {
				t.Fatal(err)
			}
			hits, err := redact.Check(&b)
			if err == nil {
				t.Error("the file passes")
			}
			return len(hits)
		}, 1001, 1001},
	})
}
