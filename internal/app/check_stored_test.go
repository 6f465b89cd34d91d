package app_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/blob"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

// keptFiles is a team with two made packets, a transcript, and its files in a known folder.
type keptFiles struct {
	team
	attacker
	root          string
	first, second store.Packet
	firstZip      []byte
}

func newKeptFiles(t *testing.T) keptFiles {
	t.Helper()
	m := newTeam(t)
	s := keptFiles{team: m, attacker: attacker{t: t, app: m.app, conn: testkit.Superuser(t, m.app.Store.Pool())}, root: t.TempDir()}
	var err error
	m.app.Blobs, err = blob.OpenDirectory(s.root)
	must(t, err)
	id, _ := m.recorded(t, "right-happy-path.har")
	other := m.create(t, "Member sign-up")
	m.ready(t, other)
	m.ready(t, id)
	for _, p := range []*store.Packet{&s.first, &s.second} {
		integration := other
		if p == &s.second {
			integration = id
		}
		*p = m.packets(t, integration)[0]
		must(t, m.app.BuildPacket(t.Context(), p.ID))
		*p = m.packets(t, integration)[0]
	}
	s.firstZip = m.download(t, other, s.first.ID)
	return s
}

func (s keptFiles) path(digest string) string { return filepath.Join(s.root, digest[:2], digest) }

// otherArchive stores a changed archive and notes its digest in the packet's row.
func (s keptFiles) otherArchive(t *testing.T) (digest string) {
	t.Helper()
	b := bytes.Clone(s.firstZip)
	b[len(b)/2] ^= 1
	digest, err := s.team.app.Blobs.Put(t.Context(), b)
	must(t, err)
	s.exec("UPDATE packets SET digest = $2 WHERE id = $1", s.first.ID, digest)
	return digest
}

func (s keptFiles) check(t *testing.T) app.StoredReport {
	t.Helper()
	report, err := s.team.app.CheckStored(t.Context())
	must(t, err)
	return report
}

// TestCheckStored: what was done to a packet or another file is found, and the
// packet is named; the others are not.
func TestCheckStored(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		tamper func(t *testing.T, s keptFiles)
		says   string
	}{
		"a byte of the archive": {func(t *testing.T, s keptFiles) {
			b := bytes.Clone(s.firstZip)
			b[len(b)/2] ^= 1
			must(t, os.WriteFile(s.path(*s.first.Digest), b, 0o600))
		}, "another digest"},
		"the archive is cut": {func(t *testing.T, s keptFiles) {
			must(t, os.WriteFile(s.path(*s.first.Digest), s.firstZip[:100], 0o600))
		}, "not its length"},
		"the archive is gone":                        {func(t *testing.T, s keptFiles) { must(t, os.Remove(s.path(*s.first.Digest))) }, "missing"},
		"another archive, and its digest in the row": {func(t *testing.T, s keptFiles) { s.otherArchive(t) }, "no entry of the log says that it was made"},
		"another archive, and its digest in row and log": {func(t *testing.T, s keptFiles) {
			digest := s.otherArchive(t)
			s.exec("UPDATE audit_entries SET details = details || jsonb_build_object('digest', $2::text) WHERE action = 'packet.make' AND details->>'digest' = $1", *s.first.Digest, digest)
		}, "INVALID"},
		"the packet.json in the row": {func(_ *testing.T, s keptFiles) {
			s.exec("UPDATE packets SET packet_json = $2 WHERE id = $1", s.first.ID, strings.Repeat("0", 64))
		}, "no entry in the log seals"},
		"its seal": {func(_ *testing.T, s keptFiles) { s.exec("DELETE FROM packet_seals WHERE packet_id = $1", s.first.ID) }, "no entry in the log seals"},
		"its checkpoint": {func(_ *testing.T, s keptFiles) {
			s.exec("UPDATE packet_seals SET checkpoint = (SELECT checkpoint FROM packet_seals WHERE packet_id = $2) WHERE packet_id = $1", s.first.ID, s.second.ID)
		}, "its checkpoint is not"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newKeptFiles(t)
			if before := s.check(t); before.Found != 0 || before.Packets != 2 || before.Files == 0 {
				t.Fatalf("before: %+v", before)
			}
			tt.tamper(t, s)
			report := s.check(t)
			if report.Found != 1 || !strings.HasPrefix(report.Problems[0], "packet r1.1, ") || !strings.Contains(report.Problems[0], tt.says) ||
				strings.Contains(report.Problems[0], *s.second.Digest) {
				t.Errorf("it says %q, want one problem with %q", report.Problems, tt.says)
			}
		})
	}
}

// TestProblemsArePlainText: what somebody wrote into a row writes nothing to the
// terminal of whoever looks but text.
func TestProblemsArePlainText(t *testing.T) {
	t.Parallel()
	s := newKeptFiles(t)
	s.exec("UPDATE packets SET digest = 'x' || chr(27) || ']0;fine' || chr(7) || chr(155) || chr(10) || 'ok' WHERE id = $1", s.first.ID)
	if report := s.check(t); report.Found != 1 || strings.ContainsFunc(report.Problems[0], unicode.IsControl) || !strings.Contains(report.Problems[0], "]0;fine") {
		t.Errorf("it says %q", report.Problems)
	}
}

// TestCheckStoredFiles: transcripts too.
func TestCheckStoredFiles(t *testing.T) {
	t.Parallel()
	s := newKeptFiles(t)
	var digest string
	must(t, s.conn.QueryRow(t.Context(), "SELECT digest FROM captures").Scan(&digest))
	must(t, os.WriteFile(s.path(digest), []byte("{}"), 0o600))
	if report := s.check(t); report.Found != 1 || !strings.HasPrefix(report.Problems[0], "file "+digest) {
		t.Errorf("it says %q", report.Problems)
	}
}

// TestCheckStoredNames: a packet that the log says was made is missed, and another
// one in its place, genuine as it may be, is not taken for it.
func TestCheckStoredNames(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		tamper func(s keptFiles)
		says   []string
	}{
		"not made after all": {func(s keptFiles) {
			s.exec("UPDATE packets SET state = 'pending', digest = NULL WHERE id = $1", s.first.ID)
		}, []string{"packet r1.1, DIGEST: the log says that it was made"}},
		"the row is gone": {func(s keptFiles) { s.exec("DELETE FROM packets WHERE id = $1", s.first.ID) }, []string{"DIGEST: the log says that it was made"}},
		"it passes for another edition": {func(s keptFiles) { s.exec("UPDATE packets SET edition = 2 WHERE id = $1", s.first.ID) },
			[]string{"packet r1.2, DIGEST: no entry in the log seals", "packet r1.1, DIGEST: the log says that it was made"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newKeptFiles(t)
			tt.tamper(s)
			report := s.check(t)
			if report.Found != len(tt.says) {
				t.Fatalf("it says %q", report.Problems)
			}
			for i, want := range tt.says {
				if want = strings.Replace(want, "DIGEST", *s.first.Digest, 1); !strings.Contains(report.Problems[i], want) {
					t.Errorf("it says %q, want %q", report.Problems[i], want)
				}
			}
		})
	}
}
