package keys

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// ticking is a clock that goes on by a millisecond each time it is looked at.
func ticking() func() time.Time {
	var mu sync.Mutex
	now := start
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Millisecond)
		return now
	}
}

func made(t *testing.T) (*Directory, *Ring) {
	t.Helper()
	d := NewDirectory(t.TempDir(), "", ticking())
	if err := d.Make(); err != nil {
		t.Fatal(err)
	}
	return d, ringOf(t, d)
}

func ringOf(t *testing.T, d *Directory) *Ring {
	t.Helper()
	r, err := d.Ring()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// statuses gives the list as use and status, in its order.
func statuses(r *Ring) []string {
	var out []string
	for _, k := range r.List() {
		out = append(out, string(k.Use)+" "+string(k.Status))
	}
	return out
}

func TestRotationIsNoticed(t *testing.T) {
	t.Parallel()
	d, before := made(t)
	if ringOf(t, d) != before {
		t.Error("unchanged keys were read again")
	}
	// Another process rotates.
	other := NewDirectory(d.vault.dir, "", d.now)
	if _, err := other.Rotate(UseBundle); err != nil {
		t.Fatal(err)
	}
	after := ringOf(t, d)
	_, oldID := before.Bundle()
	_, newID := after.Bundle()
	if oldID == newID {
		t.Fatal("the retired key still signs")
	}
	_, oldPDF := before.signer(UsePDF)
	if _, newPDF := after.signer(UsePDF); oldPDF != newPDF {
		t.Error("a key that was not rotated is another")
	}
	if diff := cmp.Diff([]string{"pdf active", "bundle retired", "checkpoint active", "bundle active"}, statuses(after)); diff != "" {
		t.Error(diff)
	}
	old, _ := after.file.find(oldID)
	young, _ := after.file.find(newID)
	if old.RetiredAt == nil || !old.RetiredAt.Equal(young.NotBefore.Add(time.Minute)) || old.CompromisedAt != nil {
		t.Errorf("retired at %v, the new key is valid from %v", old.RetiredAt, young.NotBefore)
	}
	if !after.Since().Equal(young.NotBefore.Time) || before.Since().Equal(after.Since()) {
		t.Errorf("Since: %v, then %v", before.Since(), after.Since())
	}
	if after.Fingerprint() != before.Fingerprint() {
		t.Error("the root changed")
	}
	if _, err := d.Rotate(Uses()...); err != nil {
		t.Fatal(err)
	}
	if got := len(ringOf(t, d).List()); got != 7 {
		t.Errorf("%d keys after all were rotated", got)
	}
}

// While keys are rotated, every ring signs with a key that its own list and
// the last list vouch for at a time that was taken before the ring.
func TestRotationWhileSigning(t *testing.T) {
	t.Parallel()
	d, _ := made(t)
	type signed struct {
		id string
		at time.Time
	}
	results := make([][]signed, 4)
	var wg sync.WaitGroup
	for n := range results {
		wg.Go(func() {
			for range 100 {
				at := d.now()
				r, err := d.Ring()
				if err != nil {
					t.Error(err)
					return
				}
				signer, id := r.Bundle()
				k, ok := r.file.find(id)
				if !ok || k.Status != Active {
					t.Errorf("the ring's list says %q of its own key", k.Status)
				}
				if err := signAndVerify(signer, k.PublicKey, make([]byte, 32)); err != nil {
					t.Error(err)
				}
				results[n] = append(results[n], signed{id, at})
			}
		})
	}
	wg.Go(func() {
		other := NewDirectory(d.vault.dir, "", d.now)
		for range 10 {
			if _, err := other.Rotate(UseBundle); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
	last := ringOf(t, d)
	for _, each := range results {
		for _, s := range each {
			k, ok := last.file.find(s.id)
			if !ok || k.RetiredAt != nil && s.at.After(k.RetiredAt.Time) {
				t.Fatalf("signed at %v with a key that was retired at %v", s.at, k.RetiredAt)
			}
		}
	}
}

func TestCompromise(t *testing.T) {
	t.Parallel()
	d, first := made(t)
	_, id := first.Bundle()
	since := d.now()
	marked, successor, err := d.Compromise(strings.ToUpper(id[:8]), since)
	if err != nil {
		t.Fatal(err)
	}
	if marked.ID != id || marked.Status != Compromised || !marked.CompromisedAt.Equal(since.Truncate(time.Microsecond)) {
		t.Errorf("marked %+v", marked)
	}
	if _, now := ringOf(t, d).Bundle(); successor == nil || now != successor.ID || now == id {
		t.Errorf("the successor %v does not sign", successor)
	}
	// Earlier is taken, later is not; there is no second successor.
	for _, tt := range []struct {
		since time.Time
		kind  apperr.Kind
	}{{since.Add(-time.Minute), ""}, {since, apperr.Conflict}, {since.Add(time.Hour * 24), apperr.Invalid}} {
		_, again, err := d.Compromise(id, tt.since)
		if apperr.KindOf(err) != tt.kind || again != nil {
			t.Errorf("marked again from %v: %v, successor %v", tt.since, err, again)
		}
	}
	// A retired key can turn out to have been stolen before.
	_, pdf := first.signer(UsePDF)
	if _, err := d.Rotate(UsePDF); err != nil {
		t.Fatal(err)
	}
	if _, successor, err = d.Compromise(pdf, since); err != nil || successor != nil {
		t.Errorf("a retired key: %v, successor %v", err, successor)
	}
	if diff := cmp.Diff([]string{"pdf compromised", "bundle compromised", "checkpoint active", "bundle active", "pdf active"}, statuses(ringOf(t, d))); diff != "" {
		t.Error(diff)
	}
	for _, unknown := range []string{"", id[:7], strings.Repeat("0", 64)} {
		if _, _, err := d.Compromise(unknown, since); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("%q: %v", unknown, err)
		}
	}
}

// Keys that are gone and come back are read again without a restart, and what
// cannot be read is told apart from what contradicts itself.
func TestKeysGoAndComeBack(t *testing.T) {
	t.Parallel()
	d, before := made(t)
	dir := d.vault.dir
	for _, name := range []string{"identity.txt", "keys.json", "root.age", filepath.Base(glob(t, dir, "bundle-*.age"))} {
		path := filepath.Join(dir, name)
		if err := os.Rename(path, path+".away"); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Ring(); !errors.Is(err, ErrMissing) {
			t.Errorf("without %s: %v", name, err)
		}
		if _, _, err := d.Public(); (err != nil) != (name == "keys.json") {
			t.Errorf("the list without %s: %v", name, err)
		}
		if err := os.Rename(path+".away", path); err != nil {
			t.Fatal(err)
		}
		if ringOf(t, d).Fingerprint() != before.Fingerprint() {
			t.Errorf("with %s again: other keys", name)
		}
	}
	d.now = func() time.Time { return start.Add(-time.Hour) }
	remove(t, dir, "identity.txt")
	if _, err := d.Ring(); !errors.Is(err, ErrMissing) {
		t.Error(err)
	}
	if _, err := NewDirectory(filepath.Join(dir, "none"), "", d.now).Ring(); !errors.Is(err, ErrMissing) {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "none")); err == nil {
		t.Error("looking for keys made their folder")
	}
}

func TestClockThatIsBehindIsNoMissingKey(t *testing.T) {
	t.Parallel()
	d, _ := made(t)
	behind := NewDirectory(d.vault.dir, "", func() time.Time { return start.Add(-time.Hour) })
	if _, err := behind.Ring(); err == nil || errors.Is(err, ErrMissing) {
		t.Error(err)
	}
	if _, err := behind.Rotate(UsePDF); err == nil || errors.Is(err, ErrMissing) {
		t.Error(err)
	}
}

// A private key that is lost is replaced by a rotation; the root is not.
func TestRotationReplacesALostKey(t *testing.T) {
	t.Parallel()
	d, _ := made(t)
	remove(t, d.vault.dir, "bundle-*.age")
	if _, err := d.Rotate(UseBundle); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"pdf active", "bundle retired", "checkpoint active", "bundle active"}, statuses(ringOf(t, d))); diff != "" {
		t.Error(diff)
	}
	remove(t, d.vault.dir, "root.age")
	if _, err := d.Rotate(UseBundle); !errors.Is(err, ErrMissing) {
		t.Error(err)
	}
}

