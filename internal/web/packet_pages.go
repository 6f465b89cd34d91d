package web

import (
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/store"
	view "github.com/proofwalk/proofwalk/views/packet"
)

// packetRoutes: the packets of an integration.
func (s *Server) packetRoutes(g *echo.Group) {
	g.GET("/integrations/:integration/packets", s.signedIn(showPackets))
	g.GET("/integrations/:integration/packets/draft.pdf", s.signedIn(downloadDraft))
	g.GET("/integrations/:integration/packets/draft-summary.pdf", s.signedIn(downloadDraftSummary))
	g.GET("/integrations/:integration/packets/:packet", s.signedIn(showPacket))
	g.POST("/integrations/:integration/packets/:packet/again", s.signedIn(askForPacketAgain))
	g.POST("/integrations/:integration/packets/:packet/check", s.signedIn(checkPacketAgain))
	g.GET("/integrations/:integration/packets/:packet/download", s.signedIn(downloadPacket))
	g.POST("/integrations/:integration/packets/:packet/next", s.signedIn(makeNextEdition))
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

// pathPacket leads to one packet in full.
func pathPacket(id, packet uuid.UUID) string { return pathPackets(id) + "/" + packet.String() }

// pathCheck takes the form that has a packet checked again.
func pathCheck(id, packet uuid.UUID) string { return pathPacket(id, packet) + "/check" }

func pathSummary(id, packet uuid.UUID) string { return pathPacket(id, packet) + "/summary.pdf" }

func pathPacketDownload(id, packet uuid.UUID) string { return pathPacket(id, packet) + "/download" }

func pathReport(id, packet uuid.UUID) string { return pathPacket(id, packet) + "/report.pdf" }

// countOpen counts the questions that nobody has answered.
func countOpen(asked []store.Question) (n int) {
	for _, q := range asked {
		if q.Answer == nil {
			n++
		}
	}
	return n
}

// questionsLink leads to the questions about a packet and says how many are open.
func questionsLink(asked []store.Question, p store.Packet) view.Link {
	return view.Link{Text: fmt.Sprintf("Questions (%d open)", countOpen(asked)), Href: pathQuestions(p.IntegrationID, p.ID)}
}

// doubtfulLater names the newest edition that took the place of p and says why
// nobody should rely on it; nil where nothing is known against it.
func doubtfulLater(packets []store.Packet, p store.Packet, list *keys.File) *view.LaterModel {
	newest := p
	for _, k := range packets {
		if k.RevisionID == p.RevisionID && k.Digest != nil && k.Edition > newest.Edition {
			newest = k
		}
	}
	doubt := doubtWords(newest.State == store.PacketWithdrawn, app.SealDoubt(list, newest) != nil)
	if newest.ID == p.ID || doubt == "" {
		return nil
	}
	return &view.LaterModel{Name: newest.Name(), Doubt: doubt}
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

// editionWords say what an edition is by what asked for it; signed are the sign-offs
// of the integration, the oldest first. Those of the last ones have editions of their own.
func editionWords(k store.Packet, all []store.Packet, signed []store.SignOff) string {
	switch k.Cause {
	case store.CauseDecision:
		return "the readiness packet, to be read in the walkthrough"
	case store.CauseOutcome:
		return "with minutes and outcome"
	case store.CauseRenewal:
		return "says the same as the edition before, sealed anew"
	}
	later := 0
	for _, other := range all {
		if other.RevisionID == k.RevisionID && other.Cause == store.CauseSignOff && other.Edition > k.Edition {
			later++
		}
	}
	var of []store.SignOff
	for _, s := range signed {
		if s.RevisionID == k.RevisionID {
			of = append(of, s)
		}
	}
	at := len(of) - 1 - later
	if at < 0 {
		return "with one more sign-off"
	}
	words := "with the sign-off of " + of[at].SignedOffByName
	for _, x := range signOffParts {
		if x.part == of[at].Part {
			words += ", " + x.as
		}
	}
	return words
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
	name, pdf, err := r.server.App.ReadPacket(r.ctx(), r.command(), id, packet)
	if err != nil {
		return err
	}
	h := r.Response().Header()
	h.Set("Content-Disposition", `inline; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", reportPolicy)
	return r.Blob(http.StatusOK, "application/pdf", pdf)
}

// attach marks an answer as a download. Names are made by us of a-z, 0-9, dots and hyphens.
func attach(c echo.Context, name string) {
	c.Response().Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	c.Response().Header().Set("Cache-Control", "no-store")
}
