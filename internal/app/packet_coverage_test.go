package app_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/walkthrough"
)

// refused brings an integration whose one run shows a refusal up to submit.
func (m team) refused(t *testing.T) (uuid.UUID, store.Revision) {
	t.Helper()
	id, capture := m.recorded(t, "right-consent-denied.har")
	must(t, m.app.AddCaptureEvidence(t.Context(), app.Command{Actor: m.member}, m.ref(t, id, "ERR-01"), checklist.EvidenceError, capture))
	return id, m.submit(t, id)
}

// decideReady accepts what is claimed and decides ready.
func (m team) decideReady(t *testing.T, id uuid.UUID, r store.Revision) {
	t.Helper()
	m.confirmAll(t, id)
	must(t, m.app.AcceptItem(t.Context(), app.Command{Actor: m.consultant}, m.ref(t, id, "RDY-02")))
	must(t, m.decide(t, r, store.RevisionReady, ""))
}

// walkedOut holds the walkthrough and ends it, which asks for the next edition.
func (m team) walkedOut(t *testing.T, id uuid.UUID) {
	t.Helper()
	cmd := app.Command{Actor: m.consultant}
	must(t, m.app.PlanWalkthrough(t.Context(), cmd, m.plan(id, 0)))
	held, _ := m.held(t, id)
	must(t, m.app.StartWalkthrough(t.Context(), cmd, app.WalkthroughRef{Integration: id, RowVersion: held.RowVersion}))
	must(t, m.end(t, id, walkthrough.NoGo, "The button was missing."))
}

// newestPaths are the error paths of the newest packet that was asked for.
func (m team) newestPaths(t *testing.T, id uuid.UUID) (edition int, paths *packet.ErrorPaths) {
	t.Helper()
	p := m.packets(t, id)[0]
	source, err := store.FindPacketSource(t.Context(), m.app.Store.Reader(), auth.System().Scope(), p.ID)
	must(t, err)
	var got struct {
		Content struct{ ErrorPaths *packet.ErrorPaths }
	}
	must(t, json.Unmarshal(source.Content, &got))
	return p.Edition, got.Content.ErrorPaths
}

// Every edition says of the runs that the revision froze what was frozen, however
// they were judged since.
func TestAnEditionKeepsTheFrozenSignIns(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, r := m.refused(t)
	m.decideReady(t, id, r)
	if _, paths := m.newestPaths(t, id); paths == nil || paths.Counts.Handled != 1 {
		t.Fatalf("the first edition says %+v", paths)
	}
	harsher := app.Judge{RuleSet: analysis.RuleSet + 1, Run: func(cfg integration.Config, run, others []analysis.Input) analysis.Judgement {
		said := (&newer{}).judge(analysis.RuleSet+1).Run(cfg, run, others)
		for i := range said.SignIns {
			for n := range said.SignIns[i].Errors {
				said.SignIns[i].Errors[n].Handling = analysis.Mishandled
			}
		}
		return said
	}}
	must(t, m.app.JudgeAgain(t.Context(), harsher, id))
	if now := m.signIns(t, id); len(now) != 1 || len(now[0].Errors) != 1 || now[0].Errors[0].Handling != analysis.Mishandled {
		t.Fatalf("judging again gave %+v", now)
	}
	m.walkedOut(t, id)
	if edition, paths := m.newestPaths(t, id); edition != 2 || paths == nil || paths.Counts.Handled != 1 || paths.Counts.Mishandled != 0 {
		t.Errorf("edition %d says %+v", edition, paths)
	}
}

// A revision that was frozen before sign-ins were kept says nothing of them in
// any edition: what its runs are judged as since is not what was reviewed. Its
// packets are built and verify.
func TestARevisionWithoutSignInsMakesPackets(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, r := m.refused(t)
	_, err := m.app.Store.Pool().Exec(t.Context(), `UPDATE revisions SET frozen = frozen - 'SignIns' WHERE id = $1`, r.ID)
	must(t, err)
	m.decideReady(t, id, r)
	m.walkedOut(t, id)
	list := m.packets(t, id) // the newest first
	for n := range list {
		p := list[len(list)-1-n]
		must(t, m.app.BuildPacket(t.Context(), p.ID))
		if got := verify.Verify(m.download(t, id, p.ID), verify.Trust{Fingerprint: fingerprint(t, m.app)}); got.Verdict != verify.Valid {
			t.Errorf("edition %d: verdict %q: %+v", p.Edition, got.Verdict, got.Checks)
		}
	}
	if edition, paths := m.newestPaths(t, id); edition != 2 || paths != nil {
		t.Errorf("edition %d says %+v of sign-ins that were not frozen", edition, paths)
	}
}

// A packet shows some of very many sign-ins and says how many it leaves out.
func TestAPacketShowsSomeOfManySignIns(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, r := m.refused(t)
	_, err := m.app.Store.Pool().Exec(t.Context(), `UPDATE revisions SET frozen = jsonb_set(frozen, '{SignIns}',
		(SELECT jsonb_agg(jsonb_set(frozen->'SignIns'->0, '{Number}', to_jsonb(n))) FROM generate_series(1, 500) n)) WHERE id = $1`, r.ID)
	must(t, err)
	m.decideReady(t, id, r)
	_, paths := m.newestPaths(t, id)
	if paths == nil || paths.Counts.Handled != 1 {
		t.Fatalf("the packet says %+v", paths)
	}
	for _, p := range paths.Paths {
		if n := len(p.Shown); p.State == "handled" && (n != 20 || p.NotShown != 480) {
			t.Errorf("%d sign-ins are shown and %d are not", n, p.NotShown)
		}
	}
	must(t, m.app.BuildPacket(t.Context(), m.packets(t, id)[0].ID))
	if text := pdfText(t, m.download(t, id, m.packets(t, id)[0].ID)); !strings.Contains(text, "Not shown: 480 older sign-ins.") {
		t.Error("the report does not say that sign-ins are left out")
	}
}
