package app_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/blob"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

// stored is a made packet whose file in the store the test can reach.
type stored struct {
	team
	clock  *testkit.Clock
	id     uuid.UUID // of the integration
	packet store.Packet
	file   string
	bytes  []byte
}

func newStored(t *testing.T) stored {
	t.Helper()
	s := stored{team: newTeam(t), clock: testkit.NewClock()}
	s.app.Now = s.clock.Now
	root := t.TempDir()
	var err error
	s.app.Blobs, err = blob.OpenDirectory(root)
	must(t, err)
	s.id = s.create(t, "Member sign-up")
	s.ready(t, s.id)
	must(t, s.app.BuildPacket(t.Context(), s.packets(t, s.id)[0].ID))
	s.packet = s.packets(t, s.id)[0]
	s.file = filepath.Join(root, (*s.packet.Digest)[:2], *s.packet.Digest)
	s.bytes, err = os.ReadFile(s.file)
	must(t, err)
	return s
}

func (s stored) check(t *testing.T, again bool) app.PacketCheck {
	t.Helper()
	c, err := s.app.CheckPacket(t.Context(), s.packet, again)
	must(t, err)
	return c
}

// notHolding are the names of the checks that do not hold.
func notHolding(c app.PacketCheck) []string {
	var out []string
	for _, k := range c.Result.Checks {
		if !k.OK {
			out = append(out, k.Name)
		}
	}
	return out
}

// A check is kept with its time, and made again when that is asked for or when the
// hour is over.
func TestCheckOfAStoredPacket(t *testing.T) {
	t.Parallel()
	s := newStored(t)
	before := len(s.entries(t, s.id))
	first := s.check(t, false)
	if first.Result.Verdict != verify.Valid || len(notHolding(first)) != 0 || first.Result.Checks[0].Name != app.CheckStored || !first.At.Equal(s.clock.Now()) {
		t.Fatalf("a good packet is %s at %s: %v", first.Result.Verdict, first.At, notHolding(first))
	}
	var whole int64
	for _, p := range first.Parts {
		whole += p.Bytes
	}
	if len(first.Parts) < 14 || whole == 0 || whole > int64(len(s.bytes)) || !bytes.Contains([]byte(first.Text), []byte("VALID")) {
		t.Errorf("%d parts of %d bytes, %q", len(first.Parts), whole, first.Text)
	}
	s.clock.Advance(time.Minute)
	if got := s.check(t, false); !got.At.Equal(first.At) {
		t.Error("a check was made anew although nothing has changed")
	}
	if got := s.check(t, true); !got.At.Equal(s.clock.Now()) {
		t.Error("a check that was asked for was not made anew")
	}
	at := s.clock.Now()
	s.clock.Advance(time.Hour)
	if got := s.check(t, false); got.At.Equal(at) {
		t.Error("a check stands for longer than an hour")
	}
	if len(s.entries(t, s.id)) != before {
		t.Error("a check left an audit entry")
	}
}

