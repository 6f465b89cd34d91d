package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/config"
	"github.com/proofwalk/proofwalk/internal/store"
)

// userCommand is for whoever runs the server: nobody's role is asked.
type userCommand struct {
	Link    userLinkCommand    `cmd:"" help:"Make a one-time sign-in link for a person and print it."`
	Invite  userInviteCommand  `cmd:"" help:"Add a person and print the link of the invitation."`
	List    userListCommand    `cmd:"" help:"List everybody who can sign in."`
	Disable userDisableCommand `cmd:"" help:"End a person's access."`
}

type userLinkCommand struct {
	config.Serve
	Address string `arg:"" help:"The person's e-mail address."`
}

// Run prints a new link; earlier ones of the person stop working.
func (c *userLinkCommand) Run(ctx context.Context, out io.Writer) error {
	return withParts(ctx, c.Serve, out, func(ctx context.Context, p *parts, out io.Writer) error {
		u, err := findByAddress(ctx, p, c.Address)
		if err != nil {
			return err
		}
		link, err := p.app.NewSignInLinkFor(ctx, app.Command{Actor: auth.System()}, u.ID)
		if err != nil {
			return err
		}
		return printLink(out, link)
	})
}

type userInviteCommand struct {
	config.Serve
	Address string `arg:"" help:"The person's e-mail address."`
	Name    string `required:"" help:"The person's name."`
	Role    string `required:"" enum:"provider_admin,consultant,account_team,admin,member,viewer" help:"One of provider_admin, consultant, account_team; with --partner one of admin, member, viewer."`
	Partner string `help:"Name of the partner; without it the person belongs to the provider."`
}

// Run adds the person and prints the link of the invitation.
func (c *userInviteCommand) Run(ctx context.Context, out io.Writer) error {
	return withParts(ctx, c.Serve, out, func(ctx context.Context, p *parts, out io.Writer) error {
		in, err := c.invitation(ctx, p)
		if err != nil {
			return err
		}
		link, err := p.app.InviteUser(ctx, app.Command{Actor: auth.System()}, in)
		if err != nil {
			return withFields(err)
		}
		return printLink(out, link)
	})
}

func (c *userInviteCommand) invitation(ctx context.Context, p *parts) (app.Invitation, error) {
	in := app.Invitation{NewPerson: app.NewPerson{Name: c.Name, Email: c.Address}}
	ofPartner := c.Role == string(auth.PartnerAdmin) || c.Role == string(auth.PartnerMember) || c.Role == string(auth.PartnerViewer)
	if ofPartner != (c.Partner != "") {
		return in, apperr.New(apperr.Invalid, "--role admin, member and viewer go with --partner, the other roles without it.")
	}
	if !ofPartner {
		in.ProviderRole = auth.ProviderRole(c.Role)
		return in, nil
	}
	in.PartnerRole = auth.PartnerRole(c.Role)
	partners, err := store.ListPartners(ctx, p.app.Store.Reader(), auth.System().Scope())
	if err != nil {
		return in, err
	}
	for _, partner := range partners {
		if strings.EqualFold(partner.Name, c.Partner) {
			in.Partner = partner.ID
			return in, nil
		}
	}
	return in, apperr.New(apperr.NotFound, "There is no partner of the name given with --partner.")
}

type userListCommand struct {
	config.Serve
	JSON bool `name:"json" help:"Print JSON."`
}

// userLine is a person as the list prints them.
type userLine struct {
	ID       uuid.UUID `json:"id"`
	Address  string    `json:"address"`
	Name     string    `json:"name"`
	Roles    []string  `json:"roles"`
	Passkeys int       `json:"passkeys"`
	Joined   bool      `json:"joined"`
	Disabled bool      `json:"disabled"`
}

// Run lists everybody by name.
func (c *userListCommand) Run(ctx context.Context, out io.Writer) error {
	return withParts(ctx, c.Serve, out, func(ctx context.Context, p *parts, out io.Writer) error {
		lines, err := listUsers(ctx, p)
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(out).Encode(lines)
		}
		table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(table, "ADDRESS\tNAME\tROLES\tPASSKEYS\tSTATE") // Flush tells
		for _, l := range lines {
			_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\n", l.Address, l.Name, strings.Join(l.Roles, ", "), l.Passkeys, l.state())
		}
		return table.Flush()
	})
}

func (l userLine) state() string {
	switch {
	case l.Disabled:
		return "disabled"
	case !l.Joined:
		return "invited"
	}
	return "active"
}

func listUsers(ctx context.Context, p *parts) ([]userLine, error) {
	users, err := store.ListUsers(ctx, p.app.Store.Reader())
	if err != nil {
		return nil, err
	}
	members, err := store.ListMembers(ctx, p.app.Store.Reader(), auth.System().Scope())
	if err != nil {
		return nil, err
	}
	roles := map[uuid.UUID][]string{}
	for _, m := range members {
		roles[m.UserID] = append(roles[m.UserID], m.PartnerName+": "+string(m.Role))
	}
	lines := make([]userLine, len(users))
	for i, u := range users {
		lines[i] = userLine{ID: u.ID, Address: u.Email, Name: u.Name, Roles: roles[u.ID], Passkeys: u.Passkeys, Joined: u.Joined, Disabled: u.Disabled}
		if u.ProviderRole != "" {
			lines[i].Roles = append(lines[i].Roles, string(u.ProviderRole))
		}
	}
	return lines, nil
}

type userDisableCommand struct {
	config.Serve
	Address string `arg:"" help:"The person's e-mail address."`
}

// Run ends the person's access.
func (c *userDisableCommand) Run(ctx context.Context, out io.Writer) error {
	return withParts(ctx, c.Serve, out, func(ctx context.Context, p *parts, out io.Writer) error {
		u, err := findByAddress(ctx, p, c.Address)
		if err != nil {
			return err
		}
		if err := p.app.DisableUser(ctx, app.Command{Actor: auth.System()}, u.ID); err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s has no access any more.\n", u.Name)
		return err
	})
}

func findByAddress(ctx context.Context, p *parts, address string) (store.User, error) {
	u, err := store.FindUserByEmail(ctx, p.app.Store.Reader(), address)
	if apperr.Is(err, apperr.NotFound) {
		return u, apperr.New(apperr.NotFound, "Nobody has this address. `proofwalkd user list` shows everybody.")
	}
	if err == nil && u.Disabled {
		return u, apperr.New(apperr.Conflict, "The access of this person has ended.")
	}
	return u, err
}

func printLink(out io.Writer, link app.NewLink) error {
	if link.Address == "" {
		_, err := fmt.Fprintf(out, "%s has an account already and is in the team now.\n", link.Name)
		return err
	}
	_, err := fmt.Fprintf(out, "%s\nFor %s, once, until %s.\n", link.Address, link.Name, link.ExpiresAt.UTC().Format(time.RFC3339))
	return err
}

// withFields puts the messages at fields into the one line of a terminal.
func withFields(err error) error {
	fields := apperr.FieldsOf(err)
	if len(fields) == 0 {
		return err
	}
	texts := make([]string, len(fields))
	for i, f := range fields {
		texts[i] = f.Text
	}
	return apperr.New(apperr.KindOf(err), strings.Join(texts, " "))
}
