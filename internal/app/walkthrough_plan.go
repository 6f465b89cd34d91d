package app

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/walkthrough"
)

// WalkthroughPlan is when and where a walkthrough is held, and who takes part.
type WalkthroughPlan struct {
	Integration uuid.UUID
	// RowVersion is that of the plan that is changed; 0 for the first plan.
	RowVersion int
	At         time.Time // UTC
	Place      string
	People     []walkthrough.Person
}

// Limits of a plan.
const (
	maxPlanText = 200 // characters of a place or a name
	maxPeople   = 40
)

// PlanWalkthrough sets or moves the date of the walkthrough of the ready
// revision; its steps are the agenda of the items as they stand.
func (a *App) PlanWalkthrough(ctx context.Context, cmd Command, plan WalkthroughPlan) error {
	if err := plan.check(); err != nil {
		return err
	}
	texts := a.gate(ctx, &cmd, place{integration: plan.Integration})
	texts.look("place", plan.Place)
	for _, person := range plan.People {
		texts.look(string(person.Part), person.Name)
	}
	if err := texts.refusal(); err != nil {
		return err
	}
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		held, err := openWalkthrough(ctx, w, plan.Integration)
		if err != nil {
			return uuid.Nil, err
		}
		if held.RowVersion != plan.RowVersion || held.RowVersion > 0 && held.State != store.WalkthroughPlanned {
			return uuid.Nil, staleWalkthrough(held)
		}
		held.PlannedFor, held.Place, held.People = plan.At, plan.Place, plan.People
		if held.RowVersion == 0 {
			held.ID, held.CreatedBy, held.CreatedAt = store.NewID(), cmd.Actor.UserID, w.Now
			err = store.InsertWalkthrough(ctx, w.Tx, held)
		} else {
			err = store.SaveWalkthrough(ctx, w.Tx, cmd.Actor.Scope(), held)
		}
		if err != nil {
			return uuid.Nil, err
		}
		steps, err := setAgenda(ctx, w, held)
		if err != nil {
			return uuid.Nil, err
		}
		w.Audit("walkthrough.plan", held.PartnerID, held.IntegrationID, audit.Object{ID: held.ID.String(), Kind: "walkthrough"}, map[string]audit.Value{
			"revision": audit.Int(held.Revision), "planned_for": audit.Text(plan.At.UTC().Format(time.RFC3339)), "steps": audit.Int(steps)})
		return held.ID, nil
	})
	return err
}

// check trims the plan and gives the messages per field as one error.
func (p *WalkthroughPlan) check() error {
	var fields []apperr.Field
	p.Place, p.People, p.At = strings.TrimSpace(p.Place), slices.Clone(p.People), p.At.UTC()
	if p.At.IsZero() {
		fields = append(fields, apperr.Field{Name: "at", Text: "Write date and time in UTC: 2026-12-03 15:00."})
	}
	if !isPlanText(p.Place) {
		fields = append(fields, apperr.Field{Name: "place", Text: "Say in a few words where it is held: a room or the address of the call."})
	}
	parts := map[walkthrough.Part]bool{}
	for n := range p.People {
		person := &p.People[n]
		person.Name = strings.TrimSpace(person.Name)
		parts[person.Part] = true
		if !isPlanText(person.Name) {
			fields = append(fields, apperr.Field{Name: string(person.Part), Text: "Write one name per line, up to 200 characters."})
		}
	}
	if !parts[walkthrough.Drives] {
		fields = append(fields, apperr.Field{Name: string(walkthrough.Drives), Text: "Name who drives: the person who clicks."})
	}
	if !parts[walkthrough.Leads] {
		fields = append(fields, apperr.Field{Name: string(walkthrough.Leads), Text: "Name who leads: the consultant who marks the steps."})
	}
	if len(p.People) > maxPeople {
		fields = append(fields, apperr.Field{Name: string(walkthrough.Observes), Text: "Name at most 40 people."})
	}
	if len(fields) > 0 {
		return apperr.InvalidFields("The walkthrough is not planned yet.", fields...)
	}
	return nil
}

func isPlanText(s string) bool {
	return s != "" && utf8.RuneCountInString(s) <= maxPlanText && isPlain(s)
}

