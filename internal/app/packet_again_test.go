package app_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// A packet that nobody tries any more is asked for again by those whose acts ask
// for packets, once, and is then made as it was fixed.
func TestAskForAPacketAgain(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.ready(t, id)
	p := m.packets(t, id)[0]
	ask := func(actor auth.Actor) error {
		return m.app.AskForPacketAgain(t.Context(), app.Command{Actor: actor}, id, p.ID)
	}
	kind(t, ask(m.consultant), apperr.Conflict) // its first job is still to come
	setJobs(t, m, "discarded")
	must(t, m.app.GiveUpPacket(t.Context(), p.ID))
	if m.packets(t, id)[0].Problem == nil {
		t.Fatal("a packet that was given up has no problem")
	}
	kind(t, ask(m.member), apperr.Forbidden)
	kind(t, ask(m.viewer), apperr.Forbidden)
	kind(t, ask(m.other), apperr.NotFound)
	for _, may := range []auth.Actor{m.consultant, m.account, m.admin} {
		m.oneMore(t, id, "packet.ask_again", func() error { return ask(may) })
		kind(t, ask(may), apperr.Conflict) // tried again already
		setJobs(t, m, "discarded")
	}
	if got := m.packets(t, id)[0]; got.Problem != nil || got.State != store.PacketPending {
		t.Errorf("asked for again it is %s with the problem %v", got.State, got.Problem)
	}
	must(t, m.app.BuildPacket(t.Context(), p.ID))
	kind(t, ask(m.consultant), apperr.Conflict)
	err := m.app.AskForPacketAgain(t.Context(), app.Command{Actor: m.consultant}, id, uuid.New())
	kind(t, err, apperr.NotFound)
}

// setJobs brings every job that makes a packet into a state, as the queue would.
func setJobs(t *testing.T, m team, state string) {
	t.Helper()
	_, err := m.app.Store.Pool().Exec(t.Context(), `UPDATE river_job SET state = $1, finalized_at = now() WHERE kind = 'build_packet'`, state)
	must(t, err)
}
