package app

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// Lifetimes of one-time links.
const (
	signInLinkLifetime = 15 * time.Minute
	invitationLifetime = 72 * time.Hour
)

// linkTokenSize is the length of a link's random token in bytes.
const linkTokenSize = 32

// LinkState tells whether a one-time link still works.
type LinkState string

// The states of a link.
const (
	LinkUsable  LinkState = "usable"
	LinkUsed    LinkState = "used"
	LinkExpired LinkState = "expired" // by time, by a newer link, or with the person's access
	LinkUnknown LinkState = "unknown"
)

// Link is a one-time link as its page shows it.
type Link struct {
	store.SignInLink
	State LinkState
}

// NewLink is a link that was just made. The address holds the token and is
// shown once; only the token's hash is stored.
type NewLink struct {
	UserID    uuid.UUID
	Name      string
	Address   string // absolute
	ExpiresAt time.Time
}

// NewSetupLink gives the absolute one-time link with which the first provider
// admin names themselves, and ends earlier ones. While there is a provider
// admin it gives the empty string.
func (a *App) NewSetupLink(ctx context.Context) (string, error) {
	admins, err := store.CountProviderAdmins(ctx, a.Store.Reader())
	if err != nil || admins > 0 {
		return "", err
	}
	var made NewLink
	_, err = a.write(ctx, Command{Actor: auth.System()}, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		if err := store.ExpireSetupLinks(ctx, w.Tx, w.Now); err != nil {
			return uuid.Nil, err
		}
		link := store.SignInLink{ID: store.NewID(), Purpose: store.LinkSetup, ExpiresAt: w.Now.Add(signInLinkLifetime)}
		if made, err = a.insertLink(ctx, w, link); err != nil {
			return uuid.Nil, err
		}
		auditLink(w, "link.create", link, uuid.Nil)
		return link.ID, nil
	})
	return made.Address, err
}

// NewSignInLinkFor makes a new link for a person, by the operator or by an
// admin of all their teams, and ends their earlier ones. A person who was never
// here gets an invitation (72 h), everybody else a sign-in link (15 min).
func (a *App) NewSignInLinkFor(ctx context.Context, cmd Command, user uuid.UUID) (NewLink, error) {
	var made NewLink
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		person, err := mayManage(ctx, w, user)
		if err != nil {
			return uuid.Nil, err
		}
		u, err := store.FindUser(ctx, w.Tx, user)
		if err != nil {
			return uuid.Nil, err
		}
		purpose := store.LinkInvitation
		if u.Joined {
			purpose = store.LinkSignIn
		}
		made, err = a.newLinkOf(ctx, w, person, purpose)
		return user, err
	})
	if err == nil && made.Address == "" {
		err = errShownOnce()
	}
	return made, err
}

// FindLink gives the link of a token as it stands now. It changes nothing.
func (a *App) FindLink(ctx context.Context, token string) (Link, error) {
	found, err := store.FindSignInLink(ctx, a.Store.Reader(), linkHash(token))
	if apperr.Is(err, apperr.NotFound) {
		return Link{State: LinkUnknown}, nil
	}
	if err != nil {
		return Link{}, err
	}
	link := Link{SignInLink: found, State: LinkUsable}
	switch {
	case found.UsedAt != nil:
		link.State = LinkUsed
	case found.Disabled || !a.Now().Before(found.ExpiresAt):
		link.State = LinkExpired
	}
	return link, nil
}

// UseLink uses a link up and gives who signs in with it. The link for the first
// provider admin makes that person; for the others person is not looked at. A
// link that does not work, or that somebody else used first, is apperr.Conflict.
func (a *App) UseLink(ctx context.Context, requestID, token string, person NewPerson) (uuid.UUID, error) {
	link, err := a.FindLink(ctx, token)
	if err != nil {
		return uuid.Nil, err
	}
	if link.State != LinkUsable {
		return uuid.Nil, errLinkGone(nil)
	}
	if link.Purpose == store.LinkSetup {
		return a.setUp(ctx, requestID, link, person)
	}
	cmd := Command{Actor: auth.Actor{UserID: *link.UserID}, RequestID: requestID}
	return a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		if err := useLink(ctx, w, link); err != nil {
			return uuid.Nil, err
		}
		return *link.UserID, nil
	})
}

// setUp makes the first provider admin.
func (a *App) setUp(ctx context.Context, requestID string, link Link, person NewPerson) (uuid.UUID, error) {
	person, err := person.check()
	if err != nil {
		return uuid.Nil, err
	}
	u := store.User{ID: store.NewID(), Name: person.Name, Email: person.Email, ProviderRole: auth.ProviderAdmin}
	cmd := Command{Actor: auth.Actor{UserID: u.ID, Name: u.Name}, RequestID: requestID}
	return a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		if err := store.LockAdmins(ctx, w.Tx); err != nil {
			return uuid.Nil, err
		}
		if err := useLink(ctx, w, link); err != nil {
			return uuid.Nil, err
		}
		admins, err := store.CountProviderAdmins(ctx, w.Tx)
		if err != nil {
			return uuid.Nil, err
		}
		if admins > 0 {
			return uuid.Nil, errLinkGone(nil)
		}
		u.CreatedAt = w.Now
		if err := store.InsertUser(ctx, w.Tx, u); err != nil {
			return uuid.Nil, addressTaken(err)
		}
		person.audit(w)
		return u.ID, nil
	})
}

