package app_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

var ada = app.NewPerson{Name: "Ada Admin", Email: "ada@provider.example"}

// token gives the secret part of a link's address.
func token(t *testing.T, address string) string {
	t.Helper()
	_, found, ok := strings.Cut(address, "/link/")
	if !ok || len(found) != 43 {
		t.Fatalf("the address %q has no token of 256 bits", address)
	}
	return found
}

// actions gives the audited actions, oldest first.
func actions(t *testing.T, a *app.App) []string {
	t.Helper()
	rows, err := a.Store.Pool().Query(t.Context(), "SELECT action FROM audit_entries ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var action string
		if err := rows.Scan(&action); err != nil {
			t.Fatal(err)
		}
		all = append(all, action)
	}
	return all
}

func kind(t *testing.T, err error, want apperr.Kind) {
	t.Helper()
	if got := apperr.KindOf(err); got != want {
		t.Errorf("error of kind %q, want %q (%v)", got, want, err)
	}
}

func setupToken(t *testing.T, a *app.App) string {
	t.Helper()
	address, err := a.NewSetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return token(t, address)
}

func TestFirstAdminNamesThemselves(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	earlier, secret := setupToken(t, a), setupToken(t, a)

	_, err := a.UseLink(t.Context(), "R", earlier, ada)
	kind(t, err, apperr.Conflict) // each start prints a new one
	_, err = a.UseLink(t.Context(), "R", secret, app.NewPerson{Email: "no address"})
	kind(t, err, apperr.Invalid)
	if got := len(apperr.FieldsOf(err)); got != 2 {
		t.Errorf("%d messages at fields, want 2", got)
	}
	id, err := a.UseLink(t.Context(), "R", secret, ada)
	if err != nil {
		t.Fatal(err)
	}
	if actor := testkit.Actor(t, a, id); actor.ProviderRole != auth.ProviderAdmin || actor.Name != ada.Name {
		t.Errorf("the first person is %q, %q", actor.Name, actor.ProviderRole)
	}
	if address, err := a.NewSetupLink(t.Context()); address != "" || err != nil {
		t.Errorf("with an admin, a start still makes a link (error %v)", err)
	}
	if diff := cmp.Diff([]string{"link.create", "link.create", "link.use"}, actions(t, a)); diff != "" {
		t.Errorf("audited actions (-want +got):\n%s", diff)
	}
}

func TestOnlyOneFirstAdmin(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	secret := setupToken(t, a)
	testkit.ProviderUser(t, a, "Zoe", auth.ProviderAdmin)
	_, err := a.UseLink(t.Context(), "R", secret, ada)
	kind(t, err, apperr.Conflict)
	if diff := cmp.Diff([]string{"link.create"}, actions(t, a)); diff != "" {
		t.Errorf("audited actions (-want +got):\n%s", diff)
	}
}

func TestLinkWorksOnceForTwoWhoAskAtOnce(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	admin := testkit.ProviderUser(t, a, "Ada", auth.ProviderAdmin)
	link, err := a.InviteUser(t.Context(), app.Command{Actor: admin}, app.Invitation{
		NewPerson: app.NewPerson{Name: "Chidi", Email: "chidi@provider.example"}, ProviderRole: auth.Consultant})
	if err != nil {
		t.Fatal(err)
	}
	var signedIn, refused atomic.Int32
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			id, err := a.UseLink(context.Background(), "R", token(t, link.Address), app.NewPerson{})
			switch {
			case err == nil && id == link.UserID:
				signedIn.Add(1)
			case apperr.Is(err, apperr.Conflict):
				refused.Add(1)
			default:
				t.Errorf("using a link at once: %v", err)
			}
		})
	}
	wait.Wait()
	if signedIn.Load() != 1 || refused.Load() != 3 {
		t.Errorf("%d signed in and %d refused, want 1 and 3", signedIn.Load(), refused.Load())
	}
}

