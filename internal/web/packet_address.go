package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/packet"
)

// addressRoutes: where a packet lives for good. Its state is for everybody who
// has its digest, all else for those who may read the integration.
func (s *Server) addressRoutes(g *echo.Group) {
	g.GET("/packets/:digest", s.showAddress)
	g.GET("/packets/:digest/status.json", s.answerStatus)
	g.GET("/packets/:digest/download", s.signedIn(downloadByDigest))
}

func pathAddress(digest string) string { return "/packets/" + digest }

// packetStatus is the machine-readable state of a digest.
type packetStatus struct {
	Digest       string       `json:"digest"`
	State        string       `json:"state"`
	SupersededBy *string      `json:"superseded_by"`
	WithdrawnAt  *packet.Time `json:"withdrawn_at"`
	Reason       *string      `json:"reason"`
	// These are there only when they say something.
	SupersederWithdrawn   bool         `json:"superseder_withdrawn,omitempty"`
	SupersederCompromised bool         `json:"superseder_compromised,omitempty"`
	CompromisedAt         *packet.Time `json:"compromised_at,omitempty"`
}

// digestOf reads the digest of the address, in either case; no says why it is none.
func digestOf(c echo.Context) (digest, no string) {
	digest, err := verify.ParseFingerprint(c.Param("digest"))
	if err != nil {
		return "", "The address has no SHA-256 in it: that has 64 hex digits. Perhaps it was cut off, or one was mistyped."
	}
	return digest, ""
}

// answerStatus is public and may be asked from pages of other sites: it says
// nothing that depends on who asks.
func (s *Server) answerStatus(c echo.Context) error {
	digest, no := digestOf(c)
	status, err := s.App.StatusOfPacket(c.Request().Context(), digest)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "no-store")
	if status.State == app.StatusUnknown {
		return c.JSON(http.StatusNotFound, struct {
			State   string `json:"state"`
			Problem string `json:"problem,omitempty"`
		}{status.State, no})
	}
	answer := packetStatus{Digest: status.Digest, State: status.State, SupersededBy: status.SupersededBy, Reason: status.Reason,
		SupersederWithdrawn: status.SupersederWithdrawn, SupersederCompromised: status.SupersederCompromised}
	if status.WithdrawnAt != nil {
		at := packet.At(*status.WithdrawnAt)
		answer.WithdrawnAt = &at
	}
	if status.CompromisedAt != nil {
		at := packet.At(*status.CompromisedAt)
		answer.CompromisedAt = &at
	}
	return c.JSON(http.StatusOK, answer)
}

// showAddress shows the state of a packet, and more to those who may read it.
func (s *Server) showAddress(c echo.Context) error {
	ctx := c.Request().Context()
	digest, no := digestOf(c)
	status, err := s.App.StatusOfPacket(ctx, digest)
	if err != nil {
		return err
	}
	fingerprint, err := s.fingerprint(ctx)
	if err != nil {
		return err
	}
	m := view.AddressModel{Shell: s.strangerShell("Packet"), State: status.State, NoDigest: no, WithdrawnAt: instant(status.WithdrawnAt), Reason: text(status.Reason),
		CompromisedAt: instant(status.CompromisedAt), LaterDoubt: doubtWords(status.SupersederWithdrawn, status.SupersederCompromised),
		KeysHref: pathKeys, KeysFile: pathKeysFile, VerifyHref: pathVerify, VerifyCommand: packetCommand(fingerprint, "PACKET.zip")}
	if status.State == app.StatusUnknown {
		return s.render(c, http.StatusNotFound, view.Address(m))
	}
	m.Digest, m.StatusHref = status.Digest, pathAddress(status.Digest)+"/status.json"
	if status.SupersededBy != nil {
		m.SupersededBy = &view.Link{Text: "packet " + (*status.SupersededBy)[:16], Href: pathAddress(*status.SupersededBy)}
	}
	actor, err := s.visitor(c)
	if apperr.Is(err, apperr.Unauthenticated) {
		return s.render(c, http.StatusOK, view.Address(m))
	}
	if err != nil {
		return err
	}
	r := &request{Context: c, server: s, actor: actor}
	m.Shell = r.shell("Packet", "")
	if err := r.fillAddress(&m, status); err != nil {
		return err
	}
	return r.render(http.StatusOK, view.Address(m))
}

// packetCommand verifies a packet against the list of keys that is published now:
// only that knows of a key that was stolen after the packet was made.
func packetCommand(fingerprint, file string) string {
	return "proofwalk verify --fingerprint " + fingerprint + " --keys keys.json " + file
}

