package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/packet"
)

// packetsPage is what the page of packets and that of one packet are made from.
type packetsPage struct {
	integrationPage
	all         []store.Packet // the newest first
	signed      []store.SignOff
	keys        *keys.File // nil while the server has none
	fingerprint string
}

// showPackets shows the newest packet that is made, and leads to all.
func showPackets(r *request) error { return r.packetAnswer(http.StatusOK, uuid.Nil, nil) }

// showPacket shows one packet.
func showPacket(r *request) error {
	id, err := r.id("packet")
	if err != nil {
		return err
	}
	return r.packetAnswer(http.StatusOK, id, nil)
}

// packetAnswer renders a packet, uuid.Nil for the newest that is made, with what
// went wrong when something was to be done to it.
func (r *request) packetAnswer(status int, id uuid.UUID, cause error) error {
	p, err := r.packetsPage()
	if err != nil {
		return err
	}
	shown := p.choose(id)
	if id != uuid.Nil && shown == nil {
		return apperr.New(apperr.NotFound, "There is no such page, or it is not one of yours.")
	}
	m := view.PacketsModel{Shell: p.Shell, DraftHref: pathDraft(p.Summary.ID), DraftSummary: pathDraftSummary(p.Summary.ID),
		KeysHref: pathKeys, KeysFile: pathKeysFile, Fingerprint: p.fingerprint}
	if cause != nil {
		m.Errors = itemErrors(cause)
		if !apperr.Is(cause, apperr.Invalid) {
			m.Errors.Kept = "Nothing was changed."
		}
	} else {
		m.Saved = packetConfirmation(r.QueryParam("done"))
	}
	for _, k := range p.all {
		m.All = append(m.All, p.line(k, shown))
		if k.Digest == nil && (id == uuid.Nil || id == k.ID) {
			w, err := r.waitingPacket(p, k)
			if err != nil {
				return err
			}
			m.Waiting = append(m.Waiting, w)
		}
	}
	if shown != nil && shown.Digest != nil {
		if m.Packet, err = r.packetModel(p, *shown); err != nil {
			return err
		}
		m.Packet.Withdraw = r.withdrawForm(*shown, cause, m.Errors)
		m.Packet.Next = r.nextForm(p, *shown, cause, m.Errors)
	}
	return r.render(status, view.Packets(m))
}

// packetsPage loads the integration of the path, its packets and the keys.
func (r *request) packetsPage() (packetsPage, error) {
	page, err := r.integrationPage("Packets", pathPackets)
	if err != nil {
		return packetsPage{}, err
	}
	p := packetsPage{integrationPage: page}
	if p.all, err = store.ListPackets(r.ctx(), r.reader(), r.scope(), page.Summary.ID); err != nil {
		return p, err
	}
	if p.signed, err = store.ListSignOffs(r.ctx(), r.reader(), r.scope(), page.Summary.ID); err != nil {
		return p, err
	}
	p.keys, _, err = r.server.App.PublicKeys(r.ctx())
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return p, err
	}
	if p.keys != nil {
		p.fingerprint = p.keys.Root.ID
	}
	return p, nil
}

// choose gives the packet with the id, or the newest that is made for uuid.Nil;
// nil where there is none.
func (p packetsPage) choose(id uuid.UUID) *store.Packet {
	for i := range p.all {
		if k := &p.all[i]; k.ID == id || id == uuid.Nil && k.Digest != nil {
			return k
		}
	}
	return nil
}

func packetConfirmation(done string) *components.ConfirmationModel {
	switch done {
	case "withdraw":
		return &components.ConfirmationModel{Now: "The packet is withdrawn.", Next: "Its address says so to everybody who has it."}
	case "next":
		return &components.ConfirmationModel{Now: "The next edition is asked for.", Next: "It is made in a few seconds; load the page again to see it."}
	case "again":
		return &components.ConfirmationModel{Now: "The packet is tried again.", Next: "This takes a few seconds; load the page again to see what became of it."}
	}
	return nil
}

