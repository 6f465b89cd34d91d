// Package checklist holds the rules of a checklist: what a requirement is, which
// requirements apply to an integration, how an item moves between its states,
// and which items hold a gate shut. Pure: it knows no person and no database.
package checklist

import (
	"slices"

	"github.com/proofwalk/proofwalk/internal/integration"
)

// Requirement is one text of the catalogue, with id and version.
type Requirement struct {
	ID      string `yaml:"id"`
	Section string `yaml:"section"` // letter of the section
	Title   string `yaml:"title"`
	Why     string `yaml:"why"`  // one sentence: why it is asked
	Help    string `yaml:"help"` // how to show it
	By      By     `yaml:"by"`
	Phase   Phase  `yaml:"phase"`
	// Required holds where the requirement applies.
	Required  bool                   `yaml:"required"`
	Protocols []integration.Protocol `yaml:"protocols"` // none means any
	UseCases  []integration.UseCase  `yaml:"use_cases"` // none means any
	When      Condition              `yaml:"when"`
	Evidence  []Slot                 `yaml:"evidence"`
	// Rules support a claim; they never make one.
	Rules []string `yaml:"rules"`
	// RestsOn are the fields of the description that the evidence was shown
	// with, see Touched; empty for none, never nil.
	RestsOn []string `yaml:"rests_on"`
	// MaxAgeDays is how many days evidence counts, 0 for ever; MaxAgeWhy is why.
	MaxAgeDays int    `yaml:"max_age_days"`
	MaxAgeWhy  string `yaml:"max_age_why"`

	Source Source `yaml:"source"`
	// MayBeAsked marks what is inferred and not known to be asked: wording and
	// weight can be changed per integration.
	MayBeAsked bool `yaml:"may_be_asked"`
	// Step is what is said and expected in the walkthrough; for walkthrough items.
	Step Step `yaml:"step"`
}

// Slot is a place for one kind of evidence.
type Slot struct {
	Kind   EvidenceKind `yaml:"kind"`
	Needed bool         `yaml:"needed"`
	Label  string       `yaml:"label"` // what belongs into it, in words
	// RestsOn counts instead of the requirement's for this kind; nil for the
	// requirement's.
	RestsOn []string `yaml:"rests_on"`
}

// Source says where a requirement comes from.
type Source struct {
	Title string `yaml:"title"`
	URL   string `yaml:"url"` // https, empty when there is none to link
}

// Step is the wording of a walkthrough step.
type Step struct {
	Say    string `yaml:"say"`
	Expect string `yaml:"expect"`
}

// By says who does an item.
type By string

// Who does an item.
const (
	ByPartner    By = "partner"
	ByConsultant By = "consultant"
	ByBoth       By = "both"
)

// Phase says which gate an item holds.
type Phase string

// The phases: review items gate submit and ready, the other two gate go.
const (
	PhaseReview      Phase = "review"
	PhaseWalkthrough Phase = "walkthrough"
	PhaseGoLive      Phase = "go_live"
)

// EvidenceKind is a kind of evidence.
type EvidenceKind string

// The kinds of evidence. A declaration is the partner's word only, an
// observation the consultant's.
const (
	EvidenceRedirect    EvidenceKind = "redirect"
	EvidenceError       EvidenceKind = "error"
	EvidenceScreenshot  EvidenceKind = "screenshot"
	EvidenceBackChannel EvidenceKind = "back_channel"
	EvidenceDeclaration EvidenceKind = "declaration"
	EvidenceObservation EvidenceKind = "observation"
)

// Condition is an extra condition on the integration, from a closed list.
type Condition string

// The conditions.
const (
	Always         Condition = ""
	WhenRefresh    Condition = "uses.refresh"
	WhenLogout     Condition = "uses.logout"
	WhenEncryption Condition = "encryption" // payload or assertion encryption, or SAML at all
)

func (c Condition) holds(cfg integration.Config) bool {
	switch c {
	case WhenRefresh:
		return cfg.Uses.Refresh
	case WhenLogout:
		return cfg.Uses.Logout
	case WhenEncryption:
		return cfg.PayloadEncryption || cfg.SAML.Encryption || cfg.Protocol == integration.SAML2
	}
	return true
}

// Applies tells whether the requirement applies to the integration.
func (r Requirement) Applies(cfg integration.Config) bool {
	if len(r.Protocols) > 0 && !slices.Contains(r.Protocols, cfg.Protocol) {
		return false
	}
	if len(r.UseCases) > 0 && !slices.ContainsFunc(cfg.UseCases, func(u integration.UseCase) bool { return slices.Contains(r.UseCases, u) }) {
		return false
	}
	return r.When.holds(cfg)
}