// A folder may have any name: sealed keys are found in each.
func TestKeysInAFolderWithBrackets(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data[1]")
	d := NewDirectory(dir, "", ticking())
	if err := d.Make(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, listName)); err != nil {
		t.Fatal(err)
	}
	if err := d.Make(); err == nil {
		t.Error("keys were made in the place of sealed ones")
	}
}

// A list that has grown over many rotations is still read, and one that verifiers
// would refuse is never made.
func TestLongLists(t *testing.T) {
	t.Parallel()
	d, _ := made(t)
	if _, err := d.Rotate(UsePDF); err != nil {
		t.Fatal(err)
	}
	fill := func(keys int) {
		t.Helper()
		err := d.edit("filling the list", func(e *edit) error {
			e.file.Keys = append(e.file.Keys, slices.Repeat(e.file.Keys[:1], keys-len(e.file.Keys))...) // of a retired one
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, keys := range []int{80, maxKeys - 2} {
		fill(keys)
		if r := ringOf(t, d); len(r.List()) != keys || len(r.KeysJSON()) <= maxSealed {
			t.Errorf("%d keys in %d bytes", len(r.List()), len(r.KeysJSON()))
		}
	}
	if _, err := d.Rotate(UsePDF); !apperr.Is(err, apperr.Conflict) {
		t.Errorf("a full list: %v", err)
	}
}
