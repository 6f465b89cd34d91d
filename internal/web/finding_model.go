package web

import (
	"strings"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
)

var causeWords = map[analysis.Cause]string{
	analysis.CauseConfiguration: "Configuration", analysis.CausePartnerCode: "Partner code",
	analysis.CauseProvider: "Provider", analysis.CauseTestSetup: "Test set-up",
}

// findingModel draws a finding with pins to the hops it rests on; at most four,
// since a finding on every hop needs none.
func findingModel(integration uuid.UUID, f analysis.Finding) components.FindingModel {
	m := components.FindingModel{
		Verdict: components.Verdict(f.Verdict), Severity: string(f.Severity), Title: f.Title, Rule: f.Rule, RuleHref: pathRule(f.Rule), Cause: causeWords[f.Cause], Expected: f.Expected,
		Actual: f.Actual, Cure: f.Cure, Why: f.Why, Clause: f.Clause,
	}
	if f.PartnerSide {
		m.Origin = "Computed on the partner's side"
	}
	if len(f.Refs) > 4 {
		return m
	}
	for _, ref := range f.Refs {
		capture, err := uuid.Parse(ref.Capture)
		if err != nil {
			continue // a capture that was never stored has no page to pin to
		}
		m.Pins = append(m.Pins, components.PinModel{Text: "hop " + components.Number(ref.Entry+1), Href: pathHop(integration, capture, ref.Entry)})
	}
	return m
}

// commentModel draws a comment; who it is from and where it is pinned.
func commentModel(integration uuid.UUID, c store.Comment) components.CommentModel {
	m := components.CommentModel{ID: "comment-" + c.ID.String(), By: components.PersonModel{Name: c.CreatedByName, Provider: c.FromProvider},
		When: components.Moment(c.CreatedAt), Text: strings.TrimSpace(c.Text)}
	if c.FromProvider {
		m.From = "ID.me"
	}
	if c.CaptureID != nil && c.EntryN != nil {
		m.Pin = &components.PinModel{Text: "hop " + components.Number(*c.EntryN+1), Href: pathHop(integration, *c.CaptureID, *c.EntryN)}
	}
	return m
}