func TestLinkStates(t *testing.T) {
	t.Parallel()
	a, clock := testkit.App(t), testkit.NewClock()
	a.Now = clock.Now
	partner := testkit.Partner(t, a, "Northfall")
	admin := testkit.Member(t, a, partner, "Priya", auth.PartnerAdmin)
	state := func(secret string) app.LinkState {
		t.Helper()
		link, err := a.FindLink(t.Context(), secret)
		if err != nil {
			t.Fatal(err)
		}
		return link.State
	}
	if got := state(strings.Repeat("A", 43)); got != app.LinkUnknown {
		t.Errorf("an unknown link is %q", got)
	}
	invited, err := a.InviteUser(t.Context(), app.Command{Actor: admin}, app.Invitation{
		NewPerson: app.NewPerson{Name: "Sam", Email: "sam@northfall.example"}, Partner: partner, PartnerRole: auth.PartnerMember})
	if err != nil {
		t.Fatal(err)
	}
	secret := token(t, invited.Address)
	for range 3 {
		if link, err := a.FindLink(t.Context(), secret); err != nil || link.State != app.LinkUsable || link.Inviter != "Priya" || link.UserName != "Sam" {
			t.Fatalf("looking at a link: %+v, %v", link, err)
		}
	}
	clock.Advance(72*time.Hour - time.Second)
	if got := state(secret); got != app.LinkUsable {
		t.Errorf("an invitation is %q one second before its end", got)
	}
	clock.Advance(time.Second)
	if got := state(secret); got != app.LinkExpired {
		t.Errorf("an invitation is %q after 72 h", got)
	}
	_, err = a.UseLink(t.Context(), "R", secret, app.NewPerson{})
	kind(t, err, apperr.Conflict)

	again, err := a.NewSignInLinkFor(t.Context(), app.Command{Actor: admin}, invited.UserID)
	if err != nil {
		t.Fatal(err)
	}
	if got := again.ExpiresAt.Sub(clock.Now()); got != 72*time.Hour {
		t.Errorf("a new link for somebody who was never here lasts %v, want 72h", got)
	}
	if _, err := a.UseLink(t.Context(), "R", token(t, again.Address), app.NewPerson{}); err != nil {
		t.Fatal(err)
	}
	if got := state(token(t, again.Address)); got != app.LinkUsed {
		t.Errorf("a used link is %q", got)
	}
	first, err := a.NewSignInLinkFor(t.Context(), app.Command{Actor: auth.System()}, invited.UserID)
	if err != nil {
		t.Fatal(err)
	}
	if got := first.ExpiresAt.Sub(clock.Now()); got != 15*time.Minute {
		t.Errorf("a sign-in link lasts %v, want 15m", got)
	}
	second, err := a.NewSignInLinkFor(t.Context(), app.Command{Actor: admin}, invited.UserID)
	if err != nil {
		t.Fatal(err)
	}
	if got := state(token(t, first.Address)); got != app.LinkExpired {
		t.Errorf("an earlier link is %q after a newer one was made", got)
	}
	if err := a.DisableUser(t.Context(), app.Command{Actor: admin}, invited.UserID); err != nil {
		t.Fatal(err)
	}
	if got := state(token(t, second.Address)); got != app.LinkExpired {
		t.Errorf("the link of a disabled person is %q", got)
	}
}

// TestTokenIsStoredNowhere searches every column of every table.
func TestTokenIsStoredNowhere(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	secret := setupToken(t, a)
	if _, err := a.UseLink(t.Context(), "R", secret, ada); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"sign_in_links", "audit_entries", "audit_personal", "users", "sessions", "idempotency_keys", "outbox"} {
		var rows, found int
		err := a.Store.Pool().QueryRow(t.Context(), "SELECT count(*), count(*) FILTER (WHERE strpos(t::text, $1) > 0 OR strpos(t::text, $2) > 0) FROM "+table+" t",
			secret, hexOf(secret)).Scan(&rows, &found)
		if err != nil {
			t.Fatal(err)
		}
		if found > 0 {
			t.Errorf("table %s holds the token in %d of %d rows", table, found, rows)
		}
	}
}

func TestWhoMayMakeLinks(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	north, south := testkit.Partner(t, a, "Northfall"), testkit.Partner(t, a, "Southrise")
	northAdmin := testkit.Member(t, a, north, "Priya", auth.PartnerAdmin)
	northMember := testkit.Member(t, a, north, "Sam", auth.PartnerMember)
	southMember := testkit.Member(t, a, south, "Lee", auth.PartnerMember)
	both := testkit.Member(t, a, north, "Kim", auth.PartnerMember)
	if err := store.InsertMember(t.Context(), a.Store.Pool(), auth.System().Scope(), south, both.UserID, auth.PartnerViewer, a.Now()); err != nil {
		t.Fatal(err)
	}
	admin := testkit.ProviderUser(t, a, "Ada", auth.ProviderAdmin)
	consultant := testkit.ProviderUser(t, a, "Chidi", auth.Consultant)

	for _, c := range []struct {
		name  string
		actor auth.Actor
		of    uuid.UUID
		want  apperr.Kind
	}{
		{"partner admin for own member", northAdmin, northMember.UserID, ""},
		{"partner admin for a foreign member", northAdmin, southMember.UserID, apperr.NotFound},
		{"partner admin for a member of two partners", northAdmin, both.UserID, apperr.Forbidden},
		{"partner admin for a provider admin", northAdmin, admin.UserID, apperr.NotFound},
		{"member for a colleague", northMember, northAdmin.UserID, apperr.Forbidden},
		{"consultant for a member", consultant, northMember.UserID, apperr.Forbidden},
		{"provider admin for a member of two partners", admin, both.UserID, ""},
		{"provider admin for a consultant", admin, consultant.UserID, ""},
		{"operator for a provider admin", auth.System(), admin.UserID, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			link, err := a.NewSignInLinkFor(t.Context(), app.Command{Actor: c.actor}, c.of)
			kind(t, err, c.want)
			if (link.Address != "") != (c.want == "") {
				t.Errorf("a link was made: %t", link.Address != "")
			}
		})
	}
}

func TestLinkIsShownOnce(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	admin := testkit.ProviderUser(t, a, "Ada", auth.ProviderAdmin)
	other := testkit.ProviderUser(t, a, "Chidi", auth.Consultant)
	cmd := app.Command{Actor: admin, Key: "form-0123456789-0123456789"}
	if _, err := a.NewSignInLinkFor(t.Context(), cmd, other.UserID); err != nil {
		t.Fatal(err)
	}
	link, err := a.NewSignInLinkFor(t.Context(), cmd, other.UserID)
	kind(t, err, apperr.Conflict)
	if link.Address != "" {
		t.Error("the form sent again gave a link again")
	}
}
