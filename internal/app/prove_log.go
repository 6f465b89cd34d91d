package app

import (
	"context"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// ProvenEntry is an entry with its proof against a checkpoint.
type ProvenEntry struct {
	Entry      store.LoggedEntry
	Checkpoint store.CheckpointRow
	// Hashes are the proof, from the leaf up. It has been checked.
	Hashes []audit.Hash
}

// ProveEntry proves against the newest checkpoint that an entry of an
// integration is in the log. An entry that has no position or no checkpoint yet
// is apperr.Conflict.
func (a *App) ProveEntry(ctx context.Context, scope auth.Scope, integration, entry uuid.UUID) (ProvenEntry, error) {
	q := a.Store.Reader()
	e, err := store.FindLoggedEntry(ctx, q, scope, integration, entry)
	if err != nil {
		return ProvenEntry{}, err
	}
	checkpoint, err := store.LastCheckpoint(ctx, q)
	if apperr.Is(err, apperr.NotFound) || err == nil && e.Position >= checkpoint.Size {
		return ProvenEntry{Entry: e}, apperr.Wrap(apperr.Conflict, "No checkpoint covers this entry yet. One is signed within a minute.", err)
	}
	if err != nil {
		return ProvenEntry{}, err
	}
	proofs, err := audit.NewProver(checkpoint.Head(), store.AuditTiles(ctx, q)).Records([]int64{e.Position}, []audit.Hash{audit.LeafHash(e.Encoded)})
	if err != nil {
		return ProvenEntry{}, err
	}
	return ProvenEntry{Entry: e, Checkpoint: checkpoint, Hashes: proofs[0]}, nil
}

// EntryProofFile is the proof as a file that `proofwalk verify` checks.
func (a *App) EntryProofFile(ctx context.Context, p ProvenEntry) ([]byte, error) {
	_, list, err := a.PublicKeys(ctx)
	if err != nil {
		return nil, err
	}
	return audit.EntryProof{Checkpoint: []byte(p.Checkpoint.Note), Entry: p.Entry.Encoded, Position: p.Entry.Position,
		Hashes: p.Hashes, Keys: list}.Encode()
}

// ExtensionFile proves that the log of the newest checkpoint begins with that of
// an older one, which is named by its size, as a file that `proofwalk verify`
// checks.
func (a *App) ExtensionFile(ctx context.Context, older int64) ([]byte, error) {
	q := a.Store.Reader()
	newest, err := store.LastCheckpoint(ctx, q)
	if err != nil {
		return nil, err
	}
	before, err := store.FindCheckpoint(ctx, q, older)
	if err != nil {
		return nil, err
	}
	hashes, err := audit.NewProver(newest.Head(), store.AuditTiles(ctx, q)).Extends(before.Head())
	if err != nil {
		return nil, err
	}
	_, list, err := a.PublicKeys(ctx)
	if err != nil {
		return nil, err
	}
	return audit.Extension{Checkpoint: []byte(newest.Note), Older: []byte(before.Note), Hashes: hashes, Keys: list}.Encode()
}

// ProvenCheckpoint is a checkpoint and whether it holds.
type ProvenCheckpoint struct {
	store.CheckpointRow
	// Fault says what does not hold; nil says that it is signed by a key of this
	// server and that the log of the newest checkpoint begins with it.
	Fault error
	// Hashes is the length of the proof for that.
	Hashes int
}

// ProveCheckpoints lists checkpoints, newest first, each proved against the
// newest of all. below pages: those of a smaller tree; 0 for the newest.
func (a *App) ProveCheckpoints(ctx context.Context, below int64, limit int) ([]ProvenCheckpoint, error) {
	q := a.Store.Reader()
	rows, err := store.ListCheckpoints(ctx, q, below, limit)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	newest, err := store.LastCheckpoint(ctx, q)
	if err != nil {
		return nil, err
	}
	prover := audit.NewProver(newest.Head(), store.AuditTiles(ctx, q))
	out := make([]ProvenCheckpoint, len(rows))
	for i, row := range rows {
		out[i].CheckpointRow = row
		if _, _, out[i].Fault = a.openCheckpoint([]byte(row.Note)); out[i].Fault != nil {
			continue
		}
		var hashes []audit.Hash
		hashes, out[i].Fault = prover.Extends(row.Head())
		out[i].Hashes = len(hashes)
	}
	return out, nil
}
