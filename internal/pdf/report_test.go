package pdf

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReportIsDeterministic(t *testing.T) {
	t.Parallel()
	doc := report()
	first, err := doc.Render()
	if err != nil {
		t.Fatal(err)
	}
	second, err := doc.Render()
	if err != nil {
		t.Fatal(err)
	}
	third, err := report().Render()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes, second.Bytes) || !bytes.Equal(first.Bytes, third.Bytes) {
		t.Error("equal documents give different bytes in one process")
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), digestOnly+"=1", "GOMAXPROCS=1") // nobody helps it to compress
	other, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.TrimSpace(string(other)), digest(first.Bytes); got != want {
		t.Errorf("another process gives %s, this one %s", got, want)
	}
	changed := report()
	changed.opt.Created = made.AddDate(0, 0, 1)
	fourth, err := changed.Render()
	if err != nil {
		t.Fatal(err)
	}
	id := regexp.MustCompile(`/ID\[<([0-9a-f]{32})>`)
	a, b := id.FindSubmatch(first.Bytes), id.FindSubmatch(fourth.Bytes)
	if a == nil || b == nil || bytes.Equal(a[1], b[1]) {
		t.Error("documents of different days have the same identifier")
	}
}

func TestReportFacts(t *testing.T) {
	t.Parallel()
	out, path := rendered(t, report())
	info := tool(t, "pdfinfo", path)
	for _, want := range []string{
		"Title:           Readiness packet: First responder sale & <more>", "Tagged:          yes",
		"Suspects:        no", "JavaScript:      no", "PDF version:     1.7", "Metadata Stream: yes",
		"CreationDate:    Sat Nov 21 22:04:00 2026 UTC", "(A4)", "Pages:           " + strconv.Itoa(out.Pages),
	} {
		if !strings.Contains(info, want) {
			t.Errorf("pdfinfo does not say %q:\n%s", want, info)
		}
	}
	fonts := strings.Split(strings.TrimSpace(tool(t, "pdffonts", path)), "\n")[2:]
	if len(fonts) != 5 {
		t.Errorf("got %d fonts, want sans and mono in two weights and an Arabic one", len(fonts))
	}
	embedded := regexp.MustCompile(`^[A-Z]{6}\+(?:IBMPlex|NotoSansArabic)\S+ +CID TrueType +Identity-H +yes yes yes `)
	for _, f := range fonts {
		if !embedded.MatchString(f) {
			t.Errorf("font is not an embedded subset with a Unicode map: %s", f)
		}
	}
	meta := tool(t, "pdfinfo", "-meta", path)
	for _, want := range []string{"<pdfaid:part>3<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<", "<pdfaSchema:prefix>pdfuaid<"} {
		if strings.Count(meta, want) != 1 {
			t.Errorf("metadata does not have %q once", want)
		}
	}
}

func TestReportStructure(t *testing.T) {
	t.Parallel()
	_, path := rendered(t, report())
	tree := tool(t, "pdfinfo", "-struct-text", path)
	count := func(s string) int { return strings.Count(tree, s) }
	if got := count("Scope /Column"); got != 4+3+5+4 {
		t.Errorf("got %d header cells, want each header row once however often it is printed", got)
	}
	if got := count("\n      TR\n"); got != 6+5+3+71 {
		t.Errorf("got %d rows", got)
	}
	if !strings.Contains(tree, "Link (inline)\n") || !strings.Contains(tree, "Figure:") {
		t.Error("links or figures are missing from the structure tree")
	}
	for _, ornament := range []string{"revision 4", " of 6", "Readiness packet, made", "packet 9f1c44e2"} {
		if strings.Contains(tree, ornament) {
			t.Errorf("%q of a header or footer is in the structure tree", ornament)
		}
	}
	order := []string{"H1 (block)", "Ready for go-live", "items accepted", "H2 (block)", "L (block)", "Lbl (block)", "LBody (block)",
		"Check it yourself", "Transcript: consent denied", "H3 (block)", "TST-69", "Tiếng Việt"}
	at := 0
	for _, s := range order {
		i := strings.Index(tree[at:], s)
		if i < 0 {
			t.Fatalf("%q is missing or out of order", s)
		}
		at += i
	}
}

