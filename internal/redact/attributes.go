package redact

import (
	"bytes"
	"strings"

	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// receivedValues are the values of a capture's attributes by keyed digests, so
// that a later request to a host of others is found to hold one. It lives as long as the run.
type receivedValues struct {
	known   map[[16]byte]struct{}
	lengths [256]bool // of the values
}

// Bounds of what is searched for.
const (
	maxReceivedValues = 64
	minReceivedChars  = 6
	maxReceivedChars  = 255
)

// wideAttributes are those whose values many people share.
var wideAttributes = wordSet(`state zip postal_code country region locale zoneinfo gender sex suffix age group groups subgroups
	military_branch military_service_component level_of_assurance credential_option_preverified login user username`)

// isIdentifying tells whether a value under this name is of one person.
func (r *run) isIdentifying(name string) bool {
	if isWord(wideAttributes, name) {
		return false
	}
	spec := paramSpecs[name]
	return spec.kind == kindConst && spec.class == "pii" && name != "value" || spec.kind == kindSub || r.isHandle(name)
}

// bringsAttributes tells whether the JSON of the response at hand is what the
// provider says of the user: the request sent an access token.
func (r *run) bringsAttributes(place string) bool {
	return place == "response.body" && r.fromProvider && r.withToken
}

// foldedValue is a value as it is compared; empty for one that is not. Folding
// may make a value longer.
func foldedValue(value string) string {
	if len(value) > maxReceivedChars {
		return ""
	}
	value = strings.ToLower(strings.TrimSpace(value))
	if len(value) < minReceivedChars || len(value) > maxReceivedChars {
		return ""
	}
	return value
}

// noteValue keeps the digest of a value that an answer of the provider brought.
func (r *run) noteValue(value string) {
	v := foldedValue(value)
	if v == "" || r.again {
		return
	}
	known := &r.flow.received
	sum := r.valueDigest(v)
	if _, twice := known.known[sum]; !twice {
		if len(known.known) == maxReceivedValues {
			return
		}
		if known.known == nil {
			known.known = map[[16]byte]struct{}{}
		}
		known.known[sum] = struct{}{}
		known.lengths[len(v)] = true
	}
	r.noted++
	r.setFact(transcript.FactAttributeValues, r.noted)
}

func (r *run) valueDigest(v string) [16]byte {
	sum := r.values.digest("attribute\x00" + v)
	return [16]byte(sum[:])
}

// lookForValue notes that a request to a host of others holds an attribute.
func (r *run) lookForValue(value string) {
	if !r.toOthers || len(r.flow.received.known) == 0 {
		return
	}
	v := foldedValue(value)
	if v == "" || !r.flow.received.lengths[len(v)] {
		return
	}
	sum := r.valueDigest(v)
	if _, known := r.flow.received.known[sum]; known {
		r.setFact(transcript.FactAttributeSent, true)
	}
}

// observe sees each clear string of JSON.
func (w *jsonWalk) observe(name, value string) {
	if w.r.again {
		return
	}
	if name == "value" && w.handle != "" {
		name = w.handle
	}
	label := name == "name" && w.handle != "" // what an attribute is called
	if w.brings && !label && w.r.isIdentifying(name) {
		w.r.noteValue(value)
	}
	if w.place == "request.body" {
		w.r.lookForValue(value)
	}
	if w.place == "response.body" && isSSNName(name) && isSSN(value) {
		w.r.setFact(transcript.FactSSN, true)
	}
}

// samlValues keeps the values of an assertion in clear.
func (r *run) samlValues(m *samlMessage) {
	if m.kind != "Response" {
		return
	}
	if m.nameID != "" && !strings.HasSuffix(m.nameIDFormat, ":transient") {
		r.noteValue(m.nameID)
	}
	for _, a := range m.named {
		if isWord(wideAttributes, a.name) {
			continue
		}
		for _, v := range a.values {
			r.noteValue(v)
		}
	}
}

// isBearer tells whether a value of Authorization is an access token.
func isBearer(value string) bool {
	scheme, _, _ := strings.Cut(value, " ")
	return equalFold(scheme, "bearer") || equalFold(scheme, "dpop")
}

// isOfOthers tells whether a host is of nobody who takes part in the sign-in.
func isOfOthers(role integration.HostRole) bool {
	return role == integration.HostThirdParty || role == integration.HostUndeclared
}

// isSSNName tells whether a member holds a social security number.
func isSSNName(name string) bool {
	return name == "ssn" || name == "social" || name == "social_security_number"
}

// isSSN tells whether a value is a social security number, with dashes or without.
func isSSN(value string) bool {
	digits := strings.Map(func(c rune) rune {
		if c == '-' || c == ' ' {
			return -1
		}
		return c
	}, value)
	return len(digits) == 9 && strings.Trim(digits, "0123456789") == "" && isIssued(digits)
}

// exampleSSNs stand in forms and instructions and are nobody's.
var exampleSSNs = wordSet("123456789 078051120 219099999 111111111 222222222 333333333 444444444 555555555 777777777 888888888")

// isIssued tells whether nine digits may be a number that was given to somebody.
func isIssued(digits string) bool {
	area := digits[:3]
	return area != "000" && area != "666" && area[0] != '9' && digits[3:5] != "00" && digits[5:] != "0000" && !isWord(exampleSSNs, digits)
}

// ssnFact looks in a page or JSON for a social security number with its dashes.
func (r *run) ssnFact(text []byte) {
	const form = len("123-45-6789")
	for from := 0; !r.again; {
		n := bytes.IndexByte(text[from:], '-')
		if n < 0 {
			return
		}
		at := from + n - 3
		from += n + 1
		if at < 0 || at+form > len(text) || text[at+6] != '-' || at > 0 && isBound(text[at-1]) || at+form < len(text) && isBound(text[at+form]) {
			continue
		}
		if isSSN(string(text[at : at+form])) {
			r.setFact(transcript.FactSSN, true)
			return
		}
	}
}
