package integration

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"gopkg.in/yaml.v3"
)

const (
	// MaxBytes is the largest integration.yaml that is read.
	MaxBytes    = 256 << 10
	maxMessages = 20
)

// Parse reads integration.yaml v1 strictly: one document, known fields only,
// each once, no anchors, aliases or tags, at most MaxBytes. A number where a
// text belongs is taken as it is written; null is a field that is not stated.
//
// It judges the form of the document only; Validate judges what it says. Errors
// are *apperr.Error: TooLarge, Unsupported (another format) or Invalid with a
// message per field. They name line and field and never a value.
func Parse(doc []byte) (Config, error) {
	if len(doc) > MaxBytes {
		return Config{}, apperr.New(apperr.TooLarge, fmt.Sprintf("The file is larger than %d KiB, which no integration.yaml needs.", MaxBytes>>10))
	}
	root, err := parseDocument(doc)
	if err != nil {
		return Config{}, err
	}
	var c Config
	d := decoder{}
	d.value(root, reflect.ValueOf(&c).Elem(), "")
	if len(d.fields) > 0 {
		return Config{}, apperr.InvalidFields("The file is not an integration.yaml of version 1.", d.fields...)
	}
	if c.Format != Format {
		return Config{}, apperr.New(apperr.Unsupported, "The file does not say \"format: "+Format+"\", which is the only format that is read.")
	}
	emptyLists(&c, true)
	return c, nil
}

// parseDocument reads the only document of the file as a tree.
func parseDocument(doc []byte) (*yaml.Node, error) {
	dec := yaml.NewDecoder(bytes.NewReader(doc))
	var node, more yaml.Node
	switch err := dec.Decode(&node); {
	case errors.Is(err, io.EOF):
		return nil, apperr.New(apperr.Invalid, "The file is empty.")
	case err != nil:
		return nil, apperr.New(apperr.Invalid, "The file is not valid YAML"+lineOf(err)+".")
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, apperr.New(apperr.Invalid, "The file holds more than one YAML document; it must hold one.")
	}
	return node.Content[0], nil
}

// lineOf takes nothing but the line number from an error of the YAML reader,
// whose texts may quote the input.
func lineOf(err error) string {
	var line int
	if n, _ := fmt.Sscanf(err.Error(), "yaml: line %d:", &line); n == 1 {
		return fmt.Sprintf(": see line %d", line)
	}
	return ""
}

// decoder puts a YAML tree into a Config and gathers what does not fit.
type decoder struct{ fields []apperr.Field }

func (d *decoder) report(n *yaml.Node, path, format string, args ...any) {
	if len(d.fields) < maxMessages {
		text := fmt.Sprintf("Line %d: ", n.Line) + fmt.Sprintf(format, args...)
		d.fields = append(d.fields, apperr.Field{Name: path, Text: text})
	}
}

func (d *decoder) value(n *yaml.Node, v reflect.Value, path string) {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		d.report(n, path, "anchors and aliases are not allowed.")
	case n.Style&yaml.TaggedStyle != 0:
		d.report(n, path, "tags are not allowed.")
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
	case v.Kind() == reflect.Struct:
		d.structure(n, v, path)
	case v.Kind() == reflect.Slice:
		d.list(n, v, path)
	case n.Kind != yaml.ScalarNode:
		d.report(n, path, "a single value belongs here.")
	case v.Kind() == reflect.Bool:
		if n.Tag != "!!bool" {
			d.report(n, path, "true or false belongs here.")
			return
		}
		v.SetBool(strings.EqualFold(n.Value, "true"))
	default:
		v.SetString(n.Value)
	}
}

func (d *decoder) structure(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		d.report(n, path, "fields belong here: %s.", fieldNames(v.Type()))
		return
	}
	done := make(map[int]bool)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		at := fieldIndex(v.Type(), key)
		switch {
		case at < 0:
			d.report(key, path, "there is no such field here; the fields are %s.", fieldNames(v.Type()))
			continue
		case done[at]:
			d.report(key, join(path, key.Value), "the field stands here twice.")
			continue
		}
		done[at] = true
		d.value(n.Content[i+1], v.Field(at), join(path, key.Value))
	}
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.SequenceNode {
		d.report(n, path, "a list belongs here, one element per line with a dash.")
		return
	}
	list := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, e := range n.Content {
		if e.Kind == yaml.ScalarNode && e.Tag == "!!null" {
			d.report(e, element(path, i), "the element is empty; fill it in or take it out.")
			continue
		}
		d.value(e, list.Index(i), element(path, i))
	}
	v.Set(list)
}

// fieldIndex finds the field that a key names, -1 when there is none.
func fieldIndex(t reflect.Type, key *yaml.Node) int {
	if key.Kind != yaml.ScalarNode || key.Anchor != "" || key.Style&yaml.TaggedStyle != 0 {
		return -1
	}
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("yaml") == key.Value {
			return i
		}
	}
	return -1
}

func fieldNames(t reflect.Type) string {
	names := make([]string, t.NumField())
	for i := range names {
		names[i] = t.Field(i).Tag.Get("yaml")
	}
	return strings.Join(names, ", ")
}
