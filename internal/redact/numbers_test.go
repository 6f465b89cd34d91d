package redact_test

import (
	"fmt"
	"strings"
	"testing"
)

// Numbers of a header stand only where they mean something, once each, and are
// none that a person has: a day of birth, a telephone number.
func TestNumbersOfHeaders(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, value, want string }{
		{"Cache-Control", "public, max-age=31536000, s-maxage=86400, immutable", ""},
		{"Cache-Control", "max-age=0, private", ""},
		{"Cache-Control", "max-age=41111111, s-maxage=11111111", "~str"},
		{"Cache-Control", "max-age=19850412", "~str"},
		{"Cache-Control", "max-age=5551234", "~str"},
		{"Cache-Control", "max-age=060", "~str"},
		{"Cache-Control", "max-age=1, max-age=2", "~str"},
		{"Cache-Control", "public 4711", "~str"},
		{"Cache-Control", "4711", "~str"},
		{"Cache-Control", "private=4711", "~str"},
		{"Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload", ""},
		{"Strict-Transport-Security", "max-age=31556952; preload", ""},
		{"Strict-Transport-Security", `max-age="31536000"`, ""},
		{"Retry-After", "120", ""},
		{"Retry-After", "19850412", "~str"},
		{"Retry-After", "max=120", "~str"},
		{"Keep-Alive", "timeout=5, max=1000", ""},
		{"Keep-Alive", "timeout=41111111, max=11111111", "~str"},
		{":status", "200", ""},
		{":status", "20", "~str"},
		{":status", "41555512", "~str"},
		{"Access-Control-Max-Age", "7200", ""},
		{"Access-Control-Max-Age", "19850412", "~str"},
		{"Accept", "text/html;q=0.9, */*;q=0, application/signed-exchange;v=b3;q=0.7, text/css;q=0.1, image/png;q=1", ""},
		{"Accept", "0.1 0.9 0.8 0.5", "~str"},
		{"Accept-Language", "en-US,en;q=0.5", ""},
		{"Accept-Language", "0 1 1 0 1 0", "~str"},
		{"Accept-Language", "1,9,8,5", "~str"},
		{"Vary", "Accept, 7", "~str"},
		{"Priority", "u=1, i", ""},
		{"Priority", "u=1, i=?0", ""},
		{"Priority", "u=?7", "~str"},
		{"sec-ch-ua-mobile", "?0", ""},
		{"sec-ch-ua-mobile", "?0 ?1 ?1 ?0", "~str"},
		{"x-xss-protection", "1; mode=block", ""},
		{"dnt", "1", ""},
	} {
		want := c.want
		if want == "" {
			want = c.value
		}
		if got := answerHeader(t, c.name, c.value); got != want {
			t.Errorf("%s: %s became %q, want %q", c.name, c.value, got, want)
		}
	}
}

// Parameters and members in seconds are no way out for a day of birth.
func TestNumbersOfParameters(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"0": "0", "300": "300", "3599": "3599", "86400": "86400", "31536000": "31536000", "63072000": "63072000",
		"19850412": "~num", "20010911": "~num", "5551234": "~num", "41111111": "~num", "99999900": "~num", "-5": "~num", "007": "~num", "1e3": "~num",
	} {
		for _, name := range []string{"expires_in", "max_age", "interval"} {
			if got := param(one(t, harEntry("GET", app+"?"+name+"="+value, "")).Request.Query, name); got != want {
				t.Errorf("%s=%s became %q, want %q", name, value, got, want)
			}
		}
		body := one(t, withBody("application/json", `{"expires_in":"`+value+`"}`)).Response.BodyText
		if want := `{"expires_in":"` + want + `"}`; body != want {
			t.Errorf("%s of a body became %s, want %s", value, body, want)
		}
	}
	if got, want := one(t, withBody("application/json", `{"expires_in":19850412,"interval":5}`)).Response.BodyText, `{"expires_in":"~num","interval":5}`; got != want {
		t.Errorf("numbers of a body became %s, want %s", got, want)
	}
}

