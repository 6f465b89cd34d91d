package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
)

// VoidItem is an item that a save makes stale, with the evidence that rests on
// what it changes.
type VoidItem struct {
	Item     store.ChecklistItem
	Evidence []store.Evidence
	// Reason is what the item will say, as of now; RestsOn names the changed
	// fields alone: "the redirect URIs".
	Reason, RestsOn string
}

// WouldVoid says that a save makes items stale and that nobody agreed to it yet.
type WouldVoid struct {
	Items []VoidItem
	// Agreement is what SaveIntegration takes to go on: it stands for exactly
	// these items and this evidence.
	Agreement string
}

func (*WouldVoid) Error() string { return "saving a description: it makes items stale" }

// Unwrap gives the error's kind and text.
func (w *WouldVoid) Unwrap() error {
	names := make([]string, len(w.Items))
	for n, v := range w.Items {
		names[n] = v.Item.RequirementID
	}
	return apperr.New(apperr.Conflict, "Nothing was saved: it would make these items stale: "+strings.Join(names, ", ")+".")
}

// Proofs gives evidence of an integration as staleness looks at it, against a
// description that counts: the saved one, or one that is to be saved.
func Proofs(ctx context.Context, q store.Querier, scope auth.Scope, i store.Integration, evidence []store.Evidence, counts integration.Config) ([]checklist.Proof, error) {
	// By configuration version; the saved one needs no look.
	since := map[int][]integration.Change{i.ConfigurationVersion: integration.Diff(i.Config, counts)}
	out := make([]checklist.Proof, len(evidence))
	for n, e := range evidence {
		if _, known := since[e.ConfigurationVersion]; !known {
			shown, err := store.FindConfigurationVersion(ctx, q, scope, e.IntegrationID, e.ConfigurationVersion)
			if err != nil {
				return nil, err
			}
			since[e.ConfigurationVersion] = integration.Diff(shown.Config, counts)
		}
		out[n] = checklist.Proof{ID: e.ID.String(), Kind: e.Kind, Changed: since[e.ConfigurationVersion], ReceivedAt: e.FirstReceivedAt}
	}
	return out, nil
}

// onFile is an integration's checklist with its evidence.
type onFile struct {
	items     []store.ChecklistItem
	evidence  []store.Evidence
	standings []checklist.Standing // in the order of items
}

// loadStandings reads the checklist as it stands against a description.
func loadStandings(ctx context.Context, q store.Querier, scope auth.Scope, i store.Integration, counts integration.Config) (onFile, error) {
	var f onFile
	var err error
	if f.items, err = store.ListChecklistItems(ctx, q, scope, i.ID); err != nil {
		return f, err
	}
	if f.evidence, err = store.ListEvidence(ctx, q, scope, i.ID); err != nil {
		return f, err
	}
	proofs, err := Proofs(ctx, q, scope, i, f.evidence, counts)
	if err != nil {
		return f, err
	}
	of := map[uuid.UUID][]checklist.Proof{}
	for n, e := range f.evidence {
		of[e.ItemID] = append(of[e.ItemID], proofs[n])
	}
	for _, item := range f.items {
		f.standings = append(f.standings, checklist.Standing{Item: item.Rule(), Proofs: of[item.ID]})
	}
	return f, nil
}

// item gives the item of a requirement that the checklist has.
func (f onFile) item(requirement string) store.ChecklistItem {
	return f.items[slices.IndexFunc(f.items, func(i store.ChecklistItem) bool { return i.RequirementID == requirement })]
}

