package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/leaktest/canary"
	"github.com/proofwalk/proofwalk/internal/leaktest/dig"
)

// traced runs the kit under strace and gives the paths that it created, opened
// for writing, renamed or linked to, and what it wrote to any of its files.
func traced(t *testing.T, dir string, args ...string) (paths []string, written []byte) {
	t.Helper()
	log := filepath.Join(t.TempDir(), "trace")
	all := append([]string{"-f", "-qq", "-y", "-s", "10000000", "-xx", "-o", log, "-e", "trace=%file,write,pwrite64,writev,pwritev,pwritev2,memfd_create,socket", kit}, args...)
	cmd := exec.Command("strace", all...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "XDG_CONFIG_HOME=" + dir, "HOME=" + dir, "TMPDIR=" + dir}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("strace (scripts/setup.sh test installs it): %v\n%s", err, out)
	}
	trace, err := os.ReadFile(filepath.Clean(log))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(trace, []byte("socket(")) || bytes.Contains(trace, []byte("memfd_create(")) {
		t.Error("the kit opened a socket or a file in memory")
	}
	return readTrace(t, trace)
}

var (
	opened  = regexp.MustCompile(`open(?:at|at2)?\([^"]*"((?:\\x[0-9a-f]{2})+)", ([A-Z_|0-9]+)`)
	renamed = regexp.MustCompile(`(?:rename|link|symlink|mknod|mkdir|truncate)[a-z0-9]*\((.*)\) = 0`)
	quoted  = regexp.MustCompile(`"((?:\\x[0-9a-f]{2})+)"`)
	wrote   = regexp.MustCompile(`(?:write|pwrite64|writev|pwritev2?)\(\d+<((?:\\x[0-9a-f]{2})+)>, (.*)`)
)

func readTrace(t *testing.T, trace []byte) (paths []string, written []byte) {
	t.Helper()
	for line := range bytes.Lines(trace) {
		if m := opened.FindSubmatch(line); m != nil && regexp.MustCompile(`O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE`).Match(m[2]) && !bytes.Contains(line, []byte("= -1 E")) {
			paths = append(paths, unhex(m[1]))
		}
		if m := renamed.FindSubmatch(line); m != nil {
			for _, q := range quoted.FindAllSubmatch(m[1], -1) {
				paths = append(paths, unhex(q[1]))
			}
		}
		if m := wrote.FindSubmatch(line); m != nil {
			for _, q := range quoted.FindAllSubmatch(m[2], -1) {
				written = append(written, unhex(q[1])...)
			}
		}
	}
	return paths, written
}

func unhex(escaped []byte) string {
	var b strings.Builder
	for i := 0; i+4 <= len(escaped); i += 4 {
		const digits = "0123456789abcdef"
		b.WriteByte(byte(strings.IndexByte(digits, escaped[i+2])<<4 | strings.IndexByte(digits, escaped[i+3])))
	}
	return b.String()
}

// The kit opens no file for writing besides its output and report, each as a
// file beside it that is renamed, and nothing that was planted in the capture
// is in any byte that it writes, to whatever file.
func TestRedactWritesNothingElse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := canary.HAR(1)
	raw := filepath.Join(dir, "raw.har")
	if err := os.WriteFile(raw, c.JSON, 0o600); err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, planted := range c.Canaries {
		values = append(values, planted.Texts()...)
	}
	set := dig.NewSet(values)
	packed := map[string]string{}
	for _, f := range c.Files() {
		if f.Name == "gzip" || f.Name == "zip" {
			packed[f.Name] = filepath.Join(t.TempDir(), "raw."+f.Name)
			if err := os.WriteFile(packed[f.Name], f.Bytes, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, args := range map[string][]string{
		"to standard output": {"redact", raw},
		"from gzip":          {"redact", packed["gzip"]},
		"from zip":           {"redact", packed["zip"]},
		"to files":           {"redact", "-o", filepath.Join(dir, "out.har"), "--report", filepath.Join(dir, "report.json"), raw},
	} {
		paths, written := traced(t, dir, args...)
		for _, p := range paths {
			ours := strings.HasPrefix(p, filepath.Join(dir, ".out.har.")) || strings.HasPrefix(p, filepath.Join(dir, ".report.json.")) ||
				p == filepath.Join(dir, "out.har") || p == filepath.Join(dir, "report.json")
			if !ours || name != "to files" {
				t.Errorf("%s: %s is opened for writing", name, p)
			}
		}
		if name == "to files" && len(paths) < 4 {
			t.Errorf("%s: the trace shows %q only", name, paths)
		}
		if len(written) < 10_000 {
			t.Errorf("%s: the trace shows %d bytes written", name, len(written))
		}
		if found := set.Find(dig.Texts(written)); len(found) > 0 {
			t.Errorf("%s: %d planted texts are among the bytes written", name, len(found))
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(left) != 3 {
		t.Errorf("left in the folder: %q, %v", left, err)
	}
}

// The trace's reader sees what it is meant to see.
func TestReadTrace(t *testing.T) {
	t.Parallel()
	trace := `1 openat(AT_FDCWD</>, "\x2f\x61", O_RDONLY|O_CLOEXEC) = 3</a>
1 openat(AT_FDCWD</>, "\x2f\x62", O_RDWR|O_CREAT|O_EXCL|O_CLOEXEC, 0600) = 3</b>
1 openat(AT_FDCWD</>, "\x2f\x63", O_WRONLY) = -1 ENOENT (No such file or directory)
1 renameat(AT_FDCWD</>, "\x2f\x62", AT_FDCWD</>, "\x2f\x64") = 0
1 write(3<\x2f\x62>, "\x68\x69", 2) = 2
`
	paths, written := readTrace(t, []byte(trace))
	if strings.Join(paths, " ") != "/b /b /d" || string(written) != "hi" {
		t.Errorf("paths %q, written %q", paths, written)
	}
}
