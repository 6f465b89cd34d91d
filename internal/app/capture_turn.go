package app

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// uploadPatience is how long an upload waits for another one of its round.
const uploadPatience = 30 * time.Second

// captureTurns lets the uploads of one round take turns within this process,
// because each goes on from the name table that the one before left. It only
// saves work: whether the table changed meanwhile, by another process too, is
// checked in the transaction that stores the capture.
type captureTurns struct {
	mu    sync.Mutex
	taken map[uuid.UUID]chan struct{}
}

// take waits for the round's turn; done ends it.
func (t *captureTurns) take(ctx context.Context, round uuid.UUID) (done func(), err error) {
	patience := time.NewTimer(uploadPatience)
	defer patience.Stop()
	for {
		t.mu.Lock()
		other, taken := t.taken[round]
		if !taken {
			if t.taken == nil {
				t.taken = map[uuid.UUID]chan struct{}{}
			}
			mine := make(chan struct{})
			t.taken[round] = mine
			t.mu.Unlock()
			return func() { t.leave(round, mine) }, nil
		}
		t.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-patience.C:
			return nil, apperr.New(apperr.Conflict, "Another file of this round is still being read. Nothing was stored of this one: send it again when the other is done.")
		}
	}
}

func (t *captureTurns) leave(round uuid.UUID, mine chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.taken, round)
	close(mine)
}
