package redact_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// limitCase is one limit: what a redaction gives for n of something, at the
// limit and one over.
type limitCase struct {
	name  string
	limit int
	give  func(t *testing.T, n int) any
	at    any
	over  any
}

func runLimits(t *testing.T, cases []limitCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.at, c.give(t, c.limit)); diff != "" {
				t.Errorf("at the limit of %d (-want +got):\n%s", c.limit, diff)
			}
			if diff := cmp.Diff(c.over, c.give(t, c.limit+1)); diff != "" {
				t.Errorf("one over the limit of %d (-want +got):\n%s", c.limit, diff)
			}
		})
	}
}

// wide are limits of reading under which those of the redaction are met first.
var wide = capture.Limits{StringBytes: 4 << 20, EntryBytes: 16 << 20, Children: 100_000}

// one redacts entries and gives the last.
func one(t *testing.T, entries ...map[string]any) transcript.Entry {
	t.Helper()
	e, _ := oneReported(t, entries...)
	return e
}

func oneReported(t *testing.T, entries ...map[string]any) (transcript.Entry, redact.Report) {
	t.Helper()
	var out bytes.Buffer
	report, err := redact.New(options(nil)).HAR(&out, bytes.NewReader(harOf(entries...)), wide)
	if err != nil {
		t.Fatal(err)
	}
	all := parsed(t, out.Bytes()).Entries
	return all[len(all)-1], report
}

func withHeaders(request, response []any) map[string]any {
	e := harEntry("GET", "https://localhost/", "")
	e["request"].(map[string]any)["headers"] = request
	e["response"] = map[string]any{"status": 200, "headers": response}
	return e
}

func field(name, value string) any { return map[string]string{"name": name, "value": value} }

// answerHeader gives a response header as it is written.
func answerHeader(t *testing.T, name, value string) string {
	t.Helper()
	return param(one(t, withHeaders(nil, []any{field(name, value)})).Response.Headers, name)
}

func repeatedFields(n int, f any) []any {
	out := make([]any, n)
	for i := range out {
		out[i] = f
	}
	return out
}

func TestHeaderLimits(t *testing.T) {
	t.Parallel()
	runLimits(t, []limitCase{
		{"headers", 200, func(t *testing.T, n int) any {
			return len(one(t, withHeaders(repeatedFields(n, field("Accept", "text/html")), nil)).Request.Headers)
		}, 200, 200},
		{"cookies of a header", 200, func(t *testing.T, n int) any {
			return len(one(t, withHeaders([]any{field("Cookie", strings.Repeat("a=b;", n))}, nil)).Request.Cookies)
		}, 200, 200},
		{"cookies of a list", 200, func(t *testing.T, n int) any {
			e := harEntry("GET", app, "")
			e["request"].(map[string]any)["cookies"] = repeatedFields(n, field("a", "b"))
			return len(one(t, e).Request.Cookies)
		}, 200, 200},
		{"attributes of a cookie", 20, func(t *testing.T, n int) any {
			return one(t, withHeaders(nil, []any{field("Set-Cookie", "a=b"+strings.Repeat("; Path=/", n-1)+"; Secure")})).Response.Cookies[0].Secure
		}, true, false},
		{"directives of a CSP", 30, func(t *testing.T, n int) any {
			return strings.Count(answerHeader(t, "Content-Security-Policy", strings.Repeat("img-src 'self';", n)), "img-src")
		}, 30, 30},
		{"words of a directive", 39, func(t *testing.T, n int) any {
			return strings.Count(answerHeader(t, "Content-Security-Policy", "img-src"+strings.Repeat(" 'self'", n)), "'self'")
		}, 39, 39},
		{"seconds of Refresh", 99_999, func(t *testing.T, n int) any {
			return answerHeader(t, "Refresh", fmt.Sprintf("%d;url=/", n))
		}, "99999;url=/", "~str"},
		{"Max-Age", 100_000, func(t *testing.T, n int) any {
			return answerHeader(t, "Set-Cookie", fmt.Sprintf("a=b; Max-Age=%d", n))
		}, "~name#1=~cookie#2; Max-Age=100000", "~name#1=~cookie#2; Max-Age=~num"},
		{"families of a user agent", 4, func(t *testing.T, n int) any {
			return len(strings.Fields(param(one(t, withHeaders([]any{field("User-Agent", strings.Repeat("Chrome/1 ", n))}, nil)).Request.Headers, "User-Agent")))
		}, 4, 4},
		{"version of a user agent", 999, func(t *testing.T, n int) any {
			return param(one(t, withHeaders([]any{field("User-Agent", fmt.Sprintf("Chrome/%d", n))}, nil)).Request.Headers, "User-Agent")
		}, "Chrome/999", "~str"},
		{"links", 10, func(t *testing.T, n int) any {
			return strings.Count(answerHeader(t, "Link", strings.TrimSuffix(strings.Repeat(`</login>; rel=preload, `, n), ", ")), "preload")
		}, 10, 10},
		{"seconds of a directive", 34_560_000, func(t *testing.T, n int) any {
			return answerHeader(t, "Strict-Transport-Security", fmt.Sprintf("max-age=%d", n))
		}, "max-age=34560000", "~str"},
		{"seconds of Retry-After", 86_400, func(t *testing.T, n int) any {
			return answerHeader(t, "Retry-After", fmt.Sprint(n))
		}, "86400", "~str"},
		{"requests of Keep-Alive", 10_000, func(t *testing.T, n int) any {
			return answerHeader(t, "Keep-Alive", fmt.Sprintf("timeout=5, max=%d", n))
		}, "timeout=5, max=10000", "~str"},
		{"words of a header", 64, func(t *testing.T, n int) any {
			return len(answerHeader(t, "Vary", strings.Repeat("Accept,", n)))
		}, 64 * 7, len("~str")},
		{"digits where no number belongs", 1, func(t *testing.T, n int) any {
			return answerHeader(t, "Priority", "u="+strings.Repeat("7", n))
		}, "u=7", "~str"},
		{"numbers of a header", 2, func(t *testing.T, n int) any {
			return answerHeader(t, "Keep-Alive", "timeout=30"+strings.Repeat(", max=100", n-1))
		}, "timeout=30, max=100", "~str"},
		{"status", 999, func(t *testing.T, n int) any {
			e := withHeaders(nil, []any{field("Accept", "text/html")})
			e["response"].(map[string]any)["status"] = n
			return one(t, e).Response.Status
		}, 999, 0},
	})
}

