package web

import (
	"fmt"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	view "github.com/proofwalk/proofwalk/views/packet"
)

// nextForm is the form that makes the edition after k: for those who may, where k
// is the newest there is and nobody should rely on it; nil otherwise.
func (r *request) nextForm(p packetsPage, k store.Packet) *view.NextForm {
	switch {
	case !r.actor.Can(auth.WithdrawPacket, k.PartnerID), k.ID != p.all[0].ID, k.RevisionNumber != p.Summary.DecidedRevision(),
		!app.NeedsNextEdition(p.keys, k):
		return nil
	}
	return &view.NextForm{Action: pathPacket(k.IntegrationID, k.ID) + "/next", Key: formKey(), Name: fmt.Sprintf("r%d.%d", k.RevisionNumber, k.Edition+1)}
}

// makeNextEdition takes the form below what is wrong with a packet.
func makeNextEdition(r *request) error {
	id, packet, err := r.packetIDs()
	if err != nil {
		return err
	}
	err = r.server.App.MakeNextEdition(r.ctx(), r.command(), id, packet)
	if apperr.Is(err, apperr.Conflict) {
		return r.packetAnswer(statusOf[apperr.Conflict], packet, err)
	}
	if err != nil {
		return err
	}
	return r.see(pathPackets(id) + "?done=next")
}
