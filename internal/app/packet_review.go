package app

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/store"
)

// remarks fills in what reviewers asked for, pinned where the pin is drawn.
func (g *gathering) remarks() error {
	all, err := store.ListRemarks(g.ctx, g.q, g.scope, g.integration.ID)
	if err != nil {
		return err
	}
	c := &g.source.Content
	for _, r := range all {
		label := packet.Label(packet.LabelRemark, r.Number)
		n := slices.IndexFunc(c.Items, func(i packet.Item) bool { return i.ID == r.RequirementID })
		if n < 0 {
			continue // the item does not apply any more and is not in the packet
		}
		c.Items[n].Remarks = append(c.Items[n].Remarks, label)
		out := packet.Remark{ID: label, Item: r.RequirementID, Pin: g.pin(r), Param: deref(r.Param), State: string(r.State),
			Act: packet.Act{By: r.CreatedByName, Organisation: providerName, At: packet.At(r.CreatedAt), Text: r.Text}}
		if r.Answer != nil && r.AnsweredAt != nil {
			out.Answers = []packet.Act{{By: r.AnsweredByName, Organisation: g.integration.PartnerName, At: packet.At(*r.AnsweredAt), Text: *r.Answer}}
		}
		if r.ClosedAt != nil {
			out.Closed = &packet.Act{By: r.ClosedByName, Organisation: providerName, At: packet.At(*r.ClosedAt), Text: deref(r.WaiverReason)}
		}
		c.Remarks = append(c.Remarks, out)
	}
	return nil
}

// credentialPasses lists the passes of texts that are in the packet, whatever
// field they were passed in. What was withdrawn or edited since is not there.
func (g *gathering) credentialPasses() error {
	passes, err := store.ListCredentialPasses(g.ctx, g.q, g.scope, g.integration.ID)
	if err != nil || len(passes) == 0 {
		return err
	}
	c, texts := &g.source.Content, g.suspects()
	for _, p := range passes {
		if !slices.ContainsFunc(texts, p.Passes) {
			continue
		}
		if !slices.ContainsFunc(c.Items, func(i packet.Item) bool { return i.ID == p.Item }) {
			p.Item = "" // it does not apply any more; the text stands elsewhere
		}
		c.CredentialPasses = append(c.CredentialPasses, packet.CredentialPass{ID: packet.Label(packet.LabelPass, len(c.CredentialPasses)+1),
			Item: p.Item, Field: p.Field, Rules: p.Rules, Act: packet.Act{By: p.PassedByName, At: packet.At(p.PassedAt), Text: p.Reason}})
	}
	return nil
}

// suspects lists what passes know the packet's texts by that look like a
// credential.
func (g *gathering) suspects() []string {
	var known []string
	add := func(texts ...string) {
		for _, text := range texts {
			if len(redact.CheckText(text)) > 0 {
				known = append(known, text)
			}
		}
	}
	c := &g.source.Content
	for _, t := range integration.Texts(g.integration.Config) {
		add(t.Text)
	}
	for _, i := range c.Items {
		add(i.Title, i.NotApplicable)
		for _, e := range i.Evidence {
			add(e.Text)
			if e.Document != nil {
				add(e.Document.Name)
				known = append(known, documentKnownBy(e.Document.SHA256))
			}
		}
	}
	for _, r := range c.Remarks {
		add(r.Param, r.Text)
		for _, answer := range r.Answers {
			add(answer.Text)
		}
		if r.Closed != nil {
			add(r.Closed.Text)
		}
	}
	if c.Decision != nil {
		add(c.Decision.Text)
	}
	if c.Outcome != nil {
		add(c.Outcome.Text)
		add(c.Outcome.Conditions...)
	}
	if c.Walkthrough != nil {
		for _, p := range c.Walkthrough.People {
			add(p[:max(0, strings.LastIndex(p, ", "))]) // without the part that the person takes
		}
	}
	for _, m := range g.source.Minutes {
		add(m.Title, m.Text)
	}
	for _, q := range c.Questions {
		add(q.Text, q.Answer.Text)
	}
	return known
}

