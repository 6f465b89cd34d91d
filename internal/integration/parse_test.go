package integration

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/proofwalk/proofwalk/internal/apperr"
)

const minimal = "format: " + Format + "\n"

// The documented example states every field, and is valid.
func TestDocumentedExample(t *testing.T) {
	t.Parallel()
	c, err := Parse([]byte(documented(t)))
	if err != nil {
		t.Fatalf("Parse: %v %v", err, apperr.FieldsOf(err))
	}
	if fields := Validate(c); len(fields) > 0 {
		t.Errorf("Validate: %v", fields)
	}
	stated := make(map[string]bool)
	walk(reflect.ValueOf(c), "", func(path string, v reflect.Value) {
		if i := strings.IndexByte(path, '['); i >= 0 {
			path = path[:i] + path[strings.IndexByte(path, ']')+1:]
		}
		stated[path] = stated[path] || !v.IsZero()
	})
	for path, ok := range stated {
		if !ok && path != "payload_encryption" && !strings.HasPrefix(path, "saml.") && !strings.HasPrefix(path, "uses.") {
			t.Errorf("the example leaves %s out", path)
		}
	}
	rows := documentedRows(t)
	for path := range stated {
		if !rows[path] && !strings.HasSuffix(path, "]") {
			t.Errorf("the document has no row for %s", path)
		}
	}
}

