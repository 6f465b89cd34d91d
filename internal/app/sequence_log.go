package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
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
	// signPoll is how often each server looks whether a checkpoint is due.
	signPoll = time.Second
	// checkpointPeriod is how old the newest checkpoint gets while there are newer entries.
	checkpointPeriod = time.Minute
	// positionWait bounds how long a packet waits for its entry's position.
	positionWait = 15 * time.Second
)

// giveSomePositions gives the next positions of the audit log to entries that
// are visible and have none, and grows the tree by them. It tells how many it
// took up; held are those of them that got none, of which the log now has an
// entry each. The transaction's session leads the sequencer.
func (a *App) giveSomePositions(ctx context.Context, tx pgx.Tx) (count int, held []store.HeldEntry, err error) {
	edge, err := store.AuditHead(ctx, tx)
	if err != nil {
		return 0, nil, err
	}
	before := edge.Size()
	leaves, held, err := store.GivePositions(ctx, tx, before, sequenceBatch, a.Now())
	if err != nil {
		return 0, nil, err
	}
	for _, h := range held {
		if err := a.logHeld(ctx, tx, h); err != nil {
			return 0, nil, err
		}
	}
	if len(leaves) == 0 {
		return len(held), held, nil
	}
	var nodes []audit.Node
	for _, leaf := range leaves {
		nodes = append(nodes, edge.Append(leaf)...)
	}
	return len(leaves) + len(held), held, store.SaveAuditGrowth(ctx, tx, before, edge, nodes)
}

// RunSequencer gives positions in the audit log as long as no other server does,
// and stands by otherwise; beside that it signs the checkpoints that are due. It
// ends with ctx. direct reaches PostgreSQL without a pooler.
func (a *App) RunSequencer(ctx context.Context, direct *store.Store) {
	var signing sync.WaitGroup
	signing.Go(func() { a.runSigning(ctx) })
	defer signing.Wait()
	var said once
	for {
		if err := a.leadSequencer(ctx, direct); err != nil && ctx.Err() == nil && said.isNew(err) {
			a.Log.LogAttrs(ctx, slog.LevelError, "the audit log's sequencer", slog.String("cause", err.Error()))
		}
		if !pause(ctx, leadPoll) {
			return
		}
	}
}

// once keeps a trouble that comes several times a second from filling the log.
type once struct {
	cause string
	at    time.Time
}

// isNew tells whether an error is another than the last one, or a minute later.
func (o *once) isNew(err error) bool {
	if err.Error() == o.cause && time.Since(o.at) < time.Minute {
		return false
	}
	o.cause, o.at = err.Error(), time.Now()
	return true
}

// leadSequencer leads until ctx ends or the session is lost; it returns at once
// when another server leads.
func (a *App) leadSequencer(ctx context.Context, direct *store.Store) (err error) {
	lead, err := direct.LeadSequencer(ctx)
	if err != nil || lead == nil {
		return err
	}
	defer func() { err = errors.Join(err, lead.Close()) }()
	for {
		if err := a.takeUpAll(ctx, lead); err != nil {
			return err
		}
		if !pause(ctx, sequencePoll) {
			return nil
		}
	}
}

// takeUpAll takes up what waits, a batch in a transaction.
func (a *App) takeUpAll(ctx context.Context, lead *store.Sequencer) error {
	more, err := lead.Waits(ctx)
	for err == nil && more {
		var count int
		var held []store.HeldEntry
		err = lead.InTx(ctx, func(tx pgx.Tx) error {
			count, held, err = a.giveSomePositions(ctx, tx)
			return err
		})
		if err == nil {
			a.sayHeld(held)
		}
		more = count == sequenceBatch
	}
	return err
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
			return 0, a.noPosition(ctx, entry)
		}
	}
}

// noPosition says why an entry still has no position.
func (a *App) noPosition(ctx context.Context, entry uuid.UUID) error {
	held, err := store.AuditIsHeld(ctx, a.Store.Reader(), entry)
	if err != nil {
		return err
	}
	if held {
		return errors.New("waiting for a position in the audit log: the entry is held back, see `proofwalkd fsck`; the next attempt writes another")
	}
	return apperr.Wrap(apperr.Unavailable, "The audit log is slow to take up entries. This is tried again by itself.",
		fmt.Errorf("waiting for a position in the audit log: none after %s", positionWait))
}

// GivePositions gives positions to waiting entries in one transaction and tells
// how many it took up: none when another server leads the sequencer.
func (a *App) GivePositions(ctx context.Context) (count int, err error) {
	var held []store.HeldEntry
	err = a.Store.InTx(ctx, func(tx pgx.Tx) error {
		may, err := store.ClaimSequencerInTx(ctx, tx)
		if err != nil || !may {
			return err
		}
		count, held, err = a.giveSomePositions(ctx, tx)
		return err
	})
	if err != nil {
		return 0, err
	}
	a.sayHeld(held)
	return count, nil
}
