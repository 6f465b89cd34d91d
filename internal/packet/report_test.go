package packet

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// pdftotext gives the words of a PDF, in order, with single spaces.
func pdftotext(t *testing.T, doc []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(path, doc, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("qpdf", "--check", path).CombinedOutput(); err != nil {
		t.Fatalf("qpdf: %v: %s", err, out)
	}
	out, err := exec.Command("pdftotext", "-enc", "UTF-8", path, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext: %v", err)
	}
	return strings.Join(strings.Fields(string(out)), " ")
}

func TestReportSaysEverything(t *testing.T) {
	t.Parallel()
	r := ring(t)
	c := largeContent(t)
	p, err := Build(c, sealFor(t, c, r))
	if err != nil {
		t.Fatal(err)
	}
	text := pdftotext(t, p.PDF)
	var want []string
	for _, it := range c.Items {
		want = append(want, it.ID+" "+it.Title)
	}
	for _, f := range c.Findings {
		want = append(want, f.ID)
	}
	for _, n := range Summarize(c).NotProven {
		want = append(want, n.Text)
	}
	want = append(want, "Go, with conditions", "Dana Whitlock", "Hugo Brandt, Kestrel Ticketing", "The FAQ link is live before the first sale.",
		"same as hop 2", "Support gets the error codes.", "R-04 cookie value", "redirect_uris", c.ArchiveName(), "rm-001", "run-01")
	for _, w := range want {
		if !strings.Contains(text, strings.Join(strings.Fields(w), " ")) {
			t.Errorf("%q is not in the text", w)
		}
	}
	if strings.Contains(text, "DRAFT") {
		t.Error("a packet says DRAFT")
	}
	for _, digest := range []string{p.ManifestSHA256, r.Fingerprint()} {
		for _, line := range strings.Split(groups(digest), "\n") {
			if !strings.Contains(text, line) {
				t.Errorf("%q of a digest is not printed", line)
			}
		}
	}
}

func TestReportIsReproducible(t *testing.T) {
	t.Parallel()
	r := ring(t)
	c := largeContent(t)
	first, err := Build(c, sealFor(t, c, r))
	if err != nil {
		t.Fatal(err)
	}
	again, err := Build(largeContent(t), sealFor(t, c, r))
	if err != nil {
		t.Fatal(err)
	}
	if first.SHA256 != again.SHA256 {
		t.Error("the same content gave another packet")
	}
}
