package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/store"
)

const (
	writers = 32
	// turns of each kind, one after the other, so that what else the machine does
	// meets all alike.
	turns     = 4
	turnTime  = 3 * time.Second
	sleepTime = 2 * time.Second
)

// partnerID and integrationID are those of all entries.
var partnerID, integrationID = store.NewID(), store.NewID()

// prepare adds the partner of the entries, and the table of the plain inserts:
// the audit entries' columns and indexes, and nothing of the log.
func (b *bench) prepare(ctx context.Context, owner string) error {
	conn, err := pgx.Connect(ctx, owner)
	if err != nil {
		return fmt.Errorf("connecting as the owner: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, `CREATE TABLE plain_entries (LIKE audit_entries INCLUDING ALL, FOREIGN KEY (partner_id) REFERENCES partners (id))`); err != nil {
		return fmt.Errorf("making the table of the plain inserts: %w", err)
	}
	return store.InsertPartner(ctx, b.pool, store.Partner{ID: partnerID, Name: "Northfall", RawUploads: "forbidden", CreatedAt: time.Now()})
}

func newEntry() (audit.Entry, []byte, error) {
	e := audit.Entry{ID: store.NewID().String(), PartnerID: partnerID.String(), IntegrationID: integrationID.String(),
		Actor: audit.Actor{ID: integrationID.String(), Kind: "user"}, Action: "item.claim", Object: audit.Object{ID: "TST-09", Kind: "item"},
		RequestID: uuid.NewString(), At: time.Now().UTC(), Details: map[string]audit.Value{"from": audit.Text("open"), "to": audit.Text("claimed")}}
	encoded, err := audit.Encode(e)
	return e, encoded, err
}

// write is one transaction that takes its time between insert and commit.
type write func(ctx context.Context, tx pgx.Tx) error

func auditWrite(ctx context.Context, tx pgx.Tx) error {
	e, encoded, err := newEntry()
	if err != nil {
		return err
	}
	return store.InsertAuditEntry(ctx, tx, e, encoded, nil)
}

// plainBytes are as many as an entry's encoding, and made once: encoding is a
// cost of the log.
var plainBytes = bytes.Repeat([]byte("x"), 480)

func plainWrite(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO plain_entries (id, partner_id, integration_id, actor_id, action, object_kind, object_id, at, details, encoded)
		VALUES (@id, @partner_id, @integration_id, @actor_id, @action, @object_kind, @object_id, @at, @details, @encoded)`,
		pgx.StrictNamedArgs{"id": store.NewID(), "partner_id": partnerID, "integration_id": integrationID, "actor_id": integrationID,
			"action": "item.claim", "object_kind": "item", "object_id": "TST-09", "at": time.Now().UTC(),
			"details": []byte(`{"from":"open","to":"claimed"}`), "encoded": plainBytes})
	return err
}

// kind is one way of writing, with what it took.
type kind struct {
	name    string
	write   write
	sleeper write // one more writer, which sleeps before it commits; nil for none
	took    []time.Duration
}

func (k *kind) quantile(q float64) time.Duration {
	slices.Sort(k.took)
	return k.took[int(q*float64(len(k.took)-1))]
}

// measureWrites lets the writers of each kind take turns.
func (b *bench) measureWrites(ctx context.Context, out io.Writer) (bool, error) {
	running, stop := context.WithCancel(ctx)
	var sequencer sync.WaitGroup
	sequencer.Go(func() { b.app.RunSequencer(running, b.direct) })
	defer sequencer.Wait()
	defer stop()
	kinds := []*kind{
		{name: "plain insert", write: plainWrite},
		{name: "audit entry", write: auditWrite},
		{name: "plain insert, one writer sleeps", write: plainWrite, sleeper: plainWrite},
		{name: "audit entry, one writer sleeps", write: auditWrite, sleeper: auditWrite},
	}
	for turn := range turns + 1 {
		for _, k := range kinds {
			took, err := b.turn(ctx, k)
			if err != nil {
				return false, err
			}
			if turn > 0 { // the first one warms up
				k.took = append(k.took, took...)
			}
		}
	}
	_, _ = fmt.Fprintf(out, "%d writers, one insert a transaction, synced to disk, the sequencer running\n\n", writers)
	for _, k := range kinds {
		_, _ = fmt.Fprintf(out, "  %-34s p50 %7.2f ms  p99 %7.2f ms  %7.0f/s\n", k.name, ms(k.quantile(.5)), ms(k.quantile(.99)),
			float64(len(k.took))/(turns*turnTime.Seconds()))
	}
	_, _ = fmt.Fprintln(out)
	ratio := ms(kinds[1].quantile(.5)) / ms(kinds[0].quantile(.5))
	slow := ms(kinds[3].quantile(.99)) / ms(kinds[1].quantile(.99))
	met := goal(out, "audit entry / plain insert, p50", ratio, ratio <= 1.3, "<= 1.3")
	met = goal(out, "others' p99 with a sleeper / without, audit entry", slow, slow <= 2, "<= 2") && met
	beside := ms(kinds[3].quantile(.99)) / ms(kinds[2].quantile(.99))
	return goal(out, "others' p99 with a sleeper, audit entry / plain insert", beside, beside <= 2, "<= 2") && met, nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// turn lets all writers write for a while and gives what each write took.
func (b *bench) turn(ctx context.Context, k *kind) ([]time.Duration, error) {
	end := time.Now().Add(turnTime)
	var failed atomic.Pointer[error]
	var all []time.Duration
	var mu sync.Mutex
	var wg sync.WaitGroup
	if k.sleeper != nil {
		wg.Go(func() {
			for time.Now().Before(end) && failed.Load() == nil {
				if err := pgx.BeginFunc(ctx, b.pool, func(tx pgx.Tx) error {
					defer time.Sleep(sleepTime)
					return k.sleeper(ctx, tx)
				}); err != nil {
					failed.Store(&err)
				}
			}
		})
	}
	for range writers {
		wg.Go(func() {
			var took []time.Duration
			for time.Now().Before(end) && failed.Load() == nil {
				began := time.Now()
				if err := pgx.BeginFunc(ctx, b.pool, func(tx pgx.Tx) error { return k.write(ctx, tx) }); err != nil {
					failed.Store(&err)
				}
				took = append(took, time.Since(began))
			}
			mu.Lock()
			all = append(all, took...)
			mu.Unlock()
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return nil, fmt.Errorf("writing (%s): %w", k.name, *err)
	}
	return all, nil
}
