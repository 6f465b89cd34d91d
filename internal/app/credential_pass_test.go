package app_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
)

// A false alarm passes with a reason: the write is done, the pass is kept with
// its audit entry, and only the very text passes from then on.
func TestFalseAlarmPassesWithAReason(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	text := "The manual's sample is " + canary + "."
	comment := func(actor auth.Actor, reason, text string) error {
		return m.app.CommentOnItem(t.Context(), app.Command{Actor: actor, PassReason: reason}, id, "RDY-02", text)
	}
	passable := func(err error) bool {
		return slices.ContainsFunc(apperr.FieldsOf(err), func(f apperr.Field) bool { return f.Passable })
	}
	const reason = "It is the sample in the vendor's manual."
	if err := comment(m.member, "", text); !passable(err) {
		t.Fatalf("without a reason: %v", err)
	}
	for n, bad := range []string{"too short", strings.Repeat("x", 501), "It is no token but " + canary, "turned \u202e around here"} {
		err := comment(m.member, bad, text)
		named := slices.ContainsFunc(apperr.FieldsOf(err), func(f apperr.Field) bool { return f.Name == app.FieldPassReason })
		if !apperr.Is(err, apperr.Invalid) || !named || !passable(err) {
			t.Errorf("reason %d: %v %v", n, err, apperr.FieldsOf(err))
		}
	}
	must(t, comment(m.member, strings.Repeat("x", 500), "Another sample: "+canary))
	must(t, comment(m.member, reason, text))
	must(t, comment(m.admin, "", text)) // the very text needs no reason any more
	if err := comment(m.member, "", text+" And more."); !passable(err) {
		t.Errorf("another text passed: %v", err)
	}
	passes, err := store.ListCredentialPasses(t.Context(), m.app.Store.Reader(), m.admin.Scope(), id)
	must(t, err)
	if len(passes) != 2 {
		t.Fatalf("%d passes, want 2", len(passes))
	}
	p := passes[1]
	if p.Reason != reason || p.Item != "RDY-02" || p.Field != "comment" || !slices.Equal(p.Rules, []string{"github_token"}) || p.PassedByName != "Sam" ||
		p.ObjectKind != "item" || p.ObjectID != "RDY-02" || !p.Passes(text) || p.Passes(text+".") {
		t.Errorf("the pass is %+v", p)
	}
	entries := m.entries(t, id)
	last := entries[len(entries)-2]
	if last.Action != "comment.create" || last.Details["credentials_passed"].String() != "1" || last.Details["credential_rules"].String() != "github_token" {
		t.Errorf("the audit entry is %s %v", last.Action, last.Details)
	}
	foreign, err := store.ListCredentialPasses(t.Context(), m.app.Store.Reader(), m.other.Scope(), id)
	if err != nil || len(foreign) != 0 {
		t.Errorf("another partner sees %d passes, %v", len(foreign), err)
	}
}

// Private keys, JSON Web Tokens and our own tokens pass with no reason.
func TestWhatNobodyCanPass(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	for _, text := range []string{
		"-----BEGIN " + "PRIVATE KEY-----\nMIIE", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl", "pwk_" + strings.Repeat("a1B2", 8),
		canary + " and pwk_" + strings.Repeat("a1B2", 8),
	} {
		err := m.app.CommentOnItem(t.Context(), app.Command{Actor: m.member, PassReason: "It is a sample of the manual."}, id, "RDY-02", text)
		if !apperr.Is(err, apperr.Invalid) || slices.ContainsFunc(apperr.FieldsOf(err), func(f apperr.Field) bool { return f.Passable }) {
			t.Errorf("%v %v", err, apperr.FieldsOf(err))
		}
	}
}

// A reason passes every text of the form, in a new integration too.
func TestAReasonPassesTheWholeForm(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	cfg := sample("Member sign-up")
	cfg.Notes, cfg.Release = "The sample is "+canary, "build "+canary
	cmd := app.Command{Actor: m.admin}
	_, err := m.app.CreateIntegration(t.Context(), cmd, m.partner, cfg)
	if fields := apperr.FieldsOf(err); len(fields) != 2 || !fields[0].Passable || !fields[1].Passable {
		t.Fatalf("refused with %v", fields)
	}
	cmd.PassReason = "Both are samples of the manual."
	id, err := m.app.CreateIntegration(t.Context(), cmd, m.partner, cfg)
	must(t, err)
	cfg.Links.FAQ = "https://login.northfall.example/faq"
	must(t, m.app.SaveIntegration(t.Context(), app.Command{Actor: m.admin}, id, m.find(t, id).RowVersion, cfg, ""))
	passes, err := store.ListCredentialPasses(t.Context(), m.app.Store.Reader(), m.admin.Scope(), id)
	if err != nil || len(passes) != 2 {
		t.Errorf("%d passes, %v", len(passes), err)
	}
}

