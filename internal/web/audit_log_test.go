package web_test

import (
	"net/http"
	"path"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

// The log's pages: an entry waits, takes its place, is covered, is proved; and
// what is downloaded is believed by the verifier.
func TestAuditLogPages(t *testing.T) {
	t.Parallel()
	v := newReviewed(t)
	history := "/integrations/" + v.id.String() + "/history"
	priya, ada, stranger := v.as(t, v.admin), v.as(t, testkit.ProviderUser(t, v.App, "Ada", auth.ProviderAdmin)), v.visitor(t)
	if p := stranger.get("/log/checkpoint"); p.Status != http.StatusNotFound {
		t.Errorf("a checkpoint of nothing: %d", p.Status)
	}
	cell := func() string { return priya.get(history).text("tbody tr:last-child td:last-child") }
	if got := cell(); !strings.Contains(got, "Waits for its place") {
		t.Errorf("an entry without a position: %q", got)
	}
	give := func() {
		t.Helper()
		if _, err := v.GivePositions(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	give()
	if got := cell(); !strings.Contains(got, "checkpoint within a minute") {
		t.Errorf("an entry without a checkpoint: %q", got)
	}
	entry := priya.get(history).attr("tbody tr:last-child a", "href")
	if p := priya.get(entry); p.Status != http.StatusOK || !strings.Contains(p.text("main"), "No checkpoint covers this entry yet") {
		t.Errorf("the page of an entry without a checkpoint: %d", p.Status)
	}
	if p := priya.get(entry + "/proof.json"); p.Status != http.StatusConflict {
		t.Errorf("a proof before the checkpoint: %d", p.Status)
	}
	first, err := v.SignCheckpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := cell(); !strings.Contains(got, "Pass: ") {
		t.Errorf("a covered entry: %q", got)
	}
	list, _, err := v.PublicKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	page := priya.get(entry)
	for _, text := range []string{"keep two logs", "proofwalk verify --fingerprint " + list.Root.ID, "Leaf hash", first.Note[:20]} {
		if !strings.Contains(page.text("main"), text) {
			t.Errorf("%q is not on the page of the entry", text)
		}
	}
	trust := verify.Trust{Fingerprint: list.Root.ID}
	proof := priya.get(entry + "/proof.json")
	if got := verify.VerifyProof([]byte(proof.Body), trust); got.Verdict != verify.Valid {
		t.Errorf("the proof: %+v", got)
	}
	if got := verify.VerifyProof([]byte(proof.Body), verify.Trust{}); got.Verdict != verify.SignerUnknown {
		t.Errorf("the proof without trust: %+v", got)
	}
	if got := verify.VerifyProof([]byte(strings.Replace(proof.Body, `integration.create`, `integration.delete`, 1)), trust); got.Verdict != verify.Invalid {
		t.Errorf("a changed proof: %+v", got)
	}

	v.as(t, v.member) // signing in is an entry of its own
	give()
	second, err := v.SignCheckpoint(t.Context())
	if err != nil || second.Size <= first.Size {
		t.Fatalf("%d entries after %d, %v", second.Size, first.Size, err)
	}
	if got := stranger.get("/log/checkpoint"); got.Body != second.Note || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("the newest checkpoint is %q as %s", got.Body, got.Header.Get("Content-Type"))
	}
	log := ada.get("/log")
	log.wants(http.StatusOK, "Audit log")
	if got := log.text("tbody"); !strings.Contains(got, "Begins the newest log") || !strings.Contains(got, "Is the newest log") {
		t.Errorf("the checkpoints: %q", got)
	}
	extension := stranger.get(log.attr("tbody tr:last-child a", "href"))
	if got := verify.VerifyProof([]byte(extension.Body), trust); got.Verdict != verify.Valid || !strings.Contains(got.Checks[4].Detail, "begins with") {
		t.Errorf("the extension: %+v", got)
	}
	if p := stranger.get("/log/extension.json?from=999"); p.Status != http.StatusNotFound {
		t.Errorf("a checkpoint that there is not: %d", p.Status)
	}
	for from, status := range map[string]int{"999": http.StatusNotFound, "x": http.StatusUnprocessableEntity, "-1": http.StatusUnprocessableEntity, "": http.StatusUnprocessableEntity} {
		if p := stranger.get("/log/extension.json?from=" + from); p.Status != status || !strings.HasPrefix(p.Body, `{"title":"`) {
			t.Errorf("from %q: %d %.80s", from, p.Status, p.Body)
		}
	}

	super := testkit.Superuser(t, v.Store.Pool())
	if _, err := super.Exec(t.Context(), "SET session_replication_role = replica"); err != nil {
		t.Fatal(err)
	}
	// A database that cannot answer is no log that was tampered with.
	for _, rename := range []string{"audit_nodes RENAME TO away", "away RENAME TO audit_nodes"} {
		if _, err := super.Exec(t.Context(), "ALTER TABLE "+rename); err != nil {
			t.Fatal(err)
		}
		for _, address := range []string{entry, "/log"} {
			p := ada.get(address)
			if broken := strings.HasSuffix(rename, "away"); broken != (p.Status >= http.StatusInternalServerError) {
				t.Errorf("%s after %s: status %d, %q", address, rename, p.Status, p.text("main"))
			}
		}
	}
	if _, err := super.Exec(t.Context(), "UPDATE audit_entries SET encoded = encoded || ' ' WHERE id = $1", path.Base(entry)); err != nil {
		t.Fatal(err)
	}
	if got := cell(); !strings.Contains(got, "does not hold") {
		t.Errorf("a changed entry: %q", got)
	}
	if got := priya.get(entry).text("main"); !strings.Contains(got, "what is stored is not what was signed") {
		t.Errorf("the page of a changed entry: %q", got)
	}
	if p := priya.get(entry + "/proof.json"); p.Status == http.StatusOK {
		t.Error("a changed entry was proved")
	}
}

// An entry that is held back is not in the log, and its line says so: it waits for nothing.
func TestHeldEntryInTheHistory(t *testing.T) {
	t.Parallel()
	v := newReviewed(t)
	super := testkit.Superuser(t, v.Store.Pool())
	if _, err := super.Exec(t.Context(), `UPDATE audit_pending SET leaf_hash = sha256('') WHERE entry_id IN (SELECT id FROM audit_entries WHERE action = 'integration.create')`); err != nil {
		t.Fatal(err)
	}
	if _, err := v.GivePositions(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows := v.as(t, v.admin).get(v.path + "/history").text("tbody")
	if !strings.Contains(rows, "Fail: Held back") || !strings.Contains(rows, "Entry held back from the log") {
		t.Errorf("the history says %q", rows)
	}
}