// openWalkthrough locks the integration and gives the walkthrough of its ready
// revision; one that is not planned yet has row version 0.
func openWalkthrough(ctx context.Context, w *Write, integrationID uuid.UUID) (store.Walkthrough, error) {
	scope := w.Cmd.Actor.Scope()
	i, err := store.LockIntegration(ctx, w.Tx, scope, integrationID)
	if err != nil {
		return store.Walkthrough{}, err
	}
	if err := allow(w.Cmd.Actor, auth.HoldWalkthrough, i.PartnerID); err != nil {
		return store.Walkthrough{}, err
	}
	r, err := store.FindLastRevision(ctx, w.Tx, scope, i.ID)
	if apperr.Is(err, apperr.NotFound) || err == nil && r.State != store.RevisionReady {
		return store.Walkthrough{}, apperr.New(apperr.Conflict, "A walkthrough is held on a ready revision, and the newest one is not ready.")
	}
	if err != nil {
		return store.Walkthrough{}, err
	}
	held, err := store.FindWalkthrough(ctx, w.Tx, scope, i.ID, r.ID)
	if apperr.Is(err, apperr.NotFound) {
		return store.Walkthrough{PartnerID: i.PartnerID, IntegrationID: i.ID, RevisionID: r.ID, Revision: r.Number}, nil
	}
	return held, err
}

func staleWalkthrough(held store.Walkthrough) error {
	state := string(held.State)
	if held.RowVersion == 0 {
		state = "not planned yet"
	}
	return apperr.New(apperr.Conflict, "The walkthrough is "+state+" now: somebody changed it after you opened the page. Nothing was overwritten.")
}

// setAgenda puts the agenda of the items as they stand in the place of the
// steps, and gives how many there are.
func setAgenda(ctx context.Context, w *Write, held store.Walkthrough) (int, error) {
	scope := w.Cmd.Actor.Scope()
	items, err := store.ListChecklistItems(ctx, w.Tx, scope, held.IntegrationID)
	if err != nil {
		return 0, err
	}
	ids := map[string]uuid.UUID{}
	agendaItems := make([]walkthrough.Item, len(items))
	for n, i := range items {
		requirement, _ := checklist.Builtin().Requirement(i.RequirementID)
		ids[i.RequirementID] = i.ID
		agendaItems[n] = walkthrough.Item{Item: i.Rule(), Title: i.Title, Step: requirement.Step}
	}
	var steps []store.WalkthroughStep
	for _, s := range walkthrough.Agenda(agendaItems) {
		steps = append(steps, store.WalkthroughStep{ID: store.NewID(), N: s.N, ItemID: ids[s.ItemID], Title: s.Title})
	}
	return len(steps), store.ReplaceWalkthroughSteps(ctx, w.Tx, scope, held, steps)
}

// WalkthroughRef says which integration's walkthrough, as it was opened.
type WalkthroughRef struct {
	Integration uuid.UUID
	RowVersion  int
}

// StartWalkthrough begins a planned walkthrough, with the agenda of the items
// as they stand now.
func (a *App) StartWalkthrough(ctx context.Context, cmd Command, ref WalkthroughRef) error {
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		held, err := openWalkthrough(ctx, w, ref.Integration)
		if err != nil {
			return uuid.Nil, err
		}
		if held.State != store.WalkthroughPlanned || held.RowVersion != ref.RowVersion {
			return uuid.Nil, staleWalkthrough(held)
		}
		steps, err := setAgenda(ctx, w, held)
		if err != nil {
			return uuid.Nil, err
		}
		held.State, held.StartedAt = store.WalkthroughRunning, &w.Now
		if err := store.SaveWalkthrough(ctx, w.Tx, cmd.Actor.Scope(), held); err != nil {
			return uuid.Nil, err
		}
		w.Audit("walkthrough.start", held.PartnerID, held.IntegrationID, audit.Object{ID: held.ID.String(), Kind: "walkthrough"},
			map[string]audit.Value{"revision": audit.Int(held.Revision), "steps": audit.Int(steps)})
		return held.ID, nil
	})
	return err
}