// The submit gate looks at everything again: what was stored before a rule was
// known keeps it shut, by item and place, until it is passed with a reason; the
// packet lists the pass.
func TestSubmitLooksAgain(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	cmd := app.Command{Actor: m.member}
	must(t, m.app.AddTextEvidence(t.Context(), cmd, m.ref(t, id, "RDY-02"), checklist.EvidenceDeclaration, "Build 2.17.0."))
	m.settle(t, id)
	for table, column := range map[string]string{"evidence": "text", "test_runs": "release"} {
		_, err := m.app.Store.Reader().Exec(t.Context(), "UPDATE "+table+" SET "+column+" = '"+canary+"' WHERE "+column+" IS NOT NULL")
		must(t, err)
	}
	_, err := m.app.SubmitRevision(t.Context(), cmd, id)
	fields := apperr.FieldsOf(err)
	if !apperr.Is(err, apperr.Conflict) || len(fields) == 0 {
		t.Fatalf("submitted: %v", err)
	}
	for n, f := range fields {
		if f.Name != "RDY-02" && f.Name != "" || !f.Passable || strings.Contains(f.Text, canary) || !strings.Contains(f.Text, "a GitHub token") {
			t.Errorf("field %d: %+v", n, f)
		}
	}
	cmd.PassReason = "short"
	_, err = m.app.SubmitRevision(t.Context(), cmd, id)
	if got := apperr.FieldsOf(err); len(got) != len(fields)+1 || got[len(got)-1].Name != app.FieldPassReason {
		t.Fatalf("a short reason: %v", got)
	}
	cmd.PassReason = "It is the sample in the vendor's manual."
	_, err = m.app.SubmitRevision(t.Context(), cmd, id)
	must(t, err)
	passes, err := store.ListCredentialPasses(t.Context(), m.app.Store.Reader(), m.admin.Scope(), id)
	if err != nil || len(passes) != len(fields) {
		t.Errorf("%d passes for %d texts, %v", len(passes), len(fields), err)
	}
}

// The packet lists the passes of the texts that it holds: not those of texts
// and documents that were withdrawn, nor of comments.
func TestPacketListsThePassesOfItsTexts(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	with := func(reason string) app.Command { return app.Command{Actor: m.member, PassReason: reason} }
	add := func(reason, text string) {
		must(t, m.app.AddTextEvidence(t.Context(), with(reason), m.ref(t, id, "RDY-02"), checklist.EvidenceDeclaration, text))
	}
	attach := func(reason, text string) {
		must(t, m.app.AddDocumentEvidence(t.Context(), with(reason), m.ref(t, id, "RDY-02"), checklist.EvidenceDeclaration, "As the log says.",
			app.Document{Name: "a.log", Body: strings.NewReader(text)}))
	}
	add("The first text is withdrawn.", "The first is "+canary)
	attach("The first document is withdrawn.", "first "+canary)
	for _, e := range m.evidence(t, id, "RDY-02") {
		must(t, m.app.WithdrawEvidence(t.Context(), with(""), m.ref(t, id, "RDY-02"), e.ID))
	}
	add("The second text stays there.", "The second is "+canary)
	attach("The second document stays there.", "second "+canary)
	must(t, m.app.CommentOnItem(t.Context(), with("A comment is no part of it."), id, "RDY-02", "A comment: "+canary))
	m.ready(t, id)
	must(t, m.app.BuildPacket(t.Context(), m.packets(t, id)[0].ID))
	manifest := packed(t, m.download(t, id, m.packets(t, id)[0].ID), "packet.json")
	for text, want := range map[string]bool{"first text is withdrawn": false, "first document is withdrawn": false, "comment is no part": false,
		"second text stays": true, "second document stays": true} {
		if got := strings.Contains(manifest, text); got != want {
			t.Errorf("%q is listed: %v", text, got)
		}
	}
}

// A pass of the very text that makes a packet is in that packet.
func TestPacketListsThePassOfItsDecision(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	r := m.submit(t, id)
	m.confirmAll(t, id)
	must(t, m.app.AcceptItem(t.Context(), app.Command{Actor: m.consultant}, m.ref(t, id, "RDY-02")))
	cmd := app.Command{Actor: m.consultant, PassReason: "The manual shows this sample."}
	must(t, m.app.DecideRevision(t.Context(), cmd, app.ReviewDecision{Integration: id, Revision: r.ID, RowVersion: r.RowVersion, State: store.RevisionReady, Reasons: "As in " + canary}))
	must(t, m.app.BuildPacket(t.Context(), m.packets(t, id)[0].ID))
	if manifest := packed(t, m.download(t, id, m.packets(t, id)[0].ID), "packet.json"); !strings.Contains(manifest, "manual shows this sample") {
		t.Error("the pass is not listed")
	}
	all := m.entries(t, id)
	last := all[slices.IndexFunc(all, func(e audit.Entry) bool { return e.Action == "revision.decide" })]
	if last.Details["credentials_passed"].String() != "1" || last.Details["decision"].String() != "ready" {
		t.Errorf("the audit entry says %v", last.Details)
	}
}
