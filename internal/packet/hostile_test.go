package packet

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// naughty are texts that have broken writers and readers of documents.
var naughty = map[string]string{
	"PDF string":   `) Tj ET Q EMC endstream endobj 9 0 obj <</S/JavaScript/JS(app.alert(1))>> (`,
	"PDF objects":  "%%EOF\n1 0 obj <</OpenAction 2 0 R/AA<</O 2 0 R>>/Type/Annot/Subtype/Link/A<</S/URI/URI(x)>>>> endobj xref trailer",
	"hexadecimal":  "<FEFF0041> >> stream BT /F1 12 Tf <0041> Tj ET endstream \\ \\( \\) \\\\ \\053",
	"markup":       "<script>alert(1)</script><a href=\"javascript:x\">&amp;&#0;]]> <?xpacket end='w'?> <rdf:li>",
	"addresses":    "javascript:alert(1) https://evil.example/ mailto:a@b.example file:///etc/passwd",
	"overrides":    "a\u202Etxt.exe\u202C \u2066b\u2069 \u200Fc\u200E \u061Cd",
	"controls":     "n\x00u\x01l\x1b[31m \x7f\u0085\u2028\u2029\ufeff\ufffe\ufff9 tab\there\r\nline",
	"not UTF-8":    "bad \xff\xfe\xc0\x80\xed\xa0\x80 bytes",
	"joiners":      "👩\u200d👩\u200d👧\u200d👦 🏳️\u200d🌈 a\u200db \u200c\u200c क्\u200dष",
	"stacked":      "Z" + strings.Repeat("\u0337\u0322\u0300", 40) + "algo",
	"both ways":    "مرحبا (hello) שלום 123 ٤٥٦ [abc] «نص»",
	"no font":      "⟨𝔘𝔫𝔦⟩ 漢字 ไทย 𒀀 \U000F0000",
	"long word":    strings.Repeat("W", 10_000),
	"long text":    strings.Repeat("name of a person ", 60),
	"line feeds":   strings.Repeat("\n", 30) + "end",
	"white":        "\u00a0\u2003\u3000\u200b \t ",
	"SQL and such": `'; DROP TABLE x; -- ${jndi:ldap://x} {{7*7}} %s%n ../../etc/passwd null NaN`,
}

// oneOfEach is a packet with a part of each kind.
func oneOfEach(t *testing.T) *Content {
	t.Helper()
	large, c := largeContent(t), smallContent(t)
	c.Outcome, c.Walkthrough, c.SignOffs = large.Outcome, large.Walkthrough, large.SignOffs
	c.ErrorPaths, c.NullValues, c.Minimization = coverage()
	c.Findings[1].Verdict = "fail"
	return c
}

// fields visits every string of a value that can be set.
func fields(v reflect.Value, path string, visit func(path string, v reflect.Value)) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() {
			visit(path, v)
		}
	case reflect.Pointer:
		fields(v.Elem(), path, visit)
	case reflect.Slice:
		for i := range v.Len() {
			fields(v.Index(i), fmt.Sprintf("%s[%d]", path, i), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fields(v.Field(i), path+"."+v.Type().Field(i).Name, visit)
			}
		}
	}
}

// freeFields are the strings of a packet that may be any text; true for those
// that need not even be UTF-8.
func freeFields(t *testing.T, make func() *Content) map[string]bool {
	t.Helper()
	var paths []string
	fields(reflect.ValueOf(make()).Elem(), "", func(path string, _ reflect.Value) { paths = append(paths, path) })
	takes := func(where, text string) bool {
		c := make()
		fields(reflect.ValueOf(c).Elem(), "", func(path string, v reflect.Value) {
			if path == where {
				v.SetString(text)
			}
		})
		return Check(c) == nil
	}
	free := map[string]bool{}
	for _, p := range paths {
		if takes(p, "any text, (really)") {
			free[p] = takes(p, "any \xff text")
		}
	}
	return free
}

// person are fields with names and words of people.
var person = regexp.MustCompile(`\.(Name|By|Partner|Organisation|Title|Text)$`)

// filled is a packet with one text in every field that takes any.
func filled(c *Content, free map[string]bool, text string) *Content {
	n := 0
	fields(reflect.ValueOf(c).Elem(), "", func(path string, v reflect.Value) {
		if any, ok := free[path]; ok && (any || utf8.ValidString(text)) {
			n++
			if len(text) > 5000 && !person.MatchString(path) {
				v.SetString(fmt.Sprintf("Q%d %s Z", n, text[:100])) // one such text a line is enough
				return
			}
			v.SetString(fmt.Sprintf("Q%d %s Z", n, text))
		}
	})
	return c
}

