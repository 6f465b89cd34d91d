package redact

import (
	"strconv"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// param redacts one decoded parameter by rule Q1. It gives the parameter and
// the fields derived from its clear value.
func (r *run) param(name, value, place string, depth int) []transcript.Field {
	spec, known := paramSpecs[name]
	if r.observe != nil {
		r.observe(name, value, depth > 0)
	}
	if !known {
		return []transcript.Field{{Name: r.name(name, place), Value: r.unknownValue(value, place, depth)}}
	}
	f := transcript.Field{Name: name, Value: r.known(spec, value, place, depth)}
	switch {
	case spec.kind == kindSAML:
		return append([]transcript.Field{f}, r.samlFields(value, place)...)
	case name == "code_verifier" && transcript.ParseValue(value).Kind == transcript.Clear && value != "":
		r.setOwnFact(transcript.FactVerifierS256, true, place)
		return []transcript.Field{f, {Name: "code_verifier.s256", Value: r.values.of("pkce", s256(value))}}
	}
	return []transcript.Field{f}
}

// name gives an unknown name its pseudonym or ordinal.
func (r *run) name(name, place string) string {
	if name == "" {
		return ""
	}
	if v := transcript.ParseValue(name); v.Kind != transcript.Clear {
		return r.values.keep(v)
	}
	if _, ok := structureNames[name]; ok {
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
	if v := transcript.ParseValue(value); v.Kind != transcript.Clear {
		return r.values.keep(v)
	}
	if strings.HasPrefix(value, "https://") || strings.HasPrefix(value, "http://") {
		return r.url(value, place, depth+1)
	}
	r.report.add("Q1", place)
	if class, ok := r.values.carried[value]; ok {
		return r.values.of(class, value)
	}
	return "~str"
}

// known redacts the value of a parameter or member of the closed list.
func (r *run) known(spec paramSpec, value, place string, depth int) string {
	if value == "" || r.r.public.exact[value] {
		return value
	}
	if v := transcript.ParseValue(value); v.Kind != transcript.Clear {
		return r.values.keep(v)
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
		return r.number(value, 99_999_999, place)
	case kindTime:
		return r.instant(value, place)
	case kindText:
		return r.sentence(value, place)
	case kindSub:
		if roomBits(value) < minHashBits || isPII(value) {
			r.report.add("Q1", place)
			return "~pii"
		}
	case kindConst:
		r.report.add("Q1", place)
		return "~" + spec.class
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
	parts := strings.Split(value, sep)
	if len(parts) > 50 {
		r.report.add("Q1", place)
		return "~str"
	}
	for i, w := range parts {
		if _, ok := list[w]; ok || more[w] || w == "" || w == "~str" {
			continue
		}
		r.report.add("Q1", place)
		parts[i] = "~str"
	}
	return strings.Join(parts, sep)
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
	r.rememberErrorText(trimmed)
	r.report.add("Q1", place)
	return "~text"
}
