package main

import (
	"archive/zip"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// keysOf writes the list of keys of a packet into a file, changed as asked.
func keysOf(t *testing.T, packet string, change func(string) string) string {
	t.Helper()
	archive, err := zip.OpenReader(packet)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	list, err := fs.ReadFile(archive, "validation/keys.json")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(file, []byte(change(string(list))), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// A file that is no list of keys condemns no packet: the caller gave the wrong one.
// A list of keys that does not hold does.
func TestVerifyWithAWrongKeysFile(t *testing.T) {
	t.Parallel()
	packet := packets + "/r3.1.zip"
	same := func(list string) string { return list }
	for name, file := range map[string]string{
		"a text": packets + "/fingerprint.txt", "a packet": packet, "cut off": keysOf(t, packet, func(list string) string { return list[:len(list)-2] }),
		"another object": keysOf(t, packet, func(string) string { return `{"format":1,"keys":[]}` }), "no object": keysOf(t, packet, func(string) string { return `["format","keys","root"]` }),
		"nothing": keysOf(t, packet, func(string) string { return "" }), "null": keysOf(t, packet, func(string) string { return "null" }),
	} {
		a := callWithSettings(t, t.TempDir(), nil, "verify", "--keys", file, packet)
		if a.code != 2 || a.stdout != "" || strings.Count(a.messages, "\n") != 1 || !strings.Contains(a.messages, file+": this is not a keys.json: ") {
			t.Errorf("%s: exit %d, %s%s", name, a.code, a.stdout, a.messages)
		}
	}
	for name, tt := range map[string]struct {
		file string
		code int
		says string
	}{
		"as it is":                     {keysOf(t, packet, same), 0, "vouched for by the given keys.json\n\nVALID"},
		"with spaces":                  {keysOf(t, packet, func(list string) string { return list + "\n" }), 1, "\nINVALID"},
		"with another time":            {keysOf(t, packet, func(list string) string { return strings.Replace(list, `"issued_at":"20`, `"issued_at":"19`, 1) }), 1, "\nINVALID"},
		"of a format to come":          {keysOf(t, packet, func(list string) string { return strings.Replace(list, `"format":1`, `"format":2`, 1) }), 1, "\nINVALID"},
		"without the root's signature": {keysOf(t, packet, func(list string) string { return list[:strings.LastIndex(list, `,"signature"`)] + "}" }), 1, "\nINVALID"},
	} {
		a := callWithSettings(t, t.TempDir(), nil, "verify", "--keys", tt.file, packet)
		if a.code != tt.code || !strings.Contains(a.stdout, tt.says) || a.messages != "" {
			t.Errorf("%s: exit %d, want %d: %s%s", name, a.code, tt.code, a.stdout, a.messages)
		}
	}
}

// With both, as the pages of the server give the command, the list has to be of the
// root that has the fingerprint.
func TestVerifyWithFingerprintAndKeys(t *testing.T) {
	t.Parallel()
	packet := packets + "/r3.1.zip"
	list := keysOf(t, packet, func(list string) string { return list })
	fingerprint := strings.TrimSpace(string(readFile(t, packets+"/fingerprint.txt")))
	for given, want := range map[string]answer{
		fingerprint:              {code: 0, stdout: "vouched for by the given keys.json\n\nVALID"},
		strings.Repeat("ab", 32): {code: 1, stdout: "the two do not belong together\n\nINVALID"},
	} {
		a := callWithSettings(t, t.TempDir(), nil, "verify", "--fingerprint", given, "--keys", list, packet)
		if a.code != want.code || !strings.Contains(a.stdout, want.stdout) {
			t.Errorf("exit %d, want %d: %s%s", a.code, want.code, a.stdout, a.messages)
		}
	}
}

// Whoever gave nothing in this call is told which root was believed, and where it
// is remembered.
func TestVerifyNamesTheRememberedRoot(t *testing.T) {
	t.Parallel()
	packet, settings := packets+"/r3.1.zip", t.TempDir()
	fingerprint := strings.TrimSpace(string(readFile(t, packets+"/fingerprint.txt")))
	pin := callWithSettings(t, settings, nil, "verify", "--pin", "--fingerprint", fingerprint, packet)
	_, file, found := strings.Cut(strings.TrimSpace(pin.messages), ": ")
	if !found || !strings.Contains(pin.stdout, "whose root has the given fingerprint") {
		t.Fatalf("pinning: %s%s", pin.stdout, pin.messages)
	}
	if a := callWithSettings(t, settings, nil, "verify", packet); a.code != 0 || !strings.Contains(a.stdout, "whose root is the one remembered in "+file+"\n") || strings.Contains(a.stdout, "given") {
		t.Errorf("exit %d: %s%s", a.code, a.stdout, a.messages)
	}
	other := strings.Repeat("ab", 32)
	if err := os.WriteFile(file, []byte(other+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := "the root in this file is " + fingerprint + ", and the one remembered in " + file + " is " + other + ": "
	if a := callWithSettings(t, settings, nil, "verify", packet); a.code != 1 || !strings.Contains(a.stdout, want) || strings.Contains(a.stdout, "you gave") {
		t.Errorf("exit %d: %s%s", a.code, a.stdout, a.messages)
	}
}
