package redact

import (
	"bytes"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// pageForms is what the scan of a page finds of its forms and its language.
type pageForms struct {
	fields, passwords, hiddenFields int
	post, submits, message          bool
	actions                         []string
	refresh                         string // where a meta element sends the browser
	lang                            string
}

// Bounds of the forms of a page whose address is looked at.
const (
	maxActions     = 16
	maxActionBytes = 2000
)

var submitCall = []byte(".submit(")

func (f *pageForms) form(action, method []byte) {
	f.post = f.post || equalFold(method, "post")
	if len(f.actions) < maxActions && len(action) > 0 && len(action) <= maxActionBytes {
		f.actions = append(f.actions, strings.TrimSpace(string(action)))
	}
}

// refreshTo notes the address in the content of a meta refresh.
func (f *pageForms) refreshTo(content []byte) {
	text := string(content[:min(len(content), maxActionBytes)])
	_, address, _ := strings.Cut(text, ";")
	if address = strings.TrimSpace(address); len(address) > 4 && strings.EqualFold(address[:4], "url=") {
		f.refresh = strings.Trim(address[4:], `'" `)
	}
}

// input notes an input element by its type.
func (f *pageForms) input(kind, name []byte) {
	switch {
	case equalFold(kind, "hidden"):
		f.hiddenFields++
		switch string(name) {
		case "SAMLResponse", "SAMLRequest", "wresult":
			f.message = true
		}
	case equalFold(kind, "submit"), equalFold(kind, "button"), equalFold(kind, "reset"), equalFold(kind, "image"):
	case equalFold(kind, "password"):
		f.passwords++
		f.fields++
	default:
		f.fields++
	}
}

// pageLang gives the language of a tag, other for one that is not of the list.
func pageLang(tag []byte) string {
	tag = bytes.TrimSpace(tag)
	lang, _, _ := strings.Cut(strings.ToLower(string(tag[:min(len(tag), 32)])), "-")
	if _, known := transcript.CheckFact(transcript.FactPageLang, lang); lang != "" && !known {
		return "other"
	}
	return lang
}

// formFacts sets the facts about the forms and the language of a page.
func (r *run) formFacts(s *pageScan) {
	if s.lang != "" {
		r.setFact(transcript.FactPageLang, s.lang)
	}
	if s.forms == 0 {
		return
	}
	r.setFact(transcript.FactFormFields, s.fields)
	r.setFact(transcript.FactPasswordFields, s.passwords)
	r.setFact(transcript.FactHiddenFields, s.hiddenFields)
	r.setFact(transcript.FactFormPost, s.post)
	r.setFact(transcript.FactFormTarget, r.target(s.actions))
	if s.submits {
		r.setFact(transcript.FactAutoSubmit, true)
	}
	if s.message {
		r.setFact(transcript.FactSAMLForm, true)
	}
}

// target tells whose the first host is, other than the page's own, to which one
// of the addresses leads.
func (r *run) target(addresses []string) string {
	for _, address := range addresses {
		u := cutURL(address)
		if u.host == "" || u.host == r.entryHost {
			continue
		}
		if u.scheme == "" {
			u.scheme = "https"
		}
		return string(r.registered(u.scheme, u.host).Role)
	}
	return "same_host"
}
