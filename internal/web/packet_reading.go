package web

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/store"
	view "github.com/proofwalk/proofwalk/views/packet"
)

func pathRead(id, packet uuid.UUID) string { return pathPacket(id, packet) + "/read" }

func pathQuestions(id, packet uuid.UUID) string { return pathPacket(id, packet) + "/questions" }

// pathPlace leads to a place of a packet: .../read#TST-09.
func pathPlace(id, packet uuid.UUID, anchor string) string {
	return pathRead(id, packet) + "#" + anchor
}

// showReading shows a packet to be read, as its own packet.json says it: nothing
// but the questions about it comes from elsewhere.
func showReading(r *request) error {
	id, packetID, err := r.packetIDs()
	if err != nil {
		return err
	}
	page, err := r.integrationPage("Packet", pathPackets)
	if err != nil {
		return err
	}
	opened, err := r.server.App.OpenPacket(r.ctx(), r.command(), id, packetID)
	if err != nil {
		return err
	}
	says, row := opened.Says, opened.Packet
	m := view.NewReading(says)
	m.Shell, m.Digest, m.PacketJSON, m.Superseded = page.Shell, text(row.Digest), text(row.PacketJSON), row.State == store.PacketSuperseded
	m.Withdrawn, m.KeysHref, m.KeysFile = withdrawnModel(row), pathKeys, pathKeysFile
	if err := r.addDoubts(&m, row); err != nil {
		return err
	}
	m.PacketHref, m.DownloadHref, m.ReportHref = pathPacket(id, packetID), pathPacketDownload(id, packetID), pathReport(id, packetID)
	m.SummaryHref, m.QuestionsHref = pathSummary(id, packetID), pathQuestions(id, packetID)
	// Its pictures belong to this view: who looks is noted once.
	m.PictureHref = func(label string) string {
		return pathPacket(id, packetID) + "/pictures/" + label + ".png?view=" + opened.Entry.String()
	}
	m.VerifyCommand = packetCommand("SHA256", app.PacketFile(page.Summary.PartnerName, page.Summary.Name, row))
	m.CanAsk = r.actor.Can(auth.Comment, row.PartnerID)
	for _, s := range says.Screenshots {
		if c, err := png.DecodeConfig(bytes.NewReader(s.PNG)); err == nil {
			m.Sizes[s.ID] = [2]int{c.Width, c.Height}
		}
	}
	questions, err := r.questionsOf(row)
	if err != nil {
		return err
	}
	for _, q := range questions {
		if q.PacketID == row.ID { // what was asked at an earlier edition stands there
			m.Asked[q.Anchor] = append(m.Asked[q.Anchor], askedModel(q))
		}
		if q.Answer == nil {
			m.Open++
		}
	}
	return r.render(http.StatusOK, view.Reading(m))
}

// addDoubts says what is known against the packet, and against the edition that
// took its place.
func (r *request) addDoubts(m *view.ReadingModel, row store.Packet) error {
	list, _, err := r.server.App.PublicKeys(r.ctx())
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return err
	}
	all, err := store.ListPackets(r.ctx(), r.reader(), r.scope(), row.IntegrationID)
	if err != nil {
		return err
	}
	m.CompromisedAt, m.Later = instant(app.SealDoubt(list, row)), doubtfulLater(all, row, list)
	return nil
}

// showPacketPicture gives a picture of a packet; who looks is in the audit log, with
// the view that the picture belongs to or by itself.
func showPacketPicture(r *request) error {
	id, packetID, err := r.packetIDs()
	if err != nil {
		return err
	}
	view, err := uuid.Parse(r.QueryParam("view"))
	if err != nil {
		view = uuid.Nil // of no view
	}
	picture, err := r.server.App.PacketPicture(r.ctx(), r.command(), id, packetID, strings.TrimSuffix(r.Param("picture"), ".png"), view)
	if err != nil {
		return err
	}
	r.Response().Header().Set("Cache-Control", "no-store")
	return r.Blob(http.StatusOK, "image/png", picture)
}

// questionsOf gives the questions about a packet and the editions before it: whoever
// looks at the newest one has to see what is still open there.
func (r *request) questionsOf(p store.Packet) ([]store.Question, error) {
	all, err := store.ListQuestions(r.ctx(), r.reader(), r.scope(), p.IntegrationID, p.RevisionID)
	if err != nil {
		return nil, err
	}
	var out []store.Question
	for _, q := range all {
		if q.Edition <= p.Edition {
			out = append(out, q)
		}
	}
	return out, nil
}

func askedModel(q store.Question) view.AskedModel {
	label := packet.Label(packet.LabelQuestion, q.Number)
	return view.AskedModel{Label: label, Anchor: q.Anchor, Text: q.Text, By: q.AskedByName, At: q.AskedAt, Answer: text(q.Answer),
		AnsweredBy: q.AnsweredByName, AnsweredAt: instant(q.AnsweredAt), Href: pathQuestions(q.IntegrationID, q.PacketID) + "#" + label}
}

// placeTitle says what is at a place of a packet; empty where there is no such place.
func placeTitle(c *packet.Content, anchor string) string {
	for _, i := range c.Items {
		if i.ID == anchor {
			return i.Title
		}
	}
	for _, f := range c.Findings {
		if f.ID == anchor {
			return f.Rule + ": " + f.Title
		}
	}
	for _, t := range c.Transcripts {
		title := packet.ScenarioTitle(t.Scenario)
		if t.ID == anchor {
			return "Transcript: " + title
		}
		for _, h := range t.Hops {
			if packet.HopAnchor(t.ID, h.N) == anchor {
				return fmt.Sprintf("%s, hop %d: %s %s%s", title, h.N, h.Method, h.Host, h.Path)
			}
		}
	}
	for _, s := range c.Screenshots {
		if s.ID == anchor {
			return s.Title
		}
	}
	for _, known := range packet.Anchors(c) {
		if known == anchor {
			return "A place of the packet."
		}
	}
	return ""
}
