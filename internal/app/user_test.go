package app_test

import (
	"encoding/hex"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

func hexOf(s string) string { return hex.EncodeToString([]byte(s)) }

func TestWhoMayInvite(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	north, south := testkit.Partner(t, a, "Northfall"), testkit.Partner(t, a, "Southrise")
	northAdmin := testkit.Member(t, a, north, "Priya", auth.PartnerAdmin)
	northMember := testkit.Member(t, a, north, "Sam", auth.PartnerMember)
	southMember := testkit.Member(t, a, south, "Lee", auth.PartnerMember)
	admin := testkit.ProviderUser(t, a, "Ada", auth.ProviderAdmin)
	consultant := testkit.ProviderUser(t, a, "Chidi", auth.Consultant)
	fresh := func() app.NewPerson {
		return app.NewPerson{Name: "New Person", Email: uuid.NewString() + "@new.example"}
	}
	known := app.NewPerson{Name: "Lee", Email: southMember.Email}

	for _, c := range []struct {
		name     string
		actor    auth.Actor
		in       app.Invitation
		want     apperr.Kind
		wantLink bool
	}{
		{"provider admin, a consultant", admin, app.Invitation{NewPerson: fresh(), ProviderRole: auth.Consultant}, "", true},
		{"provider admin, a partner's admin", admin, app.Invitation{NewPerson: fresh(), Partner: north, PartnerRole: auth.PartnerAdmin}, "", true},
		{"provider admin, somebody known", admin, app.Invitation{NewPerson: known, Partner: north, PartnerRole: auth.PartnerViewer}, "", false},
		{"provider admin, an unknown role", admin, app.Invitation{NewPerson: fresh(), ProviderRole: "owner"}, apperr.Invalid, false},
		{"partner admin, a member", northAdmin, app.Invitation{NewPerson: fresh(), Partner: north, PartnerRole: auth.PartnerMember}, "", true},
		{"partner admin, no role", northAdmin, app.Invitation{NewPerson: fresh(), Partner: north}, apperr.Invalid, false},
		{"partner admin, somebody known", northAdmin, app.Invitation{NewPerson: known, Partner: north, PartnerRole: auth.PartnerMember}, apperr.Invalid, false},
		{"partner admin, into a foreign partner", northAdmin, app.Invitation{NewPerson: fresh(), Partner: south, PartnerRole: auth.PartnerMember}, apperr.NotFound, false},
		{"partner admin, into the provider", northAdmin, app.Invitation{NewPerson: fresh(), ProviderRole: auth.ProviderAdmin}, apperr.Forbidden, false},
		{"member, a colleague", northMember, app.Invitation{NewPerson: fresh(), Partner: north, PartnerRole: auth.PartnerMember}, apperr.Forbidden, false},
		{"consultant, a partner's admin", consultant, app.Invitation{NewPerson: fresh(), Partner: north, PartnerRole: auth.PartnerAdmin}, apperr.Forbidden, false},
		{"operator, an account manager", auth.System(), app.Invitation{NewPerson: fresh(), ProviderRole: auth.AccountTeam}, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			made, err := a.InviteUser(t.Context(), app.Command{Actor: c.actor}, c.in)
			kind(t, err, c.want)
			if (made.Address != "") != c.wantLink {
				t.Errorf("a link was made: %t, want %t", made.Address != "", c.wantLink)
			}
			if c.want != "" {
				return
			}
			person := testkit.Actor(t, a, made.UserID)
			if person.ProviderRole != c.in.ProviderRole || person.Memberships[c.in.Partner] != c.in.PartnerRole {
				t.Errorf("the invited person has the roles %q and %v", person.ProviderRole, person.Memberships)
			}
		})
	}
}

func TestInvitationIsAuditedWithoutTheAddress(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	admin := testkit.ProviderUser(t, a, "Ada", auth.ProviderAdmin)
	in := app.Invitation{NewPerson: app.NewPerson{Name: "Chidi Okafor", Email: "chidi@provider.example"}, ProviderRole: auth.Consultant}
	if _, err := a.InviteUser(t.Context(), app.Command{Actor: admin}, in); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"user.invite"}, actions(t, a)); diff != "" {
		t.Errorf("audited actions (-want +got):\n%s", diff)
	}
	var open, salted int
	err := a.Store.Pool().QueryRow(t.Context(), `
		SELECT (SELECT count(*) FROM audit_entries WHERE convert_from(encoded, 'UTF8') ~ 'hidi'),
		       (SELECT count(*) FROM audit_personal WHERE field IN ('name', 'email') AND value ~ 'hidi')`).Scan(&open, &salted)
	if err != nil {
		t.Fatal(err)
	}
	if open != 0 || salted != 2 {
		t.Errorf("%d entries hold name or address in clear, and %d salted fields do; want 0 and 2", open, salted)
	}
}

