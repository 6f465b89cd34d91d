package redact

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// pageScan is what one pass over a page's tokens finds.
type pageScan struct {
	text        strings.Builder // visible text, folded to single spaces
	visible     int
	forms       int
	scripts     int
	title       bool
	metaRefresh bool
	retry, help bool
	secret      bool
	token       bool

	// Where the scan stands.
	hidden, inTitle, inScript, inControl int
	control                              strings.Builder
}

// htmlFacts computes the facts of a page; nothing of the page itself is kept.
func (r *run) htmlFacts(page []byte) {
	s := scanPage(page)
	text := foldText(s.text.String())
	r.setFact(transcript.FactVisible, min(s.visible, transcript.MaxFactNumber))
	r.setFact(transcript.FactForms, s.forms)
	r.setFact(transcript.FactScripts, s.scripts)
	r.setFact(transcript.FactTitlePresent, s.title)
	r.setFact(transcript.FactStackTrace, hasStackTrace(s.text.String()))
	r.setFact(transcript.FactRetryControl, s.retry)
	r.setFact(transcript.FactHelpLink, s.help)
	if s.metaRefresh {
		r.setFact(transcript.FactMetaRefresh, true)
	}
	if s.secret {
		r.setFact(transcript.FactSecretInPage, true)
	}
	if s.token {
		r.setFact(transcript.FactTokenInPage, true)
	}
	if code := shownErrorCode(text); code != "" {
		r.setFact(transcript.FactRawErrorCode, code)
	}
	r.setFact(transcript.FactRawErrorText, r.showsErrorText(text))
}

func (r *run) showsErrorText(text string) bool {
	for _, t := range r.errorTexts {
		if strings.Contains(text, t) {
			return true
		}
	}
	for t := range r.r.public.sentences {
		if strings.Contains(text, foldText(t)) {
			return true
		}
	}
	return false
}

// shownErrorCode finds an error code word that stands in the text by itself.
func shownErrorCode(text string) string {
	for _, code := range transcript.ErrorCodes {
		for from := 0; ; {
			i := strings.Index(text[from:], code)
			if i < 0 {
				break
			}
			i += from
			end := i + len(code)
			if (i == 0 || !isWordChar(text[i-1])) && (end == len(text) || !isWordChar(text[end])) {
				return code
			}
			from = end
		}
	}
	return ""
}

