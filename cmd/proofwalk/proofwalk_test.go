package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	captures     = "../../testdata/captures"
	hars         = "../../testdata/hars"
	integrations = "../../testdata/integrations"
	oktaHAR      = hars + "/piyushazanjad_okta-har-analyzer__sample.har"
	packets      = "../../internal/packet/verify/testdata"
	maxBinary    = 15_000_000
)

// kit is the built binary. The tests stand in package main so that go test
// knows what it is built from, and does not answer from its cache.
var kit string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "proofwalk-kit-")
	if err != nil {
		panic(err)
	}
	kit = filepath.Join(dir, "proofwalk.exe") // the ending does no harm elsewhere
	build := exec.Command("go", "build", "-ldflags", "-s -w", "-o", kit, ".")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the kit: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

type answer struct {
	code             int
	stdout, messages string
	took             time.Duration
}

// call runs the kit with a settings folder of its own.
func call(t *testing.T, stdin []byte, args ...string) answer {
	t.Helper()
	return callWithSettings(t, t.TempDir(), stdin, args...)
}

func callWithSettings(t *testing.T, settings string, stdin []byte, args ...string) answer {
	t.Helper()
	var stdout, messages bytes.Buffer
	cmd := exec.Command(kit, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &stdout, &messages
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+settings, "HOME="+settings, "AppData="+settings)
	start := time.Now()
	err := cmd.Run()
	a := answer{took: time.Since(start), stdout: stdout.String(), messages: messages.String()}
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		a.code = exit.ExitCode()
	case err != nil:
		t.Fatal(err)
	}
	return a
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Files that are broken on purpose: exit 2, one line that names the file and
// holds no byte of it, nothing on standard output, no file left, within two seconds.
func TestBrokenFiles(t *testing.T) {
	t.Parallel()
	const secret = "SECRETVALUE"
	for name, content := range map[string]string{
		"empty":             "",
		"not a HAR":         secret + " is what this says",
		"other JSON":        `{"` + secret + `":"` + secret + `"}`,
		"a page":            "<html>" + secret + "</html>",
		"a picture":         "\x89PNG\r\n\x1a\n" + secret,
		"cut off at once":   `{"log":{"version":"1.2","entries":[{"request":{"method":"GET","url":"https://` + secret,
		"100,000 arrays":    strings.Repeat("[", 100_000) + secret,
		"arrays inside":     `{"log":{"entries":[{"request":` + strings.Repeat("[", 100_000) + `"` + secret,
		"the public broken": string(readFile(t, hars+"/mitmproxy_mitmproxy__test_mitmproxy_data_corrupted_har_brokenfile.har")),
	} {
		for _, command := range []string{"redact", "inspect"} {
			dir := t.TempDir()
			file := filepath.Join(dir, "broken.har")
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			args := []string{command, file}
			if command == "redact" {
				args = append(args, "-o", filepath.Join(dir, "out.har"), "--report", filepath.Join(dir, "report.json"))
			}
			a := call(t, nil, args...)
			checkRefusal(t, name+", "+command, a, "broken.har")
			if strings.Contains(a.messages, secret) {
				t.Errorf("%s, %s: the message holds the input: %s", name, command, a.messages)
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
				t.Errorf("%s, %s: %d files left, %v", name, command, len(left), err)
			}
		}
		a := call(t, []byte(content), "redact", "-")
		checkRefusal(t, name+", standard input", a, "standard input")
	}
}

// checkRefusal looks at an answer of exit 2.
func checkRefusal(t *testing.T, name string, a answer, names string) {
	t.Helper()
	if a.code != 2 || a.stdout != "" || strings.Count(a.messages, "\n") != 1 || !strings.Contains(a.messages, names) {
		t.Errorf("%s: exit %d, %d bytes out, messages %q", name, a.code, len(a.stdout), a.messages)
	}
	if a.took > 30*time.Second { // a guard against hanging, not a measure
		t.Errorf("%s: took %v", name, a.took)
	}
}

func TestBadUsage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.yaml")
	if err := os.WriteFile(bad, []byte("format: [SECRETVALUE"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"redact"}, {"redact", filepath.Join(dir, "missing.har")}, {"redact", dir}, {"redact", "--preview", oktaHAR},
		{"redact", "--integration", filepath.Join(dir, "missing.yaml"), oktaHAR}, {"redact", "--integration", bad, oktaHAR},
		{"redact", "-o", filepath.Join(dir, "no", "such", "folder.har"), oktaHAR},
		{"inspect"}, {"inspect", "--format", "csv", oktaHAR}, {"inspect", oktaHAR, filepath.Join(dir, "missing.har")},
		{"verify"}, {"verify", "--fingerprint", "abc", packets + "/r3.1.zip"}, {"verify", "--pin", packets + "/r3.1.zip"},
		{"verify", "--keys", filepath.Join(dir, "missing.json"), packets + "/r3.1.zip"}, {"verify", filepath.Join(dir, "missing.zip")},
		{"record"},
	} {
		a := call(t, nil, args...)
		if a.code != 2 || a.stdout != "" || strings.Count(a.messages, "\n") != 1 || strings.Contains(a.messages, "SECRETVALUE") {
			t.Errorf("%v: exit %d, out %q, messages %q", args, a.code, a.stdout, a.messages)
		}
	}
}