// useLink uses the link up inside a write, with its audit entry.
func useLink(ctx context.Context, w *Write, link Link) error {
	err := store.UseSignInLink(ctx, w.Tx, link.ID, w.Now)
	if apperr.Is(err, apperr.Conflict) {
		return errLinkGone(err)
	}
	auditLink(w, "link.use", link.SignInLink, uuid.Nil)
	return err
}

// newLinkOf ends a person's earlier links and makes a new one. It fills in the
// audit entry, which a larger write replaces by its own.
func (a *App) newLinkOf(ctx context.Context, w *Write, person auth.Actor, purpose store.LinkPurpose) (NewLink, error) {
	if err := store.ExpireLinksOf(ctx, w.Tx, person.UserID, w.Now); err != nil {
		return NewLink{}, err
	}
	link := store.SignInLink{ID: store.NewID(), Purpose: purpose, UserID: &person.UserID, ExpiresAt: w.Now.Add(signInLinkLifetime)}
	if purpose == store.LinkInvitation {
		link.ExpiresAt = w.Now.Add(invitationLifetime)
	}
	auditLink(w, "link.create", link, firstPartner(person))
	made, err := a.insertLink(ctx, w, link)
	made.Name = person.Name
	return made, err
}

// insertLink stores a link under the hash of a fresh token.
func (a *App) insertLink(ctx context.Context, w *Write, link store.SignInLink) (NewLink, error) {
	token := base64.RawURLEncoding.EncodeToString(randomBytes(linkTokenSize))
	var by *uuid.UUID
	if !w.Cmd.Actor.IsSystem() {
		by = &w.Cmd.Actor.UserID
	}
	if err := store.InsertSignInLink(ctx, w.Tx, link, linkHash(token), by, w.Now); err != nil {
		return NewLink{}, err
	}
	made := NewLink{Address: a.PublicURL + "/link/" + token, ExpiresAt: link.ExpiresAt}
	if link.UserID != nil {
		made.UserID = *link.UserID
	}
	return made, nil
}

// auditLink says which link of whom; the token is in no entry.
func auditLink(w *Write, action string, link store.SignInLink, partner uuid.UUID) {
	details := map[string]audit.Value{"purpose": audit.Text(string(link.Purpose))}
	if link.UserID != nil {
		details["user"] = audit.Text(link.UserID.String())
	}
	w.Audit(action, partner, uuid.Nil, audit.Object{ID: link.ID.String(), Kind: "sign_in_link"}, details)
}

// linkHash is what a link is known by in the database.
func linkHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func errLinkGone(cause error) error {
	return apperr.Wrap(apperr.Conflict, "This link was used already or has run out.", cause)
}

// errShownOnce answers a form that was sent twice: the first answer held the link.
func errShownOnce() error {
	return apperr.New(apperr.Conflict, "This form was sent twice, and a link is shown only once. Make a new link from the people page.")
}

// mayManage gives the person, if the actor may make links for them and end
// their access.
func mayManage(ctx context.Context, w *Write, user uuid.UUID) (auth.Actor, error) {
	person, err := store.FindActor(ctx, w.Tx, user)
	if err != nil {
		return auth.Actor{}, err
	}
	return person, CheckManages(w.Cmd.Actor, person)
}

// CheckManages tells whether the actor may make links for the person and end
// their access: the operator, a provider admin, or an admin of every partner
// that the person belongs to, since a link opens all of them.
func CheckManages(actor, person auth.Actor) error {
	if actor.IsSystem() || actor.Can(auth.InviteAnybody, uuid.Nil) {
		return nil
	}
	shared, all := false, !person.IsProvider() && len(person.Memberships) > 0
	for partner := range person.Memberships {
		shared = shared || actor.Scope().Includes(partner)
		all = all && actor.Can(auth.InviteMember, partner)
	}
	switch {
	case all:
		return nil
	case shared || actor.IsProvider():
		return apperr.New(apperr.Forbidden, "Only an admin of every team that this person belongs to can do that. Ask an admin of the provider.")
	}
	return apperr.New(apperr.NotFound, "There is no such page, or it is not one of yours.")
}

// firstPartner is the partner whose history an act on a person belongs to;
// uuid.Nil for the provider's people.
func firstPartner(person auth.Actor) uuid.UUID {
	partners := person.Scope().Partners
	if person.IsProvider() || len(partners) == 0 {
		return uuid.Nil
	}
	return partners[0]
}
