package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/proofwalk/proofwalk/internal/store"
)

const (
	// takeUpPatience is how long an entry may wait for its place in the log: longer
	// than any transaction, and than a server needs to take over.
	takeUpPatience = time.Minute
	// checkpointPatience is how long an entry may stand in the log without a checkpoint.
	checkpointPatience = 3 * checkpointPeriod
)

// Troubles says, a line each, what an operator has to look at while the server
// does its work: it is no reason to take it out of service. None when all is well.
func (a *App) Troubles(ctx context.Context) ([]string, error) {
	var out []string
	switch _, err := a.SigningKeys(ctx); {
	case errors.Is(err, ErrNoSigningKey):
		out = append(out, "no signing key: packets wait unsigned")
	case err != nil: // if it is the database, the next question fails too
		out = append(out, "the signing keys cannot be used: packets wait unsigned, and the log says why")
	}
	log, err := store.ReadLogState(ctx, a.Store.Reader())
	if err != nil {
		return nil, err
	}
	if log.Held > 0 {
		out = append(out, fmt.Sprintf("the audit log holds back %d of its entries: run proofwalkd fsck", log.Held))
	}
	if a.longAgo(log.WaitingSince, takeUpPatience) {
		out = append(out, "the audit log takes up no entries since "+log.WaitingSince.UTC().Format(time.RFC3339))
	}
	if a.longAgo(log.UncoveredAt, checkpointPatience) {
		out = append(out, "no checkpoint of the audit log covers what is newer than "+log.UncoveredAt.UTC().Format(time.RFC3339))
	}
	return out, nil
}

// longAgo tells whether a moment, if there is one, is longer ago than that.
func (a *App) longAgo(at *time.Time, patience time.Duration) bool {
	return at != nil && a.Now().Sub(*at) > patience
}
