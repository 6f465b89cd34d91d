package redact

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"

	"github.com/proofwalk/proofwalk/internal/capture"
)

// pageToken is a token as both tokenizers give it.
type pageToken struct {
	kind  tokenKind
	text  string // of a text: clear; of a tag: its name
	attrs string
}

// ownTokens cuts a page with htmlTokens. A tag that has an attribute twice is
// marked: x/net forgets the second, which tells nothing of ours.
func ownTokens(page []byte) (tokens []pageToken, twice bool) {
	z := htmlTokens{page: page}
	for {
		kind := z.next()
		switch kind {
		case pageEnd:
			return tokens, twice
		case startTag, selfClosingTag:
			var b strings.Builder
			seen := map[string]bool{}
			for _, a := range z.attrs {
				key := string(appendLower(nil, a.key))
				twice = twice || seen[key]
				seen[key] = true
				b.WriteString(key + "=" + string(clearValue(a.value)) + "\n")
			}
			tokens = append(tokens, pageToken{kind, string(appendLower(nil, z.name)), b.String()})
		case endTag:
			tokens = append(tokens, pageToken{kind, string(appendLower(nil, z.name)), ""})
		case textToken:
			tokens = append(tokens, pageToken{kind, string(z.clearText()), ""})
		}
	}
}

// referenceTokens cuts a page with golang.org/x/net/html.
func referenceTokens(page []byte) []pageToken {
	var tokens []pageToken
	z := html.NewTokenizer(bytes.NewReader(page))
	kinds := map[html.TokenType]tokenKind{html.StartTagToken: startTag, html.SelfClosingTagToken: selfClosingTag, html.EndTagToken: endTag, html.TextToken: textToken}
	for {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			return tokens
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			name, more := z.TagName()
			var b strings.Builder
			tag := string(name)
			for more {
				var key, value []byte
				key, value, more = z.TagAttr()
				b.WriteString(string(key) + "=" + string(value) + "\n")
			}
			tokens = append(tokens, pageToken{kinds[kind], tag, b.String()})
		case html.TextToken:
			tokens = append(tokens, pageToken{textToken, string(z.Text()), ""})
		}
	}
}

// sameTokens compares the two; NUL in names is of no account, since no element
// or attribute that is looked at has one.
func sameTokens(t *testing.T, page []byte) {
	t.Helper()
	got, twice := ownTokens(page)
	if twice || bytes.IndexByte(page, 0) >= 0 {
		return
	}
	want := referenceTokens(page)
	if slices.Equal(got, want) {
		return
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("token %d of %q:\n%+v\nwant\n%+v", i, page[:min(len(page), 300)], got[min(i, len(got)):min(i+2, len(got))], want[min(i, len(want)):min(i+2, len(want))])
		}
	}
}

// hardPages are those in which tokenizers differ most.
var hardPages = []string{
	"", "<", "</", "<!", "<?", "<a", "</a", "<a b", "<a b=", `<a b="`, "<a b='c'", "a<b>c</b>d", "<<a>>", "</ a>x", "</>x", "<!>x", "<!->x", "< a>", "a < b <c",
	"<!-->x", "<!--->x", "<!---->x", "<!--a--!>x", "<!--a--!-->x", "<!--a-->x", "<!-- > -- > -->x", "<!--a", "<!DOCTYPE html>x", "<!doc>x", "<![CDATA[x]]>y", "<?xml a>b",
	"<p a=b c='d' e=\"f\" g h = i>x", "<p a=/>x", "<p a/>x", "<br/>x", "<p / a=b>x", "<p =a=b>x", "<P CLASS=X>y</P >z", "<p a=b>c", "<p a='&lt;&copy;&copy=1&copyx &amp'>",
	"&lt;&notit;&#65;&#x41;&#xD800;&#0;&#128;&nosuch;&;&#;&#x;& &AMP&amp", "<p t='&nGt;&#65&notin;&notit;&not=&not;'>",
	"<title>a<b>&lt;</title>c", "<TITLE>a</tItLe >b", "<textarea>&lt;<p></textarea>x", "<style>&lt;<p></style>x", "<xmp><p></xmp>x", "<iframe><p></iframe>x",
	"<noscript><p></noscript>x", "<noembed><p></noembed>x", "<noframes><p></noframes>x", "<plaintext></plaintext><p>", "<plaintext>", "<title>", "<title></title>x", "<title/>x</title>",
	"<script>a<b></script>x", "<script>a</scriptx></script>x", "<script><!--<script></script>--></script>x", "<script><!--<script></script></script>x",
	"<script><!-- </script>x", "<script><!--a<-b</script>x", "<script><!--<scriptx></script>x", "<script><!--<script>--></script>x", "<script><!--<script>-- ></script>y</script>x",
	"<script><!-</script>x", "<script><!</script>x", "<script></</script>x", "<SCRIPT></SCRIPT\n>x", "<script>", "<script><!--", "<script/>a</script>b",
	"a\r\nb\rc<p d='e\r\nf'>", "<textarea>a\r\n</textarea>", "\xff<p \xfe=\xfd>", "<p><a href=x>y</a></p>", "<svg/onload=x>", "<a b=c/d>e", "<a 'b'=c>d", "<a \"b>c",
}

