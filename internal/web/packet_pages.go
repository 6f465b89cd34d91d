package web

import (
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/store"
	view "github.com/proofwalk/proofwalk/views/packet"
)

// packetRoutes: the packets of an integration, and the public page of keys.
func (s *Server) packetRoutes(g *echo.Group) {
	g.GET("/integrations/:integration/packets", s.signedIn(showPackets))
	g.GET("/integrations/:integration/packets/draft.pdf", s.signedIn(downloadDraft))
	g.GET("/integrations/:integration/packets/draft-summary.pdf", s.signedIn(downloadDraftSummary))
	g.GET("/integrations/:integration/packets/:packet/download", s.signedIn(downloadPacket))
	g.GET("/integrations/:integration/packets/:packet/report.pdf", s.signedIn(readPacket))
	g.GET("/integrations/:integration/packets/:packet/summary.pdf", s.signedIn(downloadSummary))
	g.GET("/integrations/:integration/packets/:packet/read", s.signedIn(showReading))
	g.GET("/integrations/:integration/packets/:packet/pictures/:picture", s.signedIn(showPacketPicture))
	g.GET("/integrations/:integration/packets/:packet/questions", s.signedIn(showQuestions))
	g.POST("/integrations/:integration/packets/:packet/questions", s.signedIn(askQuestion))
	g.POST("/integrations/:integration/packets/:packet/questions/:question/answer", s.signedIn(answerQuestion))
	g.GET("/keys", s.showKeys)
	g.GET("/keys.json", s.downloadKeys)
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
func showPackets(r *request) error {
	page, err := r.integrationPage("Packets", pathPackets)
	if err != nil {
		return err
	}
	packets, err := store.ListPackets(r.ctx(), r.reader(), r.scope(), page.Summary.ID)
	if err != nil {
		return err
	}
	m := view.PacketsModel{Shell: page.Shell, DraftHref: pathDraft(page.Summary.ID), DraftSummary: pathDraftSummary(page.Summary.ID), KeysHref: pathKeys, Fingerprint: r.server.App.Keys.Fingerprint()}
	for _, p := range packets {
		m.Packets = append(m.Packets, packetModel(page.Summary, p, m.Fingerprint))
	}
	return r.render(http.StatusOK, view.Packets(m))
}

func packetModel(s store.IntegrationSummary, p store.Packet, fingerprint string) view.PacketModel {
	m := view.PacketModel{Name: fmt.Sprintf("r%d.%d", p.RevisionNumber, p.Edition), About: editionWords(p.Edition), State: string(p.State),
		Superseded: p.State == store.PacketSuperseded, Problem: text(p.Problem)}
	if p.Digest == nil || p.Bytes == nil || p.MadeAt == nil {
		return m
	}
	m.File = app.PacketFile(s.PartnerName, s.Name, p)
	m.Made, m.Href, m.Report, m.At, m.Digest, m.PacketJSON = true, pathPacketDownload(s.ID, p.ID), pathReport(s.ID, p.ID), *p.MadeAt, *p.Digest, text(p.PacketJSON)
	m.Size, m.Summary, m.Read = sizeWords(*p.Bytes), pathSummary(s.ID, p.ID), pathRead(s.ID, p.ID)
	m.VerifyCommand = "proofwalk verify --fingerprint " + fingerprint + " " + m.File
	return m
}

func editionWords(edition int) string {
	if edition == 1 {
		return "the readiness packet, read in the walkthrough"
	}
	return "with minutes and outcome"
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

// showKeys is public: a stranger compares the fingerprint here.
func (s *Server) showKeys(c echo.Context) error {
	m := view.KeysModel{Shell: s.strangerShell("Keys"), Fingerprint: s.App.Keys.Fingerprint(), FileHref: "/keys.json"}
	for _, k := range s.App.Keys.List() {
		m.Keys = append(m.Keys, view.KeyModel{ID: k.ID, Use: string(k.Use), Algorithm: k.Algorithm, Status: string(k.Status), NotBefore: k.NotBefore.Time})
	}
	return s.render(c, http.StatusOK, view.Keys(m))
}

func (s *Server) downloadKeys(c echo.Context) error {
	attach(c, "keys.json")
	return c.Blob(http.StatusOK, "application/json", s.App.Keys.KeysJSON())
}
