package web

import (
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/packet"
)

// packetRoutes: the packets of an integration.
func (s *Server) packetRoutes(g *echo.Group) {
	g.GET("/integrations/:integration/packets", s.signedIn(showPackets))
	g.GET("/integrations/:integration/packets/draft.pdf", s.signedIn(downloadDraft))
	g.GET("/integrations/:integration/packets/draft-summary.pdf", s.signedIn(downloadDraftSummary))
	g.GET("/integrations/:integration/packets/:packet/download", s.signedIn(downloadPacket))
	g.GET("/integrations/:integration/packets/:packet/report.pdf", s.signedIn(readPacket))
	g.POST("/integrations/:integration/packets/:packet/withdraw", s.signedIn(withdrawPacket))
	g.GET("/integrations/:integration/packets/:packet/summary.pdf", s.signedIn(downloadSummary))
	g.GET("/integrations/:integration/packets/:packet/read", s.signedIn(showReading))
	g.GET("/integrations/:integration/packets/:packet/pictures/:picture", s.signedIn(showPacketPicture))
	g.GET("/integrations/:integration/packets/:packet/questions", s.signedIn(showQuestions))
	g.POST("/integrations/:integration/packets/:packet/questions", s.signedIn(askQuestion))
	g.POST("/integrations/:integration/packets/:packet/questions/:question/answer", s.signedIn(answerQuestion))
}

func pathDraft(id uuid.UUID) string { return pathPackets(id) + "/draft.pdf" }

func pathDraftSummary(id uuid.UUID) string { return pathPackets(id) + "/draft-summary.pdf" }

func pathSummary(id, packet uuid.UUID) string {
	return pathPackets(id) + "/" + packet.String() + "/summary.pdf"
}

func pathPacketDownload(id, packet uuid.UUID) string {
	return pathPackets(id) + "/" + packet.String() + "/download"
}

func pathReport(id, packet uuid.UUID) string {
	return pathPackets(id) + "/" + packet.String() + "/report.pdf"
}

// showPackets lists the packets with how to verify them.
func showPackets(r *request) error { return r.packetsAnswer(http.StatusOK, uuid.Nil, nil) }

// packetsAnswer renders the page, with what went wrong when one was to be withdrawn.
func (r *request) packetsAnswer(status int, withdrawn uuid.UUID, cause error) error {
	page, err := r.integrationPage("Packets", pathPackets)
	if err != nil {
		return err
	}
	packets, err := store.ListPackets(r.ctx(), r.reader(), r.scope(), page.Summary.ID)
	if err != nil {
		return err
	}
	m := view.PacketsModel{Shell: page.Shell, DraftHref: pathDraft(page.Summary.ID), DraftSummary: pathDraftSummary(page.Summary.ID), KeysHref: pathKeys}
	if cause != nil {
		m.Errors = itemErrors(cause)
	} else if r.QueryParam("done") == "withdraw" {
		m.Saved = &components.ConfirmationModel{Now: "The packet is withdrawn.", Next: "Its address says so to everybody who has it."}
	}
	list, _, err := r.server.App.PublicKeys(r.ctx())
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return err
	}
	if list != nil {
		m.Fingerprint = list.Root.ID
	}
	asked := map[uuid.UUID][]store.Question{} // by revision
	for _, p := range packets {
		k := packetModel(page.Summary, p, m.Fingerprint)
		k.CompromisedAt, k.Later = instant(app.SealDoubt(list, p)), withdrawnLater(packets, p)
		k.Withdraw = r.withdrawForm(page.Summary.ID, p, p.ID == withdrawn, cause, m.Errors)
		if k.Made {
			if _, known := asked[p.RevisionID]; !known {
				if asked[p.RevisionID], err = store.ListQuestions(r.ctx(), r.reader(), r.scope(), p.IntegrationID, p.RevisionID); err != nil {
					return err
				}
			}
			k.Questions = questionsLink(asked[p.RevisionID], p)
		}
		m.Packets = append(m.Packets, k)
	}
	if m.SignOffs, err = r.signOffFacts(page.Summary, packets); err != nil {
		return err
	}
	m.SignOffsHref = pathWalkthrough(page.Summary.ID) + "#sign-offs"
	return r.render(status, view.Packets(m))
}

// questionsLink leads to the questions about a packet and says how many are open.
func questionsLink(asked []store.Question, p store.Packet) *view.Link {
	open := 0
	for _, q := range asked {
		if q.PacketID == p.ID && q.Answer == nil {
			open++
		}
	}
	return &view.Link{Text: fmt.Sprintf("Questions (%d open)", open), Href: pathQuestions(p.IntegrationID, p.ID)}
}

// withdrawnLater names the newest edition that took the place of p, where that
// was withdrawn; empty otherwise.
func withdrawnLater(packets []store.Packet, p store.Packet) string {
	newest := p
	for _, k := range packets {
		if k.RevisionID == p.RevisionID && k.Digest != nil && k.Edition > newest.Edition {
			newest = k
		}
	}
	if newest.ID == p.ID || newest.State != store.PacketWithdrawn {
		return ""
	}
	return newest.Name()
}

