package integration

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gowebpki/jcs"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"gopkg.in/yaml.v3"
)

const header = `# The description of one integration for Proofwalk, format ` + Format + `.
# It holds no secret. What each field means: docs/integration_yaml.md.
`

// Marshal writes a configuration as integration.yaml v1: every field, in the
// order of the format, the same bytes for the same configuration. Parse reads
// them to an equal Config. A text that is not UTF-8 is an error.
func Marshal(c Config) ([]byte, error) {
	c, err := plain(c)
	if err != nil {
		return nil, err
	}
	out := bytes.NewBufferString(header)
	enc := yaml.NewEncoder(out)
	enc.SetIndent(2)
	if err := enc.Encode(tree(reflect.ValueOf(c))); err != nil {
		return nil, fmt.Errorf("encoding integration: %w", err)
	}
	if err := enc.Close(); err != nil {
		return nil, fmt.Errorf("encoding integration: %w", err)
	}
	return out.Bytes(), nil
}

// plain gives a copy with the format's name and lists that are never nil.
func plain(c Config) (Config, error) {
	c.Format = Format
	var bad []apperr.Field
	walk(reflect.ValueOf(c), "", func(path string, v reflect.Value) {
		if v.Kind() == reflect.String && !utf8.ValidString(v.String()) {
			bad = append(bad, apperr.Field{Name: path, Text: "The text is not valid UTF-8."})
		}
	})
	if len(bad) > 0 {
		return c, apperr.InvalidFields("A text of the integration is not valid UTF-8.", bad...)
	}
	emptyLists(&c, false)
	return c, nil
}

// tree makes the YAML of a value. Texts that would not come back as they are in
// another style are quoted, other texts of several lines stand as they are.
func tree(v reflect.Value) *yaml.Node {
	switch v.Kind() {
	case reflect.Struct:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for i := range v.NumField() {
			key := &yaml.Node{Kind: yaml.ScalarNode, Value: v.Type().Field(i).Tag.Get("yaml")}
			n.Content = append(n.Content, key, tree(v.Field(i)))
		}
		return n
	case reflect.Slice:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		if v.Len() == 0 {
			n.Style = yaml.FlowStyle
		}
		for i := range v.Len() {
			n.Content = append(n.Content, tree(v.Index(i)))
		}
		return n
	case reflect.Bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: fmt.Sprint(v.Bool())}
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: v.String(), Style: yaml.DoubleQuotedStyle}
	switch {
	case isBlock(n.Value):
		n.Style = yaml.LiteralStyle
	case isPlain(n.Value):
		n.Style = 0
	}
	return n
}

// isPlain holds for one line of printable characters; the encoder quotes it
// where YAML would read it as something else.
func isPlain(s string) bool {
	return s == strings.TrimSpace(s) && strings.IndexFunc(s, unprintable) < 0
}

// isBlock holds for several plain lines with a single line break at the end.
func isBlock(s string) bool {
	body, ok := strings.CutSuffix(s, "\n")
	if !ok || body == "" {
		return false
	}
	for line := range strings.SplitSeq(body, "\n") {
		if line == "" || !isPlain(line) {
			return false
		}
	}
	return true
}

func unprintable(r rune) bool {
	return !unicode.IsPrint(r) || r > 0xffff || r == '\ufeff'
}

// Digest is the SHA-256 of the configuration in lower-case hexadecimal: of its
// JSON form in the JSON Canonicalization Scheme (RFC 8785), every field present,
// lists that are not stated as []. It is what _proofwalk.integration_digest
// names and does not depend on how the YAML was written.
func Digest(c Config) string {
	sum := sha256.Sum256(Canonical(c))
	return hex.EncodeToString(sum[:])
}

// Canonical is the JSON form that Digest is computed from. Bytes that are not
// UTF-8 stand in it as U+FFFD.
func Canonical(c Config) []byte {
	c.Format = Format
	emptyLists(&c, false)
	raw, err := json.Marshal(c)
	if err == nil {
		raw, err = jcs.Transform(raw)
	}
	if err != nil {
		// Strings, booleans and lists of them always have a JSON form.
		panic("integration: encoding canonical form: " + err.Error())
	}
	return raw
}
