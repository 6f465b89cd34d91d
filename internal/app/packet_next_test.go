package app_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/walkthrough"
)

// newest makes every edition that waits and gives the newest.
func (m team) newest(t *testing.T, id uuid.UUID) store.Packet {
	t.Helper()
	for _, p := range slices.Backward(m.packets(t, id)) {
		must(t, m.app.BuildPacket(t.Context(), p.ID))
	}
	return m.packets(t, id)[0]
}

// live takes an integration through the walkthrough and all three sign-offs.
func (m team) live(t *testing.T, id uuid.UUID) {
	t.Helper()
	m.start(t, id)
	m.confirmSteps(t, id)
	must(t, m.end(t, id, walkthrough.Go, ""))
	for part, actor := range map[string]auth.Actor{app.SignOffPartner: m.admin, app.SignOffReviewer: m.consultant, app.SignOffAccountTeam: m.account} {
		must(t, m.app.SignOff(t.Context(), app.Command{Actor: actor}, id, part))
	}
}

func (m team) next(t *testing.T, actor auth.Actor, id, packet uuid.UUID) error {
	t.Helper()
	return m.app.MakeNextEdition(t.Context(), app.Command{Actor: actor}, id, packet, true)
}

// After a withdrawal the next edition says the same and holds under the keys of
// now; the one before stays withdrawn and its address names its successor.
func TestNextEditionOfAWithdrawnPacket(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	dir, clock := movingKeys(t, m.app)
	id := m.create(t, "Member sign-up")
	m.live(t, id)
	old := m.newest(t, id)
	must(t, m.app.WithdrawPacket(t.Context(), app.Command{Actor: m.consultant}, id, old.ID, "It went to the wrong address."))
	clock.Advance(time.Hour)
	_, err := keys.NewDirectory(dir, "", clock.Now).Rotate(keys.Uses()...)
	must(t, err)
	clock.Advance(time.Hour)

	for name, actor := range map[string]auth.Actor{"admin": m.admin, "member": m.member, "account team": m.account} {
		if err := m.next(t, actor, id, old.ID); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("asked for by the %s: %v", name, err)
		}
	}
	kind(t, m.next(t, m.other, id, old.ID), apperr.NotFound)
	twice := app.Command{Actor: m.consultant, Key: "one form"}
	kind(t, m.app.MakeNextEdition(t.Context(), app.Command{Actor: m.consultant}, id, old.ID, false), apperr.Invalid) // nobody stands for the content
	m.oneMore(t, id, "packet.renew", func() error { return m.app.MakeNextEdition(t.Context(), twice, id, old.ID, true) })
	must(t, m.app.MakeNextEdition(t.Context(), twice, id, old.ID, true)) // a double click
	kind(t, m.next(t, m.provider, id, old.ID), apperr.Conflict)          // another window
	if got := m.packets(t, id); len(got) != old.Edition+1 || got[0].Cause != store.CauseRenewal {
		t.Fatalf("%d editions after one was asked for, the newest by %s", len(got), got[0].Cause)
	}
	kind(t, m.next(t, m.consultant, id, m.packets(t, id)[0].ID), apperr.Conflict) // not made yet
	renewed := m.newest(t, id)

	ring, err := m.app.SigningKeys(t.Context())
	must(t, err)
	_, key := ring.Bundle()
	was := verify.Verify(m.download(t, id, old.ID), verify.Trust{Keys: ring.KeysJSON()})
	got := verify.Verify(m.download(t, id, renewed.ID), verify.Trust{Keys: ring.KeysJSON()})
	if got.Verdict != verify.Valid || got.KeyID != key || got.Claims.Supersedes != *old.Digest || got.Claims.SignOffs == nil {
		t.Errorf("%s by the key %s, want %s; supersedes %s: %+v", got.Verdict, got.KeyID, key, got.Claims.Supersedes, got.Checks)
	}
	if diff := cmp.Diff(was.Claims.SignOffs, got.Claims.SignOffs); diff != "" {
		t.Errorf("sign-offs (-before +after):\n%s", diff)
	}
	before, err := m.app.PacketContent(t.Context(), old)
	must(t, err)
	after, err := m.app.PacketContent(t.Context(), renewed)
	must(t, err)
	if !after.MadeAt.After(before.MadeAt.Time) || after.Edition != before.Edition+1 {
		t.Errorf("edition %d made at %s, before it %d at %s", after.Edition, after.MadeAt, before.Edition, before.MadeAt)
	}
	if diff := cmp.Diff(before, after, cmpopts.IgnoreFields(packet.Content{}, "Edition", "MadeAt", "Supersedes")); diff != "" {
		t.Errorf("what they say (-before +after):\n%s", diff)
	}
	for p, want := range map[*store.Packet]app.PacketStatus{&old: {State: app.StatusWithdrawn, SupersededBy: renewed.Digest}, &renewed: {State: app.StatusCurrent}} {
		status, err := m.app.StatusOfPacket(t.Context(), *p.Digest)
		must(t, err)
		if status.State != want.State || !cmp.Equal(status.SupersededBy, want.SupersededBy) {
			t.Errorf("%s is %+v, want %+v", p.Name(), status, want)
		}
	}
	kind(t, m.next(t, m.consultant, id, old.ID), apperr.Conflict)     // it has its successor
	kind(t, m.next(t, m.consultant, id, renewed.ID), apperr.Conflict) // it stands
}