func packetModel(s store.IntegrationSummary, p store.Packet, fingerprint string) view.PacketModel {
	m := view.PacketModel{Name: p.Name(), About: editionWords(p.Edition), Superseded: p.State == store.PacketSuperseded, Problem: text(p.Problem),
		Withdrawn: withdrawnModel(p)}
	if p.Digest == nil || p.Bytes == nil || p.MadeAt == nil {
		return m
	}
	m.File = app.PacketFile(s.PartnerName, s.Name, p)
	m.Made, m.Href, m.Report, m.At, m.Digest, m.PacketJSON = true, pathPacketDownload(s.ID, p.ID), pathReport(s.ID, p.ID), *p.MadeAt, *p.Digest, text(p.PacketJSON)
	m.Size, m.Seal, m.Address = sizeWords(*p.Bytes), sealWords(p), pathAddress(*p.Digest)
	m.VerifyHref = pathVerify
	m.Summary, m.Read = pathSummary(s.ID, p.ID), pathRead(s.ID, p.ID)
	m.VerifyCommand = "proofwalk verify --fingerprint " + fingerprint + " " + m.File
	return m
}

// sealWords says how the PDF is signed. The time is that of the authority, so it
// is given in UTC, as the token has it.
func sealWords(p store.Packet) string {
	if p.PDFLevel == nil || p.Stamp == nil {
		return ""
	}
	level := "PAdES " + *p.PDFLevel
	switch *p.Stamp {
	case store.StampStamped:
		return level + ", stamped " + p.StampedAt.UTC().Format("2 Jan 2006, 15:04:05 MST") + " by the time-stamp authority"
	case store.StampUnreachable:
		return level + ", without a time stamp: the time-stamp authority gave none when the packet was made"
	default:
		return level + ", without a time stamp: no time-stamp authority is set"
	}
}

func editionWords(edition int) string {
	switch edition {
	case 1:
		return "the readiness packet, to be read in the walkthrough"
	case 2:
		return "with minutes and outcome"
	}
	return "with one more sign-off"
}

// signOffFacts say who signed off the revision of the newest packet and who is
// missing; none before a walkthrough has ended with go.
func (r *request) signOffFacts(s store.IntegrationSummary, packets []store.Packet) ([]components.FactModel, error) {
	if len(packets) == 0 || s.Stage != store.StageSignOff && s.Stage != store.StageLive {
		return nil, nil
	}
	signed, err := store.ListSignOffs(r.ctx(), r.reader(), r.scope(), s.ID)
	if err != nil {
		return nil, err
	}
	var facts []components.FactModel
	for _, x := range signOffParts {
		f := components.FactModel{Name: x.title, Value: "missing"}
		for _, k := range signed {
			if k.Part == x.part && k.RevisionID == packets[0].RevisionID {
				f.Value, f.Verdict = k.SignedOffByName, components.VerdictPass
			}
		}
		facts = append(facts, f)
	}
	return facts, nil
}

func downloadDraft(r *request) error {
	id, err := r.id("integration")
	if err != nil {
		return err
	}
	name, pdf, err := r.server.App.DraftPDF(r.ctx(), r.command(), id)
	if err != nil {
		return err
	}
	attach(r.Context, name)
	return r.Blob(http.StatusOK, "application/pdf", pdf)
}

func downloadDraftSummary(r *request) error {
	id, err := r.id("integration")
	if err != nil {
		return err
	}
	name, pdf, err := r.server.App.DraftSummary(r.ctx(), r.command(), id)
	if err != nil {
		return err
	}
	attach(r.Context, name)
	return r.Blob(http.StatusOK, "application/pdf", pdf)
}

// packetIDs gives the integration and the packet of the path.
func (r *request) packetIDs() (id, packet uuid.UUID, err error) {
	if id, err = r.id("integration"); err != nil {
		return id, packet, err
	}
	packet, err = r.id("packet")
	return id, packet, err
}

func downloadPacket(r *request) error {
	id, packet, err := r.packetIDs()
	if err != nil {
		return err
	}
	name, archive, err := r.server.App.DownloadPacket(r.ctx(), r.command(), id, packet)
	if err != nil {
		return err
	}
	attach(r.Context, name)
	return r.Blob(http.StatusOK, "application/zip", archive)
}

// downloadSummary gives the short PDF for a board.
func downloadSummary(r *request) error {
	id, packet, err := r.packetIDs()
	if err != nil {
		return err
	}
	name, pdf, err := r.server.App.PacketSummary(r.ctx(), r.command(), id, packet)
	if err != nil {
		return err
	}
	attach(r.Context, name)
	return r.Blob(http.StatusOK, "application/pdf", pdf)
}

// reportPolicy lets a browser's own reader show the report and nothing else.
const reportPolicy = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// readPacket shows the packet's report beside whatever else is open.
func readPacket(r *request) error {
	id, packet, err := r.packetIDs()
	if err != nil {
		return err
	}
	pdf, err := r.server.App.ReadPacket(r.ctx(), r.command(), id, packet)
	if err != nil {
		return err
	}
	h := r.Response().Header()
	h.Set("Content-Disposition", "inline")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", reportPolicy)
	return r.Blob(http.StatusOK, "application/pdf", pdf)
}

// attach marks an answer as a download. Names are made by us of a-z, 0-9, dots and hyphens.
func attach(c echo.Context, name string) {
	c.Response().Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	c.Response().Header().Set("Cache-Control", "no-store")
}
