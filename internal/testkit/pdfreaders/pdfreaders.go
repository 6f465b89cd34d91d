// Package pdfreaders shows PDF files to other people's programs: qpdf, poppler,
// Ghostscript, pdfcpu and the Preflight of Apache PDFBox. scripts/setup.sh test
// installs them; a test that misses one fails.
package pdfreaders

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Agree fails the test unless every program reads the file without a complaint.
// Complaints about what only older standards forbid are allowed by name.
func Agree(t testing.TB, file []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.pdf")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	Quiet(t, "qpdf", "--check", path)
	if tree := Quiet(t, "pdfinfo", "-struct", path); !strings.Contains(tree, "Document") {
		t.Errorf("pdfinfo finds no structure:\n%.400s", tree)
	}
	fonts(t, path)
	if out := Quiet(t, "gs", "-q", "-dNOPAUSE", "-dBATCH", "-dPDFSTOPONERROR", "-dPDFSTOPONWARNING", "-sDEVICE=nullpage", path); out != "" {
		t.Errorf("Ghostscript says: %s", out)
	}
	pdfcpu(t, path)
	preflight(t, path)
}

// Run runs a program that must succeed.
func Run(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%.2000s", name, err, out)
	}
}

// Quiet runs a program that must succeed and must not complain, and returns what
// it prints.
func Quiet(t testing.TB, name string, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%.2000s%.2000s", name, err, out.String(), errs.String())
	}
	if errs.Len() > 0 {
		t.Errorf("%s complains: %.2000s", name, errs.String())
	}
	return out.String()
}

// fontLine is a font as pdffonts lists it: embedded, a subset, with a map to Unicode.
var fontLine = regexp.MustCompile(`^[A-Z]{6}\+\S+ +CID TrueType +Identity-H +yes yes yes +\d+ +0$`)

func fonts(t testing.TB, path string) {
	t.Helper()
	lines := strings.Split(strings.TrimRight(Quiet(t, "pdffonts", path), "\n"), "\n")
	if len(lines) < 3 {
		t.Error("pdffonts finds no fonts")
		return
	}
	for _, l := range lines[2:] {
		if !fontLine.MatchString(l) {
			t.Errorf("pdffonts: %s", l)
		}
	}
}

// pdfcpuAllowed is a complaint of pdfcpu's strict mode about what is right: it
// knows AFRelationship only from PDF 2.0, though ISO 19005-3 brought it into 1.7.
const pdfcpuAllowed = "entry=AFRelationship: unsupported in version 1.7"

func pdfcpu(t testing.TB, path string) {
	t.Helper()
	program := filepath.Join(root(t), "bin", "tools", "pdfcpu")
	run := func(mode string) (string, error) {
		out, err := exec.Command(program, "validate", "--conf", "disable", "--offline", "-m", mode, path).CombinedOutput()
		return string(out), err
	}
	if out, err := run("relaxed"); err != nil {
		t.Errorf("pdfcpu, relaxed: %v: %s", err, out)
	}
	if out, err := run("strict"); err != nil && !strings.HasSuffix(strings.TrimSpace(out), pdfcpuAllowed) {
		t.Errorf("pdfcpu, strict: %v: %s", err, out)
	}
}

// preflightAllowed are the complaints of Preflight, which knows only PDF/A-1b,
// about things that PDF/A-3 allows.
var preflightAllowed = []string{
	"7.11.2 : Error on MetaData, part must be 1",
	"The CIDSet entry is missing for the Composite Subset",
	"1.4 : Trailer Syntax error, /XRef cross reference streams are not allowed",
	"1.4.7 : Trailer Syntax error, EmbeddedFile entry is present in the Names dictionary",
	"1.2.9 : Body Syntax error, EmbeddedFile entry is present in a FileSpecification dictionary",
	"4.1.2 : Transparency error, ca entry in a ExtGState is invalid",
}

func preflight(t testing.TB, path string) {
	t.Helper()
	var jars []string
	for _, j := range []string{"preflight", "pdfbox2", "fontbox2", "xmpbox", "commons-logging", "jaxb-api", "javax.activation"} {
		jars = append(jars, "/usr/share/java/"+j+".jar")
	}
	// The exit code says only whether the file is PDF/A-1b.
	out, _ := exec.Command("java", "-Dpdfbox.fontcache="+t.TempDir(), "-XX:TieredStopAtLevel=1", "-cp", strings.Join(jars, ":"),
		"org.apache.pdfbox.preflight.Validator_A1b", path).CombinedOutput()
	text := string(out)
	if !strings.Contains(text, "is not a valid PDF/A-1b file, error(s)") || !strings.Contains(text, preflightAllowed[0]) {
		t.Fatalf("Preflight did not look at the file:\n%.2000s", text)
	}
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasSuffix(line, "error(s) :") && !allowed(line) {
			t.Errorf("Preflight: %s", line)
		}
	}
}

func allowed(line string) bool {
	for _, a := range preflightAllowed {
		if strings.Contains(line, a) {
			return true
		}
	}
	return false
}

// root is the folder of the repository.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
	}
	t.Fatal("the folder of the repository is not above the test")
	return ""
}
