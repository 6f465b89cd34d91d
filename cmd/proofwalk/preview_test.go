package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/integration"
)

const shopHAR = `{"log":{"version":"1.2","creator":{"name":"Firefox","version":"1"},"pages":[{"id":"p","title":"Our members","startedDateTime":"2026-03-01T10:00:00.000Z"}],"entries":[
	{"pageref":"p","startedDateTime":"2026-03-01T10:00:00.000Z","request":{"method":"GET","url":"https://shop.example.net/members/area?state=Zm9vYmFyYmF6cXV4MTIzNDU2"},"response":{"status":200}},
	{"startedDateTime":"2026-03-01T10:00:01.000Z","request":{"method":"GET","url":"https://shop.example.net/login"},"response":{"status":200}},
	{"startedDateTime":"2026-03-01T10:00:02.000Z","request":{"method":"GET","url":"https://cdn.example.org/\u001b]0;owned\u0007"},"response":{"status":200}}]}}`

// onTerminal runs a shell command on a terminal of its own, with what is typed,
// and gives what the screen showed.
func onTerminal(t *testing.T, dir, typed, command string) (screen string, code int) {
	t.Helper()
	cmd := exec.Command("script", "-q", "-e", "-c", command, "/dev/null")
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader(typed)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatalf("starting script, which util-linux has: %v", err)
	}
	return strings.ReplaceAll(string(out), "\r\n", "\n"), cmd.ProcessState.ExitCode()
}

func shopDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"shop.har": shopHAR, "i.yaml": "# Ours.\nformat: proofwalk/integration/v1\nname: Shop\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// The preview shows hidden names on the terminal, declares by number, redacts
// again, and writes what was declared into the integration.yaml. Nothing of it
// is in standard output or error, which are files here.
func TestPreviewDeclares(t *testing.T) {
	t.Parallel()
	dir := shopDir(t)
	screen, code := onTerminal(t, dir, "99\n1 2t 4-5\n\ny\n", kit+" redact --preview --integration i.yaml shop.har > out.har 2> messages.txt")
	if code != 0 {
		t.Fatalf("exit %d; the screen says\n%s", code, screen)
	}
	for _, part := range []string{"values were replaced or dropped", "1  shop.example.net (2)", "2  cdn.example.org (1)", "Our members", "/members/area",
		"numbers go from 1 to 5", "Declared 4; redacted again.", "contents of pages", "i.yaml has them now."} {
		if !strings.Contains(screen, part) {
			t.Errorf("the screen lacks %q:\n%s", part, screen)
		}
	}
	if strings.ContainsAny(screen, "\x1b\x07") {
		t.Error("a name of the capture steers the terminal")
	}
	doc := string(readFile(t, filepath.Join(dir, "i.yaml")))
	cfg, err := integration.Parse([]byte(doc))
	if err != nil || !strings.HasPrefix(doc, "# Ours.\n") {
		t.Fatalf("i.yaml is %v\n%s", err, doc)
	}
	if got := strings.Join(cfg.Hosts.Own, " ") + "|" + strings.Join(cfg.Hosts.ThirdParty, " ") + "|" + strings.Join(cfg.Reveal.Titles, " "); got != "shop.example.net|cdn.example.org|Our members" {
		t.Errorf("i.yaml has %s", got)
	}
	out, messages := string(readFile(t, filepath.Join(dir, "out.har"))), string(readFile(t, filepath.Join(dir, "messages.txt")))
	if !strings.Contains(out, "https://shop.example.net/members/area?state=~state") {
		t.Errorf("the redacted HAR does not have the declared names: %s", out)
	}
	if strings.Contains(messages, "example") || !strings.Contains(messages, "3 entries") {
		t.Errorf("the messages are %q", messages)
	}
}

// An entry of which a part is too long is told of, in the preview and without it.
func TestCutEntryIsToldOf(t *testing.T) {
	t.Parallel()
	dir := shopDir(t)
	har := strings.Replace(shopHAR, `"url":"`, `"comment":"`+strings.Repeat("c", 257<<10)+`","url":"https://localhost/?state=`+strings.Repeat("s", 257<<10)+`","url":"`, 1)
	if err := os.WriteFile(filepath.Join(dir, "shop.har"), []byte(har), 0o600); err != nil {
		t.Fatal(err)
	}
	screen, _ := onTerminal(t, dir, "\n", kit+" redact --preview shop.har > out.har 2> messages.txt")
	if !strings.Contains(screen, "1 entries hold more than is read of one") {
		t.Errorf("the screen is\n%s", screen)
	}
	if messages := string(readFile(t, filepath.Join(dir, "messages.txt"))); !strings.Contains(messages, "1 entries hold more than is read of one") {
		t.Errorf("the messages are %q", messages)
	}
}

// Names in clear land in no file: without a terminal there is no preview.
func TestPreviewNeedsATerminal(t *testing.T) {
	t.Parallel()
	dir := shopDir(t)
	cmd := exec.Command("setsid", "--wait", kit, "redact", "--preview", filepath.Join(dir, "shop.har"))
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatalf("starting setsid, which util-linux has: %v", err)
	}
	if cmd.ProcessState.ExitCode() != exitFail || !strings.Contains(string(out), "needs a terminal") || strings.Contains(string(out), "example") {
		t.Errorf("exit %d: %s", cmd.ProcessState.ExitCode(), out)
	}
	if a := call(t, []byte(shopHAR), "redact", "--preview", "-"); a.code != exitFail || !strings.Contains(a.messages, "standard input") {
		t.Errorf("on standard input: exit %d: %s", a.code, a.messages)
	}
}

// Without an integration.yaml the names are shown as they would stand in one;
// without -o nothing is written; at the end of the keyboard nothing either.
func TestPreviewWritesNothingUnasked(t *testing.T) {
	t.Parallel()
	dir := shopDir(t)
	screen, code := onTerminal(t, dir, "1\n\n", kit+" redact --preview shop.har")
	if code != 0 || !strings.Contains(screen, "own:\n    - \"shop.example.net\"") || !strings.Contains(screen, "nothing was written") {
		t.Errorf("exit %d; the screen says\n%s", code, screen)
	}
	_, file, _ := strings.Cut(screen, "give it with --integration:")
	file, _, _ = strings.Cut(file, "shop.har:")
	if cfg, err := integration.Parse([]byte(strings.ReplaceAll(strings.TrimSpace(file), "\r", ""))); err != nil || !slices.Contains(cfg.Hosts.Own, "shop.example.net") {
		t.Errorf("what it says to write is read as %+v, %v", cfg, err)
	}
	screen, code = onTerminal(t, dir, "\x04", kit+" redact --preview -o out.har shop.har")
	if code != exitFail || !strings.Contains(screen, "stopped at the preview") {
		t.Errorf("exit %d; the screen says\n%s", code, screen)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("%d files, %v", len(left), err)
	}
}