// nested is an address in a parameter of an address, n deep.
func nested(n int) string {
	u := "https://localhost/login"
	for range n {
		u = "https://localhost/login?next=" + url.QueryEscape(u)
	}
	return u
}

func TestAddressLimits(t *testing.T) {
	t.Parallel()
	state := func(t *testing.T, value string) string {
		return param(one(t, harEntry("GET", app+"?state="+value, "")).Request.Query, "state")
	}
	runLimits(t, []limitCase{
		{"addresses in addresses", 3, func(t *testing.T, n int) any {
			return strings.Contains(one(t, harEntry("GET", nested(n), "")).Request.URL, "opaque")
		}, false, true},
		{"segments of a path", 32, func(t *testing.T, n int) any {
			return one(t, harEntry("GET", "https://localhost"+strings.Repeat("/login", n-1), "")).Request.URL
		}, "https://localhost" + strings.Repeat("/login", 31), "https://localhost" + strings.Repeat("/login", 31) + "/~str"},
		{"parameters of a query", 200, func(t *testing.T, n int) any {
			return len(one(t, harEntry("GET", app+"?"+strings.Repeat("code=a&", n), "")).Request.Query)
		}, 200, 200},
		{"port", 65_535, func(t *testing.T, n int) any {
			return one(t, harEntry("GET", fmt.Sprintf("https://localhost:%d/", n), "")).Request.URL
		}, "https://localhost:65535/", "https://localhost/"},
		{"number", 100_000, func(t *testing.T, n int) any {
			return param(one(t, harEntry("GET", fmt.Sprintf("%s?max_age=%d", app, n), "")).Request.Query, "max_age")
		}, "100000", "~num"},
		{"relative time", 99_999_999, func(t *testing.T, n int) any {
			const started = 1772359200 // 2026-03-01T10:00:00Z
			query := one(t, harEntry("GET", fmt.Sprintf("%s?exp=%d&iat=%d", app, started+n, started-n), "")).Request.Query
			return []string{param(query, "exp"), param(query, "iat")}
		}, []string{"99999999", "-99999999"}, []string{"~num", "~num"}},
		{"words of a list", 50, func(t *testing.T, n int) any {
			return param(one(t, harEntry("GET", app+"?scope="+strings.TrimSuffix(strings.Repeat("openid+", n), "+"), "")).Request.Query, "scope") == "~str"
		}, false, true},
		// 16 hexadecimal digits have 64 bits, which is enough: the limit is met from below.
		{"room of what is not hashed", 15, func(t *testing.T, n int) any {
			return strings.HasPrefix(state(t, "0123456789abcdef"[:n]), "~state.")
		}, false, true},
		{"digits of what may be a telephone number", 19, func(t *testing.T, n int) any {
			return strings.HasPrefix(state(t, "12345678901234567890"[:n]), "~state.")
		}, false, true},
		{"length of what is not recognised", 7, func(t *testing.T, n int) any {
			return one(t, harEntry("GET", app+"?code="+"aB3dE6gH"[:n], ""), harEntry("GET", app+"?u="+"aB3dE6gH"[:n], "")).Request.Query[0].Value
		}, "~str", "~code#1"},
	})
}

