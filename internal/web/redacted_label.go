package web

import (
	"strings"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/transcript"
	"github.com/proofwalk/proofwalk/views/components"
)

// labels names the redacted values on one page.
type labels struct{ *transcript.Labels }

func newLabels() labels { return labels{transcript.NewLabels()} }

// constantWords say what stood where no pseudonym was made.
var constantWords = map[string]string{
	"name": "name not kept", "num": "number", "pii": "personal data", "secret": "secret", "text": "text not kept", "userinfo": "user information",
}

// of names one piece of a value that was seen at an entry.
func (l labels) of(v transcript.Value, entry int) (name string, sameAs int) {
	if word, ok := constantWords[v.Class]; ok && v.Kind == transcript.Constant {
		return word, -1
	}
	name, _, sameAs = l.Label(v, entry)
	return name, sameAs
}

// text writes a value that is partly redacted as a sentence can hold it.
func (l labels) text(s string, entry int) string {
	if !strings.Contains(s, "~") {
		return s
	}
	var b strings.Builder
	for _, v := range transcript.Pieces(s) {
		name, _ := l.of(v, entry)
		if v.Kind != transcript.Clear {
			name = "[" + name + "]"
		}
		b.WriteString(name)
	}
	return b.String()
}

// param fills in a parameter's value as seen at an entry: a chip for one that is
// redacted as a whole, else its text.
func (l labels) param(p components.ParamModel, value string, entry int) components.ParamModel {
	v := transcript.ParseValue(value)
	if v.Kind == transcript.Clear {
		p.Value = l.text(value, entry)
		return p
	}
	name, sameAs := l.of(v, entry)
	p.Chip = &components.ChipModel{Label: name, Dropped: v.Kind == transcript.Constant}
	if v.Kind != transcript.Constant {
		p.Chip.Full = v.Text
	}
	if sameAs >= 0 {
		p.Chip.SameAs, p.Chip.SameHref = sameAs+1, "#"+components.HopAnchor(sameAs+1)
	}
	return p
}

// finding gives a finding with its redacted values in words.
func (l labels) finding(f analysis.Finding) analysis.Finding {
	entry := 0
	if len(f.Refs) > 0 {
		entry = f.Refs[0].Entry
	}
	f.Expected, f.Actual = l.text(f.Expected, entry), l.text(f.Actual, entry)
	f.CauseWhy, f.Why = l.text(f.CauseWhy, entry), l.text(f.Why, entry)
	return f
}
