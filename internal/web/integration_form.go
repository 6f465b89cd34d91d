package web

import (
	"net/url"
	"strings"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/integration"
)

// configField is one field of the description form: how it is shown, and how
// its text becomes part of a configuration and back.
type configField struct {
	name, label, hint string
	kind              view.FieldKind
	mono              bool
	options           []components.Option
	get               func(integration.Config) string
	set               func(*integration.Config, string)
}

// configSection is a titled group of fields.
type configSection struct {
	title, lead string
	fields      []configField
}

// configFromForm reads the whole description from a form.
func configFromForm(form url.Values) integration.Config {
	cfg := integration.Config{Format: integration.Format}
	for _, section := range configSections {
		for _, f := range section.fields {
			f.set(&cfg, strings.TrimSpace(strings.ReplaceAll(form.Get(f.name), "\r\n", "\n")))
		}
	}
	return cfg
}

// formSections gives the form filled from a configuration, with the messages
// per field in their place.
func formSections(cfg integration.Config, errs []apperr.Field) []view.FormSection {
	sections := make([]view.FormSection, len(configSections))
	for i, s := range configSections {
		sections[i] = view.FormSection{Title: s.title, Lead: s.lead}
		for _, f := range s.fields {
			sections[i].Fields = append(sections[i].Fields, view.FormField{
				Kind: f.kind, Options: f.options,
				Field: components.FieldModel{Name: f.name, ID: fieldID(f.name), Label: f.label, Hint: f.hint, Value: f.get(cfg), Mono: f.mono,
					Error: errorOf(errs, f.name), Rows: rowsOf(f.get(cfg)), Autocomplete: "off"},
			})
		}
	}
	return sections
}

// fieldsOf gives the fields of all sections.
func fieldsOf(sections []view.FormSection) []*components.FieldModel {
	var out []*components.FieldModel
	for i := range sections {
		for n := range sections[i].Fields {
			out = append(out, &sections[i].Fields[n].Field)
		}
	}
	return out
}

// fieldID is a field's name as an id: without dots.
func fieldID(name string) string { return strings.ReplaceAll(name, ".", "-") }

func rowsOf(value string) int { return max(3, min(12, strings.Count(value, "\n")+2)) }

// errorOf joins the messages for a field and for the elements of its list.
func errorOf(errs []apperr.Field, name string) string {
	var texts []string
	for _, e := range errs {
		if e.Name == name {
			texts = append(texts, e.Text)
		} else if strings.HasPrefix(e.Name, name+"[") {
			texts = append(texts, lineWords(e.Name[len(name)+1:])+e.Text)
		}
	}
	return strings.Join(texts, " ")
}

// lineWords turns "2].host" into "Line 3: ".
func lineWords(rest string) string {
	digits, _, _ := strings.Cut(rest, "]")
	n := 0
	for _, c := range digits {
		n = n*10 + int(c-'0')
	}
	return "Line " + components.Number(n+1) + ": "
}

// summaryOf lists the messages for the head of the form.
func summaryOf(kept string, sections []view.FormSection) *components.ErrorSummaryModel {
	m := &components.ErrorSummaryModel{Kept: kept}
	for _, s := range sections {
		for _, f := range s.Fields {
			if f.Field.Error != "" {
				m.Errors = append(m.Errors, components.FieldError{FieldID: f.Field.ID, Text: f.Field.Label + ": " + f.Field.Error})
			}
		}
	}
	if len(m.Errors) == 0 {
		return nil
	}
	return m
}

// The shapes of fields.

func textField(name, label, hint string, at func(*integration.Config) *string) configField {
	return configField{name: name, label: label, hint: hint, kind: view.FieldText,
		get: func(c integration.Config) string { return *at(&c) },
		set: func(c *integration.Config, v string) { *at(c) = v }}
}

func monoField(name, label, hint string, at func(*integration.Config) *string) configField {
	f := textField(name, label, hint, at)
	f.mono = true
	return f
}

func longField(name, label, hint string, at func(*integration.Config) *string) configField {
	f := textField(name, label, hint, at)
	f.kind = view.FieldLines
	return f
}

func linesField(name, label, hint string, at func(*integration.Config) *[]string) configField {
	return configField{name: name, label: label, hint: hint, kind: view.FieldLines, mono: true,
		get: func(c integration.Config) string { return strings.Join(*at(&c), "\n") },
		set: func(c *integration.Config, v string) { *at(c) = lines(v) }}
}

func checkField(name, label string, at func(*integration.Config) *bool) configField {
	return configField{name: name, label: label, kind: view.FieldCheck,
		get: func(c integration.Config) string {
			if *at(&c) {
				return "yes"
			}
			return ""
		},
		set: func(c *integration.Config, v string) { *at(c) = v == "yes" }}
}

func choiceField[T ~string](name, label, hint string, at func(*integration.Config) *T, options ...components.Option) configField {
	return configField{name: name, label: label, hint: hint, kind: view.FieldChoice, options: options,
		get: func(c integration.Config) string { return string(*at(&c)) },
		set: func(c *integration.Config, v string) { *at(c) = T(v) }}
}

// lines splits a text into its lines without blanks around; empty lines do not count.
func lines(v string) []string {
	out := []string{}
	for line := range strings.SplitSeq(v, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// columns splits a line of a table at its bars into n cells.
func columns(line string, n int) []string {
	cells := strings.SplitN(line, "|", n)
	for len(cells) < n {
		cells = append(cells, "")
	}
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}
