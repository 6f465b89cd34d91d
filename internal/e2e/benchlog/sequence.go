package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/audit"
)

// waitingEntries is how many entries wait when the sequencer begins.
const waitingEntries = 200_000

// measureSequencer lets entries wait and times until all have their positions,
// then checks the whole log.
func (b *bench) measureSequencer(ctx context.Context, out io.Writer) (bool, error) {
	if err := b.fill(ctx, waitingEntries); err != nil {
		return false, err
	}
	began, count := time.Now(), 0
	for count < waitingEntries {
		n, err := b.app.GivePositions(ctx)
		if err != nil {
			return false, err
		}
		if n == 0 {
			return false, fmt.Errorf("only %d of %d entries got positions", count, waitingEntries)
		}
		count += n
	}
	took := time.Since(began)
	rate := float64(count) / took.Seconds()
	began = time.Now()
	report, err := b.app.CheckLog(ctx, nil)
	if err != nil {
		return false, err
	}
	if report.Found > 0 {
		return false, fmt.Errorf("the log does not hold: %q", report.Problems)
	}
	_, _ = fmt.Fprintf(out, "\n%d entries wait, then get their positions in %s; computing all %d anew takes %s\n\n", count,
		took.Round(time.Millisecond), report.Entries, time.Since(began).Round(time.Millisecond))
	return goal(out, "entries sequenced a second", rate, rate >= 40_000, ">= 40,000"), nil
}

// fill adds entries that wait for their positions.
func (b *bench) fill(ctx context.Context, n int) error {
	const each = 10_000
	columns := []string{"id", "partner_id", "integration_id", "actor_id", "action", "object_kind", "object_id", "at", "details", "encoded"}
	for done := 0; done < n; done += each {
		rows, waiting := make([][]any, each), make([][]any, each)
		for i := range rows {
			e, encoded, err := newEntry()
			if err != nil {
				return err
			}
			id := uuid.MustParse(e.ID)
			rows[i] = []any{id, partnerID, integrationID, integrationID, e.Action, e.Object.Kind, e.Object.ID, e.At,
				map[string]any{"from": "open", "to": "claimed"}, encoded}
			leaf := audit.LeafHash(encoded)
			waiting[i] = []any{id, leaf[:]}
		}
		err := pgx.BeginFunc(ctx, b.pool, func(tx pgx.Tx) error {
			if _, err := tx.CopyFrom(ctx, pgx.Identifier{"audit_entries"}, columns, pgx.CopyFromRows(rows)); err != nil {
				return err
			}
			_, err := tx.CopyFrom(ctx, pgx.Identifier{"audit_pending"}, []string{"entry_id", "leaf_hash"}, pgx.CopyFromRows(waiting))
			return err
		})
		if err != nil {
			return fmt.Errorf("adding entries: %w", err)
		}
	}
	return nil
}
