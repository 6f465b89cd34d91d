package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/store"
)

// ErrNoSigningKey is in the chain of an error when nothing can be signed now.
// What waits for a signature is tried again; nothing else fails for it.
var ErrNoSigningKey = apperr.New(apperr.Unavailable, "The server has no signing key.")

var errOlderList = errors.New("keys.json is older than the one of another server of this database: copy the folder of the keys from there, or rotate the keys here")

// SigningKeys gives the keys to sign with as they are on the disk now. A list
// that the database has not seen is recorded, and audited, before anything is
// signed with it. A list that is older than one that the database has seen signs
// nothing: its keys may be retired, or in other hands. Take the time that a signature states before the call, and
// everything that belongs together from one ring.
func (a *App) SigningKeys(ctx context.Context) (*keys.Ring, error) {
	ring, err := a.Keys.Ring()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoSigningKey, err)
	}
	newer, err := store.HasNewerKeyList(ctx, a.Store.Reader(), ring.Fingerprint(), ring.IssuedAt())
	if err != nil {
		return nil, err
	}
	if newer {
		return nil, fmt.Errorf("%w: %w", ErrNoSigningKey, errOlderList)
	}
	if last := a.recorded.Load(); last != nil && *last == ring {
		return ring, nil
	}
	if err := a.recordKeyList(ctx, ring); err != nil {
		return nil, err
	}
	a.recorded.Store(&ring)
	return ring, nil
}

// recordKeyList notes a list of keys that is new to the database, with one
// audit entry that says what changed: keys.create for the first list of a root,
// keys.rotate, or keys.compromise. The servers do this, not the command that
// changes the list: it may run where the database cannot be reached.
func (a *App) recordKeyList(ctx context.Context, ring *keys.Ring) error {
	encoded := ring.KeysJSON()
	sum := sha256.Sum256(encoded)
	digest := hex.EncodeToString(sum[:])
	if known, err := store.HasKeyList(ctx, a.Store.Reader(), digest); err != nil || known {
		return err
	}
	_, err := a.write(ctx, Command{Actor: auth.System()}, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		before, err := lastList(ctx, w.Tx, ring.Fingerprint())
		if err != nil {
			return uuid.Nil, err
		}
		action, details := keyChanges(before, ring.List())
		l := store.KeyList{Digest: digest, Root: ring.Fingerprint(), List: encoded, IssuedAt: ring.IssuedAt(), RecordedAt: w.Now}
		if err := store.InsertKeyList(ctx, w.Tx, l); err != nil {
			return uuid.Nil, err
		}
		details["list"] = audit.Text(digest)
		w.Audit(action, uuid.Nil, uuid.Nil, audit.Object{ID: ring.Fingerprint(), Kind: "keys"}, details)
		return uuid.Nil, nil
	})
	if apperr.Is(err, apperr.Conflict) { // another server was faster
		return nil
	}
	return err
}

// lastList gives the keys of the list that was recorded last; none when there
// is no list yet or it is of another root.
func lastList(ctx context.Context, q store.Querier, root string) ([]keys.Key, error) {
	last, err := store.FindLastKeyList(ctx, q)
	if apperr.Is(err, apperr.NotFound) || err == nil && last.Root != root {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	f, err := keys.ParseFile(last.List)
	if err != nil {
		return nil, err
	}
	return f.Keys, nil
}

// keyChanges says in the words of an audit entry how a list differs from the
// one before: per use the key that was made, and per key a new status.
func keyChanges(before, after []keys.Key) (action string, details map[string]audit.Value) {
	known := map[string]keys.Key{}
	for _, k := range before {
		known[k.ID] = k
	}
	action, details = "keys.rotate", map[string]audit.Value{}
	if len(before) == 0 {
		action = "keys.create"
	}
	for _, k := range after {
		old, was := known[k.ID]
		switch {
		case len(details) > audit.MaxFields-4: // of a list that changed a lot while nobody looked, the first changes
			details["more"] = audit.Bool(true)
		case k.Status == keys.Compromised && (old.Status != keys.Compromised || !old.CompromisedAt.Equal(k.CompromisedAt.Time)):
			action = "keys.compromise"
			details["compromised."+k.ID[:16]] = audit.Text(string(k.Use))
			details["since."+k.ID[:16]] = audit.Text(k.CompromisedAt.UTC().Format("2006-01-02T15:04:05Z"))
		case !was && k.Status == keys.Active:
			details["made."+k.ID[:16]] = audit.Text(string(k.Use))
		case was && old.Status != k.Status:
			details[string(k.Status)+"."+k.ID[:16]] = audit.Text(string(k.Use))
		}
	}
	return action, details
}

// PublicKeys gives keys.json for everybody to see: the one on the disk or, when
// that cannot be read, the last that was recorded; apperr.NotFound where there
// never was one.
func (a *App) PublicKeys(ctx context.Context) (*keys.File, []byte, error) {
	f, encoded, err := a.Keys.Public()
	if !errors.Is(err, keys.ErrMissing) {
		return f, encoded, err
	}
	last, err := store.FindLastKeyList(ctx, a.Store.Reader())
	if err != nil {
		return nil, nil, err
	}
	f, err = keys.ParseFile(last.List)
	return f, last.List, err
}
