package matrix

import (
	"context"

	"github.com/proofwalk/proofwalk/internal/integration"
)

// Stage plays the part of provider and relying party in the cases of a protocol.
type Stage interface {
	// Prepare serves the hosts of a case until the next one, with its fault.
	Prepare(ctx context.Context, c Case) (Play, error)
	// Close ends what Prepare started.
	Close() error
}

// Play is a case that can be walked through.
type Play struct {
	Site   Site
	Config integration.Config // as the partner described it
	// BackChannel gives the calls of the relying party's server as HAR; nil where it makes none.
	BackChannel func() ([]byte, error)
}
