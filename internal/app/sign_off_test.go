package app_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/walkthrough"
)

// signedOff gives the roles in the statement of a packet that verifies, and
// what it supersedes.
func (m team) signedOff(t *testing.T, id, packet uuid.UUID) (roles []string, supersedes string) {
	t.Helper()
	got := verify.Verify(m.download(t, id, packet), verify.Trust{Fingerprint: fingerprint(t, m.app)})
	if got.Verdict != verify.Valid {
		t.Fatalf("%s: %+v", got.Verdict, got.Checks)
	}
	for _, s := range got.Claims.SignOffs {
		roles = append(roles, s.Role+" "+s.By)
	}
	return roles, got.Claims.Supersedes
}

// A sign-off before the edition with the outcome is sealed is in it; each later
// one makes the next edition and changes no packet that was made.
func TestSignOffsMakeEditions(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.start(t, id)
	m.confirmSteps(t, id)
	must(t, m.end(t, id, walkthrough.Go, ""))
	signOff := func(actor auth.Actor, part string) {
		t.Helper()
		must(t, m.app.SignOff(t.Context(), app.Command{Actor: actor}, id, part))
	}
	build := func(edition int) store.Packet {
		t.Helper()
		list := m.packets(t, id) // newest first
		if len(list) < edition {
			t.Fatalf("%d editions, want %d at least", len(list), edition)
		}
		must(t, m.app.BuildPacket(t.Context(), list[len(list)-edition].ID))
		return m.packets(t, id)[len(list)-edition]
	}

	signOff(m.admin, app.SignOffPartner) // the edition with the outcome is not made yet
	if list := m.packets(t, id); len(list) != 2 {
		t.Fatalf("%d editions after the first sign-off, want 2", len(list))
	}
	if err := m.app.BuildPacket(t.Context(), m.packets(t, id)[0].ID); !errors.Is(err, app.ErrEditionBefore) {
		t.Errorf("the second edition before the first: %v", err)
	}
	if p := m.packets(t, id)[0]; p.Problem != nil {
		t.Errorf("waiting for the edition before is a problem: %s", *p.Problem)
	}
	const trouble = "The packet could not be made."
	edition := func(n int) store.Packet { l := m.packets(t, id); return l[len(l)-n] }
	must(t, store.SavePacketProblem(t.Context(), m.app.Store.Reader(), auth.System().Scope(), edition(1).ID, trouble))
	if err := m.app.BuildPacket(t.Context(), edition(2).ID); !errors.Is(err, app.ErrEditionBefore) {
		t.Errorf("the second edition while the first is in trouble: %v", err)
	}
	if p := edition(2); p.Problem == nil || !strings.Contains(*p.Problem, "r1.1") {
		t.Errorf("the second edition does not say that it waits for the first, which is in trouble: %v", p.Problem)
	}
	first, second := build(1), build(2)
	roles, supersedes := m.signedOff(t, id, second.ID)
	if diff := cmp.Diff([]string{"partner Priya"}, roles); diff != "" || supersedes != *first.Digest {
		t.Errorf("edition 2 supersedes %s, sign-offs (-want +got):\n%s", supersedes, diff)
	}
	before := m.download(t, id, second.ID)

	signOff(m.consultant, app.SignOffReviewer)
	signOff(m.account, app.SignOffAccountTeam)
	if list := m.packets(t, id); len(list) != 4 {
		t.Fatalf("%d editions after two more sign-offs, want 4", len(list))
	}
	third, fourth := build(3), build(4)
	for _, tt := range []struct {
		p, before store.Packet
		want      []string
	}{
		{third, second, []string{"partner Priya", "consultant Dana"}},
		{fourth, third, []string{"partner Priya", "consultant Dana", "account_team Marcus"}},
	} {
		roles, supersedes := m.signedOff(t, id, tt.p.ID)
		if diff := cmp.Diff(tt.want, roles); diff != "" || supersedes != *tt.before.Digest {
			t.Errorf("edition %d supersedes %s, sign-offs (-want +got):\n%s", tt.p.Edition, supersedes, diff)
		}
	}
	var states []store.PacketState
	for _, p := range m.packets(t, id) {
		states = append(states, p.State)
	}
	if diff := cmp.Diff([]store.PacketState{store.PacketMade, store.PacketSuperseded, store.PacketSuperseded, store.PacketSuperseded}, states); diff != "" {
		t.Errorf("states, newest first (-want +got):\n%s", diff)
	}
	for _, tt := range []struct {
		p     store.Packet
		state string
		by    *string
	}{{first, app.StatusSuperseded, fourth.Digest}, {third, app.StatusSuperseded, fourth.Digest}, {fourth, app.StatusCurrent, nil}} {
		got, err := m.app.StatusOfPacket(t.Context(), *tt.p.Digest)
		must(t, err)
		if diff := cmp.Diff(app.PacketStatus{State: tt.state, Digest: *tt.p.Digest, SupersededBy: tt.by}, got); diff != "" {
			t.Errorf("status of edition %d (-want +got):\n%s", tt.p.Edition, diff)
		}
	}
	if !bytes.Equal(m.download(t, id, second.ID), before) {
		t.Error("a later sign-off changed a packet that was made")
	}
	must(t, m.app.WithdrawPacket(t.Context(), app.Command{Actor: m.consultant}, id, fourth.ID, "The wrong run was recorded."))
	got, err := m.app.StatusOfPacket(t.Context(), *third.Digest)
	must(t, err)
	if diff := cmp.Diff(app.PacketStatus{State: app.StatusSuperseded, Digest: *third.Digest, SupersededBy: fourth.Digest, SupersederWithdrawn: true}, got); diff != "" {
		t.Errorf("status once the later edition is withdrawn (-want +got):\n%s", diff)
	}
}

// What begins to be sealed is fixed: a sign-off that comes then is in the next edition.
func TestSignOffWhileThePacketIsSealed(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.start(t, id)
	m.confirmSteps(t, id)
	must(t, m.end(t, id, walkthrough.Go, ""))
	second := m.packets(t, id)[0]
	must(t, store.BeginSealing(t.Context(), m.app.Store.Reader(), auth.System().Scope(), second.ID, m.app.Now()))
	must(t, m.app.SignOff(t.Context(), app.Command{Actor: m.admin}, id, app.SignOffPartner))
	list := m.packets(t, id)
	if len(list) != 3 {
		t.Fatalf("%d editions, want 3", len(list))
	}
	for n := range list {
		must(t, m.app.BuildPacket(t.Context(), list[len(list)-1-n].ID))
	}
	if roles, _ := m.signedOff(t, id, second.ID); len(roles) != 0 {
		t.Errorf("edition 2 was signed off by %v", roles)
	}
	if roles, _ := m.signedOff(t, id, list[0].ID); len(roles) != 1 {
		t.Errorf("edition 3 was signed off by %v", roles)
	}
}
