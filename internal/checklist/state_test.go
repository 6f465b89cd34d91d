package checklist

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

var (
	allStates  = []State{Open, Claimed, Accepted, Returned, NotApplicable}
	allActions = []Action{Claim, Unclaim, Accept, Return, SetNotApplicable, ResetNotApplicable}
	allBy      = []By{ByPartner, ByBoth, ByConsultant}
)

// move is one transition as a person reads it.
type move struct {
	from   State
	action Action
	to     State
}

// moves lists what is allowed, by who does the item and whether it is stale.
func moves(by By, stale bool) []move {
	if by == ByConsultant {
		out := []move{
			{Open, Accept, Accepted}, {Open, Return, Returned}, {Open, SetNotApplicable, NotApplicable},
			{Accepted, Return, Returned},
			{Returned, Accept, Accepted}, {Returned, SetNotApplicable, NotApplicable},
			{NotApplicable, ResetNotApplicable, Open},
		}
		if stale {
			out = append(out, move{Accepted, Accept, Accepted})
		}
		return out
	}
	out := []move{
		{Open, Claim, Claimed}, {Open, SetNotApplicable, NotApplicable},
		{Claimed, Unclaim, Open}, {Claimed, Accept, Accepted}, {Claimed, Return, Returned},
		{Returned, Claim, Claimed}, {Returned, SetNotApplicable, NotApplicable},
		{NotApplicable, ResetNotApplicable, Open},
	}
	if stale {
		out = append(out, move{Claimed, Claim, Claimed}, move{Accepted, Claim, Claimed})
	}
	return out
}

// Every combination of state, action, by and stale is tried.
func TestNext(t *testing.T) {
	t.Parallel()
	for _, by := range allBy {
		for _, stale := range []bool{false, true} {
			allowed := map[move]bool{}
			for _, m := range moves(by, stale) {
				allowed[m] = true
			}
			taken := 0
			for _, state := range allStates {
				for _, action := range allActions {
					item := Item{ID: "TST-01", By: by, Applies: true, State: state, Stale: stale}
					next, err := Next(item, action)
					if err != nil {
						checkRefusal(t, next, err)
						continue
					}
					taken++
					if !allowed[move{state, action, next}] {
						t.Errorf("by %s, stale %v: %s --%s--> %s is not allowed", by, stale, state, action, next)
					}
				}
			}
			if taken != len(allowed) {
				t.Errorf("by %s, stale %v: %d transitions, want %d", by, stale, taken, len(allowed))
			}
		}
	}
}

func checkRefusal(t *testing.T, next State, err error) {
	t.Helper()
	if next != "" {
		t.Errorf("a refusal gives the state %s", next)
	}
	if !apperr.Is(err, apperr.Conflict) || !strings.HasSuffix(apperr.TextOf(err), ".") {
		t.Errorf("refused with %v, want a conflict that says why", err)
	}
}

func TestNextWhereTheItemDoesNotApply(t *testing.T) {
	t.Parallel()
	for _, by := range allBy {
		for _, state := range allStates {
			for _, action := range allActions {
				if next, err := Next(Item{By: by, State: state, Stale: true}, action); err == nil {
					t.Errorf("by %s: %s --%s--> %s although it does not apply", by, state, action, next)
				}
			}
		}
	}
}

func TestNextOutsideTheLists(t *testing.T) {
	t.Parallel()
	for _, item := range []Item{{Applies: true, State: "done"}, {Applies: true}, {Applies: true, State: Open, By: ByConsultant}} {
		if next, err := Next(item, "approve"); err == nil {
			t.Errorf("%+v took an unknown action to %s", item, next)
		}
	}
}

func TestRefusalsSayWhy(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		item   Item
		action Action
		want   string
	}{
		"claiming the consultant's item": {Item{By: ByConsultant, State: Open}, Claim, "nothing to claim"},
		"claiming what is accepted":      {Item{By: ByPartner, State: Accepted}, Claim, "accepted already"},
		"accepting what is open":         {Item{By: ByBoth, State: Open}, Accept, "Only a claimed item"},
		"returning what is open":         {Item{By: ByPartner, State: Open}, Return, "Only a claimed item"},
		"unclaiming what is open":        {Item{By: ByPartner, State: Open}, Unclaim, "Look at it again"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.item.Applies = true
			_, err := Next(tt.item, tt.action)
			if !strings.Contains(apperr.TextOf(err), tt.want) {
				t.Errorf("refused with %q, want %q in it", apperr.TextOf(err), tt.want)
			}
		})
	}
}

// edge is a line of a picture: from --> to: action, with "when stale" behind it
// where that is the condition.
var edge = regexp.MustCompile(`^\s*(\w+) --> (\w+): (\w+)(, when stale)?$`)

// The pictures of the items in the documents are the code's own transitions.
func TestPicturesOfItemStates(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../docs/state_machines.md")
	if err != nil {
		t.Fatalf("reading the document: %v", err)
	}
	for heading, by := range map[string][]By{
		"### By the partner, or by both": {ByPartner, ByBoth},
		"### By the consultant alone":    {ByConsultant},
	} {
		_, after, ok := strings.Cut(string(b), heading+"\n")
		_, block, fenced := strings.Cut(after, "```mermaid\nstateDiagram-v2\n")
		block, _, closed := strings.Cut(block, "```")
		if !ok || !fenced || !closed {
			t.Fatalf("no picture under %q", heading)
		}
		fresh, stale := map[move]bool{}, map[move]bool{}
		for line := range strings.Lines(block) {
			m := edge.FindStringSubmatch(strings.TrimRight(line, "\n"))
			if m == nil {
				if !strings.Contains(line, "[*] --> open") {
					t.Errorf("%q: the line %q is no transition", heading, line)
				}
				continue
			}
			drawn := move{State(m[1]), Action(m[3]), State(m[2])}
			stale[drawn] = true
			if m[4] == "" {
				fresh[drawn] = true
			}
		}
		for _, by := range by {
			if diff := cmp.Diff(transitions(by, false), fresh, cmp.AllowUnexported(move{})); diff != "" {
				t.Errorf("%q, by %s (-code +picture):\n%s", heading, by, diff)
			}
			if diff := cmp.Diff(transitions(by, true), stale, cmp.AllowUnexported(move{})); diff != "" {
				t.Errorf("%q, by %s, stale (-code +picture):\n%s", heading, by, diff)
			}
		}
	}
}

// transitions asks the code for all it allows.
func transitions(by By, stale bool) map[move]bool {
	out := map[move]bool{}
	for _, state := range allStates {
		for _, action := range allActions {
			if next, err := Next(Item{By: by, Applies: true, State: state, Stale: stale}, action); err == nil {
				out[move{state, action, next}] = true
			}
		}
	}
	return out
}
