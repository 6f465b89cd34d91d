package checklist

import (
	"bytes"
	_ "embed" // the built-in template
	"fmt"
	"sync"

	"gopkg.in/yaml.v3"

	"github.com/proofwalk/proofwalk/internal/integration"
)

// Template is a versioned set of requirements.
type Template struct {
	Version      int           `yaml:"version"`
	Sections     []Section     `yaml:"sections"`
	Requirements []Requirement `yaml:"requirements"`
}

// Section is a titled group of requirements.
type Section struct {
	Letter string `yaml:"letter"`
	Title  string `yaml:"title"`
}

//go:embed template.yaml
var builtin []byte

// Builtin gives the built-in template. It panics when the embedded file cannot
// be read, which its test rules out.
var Builtin = sync.OnceValue(func() Template {
	t, err := parseTemplate(builtin)
	if err != nil {
		panic("reading the built-in template: " + err.Error())
	}
	return t
})

// parseTemplate reads a template; unknown fields are refused.
func parseTemplate(b []byte) (Template, error) {
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	var t Template
	if err := dec.Decode(&t); err != nil {
		return Template{}, fmt.Errorf("decoding a template: %w", err)
	}
	seen := map[string]bool{}
	for _, r := range t.Requirements {
		if seen[r.ID] {
			return Template{}, fmt.Errorf("requirement %s stands twice", r.ID)
		}
		seen[r.ID] = true
	}
	return t, nil
}

// Requirement gives the requirement with an id; ok is false when there is none.
func (t Template) Requirement(id string) (r Requirement, ok bool) {
	for _, r := range t.Requirements {
		if r.ID == id {
			return r, true
		}
	}
	return Requirement{}, false
}

// SectionTitle gives the title of a section, empty for an unknown letter.
func (t Template) SectionTitle(letter string) string {
	for _, s := range t.Sections {
		if s.Letter == letter {
			return s.Title
		}
	}
	return ""
}

// Applicability tells for each requirement whether it applies to the integration.
func (t Template) Applicability(cfg integration.Config) map[string]bool {
	m := make(map[string]bool, len(t.Requirements))
	for _, r := range t.Requirements {
		m[r.ID] = r.Applies(cfg)
	}
	return m
}