func TestBodyLimits(t *testing.T) {
	t.Parallel()
	fact := func(e transcript.Entry, name transcript.Fact) any { return e.Facts[name] }
	multipart := func(n int) string {
		return strings.Repeat("--XX\r\nContent-Disposition: form-data; name=\"state\"\r\n\r\n1\r\n", n) + "--XX--"
	}
	runLimits(t, []limitCase{
		{"fields of a form", 200, func(t *testing.T, n int) any {
			return len(one(t, harEntry("POST", app, strings.Repeat("code=a&", n))).Request.Form)
		}, 200, 200},
		{"fields of a list", 200, func(t *testing.T, n int) any {
			e := sent("application/x-www-form-urlencoded", "")
			e["request"].(map[string]any)["postData"] = map[string]any{"params": repeatedFields(n, field("code", "a"))}
			return len(one(t, e).Request.Form)
		}, 200, 200},
		{"parts of a multipart body", 200, func(t *testing.T, n int) any {
			return len(one(t, sent("multipart/form-data; boundary=XX", multipart(n))).Request.Form)
		}, 200, 200},
		{"bytes of a form", 256 << 10, func(t *testing.T, n int) any {
			const tail = "&scope=openid"
			return param(one(t, harEntry("POST", app, "code="+strings.Repeat("a", n-len("code=")-len(tail))+tail)).Request.Form, "scope")
		}, "openid", "~str"},
		{"bytes of JSON", 64 << 10, func(t *testing.T, n int) any {
			const frame = `{"code":"","scope":"openid"}`
			e := one(t, withBody("application/json", `{"code":"`+strings.Repeat("a", n-len(frame))+`","scope":"openid"}`))
			return []any{strings.Contains(e.Response.BodyText, "openid"), fact(e, transcript.FactTruncatedBody)}
		}, []any{true, nil}, []any{true, true}},
		{"bytes of a page", 256 << 10, func(t *testing.T, n int) any {
			e := one(t, withBody("text/html", strings.Repeat(" ", n-len("<form>"))+"<form>"))
			return []any{fact(e, transcript.FactForms), fact(e, transcript.FactTruncatedBody)}
		}, []any{1, nil}, []any{0, true}},
		{"levels of JSON", 12, func(t *testing.T, n int) any {
			return strings.Contains(one(t, withBody("application/json", strings.Repeat("[", n)+"true"+strings.Repeat("]", n))).Response.BodyText, "true")
		}, true, false},
		{"items of a list in JSON", 50, func(t *testing.T, n int) any {
			return strings.Count(one(t, withBody("application/json", "["+strings.TrimSuffix(strings.Repeat("true,", n), ",")+"]")).Response.BodyText, "true")
		}, 50, 50},
		{"values of JSON", 2000, func(t *testing.T, n int) any {
			return strings.Count(one(t, withBody("application/json", "{"+strings.TrimSuffix(strings.Repeat(`"code":true,`, n-1), ",")+"}")).Response.BodyText, "true")
		}, 1999, 1999},
		{"status in JSON", 999, func(t *testing.T, n int) any {
			return one(t, withBody("application/json", fmt.Sprintf(`{"status":%d}`, n))).Response.BodyText
		}, `{"status":999}`, `{"status":"~num"}`},
		{"time", 3_600_000, func(t *testing.T, n int) any {
			e := harEntry("GET", "https://localhost/", "")
			e["time"] = n
			entry, report := oneReported(t, e)
			return []any{entry.TimeMS, report.Total()}
		}, []any{3_600_000, 0}, []any{3_600_000, 1}},
		{"name of a secret in a page", 7, func(t *testing.T, n int) any {
			return fact(one(t, withBody("text/html", `<input name="client_secret" value="`+strings.Repeat("a", n)+`">`)), transcript.FactSecretInPage)
		}, nil, true},
		{"text of a link", 200, func(t *testing.T, n int) any {
			return fact(one(t, withBody("text/html", "<a>try again"+strings.Repeat("x", n-len("try again"))+"</a>")), transcript.FactRetryControl)
		}, true, false},
		{"text of a link in the source", 2000, func(t *testing.T, n int) any {
			return fact(one(t, withBody("text/html", "<a>"+strings.Repeat(" ", n-len("try again"))+"try again</a>")), transcript.FactRetryControl)
		}, true, false},
		{"forms whose address is looked at", 16, func(t *testing.T, n int) any {
			return fact(one(t, withBody("text/html", strings.Repeat("<form action=/x></form>", n-1)+"<form action=https://api.id.me/></form>")), transcript.FactFormTarget)
		}, "provider", "same_host"},
		{"length of a form's address", 2000, func(t *testing.T, n int) any {
			const address = "https://api.id.me/"
			return fact(one(t, withBody("text/html", "<form action="+address+strings.Repeat("x", n-len(address))+"></form>")), transcript.FactFormTarget)
		}, "provider", "same_host"},
		{"bytes of a token", 64 << 10, func(t *testing.T, n int) any {
			head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`))
			claims := base64.RawURLEncoding.EncodeToString([]byte(`{}`))
			token := head + "." + claims + "."
			return fact(one(t, harEntry("GET", app+"?id_token="+token+strings.Repeat("A", n-len(token)), "")), transcript.FactIDTokenAlg)
		}, "none", nil},
	})
}
