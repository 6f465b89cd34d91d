package pdf

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// digestOnly makes the test binary print the digest of the report and end, so
// that a test can compare processes.
const digestOnly = "PDF_TEST_DIGEST"

func TestMain(m *testing.M) {
	if what := os.Getenv(digestOnly); what != "" {
		d := report()
		if what == "200pages" {
			d = packetDoc([]*Image{screenshot(1280, 800)}, 12)
		}
		out, err := d.Render()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if what == "200pages" {
			fmt.Println(peak())
		} else {
			fmt.Println(digest(out.Bytes))
		}
		return
	}
	os.Exit(m.Run())
}

// peak is the most memory that the process has had, in kB. The system counts it
// from the start of the program; what it reports to the parent begins earlier.
func peak() string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err.Error()
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kB, _, _ := strings.Cut(rest, "kB")
	return strings.TrimSpace(kB)
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// tool runs a program that must be there and must succeed, and returns what it
// prints.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v (Debian packages: qpdf, poppler-utils)\n%s%s", name, err, out.String(), errs.String())
	}
	if errs.Len() > 0 {
		t.Errorf("%s complains: %s", name, errs.String())
	}
	return out.String()
}

// rendered writes a document to a file and has qpdf check it.
func rendered(t *testing.T, d *Doc) (*Output, string) {
	t.Helper()
	out, err := d.Render()
	if err != nil {
		t.Fatalf("rendering: %v", err)
	}
	path := filepath.Join(t.TempDir(), "out.pdf")
	if err := os.WriteFile(path, out.Bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	tool(t, "qpdf", "--check", path)
	return out, path
}

// plainDoc is an empty document with a title.
func plainDoc() *Doc { return New(Options{Title: "Test", Created: made}) }