// waitingPacket is a packet that is not made yet; whoever may ask for packets gets
// the button once nobody tries any more.
func (r *request) waitingPacket(p packetsPage, k store.Packet) (view.WaitingModel, error) {
	m := view.WaitingModel{Name: k.Name(), About: editionWords(k, p.all, p.signed), Problem: text(k.Problem)}
	if m.Problem == "" || !r.actor.Can(auth.AskForPacket, k.PartnerID) {
		return m, nil
	}
	tried, err := r.server.App.PacketIsTried(r.ctx(), k)
	if err == nil && !tried {
		m.Again, m.Key = pathPacket(k.IntegrationID, k.ID)+"/again", formKey()
	}
	return m, err
}

// askForPacketAgain takes the form under a packet that nobody tries any more.
func askForPacketAgain(r *request) error {
	id, packetID, err := r.packetIDs()
	if err != nil {
		return err
	}
	err = r.server.App.AskForPacketAgain(r.ctx(), r.command(), id, packetID)
	if apperr.Is(err, apperr.Conflict) {
		return r.packetAnswer(http.StatusConflict, packetID, err)
	}
	if err != nil {
		return err
	}
	return r.see(pathPackets(id) + "?done=again")
}

func (p packetsPage) line(k store.Packet, shown *store.Packet) view.PacketLine {
	line := view.PacketLine{Name: k.Name(), About: editionWords(k, p.all, p.signed), Href: pathPacket(k.IntegrationID, k.ID), MadeAt: instant(k.MadeAt),
		Shown: shown != nil && shown.ID == k.ID}
	switch doubt := app.SealDoubt(p.keys, k); {
	case k.State == store.PacketPending:
		line.StateWords = "being made"
		if k.Problem != nil {
			line.State.Verdict, line.StateWords = components.VerdictWarn, "not made yet"
		}
	case k.State == store.PacketWithdrawn:
		line.State.Verdict, line.StateWords = components.VerdictFail, "withdrawn"
	case doubt != nil:
		line.State.Verdict, line.StateWords = components.VerdictFail, "key compromised"
	case k.State == store.PacketSuperseded:
		line.StateWords = "superseded"
	default:
		line.StateWords = "current"
	}
	return line
}

// packetModel is a made packet in full.
func (r *request) packetModel(p packetsPage, k store.Packet) (*view.PacketModel, error) {
	id := p.Summary.ID
	m := &view.PacketModel{Name: k.Name(), About: fmt.Sprintf("Revision %d: %s", k.RevisionNumber, editionWords(k, p.all, p.signed)), File: app.PacketFile(p.Summary.PartnerName, p.Summary.Name, k),
		At: instant(k.MadeAt), Digest: *k.Digest, PacketJSON: text(k.PacketJSON), Seal: sealWords(k),
		Download: pathPacketDownload(id, k.ID), Report: pathReport(id, k.ID), Summary: pathSummary(id, k.ID), Read: pathRead(id, k.ID),
		Address: pathAddress(*k.Digest), Verify: pathVerify,
		Superseded: k.State == store.PacketSuperseded, Later: doubtfulLater(p.all, k, p.keys), Withdrawn: withdrawnModel(k),
		CompromisedAt: instant(app.SealDoubt(p.keys, k))}
	if k.Bytes != nil {
		m.Size = sizeWords(*k.Bytes)
	}
	m.VerifyCommand = packetCommand(p.fingerprint, m.File)
	asked, err := r.questionsOf(k)
	if err != nil {
		return nil, err
	}
	m.Questions = questionsLink(asked, k)
	check, says, err := r.checkedContent(k, false)
	if err != nil {
		return nil, err
	}
	m.Check = checkModel(check, r.QueryParam("done") == "check")
	m.Check.Again = pathCheck(id, k.ID)
	if says != nil {
		m.Result = resultModel(says)
	}
	r.addFiles(m, k, check, says)
	if err := r.addPeople(m, p, k, says); err != nil {
		return nil, err
	}
	return m, nil
}

// checkedContent checks a packet and gives what it says: nothing where it does not
// hold, nor where it was not checked, since that would read the large archive too.
func (r *request) checkedContent(k store.Packet, again bool) (app.PacketCheck, *packet.Content, error) {
	check, err := r.server.App.CheckPacket(r.ctx(), k, again)
	if err != nil || check.At.IsZero() || check.Result.Verdict == verify.Invalid {
		return check, nil, err
	}
	says, err := r.server.App.PacketContent(r.ctx(), k)
	if err != nil && !again { // lost since the check without a sign: the next one tells
		return r.checkedContent(k, true)
	}
	return check, says, err
}

