package redact

import (
	"fmt"
	"io"
	"strings"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// OwnTokenPrefix begins every API and upload token of Proofwalk, so that one
// that was pasted somewhere is found.
const OwnTokenPrefix = "pwk_"

// Hit is a place that looks like a credential; it never holds the value.
type Hit struct {
	// Rule names what was found; see CheckText.
	Rule string `json:"rule"`
	// Offset is the first byte of it in the text.
	Offset int `json:"offset"`
	// Final is true where no reason can pass it: private keys, JSON Web Tokens
	// and our own tokens.
	Final bool `json:"final"`
	// Entry and Place say where in a transcript; Entry is -1 in plain text.
	Entry int    `json:"entry"`
	Place string `json:"place,omitempty"`
}

// maxHits bounds the hits that one text gives; a final one is always among them.
const maxHits = 100

// CheckText looks for credentials in typed text and gives them in the order of
// the text: private_key, jwt, own_token, published token forms, headers with
// credentials, URLs with a password, session cookies and named values such as
// client_secret=... It finds forms, not all secrets; redacted values and
// placeholders pass. The text is read once.
func CheckText(s string) []Hit {
	var hits []Hit
	final := false // nothing that comes can make it worse
	add := func(rule string, at int, last bool) {
		if len(hits) < maxHits {
			hits = append(hits, Hit{Rule: rule, Offset: at, Final: last, Entry: -1})
		} else if last { // it counts behind any number of others
			hits[maxHits-1] = Hit{Rule: rule, Offset: at, Final: last, Entry: -1}
		}
		final = final || last
	}
	inWord := false
	for i := 0; i < len(s) && (len(hits) < maxHits || !final); i++ {
		kind := byteKinds[s[i]]
		if kind&begins != 0 && !inWord && i+1 < len(s) && mayBegin[s[i]][s[i+1]] {
			for _, n := range formsByFirst[s[i]] {
				if f := &allForms[n]; beginsWith(s[i:], f) && f.follows(s[i+len(f.literal):]) {
					add(f.rule, i, f.final)
				}
			}
		}
		if kind&stands != 0 && (len(hits) < maxHits || s[i] == 'K') { // of a full list, only what is final counts
			if rule, at := credentialAround(s, i); rule != "" {
				add(rule, at, rule == "private_key")
			}
		}
		inWord = kind&inside != 0
	}
	return hits
}

// wordRun gives the length of the run of base64url characters that s begins with.
func wordRun[text string | []byte](s text) int {
	n := 0
	for n < len(s) && isWordChar(s[n]) {
		n++
	}
	return n
}

// Check reads a transcript strictly and looks in every value for what is shaped
// like a credential. It gives the hits, and an *apperr.Error of kind Invalid
// when there are any. It is the last look before a transcript is stored or
// packed; that values are redacted is the work of HAR, not of Check.
func Check(r io.Reader) ([]Hit, error) {
	var hits []Hit
	checker := NewChecker()
	_, pages, err := transcript.ReadEntries(r, func(e *transcript.Entry) error {
		hits = append(hits, checker.Entry(e)...)
		if len(hits) > 1000 {
			return refused(len(hits))
		}
		return nil
	})
	if err != nil {
		return hits, err
	}
	for _, p := range pages {
		for _, h := range CheckText(p.Title) {
			h.Place = "page.title"
			hits = append(hits, h)
		}
	}
	if len(hits) > 0 {
		return hits, refused(len(hits))
	}
	return nil, nil
}

// A Checker looks for credentials in entries, one after the other. The same
// fields stand in entry after entry: what lately held nothing is not looked
// through again. Not for more than one goroutine.
type Checker struct {
	// clean are fields in which nothing was found, each in the slot of its
	// looks; the next with the same looks takes the slot over.
	clean [cleanSlots]cleanField
}

const (
	cleanSlots = 1 << 10
	cleanBytes = 512 // a longer field is looked through each time
)

type cleanField struct{ name, value string }

// NewChecker gives a Checker that has seen nothing.
func NewChecker() *Checker { return &Checker{} }

// Entry looks in every value of one entry for what is shaped like a credential;
// see CheckText.
func (c *Checker) Entry(e *transcript.Entry) []Hit {
	l := look{checker: c, entry: e.Index}
	q := &e.Request
	l.text("request.url", q.URL)
	l.text("request.body", q.BodyText)
	l.fields("request.header", q.Headers)
	l.fields("request.query", q.Query)
	l.fields("request.form", q.Form)
	l.cookies("request.cookie", q.Cookies)
	if p := e.Response; p != nil {
		l.text("response.redirect", p.RedirectURL)
		l.text("response.body", p.BodyText)
		l.fields("response.header", p.Headers)
		l.cookies("response.cookie", p.Cookies)
	}
	return l.hits
}

// look goes through one entry.
type look struct {
	checker *Checker
	entry   int
	hits    []Hit
}

func (l *look) text(place, value string) { l.field(place, "", value) }

func (l *look) fields(place string, fields []transcript.Field) {
	for i := range fields {
		l.field(place, fields[i].Name, fields[i].Value)
	}
}

func (l *look) cookies(place string, cookies []transcript.Cookie) {
	for i := range cookies {
		l.field(place, cookies[i].Name, cookies[i].Value)
		l.text(place, cookies[i].Path)
	}
}

// field looks through a value behind its name; without a name it is a text. What
// is redacted as a whole holds nothing, so only its name is looked at.
func (l *look) field(place, name, value string) {
	if name != "" && transcript.ParseValue(value).Kind != transcript.Clear {
		name, value = "", name
	}
	slot := l.checker.slot(name, value)
	if slot.name == name && slot.value == value {
		return
	}
	text := value
	if name != "" {
		text = name + "=" + value
	}
	hits := CheckText(text)
	for _, h := range hits {
		h.Entry, h.Place = l.entry, place
		l.hits = append(l.hits, h)
	}
	if len(hits) == 0 && len(name)+len(value) <= cleanBytes {
		slot.name, slot.value = strings.Clone(name), strings.Clone(value) // they may be a part of a large text
	}
}

// slot is where a field is remembered: a hash of a few bytes is enough, since the
// whole field is compared.
func (c *Checker) slot(name, value string) *cleanField {
	return &c.clean[(looks(name)*31+looks(value))%cleanSlots]
}

func refused(hits int) error {
	text := fmt.Sprintf("The transcript still holds something that looks like a secret, in %d places. It was not stored.", hits)
	return apperr.New(apperr.Invalid, text)
}
