package app

import (
	"context"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/store"
)

// The parts of a sign-off.
const (
	SignOffPartner     = "partner"
	SignOffReviewer    = "reviewer"
	SignOffAccountTeam = "account_team"
)

var signOffPermissions = map[string]auth.Permission{
	SignOffPartner: auth.SignOffPartner, SignOffReviewer: auth.HoldWalkthrough, SignOffAccountTeam: auth.SignOffAccount,
}

// SignOff is a person's approval of the go-live after the outcome go or go with
// conditions. The account team's comes from a person who accepted or confirmed
// no item (apperr.Forbidden otherwise) and makes the integration live. The
// edition with the outcome takes the sign-off up while it is not being sealed
// yet; each later sign-off makes the next edition and leaves the others as they are.
func (a *App) SignOff(ctx context.Context, cmd Command, integrationID uuid.UUID, part string) error {
	p, known := signOffPermissions[part]
	if !known {
		return apperr.New(apperr.Invalid, "The form could not be read.")
	}
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		scope := cmd.Actor.Scope()
		i, err := store.LockIntegration(ctx, w.Tx, scope, integrationID)
		if err != nil {
			return uuid.Nil, err
		}
		if err := allow(cmd.Actor, p, i.PartnerID); err != nil {
			return uuid.Nil, err
		}
		if i.Stage != store.StageSignOff && i.Stage != store.StageLive {
			return uuid.Nil, apperr.New(apperr.Conflict, "There is nothing to sign off: no walkthrough has ended with go.")
		}
		r, err := store.FindLastRevision(ctx, w.Tx, scope, i.ID)
		if err != nil {
			return uuid.Nil, err
		}
		s := store.SignOff{PartnerID: i.PartnerID, ID: store.NewID(), IntegrationID: i.ID, RevisionID: r.ID, Part: part,
			SignedOffBy: cmd.Actor.UserID, SignedOffAt: w.Now}
		if err := signOff(ctx, w, s); err != nil {
			return uuid.Nil, err
		}
		edition, err := a.packSignOff(ctx, w, i, r, s)
		if err != nil {
			return uuid.Nil, err
		}
		w.Audit("sign_off.create", i.PartnerID, i.ID, audit.Object{ID: r.ID.String(), Kind: "revision"},
			map[string]audit.Value{"revision": audit.Int(r.Number), "part": audit.Text(part), "edition": audit.Int(edition)})
		return s.ID, nil
	})
	return err
}

func signOff(ctx context.Context, w *Write, s store.SignOff) error {
	scope := w.Cmd.Actor.Scope()
	if s.Part == SignOffAccountTeam {
		if err := refuseDecider(ctx, w, s.IntegrationID); err != nil {
			return err
		}
		if err := store.SetStage(ctx, w.Tx, scope, s.IntegrationID, store.StageLive, w.Now); err != nil {
			return err
		}
	}
	err := store.InsertSignOff(ctx, w.Tx, s)
	if apperr.Is(err, apperr.Conflict) {
		return apperr.Wrap(apperr.Conflict, "This part has signed off already.", err)
	}
	return err
}

// refuseDecider keeps who accepted or confirmed an item from signing off for
// the account team.
func refuseDecider(ctx context.Context, w *Write, integrationID uuid.UUID) error {
	items, err := store.ListChecklistItems(ctx, w.Tx, w.Cmd.Actor.Scope(), integrationID)
	if err != nil {
		return err
	}
	by := w.Cmd.Actor.UserID
	for _, i := range items {
		accepted := i.State == checklist.Accepted && i.DecidedBy != nil && *i.DecidedBy == by
		if accepted || i.ConfirmedBy != nil && *i.ConfirmedBy == by {
			return apperr.New(apperr.Forbidden, "You accepted or confirmed "+i.RequirementID+". Somebody who decided no item has to sign off for the account team.")
		}
	}
	return nil
}

// packSignOff brings a sign-off into the packet and gives the edition that says
// so. An edition after the one with the outcome says what the one before says, and the
// sign-off: what changed in the integration since is no part of what was signed off.
func (a *App) packSignOff(ctx context.Context, w *Write, i store.Integration, r store.Revision, s store.SignOff) (edition int, err error) {
	scope := w.Cmd.Actor.Scope()
	last, err := store.LockLastEdition(ctx, w.Tx, scope, s.RevisionID)
	if err != nil {
		return 0, err
	}
	source, err := decodeSource(last.Content)
	if err != nil {
		return 0, err
	}
	c := &source.Content
	c.SignOffs = append(c.SignOffs, packetSignOff(i.PartnerName, s.Part, w.Cmd.Actor.Name, w.Now))
	c.MadeAt = packet.At(w.Now)
	if last.Cause == store.CauseOutcome && last.State == store.PacketPending && last.SealingAt == nil {
		content, err := source.encode()
		if err != nil {
			return 0, err
		}
		return last.Edition, store.SavePacketContent(ctx, w.Tx, scope, last.ID, content)
	}
	c.Edition = last.Edition + 1
	return c.Edition, a.askForPacket(ctx, w, r, store.CauseSignOff, source)
}
