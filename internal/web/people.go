package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
	"github.com/proofwalk/proofwalk/views/people"
)

// showPeople shows the provider's people and all partners; to people of one
// partner, that partner.
func showPeople(r *request) error {
	if partners := r.scope().Partners; !r.actor.IsProvider() && len(partners) == 1 {
		return r.partnerPage(http.StatusOK, partners[0], nil)
	}
	return r.overviewPage(http.StatusOK, nil)
}

// overviewPage shows the provider's people to themselves, and the partners in
// scope. cause is why a form of the page was not taken.
func (r *request) overviewPage(status int, cause error) error {
	partners, err := store.ListPartners(r.ctx(), r.reader(), r.scope())
	if err != nil {
		return err
	}
	members, err := store.ListMembers(r.ctx(), r.reader(), r.scope())
	if err != nil {
		return err
	}
	m := people.OverviewModel{Shell: r.shell("People", pathPeople), Partners: partnerRows(partners, members)}
	if r.actor.IsProvider() {
		users, err := store.ListProviderUsers(r.ctx(), r.reader())
		if err != nil {
			return err
		}
		for _, u := range users {
			m.People = append(m.People, r.providerRow(u))
		}
	}
	if r.actor.Can(auth.InviteAnybody, uuid.Nil) {
		m.Invite = r.inviteForm(pathPeople, providerRoles, cause)
		m.NewPartner = r.newPartnerForm(cause)
		m.Errors = errorSummary(cause, m.Invite.Name, m.Invite.Email, m.Invite.Role.FieldModel, m.NewPartner.PartnerField)
	}
	return r.render(status, people.Overview(m))
}

var providerRoles = []components.Option{
	{Value: string(auth.Consultant), Label: "Consultant"},
	{Value: string(auth.AccountTeam), Label: "Account team"},
	{Value: string(auth.ProviderAdmin), Label: "Admin"},
}

var partnerRoles = []components.Option{
	{Value: string(auth.PartnerMember), Label: "Member: describes, tests, claims, submits"},
	{Value: string(auth.PartnerAdmin), Label: "Admin: invites and signs off, too"},
	{Value: string(auth.PartnerViewer), Label: "Viewer: reads"},
}

// roleLabels are the roles as tables name them.
var roleLabels = map[string]string{
	string(auth.Consultant): "Consultant", string(auth.AccountTeam): "Account team", string(auth.ProviderAdmin): "Admin",
	string(auth.PartnerAdmin): "Admin", string(auth.PartnerMember): "Member", string(auth.PartnerViewer): "Viewer",
}

// rawUploadLabels are the words for what a partner allows.
var rawUploadLabels = map[string]string{app.RawUploadsAllowed: "Taken", app.RawUploadsForbidden: "Not taken"}

func partnerRows(partners []store.Partner, members []store.Member) []people.PartnerRow {
	rows := make([]people.PartnerRow, len(partners))
	for i, p := range partners {
		rows[i] = people.PartnerRow{Name: p.Name, Href: pathPartner(p.ID), RawUploads: rawUploadLabels[p.RawUploads]}
		var admins []string
		for _, m := range members {
			if m.PartnerID != p.ID || m.Disabled {
				continue
			}
			rows[i].People++
			if m.Role == auth.PartnerAdmin {
				admins = append(admins, m.Name)
			}
		}
		rows[i].Admins = strings.Join(admins, ", ")
		if len(admins) == 0 {
			rows[i].Admins = "Nobody"
		}
	}
	return rows
}

func (r *request) providerRow(u store.User) people.PersonRow {
	row := people.PersonRow{Name: u.Name, Email: u.Email, Role: roleLabels[string(u.ProviderRole)], Provider: true,
		Disabled: u.Disabled, Joined: u.Joined, Passkeys: u.Passkeys}
	r.offerActs(&row, u.ID, r.actor.Can(auth.InviteAnybody, uuid.Nil))
	return row
}