// doubtWords say why nobody should rely on an edition; empty where nothing is known.
func doubtWords(withdrawn, compromised bool) string {
	switch {
	case withdrawn:
		return "was withdrawn"
	case compromised:
		return "was sealed with a compromised key"
	}
	return ""
}

// fillAddress adds what only readers of the integration may know.
func (r *request) fillAddress(m *view.AddressModel, status app.PacketStatus) error {
	p, err := store.FindPacketByDigest(r.ctx(), r.reader(), r.scope(), status.Digest)
	if apperr.Is(err, apperr.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	summary, err := store.FindIntegrationSummary(r.ctx(), r.reader(), r.scope(), p.IntegrationID)
	if err != nil {
		return err
	}
	m.Packet = &view.AddressedModel{Name: p.Name(), Integration: summary.Name, Partner: summary.PartnerName, PacketHref: pathPacket(summary.ID, p.ID),
		Download: pathAddress(status.Digest) + "/download", Report: pathReport(summary.ID, p.ID), At: instant(p.MadeAt)}
	m.VerifyCommand = strings.Replace(m.VerifyCommand, "PACKET.zip", app.PacketFile(summary.PartnerName, summary.Name, p), 1)
	if m.SupersededBy != nil {
		newest, err := store.FindPacketByDigest(r.ctx(), r.reader(), r.scope(), *status.SupersededBy)
		if err != nil {
			return err
		}
		m.SupersededBy.Text = "packet " + newest.Name()
	}
	return nil
}

// downloadByDigest gives the archive to those who may read the integration; to
// all others there is no such page.
func downloadByDigest(r *request) error {
	digest, _ := digestOf(r.Context)
	p, err := store.FindPacketByDigest(r.ctx(), r.reader(), r.scope(), digest)
	if err != nil {
		return err
	}
	name, archive, err := r.server.App.DownloadPacket(r.ctx(), r.command(), p.IntegrationID, p.ID)
	if err != nil {
		return err
	}
	attach(r.Context, name)
	return r.Blob(http.StatusOK, "application/zip", archive)
}

// withdrawPacket takes the form under a packet.
func withdrawPacket(r *request) error {
	id, packet, err := r.packetIDs()
	if err != nil {
		return err
	}
	p, err := store.FindPacket(r.ctx(), r.reader(), r.scope(), id, packet)
	if err != nil {
		return err
	}
	if r.FormValue("sure") == "true" || !r.actor.Can(auth.WithdrawPacket, p.PartnerID) { // who may not is told that first
		err = r.server.App.WithdrawPacket(r.ctx(), r.command(), id, packet, r.FormValue("reason"))
	} else {
		err = apperr.InvalidFields("The packet was not withdrawn.", apperr.Field{Name: "sure", Text: "Say that you know it: nobody can take a withdrawal back."})
	}
	switch kind := apperr.KindOf(err); kind {
	case "":
		return r.see(pathPacket(id, packet) + "?done=withdraw")
	case apperr.Invalid, apperr.Conflict:
		return r.packetAnswer(statusOf[kind], packet, err)
	}
	return err
}

// withdrawnModel says that a packet was withdrawn; nil where it was not.
func withdrawnModel(p store.Packet) *view.WithdrawnModel {
	if p.WithdrawnAt == nil {
		return nil
	}
	return &view.WithdrawnModel{At: *p.WithdrawnAt, By: p.WithdrawnByName, Reason: text(p.WithdrawnReason)}
}

// withdrawForm is the form beside a packet, with what went wrong when it was sent.
func (r *request) withdrawForm(p store.Packet, cause error, summary *components.ErrorSummaryModel) *view.WithdrawForm {
	if p.Digest == nil || p.State == store.PacketWithdrawn || !r.actor.Can(auth.WithdrawPacket, p.PartnerID) {
		return nil
	}
	f := &view.WithdrawForm{Action: pathPacket(p.IntegrationID, p.ID) + "/withdraw", Key: formKey(),
		Reason: components.FieldModel{Name: "reason", ID: "reason-" + p.Name(), Label: "Why nobody should rely on it", Rows: 2,
			Hint: "A sentence, 20 characters or more. Public: everybody who has the packet can read it. Name nobody."},
		Sure: components.CheckboxModel{FieldModel: components.FieldModel{Name: "sure", ID: "sure-" + p.Name(), Label: "I know that this is for good and public"}}}
	if cause != nil && strings.HasSuffix(r.Path(), "/withdraw") { // another form here has it tried again
		f.Open, f.Reason.Value, f.Sure.Checked = true, r.FormValue("reason"), r.FormValue("sure") == "true"
		r.refuse(cause, summary, &f.Reason, &f.Sure.FieldModel)
	}
	return f
}
