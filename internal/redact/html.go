package redact

import (
	"bytes"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// pageScan is what one pass over a page's tokens finds. Its memory is used again
// for the next page.
type pageScan struct {
	scriptScan
	text        []byte // visible text
	folded      []byte // the same folded to single spaces
	visible     int
	forms       int
	scripts     int
	title       bool
	metaRefresh bool
	retry, help bool
	pageForms
	pageControls
	source []byte // the page itself

	// Where the scan stands.
	tokens                               htmlTokens
	hidden, inTitle, inScript, inControl int
	control, label                       []byte
}

// htmlFacts computes the facts of a page; nothing of the page itself is kept.
func (r *run) htmlFacts(page []byte) {
	s := &r.page
	s.faq = r.faqOf()
	s.scan(page)
	s.folded = appendFolded(s.folded[:0], s.text)
	r.setFact(transcript.FactVisible, min(s.visible, transcript.MaxFactNumber))
	r.setFact(transcript.FactForms, s.forms)
	r.setFact(transcript.FactScripts, s.scripts)
	r.setFact(transcript.FactTitlePresent, s.title)
	r.setFact(transcript.FactStackTrace, hasStackTrace(s.text))
	r.setFact(transcript.FactRetryControl, s.retry)
	r.setFact(transcript.FactHelpLink, s.help)
	if s.metaRefresh {
		r.setFact(transcript.FactMetaRefresh, true)
		r.setFact(transcript.FactRefreshTarget, r.target([]string{s.refresh}))
	}
	r.secretsFound(s.scriptScan)
	if code := shownErrorCode(s.folded); code != "" {
		r.setFact(transcript.FactRawErrorCode, code)
	}
	r.setFact(transcript.FactRawErrorText, r.showsErrorText(s.folded))
	r.formFacts(s)
	r.controlFacts(s)
	s.source = nil
}

func (r *run) secretsFound(s scriptScan) {
	if s.secret {
		r.setFact(transcript.FactSecretInPage, true)
	}
	if s.token {
		r.setFact(transcript.FactTokenInPage, true)
	}
}

// scriptFacts does for a script file what scan does for script elements.
func (r *run) scriptFacts(script []byte) {
	var s scriptScan
	s.look(script)
	r.secretsFound(s)
}

func (r *run) showsErrorText(folded []byte) bool {
	for _, t := range r.errorTexts {
		if bytes.Contains(folded, t) {
			return true
		}
	}
	for _, t := range r.r.public.folded {
		if bytes.Contains(folded, t) {
			return true
		}
	}
	return false
}

// shownErrorCode finds the error code word that stands in the text by itself,
// the first of the list where there are more. Every code has an underscore.
func shownErrorCode(text []byte) string {
	found := len(transcript.ErrorCodes)
	for from := 0; from < len(text); {
		n := bytes.IndexByte(text[from:], '_')
		if n < 0 {
			break
		}
		start, end := from+n, from+n
		for start > 0 && isWordChar(text[start-1]) {
			start--
		}
		end += wordRun(text[end:])
		if code, ok := errorCodeIndex[string(text[start:end])]; ok {
			found = min(found, code)
		}
		from = end
	}
	if found == len(transcript.ErrorCodes) {
		return ""
	}
	return transcript.ErrorCodes[found]
}

var errorCodeIndex = func() map[string]int {
	m := map[string]int{}
	for i, code := range transcript.ErrorCodes {
		m[code] = i
	}
	return m
}()

func isWordChar(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' || c == '-' }

// scan forgets the last page and reads the tokens of this one. Text in title,
// script, style, template and noscript is not visible.
func (s *pageScan) scan(page []byte) {
	*s = pageScan{
		text: s.text[:0], folded: s.folded[:0], control: s.control[:0], label: s.label[:0],
		tokens: htmlTokens{page: page, attrs: s.tokens.attrs[:0]}, pageForms: pageForms{actions: s.actions[:0]},
		pageControls: pageControls{faq: s.faq}, source: page,
	}
	for {
		switch s.tokens.next() {
		case pageEnd:
			s.tokens.page = nil
			return
		case startTag:
			name := elementOf(s.tokens.name)
			s.startTag(name)
			s.open(name)
		case selfClosingTag:
			s.startTag(elementOf(s.tokens.name))
		case endTag:
			s.close(elementOf(s.tokens.name))
			s.text = append(s.text, ' ')
		case textToken:
			s.textToken()
		}
	}
}

// element is one of those that the scan looks at.
type element int

const (
	otherElement element = iota
	anchorElement
	buttonElement
	formElement
	hiddenElement // style, template, noscript
	inputElement
	metaElement
	scriptElement
	titleElement
	bodyElement
	choiceElement // textarea, select
	imageElement
	rootElement
)

func elementOf(name []byte) element {
	switch {
	case len(name) == 1 && name[0]|0x20 == 'a':
		return anchorElement
	case len(name) == 3 && equalFold(name, "img"):
		return imageElement
	case len(name) < 4 || len(name) > 8:
	case equalFold(name, "form"):
		return formElement
	case equalFold(name, "html"):
		return rootElement
	case equalFold(name, "body"):
		return bodyElement
	case equalFold(name, "select"), equalFold(name, "textarea"):
		return choiceElement
	case equalFold(name, "meta"):
		return metaElement
	case equalFold(name, "input"):
		return inputElement
	case equalFold(name, "title"):
		return titleElement
	case equalFold(name, "script"):
		return scriptElement
	case equalFold(name, "button"):
		return buttonElement
	case equalFold(name, "style"), equalFold(name, "template"), equalFold(name, "noscript"):
		return hiddenElement
	}
	return otherElement
}

// open enters an element.
func (s *pageScan) open(name element) {
	switch name {
	case hiddenElement:
		s.hidden++
	case scriptElement:
		s.hidden++
		s.inScript++
	case titleElement:
		s.hidden++
		s.inTitle++
	case anchorElement, buttonElement:
		s.inControl++
		s.control = s.control[:0]
	}
}

// close leaves an element; an end without a beginning is ignored.
func (s *pageScan) close(name element) {
	switch name {
	case hiddenElement:
		s.hidden = max(s.hidden-1, 0)
	case scriptElement:
		s.hidden, s.inScript = max(s.hidden-1, 0), max(s.inScript-1, 0)
	case titleElement:
		s.hidden, s.inTitle = max(s.hidden-1, 0), max(s.inTitle-1, 0)
	case anchorElement, buttonElement:
		if s.inControl > 0 {
			s.ends()
			s.inControl--
		}
	}
}

// maxControlText bounds the text of a link or button that is looked at, with
// the white space of its source.
const maxControlText = 2000

func (s *pageScan) textToken() {
	switch {
	case s.inScript > 0:
		text := s.tokens.clearText()
		s.look(text)
		s.submits = s.submits || bytes.Contains(text, submitCall)
	case s.inTitle > 0:
		full := len(bytes.TrimSpace(s.tokens.clearText())) > 0
		s.title = s.title || full
		s.current.named = s.current.named || full // of a drawing in a link or button
	case s.hidden == 0:
		text := s.tokens.clearText()
		s.text = append(s.text, text...)
		s.visible += visibleChars(text)
		if s.inControl > 0 {
			s.control = append(s.control, text[:min(len(text), maxControlText-len(s.control))]...)
		}
	}
}

// attr gives the clear value of an attribute of the tag at hand.
func (s *pageScan) attr(name string) []byte {
	for _, a := range s.tokens.attrs {
		if equalFold(a.key, name) {
			return clearValue(a.value)
		}
	}
	return nil
}

// startTag notes what the attributes of one tag tell.
func (s *pageScan) startTag(name element) {
	switch name {
	case formElement:
		s.forms++
		s.form(s.attr("action"), s.attr("method"))
	case rootElement:
		s.lang = pageLang(s.attr("lang"))
	case bodyElement:
		s.submits = s.submits || bytes.Contains(s.attr("onload"), submitCall)
	case choiceElement:
		s.fields++
	case scriptElement:
		s.scripts++
	case metaElement:
		if equalFold(s.attr("http-equiv"), "refresh") {
			s.metaRefresh = true
			s.refreshTo(s.attr("content"))
		}
	case anchorElement:
		if !s.help {
			s.label = appendLower(s.label[:0], s.attr("href"))
			s.help = isHelpAddress(s.label)
		}
		s.begins(true)
	case imageElement:
		s.picture()
	case inputElement:
		kind := s.attr("type")
		if equalFold(kind, "submit") || equalFold(kind, "button") {
			s.controlText(s.attr("value"))
		}
		if equalFold(kind, "image") {
			alt := s.attr("alt")
			s.controlText(alt)
			if len(bytes.TrimSpace(alt)) == 0 {
				s.nameless++
			}
		}
		s.input(kind, s.attr("name"))
		s.namedValue(s.attr("name"), s.attr("value"))
	case buttonElement:
		s.begins(false)
	}
	if s.inControl > 0 && name == otherElement {
		s.current.named = s.current.named || len(s.attr("aria-label")) > 0
	}
	if s.token {
		return
	}
	for _, a := range s.tokens.attrs {
		if len(a.value) <= 20 { // references make a value twice as long at most
			continue
		}
		value := clearValue(a.value)
		s.token = s.token || len(value) > 40 && findJWT(value, 0) >= 0
	}
}

func appendLower(out, text []byte) []byte {
	for _, c := range text {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		out = append(out, c)
	}
	return out
}

func isHelpAddress(href []byte) bool {
	if hasPrefix(href, "mailto:") || hasPrefix(href, "tel:") {
		return true
	}
	return containsAny(href, helpPaths)
}

var helpPaths = byteWords("/help", "/support", "/contact", "/faq")

func (s *pageScan) namedValue(name, value []byte) {
	if len(value) < 8 {
		return
	}
	switch string(name) {
	case "client_secret", "refresh_token", "code_verifier":
		s.secret = true
	case "access_token", "id_token":
		s.token = true
	}
}

// retryWords and helpWords are searched for in the texts of links and buttons.
var (
	retryWords = byteWords("try again", "retry", "start over", "sign in", "sign-in", "log in", "login", "signin", "go back", "back to", "return to",
		"continue", "home", "verify", "another way", "different account")
	helpWords = byteWords("help", "support", "contact", "faq")
)

func byteWords(words ...string) [][]byte {
	out := make([][]byte, len(words))
	for i, w := range words {
		out[i] = []byte(w)
	}
	return out
}

func (s *pageScan) controlText(text []byte) {
	names := !s.brand && mayNameBrand(text)
	if len(text) == 0 || s.retry && s.help && !names {
		return
	}
	s.label = appendFolded(s.label[:0], text)
	if len(s.label) == 0 || len(s.label) > 200 {
		return
	}
	s.brand = s.brand || names && containsAny(s.label, brandNames)
	s.retry = s.retry || string(s.label) == "back" || containsAny(s.label, retryWords)
	s.help = s.help || containsAny(s.label, helpWords)
}

func containsAny(text []byte, words [][]byte) bool {
	for _, w := range words {
		if bytes.Contains(text, w) {
			return true
		}
	}
	return false
}
