package app

import (
	"context"
	"fmt"
	"maps"
	"math"
	"sync"
	"time"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/store"
)

// CheckAgainAfter is how long after somebody asked for a new check of a packet
// nobody gets another one: a check takes a whole core and the whole archive.
const CheckAgainAfter = time.Minute

// CheckPacketAgain verifies a made packet anew, whatever is known of it, for whoever
// asks; apperr.TooSoon says when that can be asked for again. Whoever calls it has found p
// in the reader's scope.
func (a *App) CheckPacketAgain(ctx context.Context, p store.Packet) error {
	if wait := a.asked.wait(p.ID.String(), a.Now()); wait > 0 {
		return apperr.New(apperr.TooSoon, fmt.Sprintf("A new check of this packet was asked for less than a minute ago: what is known stands below. "+
			"Another one can be asked for in %.0f seconds.", math.Ceil(wait.Seconds())))
	}
	_, err := a.CheckPacket(ctx, p, true)
	if err != nil {
		a.asked.forget(p.ID.String()) // nothing was checked
	}
	return err
}

// askedLast says when each thing was asked for, of the last minute. The zero value
// is ready; it is safe for concurrent use.
type askedLast struct {
	mu sync.Mutex
	at map[string]time.Time
}

// wait gives how long it is until the thing can be had; with 0 it is had now.
func (l *askedLast) wait(what string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.at, func(_ string, at time.Time) bool { return now.Sub(at) >= CheckAgainAfter })
	if at, asked := l.at[what]; asked {
		return CheckAgainAfter - now.Sub(at)
	}
	if l.at == nil {
		l.at = map[string]time.Time{}
	}
	l.at[what] = now
	return 0
}

// forget lets the thing be asked for at once.
func (l *askedLast) forget(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.at, what)
}
