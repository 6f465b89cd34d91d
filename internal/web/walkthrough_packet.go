package web

import (
	"fmt"
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/walkthrough"
)

// besidePacket is the packet that everybody has open beside the walkthrough, with
// the questions about it.
type besidePacket struct {
	row       store.Packet
	says      *packet.Content // of packetBeside; nil while the packet is being made
	damaged   bool            // of packetBeside: it cannot be read
	questions []store.Question
}

// newestPackets gives the newest edition of the revision's packet, nil while none was
// asked for, and the newest that is made, nil while there is none. A link needs no more.
func (r *request) newestPackets(p walkthroughPage) (newest, made *besidePacket, err error) {
	packets, err := store.ListPackets(r.ctx(), r.reader(), r.scope(), p.Summary.ID)
	if err != nil {
		return nil, nil, err
	}
	for _, k := range packets {
		if k.RevisionID != p.revision.ID {
			continue
		}
		if newest == nil || k.Edition > newest.row.Edition {
			newest = &besidePacket{row: k}
		}
		if k.Digest != nil && (made == nil || k.Edition > made.row.Edition) {
			made = &besidePacket{row: k}
		}
	}
	return newest, made, nil
}

// packetBeside is the newest edition with what the packet says and the questions about it.
func (r *request) packetBeside(p walkthroughPage) (*besidePacket, error) {
	b, _, err := r.newestPackets(p)
	if err != nil || b == nil || b.row.Digest == nil {
		return b, err
	}
	b.says, err = r.server.App.PacketContent(r.ctx(), b.row)
	if b.damaged = apperr.Is(err, apperr.Damaged); err != nil && !b.damaged {
		return nil, err
	}
	b.questions, err = r.questionsOf(b.row)
	return b, err
}

// link leads to the packet; nil without one.
func (b *besidePacket) link() *view.Link {
	switch {
	case b == nil:
		return nil
	case b.row.Digest == nil:
		return &view.Link{Text: "Packet " + b.row.Name() + " is being made", Href: pathPackets(b.row.IntegrationID)}
	}
	if b.damaged {
		return &view.Link{Text: "Packet " + b.row.Name() + " is damaged here: what to do", Href: pathPacket(b.row.IntegrationID, b.row.ID)}
	}
	if b.row.State == store.PacketWithdrawn {
		return &view.Link{Text: "Read packet " + b.row.Name() + ", which is withdrawn", Href: pathRead(b.row.IntegrationID, b.row.ID)}
	}
	return &view.Link{Text: "Read packet " + b.row.Name() + " beside this page", Href: pathRead(b.row.IntegrationID, b.row.ID)}
}

// signed is what a sign-off stands for; nil without an edition that is made.
func (b *besidePacket) signed() *view.SignedPacket {
	if b == nil {
		return nil
	}
	return &view.SignedPacket{Name: b.row.Name(), Digest: (*b.row.Digest)[:16], Href: pathPacket(b.row.IntegrationID, b.row.ID)}
}

// withdrawn says what makes the next edition while this one is withdrawn, a sign-off
// too while one is open; empty while it is not. Whoever signs off has to know, for
// the next edition says the same.
func (b *besidePacket) withdrawn(open bool) string {
	if b == nil || b.row.State != store.PacketWithdrawn {
		return ""
	}
	way := "A sign-off makes the next edition, and so can the consultant on the packet's page."
	if !open {
		way = "The consultant makes the next edition on the packet's page."
	}
	return fmt.Sprintf("Packet %s is withdrawn: “%s”. %s That one says the same and is not withdrawn. "+
		"If what it says is wrong, a new revision puts that right.", b.row.Name(), strings.TrimSuffix(text(b.row.WithdrawnReason), "."), way)
}

// openQuestions leads to the questions that nobody has answered and says what
// becomes of them; nil where there are none.
func (b *besidePacket) openQuestions() *view.Link {
	if b == nil {
		return nil
	}
	open := countOpen(b.questions)
	if open == 0 {
		return nil
	}
	return &view.Link{Text: components.Plural(open, "question is", "questions are") + " open.", Href: pathQuestions(b.row.IntegrationID, b.row.ID)}
}

// asked says on the page of the minutes what became of the questions; nil without an
// edition that is made.
func (r *request) asked(b *besidePacket) (*view.AskedModel, error) {
	if b == nil {
		return nil, nil
	}
	questions, err := r.questionsOf(b.row)
	if err != nil {
		return nil, err
	}
	m := &view.AskedModel{Open: countOpen(questions), All: view.Link{Text: "Questions on packet " + b.row.Name(), Href: pathQuestions(b.row.IntegrationID, b.row.ID)}}
	switch {
	case len(questions) == 0:
		m.Text = "Nobody has asked anything."
	case m.Open > 0:
		m.Text = components.Plural(m.Open, "question waits", "questions wait") + " for an answer. The answer stays on the server and is in no packet."
	case len(questions) == 1:
		m.Text = "The one that was asked is answered."
	default:
		m.Text = fmt.Sprintf("All %d are answered.", len(questions))
	}
	return m, nil
}

// besideStep is what the packet holds of the item that a step confirms: its
// places, and the questions that are pinned to them.
func (r *request) besideStep(b *besidePacket, requirement string) *view.BesideModel {
	if b == nil || b.says == nil {
		return nil
	}
	at := slices.IndexFunc(b.says.Items, func(i packet.Item) bool { return i.ID == requirement })
	if at < 0 {
		return nil
	}
	id, item := b.row.IntegrationID, &b.says.Items[at]
	m := &view.BesideModel{Packet: b.row.Name(), AllHref: pathQuestions(id, b.row.ID)}
	add := func(text, anchor string) {
		m.Places = append(m.Places, view.Link{Text: text, Href: pathPlace(id, b.row.ID, anchor)})
	}
	add(item.ID, item.ID)
	for _, s := range b.says.Sections {
		if s.ID == item.Section {
			add(s.Title, "section-"+s.ID)
		}
	}
	about := placesOf(item)
	for _, anchor := range about[1:] {
		if !strings.HasPrefix(anchor, packet.LabelFinding) { // the item lists them
			add(anchor, anchor)
		}
	}
	if r.actor.Can(auth.Comment, b.row.PartnerID) {
		m.AskHref = pathQuestions(id, b.row.ID) + "?at=" + item.ID + "#ask"
	}
	for _, q := range b.questions {
		part, _, _ := strings.Cut(q.Anchor, ".e") // a hop's question is about its transcript
		if !slices.Contains(about, part) {
			if q.Answer == nil {
				m.OpenElsewhere++
			}
			continue
		}
		asked := askedModel(q)
		m.Questions = append(m.Questions, view.QuestionModel{Label: asked.Label, Place: q.Anchor, PlaceHref: pathPlace(id, b.row.ID, q.Anchor), Text: q.Text,
			By: q.AskedByName, At: q.AskedAt, Answer: asked.Answer, AnsweredBy: asked.AnsweredBy, Href: asked.Href})
	}
	return m
}

// placesOf are the places that an item rests on, the item first: evidence,
// remarks, findings.
func placesOf(item *packet.Item) []string {
	out := []string{item.ID}
	add := func(anchor string) {
		if anchor != "" && !slices.Contains(out, anchor) {
			out = append(out, anchor)
		}
	}
	for _, e := range item.Evidence {
		add(e.Transcript)
		add(e.Screenshot)
	}
	for _, anchor := range slices.Concat(item.Remarks, item.Findings) {
		add(anchor)
	}
	return out
}
