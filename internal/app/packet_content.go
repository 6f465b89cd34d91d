package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/store"
)

// gathering collects a packet's content from the database. It is used by one
// goroutine for one packet.
type gathering struct {
	ctx         context.Context
	q           store.Querier
	scope       auth.Scope
	integration store.Integration
	source      packetSource

	frozen      *store.Frozen // of the revision; nil for a draft
	items       []store.ChecklistItem
	evidence    []store.Evidence
	captures    []store.Capture
	newest      time.Time                      // when the newest capture came, whether evidence rests on it or not
	labels      map[uuid.UUID]string           // of captures: t-001
	itemLabels  map[uuid.UUID]string           // of items: TST-09
	runFindings map[uuid.UUID][]packet.Finding // findings of a run, with their labels
}

// packetContent fixes what an edition of a revision's packet says as of now.
func (a *App) packetContent(ctx context.Context, q store.Querier, scope auth.Scope, revision uuid.UUID, edition int, now time.Time) (packetSource, store.Revision, error) {
	r, err := store.FindRevision(ctx, q, scope, revision)
	if err != nil {
		return packetSource{}, store.Revision{}, err
	}
	frozen, err := store.FindFrozen(ctx, q, scope, r.ID)
	if err != nil {
		return packetSource{}, store.Revision{}, err
	}
	g, err := gather(ctx, q, scope, r.IntegrationID, r.ConfigurationVersion, &frozen)
	if err != nil {
		return packetSource{}, store.Revision{}, err
	}
	c := &g.source.Content
	c.RuleSet, c.Address = r.RuleSet, a.PacketsURL
	c.Revision, c.Edition, c.MadeAt = r.Number, edition, packet.At(now)
	for _, step := range []func() error{func() error { return g.decisions(r) }, func() error { return g.questions(r.ID) }, g.credentialPasses} {
		if err := step(); err != nil {
			return packetSource{}, store.Revision{}, err
		}
	}
	return g.source, r, nil
}

// currentConfiguration stands for the newest configuration version.
const currentConfiguration = 0

// gather reads all that a packet of the integration is made of but decisions
// and the passes of its texts.
// The description is that of the configuration version: a revision's packet
// keeps the one it was submitted with, and the findings and sign-ins of the runs
// that it froze, whatever they were judged as since.
func gather(ctx context.Context, q store.Querier, scope auth.Scope, id uuid.UUID, version int, frozen *store.Frozen) (*gathering, error) {
	g := &gathering{ctx: ctx, q: q, scope: scope, frozen: frozen, labels: map[uuid.UUID]string{}, itemLabels: map[uuid.UUID]string{}, runFindings: map[uuid.UUID][]packet.Finding{}}
	var err error
	if g.integration, err = store.FindIntegration(ctx, q, scope, id); err != nil {
		return nil, err
	}
	if version != currentConfiguration && version != g.integration.ConfigurationVersion {
		saved, err := store.FindConfigurationVersion(ctx, q, scope, id, version)
		if err != nil {
			return nil, err
		}
		g.integration.Name, g.integration.Config, g.integration.ConfigDigest = saved.Config.Name, saved.Config, saved.Digest
		g.integration.ConfigurationVersion = version
	}
	if g.items, err = store.ListChecklistItems(ctx, q, scope, id); err != nil {
		return nil, err
	}
	if g.evidence, err = store.ListEvidence(ctx, q, scope, id); err != nil {
		return nil, err
	}
	g.head()
	for _, step := range []func() error{g.transcripts, g.findings, g.coverage, g.hops, g.itemsWithEvidence, g.remarks} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// head fills in the integration, the sections and the versions.
func (g *gathering) head() {
	c, cfg := &g.source.Content, g.integration.Config
	c.Template, c.RuleSet = checklist.Builtin().Version, analysis.RuleSet
	c.Integration = packet.Integration{
		ID: g.integration.ID.String(), Name: g.integration.Name, Slug: slug(g.integration.PartnerName + " " + g.integration.Name), Partner: g.integration.PartnerName,
		Protocol: string(cfg.Protocol), Environment: string(cfg.Environment), ConfigVersion: g.integration.ConfigurationVersion, ConfigDigest: g.integration.ConfigDigest,
	}
	for _, u := range cfg.UseCases {
		c.Integration.UseCases = append(c.Integration.UseCases, string(u))
	}
	for _, line := range integration.Diff(integration.Config{}, cfg) {
		g.source.Facts = append(g.source.Facts, packet.Fact{Name: line.Field, Values: strings.Split(line.New, "\n")})
	}
	for _, s := range checklist.Builtin().Sections {
		c.Sections = append(c.Sections, packet.Section{ID: s.Letter, Title: s.Title})
	}
}

// slug makes a name fit for a file: a-z, 0-9 and single hyphens.
func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	s := strings.Join(words, "-")
	if len(s) > 60 {
		s = strings.Trim(s[:60], "-")
	}
	if s == "" {
		return "integration"
	}
	return s
}

