package main

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/packet"
)

// unpackedPacket is a folder with the files of a packet.
func unpackedPacket(t *testing.T) string {
	t.Helper()
	z, err := zip.OpenReader(filepath.Join("..", "..", "internal", "packet", "verify", "testdata", "r3.1.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = z.Close() }()
	dir := t.TempDir()
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func manifestFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// thaiManifest is the manifest in dir with a name that no built-in font can set.
func thaiManifest(t *testing.T, dir string) []byte {
	t.Helper()
	c, err := packet.ReadManifest(manifestFile(t, filepath.Join(dir, "packet.json")))
	if err != nil {
		t.Fatal(err)
	}
	if err := packet.AddFiles(c, func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, name)) }); err != nil {
		t.Fatal(err)
	}
	c.Integration.Name = "ตั๋ว"
	n, err := packet.LeafCount(c)
	if err != nil {
		t.Fatal(err)
	}
	out, err := packet.WriteManifest(c, make([]byte, n*packet.SaltSize))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPacketBuild(t *testing.T) {
	t.Parallel()
	dir := unpackedPacket(t)
	from, pdf := filepath.Join(dir, "packet.json"), filepath.Join(dir, "report.pdf")
	call := func(args ...string) (code int, stdout []byte, messages string) {
		var out, errs bytes.Buffer
		code = run(append([]string{"packet", "build"}, args...), &out, &errs)
		return code, out.Bytes(), errs.String()
	}
	code, stdout, messages := call("--from", from, "--pdf-only")
	if code != 0 || !bytes.HasPrefix(stdout, []byte("%PDF-")) || messages != "" {
		t.Fatalf("exit %d, %s", code, messages)
	}
	code, nothing, messages := call("--from", from, "--screenshots", filepath.Join(dir, "screenshots"), "--pdf-only", "-o", pdf)
	written, err := os.ReadFile(pdf)
	if code != 0 || len(nothing) > 0 || err != nil || !bytes.Equal(written, stdout) {
		t.Errorf("exit %d, %v, %s", code, err, messages)
	}

	thai := thaiManifest(t, dir)
	thaiFrom := filepath.Join(dir, "thai.json")
	if err := os.WriteFile(thaiFrom, thai, 0o600); err != nil {
		t.Fatal(err)
	}
	fonts := filepath.Join("..", "..", "internal", "pdf", "testdata", "fonts")
	code, _, messages = call("--from", thaiFrom, "--pdf-only", "--font-dir", fonts, "-o", filepath.Join(dir, "thai.pdf"))
	used, err := exec.Command("pdffonts", filepath.Join(dir, "thai.pdf")).Output()
	if code != 0 || err != nil || !strings.Contains(string(used), "NotoSansThai") {
		t.Errorf("exit %d, %s, %v: the folder's font is not used:\n%s", code, messages, err, used)
	}

	altered := filepath.Join(dir, "altered.json")
	if err := os.WriteFile(altered, append(manifestFile(t, from), '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"--pdf-only":               {"--from", from},
		"no.json":                  {"--from", filepath.Join(dir, "no.json"), "--pdf-only"},
		"altered.json":             {"--from", altered, "--pdf-only"},
		"the file of screenshot 1": {"--from", from, "--screenshots", dir, "--pdf-only"},
		"no folder":                {"--from", from, "--pdf-only", "-o", filepath.Join(dir, "no folder", "x.pdf")},
		"--font-dir":               {"--from", from, "--pdf-only", "--font-dir", filepath.Join(dir, "screenshots")},
		"missing flags: --from":    {"--pdf-only"},
	} {
		if code, stdout, messages := call(args...); code != 2 || len(stdout) > 0 && name != "missing flags: --from" || !strings.Contains(messages, name) {
			t.Errorf("%s: exit %d, %s", name, code, messages)
		}
	}
}

// TestLongPipe: of a pipe nobody knows the length before it is read.
func TestLongPipe(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	for length, want := range map[int]bool{4: true, 5: false, 500: false} {
		go func() { _ = os.WriteFile(name, bytes.Repeat([]byte("x"), length), 0o600) }()
		got, err := readAtMost(name, 4)
		if (err == nil) != want || want && len(got) != length {
			t.Errorf("%d bytes where 4 are allowed: %q, %v", length, got, err)
		}
		if err := fileError(name, err); !want && (!apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), "longer than 4 bytes")) {
			t.Errorf("%d bytes: it says %v", length, err)
		}
	}
}
