package conform_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/pdf"
	"github.com/proofwalk/proofwalk/internal/pdf/conform"
	"github.com/proofwalk/proofwalk/internal/testkit/pdfreaders"
)

func check(t *testing.T, path string) conform.Report {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := conform.Check(file)
	if err != nil {
		t.Fatalf("%s: %v", filepath.Base(path), err)
	}
	return r
}

func broken(t *testing.T, path string, want ...string) {
	t.Helper()
	r := check(t, path)
	if diff := cmp.Diff(want, r.Broken()); diff != "" {
		t.Errorf("%s: broken rules (-want +got):\n%s", filepath.Base(path), diff)
		for _, v := range r.Violations {
			t.Log(v)
		}
	}
}

const page = `<!doctype html><html lang="en"><title>Other hand</title><h1>Head</h1><p>Text <a href="https://example.org">link</a></p>
<table><tr><th>A<th>B<tr><td>1<td>2</table><ul><li>x</ul><svg role="img" aria-label="dot" width="9" height="9"><circle cx="4" cy="4" r="3"/></svg>`

// TestOtherWriters: the files of other programs are read, and what they lack is found.
func TestOtherWriters(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for name, text := range map[string]string{"in.html": page, "in.ps": "%!PS\n/Helvetica 20 selectfont 72 700 moveto (Other hand) show showpage\n"} {
		if err := os.WriteFile(at(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pdfreaders.Run(t, "gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=pdfwrite", "-sOutputFile="+at("gs.pdf"), at("in.ps"))
	broken(t, at("gs.pdf"), "content-tagged", "device-gray", "display-title", "font-embedded", "language", "mark-info", "object-spacing", "stream-keywords",
		"struct-tree", "xmp-a", "xmp-a-level", "xmp-ua")
	pdfreaders.Run(t, "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+at("profile"), "--no-pdf-header-footer",
		"--print-to-pdf="+at("chromium.pdf"), "file://"+at("in.html"))
	got := check(t, at("chromium.pdf")).Broken()
	for _, want := range []string{"device-rgb", "file-id", "link-contents", "xmp"} {
		found := false
		for _, rule := range got {
			found = found || rule == want
		}
		if !found {
			t.Errorf("Chromium: %v, %s is not among them", got, want)
		}
	}
}

// TestRewritten: our document stays without a fault when qpdf writes it anew in
// other forms, and the one thing qpdf does otherwise unless told is found.
func TestRewritten(t *testing.T) {
	t.Parallel()
	d := pdf.New(pdf.Options{Title: "Anew", Created: made, Attachments: []pdf.Attachment{{Name: "a.json", Type: "application/json", Data: []byte("{}")}}})
	d.Add(pdf.Heading{Level: 1, Text: "Anew"}, pdf.Paragraph{Spans: []pdf.Span{pdf.T(scripts), {Text: "link", Link: "https://proofwalk.example"}}},
		pdf.Table{Columns: []pdf.Column{{}, {}}, Head: pdf.Cells("a", "b"), Rows: []pdf.Row{{Cells: pdf.Cells("c", "d")}}},
		pdf.Figure{Image: picture(t, "png"), Alt: "A picture"})
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from.pdf"), filepath.Join(dir, "to.pdf")
	if err := os.WriteFile(from, conforms(t, "anew", d), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, form := range [][]string{
		{"--linearize", "--object-streams=disable"}, {"--object-streams=generate", "--recompress-flate"}, {"--qdf"}, {"--stream-data=uncompress", "--object-streams=preserve"},
	} {
		pdfreaders.Quiet(t, "qpdf", append(append([]string{"--newline-before-endstream"}, form...), from, to)...)
		broken(t, to)
	}
	pdfreaders.Quiet(t, "qpdf", "--object-streams=disable", from, to)
	broken(t, to, "stream-keywords")
}
