package redact

import (
	"bytes"
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// pageControls is what the scan of a page finds of the names of its links and
// buttons, and of what tells who the provider is.
type pageControls struct {
	nameless int  // links and buttons without a name
	brand    bool // one is named as the provider asks
	about    bool // a link says who the provider is
	current  control
	faq      faqAddress
}

// control is the link or button whose content is read.
type control struct {
	real  bool // it leads somewhere and is not hidden
	named bool // by more than its text
}

// faqAddress is the declared page that tells about the provider: whole, and as the
// pages of its own host name it.
type faqAddress struct{ whole, path string }

// faqOf is the declared address as a page of the entry's host may name it.
func (r *run) faqOf() faqAddress {
	cfg := r.r.public.cfg
	if cfg == nil || cfg.Links.FAQ == "" {
		return faqAddress{}
	}
	out := faqAddress{whole: cfg.Links.FAQ}
	if u := cutURL(cfg.Links.FAQ); u.host == r.entryHost && len(u.path) > 1 {
		out.path = u.path
	}
	return out
}

// begins notes what the attributes of a link or button say of its name.
func (s *pageScan) begins(link bool) {
	c := control{real: !link}
	hiddenOne := false
	for _, a := range s.tokens.attrs {
		switch {
		case equalFold(a.key, "href"):
			c.real = c.real || link
			s.about = s.about || s.tellsAbout(clearValue(a.value))
		case equalFold(a.key, "aria-label"), equalFold(a.key, "title"):
			text := clearValue(a.value)
			c.named = c.named || len(bytes.TrimSpace(text)) > 0
			if equalFold(a.key, "aria-label") {
				s.controlText(text)
			}
		case equalFold(a.key, "aria-labelledby"):
			c.named = c.named || len(a.value) > 0
		case equalFold(a.key, "aria-hidden"):
			hiddenOne = equalFold(a.value, "true")
		case equalFold(a.key, "hidden"):
			hiddenOne = true
		}
	}
	c.real = c.real && !hiddenOne
	s.current = c
}

// ends takes the name of the link or button at hand from its content.
func (s *pageScan) ends() {
	if s.current.real && !s.current.named && len(bytes.TrimSpace(s.control)) == 0 {
		s.nameless++
	}
	s.current.real = false
	s.controlText(s.control)
}

// picture takes the text of a picture into the name of the link or button around it.
func (s *pageScan) picture() {
	if s.inControl == 0 {
		return
	}
	if alt := s.attr("alt"); len(alt) > 0 && len(s.control) < maxControlText {
		s.control = append(append(s.control, ' '), alt[:min(len(alt), maxControlText-len(s.control))]...)
	}
}

// tellsAbout tells whether a link leads to the provider's own page about itself or
// to the declared one.
func (s *pageScan) tellsAbout(href []byte) bool {
	href = bytes.TrimSpace(href)
	if len(href) == 0 || len(href) > maxActionBytes {
		return false
	}
	if s.faq.whole != "" && (string(href) == s.faq.whole || s.faq.path != "" && string(href) == s.faq.path) {
		return true
	}
	u := cutURL(string(href))
	return (u.host == "id.me" || u.host == "www.id.me") && (u.path == "/about" || strings.HasPrefix(u.path, "/about/"))
}

// brandNames are the names of the button that the provider approves.
var brandNames = byteWords("verify with id.me", "sign in with id.me", "continue with id.me")

var (
	brand       = []byte("id.me")
	brandAbouts = byteWords("what is ", "learn more about ")
)

// mayNameBrand tells whether a text may hold the provider's name, in any case.
func mayNameBrand(text []byte) bool {
	for from := 0; ; {
		n := bytes.IndexByte(text[from:], '.')
		if n < 0 {
			return false
		}
		if from += n + 1; len(text)-from >= 2 && text[from]|0x20 == 'm' && text[from+1]|0x20 == 'e' {
			return true
		}
	}
}

// asksWhat tells whether the folded text of a page asks what the provider is.
func asksWhat(folded []byte) bool {
	for from := 0; ; {
		n := bytes.Index(folded[from:], brand)
		if n < 0 {
			return false
		}
		for _, w := range brandAbouts {
			if bytes.HasSuffix(folded[:from+n], w) {
				return true
			}
		}
		from += n + len(brand)
	}
}

// controlFacts sets the facts about the names of a page's links and buttons.
func (r *run) controlFacts(s *pageScan) {
	r.setFact(transcript.FactBrandControl, s.brand)
	r.setFact(transcript.FactNamelessControls, min(s.nameless, transcript.MaxFactNumber))
	r.setFact(transcript.FactAboutLink, s.about || asksWhat(s.folded))
	if len(r.markups) > 0 {
		echoed := false
		for _, m := range r.markups {
			echoed = echoed || bytes.Contains(s.source, m)
		}
		r.setFact(transcript.FactMarkupEchoed, echoed)
	}
}

// Bounds of the markup that pages are searched for: what is shorter may be a
// page's own.
const (
	maxMarkups     = 4
	minMarkupBytes = 8
	maxMarkupBytes = 200
)

// noteMarkup keeps what an error of this capture carries of markup, so that a
// later page can be searched for it. It lives as long as the run.
func (r *run) noteMarkup(text string) {
	from, to := strings.IndexByte(text, '<'), strings.LastIndexByte(text, '>')
	if from < 0 || to < from || len(r.markups) == maxMarkups {
		return
	}
	text = text[from : to+1]
	if len(text) < minMarkupBytes || len(text) > maxMarkupBytes || !isLetter(text[1]) && text[1] != '/' && text[1] != '!' {
		return
	}
	r.setFact(transcript.FactErrorMarkup, true)
	if !slices.ContainsFunc(r.markups, func(m []byte) bool { return string(m) == text }) {
		r.markups = append(r.markups, []byte(text))
	}
}

// deviceFact says on what kind of device a document was asked for.
func (r *run) deviceFact(agent string) {
	if !strings.HasPrefix(agent, "Mozilla/") || r.out.ResourceType != "" && r.out.ResourceType != "document" {
		return
	}
	device := "desktop"
	if strings.Contains(agent, "Mobi") || strings.Contains(agent, "Android") || strings.Contains(agent, "iPad") {
		device = "mobile"
	}
	r.setFact(transcript.FactDevice, device)
}