// voidedBy gives what saving a description as the next version makes stale.
func voidedBy(ctx context.Context, w *Write, i store.Integration, changes []integration.Change, cfg integration.Config) ([]VoidItem, error) {
	f, err := loadStandings(ctx, w.Tx, w.Cmd.Actor.Scope(), i, cfg)
	if err != nil {
		return nil, err
	}
	var out []VoidItem
	for _, v := range checklist.Builtin().Voids(f.standings, changes, cfg) {
		item := VoidItem{Item: f.item(v.ItemID), RestsOn: v.RestsOn(),
			Reason: v.Reason(w.Now, i.ConfigurationVersion, i.ConfigurationVersion+1)}
		for _, e := range f.evidence {
			if slices.Contains(v.Proofs, e.ID.String()) {
				item.Evidence = append(item.Evidence, e)
			}
		}
		out = append(out, item)
	}
	return out, nil
}

// agreementTo stands for items and their evidence; empty for none.
func agreementTo(items []VoidItem) string {
	if len(items) == 0 {
		return ""
	}
	h := sha256.New()
	for _, v := range items {
		_, _ = fmt.Fprintln(h, v.Item.RequirementID) // a hash takes all
		for _, e := range v.Evidence {
			_, _ = fmt.Fprintln(h, e.ID)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// markStale marks items with their reasons, by requirement, and gives their
// names for the audit entry.
func markStale(ctx context.Context, w *Write, items []store.ChecklistItem, reasons map[string]string) (names []string, err error) {
	for _, i := range items {
		reason, stale := reasons[i.RequirementID]
		if !stale {
			continue
		}
		if err := store.MarkItemStale(ctx, w.Tx, w.Cmd.Actor.Scope(), i.ID, reason, w.Now); err != nil {
			return nil, err
		}
		names = append(names, i.RequirementID)
	}
	return names, nil
}

// mostNames is how many items' names one text of an audit entry holds.
const mostNames = 12

// noteStale adds the names of items that turned stale to an entry's details, in
// as many texts as it takes.
func noteStale(details map[string]audit.Value, names []string) map[string]audit.Value {
	field := "stale_items"
	for some := range slices.Chunk(names, mostNames) {
		details[field] = audit.Text(strings.Join(some, "+"))
		field += ".more"
	}
	return details
}

// AgeEvidence marks every claimed or accepted item whose evidence has grown too
// old, integration by integration. One that cannot be done keeps none of the
// others from it.
func (a *App) AgeEvidence(ctx context.Context) error {
	ids, err := store.ListStandingIntegrations(ctx, a.Store.Reader(), auth.System().Scope())
	if err != nil {
		return err
	}
	var first error
	for _, id := range ids {
		if err := a.ageIntegration(ctx, id); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// errNothing ends a write that has nothing to do.
var errNothing = apperr.New(apperr.Conflict, "There is nothing to do.")

// writeIfAny is a write of the server's own that may find nothing to do.
func (a *App) writeIfAny(ctx context.Context, do func(context.Context, *Write) (uuid.UUID, error)) error {
	if _, err := a.write(ctx, Command{Actor: auth.System()}, do); err != nil && !errors.Is(err, errNothing) {
		return err
	}
	return nil
}

func (a *App) ageIntegration(ctx context.Context, id uuid.UUID) error {
	return a.writeIfAny(ctx, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		scope := w.Cmd.Actor.Scope()
		i, err := store.LockIntegration(ctx, w.Tx, scope, id)
		if err != nil {
			return uuid.Nil, err
		}
		f, err := loadStandings(ctx, w.Tx, scope, i, i.Config)
		if err != nil {
			return uuid.Nil, err
		}
		aged := checklist.Builtin().Aged(f.standings, w.Now)
		if len(aged) == 0 {
			return uuid.Nil, errNothing
		}
		names, err := markStale(ctx, w, f.items, aged)
		if err != nil {
			return uuid.Nil, err
		}
		w.Audit("evidence.age", i.PartnerID, i.ID, audit.Object{ID: i.ID.String(), Kind: "integration"}, noteStale(map[string]audit.Value{}, names))
		return i.ID, nil
	})
}

// AgeEvidenceArgs asks for a look at the age of all evidence.
type AgeEvidenceArgs struct{}

// Kind names the job.
func (AgeEvidenceArgs) Kind() string { return "age_evidence" }