// offerActs offers a link and the end of access where the reader may give
// them. app checks again, and knows of people who belong to several partners.
func (r *request) offerActs(row *people.PersonRow, user uuid.UUID, may bool) {
	if !may || row.Disabled || user == r.actor.UserID {
		return
	}
	row.LinkAction, row.DisableHref, row.Key = pathUserLink(user), pathUserDisable(user), formKey()
}

// inviteForm is the form of an invitation, filled with what was sent when it
// was not taken.
func (r *request) inviteForm(action string, roles []components.Option, cause error) *people.Form {
	errs := apperr.FieldsOf(cause)
	role := r.FormValue("role")
	if role == "" {
		role = roles[0].Value
	}
	return &people.Form{
		Action: action, Key: formKey(), SubmitLabel: "Invite",
		Name:  components.FieldModel{Name: "name", Label: "Name", Value: r.FormValue("name"), Autocomplete: "off", Error: errorOf(errs, "name")},
		Email: components.FieldModel{Name: "email", Label: "E-mail", Type: "email", Value: r.FormValue("email"), Autocomplete: "off", Error: errorOf(errs, "email")},
		Role: components.SelectModel{Options: roles,
			FieldModel: components.FieldModel{Name: "role", Label: "Role", Value: role, Error: errorOf(errs, "role")}},
	}
}

func (r *request) newPartnerForm(cause error) *people.Form {
	return &people.Form{Action: pathPartners, Key: formKey(), SubmitLabel: "Add the partner",
		PartnerField: components.FieldModel{Name: "partner", Label: "Name of the partner", Value: r.FormValue("partner"), Autocomplete: "off",
			Error: errorOf(apperr.FieldsOf(cause), "partner")}}
}

