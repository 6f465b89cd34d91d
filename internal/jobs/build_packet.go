package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/proofwalk/proofwalk/internal/app"
)

// buildPacket makes one packet; a retry makes the same bytes.
type buildPacket struct {
	river.WorkerDefaults[app.BuildPacketArgs]
	app *app.App
}

// Work builds, signs and stores the packet. The queue tries again later, up to
// the job's last attempt, over about three weeks.
func (w *buildPacket) Work(ctx context.Context, job *river.Job[app.BuildPacketArgs]) error {
	return w.attempt(ctx, job.Args.PacketID, job.Attempt >= job.MaxAttempts)
}

// How soon a packet that waits for a signing key, or for the edition before it,
// is tried again; such a try counts as none.
const (
	keyWait     = 15 * time.Second
	editionWait = time.Second
)

func (w *buildPacket) attempt(ctx context.Context, id uuid.UUID, last bool) error {
	err := w.app.BuildPacket(ctx, id)
	switch {
	case errors.Is(err, app.ErrNoSigningKey):
		return river.JobSnooze(keyWait)
	case errors.Is(err, app.ErrEditionBefore):
		return river.JobSnooze(editionWait)
	}
	if err != nil && last {
		err = errors.Join(err, w.app.GiveUpPacket(ctx, id))
	}
	return err
}
