package analysis

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/integration"
)

// Minimization sets what sign-ins asked for and received against what the
// description declares with a purpose. It names attributes, never a value.
type Minimization struct {
	// Declared are the declared attributes, in their order.
	Declared []DeclaredAttribute
	// Surplus were received and are not declared.
	Surplus []SurplusAttribute
	// Policies were asked for and are not described.
	Policies []SurplusPolicy
	// Known counts the completed sign-ins that show all that they received, Dark
	// those that do not; Why is the reason of the newest of these.
	Known, Dark int
	Why         string
}

// DeclaredAttribute is an attribute of the description and what was seen of it.
type DeclaredAttribute struct {
	Handle, Purpose string
	Receipt         Receipt
	Shown           *ShownReceipt // the newest; nil when it never came
}

// Receipt says whether a declared attribute came.
type Receipt string

// The receipts. Where no sign-in shows all that it received, an attribute that
// was not seen may have come.
const (
	Received      Receipt = "received"
	NeverReceived Receipt = "never_received"
	ReceiptUntold Receipt = "untold"
)

// SurplusAttribute is one that nobody declared.
type SurplusAttribute struct {
	// Handle is empty where redaction hid it; each such handle is one of its own.
	Handle  string
	SignIns int // in which it came
	Shown   ShownReceipt
}

// SurplusPolicy is a policy that was asked for and is not described.
type SurplusPolicy struct {
	Policy  string // empty where redaction hid it
	SignIns int
	Shown   ShownReceipt
}

// ShownReceipt is a sign-in with the entry that shows it.
type ShownReceipt struct {
	Run, SignIn int
	At          Ref
}

// MinimizeData makes the report.
func MinimizeData(cfg integration.Config, runs []RunSignIns) Minimization {
	var m Minimization
	for _, a := range cfg.Attributes {
		m.Declared = append(m.Declared, DeclaredAttribute{Handle: a.Handle, Purpose: strings.TrimSpace(a.Purpose), Receipt: NeverReceived})
	}
	surplus, policies := map[string]int{}, map[string]int{}
	for _, r := range newestFirst(runs) {
		for _, s := range r.SignIns {
			m.policies(cfg, r.Run, s, policies)
			if s.completed() {
				m.received(r.Run, s, surplus)
			}
		}
	}
	if m.Known == 0 {
		for i := range m.Declared {
			if m.Declared[i].Receipt == NeverReceived {
				m.Declared[i].Receipt = ReceiptUntold
			}
		}
	}
	return m
}

// received counts what one sign-in brought; at says where a surplus handle stands.
func (m *Minimization) received(run int, s SignIn, at map[string]int) {
	if s.Received.Known {
		m.Known++
	} else {
		m.Dark++
		m.Why = first(m.Why, s.Received.Why)
	}
	for _, a := range s.Received.Attributes {
		shown := ShownReceipt{Run: run, SignIn: s.Number, At: a.At}
		if i := slices.IndexFunc(m.Declared, func(d DeclaredAttribute) bool { return d.Handle == a.Handle }); i >= 0 {
			if m.Declared[i].Shown == nil {
				m.Declared[i].Receipt, m.Declared[i].Shown = Received, &shown
			}
			continue
		}
		i, known := at[a.Handle]
		if !known {
			i = len(m.Surplus)
			at[a.Handle] = i
			m.Surplus = append(m.Surplus, SurplusAttribute{Handle: clearWord(a.Handle), Shown: shown})
		}
		m.Surplus[i].SignIns++
	}
}

// policies counts the policies that one sign-in asked for.
func (m *Minimization) policies(cfg integration.Config, run int, s SignIn, at map[string]int) {
	for _, p := range s.Received.Policies {
		if slices.Contains(cfg.Policies, p) || p == "offline_access" && cfg.Uses.Refresh {
			continue
		}
		i, known := at[p]
		if !known {
			i = len(m.Policies)
			at[p] = i
			m.Policies = append(m.Policies, SurplusPolicy{Policy: clearWord(p), Shown: ShownReceipt{Run: run, SignIn: s.Number, At: s.Authorize}})
		}
		m.Policies[i].SignIns++
	}
}

// clearWord gives a word that stands in clear, empty for a redacted one.
func clearWord(s string) string {
	if strings.HasPrefix(s, "~") {
		return ""
	}
	return s
}

// WithoutPurpose are the declared attributes that nobody gave a purpose.
func (m Minimization) WithoutPurpose() []string {
	return m.handles(func(d DeclaredAttribute) bool { return d.Purpose == "" })
}

// Never are the declared attributes of which it is known that none came.
func (m Minimization) Never() []string {
	return m.handles(func(d DeclaredAttribute) bool { return d.Receipt == NeverReceived })
}

func (m Minimization) handles(keep func(DeclaredAttribute) bool) []string {
	var out []string
	for _, d := range m.Declared {
		if keep(d) {
			out = append(out, d.Handle)
		}
	}
	return out
}

// Words says what a surplus attribute is.
func (a SurplusAttribute) Words() string {
	if a.Handle == "" {
		return "An attribute whose name was redacted: received, not declared"
	}
	return "received, not declared"
}

// Words says what a surplus policy is.
func (p SurplusPolicy) Words() string {
	if p.Policy == "" {
		return "A policy whose name was redacted: asked for, not described"
	}
	return "policy, asked for, not described"
}
