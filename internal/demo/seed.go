// Package demo fills a fresh server with the people, partners and integrations
// of the demo. It does so through the use cases of internal/app alone, as if
// the people had done it: real captures are redacted and judged on the way in.
package demo

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// Seed fills the server behind a, which must be empty, and writes a line about
// each step to progress. When it ends with an error the server is half filled
// and should be thrown away.
func Seed(ctx context.Context, a *app.App, progress io.Writer) error {
	s := &seeder{app: a, progress: progress}
	for _, step := range []func(context.Context) error{s.addPeople, s.tellLakeshore, s.tellQuickpass, s.tellOkta} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("filling the demo: %w", err)
		}
	}
	return nil
}

// seeder knows everybody once addPeople is done.
type seeder struct {
	app      *app.App
	progress io.Writer

	admin, consultant, accountTeam auth.Actor
	lakeshoreAdmin, quickpassDev   auth.Actor
}

// say writes one line of progress; where nobody reads it, nothing is lost.
func (s *seeder) say(format string, args ...any) {
	_, _ = fmt.Fprintf(s.progress, "demo: "+format+"\n", args...)
}

// addPeople makes the five people of the demo and the two partners.
func (s *seeder) addPeople(ctx context.Context) error {
	s.say("inviting five people of the provider and of two partners")
	var err error
	s.admin, err = s.invite(ctx, app.Invitation{NewPerson: person("Morgan Ellery", "idme.example"), ProviderRole: auth.ProviderAdmin})
	if err != nil {
		return err
	}
	s.consultant, err = s.invite(ctx, app.Invitation{NewPerson: person("Samira Osei", "idme.example"), ProviderRole: auth.Consultant})
	if err != nil {
		return err
	}
	s.accountTeam, err = s.invite(ctx, app.Invitation{NewPerson: person("Jonas Albrecht", "idme.example"), ProviderRole: auth.AccountTeam})
	if err != nil {
		return err
	}
	s.lakeshoreAdmin, err = s.addPartner(ctx, "Lakeshore", person("Priya Raman", "lakeshore.example"), auth.PartnerAdmin)
	if err != nil {
		return err
	}
	s.quickpassDev, err = s.addPartner(ctx, "Quickpass", person("Tomas Lind", "quickpass.example"), auth.PartnerMember)
	return err
}

// person gives a person with the address that their team would have.
func person(name, domain string) app.NewPerson {
	var first string
	_, _ = fmt.Sscan(name, &first) // a name begins with a word
	return app.NewPerson{Name: name, Email: strings.ToLower(first) + "@" + domain}
}

// invite adds a person as the operator does on the command line. The link is
// not used: the demo has buttons.
func (s *seeder) invite(ctx context.Context, in app.Invitation) (auth.Actor, error) {
	link, err := s.app.InviteUser(ctx, app.Command{Actor: auth.System()}, in)
	if err != nil {
		return auth.Actor{}, err
	}
	return store.FindActor(ctx, s.app.Store.Reader(), link.UserID)
}

// addPartner makes a partner with its first person.
func (s *seeder) addPartner(ctx context.Context, name string, first app.NewPerson, role auth.PartnerRole) (auth.Actor, error) {
	id, err := s.app.CreatePartner(ctx, app.Command{Actor: s.admin}, name)
	if err != nil {
		return auth.Actor{}, err
	}
	return s.invite(ctx, app.Invitation{NewPerson: first, Partner: id, PartnerRole: role})
}
