package redact

import (
	"fmt"
	"io"

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
	_, pages, err := transcript.ReadEntries(r, func(e *transcript.Entry) error {
		hits = append(hits, CheckEntry(e)...)
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

// CheckEntry looks in every value of one entry for what is shaped like a
// credential; see CheckText.
func CheckEntry(e *transcript.Entry) []Hit {
	var hits []Hit
	checkEntry(e, func(place, value string) {
		for _, h := range CheckText(value) {
			h.Entry, h.Place = e.Index, place
			hits = append(hits, h)
		}
	})
	return hits
}

func refused(hits int) error {
	text := fmt.Sprintf("The transcript still holds something that looks like a secret, in %d places. It was not stored.", hits)
	return apperr.New(apperr.Invalid, text)
}

// checkEntry gives each string of an entry with its place.
func checkEntry(e *transcript.Entry, fn func(place, value string)) {
	q := &e.Request
	fn("request.url", q.URL)
	fn("request.body", q.BodyText)
	pair := func(place, name, value string) {
		if transcript.ParseValue(value).Kind == transcript.Clear {
			value = name + "=" + value
		} else {
			value = name // what is redacted as a whole holds nothing
		}
		fn(place, value)
	}
	fieldsOf := func(place string, fields []transcript.Field) {
		for _, f := range fields {
			pair(place, f.Name, f.Value)
		}
	}
	cookiesOf := func(place string, cookies []transcript.Cookie) {
		for _, c := range cookies {
			pair(place, c.Name, c.Value)
			fn(place, c.Path)
		}
	}
	fieldsOf("request.header", q.Headers)
	fieldsOf("request.query", q.Query)
	fieldsOf("request.form", q.Form)
	cookiesOf("request.cookie", q.Cookies)
	if p := e.Response; p != nil {
		fn("response.redirect", p.RedirectURL)
		fn("response.body", p.BodyText)
		fieldsOf("response.header", p.Headers)
		cookiesOf("response.cookie", p.Cookies)
	}
}
