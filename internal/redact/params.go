package redact

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// param redacts one decoded parameter by rule Q1. It appends the parameter and
// the fields derived from its clear value.
func (r *run) param(out []transcript.Field, name, value, place string, depth int) []transcript.Field {
	spec, known := r.spec(name)
	if r.observing {
		r.seen.observe(name, value, depth > 0)
		r.lookForValue(value)
	}
	if !known {
		return append(out, transcript.Field{Name: r.name(name, place), Value: r.unknownValue(value, place, depth)})
	}
	switch name {
	case "saml.type": // each message has one
		r.keep("S1", place)
	case "code_verifier.s256", "saml.empty_attributes": // of values that are counted before
		r.uncounted = true
	case "saml.attributes": // of one that is encrypted nobody took the name
		r.uncounted = value == "~str"
	}
	out = append(out, transcript.Field{Name: name, Value: r.known(spec, value, place, depth)})
	r.uncounted = false
	switch {
	case spec.kind == kindSAML:
		out = append(out, r.samlFields(value, place, depth)...)
	case name == "wresult" && r.observing:
		r.wresult(value)
	case name == "code_verifier" && value != "" && !r.again && !isCut(value):
		r.setOwnFact(transcript.FactVerifierS256, true, place)
		out = append(out, transcript.Field{Name: "code_verifier.s256", Value: r.values.of("pkce", s256(value))})
	}
	return out
}

// spec gives what is known of a parameter or member. The names of derived fields
// are our own: where the entry was not redacted before, nobody else's field is one.
func (r *run) spec(name string) (paramSpec, bool) {
	spec, known := paramSpecs[name]
	if spec.derived && !r.again {
		return paramSpec{}, false
	}
	return spec, known
}

// name gives an unknown name its pseudonym or ordinal.
func (r *run) name(name, place string) string {
	if name == "" {
		return ""
	}
	if text, ok := r.kept(name, "Q1", place); ok {
		return text
	}
	if isWord(structureNames, name) {
		return name
	}
	if r.again && isWord(derivedMembers, name) {
		if strings.HasSuffix(name, ".header") { // each token has one
			r.keep("J1", place)
		}
		return name
	}
	r.report.add("Q1", place)
	return r.values.of("name", name)
}

// unknownValue redacts a value of which nothing is known: a URL keeps its
// shape, a registered value stays, all else goes.
func (r *run) unknownValue(value, place string, depth int) string {
	if value == "" || r.r.public.exact[value] {
		return value
	}
	if text, ok := r.kept(value, "Q1", place); ok {
		return text
	}
	if strings.HasPrefix(value, "https://") || strings.HasPrefix(value, "http://") {
		return r.url(value, place, depth+1)
	}
	r.report.add("Q1", place)
	if class, ok := r.values.carriedAs(value); ok {
		return r.values.of(class, value)
	}
	return "~str"
}

// known redacts the value of a parameter or member of the closed list.
func (r *run) known(spec paramSpec, value, place string, depth int) string {
	if value == "" {
		return value
	}
	if text, ok := r.kept(value, "Q1", place); ok {
		return text
	}
	if spec.kind == kindConst { // also where it equals a registered value, which would tell what it is
		r.report.add("Q1", place)
		return "~" + spec.class
	}
	if r.r.public.exact[value] {
		return value
	}
	switch spec.kind {
	case kindWords:
		return r.words(value, spec.words, nil, place)
	case kindScope:
		return r.words(value, scopeWords, r.r.public.scopes, place)
	case kindLocale:
		return r.words(value, localeWords, nil, place)
	case kindURL:
		return r.url(value, place, depth+1)
	case kindNumber:
		return r.seconds(value, place)
	case kindTime:
		return r.instant(value, place)
	case kindText:
		return r.sentence(value, place)
	case kindHandles:
		return r.handleList(value, place)
	case kindSub:
		if roomBits(value) < minHashBits || isPII(value) || !isRandomID(value) {
			r.report.add("Q1", place)
			return "~pii"
		}
	case kindPublic:
		if strings.HasPrefix(value, "https://") || strings.HasPrefix(value, "http://") {
			return r.url(value, place, depth+1)
		}
	}
	r.report.add("Q1", place)
	r.values.carry(spec.class, value)
	return r.values.of(spec.class, value)
}

// words keeps the words of a list that is parted by spaces or commas, and
// writes ~str for each other one.
func (r *run) words(value string, list map[string]struct{}, more map[string]bool, place string) string {
	if _, ok := list[value]; ok || more[value] {
		return value
	}
	sep := " "
	if !strings.Contains(value, " ") && strings.Contains(value, ",") {
		sep = ","
	}
	if strings.Count(value, sep) >= 50 {
		r.report.add("Q1", place)
		return "~str"
	}
	var out strings.Builder
	first := true
	for w := range strings.SplitSeq(value, sep) {
		if !first {
			out.WriteString(sep)
		}
		first = false
		switch {
		case w == "~str":
			r.keep("Q1", place)
		case !isWord(list, w) && !more[w] && w != "":
			r.report.add("Q1", place)
			w = "~str"
		}
		out.WriteString(w)
	}
	return out.String()
}

// number keeps a whole number from 0 to limit, rule N1.
func (r *run) number(value string, limit int, place string) string {
	if n, err := strconv.Atoi(value); err == nil && n >= 0 && n <= limit && strconv.Itoa(n) == value {
		return value
	}
	if value == "~num" {
		return value
	}
	r.report.add("N1", place)
	return "~num"
}

// seconds keeps a number of seconds that is no date and no other long number.
func (r *run) seconds(value, place string) string {
	if n, err := strconv.Atoi(value); err == nil && !isSeconds(n) {
		r.report.add("N1", place)
		return "~num"
	}
	return r.number(value, yearsInSeconds[0], place)
}

// maxRelative bounds the seconds of a relative time: some three years.
const maxRelative = 99_999_999

// instant writes a NumericDate as seconds relative to the entry's time; a
// second pass finds it small already and keeps it.
func (r *run) instant(value, place string) string {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		r.report.add("N1", place)
		return "~num"
	}
	if r.again && n >= -maxRelative && n <= maxRelative {
		r.keep("N1", place)
		return strconv.FormatInt(n, 10)
	}
	r.report.add("N1", place)
	rel := n - r.started.Unix()
	if r.started.IsZero() || rel < -maxRelative || rel > maxRelative {
		return "~num"
	}
	return strconv.FormatInt(rel, 10)
}

// sentence keeps a documented sentence word for word.
func (r *run) sentence(value, place string) string {
	trimmed := strings.TrimSpace(value)
	if r.r.public.sentences[trimmed] {
		r.setOwnFact(transcript.FactErrorTextKnown, true, place)
		return trimmed
	}
	r.setOwnFact(transcript.FactErrorTextKnown, false, place)
	r.setOwnFact(transcript.FactErrorTextChars, utf8.RuneCountInString(trimmed), place)
	r.rememberErrorText(trimmed)
	r.report.add("Q1", place)
	return "~text"
}
