package testkit_test

import (
	"context"
	"errors"
	"io/fs"
	"sync/atomic"
	"testing"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

// Copies begin with what was filled in, once, under the same keys, and nothing
// that is done to one is seen in another.
func TestFilledIsFilledOnceAndCopied(t *testing.T) {
	t.Parallel()
	var fills atomic.Int32
	var digest string
	filled := testkit.NewFilled(func(ctx context.Context, a *app.App) (err error) {
		fills.Add(1)
		p := store.Partner{ID: store.NewID(), Name: "Northfall", RawUploads: "allowed", CreatedAt: a.Now()}
		if err := store.InsertPartner(ctx, a.Store.Pool(), p); err != nil {
			return err
		}
		digest, err = a.Blobs.Put(ctx, []byte("filled in"))
		return err
	})
	first, second := filled.App(t), filled.App(t)
	if n := fills.Load(); n != 1 {
		t.Errorf("it was filled %d times", n)
	}
	if fingerprint(t, first) != fingerprint(t, second) {
		t.Error("the copies have other keys")
	}
	testkit.Partner(t, first, "Southrise")
	only, err := first.Blobs.Put(t.Context(), []byte("only here"))
	if err != nil {
		t.Fatal(err)
	}
	for a, want := range map[*app.App]int{first: 2, second: 1} {
		partners, err := store.ListPartners(t.Context(), a.Store.Reader(), auth.System().Scope())
		if err != nil || len(partners) != want {
			t.Errorf("a copy has %d partners (%v), want %d", len(partners), err, want)
		}
		if content, err := a.Blobs.Read(t.Context(), digest); err != nil || string(content) != "filled in" {
			t.Errorf("a copy has the file %q, %v", content, err)
		}
	}
	if _, err := second.Blobs.Read(t.Context(), only); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading a file of the other copy: %v, want that there is none", err)
	}
	if err := filled.Remove(); err != nil {
		t.Errorf("removing the original: %v", err)
	}
	if err := testkit.NewFilled(nil).Remove(); err != nil {
		t.Errorf("removing what nobody asked for: %v", err)
	}
}

func fingerprint(t *testing.T, a *app.App) string {
	t.Helper()
	ring, err := a.Keys.Ring()
	if err != nil {
		t.Fatal(err)
	}
	return ring.Fingerprint()
}
