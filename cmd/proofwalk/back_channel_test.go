package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// vectorIntegration declares what the vectors of back-channel lines leave in clear.
const vectorIntegration = `format: proofwalk/integration/v1
client:
  id: client-0123456789
redirect_uris: [https://app.example/auth/callback]
policies: [fortified_identity]
hosts:
  third_party: [idp.example]
attributes:
  - handle: loyalty_number
`

// The lines that an exporter wrote are read as they are: nothing is replaced,
// and they are judged as the calls of a server. What was put into them by hand
// is refused with its place, and a file that cannot be read in one line.
func TestBackChannelLines(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../testdata/vectors/back_channel.json")
	if err != nil {
		t.Fatal(err)
	}
	var f struct{ Vectors []struct{ Line string } }
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	for _, v := range f.Vectors {
		lines.WriteString(v.Line + "\n")
	}
	yaml := filepath.Join(t.TempDir(), "integration.yaml")
	if err := os.WriteFile(yaml, []byte(vectorIntegration), 0o600); err != nil {
		t.Fatal(err)
	}
	a := call(t, []byte(lines.String()), "redact", "--integration", yaml, "-")
	if a.code != 0 || !strings.Contains(a.messages, " entries, 0 values replaced or dropped") || !strings.Contains(a.stdout, `"kind":"back_channel"`) {
		t.Fatalf("redact: exit %d, %s", a.code, a.messages)
	}
	for name, file := range map[string]string{"lines": lines.String(), "redacted HAR": a.stdout} {
		var got inspection
		a := call(t, []byte(file), "inspect", "--format", "json", "--integration", yaml, "-")
		if err := json.Unmarshal([]byte(a.stdout), &got); err != nil || len(got.Captures) != 1 || got.Captures[0].Entries != len(f.Vectors) {
			t.Errorf("%s: exit %d, %s, %v", name, a.code, a.messages, err)
		}
	}
	for name, c := range map[string]struct{ file, want string }{
		"a secret":       {strings.Replace(lines.String(), `"~secret"`, `"hunter2hunter2"`, 1), "Q1 takes away something in request form of entry 1"},
		"another format": {`{"back_channel":2}`, "no format that is read"},
		"no round":       {`{"back_channel":1}`, "names no round"},
		"cut off":        {lines.String()[:40], "cut off at byte 40"},
	} {
		a := call(t, []byte(c.file), "inspect", "--integration", yaml, "-")
		checkRefusal(t, name, a, "standard input")
		if !strings.Contains(a.messages, c.want) || strings.Contains(a.messages, "hunter2") {
			t.Errorf("%s: the message is %q", name, a.messages)
		}
	}
}
