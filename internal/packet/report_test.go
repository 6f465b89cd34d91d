package packet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/pdf"
)

// pdftotext gives the words of a PDF, in order, with single spaces.
func pdftotext(t *testing.T, doc []byte) string {
	t.Helper()
	return strings.Join(strings.Fields(strings.Join(pdftotextPages(t, doc), " ")), " ")
}

// pdftotextPages gives the words page by page.
func pdftotextPages(t *testing.T, doc []byte) []string {
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
	pages := strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")
	for i, page := range pages {
		pages[i] = strings.Join(strings.Fields(page), " ")
	}
	return pages
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
		"same as hop 2", "Support gets the error codes.", "R-04 cookie value", "redirect_uris", c.ArchiveName(), "rm-001", "run-01",
		"1 of 4 documented refusals handled", "Exercised, cannot be told", "Empty, error page", "declared as required all the same", "Surplus attribute",
		"an attribute whose name was redacted", "No purpose is stated", "Never received",
		"What would show them stands at each finding", "As f-008", "Fine until the release.", "a remark that was let go unmended", "Also here: Findings",
		"q-002", "Is the second URI used at the launch?", "No, only with the popup in spring.")
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

func TestDraftOfAnyState(t *testing.T) {
	t.Parallel()
	bare := smallContent(t)
	bare.Decision, bare.Items, bare.Findings, bare.Remarks, bare.TestRuns = nil, nil, nil, nil, nil
	bare.Transcripts, bare.Screenshots, bare.Sections = nil, nil, nil
	undecided := largeContent(t)
	undecided.Decision, undecided.Outcome = nil, nil
	for name, c := range map[string]*Content{"bare": bare, "undecided": undecided, "decided": largeContent(t)} {
		doc, err := RenderDraft(c)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		pages := regexp.MustCompile(`Pages: +(\d+)`).FindStringSubmatch(pdfinfo(t, doc))
		if pages == nil {
			t.Fatalf("%s: pdfinfo counts no pages", name)
		}
		text := pdftotext(t, doc)
		if got := strconv.Itoa(strings.Count(text, "draft, not signed")); got != pages[1] || !strings.Contains(text, "This is a draft.") {
			t.Errorf("%s: %s of %s pages say that it is a draft", name, got, pages[1])
		}
		if strings.Contains(text, "Check it yourself") {
			t.Errorf("%s: an unsigned report says how to check its signature", name)
		}
	}
}

func pdfinfo(t *testing.T, doc []byte) string {
	t.Helper()
	cmd := exec.Command("pdfinfo", "-")
	cmd.Stdin = strings.NewReader(string(doc))
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pdfinfo: %v", err)
	}
	return string(out)
}

// TestHostileText: what people type reaches the report as text only.
func TestHostileText(t *testing.T) {
	t.Parallel()
	hostile := []string{
		") Tj ET endstream endobj 1 0 obj << /S /JavaScript /JS (app.alert(1)) >>", "<script>alert(1)</script>&amp;]]>", "\u202eevil\u2066",
		strings.Repeat("W", 10_000), "a\x00b\x1b[31m", "\xff\xfe", "", " ", "\n\n\n",
	}
	r := ring(t)
	for n, h := range hostile {
		c := smallContent(t)
		c.Integration.Name = "N" + h
		if strings.ToValidUTF8(h, "") == h {
			c.Items[0].Title = "T" + h
		}
		c.Items[1].Evidence[0].Text, c.Findings[0].Title, c.Remarks[0].Text = h, h, h
		c.Transcripts[0].Scenario, c.Transcripts[0].Hops[1].Params[0].Value, c.Transcripts[0].Hops[1].Path = h, h, h
		c.Transcripts[0].Lanes.Partner, c.Screenshots[0].Title, c.Integration.Facts[0].Values[0] = h, "S"+h, h
		p, err := Build(c, sealFor(t, c, r))
		if err != nil {
			t.Errorf("text %d: %v", n, err)
			continue
		}
		pdftotext(t, p.PDF)
		conforms(t, "hostile text", p.PDF)
		if info := pdfinfo(t, p.PDF); !strings.Contains(info, "JavaScript:      no") {
			t.Errorf("text %d: a script got into the PDF", n)
		}
		if got := verify.Verify(p.Zip, verify.Trust{Fingerprint: r.Fingerprint()}); got.Verdict != verify.Valid {
			t.Errorf("text %d: %+v", n, got)
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	r := ring(b)
	c := largeContent(b)
	seal := sealFor(b, c, r)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Build(c, seal); err != nil {
			b.Fatal(err)
		}
	}
}

// TestReportKeepsMomentsTogether: no line of the report begins inside of a time.
func TestReportKeepsMomentsTogether(t *testing.T) {
	t.Parallel()
	c := largeContent(t)
	p, err := Build(c, sealFor(t, c, ring(t)))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(path, p.PDF, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-enc", "UTF-8", path, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext: %v", err)
	}
	text := strings.ReplaceAll(string(out), "\u00a0", " ")
	if whole := regexp.MustCompile(`\d{4}, \d{2}:\d{2}(:\d{2})? UTC`); len(whole.FindAllString(text, -1)) < 20 {
		t.Error("the report has few times")
	}
	if broken := regexp.MustCompile(`(?m)^UTC|^[A-Z][a-z]{2} \d{4}, \d{2}:|^\d{4}, \d{2}:|\d{4},\s*\n\s*\d{2}:`).FindAllString(text, -1); broken != nil {
		t.Errorf("%d lines begin inside of a time: %q", len(broken), broken)
	}
}

// A picture whose rows do not inflate makes no report, though its head can be laid out.
func TestReportRefusesDamagedPictures(t *testing.T) {
	t.Parallel()
	c := smallContent(t)
	if _, err := RenderDraft(c); err != nil {
		t.Fatal(err)
	}
	var short bytes.Buffer
	if err := png.Encode(&short, image.NewRGBA(image.Rect(0, 0, 8, 1))); err != nil {
		t.Fatal(err)
	}
	b := short.Bytes()
	binary.BigEndian.PutUint32(b[20:], 2) // the head promises two rows
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	c.Screenshots[0].PNG = b
	if _, err := RenderDraft(c); !errors.Is(err, pdf.ErrImageDamaged) {
		t.Errorf("%v, want a damaged picture", err)
	}
}
