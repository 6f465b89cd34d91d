package checklist

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/integration"
)

// weights is what each requirement of version 1 asks of whom and when: changing
// a line here is changing what partners are held to.
var weights = []struct {
	id       string
	phase    Phase
	by       By
	required bool
}{
	{"RDY-01", PhaseWalkthrough, ByBoth, true},
	{"RDY-02", PhaseReview, ByPartner, true},
	{"RDY-03", PhaseReview, ByPartner, true},
	{"TST-01", PhaseReview, ByPartner, true},
	{"TST-02", PhaseReview, ByPartner, false},
	{"TST-03", PhaseReview, ByPartner, true},
	{"TST-04", PhaseReview, ByBoth, true},
	{"TST-05", PhaseReview, ByPartner, false},
	{"TST-06", PhaseReview, ByPartner, false},
	{"TST-07", PhaseReview, ByPartner, false},
	{"TST-08", PhaseReview, ByPartner, true},
	{"TST-09", PhaseReview, ByBoth, true},
	{"TST-10", PhaseReview, ByPartner, true},
	{"TST-11", PhaseReview, ByPartner, false},
	{"TST-12", PhaseReview, ByPartner, false},
	{"TST-13", PhaseReview, ByPartner, false},
	{"TST-14", PhaseReview, ByPartner, false},
	{"TST-15", PhaseReview, ByPartner, false},
	{"TST-16", PhaseReview, ByPartner, false},
	{"TST-17", PhaseReview, ByBoth, false},
	{"TST-18", PhaseReview, ByPartner, false},
	{"TST-19", PhaseReview, ByBoth, true},
	{"TST-20", PhaseReview, ByPartner, true},
	{"ERR-01", PhaseReview, ByPartner, true},
	{"ERR-02", PhaseReview, ByPartner, true},
	{"ERR-03", PhaseReview, ByPartner, false},
	{"ERR-04", PhaseReview, ByPartner, false},
	{"ERR-05", PhaseReview, ByPartner, false},
	{"SES-01", PhaseWalkthrough, ByConsultant, false},
	{"SES-02", PhaseWalkthrough, ByConsultant, false},
	{"SES-03", PhaseWalkthrough, ByConsultant, true},
	{"SES-04", PhaseWalkthrough, ByConsultant, true},
	{"SES-05", PhaseWalkthrough, ByConsultant, true},
	{"SES-06", PhaseWalkthrough, ByBoth, true},
	{"SES-07", PhaseReview, ByBoth, true},
	{"SES-08", PhaseReview, ByPartner, false},
	{"CTX-01", PhaseReview, ByPartner, false},
	{"CTX-02", PhaseReview, ByPartner, false},
	{"CTX-03", PhaseGoLive, ByPartner, false},
	{"DAT-01", PhaseReview, ByPartner, true},
	{"DAT-02", PhaseReview, ByPartner, true},
	{"DAT-03", PhaseReview, ByPartner, true},
	{"DAT-04", PhaseReview, ByBoth, false},
	{"DAT-05", PhaseReview, ByBoth, true},
	{"DAT-06", PhaseGoLive, ByBoth, true},
}

// ruleIDs are the rules that requirements may name.
var ruleIDs = []string{
	"TR-01", "TR-02", "TR-04", "TR-06", "TR-07", "TR-08",
	"AR-01", "AR-02", "AR-03", "AR-04", "AR-06", "AR-08", "AR-09", "AR-12", "AR-13", "AR-14",
	"CB-01", "CB-06", "CB-07", "CB-12", "CB-23",
	"ER-01", "ER-02", "ER-04", "ER-05",
	"SA-01", "SA-02", "SA-03", "SA-04", "SA-05", "SA-06", "SA-07", "SA-08",
}

