package app_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

// fingerprint is that of the app's root.
func fingerprint(t *testing.T, a *app.App) string {
	t.Helper()
	ring, err := a.SigningKeys(t.Context())
	must(t, err)
	return ring.Fingerprint()
}

// movingKeys puts the app on a clock that can be moved, with keys in a known folder.
func movingKeys(t *testing.T, a *app.App) (dir string, clock *testkit.Clock) {
	t.Helper()
	clock, dir = testkit.NewClock(), t.TempDir()
	a.Now = clock.Now
	a.Keys = keys.NewDirectory(dir, "", clock.Now)
	must(t, a.Keys.Make())
	return dir, clock
}

// keyEntries gives the audit entries about keys, oldest first.
func keyEntries(t *testing.T, a *app.App) []string {
	t.Helper()
	var actions []string
	must(t, a.Store.Pool().QueryRow(t.Context(),
		`SELECT array_agg(action ORDER BY at, id) FROM audit_entries WHERE action LIKE 'keys.%'`).Scan(&actions))
	return actions
}

// A packet that was asked for before a rotation is sealed with the new key and
// holds under the new list, as does the one that was made before.
func TestRotationWhilePacketsWait(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	dir, clock := movingKeys(t, m.app)
	first, second := m.create(t, "Member sign-up"), m.create(t, "Member sign-in")
	m.ready(t, first)
	before := m.packets(t, first)[0]
	must(t, m.app.BuildPacket(t.Context(), before.ID))
	m.ready(t, second)
	clock.Advance(time.Hour)
	other := keys.NewDirectory(dir, "", clock.Now) // as another process does
	_, err := other.Rotate(keys.Uses()...)
	must(t, err)
	clock.Advance(time.Hour)
	waited := m.packets(t, second)[0]
	must(t, m.app.BuildPacket(t.Context(), waited.ID))

	ring, err := m.app.SigningKeys(t.Context())
	must(t, err)
	_, newKey := ring.Bundle()
	for name, tt := range map[string]struct {
		zip    []byte
		newKey bool
	}{"before": {m.download(t, first, before.ID), false}, "waited": {m.download(t, second, waited.ID), true}} {
		for trust, got := range map[string]verify.Result{
			"its own list": verify.Verify(tt.zip, verify.Trust{Fingerprint: ring.Fingerprint()}),
			"the new list": verify.Verify(tt.zip, verify.Trust{Keys: ring.KeysJSON()}),
		} {
			if got.Verdict != verify.Valid || (got.KeyID == newKey) != tt.newKey {
				t.Errorf("%s, %s: %s, key %s; the new key is %s\n%+v", name, trust, got.Verdict, got.KeyID, newKey, got.Checks)
			}
		}
	}
	if diff := cmp.Diff([]string{"keys.create", "keys.rotate"}, keyEntries(t, m.app)); diff != "" {
		t.Errorf("audit entries (-want +got):\n%s", diff)
	}
}

// Every list is audited once, by whichever server sees it first.
func TestKeyChangesAreAudited(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	dir, clock := movingKeys(t, m.app)
	see := func() {
		t.Helper()
		_, err := m.app.SigningKeys(t.Context())
		must(t, err)
		again := &app.App{Store: m.app.Store, Keys: keys.NewDirectory(dir, "", clock.Now), Now: clock.Now}
		_, err = again.SigningKeys(t.Context())
		must(t, err)
		clock.Advance(time.Minute)
	}
	see()
	_, err := m.app.Keys.Rotate(keys.UseBundle)
	must(t, err)
	see()
	ring, err := m.app.SigningKeys(t.Context())
	must(t, err)
	_, id := ring.Bundle()
	_, _, err = m.app.Keys.Compromise(id, clock.Now().Add(-time.Second))
	must(t, err)
	see()
	if diff := cmp.Diff([]string{"keys.create", "keys.rotate", "keys.compromise"}, keyEntries(t, m.app)); diff != "" {
		t.Errorf("audit entries (-want +got):\n%s", diff)
	}
	var details string
	must(t, m.app.Store.Pool().QueryRow(t.Context(), `SELECT details::text FROM audit_entries WHERE action = 'keys.compromise'`).Scan(&details))
	for _, want := range []string{`"compromised.` + id[:16] + `": "bundle"`, `"made.`, `"since.` + id[:16] + `": "2026-03-02T09:01:59Z"`} {
		if !strings.Contains(details, want) {
			t.Errorf("%s is not in %s", want, details)
		}
	}
}