func TestDisabledPersonIsOut(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	north := testkit.Partner(t, a, "Northfall")
	partnerAdmin := testkit.Member(t, a, north, "Priya", auth.PartnerAdmin)
	member := testkit.Member(t, a, north, "Sam", auth.PartnerMember)
	kind(t, a.DisableUser(t.Context(), app.Command{Actor: member}, partnerAdmin.UserID), apperr.Forbidden)
	kind(t, a.DisableUser(t.Context(), app.Command{Actor: member}, member.UserID), apperr.Conflict)
	if err := a.DisableUser(t.Context(), app.Command{Actor: partnerAdmin}, member.UserID); err != nil {
		t.Fatal(err)
	}
	_, err := store.FindActor(t.Context(), a.Store.Reader(), member.UserID)
	kind(t, err, apperr.NotFound)
	if diff := cmp.Diff([]string{"user.disable"}, actions(t, a)); diff != "" {
		t.Errorf("audited actions (-want +got):\n%s", diff)
	}
}

func TestLastAdminStays(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	ada := testkit.ProviderUser(t, a, "Ada", auth.ProviderAdmin)
	kind(t, a.DisableUser(t.Context(), app.Command{Actor: auth.System()}, ada.UserID), apperr.Conflict)
	zoe := testkit.ProviderUser(t, a, "Zoe", auth.ProviderAdmin)
	if err := a.DisableUser(t.Context(), app.Command{Actor: zoe}, ada.UserID); err != nil {
		t.Error(err)
	}
}

func TestPartnerAndSettings(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	admin := testkit.ProviderUser(t, a, "Ada", auth.ProviderAdmin)
	cmd := app.Command{Actor: admin}
	north, err := a.CreatePartner(t.Context(), cmd, " Northfall Credit Union ")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "two\nlines", "NORTHFALL credit union"} {
		_, err := a.CreatePartner(t.Context(), cmd, name)
		kind(t, err, apperr.Invalid)
	}
	partnerAdmin := testkit.Member(t, a, north, "Priya", auth.PartnerAdmin)
	member := testkit.Member(t, a, north, "Sam", auth.PartnerMember)
	_, err = a.CreatePartner(t.Context(), app.Command{Actor: partnerAdmin}, "Another")
	kind(t, err, apperr.Forbidden)

	kind(t, a.SaveRawUploads(t.Context(), app.Command{Actor: member}, north, 1, app.RawUploadsForbidden), apperr.Forbidden)
	kind(t, a.SaveRawUploads(t.Context(), app.Command{Actor: partnerAdmin}, north, 1, "perhaps"), apperr.Invalid)
	if err := a.SaveRawUploads(t.Context(), app.Command{Actor: partnerAdmin}, north, 1, app.RawUploadsForbidden); err != nil {
		t.Error(err)
	}
	kind(t, a.SaveRawUploads(t.Context(), cmd, north, 1, app.RawUploadsAllowed), apperr.Conflict) // an old form
	p, err := store.FindPartner(t.Context(), a.Store.Reader(), admin.Scope(), north)
	if err != nil || p.Name != "Northfall Credit Union" || p.RawUploads != app.RawUploadsForbidden {
		t.Errorf("the partner is %+v, %v", p, err)
	}

	kind(t, a.SaveProviderContact(t.Context(), app.Command{Actor: partnerAdmin}, "help@provider.example"), apperr.Forbidden)
	kind(t, a.SaveProviderContact(t.Context(), cmd, "not an address"), apperr.Invalid)
	if err := a.SaveProviderContact(t.Context(), cmd, "help@provider.example"); err != nil {
		t.Fatal(err)
	}
	contact, err := store.FindSetting(t.Context(), a.Store.Reader(), store.SettingProviderContact)
	if err != nil || contact != "help@provider.example" {
		t.Errorf("the contact is %q, %v", contact, err)
	}
	if diff := cmp.Diff([]string{"partner.create", "partner.save", "setting.save"}, actions(t, a)); diff != "" {
		t.Errorf("audited actions (-want +got):\n%s", diff)
	}
}
