// Package jobs runs the background work: River workers, each a thin call into
// app. What a job is made of is defined in app, where it is enqueued.
package jobs

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/proofwalk/proofwalk/internal/app"
)

// New gives the client that enqueues and, after Start, works the jobs. pool
// must reach PostgreSQL without a pooler, for LISTEN.
func New(pool *pgxpool.Pool, a *app.App, log *slog.Logger) (*river.Client[pgx.Tx], error) {
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
		Queues:       map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 2}},
		Workers:      workers(a),
		PeriodicJobs: periodicJobs(),
		Logger:       log,
		JobTimeout:   2 * time.Minute,
	})
	if err != nil {
		return nil, fmt.Errorf("making the job client: %w", err)
	}
	return client, nil
}

// workers registers one worker per kind of job.
func workers(a *app.App) *river.Workers {
	w := river.NewWorkers()
	river.AddWorker(w, &buildPacket{app: a})
	river.AddWorker(w, &judgeAgain{app: a, judge: app.BuiltinJudge()})
	river.AddWorker(w, &ageEvidence{app: a})
	return w
}
