package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/store"
)

// draftContent is the content of the integration as it stands, for a draft.
func (a *App) draftContent(ctx context.Context, q store.Querier, scope auth.Scope, integrationID uuid.UUID, now time.Time) (packetSource, error) {
	g, err := gather(ctx, q, scope, integrationID, currentConfiguration, nil)
	if err != nil {
		return packetSource{}, err
	}
	c := &g.source.Content
	c.Revision, c.Edition, c.MadeAt = 1, 1, packet.At(now)
	revisions, err := store.ListRevisions(ctx, q, scope, integrationID)
	if err != nil {
		return packetSource{}, err
	}
	if len(revisions) > 0 {
		if err := g.standing(revisions); err != nil {
			return packetSource{}, err
		}
	}
	return g.source, g.credentialPasses()
}

// standing fills in what is on record of the newest revision. Where that is not
// decided, or work on the next has begun, what was decided last is told as the
// revision's before: it was not decided of what the draft shows.
func (g *gathering) standing(revisions []store.Revision) error {
	c, last := &g.source.Content, revisions[0]
	c.Revision = last.Number
	if err := g.decisions(last); err != nil {
		return err
	}
	if concluded := g.concluded(); !concluded.IsZero() && g.newest.After(concluded) {
		c.Before = &packet.Before{Revision: last.Number, Decision: c.Decision, Outcome: c.Outcome}
		c.Revision++
		c.Decision, c.Outcome, c.Walkthrough, c.SignOffs, g.source.Minutes = nil, nil, nil, nil, nil
		return nil
	}
	if c.Decision == nil && len(revisions) > 1 {
		before := *g
		before.source = packetSource{}
		if err := before.decisions(revisions[1]); err != nil {
			return err
		}
		c.Before = &packet.Before{Revision: revisions[1].Number, Decision: before.source.Content.Decision, Outcome: before.source.Content.Outcome}
	}
	return g.questions(last.ID)
}

// concluded is when the revision's last word was said; zero while the review or
// the walkthrough is still to say it.
func (g *gathering) concluded() time.Time {
	c := &g.source.Content
	switch {
	case c.Outcome != nil:
		return c.Outcome.At.Time
	case c.Decision != nil && c.Decision.Word == "returned":
		return c.Decision.At.Time
	}
	return time.Time{}
}