func isWordChar(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' || c == '-' }

// scanPage reads the tokens of a page once. Text in title, script, style,
// template and noscript is not visible.
func scanPage(page []byte) *pageScan {
	s := &pageScan{}
	z := html.NewTokenizer(bytes.NewReader(page))
	z.SetMaxBuf(maxHTMLBytes)
	for {
		switch z.Next() {
		case html.ErrorToken:
			return s
		case html.StartTagToken:
			t := z.Token()
			s.startTag(&t)
			s.open(t.DataAtom)
		case html.SelfClosingTagToken:
			t := z.Token()
			s.startTag(&t)
		case html.EndTagToken:
			name, _ := z.TagName()
			s.close(atom.Lookup(name))
			s.text.WriteByte(' ')
		case html.TextToken:
			s.textToken(z.Text())
		}
	}
}

// open enters an element.
func (s *pageScan) open(name atom.Atom) {
	switch name {
	case atom.Style, atom.Template, atom.Noscript:
		s.hidden++
	case atom.Script:
		s.hidden++
		s.inScript++
	case atom.Title:
		s.hidden++
		s.inTitle++
	case atom.A, atom.Button:
		s.inControl++
		s.control.Reset()
	}
}

// close leaves an element; an end without a beginning is ignored.
func (s *pageScan) close(name atom.Atom) {
	switch name {
	case atom.Style, atom.Template, atom.Noscript:
		s.hidden = max(s.hidden-1, 0)
	case atom.Script:
		s.hidden, s.inScript = max(s.hidden-1, 0), max(s.inScript-1, 0)
	case atom.Title:
		s.hidden, s.inTitle = max(s.hidden-1, 0), max(s.inTitle-1, 0)
	case atom.A, atom.Button:
		if s.inControl > 0 {
			s.controlText(s.control.String())
			s.inControl--
		}
	}
}

// maxControlText bounds the text of a link or button that is looked at, with
// the white space of its source.
const maxControlText = 2000

func (s *pageScan) textToken(raw []byte) {
	switch {
	case s.inScript > 0:
		s.scriptText(raw)
	case s.inTitle > 0:
		s.title = s.title || len(bytes.TrimSpace(raw)) > 0
	case s.hidden == 0:
		text := string(raw)
		s.text.WriteString(text)
		s.visible += visibleChars(text)
		if s.inControl > 0 {
			s.control.WriteString(text[:min(len(text), maxControlText-s.control.Len())])
		}
	}
}

// startTag notes what the attributes of one tag tell.
func (s *pageScan) startTag(t *html.Token) {
	attr := func(name string) string {
		for _, a := range t.Attr {
			if a.Key == name {
				return a.Val
			}
		}
		return ""
	}
	switch t.DataAtom {
	case atom.Form:
		s.forms++
	case atom.Script:
		s.scripts++
	case atom.Meta:
		s.metaRefresh = s.metaRefresh || strings.EqualFold(attr("http-equiv"), "refresh")
	case atom.A:
		href := strings.ToLower(attr("href"))
		s.help = s.help || strings.HasPrefix(href, "mailto:") || strings.HasPrefix(href, "tel:") ||
			strings.Contains(href, "/help") || strings.Contains(href, "/support") || strings.Contains(href, "/contact") || strings.Contains(href, "/faq")
		s.controlText(attr("aria-label"))
	case atom.Input:
		kind := strings.ToLower(attr("type"))
		if kind == "submit" || kind == "button" {
			s.controlText(attr("value"))
		}
		s.namedValue(attr("name"), attr("value"))
	case atom.Button:
		s.controlText(attr("aria-label"))
	}
	for _, a := range t.Attr {
		s.token = s.token || len(a.Val) > 40 && findJWT(a.Val, 0) >= 0
	}
}

func (s *pageScan) namedValue(name, value string) {
	if len(value) < 8 {
		return
	}
	switch name {
	case "client_secret", "refresh_token", "code_verifier":
		s.secret = true
	case "access_token", "id_token":
		s.token = true
	}
}

func (s *pageScan) scriptText(raw []byte) {
	text := string(raw)
	s.secret = s.secret || hasNamedValue(text, "client_secret", "refresh_token", "code_verifier")
	s.token = s.token || hasNamedValue(text, "access_token", "id_token") || findJWT(text, 0) >= 0
}

// secretFacts does for a script file what scanPage does for script elements.
func (r *run) secretFacts(script []byte) {
	var s pageScan
	s.scriptText(script)
	if s.secret {
		r.setFact(transcript.FactSecretInPage, true)
	}
	if s.token {
		r.setFact(transcript.FactTokenInPage, true)
	}
}

var (
	retryWords = []string{
		"try again", "retry", "start over", "sign in", "sign-in", "log in", "login", "signin", "go back", "back to", "return to",
		"continue", "home", "verify", "another way", "different account",
	}
	helpWords = []string{"help", "support", "contact", "faq"}
)

func (s *pageScan) controlText(text string) {
	text = foldText(text)
	if text == "" || len(text) > 200 {
		return
	}
	for _, w := range retryWords {
		s.retry = s.retry || strings.Contains(text, w)
	}
	s.retry = s.retry || text == "back"
	for _, w := range helpWords {
		s.help = s.help || strings.Contains(text, w)
	}
}

// visibleChars counts what is not white space.
func visibleChars(s string) int {
	n := 0
	for _, c := range s {
		if c > ' ' && c != '\u00a0' && c != '\u200b' && c != '\ufeff' {
			n++
		}
	}
	return n
}

// hasNamedValue tells whether a script gives one of the names a literal value
// of eight characters or more: name, quotes, = or :, and a quoted value.
func hasNamedValue(text string, names ...string) bool {
	for _, name := range names {
		for from := 0; ; {
			i := strings.Index(text[from:], name)
			if i < 0 {
				break
			}
			from += i + len(name)
			rest := strings.TrimLeft(text[from:min(len(text), from+8)], "\"'`\\ \t]")
			if rest == "" || rest[0] != '=' && rest[0] != ':' {
				continue
			}
			at := from + strings.IndexByte(text[from:], rest[0]) + 1
			value := strings.TrimLeft(text[at:min(len(text), at+64)], " \t\\")
			if quoted := strings.TrimLeft(value, "\"'`"); len(quoted) < len(value) && runLength(quoted) >= 8 {
				return true
			}
		}
	}
	return false
}

// runLength gives the length of the token-like run that s begins with.
func runLength(s string) int {
	n := 0
	for n < len(s) && (isWordChar(s[n]) || strings.IndexByte(".~+/=", s[n]) >= 0) {
		n++
	}
	return n
}

var stackMarks = []string{
	"Traceback (most recent call last)", "Exception in thread ", "\tat java.", "at java.base/", "at org.springframework", "at sun.reflect",
	".java:", ".kt:", "goroutine 1 [", "/usr/local/go/src/", "at Object.<anonymous>", "at Module._compile", "at process.processTicksAndRejections",
	"node:internal/", "/node_modules/", "System.NullReferenceException", "at System.", "at Microsoft.", "PHP Fatal error", "PHP Stack trace",
	"#0 /", "Stack trace:", "ActionController::", "/gems/", "app/controllers/", "site-packages/", "NoMethodError", "SQLSTATE[", "panic: runtime error",
}

// hasStackTrace looks for the marks that the stack traces of common languages have.
func hasStackTrace(text string) bool {
	for _, mark := range stackMarks {
		if strings.Contains(text, mark) {
			return true
		}
	}
	return false
}