// checkPacketAgain takes the form beside a packet's check.
func checkPacketAgain(r *request) error {
	id, packetID, err := r.packetIDs()
	if err != nil {
		return err
	}
	p, err := store.FindPacket(r.ctx(), r.reader(), r.scope(), id, packetID)
	if err != nil {
		return err
	}
	err = r.server.App.CheckPacketAgain(r.ctx(), p)
	if apperr.Is(err, apperr.TooSoon) {
		r.Response().Header().Set("Retry-After", strconv.Itoa(int(app.CheckAgainAfter.Seconds())))
		return r.packetAnswer(statusOf[apperr.TooSoon], packetID, err)
	}
	if err != nil {
		return err
	}
	return r.see(pathPacket(id, packetID) + "?done=check")
}

// addFiles lists the files, by groups or, when asked, each by itself.
func (r *request) addFiles(m *view.PacketModel, k store.Packet, check app.PacketCheck, says *packet.Content) {
	here, n := pathPacket(k.IntegrationID, k.ID), len(check.Parts)
	if r.QueryParam("files") == "all" {
		m.Files, m.OtherFiles = everyFile(check.Parts, says), view.Link{Text: "Files in groups", Href: here + "#files"}
		return
	}
	m.Files, m.OtherFiles = fileGroups(check.Parts), view.Link{Text: "All " + components.Plural(n, "file", "files"), Href: here + "?files=all#files"}
}

// addPeople adds who stands for the packet and who opened it. Whoever reads the
// integration reads its history, where the same stands.
func (r *request) addPeople(m *view.PacketModel, p packetsPage, k store.Packet, says *packet.Content) error {
	due := p.all[0].RevisionID == k.RevisionID && (p.Summary.Stage == store.StageSignOff || p.Summary.Stage == store.StageLive)
	if due {
		m.SignOffsHref = pathWalkthrough(k.IntegrationID) + "#sign-offs"
	}
	m.SignOffs = signOffEntries(says, p.signed, k, due)
	opens, err := store.CountPacketOpens(r.ctx(), r.reader(), r.scope(), k.PartnerID, k.IntegrationID, k.Name())
	if err != nil {
		return err
	}
	m.Opened = view.Link{Text: openedWords(opens), Href: pathHistory(k.IntegrationID) + "?packet=" + k.Name()}
	return nil
}

func openedWords(n store.PacketOpens) string {
	if n.People == 0 {
		return "Nobody so far."
	}
	words := ""
	for _, x := range []struct {
		n         int
		one, many string
	}{{n.Downloads, "download", "downloads"}, {n.Readings, "reading", "readings"}, {n.Summaries, "summary", "summaries"}} {
		if x.n > 0 {
			words += components.Plural(x.n, x.one, x.many) + ", "
		}
	}
	return words + components.Plural(n.People, "person", "people") + "."
}

// signOffEntries are what was decided in the packet, then the three sign-offs: in
// it, since it, or missing where they are due.
func signOffEntries(says *packet.Content, signed []store.SignOff, k store.Packet, due bool) []components.TimelineEntry {
	var out []components.TimelineEntry
	if says != nil {
		deeds := says.Answer().Deeds
		for i := len(deeds) - 1; i >= 0; i-- {
			d := deeds[i]
			out = append(out, components.TimelineEntry{What: d.What, Done: true, Who: d.By, When: components.Moment(d.At.Time)})
		}
	}
	for _, x := range signOffParts {
		e := components.TimelineEntry{What: "The " + x.who, Who: "missing"}
		for _, s := range signed {
			if s.Part != x.part || s.RevisionID != k.RevisionID {
				continue
			}
			e.Done, e.Who, e.When = true, s.SignedOffByName, components.Moment(s.SignedOffAt)
			if says != nil && !inPacket(says, s.Part) {
				e.What += ", after this edition"
			}
		}
		if e.Done || due {
			out = append(out, e)
		}
	}
	return out
}

// inPacket tells whether a packet holds the sign-off of a part.
func inPacket(says *packet.Content, part string) bool {
	role := strings.Replace(part, app.SignOffReviewer, "consultant", 1)
	for _, s := range says.SignOffs {
		if s.Role == role {
			return true
		}
	}
	return false
}