func TestStoredIntegrations(t *testing.T) {
	t.Parallel()
	for name, doc := range stored(t) {
		c, err := Parse(doc)
		if err != nil {
			t.Errorf("%s: %v %v", name, err, apperr.FieldsOf(err))
			continue
		}
		if fields := Validate(c); len(fields) > 0 {
			t.Errorf("%s: %v", name, fields)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	tests := []struct {
		name, doc string
		kind      apperr.Kind
		want      []string // texts that must be said: of the error, or "field: text"
	}{
		{"empty", "", apperr.Invalid, []string{"empty"}},
		{"only comments", "# " + secret, apperr.Invalid, []string{"empty"}},
		{"no YAML", "a: [" + secret + "\nb: {", apperr.Invalid, []string{"not valid YAML: see line"}},
		{"control bytes", minimal + "name: \x01" + secret, apperr.Invalid, []string{"not valid YAML"}},
		{"two documents", minimal + "---\n" + minimal, apperr.Invalid, []string{"more than one"}},
		{"text", secret, apperr.Invalid, []string{": Line 1: fields belong here"}},
		{"list", "- " + secret, apperr.Invalid, []string{": Line 1: fields belong here"}},
		{"other format", "format: " + secret, apperr.Unsupported, []string{"format: " + Format}},
		{"no format", "name: " + secret, apperr.Unsupported, []string{"format: " + Format}},
		{"unknown field", minimal + secret + ": 1", apperr.Invalid, []string{": Line 2: there is no such field"}},
		{"unknown inner field", minimal + "client:\n  secret: " + secret, apperr.Invalid,
			[]string{"client: Line 3: there is no such field here; the fields are id, type, auth_method."}},
		{"twice", minimal + "name: a\nname: " + secret, apperr.Invalid, []string{"name: Line 3: the field stands here twice."}},
		{"list for a text", minimal + "name: [" + secret + "]", apperr.Invalid, []string{"name: Line 2: a single value belongs here."}},
		{"text for a list", minimal + "policies: " + secret, apperr.Invalid, []string{"policies: Line 2: a list belongs here"}},
		{"text for fields", minimal + "uses: " + secret, apperr.Invalid, []string{"uses: Line 2: fields belong here"}},
		{"word for a boolean", minimal + "uses: {popup: " + secret + "}", apperr.Invalid, []string{"uses.popup: Line 2: true or false"}},
		{"yes for a boolean", minimal + "uses: {popup: yes}", apperr.Invalid, []string{"uses.popup: Line 2: true or false"}},
		{"empty element", minimal + "policies:\n  -\n  - a", apperr.Invalid, []string{"policies[0]: Line 3: the element is empty"}},
		{"anchor", minimal + "name: &a " + secret, apperr.Invalid, []string{"name: Line 2: anchors"}},
		{"unknown alias", minimal + "name: *" + secret, apperr.Invalid, []string{"not valid YAML"}},
		{"alias", minimal + "client: &a {id: x}\nname: *a", apperr.Invalid, []string{"client: Line 2: anchors", "name: Line 3: anchors"}},
		{"merge", minimal + "client: {<<: {id: x}}", apperr.Invalid, []string{"client: Line 2: there is no such field"}},
		{"tag", minimal + "name: !!str " + secret, apperr.Invalid, []string{"name: Line 2: tags"}},
		{"binary", minimal + "name: !!binary aGk=", apperr.Invalid, []string{"name: Line 2: tags"}},
		{"too large", minimal + "notes: " + strings.Repeat("a", MaxBytes), apperr.TooLarge, []string{"256 KiB"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse([]byte(tt.doc))
			if apperr.KindOf(err) != tt.kind {
				t.Fatalf("error is %v, want kind %s", err, tt.kind)
			}
			said := apperr.TextOf(err)
			for _, f := range apperr.FieldsOf(err) {
				said += "\n" + f.Name + ": " + f.Text
			}
			for _, w := range tt.want {
				if !strings.Contains(said, w) {
					t.Errorf("said %q, want %q", said, w)
				}
			}
			if strings.Contains(said+err.Error(), secret) {
				t.Errorf("said a value of the input: %q", said)
			}
		})
	}
}

// An alias bomb and deep nesting cost nothing.
func TestParseRefusesBombs(t *testing.T) {
	t.Parallel()
	bomb := minimal + "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
	for i := range 20 {
		bomb += fmt.Sprintf("a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i+1, i+1, i, i, i, i, i, i, i, i)
	}
	for name, doc := range map[string]string{
		"aliases": bomb,
		"flow":    minimal + "policies: " + strings.Repeat("[", 200_000),
		"block":   minimal + strings.Repeat("- ", 100_000),
		"keys":    minimal + strings.Repeat("? ", 100_000),
	} {
		if _, err := Parse([]byte(doc)); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("%s: %v", name, err)
		} else if n := len(apperr.FieldsOf(err)); n > maxMessages {
			t.Errorf("%s: %d messages", name, n)
		}
	}
}

func TestParseTakesScalarsAsWritten(t *testing.T) {
	t.Parallel()
	c, err := Parse([]byte(minimal + "name: 12\nrelease: 2026.10\nlaunch: {date: 2026-12-01}\nnotes: ~\nuses: {popup: True}\npolicies: []\nsaml:\n"))
	want := Config{Format: Format, Name: "12", Release: "2026.10", Launch: Launch{Date: "2026-12-01"}, Uses: Uses{Popup: true}}
	if d := cmp.Diff(want, c); err != nil || d != "" {
		t.Errorf("error %v, differs (-want +got):\n%s", err, d)
	}
}

// Texts that YAML could read as something else come back as they were.
func TestMarshalRoundTrip(t *testing.T) {
	t.Parallel()
	texts := []string{
		"", "a", "true", "null", "~", "12", "1e3", "0x1F", "2026-12-01", "a: b", "- a", "#a", "a #b", "'", `"`, `\`, "*a", "&a", "!a", "%a", "@a",
		" a", "a ", "\ta", "a\nb", "a\nb\n", "\na", "a\n\n", "  a\n b\n", "a\r\nb", "a\u0085b", "\u2028", "\ufeffa", "\x00\x07\x1b", "é😀", "<<", "yes", "{}", "[a]", "a\n\nb\n", "...", "---", "? a", "|", ">",
		strings.Repeat("long words ", 40),
	}
	for _, s := range texts {
		c := Config{Format: Format, Name: s, Notes: s, TestUsers: []string{s}, Attributes: []Attribute{{Handle: s, Required: true}}}
		checkRoundTrip(t, c)
	}
	if _, err := Marshal(Config{Name: "\xff"}); !apperr.Is(err, apperr.Invalid) {
		t.Errorf("bytes that are no text: %v", err)
	}
}

func checkRoundTrip(t *testing.T, c Config) {
	t.Helper()
	doc, err := Marshal(c)
	if err != nil {
		t.Fatalf("Marshal: %v", err)
	}
	if !strings.HasPrefix(string(doc), "# ") || !strings.Contains(string(doc), "\nformat: "+Format+"\n") {
		t.Errorf("document has no header:\n%s", doc)
	}
	again, err := Parse(doc)
	if err != nil {
		t.Fatalf("Parse of what Marshal wrote: %v %v\n%s", err, apperr.FieldsOf(err), doc)
	}
	if d := cmp.Diff(c, again); d != "" {
		t.Errorf("came back otherwise (-want +got):\n%s\n%s", d, doc)
	}
	if Digest(c) != Digest(again) {
		t.Error("digest differs after a round trip")
	}
	if changes := Diff(c, again); len(changes) > 0 {
		t.Errorf("Diff after a round trip: %v", changes)
	}
	twice, err := Marshal(again)
	if err != nil || string(twice) != string(doc) {
		t.Errorf("second document differs, error %v", err)
	}
}

// FuzzParse: no input makes Parse panic or say a part of it; what it takes comes
// back from Marshal.
func FuzzParse(f *testing.F) {
	seeds := []string{documented(f), minimal, minimal + "name: &a b\nnotes: *a", "a: [", minimal + "notes: |\n  a\n   b\n\n", minimal + "name: \"\\u0085\\x07\""}
	for _, doc := range stored(f) {
		seeds = append(seeds, string(doc))
	}
	if len(seeds) < 9 {
		f.Fatalf("%d seeds, want at least 9", len(seeds))
	}
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		c, err := Parse(doc)
		if err != nil {
			if k := apperr.KindOf(err); k != apperr.Invalid && k != apperr.Unsupported && k != apperr.TooLarge {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		checkRoundTrip(t, c)
		for _, field := range Validate(c) {
			if field.Name == "" || field.Text == "" {
				t.Fatalf("message without name or text: %+v", field)
			}
		}
		RegisteredValues(c)
	})
}
