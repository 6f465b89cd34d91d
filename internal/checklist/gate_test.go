package checklist

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGates(t *testing.T) {
	t.Parallel()
	base := func(change func(*Item)) Item {
		i := Item{ID: "TST-01", By: ByPartner, Phase: PhaseReview, Required: true, Applies: true, State: Open}
		change(&i)
		return i
	}
	for name, tt := range map[string]struct {
		item                   Item
		submit, ready, outcome string // the reason of the blocker, empty for none
	}{
		"open":                  {base(func(*Item) {}), "is open", "is open", ""},
		"claimed":               {base(func(i *Item) { i.State = Claimed }), "", "is claimed and not accepted", ""},
		"claimed, stale":        {base(func(i *Item) { i.State, i.Stale = Claimed, true }), "is stale", "is stale", ""},
		"accepted":              {base(func(i *Item) { i.State = Accepted }), "", "", ""},
		"accepted, stale":       {base(func(i *Item) { i.State, i.Stale = Accepted, true }), "is stale", "is stale", ""},
		"returned":              {base(func(i *Item) { i.State = Returned }), "was returned", "was returned", ""},
		"not applicable, alone": {base(func(i *Item) { i.State = NotApplicable }), "", "is marked as not applicable and that is not confirmed", ""},
		"not applicable, confirmed": {
			base(func(i *Item) { i.State, i.Confirmed = NotApplicable, true }), "", "", ""},
		"open, ruled out":           {base(func(i *Item) { i.Applies = false }), "", "", ""},
		"open, not required":        {base(func(i *Item) { i.Required = false }), "", "", ""},
		"open, by both":             {base(func(i *Item) { i.By = ByBoth }), "is open", "is open", ""},
		"open, by consultant":       {base(func(i *Item) { i.By = ByConsultant }), "", "is open", ""},
		"open, in the walkthrough":  {base(func(i *Item) { i.Phase = PhaseWalkthrough }), "", "", "is open"},
		"open, before go-live":      {base(func(i *Item) { i.Phase = PhaseGoLive }), "", "", "is open"},
		"claimed, before go-live":   {base(func(i *Item) { i.Phase, i.State = PhaseGoLive, Claimed }), "", "", "is claimed and not accepted"},
		"accepted, before go-live":  {base(func(i *Item) { i.Phase, i.State = PhaseGoLive, Accepted }), "", "", ""},
		"optional, before go-live":  {base(func(i *Item) { i.Phase, i.Required = PhaseGoLive, false }), "", "", ""},
		"stale, in the walkthrough": {base(func(i *Item) { i.Phase, i.State, i.Stale = PhaseWalkthrough, Accepted, true }), "", "", "is stale"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for gate, g := range map[string]struct {
				got  []Blocker
				want string
			}{
				"submit": {SubmitBlockers([]Item{tt.item}), tt.submit},
				"ready":  {ReadyBlockers([]Item{tt.item}), tt.ready},
				"go":     {GoBlockers([]Item{tt.item}), tt.outcome},
			} {
				var want []Blocker
				if g.want != "" {
					want = []Blocker{{"TST-01", g.want}}
				}
				if diff := cmp.Diff(want, g.got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", gate, diff)
				}
			}
		})
	}
}

// walker is one item with what really happened to it, kept apart from the
// state machine: the model that the machine is checked against.
type walker struct {
	item Item
	// claim holds while the partner stands behind the item; verdict while the
	// consultant's last word on it is acceptance.
	claim, verdict bool
}

// act tries an action and keeps the model in step; a refusal changes nothing.
func (w *walker) act(action Action) {
	next, err := Next(w.item, action)
	if err != nil {
		return
	}
	switch action {
	case Claim:
		w.claim, w.verdict, w.item.Stale = true, false, false
	case Accept:
		w.verdict, w.item.Stale = true, false
	case Return:
		w.claim, w.verdict = false, false
	case Unclaim, SetNotApplicable, ResetNotApplicable:
		w.claim, w.verdict, w.item.Confirmed = false, false, false
	}
	w.item.State = next
}

// check names the first rule that the item breaks.
func (w *walker) check() error {
	i := w.item
	switch {
	case !slices.Contains(allStates, i.State):
		return fmt.Errorf("state %q is none", i.State)
	case i.By == ByConsultant && i.State == Claimed:
		return fmt.Errorf("an item of the consultant is claimed")
	case i.By != ByConsultant && (i.State == Claimed || i.State == Accepted) && !w.claim:
		return fmt.Errorf("%s without a claim", i.State)
	case (i.State == Accepted) != w.verdict:
		return fmt.Errorf("%s while the consultant's acceptance is %v", i.State, w.verdict)
	case i.Done() && i.Applies && !w.verdict && !i.Confirmed:
		return fmt.Errorf("done, and no consultant said so")
	}
	return nil
}

// Whatever people do in whatever order, nothing is accepted unclaimed, nothing
// is done without the consultant, and open gates mean that all is done.
func TestNoSequenceReachesAnIllegalState(t *testing.T) {
	t.Parallel()
	const seeds, steps = 100, 400
	reached := map[string]int{}
	for seed := range uint64(seeds) {
		rng := rand.New(rand.NewPCG(seed, 1))
		walkers := cast()
		for step := range steps {
			w := &walkers[rng.IntN(len(walkers))]
			switch event := rng.IntN(10); {
			case event == 0: // what the item rests on changed
				w.item.Stale = true
			case event == 1: // the configuration changed
				w.item.Applies = !w.item.Applies
			case event == 2 && w.item.State == NotApplicable:
				w.item.Confirmed = true
			default:
				w.act(allActions[rng.IntN(len(allActions))])
			}
			if err := w.check(); err != nil {
				t.Fatalf("seed %d, step %d, %s by %s: %v", seed, step, w.item.ID, w.item.By, err)
			}
			checkGates(t, walkers)
			reached[fmt.Sprintf("%v %s %v", w.item.By == ByConsultant, w.item.State, w.item.Stale)]++
		}
	}
	// Five states of the partner's items and four of the consultant's, stale or not.
	if len(reached) != 18 {
		t.Errorf("the walks reached %d kinds of states, want 18: %v", len(reached), reached)
	}
}

// cast gives an item for each way of doing it in each phase.
func cast() []walker {
	var out []walker
	for _, by := range allBy {
		for _, phase := range []Phase{PhaseReview, PhaseWalkthrough, PhaseGoLive} {
			id := fmt.Sprintf("%s/%s", by, phase)
			out = append(out, walker{item: Item{ID: id, By: by, Phase: phase, Required: true, Applies: true, State: Open}})
		}
	}
	return out
}

// checkGates compares the gates with what the model says is missing.
func checkGates(t *testing.T, walkers []walker) {
	t.Helper()
	var items []Item
	var ready, goLive []string
	for _, w := range walkers {
		i := w.item
		items = append(items, i)
		fulfilled := !i.Applies || w.verdict && !i.Stale || i.State == NotApplicable && i.Confirmed
		if fulfilled {
			continue
		}
		if i.Phase == PhaseReview {
			ready = append(ready, i.ID)
		} else {
			goLive = append(goLive, i.ID)
		}
	}
	if diff := cmp.Diff(ready, ids(ReadyBlockers(items))); diff != "" {
		t.Fatalf("ready is held by (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(goLive, ids(GoBlockers(items))); diff != "" {
		t.Fatalf("go is held by (-want +got):\n%s", diff)
	}
}

func ids(blockers []Blocker) []string {
	var out []string
	for _, b := range blockers {
		out = append(out, b.ItemID)
	}
	return out
}