// A key that turns out to be compromised makes the same possible, for the first
// edition too: the outcome then makes the one after.
func TestNextEditionOfACompromisedKey(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	dir, clock := movingKeys(t, m.app)
	id := m.create(t, "Member sign-up")
	m.start(t, id)
	clock.Advance(time.Hour)
	old := m.newest(t, id)
	kind(t, m.next(t, m.consultant, id, old.ID), apperr.Conflict) // it stands
	ring, err := m.app.SigningKeys(t.Context())
	must(t, err)
	_, key := ring.Bundle()
	clock.Advance(time.Hour)
	_, _, err = keys.NewDirectory(dir, "", clock.Now).Compromise(key, old.MadeAt.Add(-time.Minute))
	must(t, err)
	clock.Advance(time.Minute)

	m.oneMore(t, id, "packet.renew", func() error { return m.next(t, m.provider, id, old.ID) })
	m.confirmSteps(t, id)
	must(t, m.end(t, id, walkthrough.Go, "")) // while the renewal waits
	must(t, m.app.SignOff(t.Context(), app.Command{Actor: m.admin}, id, app.SignOffPartner))
	newest := m.newest(t, id)
	list := m.packets(t, id)
	if ring, err = m.app.SigningKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	for n, want := range []struct {
		cause   store.PacketCause
		verdict verify.Verdict
		outcome string
	}{{store.CauseDecision, verify.Invalid, ""}, {store.CauseRenewal, verify.Valid, ""}, {store.CauseOutcome, verify.Valid, "go"}} {
		p := list[len(list)-1-n]
		got := verify.Verify(m.download(t, id, p.ID), verify.Trust{Keys: ring.KeysJSON()})
		if p.Cause != want.cause || p.Edition != n+1 || got.Verdict != want.verdict || got.Verdict == verify.Valid && got.Claims.Outcome != want.outcome {
			t.Errorf("%s by %s: %s, outcome %q; want %+v", p.Name(), p.Cause, got.Verdict, got.Claims.Outcome, want)
		}
	}
	if roles, _ := m.signedOff(t, id, newest.ID); len(list) != 3 || len(roles) != 1 {
		t.Errorf("%d editions, the newest signed off by %v", len(list), roles)
	}
}

// Once another revision was decided, nothing is added to the packets before.
func TestNoNextEditionOfAnEarlierRevision(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.live(t, id)
	old := m.newest(t, id)
	must(t, m.app.WithdrawPacket(t.Context(), app.Command{Actor: m.consultant}, id, old.ID, "It is wrong, all of it."))
	_, err := m.app.SubmitRevision(t.Context(), app.Command{Actor: m.member}, id)
	must(t, err)
	must(t, m.decide(t, m.revision(t, id), store.RevisionReturned, "Not so."))
	kind(t, m.next(t, m.consultant, id, old.ID), apperr.Conflict)
	kind(t, m.next(t, m.consultant, id, uuid.New()), apperr.NotFound)
}