// Without keys packets wait and say so, all else goes on, and the keys that
// come back are used without a restart.
func TestPacketsWaitForAKey(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	dir, _ := movingKeys(t, m.app)
	root := fingerprint(t, m.app)
	away := dir + ".away"
	must(t, os.Rename(dir, away))

	id, _ := m.recorded(t, "right-happy-path.har") // describes, uploads, redacts, judges
	other := m.create(t, "Member sign-up")
	m.ready(t, other)
	p := m.packets(t, other)[0]
	if err := m.app.BuildPacket(t.Context(), p.ID); !errors.Is(err, app.ErrNoSigningKey) || !errors.Is(err, keys.ErrMissing) {
		t.Errorf("without a key: %v", err)
	}
	p = m.packets(t, other)[0]
	if p.State != store.PacketPending || p.Problem == nil || !strings.HasPrefix(*p.Problem, "Unsigned, pending: the server has no signing key.") {
		t.Errorf("the packet is %s with the problem %v", p.State, p.Problem)
	}
	if f, _, err := m.app.PublicKeys(t.Context()); err != nil || f.Root.ID != root {
		t.Errorf("the public list without the folder: %v", err)
	}
	if _, _, err := m.app.DraftPDF(t.Context(), app.Command{Actor: m.member}, id); err != nil {
		t.Errorf("a draft: %v", err)
	}
	if err := m.app.CheckSealing(t.Context()); !errors.Is(err, keys.ErrMissing) {
		t.Errorf("the check: %v", err)
	}

	must(t, os.Rename(away, dir))
	must(t, m.app.BuildPacket(t.Context(), p.ID))
	if p = m.packets(t, other)[0]; p.State != store.PacketMade || p.Problem != nil {
		t.Errorf("the packet is %s with the problem %v", p.State, p.Problem)
	}
	if got := verify.Verify(m.download(t, other, p.ID), verify.Trust{Fingerprint: root}); got.Verdict != verify.Valid {
		t.Errorf("%s: %+v", got.Verdict, got.Checks)
	}
}

// The sealing as a whole is checked, and what is wrong with it is told apart
// from keys that are not there.
func TestCheckSealing(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	dir, clock := movingKeys(t, m.app)
	must(t, m.app.CheckSealing(t.Context()))
	clock.Advance(-time.Hour)
	m.app.Keys = keys.NewDirectory(dir, "", clock.Now) // as at a start
	behind := m.app.CheckSealing(t.Context())
	clock.Advance(time.Hour)
	if behind == nil || errors.Is(behind, keys.ErrMissing) || !strings.Contains(behind.Error(), "is the clock right?") {
		t.Errorf("a clock that is behind: %v", behind)
	}
	swap(t, dir)
	if err := m.app.CheckSealing(t.Context()); err == nil || errors.Is(err, keys.ErrMissing) || !strings.Contains(err.Error(), "not that of the listed public key") {
		t.Errorf("keys that were swapped: %v", err)
	}
}

// swap gives the private keys for PDFs and bundles each other's names.
func swap(t *testing.T, dir string) {
	t.Helper()
	var names [2]string
	var content [2][]byte
	for n, pattern := range []string{"pdf-*.age", "bundle-*.age"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		must(t, err)
		names[n] = found[0]
		content[n], err = os.ReadFile(found[0])
		must(t, err)
	}
	if bytes.Equal(content[0], content[1]) {
		t.Fatal("the two keys are one")
	}
	must(t, os.Remove(names[0]))
	must(t, os.Remove(names[1]))
	must(t, os.WriteFile(names[0], content[1], 0o600))
	must(t, os.WriteFile(names[1], content[0], 0o600))
}

// A server whose list is older than one that the database has seen signs nothing:
// its keys may be retired, or in other hands.
func TestAnOlderListSignsNothing(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	dir, clock := movingKeys(t, a)
	copied := filepath.Join(t.TempDir(), "keys")
	must(t, os.CopyFS(copied, os.DirFS(dir)))
	files, err := filepath.Glob(filepath.Join(copied, "*"))
	must(t, err)
	for _, name := range files {
		must(t, os.Chmod(name, 0o600))
	}
	other := &app.App{Store: a.Store, Keys: keys.NewDirectory(copied, "", clock.Now), Now: clock.Now}
	_, err = other.SigningKeys(t.Context())
	must(t, err)
	clock.Advance(time.Minute)
	_, err = a.Keys.Rotate(keys.UseBundle)
	must(t, err)
	_, err = other.SigningKeys(t.Context())
	must(t, err) // nobody has seen the new list
	_, err = a.SigningKeys(t.Context())
	must(t, err)
	if _, err := other.SigningKeys(t.Context()); !errors.Is(err, app.ErrNoSigningKey) {
		t.Errorf("with the list from before the rotation: %v", err)
	}
	if _, err := a.SigningKeys(t.Context()); err != nil {
		t.Errorf("with the newest list: %v", err)
	}
}
