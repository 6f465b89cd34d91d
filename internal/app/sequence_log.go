package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/store"
)

const (
	// sequenceBatch bounds how many entries get their positions in one transaction.
	sequenceBatch = 10_000
	// sequencePoll is how often the leader looks for entries. It looks instead of
	// being told: with NOTIFY all writers of a database commit one after the other.
	sequencePoll = 200 * time.Millisecond
	// leadPoll is how often the other servers try to lead.
	leadPoll = 500 * time.Millisecond
	// signPoll is how often the leader looks whether a checkpoint is due.
	signPoll = time.Second
	// checkpointPeriod is how old the newest checkpoint gets while there are newer entries.
	checkpointPeriod = time.Minute
	// positionWait bounds how long a packet waits for its entry's position.
	positionWait = 15 * time.Second
)

// giveSomePositions gives the next positions of the audit log to entries that
// are visible and have none, and grows the tree by them. It tells how many they
// were. The transaction's session leads the sequencer.
func giveSomePositions(ctx context.Context, tx pgx.Tx) (int, error) {
	edge, err := store.AuditHead(ctx, tx)
	if err != nil {
		return 0, err
	}
	before := edge.Size()
	leaves, err := store.GivePositions(ctx, tx, before, sequenceBatch)
	if err != nil || len(leaves) == 0 {
		return 0, err
	}
	var nodes []audit.Node
	for _, leaf := range leaves {
		nodes = append(nodes, edge.Append(leaf)...)
	}
	return len(leaves), store.SaveAuditGrowth(ctx, tx, before, edge, nodes)
}

// RunSequencer gives positions in the audit log and signs checkpoints as long as
// no other server does, and stands by otherwise, until ctx ends. direct reaches
// PostgreSQL without a pooler.
func (a *App) RunSequencer(ctx context.Context, direct *store.Store) {
	for {
		if err := a.leadSequencer(ctx, direct); err != nil && ctx.Err() == nil {
			a.Log.LogAttrs(ctx, slog.LevelError, "the audit log's sequencer", slog.String("cause", err.Error()))
		}
		if !pause(ctx, leadPoll) {
			return
		}
	}
}

// leadSequencer leads until ctx ends or the session is lost; it returns at once
// when another server leads.
func (a *App) leadSequencer(ctx context.Context, direct *store.Store) (err error) {
	lead, err := direct.LeadSequencer(ctx)
	if err != nil || lead == nil {
		return err
	}
	defer func() { err = errors.Join(err, lead.Close()) }()
	var quiet time.Time // until when signing is left alone
	for {
		more, err := lead.Waits(ctx)
		if err != nil {
			return err
		}
		for more {
			var count int
			if err := lead.InTx(ctx, func(tx pgx.Tx) error {
				count, err = giveSomePositions(ctx, tx)
				return err
			}); err != nil {
				return err
			}
			more = count == sequenceBatch
		}
		if now := a.Now(); now.After(quiet) {
			quiet = now.Add(signPoll)
			if err := a.signInTime(ctx); err != nil && ctx.Err() == nil {
				a.Log.LogAttrs(ctx, slog.LevelError, "no checkpoint was signed", slog.String("cause", err.Error()))
				quiet = now.Add(checkpointPeriod)
			}
		}
		if !pause(ctx, sequencePoll) {
			return nil
		}
	}
}

// pause waits; it tells whether ctx goes on.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// waitForPosition gives the position of an entry that is committed. While no
// server leads the sequencer it gives positions itself.
func (a *App) waitForPosition(ctx context.Context, entry uuid.UUID) (int64, error) {
	waited, cancel := context.WithTimeout(ctx, positionWait)
	defer cancel()
	for {
		position, known, err := store.AuditPosition(ctx, a.Store.Reader(), entry)
		if err != nil || known {
			return position, err
		}
		count, err := a.GivePositions(ctx)
		if err != nil {
			return 0, err
		}
		if count == 0 && !pause(waited, sequencePoll/4) {
			return 0, apperr.Wrap(apperr.Unavailable, "The audit log is slow to take up entries. This is tried again by itself.",
				fmt.Errorf("waiting for a position in the audit log: none after %s", positionWait))
		}
	}
}

// GivePositions gives positions to waiting entries in one transaction and tells
// how many they were: none when another server leads the sequencer.
func (a *App) GivePositions(ctx context.Context) (count int, err error) {
	err = a.Store.InTx(ctx, func(tx pgx.Tx) error {
		held, err := store.ClaimSequencerInTx(ctx, tx)
		if err != nil || !held {
			return err
		}
		count, err = giveSomePositions(ctx, tx)
		return err
	})
	return count, err
}
