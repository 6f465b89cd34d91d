package demo

import (
	"context"
	"time"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/walkthrough"
)

// The captures of Lakeshore, which does what the provider asks for.
const (
	lakeshoreHappy        = "captures/recorded/right-happy-path.har"
	lakeshoreBackChannel  = "captures/recorded/right-happy-path.backchannel.har"
	lakeshorePassport     = "captures/recorded/right-second-happy-path.har"
	lakeshorePassportBack = "captures/recorded/right-second-happy-path.backchannel.har"
	lakeshoreAgain        = "captures/recorded/right-second-load.har"
	lakeshoreAgainBack    = "captures/recorded/right-second-load.backchannel.har"
	lakeshoreStranger     = "captures/recorded/right-unknown-client.har"
	lakeshoreDenied       = "captures/recorded/right-consent-denied.har"
)

var lakeshoreClaims = []claim{
	{"RDY-02", []proof{words("Nothing is left to build. Release 2026.11 is what these runs were made with; it goes live unchanged.")}},
	{"RDY-03", []proof{redirect(lakeshoreHappy)}},
	{"TST-01", []proof{redirect(lakeshoreHappy), picture("captures/recorded/right-happy-path.consent.png")}},
	{"TST-02", []proof{redirect(lakeshoreHappy)}},
	{"TST-03", []proof{redirect(lakeshoreHappy)}},
	{"TST-04", []proof{redirect(lakeshoreHappy)}},
	{"TST-05", []proof{redirect(lakeshoreHappy), redirect(lakeshorePassport)}},
	{"TST-06", []proof{redirect(lakeshoreHappy), backChannel(lakeshoreBackChannel)}},
	{"TST-07", []proof{redirect(lakeshoreHappy), backChannel(lakeshoreBackChannel)}},
	{"TST-08", []proof{redirect(lakeshoreHappy)}},
	{"TST-09", []proof{redirect(lakeshoreHappy)}},
	{"TST-10", []proof{redirect(lakeshoreHappy)}},
	{"TST-11", []proof{backChannel(lakeshoreBackChannel)}},
	{"TST-12", []proof{backChannel(lakeshoreBackChannel)}},
	{"TST-15", []proof{words("The jose library checks signature, issuer, audience and expiry, with keys from the provider's key address."),
		backChannel(lakeshoreBackChannel)}},
	{"ERR-01", []proof{refusal(lakeshoreDenied), picture("captures/recorded/right-consent-denied.end.png")}},
	{"ERR-03", []proof{refusal(lakeshoreStranger), words("Every error code has a sentence of our own; the raw one goes to the log.")}},
	{"ERR-04", []proof{refusal(lakeshoreAgain), backChannel(lakeshoreAgainBack)}},
	{"SES-07", []proof{redirect(lakeshoreHappy)}},
	{"CTX-01", []proof{words("https://right.localhost:8082/ has the link \"Verify my identity\" in the middle of the page.")}},
	{"CTX-02", []proof{words("No special access. The sign-in opens as a full page; the account page is reached right after it.")}},
	{"DAT-03", []proof{backChannel(lakeshorePassportBack), picture("captures/recorded/right-second-happy-path.end.png")}},
	{"DAT-04", []proof{words("fortified_identity brings uuid, name, e-mail, birth date and address. The address is absent for passports.")}},
	{"DAT-05", []proof{words("Name and e-mail for the application, birth date for the age limit, address for the region. All are deleted with the application.")}},
}

// noNewAccounts is why no run begins with a new account.
const noNewAccounts = "The sandbox hands out ready-made test users; nobody can create an account there."

// lakeshoreLater are claimed for the walkthrough and the go-live, after the review.
var lakeshoreLater = []claim{
	{"RDY-01", []proof{words("Samira Osei is our consultant; the date is the one of the walkthrough's page.")}},
	{"SES-06", []proof{picture("captures/recorded/right-happy-path.consent.png")}},
	{"CTX-03", []proof{words("18 January 2027, about 2,000 sign-ins a day. On the day the web team answers at web@lakeshore.example.")}},
	{"DAT-06", []proof{words("The production client is registered. Operations switches over on the morning of the launch and can switch back within minutes.")}},
}

// tellLakeshore brings Lakeshore Benefits as far as a planned walkthrough with
// the readiness packet made.
func (s *seeder) tellLakeshore(ctx context.Context) error {
	t, err := s.begin(ctx, s.lakeshoreAdmin, "right.yaml")
	if err != nil {
		return err
	}
	if err := s.app.AssignConsultant(ctx, as(s.consultant), t.integration, s.consultant.UserID); err != nil {
		return err
	}
	err = t.record(ctx, "2026.11",
		run{"happy-path", "driver-licence", lakeshoreHappy, lakeshoreBackChannel},
		run{"passport-without-address", "passport", lakeshorePassport, lakeshorePassportBack},
		run{"consent-denied", "driver-licence", lakeshoreDenied, ""},
		run{"expired-sign-in", "driver-licence", lakeshoreAgain, lakeshoreAgainBack},
		run{"wrong-request", "driver-licence", lakeshoreStranger, ""})
	if err != nil {
		return err
	}
	if err := t.claims(ctx, lakeshoreClaims); err != nil {
		return err
	}
	if err := t.notApplicable(ctx, "DAT-02", noNewAccounts); err != nil {
		return err
	}
	if err := t.notApplicable(ctx, "TST-18", "A case worker decides on the benefit later. The sign-in leads to the account page and to nothing else."); err != nil {
		return err
	}
	if err := t.review(ctx, nil, store.RevisionReady, "Both ways through are shown, and the refusal leads on."); err != nil {
		return err
	}
	if err := t.makePackets(ctx); err != nil {
		return err
	}
	if err := t.claims(ctx, lakeshoreLater); err != nil {
		return err
	}
	return t.planWalkthrough(ctx)
}

// makePackets makes what the decision asked for here and now, so that the first
// page that is opened has it; the workers then find it made.
func (t *story) makePackets(ctx context.Context) error {
	t.say("  making the readiness packet")
	packets, err := store.ListPackets(ctx, t.app.Store.Reader(), t.consultant.Scope(), t.integration)
	if err != nil {
		return err
	}
	for _, p := range packets {
		if err := t.app.BuildPacket(ctx, p.ID); err != nil {
			return err
		}
	}
	return nil
}

// planWalkthrough plans it for the afternoon of the day after tomorrow.
func (t *story) planWalkthrough(ctx context.Context) error {
	t.say("  planning the walkthrough")
	day := t.app.Now().AddDate(0, 0, 2)
	return t.app.PlanWalkthrough(ctx, as(t.consultant), app.WalkthroughPlan{
		Integration: t.integration, Place: "Video call",
		At: time.Date(day.Year(), day.Month(), day.Day(), 15, 0, 0, 0, time.UTC),
		People: []walkthrough.Person{
			{Name: t.teller.Name, Part: walkthrough.Drives}, {Name: t.consultant.Name, Part: walkthrough.Leads},
			{Name: t.accountTeam.Name, Part: walkthrough.Observes},
		},
	})
}
