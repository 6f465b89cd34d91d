package web

import (
	"strings"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
)

// passNote says beside texts which of them look like a credential and why they
// are none; empty for texts that look like none. The passes are read only when
// a text asks for them.
func (r *request) passNote(integration uuid.UUID, texts ...string) (string, error) {
	for _, t := range texts {
		if len(redact.CheckText(t)) == 0 {
			continue
		}
		passes, err := store.ListCredentialPasses(r.ctx(), r.reader(), r.scope(), integration)
		if err != nil {
			return "", err
		}
		for _, p := range passes {
			if p.Passes(t) {
				return passWords(p), nil
			}
		}
	}
	return "", nil
}

func passWords(p store.CredentialPass) string {
	return "Looks like " + ruleWords(p.Rules) + " and was passed by " + p.PassedByName + ": " + p.Reason
}

func ruleWords(rules []string) string {
	names := make([]string, len(rules))
	for n, rule := range rules {
		names[n] = app.CredentialName(rule)
	}
	return strings.Join(names, ", ")
}

// passModels lists what was passed in an integration, for its review.
func (r *request) passModels(integration uuid.UUID) ([]components.PassedModel, error) {
	passes, err := store.ListCredentialPasses(r.ctx(), r.reader(), r.scope(), integration)
	if err != nil {
		return nil, err
	}
	out := make([]components.PassedModel, len(passes))
	for n, p := range passes {
		out[n] = components.PassedModel{Field: strings.ReplaceAll(p.Field, "_", " "), LooksLike: ruleWords(p.Rules), Reason: p.Reason, By: p.PassedByName, At: p.PassedAt}
		if p.Item != "" {
			out[n].Item, out[n].Href = p.Item, pathItem(integration, p.Item)
		}
	}
	return out, nil
}
