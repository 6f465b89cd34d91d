package jobs

import (
	"context"

	"github.com/riverqueue/river"

	"github.com/proofwalk/proofwalk/internal/app"
)

// buildPacket makes one packet; a retry makes the same bytes.
type buildPacket struct {
	river.WorkerDefaults[app.BuildPacketArgs]
	app *app.App
}

// Work builds, signs and stores the packet.
func (w *buildPacket) Work(ctx context.Context, job *river.Job[app.BuildPacketArgs]) error {
	return w.app.BuildPacket(ctx, job.Args.PacketID)
}
