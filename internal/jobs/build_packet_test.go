package jobs

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

// A packet that cannot be made says whether somebody still tries.
func TestTheLastAttemptSaysSo(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	id := pendingPacket(t, a)
	for last, want := range map[bool]string{false: "tried again by itself", true: "not tried again"} {
		if err := (&buildPacket{app: a}).attempt(t.Context(), id, last); err == nil {
			t.Fatal("a packet was made of nothing")
		}
		source, err := store.FindPacketSource(t.Context(), a.Store.Reader(), auth.System().Scope(), id)
		if err != nil || source.Problem == nil || !strings.Contains(*source.Problem, want) || source.State != store.PacketPending {
			t.Errorf("after an attempt (the last: %t) the packet is %s with the problem %v, %v; want %q", last, source.State, source.Problem, err, want)
		}
	}
}

// A packet that waits for a signing key uses up no attempts: the key may be away
// for longer than they last.
func TestWaitingForAKeyIsNoAttempt(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	id := pendingPacket(t, a)
	a.Keys = keys.NewDirectory(filepath.Join(t.TempDir(), "none"), "", a.Now)
	var snooze *river.JobSnoozeError
	if err := (&buildPacket{app: a}).attempt(t.Context(), id, true); !errors.As(err, &snooze) {
		t.Errorf("the last attempt without a key: %v", err)
	}
	source, err := store.FindPacketSource(t.Context(), a.Store.Reader(), auth.System().Scope(), id)
	if err != nil || source.Problem == nil || !strings.HasPrefix(*source.Problem, "Unsigned, pending") {
		t.Errorf("the packet has the problem %v, %v", source.Problem, err)
	}
}

// pendingPacket asks for a packet with a content that none can be made of.
func pendingPacket(t *testing.T, a *app.App) uuid.UUID {
	t.Helper()
	partner := testkit.Partner(t, a, "Northfall")
	admin := testkit.Member(t, a, partner, "Priya", auth.PartnerAdmin)
	doc, err := os.ReadFile("../../testdata/integrations/right.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := integration.Parse(doc)
	if err != nil {
		t.Fatal(err)
	}
	id, err := a.CreateIntegration(t.Context(), app.Command{Actor: admin}, partner, cfg)
	if err != nil {
		t.Fatal(err)
	}
	round, err := store.FindOpenRound(t.Context(), a.Store.Reader(), admin.Scope(), id)
	if err != nil {
		t.Fatal(err)
	}
	r := store.Revision{PartnerID: partner, ID: store.NewID(), IntegrationID: id, ConfigurationVersion: 1, RuleSet: 1, RoundID: round.ID,
		SubmittedBy: admin.UserID, SubmittedAt: a.Now()}
	if _, err := store.InsertRevision(t.Context(), a.Store.Reader(), r, store.Frozen{}); err != nil {
		t.Fatal(err)
	}
	p := store.PacketSource{Packet: store.Packet{PartnerID: partner, ID: store.NewID(), IntegrationID: id, RevisionID: r.ID, Edition: 1, Cause: store.CauseDecision, CreatedAt: a.Now()},
		Seed: []byte("seed"), Content: []byte("{}")}
	if err := store.InsertPacket(t.Context(), a.Store.Reader(), p); err != nil {
		t.Fatal(err)
	}
	return p.ID
}