// Dates of headers and cookies are of this century, or the beginning of the epoch.
func TestDatesOfHeaders(t *testing.T) {
	t.Parallel()
	for date, want := range map[string]string{
		"Fri, 12 Apr 1985 00:00:00 GMT": "~str", "Fri, 12-Apr-1985 00:00:00 GMT": "~str", "Friday, 12-Apr-85 00:00:00 GMT": "~str",
		"Fri, 31 Dec 1999 23:59:59 GMT": "~str", "Sat, 01 Jan 2000 00:00:00 GMT": "", "Thu, 31 Dec 2099 23:59:59 GMT": "", "Fri, 01 Jan 2100 00:00:00 GMT": "~str",
		"Thu, 01 Jan 1970 00:00:00 GMT": "", "Thu, 01-Jan-1970 00:00:10 GMT": "Thu, 01 Jan 1970 00:00:10 GMT", "Thu, 01 Jan 1970 00:00:11 GMT": "~str", "Fri, 02 Jan 1970 00:00:00 GMT": "~str",
	} {
		if want == "" {
			want = date
		}
		if got := answerHeader(t, "Last-Modified", date); got != want {
			t.Errorf("Last-Modified: %s became %q, want %q", date, got, want)
		}
		if got := answerHeader(t, "Set-Cookie", "a=b; Expires="+date); !strings.HasSuffix(got, "; Expires="+want) {
			t.Errorf("Expires=%s became %q, want %q", date, got, want)
		}
	}
	cookie := withHeaders(nil, nil)
	cookie["response"].(map[string]any)["cookies"] = []any{map[string]string{"name": "a", "value": "b", "expires": "1985-04-12T00:00:00Z"}}
	if got := one(t, cookie).Response.Cookies[0].Expires; got != "" {
		t.Errorf("the expiry of an exporter's list became %q", got)
	}
	for n, want := range map[int]string{0: "0", -1: "-1", 3600: "3600", -19850412: "~num", 19850412: "~num"} {
		if got := answerHeader(t, "Set-Cookie", fmt.Sprintf("a=b; Max-Age=%d", n)); !strings.HasSuffix(got, "; Max-Age="+want) {
			t.Errorf("Max-Age=%d became %q", n, got)
		}
	}
}

// Behind a numbered host stand usual ports only; declared hosts keep theirs.
func TestPortsOfNumberedHosts(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://idp.example.org:8443/": "https://host-1.invalid:8443/", "https://idp.example.org:55512/": "https://host-1.invalid/",
		"https://localhost:55512/": "https://localhost:55512/", "https://127.0.0.1:55512/": "https://127.0.0.1:55512/",
		"https://127.98.76.54/": "https://host-1.invalid/", "https://[::ffff:127.0.0.1]/": "https://host-1.invalid/",
	} {
		e := one(t, harEntry("GET", address, ""))
		if e.Request.URL != want {
			t.Errorf("%s became %s, want %s", address, e.Request.URL, want)
		}
	}
	if e := one(t, harEntry("GET", "https://127.98.76.54/", "")); e.Facts.Code("host_role") != "loopback" {
		t.Errorf("127.98.76.54 is %v", e.Facts)
	}
}

// A user's identifier is hashed when it is drawn at random, and is nobody's name.
func TestSubOfRandomShape(t *testing.T) {
	t.Parallel()
	for value, hashed := range map[string]bool{
		"f47ac10b-58cc-4372-a567-0e02b2c3d479": true, "00112233445566778899aabbccddeeff": true, "decade00decade00decade00decade00": true,
		"aB3dE6gH9jK2mN5pQ8sT1vW4": true, "00uid4BxXw6I6TV4m0g3": true, "auth0|5f7c8ec7c33c6c004bbafe82": true, "_aB3dE6gH9jK2mN5pQ8sT1vW4": true,
		"johnathan.smithson": false, "johnathan.smithson1985": false, "johnathan1985smithson": false, "jane_doe_from_example_12": false,
		"JohnathanSmithson": false, "jsmithson1985041219850412": false, "jane.doe@example.com": false, "198504121985041219850412": true,
	} {
		got := one(t, withBody("application/json", `{"sub":"`+value+`"}`)).Response.BodyText
		if strings.HasPrefix(got, `{"sub":"~sub.`) != hashed || !hashed && got != `{"sub":"~pii"}` {
			t.Errorf("sub %s became %s", value, got)
		}
	}
}
