package packet

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/pdf"
)

// someWithheld are parts of the large packet, a transcript and the picture among them.
var someWithheld = []string{"t-001", "s-001", "f-002", "r3.2#TST-20", "rm-001", "w-01", "null-values", "configuration"}

func mustCut(t testing.TB, zip []byte, withhold ...string) *Excerpt {
	t.Helper()
	x, err := CutExcerpt(zip, withhold)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	r, theirs := ring(t), ring(t)
	p := mustBuild(t, largeContent(t), r)
	x := mustCut(t, p.Zip, someWithheld...)
	if x.Parts != 105 || x.Shown != 97 || x.Name != "excerpt-first-responder-r3.2.zip" {
		t.Errorf("%d of %d parts in %s", x.Shown, x.Parts, x.Name)
	}
	for _, tt := range []struct {
		trust verify.Trust
		want  verify.Verdict
	}{
		{verify.Trust{Fingerprint: r.Fingerprint()}, verify.Valid},
		{verify.Trust{Keys: r.KeysJSON()}, verify.Valid},
		{verify.Trust{}, verify.SignerUnknown},
		{verify.Trust{Fingerprint: theirs.Fingerprint()}, verify.Invalid},
		{verify.Trust{Keys: theirs.KeysJSON()}, verify.Invalid},
		{verify.Trust{Keys: []byte("{}")}, verify.Invalid},
	} {
		if got := verify.Verify(x.Zip, tt.trust); got.Verdict != tt.want {
			t.Errorf("%s, want %s: %+v", got.Verdict, tt.want, got.Checks)
		}
	}
	got := verify.Verify(x.Zip, verify.Trust{Fingerprint: r.Fingerprint()})
	if *got.Excerpt != (verify.Excerpt{Packet: "r3.2", Parts: 105, Shown: 97, Withheld: 8}) || got.Claims.Outcome != "go_with_conditions" || len(got.Claims.NotProven) == 0 {
		t.Errorf("%+v", got)
	}
	var text strings.Builder
	if err := got.Write(&text); err != nil || !strings.Contains(text.String(), "\nexcerpt of packet r3.2: 97 of 105 parts shown, 8 withheld, none altered\n") {
		t.Errorf("%v\n%s", err, text.String())
	}
	// What is withheld is not there, in any form; its hash says nothing without the salt.
	for _, word := range []string{"The FAQ link leads to the help", "Drop the query", "Requirement 0:", "www.kestrel.example/idme/popup", `"anchor":"t-001"`} {
		if !bytes.Contains(p.Zip, []byte(word)) {
			t.Errorf("the packet has no %q", word)
		}
		if bytes.Contains(x.Zip, []byte(word)) {
			t.Errorf("the excerpt still has %q", word)
		}
	}
	files := unzip(t, x.Zip, nil)
	for _, name := range []string{"transcripts/t-001.har", "screenshots/s-001.png", "packet.pdf", "packet.json", "audit/entries.jsonl"} {
		if _, there := files[name]; there {
			t.Errorf("the excerpt has %s", name)
		}
	}
	if _, there := files["transcripts/t-002.har"]; !there {
		t.Error("a shown transcript has lost its file")
	}
	for _, refers := range []string{"TST-09", "f-001", "run-01"} {
		if !slices.Contains(x.Referring, refers) {
			t.Errorf("it is not said that %s refers to a withheld part", refers)
		}
	}
	if again := mustCut(t, p.Zip, someWithheld...); !bytes.Equal(again.Zip, x.Zip) {
		t.Error("cut again it is another excerpt")
	}
}

// TestExcerptOfAnyParts cuts at random, everything among them.
func TestExcerptOfAnyParts(t *testing.T) {
	t.Parallel()
	r := ring(t)
	c := largeContent(t)
	p := mustBuild(t, c, r)
	all := leaves(c)
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 25 {
		var withhold []string
		for _, l := range all {
			if random.IntN(25) <= n {
				withhold = append(withhold, l.Anchor)
			}
		}
		x := mustCut(t, p.Zip, withhold...)
		got := verify.Verify(x.Zip, verify.Trust{Fingerprint: r.Fingerprint()})
		if got.Verdict != verify.Valid || got.Excerpt.Withheld != len(withhold) || got.Excerpt.Shown != len(all)-len(withhold) {
			t.Fatalf("%d withheld: %+v", len(withhold), got)
		}
	}
}