func TestHTMLTokensAreThoseOfXNet(t *testing.T) {
	t.Parallel()
	for _, page := range hardPages {
		sameTokens(t, []byte(page))
		for _, other := range hardPages {
			sameTokens(t, []byte(page+other))
		}
	}
	for _, page := range realPages(t) {
		sameTokens(t, page)
		for cut := range 50 { // as the limit of a body cuts it
			sameTokens(t, page[:len(page)*cut/50])
		}
	}
}

// realPages are the HTML bodies of the sample captures.
func realPages(t testing.TB) (pages [][]byte) {
	t.Helper()
	for _, pattern := range []string{"hars/*.har*", "captures/recorded/*.har"} {
		names, err := filepath.Glob(filepath.Join("../../testdata", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = capture.Read(bytes.NewReader(text), capture.Limits{}, func(e *capture.Entry) error {
				if e.Response != nil && e.Response.Body != nil && strings.Contains(e.Response.Body.MIME, "html") {
					pages = append(pages, slices.Clone(e.Response.Body.Text))
				}
				return nil
			})
		}
	}
	if len(pages) < 20 {
		t.Fatalf("%d pages in testdata, want 20", len(pages))
	}
	return pages
}

func FuzzHTMLTokens(f *testing.F) {
	for _, page := range hardPages {
		f.Add([]byte(page))
	}
	if len(hardPages) < 80 {
		f.Fatalf("%d seeds, want 80", len(hardPages))
	}
	f.Fuzz(func(t *testing.T, page []byte) {
		sameTokens(t, page)
		s := scanPage(page)
		if s.visible > len(s.text) {
			t.Fatalf("%d visible characters in %d bytes", s.visible, len(s.text))
		}
	})
}

// TestAppendFolded compares with the functions of package strings that it
// stands for.
func TestAppendFolded(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "  ", "A  B+c\t\n", "+a+", "Ünïcode\u00a0Ä\u2003ß İK", "\xff\xfeA\xc3", "a\u0085b", strings.Repeat("Word ", 100)} {
		want := strings.Join(strings.Fields(strings.ToLower(strings.ReplaceAll(text, "+", " "))), " ")
		if got := string(appendFolded(nil, []byte(text))); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		n := 0
		for _, c := range text {
			if c > ' ' && c != '\u00a0' && c != '\u200b' && c != '\ufeff' {
				n++
			}
		}
		if got := visibleChars([]byte(text)); got != n {
			t.Errorf("%q: %d visible, want %d", text, got, n)
		}
	}
}

func TestStackMarksAreFound(t *testing.T) {
	t.Parallel()
	for _, m := range stackMarks {
		for _, text := range []string{m.mark, "x" + m.mark, "some text, a long one " + m.mark + " and more", m.mark[:len(m.mark)-1] + m.mark} {
			if !hasStackTrace([]byte(text)) {
				t.Errorf("%q has a stack trace", text)
			}
		}
		if text := m.mark[:len(m.mark)-1]; hasStackTrace([]byte(text)) || hasStackTrace([]byte(m.mark[1:])) {
			t.Errorf("%q has no stack trace", text)
		}
		if !strings.Contains(m.mark, m.pair) || len(m.pair) != 2 {
			t.Errorf("%q is no pair of %q", m.pair, m.mark)
		}
	}
	if hasStackTrace(nil) || hasStackTrace([]byte("a")) || !utf8.ValidString(stackMarks[0].mark) {
		t.Error("an empty text has a stack trace")
	}
}