func TestBuiltinWeights(t *testing.T) {
	t.Parallel()
	got := Builtin()
	if got.Version != 1 {
		t.Errorf("version = %d, want 1", got.Version)
	}
	if len(weights) != 45 || len(got.Requirements) != len(weights) {
		t.Fatalf("%d requirements against a table of %d, want 45 of both", len(got.Requirements), len(weights))
	}
	for n, want := range weights {
		r := got.Requirements[n]
		if r.ID != want.id || r.Phase != want.phase || r.By != want.by || r.Required != want.required {
			t.Errorf("requirement %d = %s %s %s required %v, want %v", n+1, r.ID, r.Phase, r.By, r.Required, want)
		}
		if mayBeAsked := slices.Contains([]string{"ERR-02", "ERR-05", "CTX-03"}, r.ID); r.MayBeAsked != mayBeAsked {
			t.Errorf("%s: may be asked = %v, want %v", r.ID, r.MayBeAsked, mayBeAsked)
		}
	}
}

func TestBuiltinSections(t *testing.T) {
	t.Parallel()
	letters := map[string]string{"RDY": "A", "TST": "B", "ERR": "C", "SES": "D", "CTX": "E", "DAT": "F"}
	template := Builtin()
	var got []string
	for _, s := range template.Sections {
		got = append(got, s.Letter)
		if s.Title == "" || template.SectionTitle(s.Letter) != s.Title {
			t.Errorf("section %s has no title of its own", s.Letter)
		}
	}
	if diff := cmp.Diff([]string{"A", "B", "C", "D", "E", "F"}, got); diff != "" {
		t.Errorf("sections (-want +got):\n%s", diff)
	}
	for _, r := range template.Requirements {
		if prefix, _, _ := strings.Cut(r.ID, "-"); r.Section != letters[prefix] {
			t.Errorf("%s is in section %s, want %s", r.ID, r.Section, letters[prefix])
		}
	}
	if title := template.SectionTitle("Z"); title != "" {
		t.Errorf("the unknown section Z has the title %q", title)
	}
}

func TestBuiltinRulesExist(t *testing.T) {
	t.Parallel()
	catalogue := map[string]bool{}
	for _, rule := range analysis.Catalogue() {
		catalogue[rule.ID] = true
	}
	for _, id := range ruleIDs {
		if !catalogue[id] {
			t.Errorf("the catalogue has no rule %s", id)
		}
	}
	named := map[string]bool{}
	for _, r := range Builtin().Requirements {
		for n, id := range r.Rules {
			named[id] = true
			if !slices.Contains(ruleIDs, id) {
				t.Errorf("%s names %s, which is no rule", r.ID, id)
			}
			if slices.Contains(r.Rules[:n], id) {
				t.Errorf("%s names %s twice", r.ID, id)
			}
		}
	}
	for _, id := range ruleIDs {
		if !named[id] {
			t.Errorf("no requirement names %s: its findings would support nothing", id)
		}
	}
}

func TestBuiltinTexts(t *testing.T) {
	t.Parallel()
	titles := map[string]string{}
	for _, r := range Builtin().Requirements {
		if r.Title == "" || strings.HasSuffix(r.Title, ".") || len(r.Title) > 60 {
			t.Errorf("%s: the title %q is empty, too long or ends with a full stop", r.ID, r.Title)
		}
		if other := titles[r.Title]; other != "" {
			t.Errorf("%s and %s have one title", other, r.ID)
		}
		titles[r.Title] = r.ID
		if n := sentences(r.Why); n != 1 {
			t.Errorf("%s: why has %d sentences, want 1: %q", r.ID, n, r.Why)
		}
		if n := sentences(r.Help); n < 1 || n > 3 {
			t.Errorf("%s: help has %d sentences, want 1 to 3: %q", r.ID, n, r.Help)
		}
		if r.Phase != PhaseWalkthrough {
			if r.Step != (Step{}) {
				t.Errorf("%s has a step and is no item of the walkthrough", r.ID)
			}
			continue
		}
		if sentences(r.Step.Say) != 1 || sentences(r.Step.Expect) != 1 {
			t.Errorf("%s: a step says and expects one sentence each, got %+v", r.ID, r.Step)
		}
	}
}

// sentences counts the sentences of a text; 0 when it does not begin with a
// capital letter or does not end with a full stop.
func sentences(text string) int {
	if text == "" || text != strings.TrimSpace(text) || !strings.HasSuffix(text, ".") || text[0] < 'A' || text[0] > 'Z' {
		return 0
	}
	return strings.Count(text, ". ") + 1
}