func TestExcerptRefuses(t *testing.T) {
	t.Parallel()
	p := mustBuild(t, largeContent(t), ring(t))
	x := mustCut(t, p.Zip, "t-001")
	for name, tt := range map[string]struct {
		zip      []byte
		withhold []string
		says     string
	}{
		"nothing named":     {p.Zip, nil, "nothing to withhold"},
		"an unknown part":   {p.Zip, []string{"t-001", "t-099"}, "no part"},
		"an entry":          {p.Zip, []string{"t-001.e4"}, "only the whole of t-001"},
		"the decision":      {p.Zip, []string{"decision"}, "cannot be withheld"},
		"the waivers":       {p.Zip, []string{"r3.2#waivers"}, "cannot be withheld"},
		"the head":          {p.Zip, []string{"head"}, "cannot be withheld"},
		"of another packet": {p.Zip, []string{"r3.1#t-001"}, "another packet"},
		"of an excerpt":     {x.Zip, []string{"t-002"}, "excerpt already"},
		"of no archive":     {[]byte("PK"), []string{"t-002"}, "not the archive"},
		"of nothing":        {nil, []string{"t-002"}, "not the archive"},
	} {
		if _, err := CutExcerpt(tt.zip, tt.withhold); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestExcerptEveryByte(t *testing.T) {
	t.Parallel()
	r := ring(t)
	x := mustCut(t, mustBuild(t, smallContent(t), r).Zip, "f-002", "s-001")
	trust := verify.Trust{Fingerprint: r.Fingerprint()}
	bad := bytes.Clone(x.Zip)
	for i := range bad {
		bad[i] ^= 1 << (i % 8)
		if got := verify.Verify(bad, trust); got.Verdict != verify.Invalid {
			t.Errorf("byte %d of %d flipped: %s", i, len(bad), got.Verdict)
		}
		bad[i] = x.Zip[i]
	}
	for n := 0; n < len(bad); n += 1 + n/40 {
		if got := verify.Verify(bad[:n], trust); got.Verdict != verify.Invalid {
			t.Errorf("cut to %d bytes: %s", n, got.Verdict)
		}
	}
}

func TestExcerptTampered(t *testing.T) {
	t.Parallel()
	r := ring(t)
	p := mustBuild(t, largeContent(t), r)
	packet := unzip(t, p.Zip, nil)
	x := mustCut(t, p.Zip, someWithheld...)
	trust := verify.Trust{Fingerprint: r.Fingerprint()}
	refuse := func(what string, change func([]file) []file) {
		t.Helper()
		bad := repack(t, x.Zip, change)
		if bytes.Equal(bad, x.Zip) {
			t.Errorf("%s: nothing was changed", what)
		}
		if got := verify.Verify(bad, trust); got.Verdict != verify.Invalid {
			t.Errorf("%s: %s", what, got.Verdict)
		}
	}
	edit := func(name, old, with string) func([]file) []file {
		return func(files []file) []file {
			for i := range files {
				if files[i].name == name {
					files[i].data = bytes.Replace(files[i].data, []byte(old), []byte(with), 1)
				}
			}
			return files
		}
	}
	for what, change := range map[string]func([]file) []file{
		"a shown leaf changed":       edit("excerpt.json", `"title":"FAQ link shown"`, `"title":"FAQ link hidden"`),
		"a leaf's salt changed":      edit("excerpt.json", `"salt":"3`, `"salt":"4`),
		"a hash changed":             edit("excerpt.json", `{"hash":"`+firstHash(t, x)[:1], `{"hash":"`+other(firstHash(t, x)[:1])),
		"a hash in capitals":         edit("excerpt.json", firstHash(t, x), strings.ToUpper(firstHash(t, x))),
		"a hash dropped":             edit("excerpt.json", `{"hash":"`+firstHash(t, x)+`"},`, ""),
		"a hash twice":               edit("excerpt.json", `{"hash":"`+firstHash(t, x)+`"},`, strings.Repeat(`{"hash":"`+firstHash(t, x)+`"},`, 2)),
		"a member beside a hash":     edit("excerpt.json", `{"hash":"`, `{"anchor":"t-001","hash":"`),
		"the head's outcome":         edit("excerpt.json", `"word":"go_with_conditions"`, `"word":"go"`),
		"the head's counts":          edit("excerpt.json", `"fail":10`, `"fail":0`),
		"a waiver dropped":           edit("excerpt.json", `"remark":"rm-001"`, `"remark":"rm-002"`),
		"the packet's name":          edit("excerpt.json", `"packet":"r3.2"}`, `"packet":"r3.3"}`),
		"another format":             edit("excerpt.json", `{"format":1,`, `{"format":2,`),
		"another spelling":           edit("excerpt.json", `{"format":1,`, `{"format": 1,`),
		"a shown transcript changed": edit("transcripts/t-002.har", `1.2`, `1.1`),
		"VERIFY.md changed":          edit("VERIFY.md", "forged", "genuine"),
		"SHA256SUMS changed":         edit("SHA256SUMS", "packet.pdf", "packet.xxx"),
		"a withheld file put back": func(files []file) []file {
			return slices.Insert(files, 1, file{"transcripts/t-001.har", packet["transcripts/t-001.har"]})
		},
		"a stranger's file": func(files []file) []file {
			return slices.Insert(files, 2, file{"transcripts/t-003.har", []byte("{}")})
		},
		"the packet's PDF put back": func(files []file) []file {
			return slices.Insert(files, 0, file{"packet.pdf", packet["packet.pdf"]})
		},
		"packet.json put back": func(files []file) []file {
			return slices.Insert(files, 1, file{"packet.json", packet["packet.json"]})
		},
		"the log put back": func(files []file) []file {
			return slices.Insert(files, 2, file{"audit/entries.jsonl", packet["audit/entries.jsonl"]})
		},
	} {
		refuse(what, change)
	}
	names := []string{}
	unzip(t, x.Zip, func(name string, _ []byte) { names = append(names, name) })
	for i, name := range names {
		refuse(name+" dropped", func(files []file) []file { return slices.Delete(files, i, i+1) })
		refuse(name+" twice", func(files []file) []file { return slices.Insert(files, i, files[i]) })
		if i > 0 {
			refuse(name+" moved", func(files []file) []file { files[i], files[i-1] = files[i-1], files[i]; return files })
		}
	}
	refuse("two leaves swapped", func(files []file) []file { return swapFirstTwo(t, files) })
}

// swapFirstTwo puts the second leaf of excerpt.json before the first.
func swapFirstTwo(t *testing.T, files []file) []file {
	t.Helper()
	var top struct {
		Leaves []json.RawMessage `json:"leaves"`
	}
	if err := json.Unmarshal(files[0].data, &top); err != nil || len(top.Leaves) < 2 {
		t.Fatalf("excerpt.json has no two leaves (%v)", err)
	}
	first, second := top.Leaves[0], top.Leaves[1]
	inOrder, swapped := slices.Concat(first, []byte(","), second), slices.Concat(second, []byte(","), first)
	files[0].data = bytes.Replace(files[0].data, inOrder, swapped, 1)
	return files
}

// firstHash is the first hash in the place of a leaf.
func firstHash(t *testing.T, x *Excerpt) string {
	t.Helper()
	_, rest, found := bytes.Cut(unzip(t, x.Zip, nil)["excerpt.json"], []byte(`{"hash":"`))
	if !found {
		t.Fatal("no leaf is withheld")
	}
	return string(rest[:64])
}

func other(digit string) string {
	if digit == "0" {
		return "1"
	}
	return "0"
}

// TestReportOfExcerpt: on each page it says that nobody signed it, it shows no
// word of what is withheld, and names what is.
func TestReportOfExcerpt(t *testing.T) {
	t.Parallel()
	c := largeContent(t)
	x := mustCut(t, mustBuild(t, c, ring(t)).Zip, someWithheld...)
	doc, err := x.PDF()
	if err != nil {
		t.Fatal(err)
	}
	pages := pdftotextPages(t, doc)
	text := strings.Join(pages, " ")
	for n, page := range pages {
		if !strings.Contains(page, "unsigned, 97 of 105 parts") {
			t.Errorf("page %d of %d does not say that it is unsigned", n+1, len(pages))
		}
	}
	for _, want := range []string{"An excerpt: 97 of 105 parts are shown, 8 were withheld.", "Go, with conditions", "t-001 (withheld)", "s-001 (withheld)", "Withheld", "f-002",
		"62: 31 pass, 10 fail, 10 warn, 11 not seen", "This PDF is not signed.", "excerpt-first-responder-r3.2.zip", "Its lines are withheld.", "rm-001 on TST-09: Fine until the release."} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in the text", want)
		}
	}
	for _, word := range []string{"The FAQ link leads to the help", "Drop the query", "Requirement 0:", "idme/popup", "Empty, error page", "Only with a value", "Signed with the bundle key"} {
		if strings.Contains(text, word) {
			t.Errorf("it shows %q", word)
		}
	}
	if strings.Contains(text, " ?") {
		t.Error("it names a page that is not there")
	}
}

