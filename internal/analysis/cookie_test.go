package analysis_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// crowded is a sign-in in which the browser holds n cookies of the partner,
// sends them with the callback, and is given n others there.
func crowded(t *testing.T, n int, answer string) []analysis.Input {
	t.Helper()
	in := parseRun(t, "crowded", strings.ReplaceAll(`
GET https://rp.example/login -> 302 https://idp.example/authorize?{client}&state=~state.A
GET https://idp.example/authorize?{client}&state=~state.A -> 302 https://rp.example/cb?ANSWER&state=~state.A
GET https://rp.example/cb?ANSWER&state=~state.A -> 302 https://rp.example/home
GET https://rp.example/home -> 200
  facts: page page=landing
`, "ANSWER", answer))
	entries := in[0].T.Entries
	set := func(e *transcript.Entry, name, value string) {
		e.Response.Headers = append(e.Response.Headers, transcript.Field{Name: "Set-Cookie", Value: name + "=" + value + "; Path=/"})
	}
	for i := range n {
		name, value := fmt.Sprintf("~name.%016d", i), fmt.Sprintf("~cookie.%016d", i)
		set(&entries[0], name, value)
		set(&entries[2], fmt.Sprintf("~name.%016d", n+i), value)
		for _, e := range []*transcript.Entry{&entries[2], &entries[3]} {
			e.Request.Cookies = append(e.Request.Cookies, transcript.Cookie{Name: name, Value: value})
		}
	}
	return in
}

// TestManyCookies counts what is allocated, which grows with each look at a
// cookie: twice the cookies may take little more than twice as much. It counts the
// whole program, so it cannot run beside other tests.
func TestManyCookies(t *testing.T) {
	cfg := baseConfig()
	for _, answer := range []string{"code=~code.A", "error=access_denied"} {
		for _, n := range []int{200, 2000} {
			cost := func(n int) float64 {
				in := crowded(t, n, answer)
				return testing.AllocsPerRun(1, func() { analysis.Judge(cfg, in, nil) })
			}
			if one, two := cost(n), cost(2*n); two > 2.5*one {
				t.Errorf("%s: %d cookies take %.0f allocations, twice as many %.0f", answer, n, one, two)
			}
		}
	}
}

func TestTooManyCookies(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]bool{500: false, 501: true, 2000: true} {
		seen := 0
		for _, f := range analysis.Judge(baseConfig(), crowded(t, n, "code=~code.A"), nil) {
			if strings.Contains(f.Why, "more than 500 cookies") {
				seen++
			}
		}
		if (seen > 0) != want || want && seen != 4 {
			t.Errorf("%d cookies: %d rules say that they are too many", n, seen)
		}
	}
}