// A good file gives the same output to a file and to standard output but for
// the key and round of the call, and a report.
func TestRedact(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out, reportFile := filepath.Join(dir, "out.har"), filepath.Join(dir, "report.json")
	a := call(t, nil, "redact", "-o", out, "--report", reportFile, "--integration", integrations+"/okta_sample.yaml", oktaHAR)
	if a.code != 0 || a.stdout != "" || !strings.Contains(a.messages, "6 entries") {
		t.Fatalf("exit %d, out %q, messages %q", a.code, a.stdout, a.messages)
	}
	file := string(readFile(t, out))
	for _, want := range []string{"https://myapp.example.com/callback", "0oa3abc123def", "~state#1", `"integration_digest":"`} {
		if !strings.Contains(file, want) {
			t.Errorf("the output does not hold %s", want)
		}
	}
	var report struct {
		Entries int
		Items   []struct{ Rule, Place string }
	}
	if err := json.Unmarshal(readFile(t, reportFile), &report); err != nil || report.Entries != 6 || len(report.Items) < 10 {
		t.Errorf("report: %+v, %v", report, err)
	}
	b := call(t, readFile(t, oktaHAR), "redact", "-")
	if b.code != 0 || !strings.HasPrefix(b.stdout, `{"log":{"version":"1.2"`) || !strings.HasSuffix(b.stdout, "}}\n") {
		t.Errorf("to standard output: exit %d, %d bytes", b.code, len(b.stdout))
	}
	if c := call(t, []byte(b.stdout), "redact", "-"); c.code != 0 || c.stdout != b.stdout {
		t.Errorf("redacting again: exit %d, the same bytes: %v", c.code, c.stdout == b.stdout)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("%d files, %v", len(left), err)
	}
}

// A file cut off after complete entries keeps them and says so.
func TestCutOffLater(t *testing.T) {
	t.Parallel()
	raw := readFile(t, oktaHAR)
	a := call(t, raw[:len(raw)*3/4], "redact", "-")
	if a.code != 0 || !strings.Contains(a.messages, "cut off at byte") || !strings.Contains(a.stdout, `"limits":["fragments","times","tail"]`) {
		t.Errorf("exit %d, messages %q", a.code, a.messages)
	}
}

// findings gives the verdicts of inspect by rule.
func findings(t *testing.T, a answer) map[string]string {
	t.Helper()
	var got struct {
		Findings []struct{ Rule, Verdict string }
	}
	if err := json.Unmarshal([]byte(a.stdout), &got); err != nil {
		t.Fatalf("%v in %.200q, messages %q", err, a.stdout, a.messages)
	}
	out := map[string]string{}
	for _, f := range got.Findings {
		out[f.Rule] = f.Verdict
	}
	return out
}

// With the callback's state changed by one character, inspect reports that
// CB-01 fails; untouched, that it passes.
func TestInspectComparesState(t *testing.T) {
	t.Parallel()
	raw := readFile(t, oktaHAR)
	changed := bytes.Replace(raw, []byte("N9oP0&state=xyzstate"), []byte("N9oP0&state=xyzstatf"), 1)
	if bytes.Equal(raw, changed) {
		t.Fatal("the sample has no such callback")
	}
	for want, content := range map[string][]byte{"pass": raw, "fail": changed} {
		a := call(t, content, "inspect", "--format", "json", "--integration", integrations+"/okta_sample.yaml", "-")
		if got := findings(t, a)["CB-01"]; got != want || want == "fail" && a.code != 1 {
			t.Errorf("CB-01 is %q, want %q; exit %d", got, want, a.code)
		}
	}
}

// The recorded sign-ins: the right one passes with its back channel, the faulty
// one fails, and the text says what to do.
func TestInspectRecorded(t *testing.T) {
	t.Parallel()
	right := call(t, nil, "inspect", "--format", "json", "--integration", integrations+"/right.yaml",
		captures+"/recorded/right-happy-path.har", captures+"/recorded/right-happy-path.backchannel.har")
	if right.code != 0 {
		t.Errorf("right: exit %d, %v", right.code, findings(t, right))
	}
	faulty := call(t, nil, "inspect", "--integration", integrations+"/faulty.yaml", captures+"/recorded/faulty-consent-denied.har")
	if faulty.code != 1 || faulty.messages != "" {
		t.Errorf("faulty: exit %d, messages %q", faulty.code, faulty.messages)
	}
	for _, want := range []string{"FAIL      ER-04", "FAIL      AR-03", "cure:", "t-001  ../../testdata/captures/recorded/faulty-consent-denied.har: 14 entries"} {
		if !strings.Contains(faulty.stdout, want) {
			t.Errorf("faulty: the text does not hold %q", want)
		}
	}
}

