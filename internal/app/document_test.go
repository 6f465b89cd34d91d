package app_test

import (
	"archive/zip"
	"bytes"
	"image/png"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
)

// attach adds a declaration with a document to RDY-02.
func (m team) attach(t *testing.T, id uuid.UUID, name, content string) error {
	t.Helper()
	return m.app.AddDocumentEvidence(t.Context(), app.Command{Actor: m.member}, m.ref(t, id, "RDY-02"), checklist.EvidenceDeclaration, "As the document says.",
		app.Document{Name: name, Body: strings.NewReader(content)})
}

// What a document is, is told by its content, and its name has to fit: nothing
// arrives under a false ending.
func TestDocumentTypes(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	var encoded bytes.Buffer
	must(t, png.Encode(&encoded, shade(8, 4)))
	shot := encoded.String()
	for _, tt := range []struct{ name, content, want string }{
		{"report.pdf", "%PDF-1.7\n\x00\x01", "application/pdf"}, {"Report.PDF", "%PDF-1.4\n", "application/pdf"},
		{"lanes.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "image/svg+xml"},
		{"lanes.svg", "\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a -->\n<!DOCTYPE svg>\n<svg:svg/>", "image/svg+xml"},
		{"page.html", "<!doctype HTML><title>x</title>", "text/html"}, {"page.htm", "  <HTML><script>1</script>", "text/html"},
		{"server.log", "12:00 GET /callback 302\r\n\t...\n", "text/plain"}, {"notes.txt", "a < b", "text/plain"},
		{"shot.png", shot, "image/png"}, {`C:\\temp\\shot.png`, shot, "image/png"},
		{"page.txt", "<!doctype html><script>alert(1)</script>", ""}, {"lanes.html", "<svg/>", ""}, {"report.pdf", "<html>%PDF-1.7", ""},
		{"report.txt", "%PDF-1.7\n", ""}, {"tool.exe", "MZ\x90\x00", ""}, {"tool.txt", "MZ\x90\x00", ""}, {"a.txt", "\xff\xfea\x00", ""},
		{"a.txt", "\x1b[31mred", ""}, {"a.svgz", "\x1f\x8b\x08\x00", ""}, {"a.docx", "PK\x03\x04", ""}, {"noending", "text", ""}, {"a.txt", "", ""},
		{strings.Repeat("n", 116) + ".txt", "text", "text/plain"}, {strings.Repeat("n", 117) + ".txt", "text", ""}, {"a\nb.txt", "text", ""}, {`a"b.txt`, "text", ""},
	} {
		err := m.attach(t, id, tt.name, tt.content)
		if tt.want == "" {
			kind(t, err, apperr.Invalid)
			continue
		}
		if err != nil {
			t.Errorf("%q: %v %v", tt.name, err, apperr.FieldsOf(err))
			continue
		}
		all := m.evidence(t, id, "RDY-02")
		if got := all[len(all)-1]; got.DocumentType != tt.want || got.DocumentName == nil || strings.Contains(*got.DocumentName, "temp") {
			t.Errorf("%q: stored as %s", tt.name, got.DocumentType)
		}
	}
}

func TestDocumentLimit(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	line := strings.Repeat("a line of a log", 64) + "\n"
	text := strings.Repeat(line, app.MaxDocumentBytes/len(line)+1)[:app.MaxDocumentBytes]
	must(t, m.attach(t, id, "limit.log", text))
	kind(t, m.attach(t, id, "over.log", text+"a"), apperr.TooLarge)
}

// An item takes so many documents and no more, as a submit looks through all.
func TestDocumentsOfAnItem(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	for n := range app.MaxItemDocuments {
		must(t, m.attach(t, id, "a.log", strings.Repeat("line\n", n+1)))
	}
	kind(t, m.attach(t, id, "a.log", "one more"), apperr.Conflict)
	must(t, m.app.WithdrawEvidence(t.Context(), app.Command{Actor: m.member}, m.ref(t, id, "RDY-02"), m.evidence(t, id, "RDY-02")[0].ID))
	must(t, m.attach(t, id, "a.log", "one more"))
}

// A document that holds what a rule finds only now keeps the submit gate shut,
// until the very bytes are passed.
func TestSubmitLooksThroughDocuments(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	must(t, m.attach(t, id, "a.log", "nothing to see"))
	m.settle(t, id)
	digest, err := m.app.Blobs.Put(t.Context(), []byte("token "+canary))
	must(t, err)
	_, err = m.app.Store.Reader().Exec(t.Context(), `WITH a AS (INSERT INTO artifacts (partner_id, digest, media_type, bytes, created_at)
		SELECT partner_id, $1, 'text/plain', 1, now() FROM integrations WHERE id = $2 RETURNING digest)
		UPDATE evidence SET document_digest = a.digest FROM a WHERE document_digest IS NOT NULL AND integration_id = $2`, digest, id)
	must(t, err)
	cmd := app.Command{Actor: m.member}
	_, err = m.app.SubmitRevision(t.Context(), cmd, id)
	if fields := apperr.FieldsOf(err); len(fields) != 1 || fields[0].Name != "RDY-02" || !fields[0].Passable || !strings.Contains(fields[0].Text, "a document holds") {
		t.Fatalf("submitted: %v %v", err, fields)
	}
	cmd.PassReason = "It is the sample in the vendor's manual."
	_, err = m.app.SubmitRevision(t.Context(), cmd, id)
	must(t, err)
	must(t, m.decide(t, m.revision(t, id), store.RevisionReturned, "One more thing."))
	_, err = m.app.SubmitRevision(t.Context(), app.Command{Actor: m.member}, id)
	must(t, err) // passed before
}

// Text in a document is looked through as typed text is, markup with its
// references resolved; a PDF is not, and the packet says so.
func TestDocumentsAreLookedThrough(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	hidden := "&#103;hp_" + canary[4:]
	for name, content := range map[string]string{
		"a.log": "token " + canary, "a.html": "<html>" + canary, "b.html": "<html>" + hidden, "a.svg": "<svg><text>" + hidden + "</text></svg>",
		"k.txt": "-----BEGIN " + "PRIVATE KEY-----",
	} {
		err := m.attach(t, id, name, content)
		if fields := apperr.FieldsOf(err); len(fields) != 1 || fields[0].Name != "document" || fields[0].Passable != (name != "k.txt") || !strings.Contains(apperr.TextOf(err), "RDY-02") {
			t.Errorf("%s: %v %v", name, err, fields)
		}
	}
	must(t, m.attach(t, id, "a.pdf", "%PDF-1.7 "+canary))
	// Passed with a reason it stays passed, at submit too.
	cmd := app.Command{Actor: m.member, PassReason: "It is the sample in the vendor's manual."}
	must(t, m.app.AddDocumentEvidence(t.Context(), cmd, m.ref(t, id, "RDY-02"), checklist.EvidenceDeclaration, "As the log says.",
		app.Document{Name: "a.log", Body: strings.NewReader("token " + canary)}))
	r := m.ready(t, id)
	must(t, m.app.BuildPacket(t.Context(), m.packets(t, id)[0].ID))
	manifest := packed(t, m.download(t, id, m.packets(t, id)[0].ID), "packet.json")
	for _, want := range []string{`"name":"a.pdf"`, `"looked_into":false`, `"name":"a.log"`, `"looked_into":true`, `"kind":"credential_pass"`, "sample in the vendor's manual", "github_token"} {
		if !strings.Contains(manifest, want) {
			t.Errorf("packet of r%d: %s is not in packet.json", r.Number, want)
		}
	}
}

// A document is somebody's who sees the integration; each download is in the
// audit log.
func TestDownloadDocument(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	const page = "<html><script>alert(1)</script>"
	must(t, m.attach(t, id, "page.html", page))
	e := m.evidence(t, id, "RDY-02")[0]
	for _, actor := range []app.Command{{Actor: m.viewer}, {Actor: m.consultant}} {
		name, document, err := m.app.DownloadDocument(t.Context(), actor, id, e.ID)
		if err != nil || name != "page.html" || string(document) != page {
			t.Errorf("%q, %d bytes, %v", name, len(document), err)
		}
	}
	_, _, err := m.app.DownloadDocument(t.Context(), app.Command{Actor: m.other}, id, e.ID)
	kind(t, err, apperr.NotFound)
	_, err = m.app.ViewPicture(t.Context(), app.Command{Actor: m.member}, id, e.ID)
	kind(t, err, apperr.NotFound) // it is no picture
	downloads := 0
	for _, entry := range m.entries(t, id) {
		if entry.Action == "evidence.download" && entry.Object.ID == e.ID.String() && entry.Details["digest"].String() == *e.DocumentDigest {
			downloads++
		}
	}
	if downloads != 2 {
		t.Errorf("%d downloads are in the audit log, want 2", downloads)
	}
	must(t, m.app.WithdrawEvidence(t.Context(), app.Command{Actor: m.member}, m.ref(t, id, "RDY-02"), e.ID))
	_, _, err = m.app.DownloadDocument(t.Context(), app.Command{Actor: m.member}, id, e.ID)
	kind(t, err, apperr.NotFound)
}

// Who may add no evidence of a kind has no document read or stored.
func TestWhoAddsDocuments(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	add := func(cmd app.Command, kind checklist.EvidenceKind) error {
		return m.app.AddDocumentEvidence(t.Context(), cmd, m.ref(t, id, "RDY-02"), kind, "fine", app.Document{Name: "a.txt", Body: failing{}})
	}
	kind(t, add(app.Command{Actor: m.viewer}, checklist.EvidenceDeclaration), apperr.Forbidden)
	kind(t, add(app.Command{Actor: m.other}, checklist.EvidenceDeclaration), apperr.NotFound)
	kind(t, add(app.Command{Actor: m.member}, checklist.EvidenceObservation), apperr.Forbidden)
	kind(t, add(app.Command{Actor: m.member}, checklist.EvidenceScreenshot), apperr.Invalid)
	kind(t, add(app.Command{Actor: m.member}, checklist.EvidenceDeclaration), apperr.Internal) // it is read here
}

// failing is a file that cannot be read.
type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// packed gives one file of a packet.
func packed(t *testing.T, archive []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	must(t, err)
	n := slices.IndexFunc(z.File, func(f *zip.File) bool { return f.Name == name })
	r, err := z.File[n].Open()
	must(t, err)
	content, err := io.ReadAll(r)
	must(t, err)
	return string(content)
}