// Whatever happens to the stored bytes is seen at the next view, and what fails is
// named. Where the file system says nothing, whoever asks for a check sees it.
func TestCheckOfADamagedPacket(t *testing.T) {
	t.Parallel()
	s := newStored(t)
	other := newStored(t)
	flipped := bytes.Clone(s.bytes)
	flipped[bytes.Index(flipped, []byte(`"word":"ready"`))+9] ^= 1
	s.check(t, false)
	for name, damage := range map[string]struct {
		bytes []byte
		want  string
	}{
		"a byte of packet.json": {flipped, "archive"}, "cut off": {s.bytes[:len(s.bytes)-100], "archive"}, "empty": {nil, "archive"},
		"another packet in its place": {other.bytes, app.CheckStored},
	} {
		must(t, os.WriteFile(s.file, damage.bytes, 0o600))
		must(t, os.Chtimes(s.file, time.Time{}, time.Now().Add(time.Hour))) // no clock of a file system is finer than a test
		got := s.check(t, false)
		fails := notHolding(got)
		if got.Result.Verdict != verify.Invalid || len(fails) == 0 || fails[0] != app.CheckStored || len(got.Parts) != 0 {
			t.Errorf("%s: %s, %v fail, %d parts", name, got.Result.Verdict, fails, len(got.Parts))
		}
		if !bytes.Contains([]byte(got.Text), []byte("FAIL  "+damage.want)) {
			t.Errorf("%s: the text says %s", name, got.Text)
		}
		must(t, os.WriteFile(s.file, s.bytes, 0o600))
		must(t, os.Chtimes(s.file, time.Time{}, time.Now().Add(2*time.Hour)))
	}
	_, err := s.app.PacketContent(t.Context(), s.packet)
	must(t, err)
	must(t, os.Remove(s.file))
	if got := s.check(t, false); got.Result.Verdict != verify.Invalid || len(got.Result.Checks) != 1 {
		t.Errorf("a missing file: %s, %v", got.Result.Verdict, got.Result.Checks)
	}
	_, err = s.app.PacketContent(t.Context(), s.packet)
	kind(t, err, apperr.Damaged) // also of what was read before
	must(t, os.Mkdir(s.file, 0o700))
	if got := s.check(t, false); got.Result.Verdict != verify.Invalid || !strings.Contains(got.Text, "could not be read") {
		t.Errorf("what cannot be read: %s", got.Text)
	}
	must(t, os.Remove(s.file))

	must(t, os.WriteFile(s.file, s.bytes, 0o600))
	info, err := os.Stat(s.file)
	must(t, err)
	if got := s.check(t, false); got.Result.Verdict != verify.Valid {
		t.Errorf("the right bytes put back: %s", got.Result.Verdict)
	}
	must(t, os.WriteFile(s.file, flipped, 0o600))
	must(t, os.Chtimes(s.file, time.Time{}, info.ModTime())) // as a disk that loses a byte
	if got := s.check(t, true); got.Result.Verdict != verify.Invalid {
		t.Errorf("a silent change, checked again: %s", got.Result.Verdict)
	}
	if got := s.check(t, false); got.Result.Verdict != verify.Invalid {
		t.Error("after it was found, a silent change is forgotten")
	}
}

// Of a file that has grown no more is read than tells that it has. It runs alone:
// it measures memory.
func TestCheckOfAGrownPacket(t *testing.T) {
	s := newStored(t)
	must(t, os.Truncate(s.file, 512<<20))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got := s.check(t, false)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; got.Result.Verdict != verify.Invalid || used > 64<<20 {
		t.Errorf("%s, %d MB taken", got.Result.Verdict, used>>20)
	}
}

// A genuine packet in the row of another edition is not taken for it, whatever was
// found of it in its own row.
func TestCheckOfAPacketInAnothersRow(t *testing.T) {
	t.Parallel()
	s := newStored(t)
	if got := s.check(t, false); got.Result.Verdict != verify.Valid {
		t.Fatalf("in its own row: %s", got.Text)
	}
	s.packet.Edition = 2
	if got := s.check(t, false); got.Result.Verdict != verify.Invalid || !slices.Equal(notHolding(got), []string{app.CheckStored}) {
		t.Errorf("%s, %v fail", got.Result.Verdict, notHolding(got))
	}
}

// A packet is held against the list of keys as it is now.
func TestCheckAgainstTheNewestKeys(t *testing.T) {
	t.Parallel()
	s := newStored(t)
	if got := s.check(t, false); got.Result.Verdict != verify.Valid {
		t.Fatalf("a good packet is %s", got.Result.Verdict)
	}
	ring, err := s.app.SigningKeys(t.Context())
	must(t, err)
	_, key := ring.Bundle()
	since := s.clock.Now().Add(-time.Minute)
	s.clock.Advance(time.Minute)
	_, _, err = s.app.Keys.Compromise(key, since)
	must(t, err)
	if got := s.check(t, false); got.Result.Verdict != verify.Invalid {
		t.Errorf("under a compromised key: %s", got.Result.Verdict)
	}
}