func TestReportNavigation(t *testing.T) {
	t.Parallel()
	out, path := rendered(t, report())
	dests := tool(t, "pdfinfo", "-dests", path)
	line := regexp.MustCompile(`(?m)^ *(\d+) .*"(.+)"$`)
	got := map[string]string{}
	for _, m := range line.FindAllStringSubmatch(dests, -1) {
		got[m[2]] = m[1]
	}
	want := map[string]string{}
	for _, a := range out.Anchors {
		want[a.Name] = strconv.Itoa(a.Page)
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) < 70 {
		t.Errorf("named destinations (-reported +in the file):\n%s", diff)
	}
	if out.PageOf("top") != 1 || out.PageOf("TST-69") < 4 || out.PageOf("nowhere") != 0 {
		t.Errorf("anchors are on pages %d and %d", out.PageOf("top"), out.PageOf("TST-69"))
	}
	first := tool(t, "pdftotext", "-l", "1", "-layout", path, "-")
	row := regexp.MustCompile(`Confirmed in the walkthrough .* (\d+)\n`).FindStringSubmatch(first)
	if row == nil || row[1] != strconv.Itoa(out.PageOf("TST-69")) {
		t.Errorf("the contents print page %v, the anchor is on %d", row, out.PageOf("TST-69"))
	}
	js := tool(t, "qpdf", "--json", "--json-key=outlines", "--json-key=pagelabels", path)
	for _, want := range []string{`"title": "Transcript: consent denied, run 6"`, `"title": "Expected and actual"`, `"/S": "/D"`} {
		if !strings.Contains(js, want) {
			t.Errorf("bookmarks or page labels lack %s", want)
		}
	}
	if strings.Contains(js, "Check it yourself") {
		t.Error("a heading without a bookmark has one")
	}
}

func TestReportAttachment(t *testing.T) {
	t.Parallel()
	_, path := rendered(t, report())
	saved := filepath.Join(t.TempDir(), "saved")
	tool(t, "pdfdetach", "-save", "1", "-o", saved, path)
	got, err := os.ReadFile(saved)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != `{"format":1}` {
		t.Errorf("attachment reads %q", got)
	}
	js := tool(t, "qpdf", "--json", "--json-key=qpdf", path)
	for _, want := range []string{`"/AFRelationship": "/Source"`, `"/AF": [`, `"/Subtype": "/application/json"`} {
		if !strings.Contains(js, want) {
			t.Errorf("file specification lacks %s", want)
		}
	}
}

// TestReportContent reads the page content as a viewer does: everything that
// paints stands in marked content, and marks and text objects are closed.
func TestReportContent(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]*Doc{"report": report(), "stress": stress()} {
		_, path := rendered(t, doc)
		plain := path + ".qdf"
		tool(t, "qpdf", "--qdf", "--object-streams=disable", path, plain)
		data, err := os.ReadFile(plain)
		if err != nil {
			t.Fatal(err)
		}
		depth, painted, content := 0, 0, false
		for _, line := range bytes.Split(data, []byte("\n")) {
			content = content || bytes.HasPrefix(line, []byte("%% Contents for page"))
			f := bytes.Fields(line)
			if len(f) == 0 || !content {
				continue
			}
			last := string(f[len(f)-1])
			content = last != "endstream"
			switch {
			case last == "BMC" || strings.HasSuffix(last, "BDC"):
				depth++
			case last == "EMC":
				depth--
			case last == "ET" || last == "f" || last == "S" || last == "s" || last == "b" || last == "Do":
				painted++
				if depth == 0 {
					t.Fatalf("%s: unmarked content: %s", name, line)
				}
			case last == "endstream" && depth != 0:
				t.Fatalf("%s: marked content is left open", name)
			}
			if depth < 0 || depth > 2 {
				t.Fatalf("%s: marked content nests %d deep", name, depth)
			}
		}
		if painted < 400 {
			t.Errorf("%s: saw only %d painting operators", name, painted)
		}
	}
}
