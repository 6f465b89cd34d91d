package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"math/big"
	"testing"

	"github.com/proofwalk/proofwalk/internal/packet/pades"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit/authority"
)

// TestStampIsKept: the token is kept with the packet, and an attempt after a
// crash takes it instead of asking again: the packet has the same bytes.
func TestStampIsKept(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.ready(t, id)
	p := m.packets(t, id)[0]
	asked := 0
	tsa := authority.New(t)
	m.app.Stamp = func(_ context.Context, imprint [sha256.Size]byte) ([]byte, error) {
		asked++
		nonce := big.NewInt(int64(asked))
		request, err := pades.StampRequest(imprint, nonce)
		must(t, err)
		answer, err := tsa.Answer(request)
		must(t, err)
		return pades.StampToken(answer, imprint, nonce)
	}
	blobs := m.app.Blobs
	m.app.Blobs = nil // the attempt ends when the archive is to be stored
	func() {
		defer func() { _ = recover() }()
		_ = m.app.BuildPacket(t.Context(), p.ID)
	}()
	m.app.Blobs = blobs
	if got := m.packets(t, id)[0]; got.State != store.PacketPending || got.Stamp == nil || *got.Stamp != store.StampStamped {
		t.Fatalf("after a crash: %+v", got)
	}
	must(t, m.app.BuildPacket(t.Context(), p.ID))
	first := m.download(t, id, p.ID)

	m.again(t, p)
	must(t, m.app.BuildPacket(t.Context(), p.ID))
	if !bytes.Equal(first, m.download(t, id, p.ID)) || asked != 1 {
		t.Errorf("another attempt made other bytes, or asked again: %d times", asked)
	}
	m.again(t, p)
	m.app.Stamp = nil // the setting is gone: what is kept counts
	must(t, m.app.BuildPacket(t.Context(), p.ID))
	if !bytes.Equal(first, m.download(t, id, p.ID)) {
		t.Error("without the setting the kept token was not taken")
	}
	got := verify.Verify(first, verify.Trust{Fingerprint: fingerprint(t, m.app)})
	made := m.packets(t, id)[0]
	if got.Verdict != verify.Valid || got.Stamp == nil || made.PDFLevel == nil || *made.PDFLevel != "B-T" || made.StampedAt == nil ||
		made.StampedAt.UTC().Format("2006-01-02T15:04:05.000000Z") != got.Stamp.At {
		t.Errorf("verified as %+v, kept as %+v", got, made)
	}
}

// again makes a packet pending, as if its attempt had ended before it was noted.
func (m team) again(t *testing.T, p store.Packet) {
	t.Helper()
	_, err := m.app.Store.Pool().Exec(t.Context(), `UPDATE packets SET state = 'pending', digest = NULL WHERE id = $1`, p.ID)
	must(t, err)
}

// TestAuthorityIsDown: the packet is sealed without a stamp and says so; a later
// attempt asks no more, so that it makes the same bytes.
func TestAuthorityIsDown(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.ready(t, id)
	p := m.packets(t, id)[0]
	for name, stamp := range map[string]func(context.Context, [sha256.Size]byte) ([]byte, error){
		"down":    func(context.Context, [sha256.Size]byte) ([]byte, error) { return nil, errors.New("connection refused") },
		"invalid": func(context.Context, [sha256.Size]byte) ([]byte, error) { return []byte("no token"), nil },
	} {
		m.again(t, p)
		_, err := m.app.Store.Pool().Exec(t.Context(), `UPDATE packets SET stamp = NULL WHERE id = $1`, p.ID)
		must(t, err)
		m.app.Stamp = stamp
		must(t, m.app.BuildPacket(t.Context(), p.ID))
		first := m.download(t, id, p.ID)
		made := m.packets(t, id)[0]
		if made.Stamp == nil || *made.Stamp != store.StampUnreachable || *made.PDFLevel != "B-B" {
			t.Errorf("%s: kept as %+v", name, made)
		}
		if got := verify.Verify(first, verify.Trust{Fingerprint: fingerprint(t, m.app)}); got.Verdict != verify.Valid {
			t.Errorf("%s: %+v", name, got)
		}
		m.again(t, p)
		m.app.Stamp = func(context.Context, [sha256.Size]byte) ([]byte, error) {
			t.Errorf("%s: asked again", name)
			return nil, nil
		}
		must(t, m.app.BuildPacket(t.Context(), p.ID))
		if !bytes.Equal(first, m.download(t, id, p.ID)) {
			t.Errorf("%s: another attempt made other bytes", name)
		}
	}
}

// TestStopIsNoAnswer: an attempt that is told to stop notes nothing about the authority.
func TestStopIsNoAnswer(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.ready(t, id)
	p := m.packets(t, id)[0]
	ctx, stop := context.WithCancel(t.Context())
	m.app.Stamp = func(ctx context.Context, _ [sha256.Size]byte) ([]byte, error) {
		stop()
		return nil, ctx.Err()
	}
	if err := m.app.BuildPacket(ctx, p.ID); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got := m.packets(t, id)[0]; got.State != store.PacketPending || got.Stamp != nil {
		t.Errorf("kept as %+v", got)
	}
}