// pin is the anchor of the hop that a remark is pinned to, empty where that hop
// is not drawn.
func (g *gathering) pin(r store.Remark) string {
	if r.CaptureID == nil || r.EntryN == nil {
		return ""
	}
	for _, t := range g.source.Content.Transcripts {
		if t.ID == g.labels[*r.CaptureID] && slices.ContainsFunc(t.Hops, func(h packet.Hop) bool { return h.N == *r.EntryN+1 }) {
			return packet.HopAnchor(t.ID, *r.EntryN+1)
		}
	}
	return ""
}

// decisions fills in what was decided of the revision: the review, and for a
// later edition the walkthrough with its minutes and the sign-offs.
func (g *gathering) decisions(r store.Revision) error {
	all, err := store.ListDecisions(g.ctx, g.q, g.scope, g.integration.ID)
	if err != nil {
		return err
	}
	c := &g.source.Content
	for _, d := range all {
		if d.RevisionID != r.ID {
			continue
		}
		act := packet.Act{By: d.DecidedByName, Organisation: providerName, At: packet.At(d.HappenedAt), Text: d.Reasons}
		switch d.Decision {
		case "ready", "returned":
			c.Decision = &packet.Decision{Word: d.Decision, Act: act}
		default:
			c.Outcome = &packet.Outcome{Word: d.Decision, Act: act}
		}
	}
	if err := g.signOffs(r.ID); err != nil {
		return err
	}
	return g.minutes(r.ID)
}

// signOffWords are the packet's words for who signed off.
var signOffWords = map[string]string{"partner": "partner", "reviewer": "consultant", "account_team": "account_team"}

func (g *gathering) signOffs(revision uuid.UUID) error {
	all, err := store.ListSignOffs(g.ctx, g.q, g.scope, g.integration.ID)
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.RevisionID != revision {
			continue
		}
		g.source.Content.SignOffs = append(g.source.Content.SignOffs, packetSignOff(g.integration.PartnerName, s.Part, s.SignedOffByName, s.SignedOffAt))
	}
	return nil
}

// packetSignOff is a sign-off as a packet says it.
func packetSignOff(partner, part, by string, at time.Time) packet.SignOff {
	organisation := providerName
	if part == SignOffPartner {
		organisation = partner
	}
	return packet.SignOff{Role: signOffWords[part], Act: packet.Act{By: by, Organisation: organisation, At: packet.At(at)}}
}

// minutes fills in the walkthrough once it has begun: who took part and what was
// said of each step.
func (g *gathering) minutes(revision uuid.UUID) error {
	held, err := store.FindWalkthrough(g.ctx, g.q, g.scope, g.integration.ID, revision)
	if apperr.Is(err, apperr.NotFound) {
		return nil
	}
	if err != nil || held.StartedAt == nil {
		return err
	}
	steps, err := store.ListWalkthroughSteps(g.ctx, g.q, g.scope, held.ID)
	if err != nil {
		return err
	}
	c := &g.source.Content
	c.Walkthrough = &packet.Walkthrough{HeldAt: packet.At(*held.StartedAt)}
	for _, p := range held.People {
		c.Walkthrough.People = append(c.Walkthrough.People, p.Name+", "+string(p.Part))
	}
	for _, s := range steps {
		if s.Mark == nil || s.MarkedAt == nil {
			continue // nothing was said of it
		}
		g.source.Minutes = append(g.source.Minutes, packet.MinutesEntry{ID: packet.Label(packet.LabelMinutes, s.N), Item: s.RequirementID, Title: s.Title,
			Mark: *s.Mark, Act: packet.Act{By: s.MarkedByName, Organisation: providerName, At: packet.At(*s.MarkedAt), Text: s.Observation}})
		if *s.Mark == "with_condition" && c.Outcome != nil {
			c.Outcome.Conditions = append(c.Outcome.Conditions, s.Observation)
		}
	}
	return nil
}
