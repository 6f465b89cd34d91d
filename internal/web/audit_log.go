package web

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	auditview "github.com/proofwalk/proofwalk/views/audit"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/integration"
)

// logRoutes: the audit log of an integration with its proofs, the whole log, and
// what strangers keep of it: its newest checkpoint and that it begins with an
// older one.
func (s *Server) logRoutes(g *echo.Group) {
	g.GET("/integrations/:integration/history", s.signedIn(showHistory))
	g.GET("/integrations/:integration/history/:entry", s.signedIn(showLogEntry))
	g.GET("/integrations/:integration/history/:entry/proof.json", s.signedIn(downloadLogProof))
	g.GET(pathLog, s.signedIn(showLog))
	g.GET(pathCheckpoint, s.downloadCheckpoint)
	g.GET(pathExtension, s.programs(s.downloadExtension))
}

// checkpointsPage is how many checkpoints stand on a page.
const checkpointsPage = 50

// showHistory lists the audit log of an integration, newest first; with ?packet=
// only what was done to that packet.
func showHistory(r *request) error {
	page, err := r.integrationPage("History", pathHistory)
	if err != nil {
		return err
	}
	before, err := uuid.Parse(r.QueryParam("before"))
	if err != nil {
		before = uuid.Nil // the first page
	}
	id := page.Summary.ID
	m := view.HistoryModel{Shell: page.Shell, Packet: packetName(r.QueryParam("packet"))}
	rows, err := r.historyRows(id, m.Packet, before)
	if err != nil {
		return err
	}
	if m.Packet != "" {
		m.AllHref = pathHistory(id)
	}
	if len(rows) > historyPage {
		rows = rows[:historyPage]
		m.Pages.NextHref = pathHistory(id) + "?before=" + rows[historyPage-1].ID.String()
		if m.Packet != "" {
			m.Pages.NextHref += "&packet=" + m.Packet
		}
	}
	m.Pages.Shown = components.Plural(len(rows), "entry", "entries")
	if r.actor.Can(auth.ReadProviderAudit, uuid.Nil) {
		m.LogHref = pathLog
	}
	checkpoint, faults, err := r.server.App.ProveEntries(r.ctx(), rows)
	if err != nil {
		return err
	}
	m.Size, m.SignedAt = checkpoint.Size, checkpoint.SignedAt
	for i, e := range rows {
		line := view.HistoryLine{At: e.At, Who: e.ActorName, What: wordsOf(e), Object: objectWords(e), Detail: detailWords(e.Details), ID: e.ID.String(),
			Logged: view.LogWaits, Href: pathLogEntry(id, e.ID)}
		switch {
		case e.Position == nil && e.Held:
			line.Logged = view.LogHeld
		case e.Position != nil:
			line.Position, line.Leaf = components.Number(int(*e.Position)), hex.EncodeToString(e.LeafHash)
			line.Logged = logState(*e.Position, checkpoint.Size, faults[i])
		}
		m.Entries = append(m.Entries, line)
	}
	return r.render(http.StatusOK, view.History(m))
}

// historyRows gives a page of the history and one entry more, where there is one.
func (r *request) historyRows(id uuid.UUID, packet string, before uuid.UUID) ([]store.AuditRow, error) {
	if packet == "" {
		return store.ListAudit(r.ctx(), r.reader(), r.scope(), id, before, historyPage+1)
	}
	return store.ListPacketAudit(r.ctx(), r.reader(), r.scope(), id, packet, before, historyPage+1)
}

// packetName gives the name of a packet, "r3.1"; empty for anything else.
func packetName(s string) string {
	if namesPacket.MatchString(s) {
		return s
	}
	return ""
}

var namesPacket = regexp.MustCompile(`^r[1-9][0-9]{0,8}\.[1-9][0-9]{0,8}$`)

func logState(position, size int64, fault error) view.LogState {
	switch {
	case fault != nil:
		return view.LogAltered
	case position >= size:
		return view.LogPlaced
	default:
		return view.LogProved
	}
}

// logEntry finds the entry of the path.
func (r *request) logEntry() (integration uuid.UUID, e store.AuditRow, err error) {
	if integration, err = r.id("integration"); err != nil {
		return integration, e, err
	}
	id, err := r.id("entry")
	if err != nil {
		return integration, e, err
	}
	e, err = store.FindAudit(r.ctx(), r.reader(), r.scope(), integration, id)
	return integration, e, err
}

