package app

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/store"
)

// SignCheckpoint gives a checkpoint of the audit log as it stands, signed with
// the checkpoint key of now; it makes one where there is none. Times of
// checkpoints never go back. It is a write without an audit entry: it would
// otherwise be followed by a checkpoint for its own entry, without end.
//
// What does not begin with the tree of the checkpoint before is not signed.
func (a *App) SignCheckpoint(ctx context.Context) (store.CheckpointRow, error) {
	return a.signCheckpoint(ctx, func(_ audit.Head, _ store.CheckpointRow) bool { return true })
}

// signCheckpoint is SignCheckpoint where one is due after the newest there is,
// which is asked while no other server signs; else it gives that one.
func (a *App) signCheckpoint(ctx context.Context, due func(head audit.Head, last store.CheckpointRow) bool) (store.CheckpointRow, error) {
	var signed store.CheckpointRow
	at := a.Now() // before the ring: a rotation in between must not retire the key earlier than this
	ring, err := a.SigningKeys(ctx)
	if err != nil {
		return signed, err
	}
	err = a.Store.InTx(ctx, func(tx pgx.Tx) error {
		if err := store.LockCheckpoints(ctx, tx); err != nil {
			return err
		}
		edge, err := store.AuditHead(ctx, tx)
		if err != nil {
			return err
		}
		head := audit.Head{Size: edge.Size(), Root: edge.Root()}
		last, err := store.LastCheckpoint(ctx, tx)
		switch {
		case apperr.Is(err, apperr.NotFound):
		case err != nil:
			return err
		default:
			_, active := ring.Checkpoint()
			if last.Head() == head && last.KeyID == active || !due(head, last) {
				signed = last
				return nil
			}
			if _, err := audit.NewProver(head, store.AuditTiles(ctx, tx)).Extends(last.Head()); err != nil {
				return fmt.Errorf("the audit log was tampered with or set back, see `proofwalkd fsck`: %w", err)
			}
		}
		if signed, err = newCheckpoint(ring, head, at, last.SignedAt); err != nil {
			return err
		}
		return store.InsertCheckpoint(ctx, tx, signed)
	})
	return signed, err
}

// newCheckpoint signs, at a time that is not before that of the last one.
func newCheckpoint(ring *keys.Ring, head audit.Head, at, last time.Time) (store.CheckpointRow, error) {
	at = at.UTC().Truncate(time.Microsecond)
	if at.Before(last) {
		at = last.UTC()
	}
	signer, id := ring.Checkpoint()
	signed, err := audit.Checkpoint{Origin: audit.Origin(ring.Fingerprint()), Head: head, At: at}.Sign(signer)
	if err != nil {
		return store.CheckpointRow{}, err
	}
	return store.CheckpointRow{Size: head.Size, KeyID: id, Root: head.Root[:], SignedAt: at, Note: string(signed)}, nil
}

// SignInTime signs a checkpoint when there are entries that none covers and the
// newest one is a minute old; due tells whether that is so. Every server does
// this, not only the one that gives positions: it may be the one that has no key.
func (a *App) SignInTime(ctx context.Context) (due bool, err error) {
	edge, err := store.AuditHead(ctx, a.Store.Reader())
	if err != nil || edge.Size() == 0 {
		return false, err
	}
	last, err := store.LastCheckpoint(ctx, a.Store.Reader())
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return false, err
	}
	isDue := func(head audit.Head, last store.CheckpointRow) bool {
		return last.Size != head.Size && a.Now().Sub(last.SignedAt) >= checkpointPeriod
	}
	if !isDue(audit.Head{Size: edge.Size()}, last) {
		return false, nil
	}
	_, err = a.signCheckpoint(ctx, isDue)
	return true, err
}

// runSigning signs in time until ctx ends. What is in the way it says once, and
// it tries again a checkpoint's period later.
func (a *App) runSigning(ctx context.Context) {
	said := ""
	var quiet time.Time
	for pause(ctx, sequencePoll) {
		now := a.Now()
		if !now.After(quiet) {
			continue
		}
		quiet = now.Add(signPoll)
		due, err := a.SignInTime(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil && due:
			said = ""
		case err != nil:
			quiet = now.Add(checkpointPeriod)
			if err.Error() != said {
				said = err.Error()
				a.Log.LogAttrs(ctx, slog.LevelError, "no checkpoint was signed by this server", slog.String("cause", said))
			}
		}
	}
}

// logKeys are the keys that may have signed checkpoints of a server's log.
type logKeys struct {
	origin string
	keys   []keys.Key
	public []crypto.PublicKey // of the same places
}

// logKeysOf takes them out of a list of keys.
func logKeysOf(list *keys.File) (logKeys, error) {
	out := logKeys{origin: audit.Origin(list.Root.ID)}
	for _, k := range list.Keys {
		if k.Use != keys.UseCheckpoint {
			continue
		}
		public, err := x509.ParsePKIXPublicKey(k.PublicKey)
		if err != nil {
			return logKeys{}, fmt.Errorf("parsing a checkpoint key: %w", err)
		}
		out.keys, out.public = append(out.keys, k), append(out.public, public)
	}
	return out, nil
}

// ownLogKeys are those of the key directory: what the database says of keys
// proves nothing where the database is in question.
func (a *App) ownLogKeys() (logKeys, error) {
	list, _, err := a.Keys.Public()
	if err != nil {
		return logKeys{}, fmt.Errorf("reading the checkpoint keys: %w", err)
	}
	return logKeysOf(list)
}

// open reads a checkpoint of the log and gives the key that signed it.
func (l logKeys) open(signed []byte) (audit.Checkpoint, keys.Key, error) {
	for i, public := range l.public {
		if c, err := audit.OpenCheckpoint(signed, l.origin, public); err == nil {
			return c, l.keys[i], nil
		}
	}
	return audit.Checkpoint{}, keys.Key{}, errors.New("opening a checkpoint: none of the checkpoint keys of this server signed it as one of its log")
}
