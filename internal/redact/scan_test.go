package redact

import (
	"strings"
	"testing"
)

func TestScanPage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		page                                       string
		visible, forms                             int
		title, retry, help, secret, token, refresh bool
	}{
		"empty":             {page: ""},
		"only script":       {page: "<html><script>var a = 'text that nobody sees'</script></html>"},
		"hidden text":       {page: "<title> </title><style>p{}</style><noscript>Turn it on</noscript><template>x</template>ab c", visible: 3},
		"title":             {page: "<title>Sign in</title>", title: true},
		"retry link":        {page: `<p>You <b>declined</b>.</p><a href="/">Try <i>again</i></a>`, visible: 20, retry: true},
		"retry by value":    {page: `<form><input type="submit" value="Log in"></form>`, forms: 1, retry: true},
		"retry by label":    {page: `<button aria-label="Go back"><svg></svg></button>`, retry: true},
		"word without link": {page: "<p>Try again</p>", visible: 8},
		"help by address":   {page: `<a href="mailto:x@y.example">us</a>`, visible: 2, help: true},
		"help by word":      {page: `<a href="/x">Contact us</a>`, visible: 9, help: true},
		"secret in script":  {page: `<script>window.c = {"client_secret": "abcdefgh12"}</script>`, secret: true},
		"name in script":    {page: `<script>params.get("client_secret"); refresh_token = ""; code_verifier: short</script>`},
		"secret in field":   {page: `<input type="hidden" name="code_verifier" value="abcdefgh12">`, secret: true},
		"token in script":   {page: `<script>access_token='abcdefgh12'</script>`, token: true},
		"JWT in attribute":  {page: `<div data-t="eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"></div>`, token: true},
		"refresh":           {page: `<meta HTTP-EQUIV="Refresh" content="0;url=/">`, refresh: true},
		"unbalanced":        {page: "</a></title></script>ab</button>", visible: 2},
	} {
		s := scanPage([]byte(c.page))
		if s.visible != c.visible || s.forms != c.forms || s.title != c.title || s.retry != c.retry || s.help != c.help ||
			s.secret != c.secret || s.token != c.token || s.metaRefresh != c.refresh {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestShownErrorCode(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"the error is access_denied.": "access_denied", "access_denied": "access_denied", "error=invalid_request_uri&": "invalid_request_uri",
		"my_access_denied": "", "access_denied_page": "", "access denied": "", "": "",
	} {
		if got := shownErrorCode([]byte(text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// A file of ours that goes on in empty lines costs no memory.
func TestSameLinesAreBounded(t *testing.T) {
	t.Parallel()
	for n, lost := range map[int]bool{maxAhead: false, maxAhead + 1: true} {
		s := newSameLines()
		for _, text := range []string{headOfOurs, strings.Repeat("\n", n)} {
			if _, err := s.Write([]byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		if s.lost != lost || len(s.in.sums) > maxAhead {
			t.Errorf("%d lines: %d sums are kept, given up is %v", n, len(s.in.sums), s.lost)
		}
		if same, _ := s.finish(0); same {
			t.Errorf("%d lines: the file counts as unchanged", n)
		}
	}
}

func TestRoomBits(t *testing.T) {
	t.Parallel()
	for value, want := range map[string][2]int{ // at least, at most
		"": {0, 0}, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa": {0, 0}, "1234": {13, 13}, "xyzstate": {37, 37},
		"0123456789abcdef0123456789abcdef":     {128, 128},
		"f47ac10b-58cc-4372-a567-0e02b2c3d479": {122, 122},
		"aB3dE6gH9jK2mN5pQ8sT1v":               {128, 132},
		"abababababababababababababababababab": {36, 36},
	} {
		if got := roomBits(value); got < want[0] || got > want[1] {
			t.Errorf("%q: %d bits, want %d to %d", value, got, want[0], want[1])
		}
	}
}

func TestPII(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"jane.doe@example.com": true, "to jane+x@mail.example.org, please": true, "@example.com": false, "a@b": false, "user@host.": false,
		"123-45-6789": true, "x123-45-6789": false, "123-45-67890": false, "call 555-123-4567 now": true, "555 123 4567": true,
		"2026-03-01": false, "1234567890": false, "f47ac10b-58cc-4372-a567-0e02b2c3d479": false,
	} {
		if got := hasPII(text); got != want {
			t.Errorf("hasPII(%q) = %v", text, got)
		}
	}
	for text, want := range map[string]bool{
		"1990-01-31": true, "01/31/1990": true, "+1 (555) 123-4567": true, "123456789": true, "12345": false, "00112233445566778899": false, "12ab": false,
	} {
		if got := isPII(text); got != want {
			t.Errorf("isPII(%q) = %v", text, got)
		}
	}
}

func TestSite(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"api.id.me": "id.me", "id.me": "id.me", "a.b.example.co.uk": "example.co.uk", "right.localhost": "right.localhost",
		"localhost": "localhost", "127.0.0.1": "127.0.0.1", "x.y.example.com": "example.com",
	} {
		if got := site(host); got != want {
			t.Errorf("site(%q) = %q, want %q", host, got, want)
		}
	}
}

// scanPage scans a page in memory of its own.
func scanPage(page []byte) *pageScan {
	s := &pageScan{}
	s.scan(page)
	return s
}
