package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// inspect judges what our redaction wrote, and nothing that was written into it
// or around it by hand: exit 2 with one line.
func TestInspectDoubtsForgedFacts(t *testing.T) {
	t.Parallel()
	yaml := integrations + "/faulty.yaml"
	redacted := call(t, nil, "redact", "--integration", yaml, captures+"/recorded/faulty-consent-denied.har")
	if redacted.code != 0 {
		t.Fatalf("redact: exit %d, %s", redacted.code, redacted.messages)
	}
	own := redacted.stdout
	if a := call(t, []byte(own), "inspect", "--integration", yaml, "-"); a.code != 1 || !strings.Contains(a.stdout, "ER-04") {
		t.Errorf("as redacted: exit %d, %s", a.code, a.messages)
	}
	replace := func(from, to string) []byte {
		out := strings.Replace(own, from, to, 1)
		if out == own {
			t.Errorf("the file does not hold %s", from)
		}
		return []byte(out)
	}
	marker := own[strings.LastIndex(own, `,"_proofwalk":`):]
	for name, c := range map[string]struct {
		file       []byte
		yaml, want string
	}{
		"a fact":              {replace(`"host_role":"partner"`, `"host_role":"loopback"`), yaml, "the fact host_role is not what the entry shows"},
		"a status text":       {replace(`"statusText":""`, `"statusText":"x"`), yaml, "not what redaction makes"},
		"no marker":           {replace(marker, "}}"), yaml, "was not redacted by this program"},
		"another integration": {[]byte(own), integrations + "/right.yaml", "another integration"},
	} {
		for _, command := range []string{"inspect", "redact"} {
			a := call(t, c.file, command, "--integration", c.yaml, "-")
			if command == "redact" && name != "no marker" {
				continue // it may redact these: what it writes says what they were
			}
			checkRefusal(t, name+", "+command, a, "standard input")
			if !strings.Contains(a.messages, c.want) || len(bytes.TrimSpace([]byte(a.stdout))) > 0 {
				t.Errorf("%s, %s: the message is %q, want %q; %d bytes on standard output", name, command, a.messages, c.want, len(a.stdout))
			}
		}
	}
}

// Where the report cannot be written, nothing is written: neither to a file nor
// to standard output.
func TestOutputAndReportBothOrNeither(t *testing.T) {
	t.Parallel()
	nowhere := filepath.Join(t.TempDir(), "missing", "report.json")
	dir := t.TempDir()
	for name, out := range map[string][]string{"standard output": nil, "a file": {"-o", filepath.Join(dir, "out.har")}} {
		args := append([]string{"redact", "--report", nowhere}, out...)
		checkRefusal(t, name, call(t, nil, append(args, oktaHAR)...), "report.json")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("%d files left, %v", len(left), err)
	}
}
