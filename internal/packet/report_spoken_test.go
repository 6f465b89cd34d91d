package packet

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// reportTool runs a reader of PDFs on a report.
func reportTool(t *testing.T, doc []byte, name string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(path, doc, 0o600); err != nil {
		t.Fatal(err)
	}
	for i, a := range args {
		if a == "FILE" {
			args[i] = path
		}
	}
	out, err := exec.CommandContext(t.Context(), name, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return string(out)
}

// TestMarksAreHeard: what is shown by a mark or a place alone has words.
func TestMarksAreHeard(t *testing.T) {
	t.Parallel()
	doc, err := RenderDraft(largeContent(t))
	if err != nil {
		t.Fatal(err)
	}
	objects := reportTool(t, doc, "qpdf", "--json", "--json-key=qpdf", "FILE")
	for _, want := range []string{
		`"/Alt": "u:Pass"`, `"/Alt": "u:Not seen"`, // the verdicts of page one
		`"/Alt": "u:1 accepted; `, `"/ActualText": "u:ID.me, 200"`, `"/ActualText": "u:from Kestrel to ID.me, 302"`,
	} {
		if !strings.Contains(objects, want) {
			t.Errorf("nobody hears %s", want)
		}
	}
	if hops := strings.Count(objects, `"/ActualText"`); hops < len(largeContent(t).Transcripts[0].Hops) {
		t.Errorf("%d cells of lanes are heard", hops)
	}
}

var bboxWord = regexp.MustCompile(`<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="[\d.]+">([^<]*)</word>`)

// TestDigitsStayBehindNames: a number that follows a name written from right to
// left stands to the right of it.
func TestDigitsStayBehindNames(t *testing.T) {
	t.Parallel()
	const name, shown = "שרה", "הרש" // as it is written, and from left to right
	c := smallContent(t)
	c.Screenshots[0].By, c.Screenshots[0].Masks = name, 37
	c.Decision.By, c.Decision.Organisation = name, ""
	c.Questions = []Question{{ID: "q-001", Pin: "t-001", Packet: "r2.1", Act: act(name, "", "?", -9), Answer: act(name, "", "!", -8)}}
	doc, err := RenderDraft(c)
	if err != nil {
		t.Fatal(err)
	}
	type word struct{ from, to, y float64 }
	var named, after []word
	for _, m := range bboxWord.FindAllStringSubmatch(reportTool(t, doc, "pdftotext", "-bbox", "FILE", "-"), -1) {
		var w word
		for i, field := range []*float64{&w.from, &w.y, &w.to} {
			if *field, err = strconv.ParseFloat(m[i+1], 64); err != nil {
				t.Fatal(err)
			}
		}
		switch text := m[4]; {
		case strings.Contains(text, shown):
			named = append(named, w)
		case text == "37" || text == "21" || text == "Sat":
			after = append(after, w)
		}
	}
	followed := 0
	for _, a := range after {
		for _, n := range named {
			if a.y > n.y-1 && a.y < n.y+1 && a.from > n.to && a.from < n.to+12 {
				followed++
			}
		}
	}
	if len(named) < 4 || followed < 4 {
		t.Errorf("%d names, %d of them followed by their number", len(named), followed)
	}
}
