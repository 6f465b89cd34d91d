package integration

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"gopkg.in/yaml.v3"
)

// Additions are names that a redaction hid and that its holder declares. Space
// around them does not count, as in what they are compared with.
type Additions struct {
	OwnHosts, ThirdPartyHosts, Paths, Titles []string
}

// Count gives the number of names.
func (a Additions) Count() int {
	return len(a.OwnHosts) + len(a.ThirdPartyHosts) + len(a.Paths) + len(a.Titles)
}

// addition is one list of Additions and its place in the document.
type addition struct {
	section, list string
	names         []string
	of            func(*Config) *[]string
}

func (a Additions) lists() []addition {
	return []addition{
		{"hosts", "own", trimmed(a.OwnHosts), func(c *Config) *[]string { return &c.Hosts.Own }},
		{"hosts", "third_party", trimmed(a.ThirdPartyHosts), func(c *Config) *[]string { return &c.Hosts.ThirdParty }},
		{"reveal", "paths", trimmed(a.Paths), func(c *Config) *[]string { return &c.Reveal.Paths }},
		{"reveal", "titles", trimmed(a.Titles), func(c *Config) *[]string { return &c.Reveal.Titles }},
	}
}

func trimmed(names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = strings.TrimSpace(name)
	}
	return out
}

// AddTo gives the configuration with the names in it; what it has already is
// not added twice. The configuration that was given stays as it is.
func (a Additions) AddTo(c Config) Config {
	for _, l := range a.lists() {
		to := l.of(&c)
		*to = slices.Clone(*to)
		for _, name := range l.names {
			if !slices.Contains(*to, name) {
				*to = append(*to, name)
			}
		}
	}
	return c
}

// Extend gives an integration.yaml with the names in it. Comments and the order
// of fields stay; blank lines and indentation may not. The document must be one
// that Parse reads, and the names such that it is valid with them.
func (a Additions) Extend(doc []byte) ([]byte, error) {
	before, err := Parse(doc)
	if err != nil {
		return nil, err
	}
	want := a.AddTo(before)
	if fields := Validate(want); len(fields) > 0 {
		return nil, apperr.InvalidFields("The description is not valid with these names in it.", fields...)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(doc, &root); err != nil {
		return nil, fmt.Errorf("reading integration.yaml: %w", err)
	}
	for _, l := range a.lists() {
		l.addTo(root.Content[0], *l.of(&before))
	}
	out, err := encode(&root)
	if err != nil {
		return nil, err
	}
	after, err := Parse(out)
	if err != nil || !reflect.DeepEqual(after, want) {
		return nil, errors.New("extending integration.yaml: it does not read back as it should")
	}
	return out, nil
}

// Snippet gives the names alone, as they stand in an integration.yaml.
func (a Additions) Snippet() ([]byte, error) {
	root := &yaml.Node{Kind: yaml.MappingNode}
	for _, l := range a.lists() {
		l.addTo(root, nil)
	}
	return encode(root)
}

// addTo appends the names that are not known yet to their list, which is made
// where there is none.
func (l addition) addTo(root *yaml.Node, known []string) {
	var items []*yaml.Node
	for i, name := range l.names {
		if !slices.Contains(known, name) && !slices.Contains(l.names[:i], name) {
			items = append(items, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: name, Style: yaml.DoubleQuotedStyle})
		}
	}
	if len(items) == 0 {
		return
	}
	section := member(root, l.section, yaml.MappingNode)
	list := member(section, l.list, yaml.SequenceNode)
	list.Content = append(list.Content, items...)
}

// member finds the value of a key or makes it; null, which states nothing,
// becomes what is wanted.
func member(parent *yaml.Node, key string, kind yaml.Kind) *yaml.Node {
	for i := 0; i+1 < len(parent.Content); i += 2 {
		if parent.Content[i].Value == key {
			if v := parent.Content[i+1]; v.Kind == kind {
				return v
			}
			parent.Content[i+1] = &yaml.Node{Kind: kind}
			return parent.Content[i+1]
		}
	}
	value := &yaml.Node{Kind: kind}
	parent.Content = append(parent.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, value)
	return value
}

func encode(n *yaml.Node) ([]byte, error) {
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(n), enc.Close()); err != nil {
		return nil, fmt.Errorf("encoding integration.yaml: %w", err)
	}
	return out.Bytes(), nil
}
