package demo

import (
	"context"
	"time"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/store"
)

// The captures of Quickpass, which makes the mistakes that reviews keep finding.
const (
	quickpassHappy  = "captures/recorded/faulty-happy-path.har"
	quickpassBack   = "captures/recorded/faulty-happy-path.backchannel.har"
	quickpassDenied = "captures/recorded/faulty-consent-denied.har"
)

var quickpassClaims = []claim{
	{"RDY-02", []proof{words("The discount works from start to end. Nothing is left to build.")}},
	{"RDY-03", []proof{redirect(quickpassHappy)}},
	{"TST-01", []proof{redirect(quickpassHappy)}},
	{"TST-03", []proof{redirect(quickpassHappy)}},
	{"TST-04", []proof{redirect(quickpassHappy)}},
	{"TST-05", []proof{redirect(quickpassHappy)}},
	{"TST-08", []proof{redirect(quickpassHappy)}},
	{"TST-09", []proof{redirect(quickpassHappy)}},
	{"TST-10", []proof{redirect(quickpassHappy)}},
	{"ERR-01", []proof{refusal(quickpassDenied), picture("captures/recorded/faulty-consent-denied.end.png")}},
	{"SES-07", []proof{redirect(quickpassHappy)}},
	{"DAT-03", []proof{picture("captures/recorded/faulty-happy-path.end.png")}},
	{"DAT-05", []proof{backChannel(quickpassBack), words("The unique id is the key of the discount; the first name is for the greeting.")}},
}

// tellQuickpass brings Quickpass Tickets through a review that returned it: the
// partner mends what the remarks ask for.
func (s *seeder) tellQuickpass(ctx context.Context) error {
	t, err := s.begin(ctx, s.quickpassDev, "faulty.yaml")
	if err != nil {
		return err
	}
	if err := s.app.AssignConsultant(ctx, as(s.consultant), t.integration, s.consultant.UserID); err != nil {
		return err
	}
	err = t.record(ctx, "",
		run{"happy-path", "driver-licence", quickpassHappy, quickpassBack},
		run{"consent-denied", "driver-licence", quickpassDenied, ""})
	if err != nil {
		return err
	}
	if err := t.claims(ctx, quickpassClaims); err != nil {
		return err
	}
	if err := t.notApplicable(ctx, "DAT-02", noNewAccounts); err != nil {
		return err
	}
	returns, err := t.quickpassRemarks(ctx)
	if err != nil {
		return err
	}
	err = t.review(ctx, returns, store.RevisionReturned, "The refusal is not handled, the state is weak, and the code leaves the callback page.")
	if err != nil {
		return err
	}
	return t.discuss(ctx)
}

// quickpassRemarks are what the consultant returns items with, pinned to the
// hops where it shows.
func (t *story) quickpassRemarks(ctx context.Context) (map[string]app.NewRemark, error) {
	returns := map[string]app.NewRemark{}
	for item, r := range map[string]struct{ file, path, param, text string }{
		"TST-05": {quickpassHappy, "/oauth/authorize", "state", "Four digits can be guessed. Use at least 128 random bits and compare them in the callback."},
		"ERR-01": {quickpassDenied, "/callback", "error_description", "Somebody who says no lands on our raw error. Show a page in your own words with a way on."},
		"SES-07": {quickpassHappy, "/callback", "code", "The page is answered at the address with the code, so the style sheet gets it as the Referer. Redirect first."},
	} {
		remark := app.NewRemark{Text: r.text, Param: r.param}
		id := t.captures[r.file]
		capture, err := store.FindCapture(ctx, t.app.Store.Reader(), t.consultant.Scope(), t.integration, id)
		if err != nil {
			return nil, err
		}
		found, err := store.ListEntries(ctx, t.app.Store.Reader(), t.consultant.Scope(), capture.PartnerID, id,
			store.EntryFilter{Hops: true, Text: r.path, After: -1}, 1)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, apperr.New(apperr.NotFound, "A sample capture lacks a hop that the demo speaks of.")
		}
		remark.Capture, remark.Entry = &id, found[0].N
		returns[item] = remark
	}
	return returns, nil
}

// discuss has one remark answered, asks back about another, and gives a returned
// item an owner and a date.
func (t *story) discuss(ctx context.Context) error {
	remarks, err := store.ListRemarks(ctx, t.app.Store.Reader(), t.teller.Scope(), t.integration)
	if err != nil {
		return err
	}
	for _, r := range remarks {
		if r.RequirementID != "TST-05" {
			continue
		}
		ref := app.RemarkRef{Integration: t.integration, Remark: r.ID, RowVersion: r.RowVersion}
		if err := t.app.AnswerRemark(ctx, as(t.teller), ref, "The next release makes 32 random bytes and keeps them with the session. A new run follows."); err != nil {
			return err
		}
	}
	if err := t.app.CommentOnItem(ctx, as(t.teller), t.integration, "ERR-01", "Is a redirect to our start page with a short note enough, or does it have to be a page of its own?"); err != nil {
		return err
	}
	ref, err := t.item(ctx, "ERR-01")
	if err != nil {
		return err
	}
	due := t.app.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 5)
	return t.app.PlanItem(ctx, as(t.teller), ref, &t.teller.UserID, &due)
}