// itemsWithEvidence fills in the items that apply, their evidence and what
// supports them.
func (g *gathering) itemsWithEvidence() error {
	c := &g.source.Content
	for _, i := range g.items {
		if !i.Applies {
			continue
		}
		requirement, _ := checklist.Builtin().Requirement(i.RequirementID)
		item := packet.Item{
			ID: i.RequirementID, Section: requirement.Section, Title: i.Title, Version: i.TemplateVersion, Phase: string(i.Phase), Required: i.Required,
			By: string(i.DoneBy), State: string(i.State), Stale: i.StaleReason != nil, StaleReason: deref(i.StaleReason), Inference: i.MayBeAsked,
		}
		if i.NotApplicableReason != nil {
			item.NotApplicable = *i.NotApplicableReason
		}
		if i.ClaimedAt != nil {
			item.Claim = &packet.Act{By: i.ClaimedByName, Organisation: g.integration.PartnerName, At: packet.At(*i.ClaimedAt)}
		}
		item.Decision = itemDecision(i)
		for _, e := range g.evidence {
			if e.ItemID == i.ID {
				item.Evidence = append(item.Evidence, g.evidenceOf(e, i.StaleReason != nil))
			}
		}
		item.Findings = g.supporting(i, requirement.Rules)
		g.itemLabels[i.ID] = i.RequirementID
		c.Items = append(c.Items, item)
	}
	return nil
}

// providerName is how the identity provider is named in packets.
const providerName = "ID.me"

func itemDecision(i store.ChecklistItem) *packet.Act {
	switch {
	case i.ConfirmedAt != nil:
		return &packet.Act{By: i.ConfirmedByName, Organisation: providerName, At: packet.At(*i.ConfirmedAt)}
	case i.DecidedAt != nil:
		return &packet.Act{By: i.DecidedByName, Organisation: providerName, At: packet.At(*i.DecidedAt)}
	}
	return nil
}

func (g *gathering) evidenceOf(e store.Evidence, stale bool) packet.Evidence {
	out := packet.Evidence{Kind: string(e.Kind), By: e.CreatedByName, ConfigVersion: e.ConfigurationVersion, RuleSet: e.RuleSet, Stale: stale,
		Clocks: clocks(e.HappenedAt, e.CapturedAt, e.ReceivedAt)}
	if checklist.OlderRelease(e.Release, g.integration.Config.Release) {
		out.OlderRelease = e.Release
	}
	switch {
	case e.CaptureID != nil:
		out.Transcript = g.labels[*e.CaptureID]
	case e.ArtifactDigest != nil:
		out.Screenshot = g.screenshot(e)
	case e.Text != nil:
		out.Text = *e.Text
	}
	if e.DocumentDigest != nil {
		out.Document = &packet.Document{Name: deref(e.DocumentName), MediaType: e.DocumentType, Bytes: e.DocumentBytes, SHA256: *e.DocumentDigest,
			LookedInto: isTextDocument(e.DocumentType)}
	}
	return out
}

// screenshot adds a picture and gives its label.
func (g *gathering) screenshot(e store.Evidence) string {
	c := &g.source.Content
	label := packet.Label(packet.LabelScreenshot, len(c.Screenshots)+1)
	c.Screenshots = append(c.Screenshots, packet.Screenshot{ID: label, Title: fmt.Sprintf("Screenshot for %s", g.requirementOf(e.ItemID)), By: e.CreatedByName, Masks: e.Masks,
		Clocks: clocks(e.HappenedAt, e.CapturedAt, e.ReceivedAt)})
	g.source.Screenshots = append(g.source.Screenshots, *e.ArtifactDigest)
	return label
}

func (g *gathering) requirementOf(item uuid.UUID) string {
	for _, i := range g.items {
		if i.ID == item {
			return i.RequirementID
		}
	}
	return ""
}

// supporting lists the findings of the item's rules in the runs of its evidence.
func (g *gathering) supporting(i store.ChecklistItem, rules []string) []string {
	var out []string
	seen := map[uuid.UUID]bool{}
	for _, e := range g.evidence {
		if e.ItemID != i.ID || e.TestRunID == nil || seen[*e.TestRunID] {
			continue
		}
		seen[*e.TestRunID] = true
		for _, f := range g.runFindings[*e.TestRunID] {
			for _, rule := range rules {
				if f.Rule == rule {
					out = append(out, f.ID)
				}
			}
		}
	}
	return out
}

func clocks(happened, captured *time.Time, received time.Time) packet.Clocks {
	c := packet.Clocks{ReceivedAt: packet.At(received)}
	if happened != nil {
		c.HappenedAt = packet.At(*happened)
	}
	if captured != nil {
		c.CapturedAt = packet.At(*captured)
	}
	return c
}