// showLogEntry draws an entry with its proof.
func showLogEntry(r *request) error {
	page, err := r.integrationPage("Audit entry", pathHistory)
	if err != nil {
		return err
	}
	id, e, err := r.logEntry()
	if err != nil {
		return err
	}
	m := auditview.EntryModel{Shell: page.Shell, BackHref: pathHistory(id), What: actWords(e), Who: e.ActorName, At: e.At, ID: e.ID.String(),
		Encoded: string(e.Encoded), LeafHash: hex.EncodeToString(e.LeafHash)}
	if e.Position != nil {
		m.Position = components.Number(int(*e.Position))
	}
	proven, err := r.server.App.ProveEntry(r.ctx(), e)
	switch {
	case apperr.Is(err, apperr.Conflict):
	case errors.Is(err, app.ErrNotProven):
		r.server.Log.Error("the proof of an audit entry", "entry", e.ID, "cause", err.Error())
		m.Fault = true
	case err != nil:
		return err
	default:
		fingerprint, err := r.server.fingerprint(r.ctx())
		if err != nil {
			return err
		}
		m.Proof = &auditview.ProofModel{Size: proven.Checkpoint.Size, SignedAt: proven.Checkpoint.SignedAt, Note: proven.Checkpoint.Note,
			FileHref: pathLogProof(id, e.ID), Command: verifyCommand(fingerprint, proofFile(e))}
		for _, h := range proven.Hashes {
			m.Proof.Hashes = append(m.Proof.Hashes, hex.EncodeToString(h[:]))
		}
	}
	return r.render(http.StatusOK, auditview.Entry(m))
}

// proofFile is the name of an entry's proof.
func proofFile(e store.AuditRow) string { return "audit-entry-" + e.ID.String() + ".json" }

func verifyCommand(fingerprint, file string) string {
	return "proofwalk verify --fingerprint " + fingerprint + " " + file
}

// downloadLogProof gives an entry's proof as a file.
func downloadLogProof(r *request) error {
	_, e, err := r.logEntry()
	if err != nil {
		return err
	}
	proven, err := r.server.App.ProveEntry(r.ctx(), e)
	if err != nil {
		return err
	}
	b, err := r.server.App.EntryProofFile(r.ctx(), proven)
	if err != nil {
		return err
	}
	attach(r.Context, proofFile(e))
	return r.Blob(http.StatusOK, "application/json", b)
}

// showLog draws the whole log for the provider's admins.
func showLog(r *request) error {
	if !r.actor.Can(auth.ReadProviderAudit, uuid.Nil) {
		return apperr.New(apperr.Forbidden, "Only an admin of the provider reads the whole audit log. Each integration's own is under History.")
	}
	a := r.server.App
	edge, err := store.AuditHead(r.ctx(), r.reader())
	if err != nil {
		return err
	}
	waits, err := store.AuditWaits(r.ctx(), r.reader())
	if err != nil {
		return err
	}
	origin, key, err := a.LogName(r.ctx())
	if err != nil {
		return err
	}
	rows, err := a.ProveCheckpoints(r.ctx(), sizeOf(r.QueryParam("below")), checkpointsPage+1)
	if err != nil {
		return err
	}
	m := auditview.LogModel{Shell: r.shell("Audit log", pathLog), Entries: edge.Size(), Waits: waits, Origin: origin, VerifierKey: key,
		KeepCommand: "curl -o checkpoint " + a.PublicURL + pathCheckpoint, FsckCommand: "proofwalkd fsck --checkpoint checkpoint"}
	if len(rows) > checkpointsPage {
		rows = rows[:checkpointsPage]
		m.Pages.NextHref = pathLog + "?below=" + strconv.FormatInt(rows[checkpointsPage-1].Size, 10)
	}
	m.Pages.Shown = components.Plural(len(rows), "checkpoint", "checkpoints")
	for _, c := range rows {
		line := auditview.CheckpointModel{Size: c.Size, SignedAt: c.SignedAt, Root: hex.EncodeToString(c.Root), Key: c.KeyID[:min(16, len(c.KeyID))], Hashes: c.Hashes,
			FileHref: pathExtension + "?from=" + strconv.FormatInt(c.Size, 10)}
		if c.Fault != nil {
			line.Fault = "Does not hold"
		}
		m.Checkpoints = append(m.Checkpoints, line)
	}
	return r.render(http.StatusOK, auditview.Log(m))
}

// sizeOf reads a size of the log; 0 for anything else.
func sizeOf(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// downloadCheckpoint is public: whoever keeps what it answers can hold the
// server to it later.
func (s *Server) downloadCheckpoint(c echo.Context) error {
	checkpoint, err := store.LastCheckpoint(c.Request().Context(), s.Store.Reader())
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.String(http.StatusOK, checkpoint.Note)
}

// downloadExtension is public too: it proves that the log begins with that of
// the checkpoint of so many entries.
func (s *Server) downloadExtension(c echo.Context) error {
	size, err := strconv.ParseInt(c.QueryParam("from"), 10, 64)
	if err != nil || size < 0 {
		return apperr.New(apperr.Invalid, "from is how many entries the log of the older checkpoint has: a whole number.")
	}
	b, err := s.App.ExtensionFile(c.Request().Context(), size)
	if err != nil {
		return err
	}
	attach(c, fmt.Sprintf("audit-extension-%d.json", size))
	return c.Blob(http.StatusOK, "application/json", b)
}