// inviteToProvider invites a person to the provider.
func inviteToProvider(r *request) error {
	made, err := r.server.App.InviteUser(r.ctx(), r.command(), app.Invitation{NewPerson: r.person(), ProviderRole: r.providerRole()})
	if apperr.Is(err, apperr.Invalid) {
		return r.overviewPage(http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	return r.newLinkPage(made, pathPeople)
}

func (r *request) person() app.NewPerson {
	return app.NewPerson{Name: r.FormValue("name"), Email: r.FormValue("email")}
}

// providerRole gives the role of the form. An empty one would mean a partner's
// person, so it becomes one that is refused.
func (r *request) providerRole() auth.ProviderRole {
	if role := r.FormValue("role"); role != "" {
		return auth.ProviderRole(role)
	}
	return "none"
}

// createPartner adds a partner and leads to its people.
func createPartner(r *request) error {
	id, err := r.server.App.CreatePartner(r.ctx(), r.command(), r.FormValue("partner"))
	if apperr.Is(err, apperr.Invalid) {
		return r.overviewPage(http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	return r.see(pathPartner(id))
}

// newLinkPage shows a link the only time it can be seen.
func (r *request) newLinkPage(made app.NewLink, back string) error {
	m := people.NewLinkModel{Shell: r.shell("A link for "+made.Name, pathPeople), Name: made.Name, Address: made.Address,
		ExpiresAt: made.ExpiresAt, BackHref: back}
	return r.render(http.StatusOK, people.NewLink(m))
}

// showPartner shows one partner's people.
func showPartner(r *request) error {
	id, err := r.id("partner")
	if err != nil {
		return err
	}
	return r.partnerPage(http.StatusOK, id, nil)
}

// partnerPage shows one partner's people. cause is why a form was not taken.
func (r *request) partnerPage(status int, id uuid.UUID, cause error) error {
	partner, err := store.FindPartner(r.ctx(), r.reader(), r.scope(), id)
	if err != nil {
		return err
	}
	members, err := store.ListMembers(r.ctx(), r.reader(), auth.Scope{Partners: []uuid.UUID{id}})
	if err != nil {
		return err
	}
	m := people.PartnerModel{Shell: r.shell("People of "+partner.Name, pathPeople), Name: partner.Name, RowVersion: partner.RowVersion}
	if r.actor.IsProvider() || len(r.actor.Memberships) > 1 {
		m.OverHref = pathPeople
	}
	mayInvite := r.actor.Can(auth.InviteMember, id)
	for _, member := range members {
		row := people.PersonRow{Name: member.Name, Email: member.Email, Role: roleLabels[string(member.Role)],
			Disabled: member.Disabled, Joined: member.Joined, Passkeys: member.Passkeys}
		r.offerActs(&row, member.UserID, mayInvite)
		m.People = append(m.People, row)
	}
	m.RawUploads = rawUploadsChoice(partner.RawUploads)
	if r.actor.Can(auth.EditPartner, id) {
		m.Save = &people.Form{Action: pathPartner(id) + "/settings", Key: formKey()}
	}
	if mayInvite {
		m.Invite = r.inviteForm(pathPartner(id)+"/people", partnerRoles, cause)
		m.Errors = errorSummary(cause, m.Invite.Name, m.Invite.Email, m.Invite.Role.FieldModel)
	}
	if r.QueryParam("saved") != "" {
		m.Saved = &components.ConfirmationModel{Now: "The setting is saved.", Next: "It holds for captures that are sent from now on."}
	}
	return r.render(status, people.Partner(m))
}

func rawUploadsChoice(value string) components.RadiosModel {
	return components.RadiosModel{
		FieldModel: components.FieldModel{Name: "raw_uploads", Label: "Unredacted uploads", Value: value},
		Options: []components.Option{
			{Value: app.RawUploadsAllowed, Label: "Take them", Hint: "The file is redacted on the server while it arrives; nothing unredacted is stored."},
			{Value: app.RawUploadsForbidden, Label: "Refuse them", Hint: "Captures must be redacted on your machine before they are sent."},
		},
	}
}

// inviteToPartner invites a person into a partner.
func inviteToPartner(r *request) error {
	id, err := r.id("partner")
	if err != nil {
		return err
	}
	made, err := r.server.App.InviteUser(r.ctx(), r.command(),
		app.Invitation{NewPerson: r.person(), Partner: id, PartnerRole: auth.PartnerRole(r.FormValue("role"))})
	if apperr.Is(err, apperr.Invalid) {
		return r.partnerPage(http.StatusUnprocessableEntity, id, err)
	}
	if err != nil {
		return err
	}
	return r.newLinkPage(made, pathPartner(id))
}

// savePartner saves what a partner allows.
func savePartner(r *request) error {
	id, err := r.id("partner")
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(r.FormValue("row_version"))
	if err != nil {
		return apperr.New(apperr.Invalid, "The form is incomplete. Load the page again.")
	}
	if err := r.server.App.SaveRawUploads(r.ctx(), r.command(), id, version, r.FormValue("raw_uploads")); err != nil {
		return err
	}
	return r.see(pathPartner(id) + "?saved=1")
}

// makeLink makes a new link for a person.
func makeLink(r *request) error {
	id, err := r.id("user")
	if err != nil {
		return err
	}
	made, err := r.server.App.NewSignInLinkFor(r.ctx(), r.command(), id)
	if err != nil {
		return err
	}
	return r.newLinkPage(made, pathPeople)
}

// askDisable asks before a person's access ends.
func askDisable(r *request) error {
	id, err := r.id("user")
	if err != nil {
		return err
	}
	person, err := store.FindActor(r.ctx(), r.reader(), id)
	if err != nil {
		return err
	}
	if err := app.CheckManages(r.actor, person); err != nil {
		return err
	}
	m := people.DisableModel{Shell: r.shell("End the access of "+person.Name, pathPeople), Name: person.Name,
		Action: pathUserDisable(id), BackHref: pathPeople, Key: formKey()}
	return r.render(http.StatusOK, people.Disable(m))
}

// disableUser ends a person's access.
func disableUser(r *request) error {
	id, err := r.id("user")
	if err != nil {
		return err
	}
	if err := r.server.App.DisableUser(r.ctx(), r.command(), id); err != nil {
		return err
	}
	return r.see(pathPeople)
}