// anatomy is what a PDF file is made of, apart from its texts.
type anatomy struct {
	kinds   map[string]bool // type, subtype and keys of each dictionary
	targets map[string]bool // where links lead
	links   int             // elements that are links
	files   int
}

func anatomyOf(t *testing.T, doc []byte) anatomy {
	t.Helper()
	path := filepath.Join(t.TempDir(), "packet.pdf")
	if err := os.WriteFile(path, doc, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("qpdf", "--json", "--json-key=qpdf", path).Output()
	if err != nil {
		t.Fatalf("qpdf: %v", err)
	}
	var in any
	if err := json.Unmarshal(out, &in); err != nil {
		t.Fatal(err)
	}
	a := anatomy{kinds: map[string]bool{}, targets: map[string]bool{}}
	a.visit(in)
	return a
}

// numbered are the names of fonts and pictures.
var numbered = regexp.MustCompile(`^/(F|Im)\d+$`)

func (a *anatomy) visit(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			a.visit(e)
		}
	case map[string]any:
		for _, e := range v {
			a.visit(e)
		}
		word := func(key string) string { s, _ := v[key].(string); return s }
		if word("/S") == "/Link" {
			a.links++
		}
		if word("/Type") == "/Filespec" {
			a.files++
		}
		for _, key := range []string{"/Dest", "/URI", "/JS", "/F"} {
			if s := word(key); s != "" && !strings.HasSuffix(s, " R") {
				a.targets[key+" "+s] = true
			}
		}
		var keys []string
		for key := range v {
			if strings.HasPrefix(key, "/") && !numbered.MatchString(key) {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		if len(keys) > 0 {
			a.kinds[word("/Type")+" "+word("/Subtype")+" "+word("/S")+" "+strings.Join(keys, "")] = true
		}
	}
}

// harmless are kinds of objects that text alone may bring: fonts of other scripts,
// the spoken form of text from right to left, links and elements that go on over
// the end of a page.
var harmless = []string{"/ActualText", "/MCR", "/OBJR", "/FontDescriptor", "/CIDToGIDMap", "/Type0", " /Font ", "/First/Last", "/Kids", "/Nums", "/Filter/Length", "/P/Pg/S", "/P/S"}

// TestHostilePDF puts each text into every field of a packet that takes any. The
// file must have no object, link or attachment that a packet of plain words has
// not, and must still be read.
func TestHostilePDF(t *testing.T) {
	t.Parallel()
	make := func() *Content { return oneOfEach(t) }
	free := freeFields(t, make)
	if len(free) < 150 {
		t.Fatalf("only %d fields take any text", len(free))
	}
	render := func(text string) []byte {
		c := filled(make(), free, text)
		if err := Check(c); err != nil {
			t.Fatalf("checking: %v", err)
		}
		doc, err := renderReport(&sheet{c: withFiles(c), summary: Summarize(c), manifest: []byte("{}"), manifestSHA256: strings.Repeat("0", 64), keyID: strings.Repeat("0", 64)})
		if err != nil {
			t.Fatalf("rendering: %v", err)
		}
		return doc
	}
	// How much page one says, and so where it leads, depends on how long its texts are.
	var inert []anatomy
	kinds := map[string]bool{}
	for _, n := range []int{1, 2, 3, 4, 5, 6, 8, 10, 16, 64, 512} {
		a := anatomyOf(t, render(strings.Repeat("inert ", n)))
		inert = append(inert, a)
		maps.Copy(kinds, a.kinds)
	}
	for name, text := range naughty {
		doc := render(text)
		got := anatomyOf(t, doc)
		for kind := range got.kinds {
			if !kinds[kind] && !slices.ContainsFunc(harmless, func(s string) bool { return strings.Contains(kind, s) }) {
				t.Errorf("%s: brought an object of the kind %s", name, kind)
			}
		}
		if !slices.ContainsFunc(inert, func(a anatomy) bool {
			return maps.Equal(got.targets, a.targets) && got.links == a.links && got.files == a.files
		}) {
			t.Errorf("%s: %d links to %d places and %d files, as no packet of plain words has", name, got.links, len(got.targets), got.files)
		}
		words := pdftotext(t, doc)
		for _, r := range "\u202E\u202D\u2066\u2069\u2028\uFEFF\x00\x01\x1b\u200E\u061C" {
			if strings.ContainsRune(words, r) {
				t.Errorf("%s: U+%04X came through", name, r)
			}
		}
		if n := strings.Count(words, "Q7"); n == 0 {
			t.Errorf("%s: a field's text is not read", name)
		}
	}
}
