package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExcerptCommand: however the parts are named it is the same excerpt, it says
// what it shows, and verify believes it as it believes the packet.
func TestExcerptCommand(t *testing.T) {
	t.Parallel()
	const packet = packets + "/r3.1.zip"
	const says = "excerpt of packet r3.1: 7 of 9 parts shown, 2 withheld, none altered\n"
	dir := t.TempDir()
	out, report := filepath.Join(dir, "out.zip"), filepath.Join(dir, "out.pdf")
	a := call(t, nil, "excerpt", "--withhold", "t-001", "f-002", "-o", out, "--pdf", report, packet)
	if a.code != 0 || a.stdout != says || !strings.Contains(a.messages, "TST-09") || !strings.Contains(a.messages, "--ignore-missing") {
		t.Fatalf("%+v", a)
	}
	first := readFile(t, out)
	for _, args := range [][]string{
		{"excerpt", "-o", out, "--withhold", "f-002,r3.1#t-001", packet},
		{"excerpt", "-o", out, "--withhold", "t-001", "f-002", packet},
		{"excerpt", packet, "-o", out, "--withhold=t-001", "--withhold=f-002"},
	} {
		if err := os.Remove(out); err != nil {
			t.Fatal(err)
		}
		if a := call(t, nil, args...); a.code != 0 || !bytes.Equal(readFile(t, out), first) {
			t.Errorf("%v: exit %d, %s", args, a.code, a.messages)
		}
	}
	if pdf := readFile(t, report); !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Error("the report is no PDF")
	}
	fingerprint := strings.TrimSpace(string(readFile(t, packets+"/fingerprint.txt")))
	if a := call(t, nil, "verify", "--fingerprint", fingerprint, out); a.code != 0 || !strings.Contains(a.stdout, "\nVALID\n"+says) ||
		!strings.Contains(a.stdout, "own sha256, which the excerpt does not hold") || strings.Contains(a.stdout, "its server says at /") {
		t.Errorf("%+v", a)
	}
	if a := call(t, nil, "verify", out); a.code != 1 || !strings.Contains(a.stdout, "\nINTACT, SIGNER UNKNOWN\n"+says) {
		t.Errorf("%+v", a)
	}
	a = call(t, nil, "verify", "--json", "--fingerprint", fingerprint, out)
	var result struct {
		Verdict string
		Excerpt struct {
			Packet                 string
			Parts, Shown, Withheld int
		}
	}
	if err := json.Unmarshal([]byte(a.stdout), &result); err != nil || a.code != 0 || result.Verdict != "VALID" ||
		result.Excerpt.Packet != "r3.1" || result.Excerpt.Parts != 9 || result.Excerpt.Shown != 7 || result.Excerpt.Withheld != 2 {
		t.Errorf("%v, %+v", err, a)
	}
	first[len(first)/2] ^= 1
	if err := os.WriteFile(out, first, 0o600); err != nil {
		t.Fatal(err)
	}
	if a := call(t, nil, "verify", "--fingerprint", fingerprint, out); a.code != 1 || !strings.Contains(a.stdout, "\nINVALID\n") || strings.Contains(a.stdout, "none altered") {
		t.Errorf("%+v", a)
	}
}

func TestExcerptRefusals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	packet, broken, out := filepath.Join(dir, "packet.zip"), filepath.Join(dir, "broken.zip"), filepath.Join(dir, "out.zip")
	zip := readFile(t, packets+"/r3.1.zip")
	if err := os.WriteFile(packet, zip, 0o600); err != nil {
		t.Fatal(err)
	}
	zip[len(zip)/2] ^= 1
	if err := os.WriteFile(broken, zip, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"no packet.zip":        {"--withhold", "t-001", "-o", out, filepath.Join(dir, "no packet.zip")},
		"broken.zip":           {"--withhold", "t-001", "-o", out, broken},
		"t-009":                {"--withhold", "t-009", "-o", out, packet},
		"t-001.e4":             {"--withhold", "t-001.e4", "-o", out, packet},
		"outcome":              {"--withhold", "outcome", "-o", out, packet},
		"names of their own":   {"--withhold", "t-001", "-o", packet, packet},
		"name the parts":       {"-o", out, "--withhold", packet},
		"--withhold":           {"-o", out, packet},
		"--out":                {"--withhold", "t-001", "--json", packet},
		"no folder/out.zip":    {"--withhold", "t-001", "-o", filepath.Join(dir, "no folder", "out.zip"), packet},
		"not there/report.pdf": {"--withhold", "t-001", "-o", out, "--pdf", filepath.Join(dir, "not there", "report.pdf"), packet},
	} {
		checkRefusal(t, name, call(t, nil, append([]string{"excerpt"}, args...)...), name)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("%d files left, %v", len(left), err)
	}
	if a := call(t, nil, "excerpt", "--json", "--withhold", "t-001", "-o", out, packet); a.code != 0 || !strings.Contains(a.stdout, `"withheld": 1`) || !strings.Contains(a.stdout, `"TST-09"`) {
		t.Errorf("%+v", a)
	}
}