// A packet is valid with its root's fingerprint, intact without one, valid
// again once the root is pinned, and invalid with a byte changed.
func TestVerify(t *testing.T) {
	t.Parallel()
	packet := packets + "/r3.1.zip"
	fingerprint := strings.TrimSpace(string(readFile(t, packets+"/fingerprint.txt")))
	settings := t.TempDir()
	step := func(code int, verdict string, args ...string) {
		t.Helper()
		a := callWithSettings(t, settings, nil, append([]string{"verify"}, args...)...)
		if a.code != code || !strings.Contains(a.stdout, verdict) {
			t.Errorf("%v: exit %d, want %d with %s: %s%s", args, a.code, code, verdict, a.stdout, a.messages)
		}
	}
	step(1, "INTACT, SIGNER UNKNOWN", packet)
	step(0, "VALID", "--fingerprint", fingerprint, packet)
	step(1, "INTACT, SIGNER UNKNOWN", packet) // nothing was pinned
	step(1, "INVALID", "--pin", "--fingerprint", strings.Repeat("0", 64), packet)
	step(1, "INTACT, SIGNER UNKNOWN", packet) // a packet that is not believed pins nothing
	step(0, "VALID", "--pin", "--fingerprint", fingerprint, packet)
	step(0, "VALID", packet)
	changed := readFile(t, packet)
	changed[len(changed)/2] ^= 1
	file := filepath.Join(t.TempDir(), "changed.zip")
	if err := os.WriteFile(file, changed, 0o600); err != nil {
		t.Fatal(err)
	}
	step(1, "INVALID", file)
	step(1, "was changed: its checksum is not", file)
	step(1, "the root in this file is "+fingerprint+", and you gave the fingerprint "+strings.Repeat("0", 64)+": someone else", "--fingerprint", strings.Repeat("0", 64), packet)
	report := filepath.Join(t.TempDir(), "packet.pdf")
	if err := os.WriteFile(report, []byte("%PDF-1.7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, refused := range []struct {
		says string
		args []string
	}{
		{"this is not a packet", []string{packets + "/fingerprint.txt"}},
		{"a PDF cannot be checked alone", []string{report}},
		{"/keys", []string{"--fingerprint", "abc", packet}},
	} {
		a := callWithSettings(t, settings, nil, append([]string{"verify"}, refused.args...)...)
		if a.code != 2 || a.stdout != "" || !strings.Contains(a.messages, refused.says) || strings.Count(a.messages, "\n") != 1 {
			t.Errorf("%v: exit %d, %q", refused.args, a.code, a.messages)
		}
	}
	a := callWithSettings(t, settings, nil, "verify", "--json", packet)
	var result struct{ Verdict, Root string }
	if err := json.Unmarshal([]byte(a.stdout), &result); err != nil || result.Verdict != "VALID" || result.Root != fingerprint {
		t.Errorf("as JSON: %+v, %v", result, err)
	}
}

// The kit is small, holds no server library and builds for the three systems.
func TestBinary(t *testing.T) {
	t.Parallel()
	info, err := os.Stat(kit)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the kit has %.1f MB", float64(info.Size())/(1<<20))
	if info.Size() > maxBinary {
		t.Errorf("%d bytes, at most %d are allowed", info.Size(), maxBinary)
	}
	for _, system := range []string{"linux", "darwin", "windows"} {
		list := exec.Command("go", "list", "-deps", ".")
		list.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		out, err := list.Output()
		if err != nil {
			t.Fatalf("%s: %v", system, err)
		}
		for pkg := range strings.Lines(string(out)) {
			pkg = strings.TrimSpace(pkg)
			for _, banned := range []string{"net/http", "database/sql", "github.com/jackc/", "github.com/labstack/", "github.com/a-h/templ", "github.com/riverqueue/"} {
				if strings.HasPrefix(pkg, banned) {
					t.Errorf("%s: the kit holds %s", system, pkg)
				}
			}
		}
	}
	a := call(t, nil, "version", "--json")
	var b struct{ Version, Go string }
	if err := json.Unmarshal([]byte(a.stdout), &b); err != nil || b.Version == "" || b.Go == "" {
		t.Errorf("version: %s, %v", a.stdout, err)
	}
}

// The capture is never written over, and no output over the other.
func TestRedactKeepsTheCapture(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "sign-in.har")
	raw := readFile(t, oktaHAR)
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "out")
	for _, args := range [][]string{{"-o", file}, {"-o", dir + "/./sign-in.har"}, {"--report", file}, {"-o", other, "--report", other}} {
		a := call(t, nil, append([]string{"redact", file}, args...)...)
		if a.code != exitFail || strings.Count(a.messages, "\n") != 1 {
			t.Errorf("%v: exit %d, %q", args, a.code, a.messages)
		}
		if left, err := os.ReadFile(file); err != nil || !bytes.Equal(left, raw) {
			t.Errorf("%v: the capture is another one now: %v", args, err)
		}
	}
}
