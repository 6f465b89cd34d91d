package main

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/analysis"
)

// severalSignIns are captures with more than one sign-in of each kind.
var severalSignIns = []string{
	captures + "/recorded/faulty-happy-path.har", captures + "/recorded/faulty-consent-denied.har", captures + "/recorded/faulty-happy-path.har",
	captures + "/recorded/right-happy-path.har", captures + "/recorded/right-happy-path.backchannel.har",
}

func sarifOf(t *testing.T, files ...string) sarifRun {
	t.Helper()
	a := call(t, nil, append([]string{"inspect", "--format", "sarif", "--integration", integrations + "/faulty.yaml"}, files...)...)
	validSARIF(t, a.stdout)
	var log sarifLog
	if err := json.Unmarshal([]byte(a.stdout), &log); err != nil {
		t.Fatalf("%v: %s", err, a.messages)
	}
	return log.Runs[0]
}

func fingerprintsOf(t *testing.T, run sarifRun) []string {
	t.Helper()
	var all []string
	seen := map[string]string{}
	for _, r := range run.Results {
		print := r.Fingerprints[fingerprintName]
		if before, twice := seen[print]; twice || len(print) != 32 {
			t.Errorf("%s and %s have the fingerprint %q", before, r.RuleID, print)
		}
		seen[print] = r.RuleID
		all = append(all, print)
	}
	return all
}

// A finding has one fingerprint however often it is computed, though each call
// has a key of its own; no two findings have the same.
func TestSARIFFingerprints(t *testing.T) {
	t.Parallel()
	once := fingerprintsOf(t, sarifOf(t, severalSignIns...))
	if d := cmp.Diff(once, fingerprintsOf(t, sarifOf(t, severalSignIns...))); d != "" || len(once) < 50 {
		t.Errorf("computed again, %d fingerprints differ:\n%s", len(once), d)
	}

	// An entry more before all others moves every place, and no fingerprint.
	name := severalSignIns[0]
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	const entries = `"entries":[`
	at := strings.Index(string(raw), entries) + len(entries)
	more := `{"startedDateTime":"2020-01-01T00:00:00Z","time":1,"request":{"method":"GET","url":"https://elsewhere.example/ping.png"},"response":{"status":200,"content":{"mimeType":"image/png","size":1}}},`
	moved := filepath.Join(t.TempDir(), "moved.har")
	if at < len(entries) || os.WriteFile(moved, []byte(string(raw[:at])+more+string(raw[at:])), 0o600) != nil {
		t.Fatal("the sample has no entries")
	}
	if d := cmp.Diff(fingerprintsOf(t, sarifOf(t, name)), fingerprintsOf(t, sarifOf(t, moved))); d != "" {
		t.Errorf("with an entry before it the fingerprints differ:\n%s", d)
	}
}

// Each rule brings the page that the documents have of it, and no address that
// nobody can open.
func TestSARIFHelp(t *testing.T) {
	t.Parallel()
	run := sarifOf(t, severalSignIns[0])
	for i, rule := range analysis.Catalogue() {
		page, err := os.ReadFile("../../docs/rules/" + rule.ID + ".md")
		if err != nil {
			t.Fatal(err)
		}
		help := run.Tool.Driver.Rules[i].Help
		if help.Markdown != string(page) || !strings.HasPrefix(help.Text, rule.Decides) || !strings.Contains(help.Text, rule.Clause) || !strings.Contains(help.Text, "To be judged it needs") || strings.Contains(help.Text, "```") {
			t.Errorf("%s: the help is %q", rule.ID, help.Text)
		}
	}
	raw, err := json.Marshal(run.Tool)
	if err != nil || strings.Contains(string(raw), "helpUri") {
		t.Errorf("a rule has an address, %v", err)
	}
}

// Build servers know a case by class and name: no two are the same.
func TestJUnitNamesAreUnique(t *testing.T) {
	t.Parallel()
	a := call(t, nil, append([]string{"inspect", "--format", "junit", "--integration", integrations + "/faulty.yaml"}, severalSignIns...)...)
	var junit junitSuites
	if err := xml.Unmarshal([]byte(a.stdout), &junit); err != nil {
		t.Fatalf("%v: %s", err, a.messages)
	}
	seen := map[string]bool{}
	for _, c := range junit.Suite.Cases {
		if name := c.Class + " " + c.Name; seen[name] {
			t.Errorf("two cases are called %s", name)
		} else {
			seen[name] = true
		}
	}
	if len(seen) < 50 {
		t.Errorf("%d cases", len(seen))
	}
}
