package web

import (
	"fmt"
	"strings"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/packet"
)

// nextForm is the form that makes the edition after k: for those who may, where k
// is the newest there is and nobody should rely on it; nil otherwise.
func (r *request) nextForm(p packetsPage, k store.Packet, cause error, summary *components.ErrorSummaryModel) *view.NextForm {
	switch {
	case !r.actor.Can(auth.WithdrawPacket, k.PartnerID), k.ID != p.all[0].ID, k.RevisionNumber != p.Summary.DecidedRevision(),
		!app.NeedsNextEdition(p.keys, k):
		return nil
	}
	f := &view.NextForm{Action: pathPacket(k.IntegrationID, k.ID) + "/next", Key: formKey(), Name: fmt.Sprintf("r%d.%d", k.RevisionNumber, k.Edition+1)}
	if k.State == store.PacketWithdrawn {
		f.Sound = &components.CheckboxModel{FieldModel: components.FieldModel{Name: "sound", ID: "sound", Label: "Why packet " + k.Name() + " was withdrawn is not about what it says: its content is right"}}
		if cause != nil && strings.HasSuffix(r.Path(), "/next") {
			r.refuse(cause, summary, &f.Sound.FieldModel)
		}
	}
	return f
}

// makeNextEdition takes the form below what is wrong with a packet.
func makeNextEdition(r *request) error {
	id, packet, err := r.packetIDs()
	if err != nil {
		return err
	}
	err = r.server.App.MakeNextEdition(r.ctx(), r.command(), id, packet, r.FormValue("sound") == "true")
	switch kind := apperr.KindOf(err); kind {
	case "":
		return r.see(pathPackets(id) + "?done=next")
	case apperr.Invalid, apperr.Conflict:
		return r.packetAnswer(statusOf[kind], packet, err)
	}
	return err
}
