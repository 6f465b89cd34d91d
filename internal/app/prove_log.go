package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/store"
)

// ErrNotProven is in the chain of an error when what is stored is not what was signed.
var ErrNotProven = errors.New("the proof does not hold")

// ProvenEntry is an entry with its proof against a checkpoint.
type ProvenEntry struct {
	Entry      store.AuditRow
	Checkpoint store.CheckpointRow
	// Hashes are the proof, from the leaf up. It has been checked.
	Hashes []audit.Hash
}

// ProveEntry proves against the newest checkpoint that an entry is in the log.
// One that has no position or no checkpoint yet is apperr.Conflict; where the
// proof does not hold, the error has ErrNotProven in its chain.
func (a *App) ProveEntry(ctx context.Context, e store.AuditRow) (ProvenEntry, error) {
	checkpoint, faults, proofs, err := a.proveEntries(ctx, []store.AuditRow{e})
	switch {
	case err != nil:
		return ProvenEntry{}, err
	case e.Position == nil || *e.Position >= checkpoint.Size:
		return ProvenEntry{}, apperr.New(apperr.Conflict, "No checkpoint covers this entry yet. One is signed within a minute.")
	case faults[0] != nil:
		return ProvenEntry{}, fmt.Errorf("%w: %w", ErrNotProven, faults[0])
	}
	return ProvenEntry{Entry: e, Checkpoint: checkpoint, Hashes: proofs[0]}, nil
}

// ProveEntries tells for each entry what does not hold about its proof against
// the newest checkpoint, which is zero before the first; nil where the proof
// holds, and where no checkpoint covers the entry.
func (a *App) ProveEntries(ctx context.Context, entries []store.AuditRow) (store.CheckpointRow, []error, error) {
	checkpoint, faults, _, err := a.proveEntries(ctx, entries)
	return checkpoint, faults, err
}

func (a *App) proveEntries(ctx context.Context, entries []store.AuditRow) (checkpoint store.CheckpointRow, faults []error, proofs [][]audit.Hash, err error) {
	q := a.Store.Reader()
	faults, proofs = make([]error, len(entries)), make([][]audit.Hash, len(entries))
	checkpoint, err = store.LastCheckpoint(ctx, q)
	if apperr.Is(err, apperr.NotFound) {
		return store.CheckpointRow{}, faults, proofs, nil
	}
	if err != nil {
		return checkpoint, nil, nil, err
	}
	published, err := a.publishedLogKeys(ctx)
	if err != nil {
		return checkpoint, nil, nil, err
	}
	_, _, unsigned := published.open([]byte(checkpoint.Note))
	prover := audit.NewProver(checkpoint.Head(), store.AuditTiles(ctx, q))
	var positions []int64
	for _, e := range entries {
		if e.Position != nil && *e.Position < checkpoint.Size {
			positions = append(positions, *e.Position)
		}
	}
	if err := prover.Load(positions); err != nil {
		return checkpoint, nil, nil, err
	}
	for i, e := range entries {
		if e.Position == nil || *e.Position >= checkpoint.Size {
			continue
		}
		one, fault := prover.Records([]int64{*e.Position}, []audit.Hash{audit.LeafHash(e.Encoded)})
		if faults[i] = cmp.Or(unsigned, fault); faults[i] == nil {
			proofs[i] = one[0]
		}
	}
	return checkpoint, faults, proofs, nil
}

// EntryProofFile is the proof as a file that `proofwalk verify` checks.
func (a *App) EntryProofFile(ctx context.Context, p ProvenEntry) ([]byte, error) {
	_, list, err := a.PublicKeys(ctx)
	if err != nil {
		return nil, err
	}
	return audit.EntryProof{Checkpoint: []byte(p.Checkpoint.Note), Entry: p.Entry.Encoded, Position: *p.Entry.Position,
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
	published, err := a.publishedLogKeys(ctx)
	if err != nil {
		return nil, err
	}
	prover := audit.NewProver(newest.Head(), store.AuditTiles(ctx, q))
	ends := make([]int64, 0, len(rows))
	for _, row := range rows {
		ends = append(ends, row.Size-1)
	}
	if err := prover.Load(ends); err != nil { // at once; what is not read is no fault of a checkpoint
		return nil, err
	}
	out := make([]ProvenCheckpoint, len(rows))
	for i, row := range rows {
		out[i].CheckpointRow = row
		if _, _, out[i].Fault = published.open([]byte(row.Note)); out[i].Fault != nil {
			continue
		}
		var hashes []audit.Hash
		hashes, out[i].Fault = prover.Extends(row.Head())
		out[i].Hashes = len(hashes)
	}
	return out, nil
}

// publishedLogKeys are those that everybody sees.
func (a *App) publishedLogKeys(ctx context.Context) (logKeys, error) {
	list, _, err := a.PublicKeys(ctx)
	if err != nil {
		return logKeys{}, err
	}
	return logKeysOf(list)
}

// LogName gives the name of this server's log and the key that signs it now, as
// tools for signed notes take it; both are empty while there are no keys.
func (a *App) LogName(ctx context.Context) (origin, key string, err error) {
	published, err := a.publishedLogKeys(ctx)
	if apperr.Is(err, apperr.NotFound) {
		return "", "", nil
	}
	if err != nil {
		return "", "", err
	}
	for i, k := range published.keys {
		if k.Status == keys.Active {
			key, err = audit.VerifierKey(published.origin, published.public[i])
		}
	}
	return published.origin, key, err
}
