package redact

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// maxSAMLAttributes bounds the attributes of a message that are named.
const maxSAMLAttributes = 100

// samlAttribute is an attribute of an assertion. One that is encrypted has no name.
type samlAttribute struct {
	name, friendly string
	depth          int      // of its element
	filled         bool     // it has a value that is not empty
	values         []string // in clear, while the message is read
}

// attribute notes an attribute of an assertion, one more than are named of all
// that follow.
func (m *samlMessage) attribute(path []string, name, friendly string) {
	if path[len(path)-2] == "AttributeStatement" && len(m.named) <= maxSAMLAttributes {
		m.named = append(m.named, samlAttribute{name: name, friendly: friendly, depth: len(path)})
	}
}

// around tells whether an element stands inside the attribute, which is the last that was noted.
func (a samlAttribute) around(path []string) bool {
	return a.name != "" && len(path) > a.depth && path[a.depth-1] == "Attribute"
}

// samlAttributes appends the names of the attributes, and of those without a value.
func (r *run) samlAttributes(out []transcript.Field, m *samlMessage, place string) []transcript.Field {
	var all, empty []string
	for i, a := range m.named {
		name := "~str" // it cannot be told
		if i < maxSAMLAttributes && a.name != "" {
			name = r.attributeName(a, place)
		}
		all = append(all, name)
		if name != "~str" && !slices.ContainsFunc(m.named, func(o samlAttribute) bool { return o.name == a.name && o.filled }) {
			empty = append(empty, name)
		}
	}
	return appendWords(appendWords(out, "saml.attributes", all), "saml.empty_attributes", empty)
}

// appendWords appends a field with a list of words, each once; none for no words.
func appendWords(out []transcript.Field, name string, words []string) []transcript.Field {
	if len(words) == 0 {
		return out
	}
	var once []string
	for _, w := range words {
		if !slices.Contains(once, w) {
			once = append(once, w)
		}
	}
	return append(out, transcript.Field{Name: name, Value: strings.Join(once, " ")})
}

// attributeName is the attribute's name, or else its friendly name, where one of
// them is documented or declared, and a pseudonym for any other.
func (r *run) attributeName(a samlAttribute, place string) string {
	for _, name := range []string{a.name, a.friendly} {
		if r.isHandle(name) || isWord(samlAttributeWords, name) {
			return name
		}
	}
	r.report.add("Q1", place)
	return r.values.of("name", a.name)
}

// handleList redacts a list of names of attributes again.
func (r *run) handleList(value, place string) string {
	words := strings.Split(value, " ")
	for i, w := range words {
		kept, ok := r.values.kept(w)
		if !ok {
			kept = r.attributeName(samlAttribute{name: w}, place)
		} else if kept != "~str" { // of one that is encrypted nobody took the name
			r.keep("Q1", place)
		}
		words[i] = kept
	}
	return strings.Join(words, " ")
}