// TestFontsOfReports: every report without a signature uses the fonts that it is given.
func TestFontsOfReports(t *testing.T) {
	t.Parallel()
	fonts, err := pdf.LoadFonts(os.DirFS("../pdf/testdata/fonts"))
	if err != nil {
		t.Fatal(err)
	}
	const thai = "ตั๋ว"
	c := smallContent(t)
	c.Integration.Name, c.Fonts = thai, fonts
	x := mustCut(t, mustBuild(t, c, ring(t)).Zip, "t-001")
	x.Fonts = fonts
	excerpt, err := x.PDF()
	if err != nil {
		t.Fatal(err)
	}
	summary, err := RenderSummary(c, SummaryOf{})
	if err != nil {
		t.Fatal(err)
	}
	for name, doc := range map[string][]byte{"excerpt": excerpt, "summary": summary} {
		if text := pdftotext(t, doc); !strings.Contains(text, thai) || strings.Contains(text, "U+0E") {
			t.Errorf("the %s is without the font", name)
		}
	}
}

// TestReferringText: people name parts within sentences too.
func TestReferringText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`"f-002"`: true, `"See f-002."`: true, `f-002`: true, `"f-002.e4"`: true, `"r3.1#f-002"`: true, `"f-0021, or f-002"`: true,
		`"f-0021"`: false, `"rf-002"`: false, `"f-002-1"`: false, `""`: false, ``: false,
	} {
		if namesPart([]byte(text), "f-002") != want {
			t.Errorf("%s: %v", text, !want)
		}
	}
	c := largeContent(t)
	c.Remarks[0].Text = "This is about:\nf-002."
	if x := mustCut(t, mustBuild(t, c, ring(t)).Zip, "f-002"); !slices.Contains(x.Referring, "rm-001") {
		t.Errorf("it is not said that the remark refers to it: %v", x.Referring)
	}
}

