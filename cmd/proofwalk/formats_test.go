package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Every format that docs/capture_formats.md calls supported, as a file and by
// standard input: what the kit says of each, and the pages that it then knows.
func TestRedactFormats(t *testing.T) {
	t.Parallel()
	dir := captures + "/formats/"
	for _, tt := range []struct {
		name           string
		exporter       string
		entries, pages int // pages: entries whose text was looked at
		piped          int // the same where the file came by standard input
		limits         string
	}{
		{"playwright-embed.har", "playwright", 11, 4, 4, "fragments"},
		{"playwright-embed.har.gz", "playwright", 11, 4, 4, "fragments"},
		{"playwright-attach.har", "playwright", 11, 0, 0, "fragments,bodies"},
		{"playwright-attach.zip", "playwright", 11, 4, 0, "fragments"},
		{"playwright-omit.har", "playwright", 11, 0, 0, "fragments,bodies"},
		{"playwright-minimal.har", "playwright", 11, 4, 4, "fragments"},
		{"chrome.har", "chrome", 13, 4, 4, "fragments"},
		{"chrome-sanitized.har", "chrome", 13, 4, 4, "cookies,authorization,fragments"},
		{"firefox.har", "firefox", 14, 4, 4, ""},
		{"saml-tracer.json", "saml_tracer", 14, 0, 0, "bodies,times"},
	} {
		report := filepath.Join(t.TempDir(), "report.json")
		a := call(t, nil, "redact", "--report", report, dir+tt.name)
		var got struct {
			Exporter string
			Entries  int
			Limits   []string
		}
		if a.code != 0 || json.Unmarshal(readFile(t, report), &got) != nil {
			t.Fatalf("%s: exit %d, messages %q", tt.name, a.code, a.messages)
		}
		if got.Exporter != tt.exporter || got.Entries != tt.entries || strings.Join(got.Limits, ",") != tt.limits {
			t.Errorf("%s: report %+v", tt.name, got)
		}
		if pages := strings.Count(a.stdout, `"visible_chars":`); pages != tt.pages {
			t.Errorf("%s: %d pages, want %d", tt.name, pages, tt.pages)
		}
		b := call(t, readFile(t, dir+tt.name), "redact", "-")
		if pages := strings.Count(b.stdout, `"visible_chars":`); b.code != 0 || pages != tt.piped {
			t.Errorf("%s by standard input: exit %d, %d pages, want %d, messages %q", tt.name, b.code, pages, tt.piped, b.messages)
		}
	}
	a := call(t, nil, "inspect", "--format", "json", dir+"playwright-attach.zip", dir+"saml-tracer.json")
	if got := findings(t, a); got["CB-01"] != "pass" {
		t.Errorf("inspect of a zip and a trace: exit %d, %v, messages %q", a.code, got, a.messages)
	}
}

// Archives that are refused: exit 2, one line that says why.
func TestRefusedArchives(t *testing.T) {
	t.Parallel()
	zip := readFile(t, captures+"/formats/playwright-attach.zip")
	cut := filepath.Join(t.TempDir(), "cut.zip")
	if err := os.WriteFile(cut, zip[:2000], 0o600); err != nil {
		t.Fatal(err)
	}
	if a := call(t, nil, "redact", cut); a.code != 0 || !strings.Contains(a.messages, "cut off at byte") {
		t.Errorf("cut off: exit %d, messages %q", a.code, a.messages)
	}
	encrypted := filepath.Join(t.TempDir(), "encrypted.zip")
	zip[6] |= 1
	if at := strings.LastIndex(string(zip), "PK\x01\x02"); at > 0 {
		zip[at+8] |= 1
	}
	if err := os.WriteFile(encrypted, zip, 0o600); err != nil {
		t.Fatal(err)
	}
	a := call(t, nil, "redact", encrypted)
	checkRefusal(t, "encrypted", a, "encrypted.zip")
	if !strings.Contains(a.messages, "password") {
		t.Errorf("messages %q", a.messages)
	}
}

// A named pipe is read from front to end.
func TestRedactNamedPipe(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe.zip")
	if err := exec.Command("mkfifo", pipe).Run(); err != nil {
		t.Fatal(err)
	}
	written := make(chan error, 1)
	zip := readFile(t, captures+"/formats/playwright-attach.zip")
	go func() { written <- os.WriteFile(pipe, zip, 0o600) }()
	a := call(t, nil, "redact", pipe)
	if err := <-written; err != nil || a.code != 0 || !strings.Contains(a.messages, "11 entries") {
		t.Errorf("exit %d, messages %q, error %v", a.code, a.messages, err)
	}
}
