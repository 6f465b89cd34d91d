package analysis

import (
	"slices"

	"github.com/proofwalk/proofwalk/internal/integration"
)

// NullMatrix says, for each policy and verification method, which declared
// attributes may be missing, and what the test runs show of that.
type NullMatrix struct {
	// Methods are the declared ones; an empty one at the end stands for test runs
	// of which the method is not known.
	Methods []string
	Rows    []NullRow
}

// NullRow is one declared attribute under one policy.
type NullRow struct {
	Policy, Handle string
	Required       bool
	Cells          []NullCell // in the order of the methods
}

// NullCell is an attribute under one policy and method.
type NullCell struct {
	Method string
	// MayBeMissing tells that an empty value must be expected, by Source: what the
	// description says, or what is known of the document.
	MayBeMissing bool
	Source       NullSource
	// Says is the description's condition, or what is known.
	Says string
	// Inferred marks what no page of the provider says in so many words.
	Inferred bool
	// Disputed tells that the description calls the attribute required and that it
	// may be missing all the same.
	Disputed bool

	State NullState
	// Why is set on NullUntold.
	Why   string
	Shown []ShownAttribute // the newest run first
	told  int              // how much State rests on
}

// NullSource is whence it is known that an attribute may be missing.
type NullSource string

// The sources; empty where nothing says that it may be missing.
const (
	SourceDescription NullSource = "description"
	SourceDocument    NullSource = "document" // what is known of the provider's documents
)

// NullState is what the test runs show of an attribute.
type NullState string

// The states of a cell. NullUntold is never shown as NullHandled.
const (
	NullHandled   NullState = "handled"    // it came empty, and the user ended on a page below 400
	NullBroken    NullState = "broken"     // it came empty, and the user ended on an error status
	NullUntold    NullState = "untold"     // there are sign-ins, and the runs cannot tell
	NullValueOnly NullState = "value_only" // it only came with a value
	NullNever     NullState = "never_seen" // no sign-in of this policy and method
)

// NullStates gives the states in the order in which they are counted.
func NullStates() []NullState {
	return []NullState{NullHandled, NullBroken, NullUntold, NullValueOnly, NullNever}
}

// ShownAttribute is one sign-in in which an attribute was looked for.
type ShownAttribute struct {
	Run, SignIn int
	Empty       bool // or did not come at all
	At          *Ref // where it came; nil when it did not
	Final       *Ref
	FinalStatus int
}

// NullValues makes the matrix. A sign-in counts under each policy that it asked
// for; one that was refused counts nowhere.
func NullValues(cfg integration.Config, runs []RunSignIns) NullMatrix {
	m := NullMatrix{Methods: slices.Clone(cfg.VerificationMethods)}
	var completed []placed
	unknown := len(m.Methods) == 0
	for _, r := range newestFirst(runs) {
		method := MethodOf(cfg.VerificationMethods, r.Scenario, r.TestUser)
		for _, s := range r.SignIns {
			if s.completed() {
				completed = append(completed, placed{r.Run, method, s})
				unknown = unknown || method == ""
			}
		}
	}
	if unknown {
		m.Methods = append(m.Methods, "")
	}
	for _, policy := range cfg.Policies {
		for _, a := range cfg.Attributes {
			row := NullRow{Policy: policy, Handle: a.Handle, Required: a.Required}
			for _, method := range m.Methods {
				row.Cells = append(row.Cells, cellOf(cfg, policy, method, a, completed))
			}
			m.Rows = append(m.Rows, row)
		}
	}
	return m
}

// placed is a sign-in with its run and method.
type placed struct {
	run    int
	method string
	SignIn
}

// completed tells whether the provider let the user through.
func (s SignIn) completed() bool {
	return s.Outcome == OutcomeCode || s.Outcome == OutcomeToken || s.Outcome == OutcomeSuccess
}

// askedFor tells whether a sign-in is one of the policy. One that does not show
// what it asked for is of the only policy there is.
func (s SignIn) askedFor(cfg integration.Config, policy string) bool {
	return slices.Contains(s.Received.Policies, policy) || len(s.Received.Policies) == 0 && len(cfg.Policies) == 1
}

func cellOf(cfg integration.Config, policy, method string, a integration.Attribute, completed []placed) NullCell {
	c := expected(cfg.VerificationMethods, method, a)
	c.State = NullNever
	for _, s := range completed {
		if s.method == method && s.askedFor(cfg, policy) {
			c.count(s, a.Handle)
		}
	}
	return c
}

// count adds what one sign-in shows; the newest come first. The newest that shows
// it empty and tells how that ended decides, then whatever shows more.
func (c *NullCell) count(s placed, handle string) {
	i := slices.IndexFunc(s.Received.Attributes, func(x ReceivedAttribute) bool { return x.Handle == handle })
	if i < 0 && !s.Received.Known {
		c.tell(tellsNothing, NullUntold, s.Received.Why)
		return
	}
	shown := ShownAttribute{Run: s.run, SignIn: s.Number, Empty: i < 0 || s.Received.Attributes[i].Empty, Final: s.Final, FinalStatus: s.FinalStatus}
	if i >= 0 {
		shown.At = &s.Received.Attributes[i].At
	}
	c.Shown = append(c.Shown, shown)
	switch {
	case !shown.Empty:
		c.tell(tellsValue, NullValueOnly, "")
	case s.Final == nil || s.FinalStatus == 0:
		c.tell(tellsEmpty, NullUntold, "It came empty, and the page on which the user ended is not in the run. Record the sign-in until the last page has loaded.")
	case s.FinalStatus >= 400:
		c.tell(tellsEnd, NullBroken, "")
	default:
		c.tell(tellsEnd, NullHandled, "")
	}
}

// How much a sign-in tells of a cell.
const (
	tellsNothing = iota + 1
	tellsValue
	tellsEmpty
	tellsEnd
)

// tell keeps a state that says more than the one before it.
func (c *NullCell) tell(weight int, state NullState, why string) {
	if weight > c.told {
		c.told, c.State, c.Why = weight, state, why
	}
}

// Count counts by state the cells that may be missing.
func (m NullMatrix) Count() map[NullState]int {
	n := map[NullState]int{}
	for _, r := range m.Rows {
		for _, c := range r.Cells {
			if c.MayBeMissing {
				n[c.State]++
			}
		}
	}
	return n
}

// Words says why the attribute may be missing, or what is known of it; empty for none.
func (c NullCell) Words() string {
	switch {
	case c.Source == SourceDescription && c.Says != "":
		return "May be missing: " + c.Says + "."
	case c.Says != "":
		return upperFirst(c.Says) + "."
	}
	return ""
}