func TestBuiltinSources(t *testing.T) {
	t.Parallel()
	for _, r := range Builtin().Requirements {
		if r.MayBeAsked {
			if want := (Source{Title: "Ordinary practice"}); r.Source != want {
				t.Errorf("%s is inferred, its source is %+v", r.ID, r.Source)
			}
			continue
		}
		u, err := url.Parse(r.Source.URL)
		if err != nil || u.Scheme != "https" || !slices.Contains([]string{"docs.id.me", "developer.id.me", "developers.id.me"}, u.Host) || u.Path == "" {
			t.Errorf("%s: %q is no https address of a documentation page", r.ID, r.Source.URL)
		}
		if earlier := strings.Contains(r.Source.Title, "(earlier page)"); earlier != (u != nil && u.Host != "docs.id.me") {
			t.Errorf("%s: title %q does not tell whether the page is of today", r.ID, r.Source.Title)
		}
	}
}

func TestBuiltinSlots(t *testing.T) {
	t.Parallel()
	kinds := []EvidenceKind{EvidenceRedirect, EvidenceError, EvidenceScreenshot, EvidenceBackChannel, EvidenceDeclaration, EvidenceObservation}
	for _, r := range Builtin().Requirements {
		if len(r.Evidence) == 0 || !r.Evidence[0].Needed {
			t.Errorf("%s: the first slot is not needed, or there is none", r.ID)
		}
		seen := map[EvidenceKind]bool{}
		for _, s := range r.Evidence {
			if !slices.Contains(kinds, s.Kind) {
				t.Errorf("%s: %s is no kind of evidence", r.ID, s.Kind)
			}
			if seen[s.Kind] {
				t.Errorf("%s has two slots of kind %s: evidence could not tell them apart", r.ID, s.Kind)
			}
			seen[s.Kind] = true
			if s.Label == "" || strings.HasSuffix(s.Label, ".") {
				t.Errorf("%s: the label %q is empty or a sentence", r.ID, s.Label)
			}
			// The observation is the consultant's only evidence, and nobody else's.
			if (r.By == ByConsultant) != (s.Kind == EvidenceObservation) && (s.Needed || s.Kind == EvidenceObservation) {
				t.Errorf("%s, done by %s, needs %s", r.ID, r.By, s.Kind)
			}
		}
	}
}

func TestBuiltinConditions(t *testing.T) {
	t.Parallel()
	for _, r := range Builtin().Requirements {
		for _, p := range r.Protocols {
			if !slices.Contains([]integration.Protocol{integration.OAuth, integration.OIDC, integration.SAML2}, p) {
				t.Errorf("%s: %s is no protocol", r.ID, p)
			}
		}
		for _, u := range r.UseCases {
			if !slices.Contains([]integration.UseCase{integration.Group, integration.Identity, integration.Authentication}, u) {
				t.Errorf("%s: %s is no use case", r.ID, u)
			}
		}
		if !slices.Contains([]Condition{Always, WhenRefresh, WhenLogout, WhenEncryption}, r.When) {
			t.Errorf("%s: %s is no condition, so it would always hold", r.ID, r.When)
		}
	}
}

func TestRequirementByID(t *testing.T) {
	t.Parallel()
	if r, ok := Builtin().Requirement("TST-09"); !ok || r.ID != "TST-09" {
		t.Errorf("TST-09 gives %q, %v", r.ID, ok)
	}
	if _, ok := Builtin().Requirement("TST-99"); ok {
		t.Error("TST-99 is found")
	}
}

func TestParseTemplateRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"an unknown field": "version: 1\nrequirements: [{id: A-01, titel: x}]",
		"an id twice":      "version: 1\nrequirements: [{id: A-01}, {id: A-01}]",
		"no document":      "",
		"other shapes":     "requirements: 7",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := parseTemplate([]byte(text)); err == nil {
				t.Errorf("parsed as %+v", got)
			}
		})
	}
}
