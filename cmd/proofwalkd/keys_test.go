package main

import (
	"bytes"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

// keysRun runs a command on the keys and gives what it printed.
func keysRun(t *testing.T, wantCode int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(append([]string{"keys"}, args...), &out, &errs); code != wantCode {
		t.Fatalf("keys %s: exit code %d, want %d\n%s", strings.Join(args, " "), code, wantCode, errs.String())
	}
	return out.String(), errs.String()
}

func TestKeysCommands(t *testing.T) {
	t.Parallel()
	data, identity := t.TempDir(), filepath.Join(t.TempDir(), "identity.txt")
	where := []string{"--data-dir", data, "--key-identity", identity}
	do := func(args ...string) string {
		t.Helper()
		out, _ := keysRun(t, 0, append(args, where...)...)
		return out
	}
	for _, early := range []string{"list", "export", "rotate"} {
		if _, said := keysRun(t, 2, append([]string{early}, where...)...); !strings.Contains(said, "keys init") || !strings.Contains(said, filepath.Join(data, "keys")) {
			t.Errorf("%s without keys says %q", early, said)
		}
	}
	root := strings.TrimSpace(do("init"))
	if again := strings.TrimSpace(do("init")); len(root) != 64 || again != root {
		t.Errorf("roots %q and %q", root, again)
	}
	if _, err := os.Stat(filepath.Join(data, "keys", "identity.txt")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the identity stands beside the keys")
	}
	keysRun(t, 2, "rotate", "--data-dir", data) // the identity is elsewhere
	if made := do("rotate", "--use", "bundle"); strings.Count(made, "\n") != 1 || !strings.HasPrefix(made, "new bundle key ") {
		t.Errorf("rotate --use bundle printed %q", made)
	}
	if made := do("rotate"); strings.Count(made, "\n") != 3 || strings.Count(made, ", which counts for one minute longer") != 3 {
		t.Errorf("rotate printed %q", made)
	}
	keysRun(t, 2, append([]string{"rotate", "--use", "root"}, where...)...)
	f, err := keys.ParseFile([]byte(do("export")))
	if err != nil || f.Root.ID != root || len(f.Keys) != 7 {
		t.Fatalf("exported %+v, %v", f, err)
	}
	last := f.Keys[len(f.Keys)-1]
	since := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	marked := do("compromised", last.ID[:12], "--since", since)
	if want := string(last.Use) + " key " + last.ID + " compromised since " + since + "\nnew " + string(last.Use) + " key "; !strings.HasPrefix(marked, want) {
		t.Errorf("compromised printed %q, want %q", marked, want)
	}
	for _, bad := range [][]string{{"compromised", last.ID, "--since", "yesterday"}, {"compromised", "00000000", "--since", since}, {"compromised", last.ID},
		{"compromised", last.ID, "--since", time.Now().Add(time.Hour).Format(time.RFC3339)}} {
		keysRun(t, 2, append(bad, where...)...)
	}
	if _, said := keysRun(t, 2, append([]string{"compromised", root[:12], "--since", since}, where...)...); !strings.Contains(said, "root, which cannot be marked") {
		t.Errorf("marking the root says %q", said)
	}
	list := do("list")
	for word, want := range map[string]int{"active": 4, "retires at": 4, "compromised since": 1} { // with the root's line
		if got := strings.Count(list, word); got != want {
			t.Errorf("%d keys are %s, want %d\n%s", got, word, want, list)
		}
	}
}

// TestStartWithKeys goes through what a start can find where the keys should be.
func TestStartWithKeys(t *testing.T) {
	t.Parallel()
	var said bytes.Buffer
	log := slog.New(slog.NewTextHandler(&said, nil))
	p := &parts{app: testkit.App(t)}
	dir := filepath.Join(t.TempDir(), "keys")
	start := func() error {
		said.Reset()
		p.app.Keys = keys.NewDirectory(dir, "", p.app.Now)
		return p.checkKeys(t.Context(), log)
	}
	refused := func(what, want string) {
		t.Helper()
		if err := start(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", what, err, want)
		}
	}
	// A database that has seen no keys: nothing waits for any, so a damaged
	// folder is a reason not to start.
	writeFile(t, filepath.Join(dir, "root.age"))
	refused("half a folder at the first start", "keys.json is missing")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := start(); err != nil {
		t.Fatalf("the first start: %v", err)
	}
	// From now on there is a root that packets may have been sealed under.
	spoil := map[string]func(){
		"no folder":    func() {},
		"empty folder": func() { must(t, os.Mkdir(dir, 0o700)) },
		"no identity": func() {
			copyKeys(t, dir)
			must(t, os.Remove(filepath.Join(dir, "identity.txt")))
		},
		"damaged list": func() {
			copyKeys(t, dir)
			must(t, os.WriteFile(filepath.Join(dir, "keys.json"), []byte("{}"), 0o600))
		},
	}
	must(t, os.Rename(dir, dir+".kept"))
	for what, spoil := range spoil {
		spoil()
		if err := start(); err != nil || !strings.Contains(said.String(), "packets wait") {
			t.Errorf("%s: %v; it says %q", what, err, said.String())
		}
		if found, err := filepath.Glob(filepath.Join(dir, "root.age")); err != nil || len(found) > 0 && (what == "no folder" || what == "empty folder") {
			t.Errorf("%s: keys were made: %v, %v", what, found, err)
		}
		must(t, os.RemoveAll(dir))
	}
	// What contradicts itself is no missing key.
	copyKeys(t, dir)
	pdf, bundle := sealedKey(t, dir, "pdf"), sealedKey(t, dir, "bundle")
	must(t, os.Rename(pdf, pdf+".x"))
	must(t, os.Rename(bundle, pdf))
	must(t, os.Rename(pdf+".x", bundle))
	refused("keys that were swapped", "the server cannot seal packets")
}

func sealedKey(t *testing.T, dir, use string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, use+"-*.age"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s keys %v, %v", use, found, err)
	}
	return found[0]
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// copyKeys puts what was kept of the folder back into it.
func copyKeys(t *testing.T, dir string) {
	t.Helper()
	must(t, os.CopyFS(dir, os.DirFS(dir+".kept")))
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	must(t, err)
	for _, name := range names {
		must(t, os.Chmod(name, 0o600)) // a copy is readable by all
	}
}

// A key that another one takes the place of counts for a minute longer: until then it
// is not retired yet.
func TestStatusWordsOfARetiredKey(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	k := keys.Key{Status: keys.Retired, RetiredAt: &keys.Time{Time: at}}
	for now, want := range map[time.Time]string{at.Add(-time.Second): "retires at 2026-03-02T09:00:00Z", at: "retired since 2026-03-02T09:00:00Z"} {
		if got := statusWords(k, now); got != want {
			t.Errorf("at %s the key is %q, want %q", now, got, want)
		}
	}
}