// TestAnswerOfExcerpt: withholding what speaks against it makes page one no better.
func TestAnswerOfExcerpt(t *testing.T) {
	t.Parallel()
	c := largeContent(t)
	var against []string
	for _, it := range c.Items {
		if !it.acceptedNow() {
			against = append(against, it.ID)
		}
	}
	for _, f := range c.Findings {
		if f.Verdict == "fail" {
			against = append(against, f.ID)
		}
	}
	doc, err := mustCut(t, mustBuild(t, c, ring(t)).Zip, against...).PDF()
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(pdftotextPages(t, doc), " ")
	for _, want := range []string{c.Answer().Sentence, "1 of 1 shown ones accepted"} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if strings.Contains(text, "no finding fails") || strings.Count(text, "required items accepted") != 1 {
		t.Error("it says better of the packet than the packet does")
	}
}

func TestUnsignedReport(t *testing.T) {
	t.Parallel()
	p := mustBuild(t, largeContent(t), ring(t))
	c, err := ReadManifest(p.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	files := unzip(t, p.Zip, nil)
	if _, err := RenderUnsigned(c, p.Manifest); err == nil {
		t.Error("rendered without its pictures")
	}
	for i := range c.Screenshots {
		c.Screenshots[i].PNG = files[c.Screenshots[i].File]
	}
	doc, err := RenderUnsigned(c, p.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	pages := pdftotextPages(t, doc)
	for n, page := range pages {
		if !strings.Contains(page, "unsigned, packet.json "+p.ManifestSHA256[:8]) {
			t.Errorf("page %d of %d does not say that it is unsigned", n+1, len(pages))
		}
	}
	if text := strings.Join(pages, " "); !strings.Contains(text, "This PDF is not signed.") || strings.Contains(text, "Signed with the bundle key") {
		t.Error("page one does not say that it is unsigned, or the last one claims a key")
	}
}