// A large archive is checked when somebody asks for it, not for whoever looks.
func TestCheckOfALargePacketWaitsToBeAskedFor(t *testing.T) {
	t.Parallel()
	s := newStored(t)
	large := int64(100 << 20)
	s.packet.Bytes = &large
	if got := s.check(t, false); !got.At.IsZero() {
		t.Error("a large packet was checked for whoever looks")
	}
	if got := s.check(t, true); got.Result.Verdict != verify.Valid {
		t.Errorf("asked for: %s", got.Result.Verdict)
	}
	if got := s.check(t, false); got.At.IsZero() {
		t.Error("what was found is not kept")
	}
	pending := s.packet
	pending.Digest = nil
	_, err := s.app.CheckPacket(t.Context(), pending, false)
	kind(t, err, apperr.Conflict)
}

// The pictures of a view belong to its entry for a day, for who had the view, and
// to no other entry.
func TestPicturesBelongToAViewForADay(t *testing.T) {
	t.Parallel()
	s := newStored(t)
	cmd := app.Command{Actor: s.viewer}
	view, err := s.app.OpenPacket(t.Context(), cmd, s.id, s.packet.ID)
	must(t, err)
	_, _, err = s.app.DownloadPacket(t.Context(), cmd, s.id, s.packet.ID)
	must(t, err)
	all := s.entries(t, s.id)
	download := uuid.MustParse(all[len(all)-1].ID)
	entries := func(actor auth.Actor, view uuid.UUID) int {
		t.Helper()
		before := len(s.entries(t, s.id))
		_, err := s.app.PacketPicture(t.Context(), app.Command{Actor: actor}, s.id, s.packet.ID, "s-001", view)
		kind(t, err, apperr.NotFound) // it has none; the look is noted before
		return len(s.entries(t, s.id)) - before
	}
	s.clock.Advance(24*time.Hour - time.Second)
	if n := entries(s.viewer, view.Entry); n != 0 {
		t.Errorf("within the day: %d entries", n)
	}
	for name, n := range map[string]int{"another person": entries(s.member, view.Entry), "the entry of a download": entries(s.viewer, download), "no view": entries(s.viewer, uuid.Nil)} {
		if n != 1 {
			t.Errorf("%s: %d entries", name, n)
		}
	}
	s.clock.Advance(time.Second)
	if n := entries(s.viewer, view.Entry); n != 1 {
		t.Errorf("a day later: %d entries", n)
	}
}

// A file out of a packet is bytes of its own: who takes it slowly does not keep a
// large archive in memory, and who appends to it changes no packet.
func TestFilesOfAPacketAreCopies(t *testing.T) {
	t.Parallel()
	s := newStored(t)
	_, report, err := s.app.ReadPacket(t.Context(), app.Command{Actor: s.viewer}, s.id, s.packet.ID)
	must(t, err)
	if len(report) == 0 || cap(report)-len(report) > 8192 { // what the allocator rounds up by
		t.Errorf("a report of %d bytes is a part of %d", len(report), cap(report))
	}
}

// Pages read a packet from the store once, and many at the same time.
func TestOpenedPacketsAreKept(t *testing.T) {
	t.Parallel()
	s := newStored(t)
	cmd := app.Command{Actor: s.viewer}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			view, err := s.app.OpenPacket(t.Context(), cmd, s.id, s.packet.ID)
			if err != nil || view.Says.Name() != "r1.1" || view.Entry == uuid.Nil {
				t.Errorf("opening: %v", err)
				return
			}
			packet.Summarize(view.Says)
			packet.Anchors(view.Says)
			if _, _, err := s.app.PacketSummary(t.Context(), cmd, s.id, s.packet.ID); err != nil {
				t.Errorf("the summary: %v", err)
			}
			if _, err := s.app.CheckPacket(t.Context(), s.packet, true); err != nil {
				t.Errorf("checking: %v", err)
			}
		})
	}
	all.Wait()
	must(t, os.Remove(s.file))
	if _, err := s.app.OpenPacket(t.Context(), cmd, s.id, s.packet.ID); err != nil {
		t.Errorf("what was read is read from the store again: %v", err)
	}
	if _, _, err := s.app.DownloadPacket(t.Context(), cmd, s.id, s.packet.ID); !apperr.Is(err, apperr.Damaged) {
		t.Errorf("a download that is not from the store: %v", err)
	}
	_, err := s.app.OpenPacket(t.Context(), app.Command{Actor: s.other}, s.id, s.packet.ID)
	kind(t, err, apperr.NotFound)
}
