package app

import (
	"context"
	"net/mail"
	"strings"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/store"
)

// Longest name and address, in bytes.
const (
	maxName    = 120
	maxAddress = 254
)

// NewPerson is a name and an address from a form.
type NewPerson struct {
	Name  string
	Email string
}

// Invitation says who is invited, where, and as what: with ProviderRole to the
// provider, else to Partner with PartnerRole.
type Invitation struct {
	NewPerson
	ProviderRole auth.ProviderRole
	Partner      uuid.UUID
	PartnerRole  auth.PartnerRole
}

// InviteUser adds a person and makes the link of their invitation (72 h).
// Provider admins invite anybody, partner admins people of their partner. A
// person of another partner who is known already becomes a member without a
// link, by provider admins only: the link would open the other partner too.
func (a *App) InviteUser(ctx context.Context, cmd Command, in Invitation) (NewLink, error) {
	if err := mayInvite(cmd.Actor, in); err != nil {
		return NewLink{}, err
	}
	person, err := in.check()
	if err != nil {
		return NewLink{}, err
	}
	in.NewPerson = person
	var made NewLink
	again := true
	_, err = a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		again = false
		known, err := store.FindUserByEmail(ctx, w.Tx, in.Email)
		switch {
		case err == nil:
			made = NewLink{UserID: known.ID, Name: known.Name}
			return known.ID, addKnown(ctx, w, known, in)
		case !apperr.Is(err, apperr.NotFound):
			return uuid.Nil, err
		}
		made, err = a.addPerson(ctx, w, in)
		return made.UserID, err
	})
	if err == nil && again {
		err = errShownOnce()
	}
	return made, err
}

// addPerson adds somebody new, with the link of the invitation.
func (a *App) addPerson(ctx context.Context, w *Write, in Invitation) (NewLink, error) {
	u := store.User{ID: store.NewID(), Name: in.Name, Email: in.Email, ProviderRole: in.ProviderRole, CreatedAt: w.Now}
	if err := store.InsertUser(ctx, w.Tx, u); err != nil {
		return NewLink{}, addressTaken(err)
	}
	person := auth.Actor{UserID: u.ID, Name: u.Name, ProviderRole: in.ProviderRole}
	if in.ProviderRole == "" {
		if err := insertMember(ctx, w, in, u.ID); err != nil {
			return NewLink{}, err
		}
	}
	made, err := a.newLinkOf(ctx, w, person, store.LinkInvitation)
	auditInvitation(w, in, u.ID)
	return made, err
}

// addKnown makes somebody who has an account a member of one more partner.
func addKnown(ctx context.Context, w *Write, known store.User, in Invitation) error {
	actor := w.Cmd.Actor
	mayAdd := actor.IsSystem() || actor.Can(auth.InviteAnybody, uuid.Nil)
	if !mayAdd || known.Disabled || known.ProviderRole != "" || in.ProviderRole != "" {
		return errAddressTaken(nil)
	}
	if err := insertMember(ctx, w, in, known.ID); err != nil {
		return addressTaken(err)
	}
	auditInvitation(w, in, known.ID)
	return nil
}

func insertMember(ctx context.Context, w *Write, in Invitation, user uuid.UUID) error {
	return store.InsertMember(ctx, w.Tx, w.Cmd.Actor.Scope(), in.Partner, user, in.PartnerRole, w.Now)
}

func auditInvitation(w *Write, in Invitation, user uuid.UUID) {
	role := string(in.ProviderRole)
	if role == "" {
		role = string(in.PartnerRole)
	}
	w.Audit("user.invite", in.Partner, uuid.Nil, audit.Object{ID: user.String(), Kind: "user"}, map[string]audit.Value{"role": audit.Text(role)})
	in.audit(w)
}

// mayInvite checks the roles: the inviter's right and the invited one's words.
func mayInvite(actor auth.Actor, in Invitation) error {
	switch in.ProviderRole {
	case auth.Consultant, auth.AccountTeam, auth.ProviderAdmin:
		if actor.IsSystem() {
			return nil
		}
		return allow(actor, auth.InviteAnybody, uuid.Nil)
	case "":
	default:
		return errRole()
	}
	if !actor.IsSystem() {
		if err := allow(actor, auth.InviteMember, in.Partner); err != nil {
			return err
		}
	}
	switch in.PartnerRole {
	case auth.PartnerAdmin, auth.PartnerMember, auth.PartnerViewer:
		return nil
	}
	return errRole()
}

func errRole() error {
	return apperr.InvalidFields("Nobody was invited yet. The form is kept below.", apperr.Field{Name: "role", Text: "Choose one of the roles."})
}

// check gives the person without spaces around, or what to change per field.
func (p NewPerson) check() (NewPerson, error) {
	p.Name, p.Email = strings.TrimSpace(p.Name), strings.TrimSpace(p.Email)
	var fields []apperr.Field
	_, plain := oneLine(p.Name)
	switch {
	case p.Name == "":
		fields = append(fields, apperr.Field{Name: "name", Text: "Type the person's name: it stands beside what they decide."})
	case !plain:
		fields = append(fields, apperr.Field{Name: "name", Text: "Use a name in one line of at most 120 letters, so that it fits into the packet, and without a credential."})
	}
	if !isAddress(p.Email) {
		fields = append(fields, apperr.Field{Name: "email", Text: "Type one e-mail address such as priya@northfall.example: it tells two people of one name apart."})
	}
	if len(fields) > 0 {
		return p, apperr.InvalidFields("Nothing was saved yet. Your entries are kept below.", fields...)
	}
	return p, nil
}

// isAddress: one plain e-mail address, without a display name.
func isAddress(s string) bool {
	parsed, err := mail.ParseAddress(s)
	return err == nil && parsed.Address == s && len(s) <= maxAddress && isPlain(s) && !strings.ContainsAny(s, "\n\t") && len(redact.CheckText(s)) == 0
}

func (p NewPerson) audit(w *Write) {
	w.AuditPersonal("name", p.Name)
	w.AuditPersonal("email", p.Email)
}

// addressTaken turns the database's word about an address in use into a message at the field.
func addressTaken(err error) error {
	if apperr.Is(err, apperr.Conflict) {
		return errAddressTaken(err)
	}
	return err
}

func errAddressTaken(cause error) error {
	return &apperr.Error{Kind: apperr.Invalid, Text: "Nobody was invited yet. The form is kept below.", Cause: cause,
		Fields: []apperr.Field{{Name: "email", Text: "Use another address: somebody has an account with this one. An admin of the provider can add them to one more team."}}}
}
