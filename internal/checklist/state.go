package checklist

import "github.com/proofwalk/proofwalk/internal/apperr"

// State is an item's state.
type State string

// The states. The picture of their transitions is docs/state_machines.md.
const (
	Open          State = "open"
	Claimed       State = "claimed"
	Accepted      State = "accepted"
	Returned      State = "returned"
	NotApplicable State = "not_applicable"
)

// Action is what a person does to an item.
type Action string

// The actions.
const (
	Claim              Action = "claim"
	Unclaim            Action = "unclaim"
	Accept             Action = "accept"
	Return             Action = "return"
	SetNotApplicable   Action = "set_not_applicable"
	ResetNotApplicable Action = "reset_not_applicable"
)

// Item is what the state machine looks at.
type Item struct {
	ID       string // of the requirement, such as TST-09
	By       By
	Phase    Phase
	Required bool
	Applies  bool
	State    State
	Stale    bool
	// Confirmed is true when a consultant confirmed that it does not apply.
	Confirmed bool
}

// partnerMoves are the transitions of items that the partner takes part in.
var partnerMoves = map[State]map[Action]State{
	Open:          {Claim: Claimed, SetNotApplicable: NotApplicable},
	Claimed:       {Unclaim: Open, Accept: Accepted, Return: Returned},
	Returned:      {Claim: Claimed, SetNotApplicable: NotApplicable},
	Accepted:      {},
	NotApplicable: {ResetNotApplicable: Open},
}

// consultantMoves are those of items that the consultant does alone.
var consultantMoves = map[State]map[Action]State{
	Open:          {Accept: Accepted, Return: Returned, SetNotApplicable: NotApplicable},
	Returned:      {Accept: Accepted, SetNotApplicable: NotApplicable},
	Accepted:      {Return: Returned},
	Claimed:       {},
	NotApplicable: {ResetNotApplicable: Open},
}

// staleMoves are those of items that went stale while somebody stood for them,
// by whether the consultant does the item alone: whoever stood for it does it
// again.
var staleMoves = map[bool]map[State]map[Action]State{
	false: {Claimed: {Claim: Claimed}, Accepted: {Claim: Claimed}},
	true:  {Accepted: {Accept: Accepted}},
}

// Next gives the state that an action leads to, or apperr.Conflict with the
// reason why the item cannot take it now. Who may act, and that claiming and
// accepting are two persons, is the caller's to check.
func Next(item Item, action Action) (State, error) {
	if !item.Applies {
		return "", apperr.New(apperr.Conflict, "The item does not apply to this integration as it is described now.")
	}
	moves := partnerMoves
	if item.By == ByConsultant {
		moves = consultantMoves
	}
	if next, ok := moves[item.State][action]; ok {
		return next, nil
	}
	if next, ok := staleMoves[item.By == ByConsultant][item.State][action]; ok && item.Stale {
		return next, nil
	}
	return "", apperr.New(apperr.Conflict, refusal(item, action))
}

func refusal(item Item, action Action) string {
	switch {
	case action == Claim && item.By == ByConsultant:
		return "The consultant confirms this item alone; there is nothing to claim."
	case action == Claim && item.State == Accepted:
		return "The item is accepted already."
	case (action == Accept || action == Return) && item.By != ByConsultant && item.State != Claimed:
		return "Only a claimed item can be accepted or returned."
	}
	return "The item is in a state that does not allow this. Look at it again: somebody may have changed it."
}

// Done tells whether the item is settled: accepted and not stale, or confirmed
// as not applicable, or ruled out by the configuration.
func (i Item) Done() bool {
	return !i.Applies || i.State == Accepted && !i.Stale || i.State == NotApplicable && i.Confirmed
}

// Blocker is one reason why a gate is shut.
type Blocker struct {
	ItemID string
	Reason string // "is open", "is returned" ...
}

// SubmitBlockers lists what keeps the partner from submitting: required
// review-phase items that are open, returned or stale.
func SubmitBlockers(items []Item) []Blocker {
	var out []Blocker
	for _, i := range items {
		if !i.Applies || !i.Required || i.Phase != PhaseReview || i.By == ByConsultant {
			continue
		}
		switch {
		case i.State == Open:
			out = append(out, Blocker{i.ID, "is open"})
		case i.State == Returned:
			out = append(out, Blocker{i.ID, "was returned"})
		case i.Stale:
			out = append(out, Blocker{i.ID, "is stale"})
		}
	}
	return out
}

// ReadyBlockers lists what keeps the consultant from deciding "ready".
func ReadyBlockers(items []Item) []Blocker { return undone(items, PhaseReview) }

// GoBlockers lists what keeps the outcome from being "go".
func GoBlockers(items []Item) []Blocker { return undone(items, PhaseWalkthrough, PhaseGoLive) }

func undone(items []Item, phases ...Phase) []Blocker {
	var out []Blocker
	for _, i := range items {
		if i.Done() || !i.Required {
			continue
		}
		for _, phase := range phases {
			if i.Phase == phase {
				out = append(out, Blocker{i.ID, undoneReason(i)})
			}
		}
	}
	return out
}

func undoneReason(i Item) string {
	switch {
	case i.State == NotApplicable:
		return "is marked as not applicable and that is not confirmed"
	case i.Stale:
		return "is stale"
	case i.State == Claimed:
		return "is claimed and not accepted"
	case i.State == Returned:
		return "was returned"
	}
	return "is open"
}
