// Package samlcases holds the SAML cases of the fault matrix: who commits what,
// what the user does, and what must be found.
package samlcases

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/proofwalk/proofwalk/internal/e2e/faults/hosts"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/matrix"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/record"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/samlidp"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/samlparty"
	"github.com/proofwalk/proofwalk/internal/integration"
)

// Provider is the name of the identity provider in the matrix.
const Provider = "crewjam/saml"

// The hosts of the cases.
const (
	partyHost    = "benefits.example"
	providerHost = "identity.example"
	strangerHost = "stranger.example"
)

// site is where every case plays.
var site = matrix.Site{RelyingParty: "https://" + partyHost, Provider: "https://" + providerHost, Stranger: "https://" + strangerHost}

// staged is a case with its cast.
type staged struct {
	matrix.Case
	provider  []samlidp.Fault
	party     []samlparty.Fault
	refusal   string // the second status after Deny
	encrypted bool
	describe  func(*integration.Config) // what the description says otherwise
}

// Cases are the cases, the faultless ones first.
func Cases() []matrix.Case {
	out := make([]matrix.Case, 0, len(cases))
	for _, s := range cases {
		out = append(out, s.whole())
	}
	return out
}

// whole names in the case what its cast does wrong.
func (s staged) whole() matrix.Case {
	c := s.Case
	c.Protocol, c.Provider = integration.SAML2, Provider
	var words []string
	for _, f := range s.provider {
		words = append(words, string(f))
	}
	for _, f := range s.party {
		words = append(words, string(f))
	}
	if len(words) == 0 && s.describe != nil {
		words = append(words, s.Name)
	}
	c.Fault = strings.Join(words, "; ")
	return c
}

// Stage plays the SAML cases; make it with Open.
type Stage struct {
	front *hosts.Front
	keys  tls.Certificate
}

// Open makes a stage that serves its hosts on a front.
func Open(front *hosts.Front) (*Stage, error) {
	keys, err := samlidp.MakeKeys(Provider)
	if err != nil {
		return nil, err
	}
	return &Stage{front, keys}, nil
}

// Close implements matrix.Stage; the hosts end with the front.
func (*Stage) Close() error { return nil }

// Prepare implements matrix.Stage.
func (st *Stage) Prepare(_ context.Context, c matrix.Case) (matrix.Play, error) {
	for _, s := range cases {
		if s.Name == c.Name {
			cfg, err := st.play(s)
			return matrix.Play{Site: site, Config: cfg}, err
		}
	}
	return matrix.Play{}, fmt.Errorf("%s is none of the SAML cases", c.Name)
}

// play serves provider and party of a case and gives the description of the integration.
func (st *Stage) play(s staged) (integration.Config, error) {
	provider, err := samlidp.New(samlidp.Config{Origin: site.Provider, Keys: st.keys, Refusal: s.refusal, Faults: s.provider})
	if err != nil {
		return integration.Config{}, err
	}
	asks := samlparty.Config{Origin: site.RelyingParty, PlainOrigin: atPlain(site), Provider: provider.Metadata(), Faults: s.party}
	if s.encrypted {
		asks.Keys = st.keys
	}
	party, err := samlparty.New(asks)
	if err != nil {
		return integration.Config{}, err
	}
	provider.Know(party.Metadata())
	st.front.Serve(providerHost, provider)
	st.front.Serve(partyHost, party)
	st.front.Serve(strangerHost, http.HandlerFunc(stranger))
	cfg := description(party.Service(), s.encrypted)
	if s.describe != nil {
		s.describe(&cfg)
	}
	return cfg, nil
}

// description is the integration of a party that takes Responses at an address.
func description(service string, encrypted bool) integration.Config {
	return integration.Config{
		Format: integration.Format, Name: "Lakeshore Benefits", Protocol: integration.SAML2, UseCases: []integration.UseCase{integration.Identity},
		Environment: integration.Sandbox, ExpectedAPIHost: providerHost, Policies: []string{samlparty.Policy},
		SAML: integration.SAML{EntityID: site.RelyingParty + samlparty.EntityPath, ACSURLs: []string{service}, Encryption: encrypted},
		Pages: integration.Pages{
			Start: samlparty.StartPath, Landing: samlparty.LandingPath, Denied: samlparty.DeniedPath, Error: samlparty.ProblemPath,
		},
		Hosts: integration.Hosts{Own: []string{partyHost}},
	}
}

func stranger(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(`<!doctype html><html lang="en"><head><title>Elsewhere</title><link rel="icon" href="data:,"></head>
<body><h1>Elsewhere</h1><p>This page belongs to somebody whom nobody has described.</p></body></html>`))
}

// step is one thing that the user does or waits for.
type step func(ctx context.Context, tab *record.Tab, site matrix.Site) error

// course makes one of several steps.
func course(steps ...step) matrix.Steps {
	return func(ctx context.Context, tab *record.Tab, site matrix.Site) error {
		for _, s := range steps {
			if err := s(ctx, tab, site); err != nil {
				return err
			}
		}
		return nil
	}
}

func open(origin func(matrix.Site) string, path string) step {
	return func(ctx context.Context, tab *record.Tab, site matrix.Site) error {
		return tab.Go(ctx, origin(site)+path)
	}
}

func arrive(origin func(matrix.Site) string, path string) step {
	return func(ctx context.Context, tab *record.Tab, site matrix.Site) error {
		return tab.Arrive(ctx, origin(site)+path)
	}
}

func click(selector string) step {
	return func(ctx context.Context, tab *record.Tab, _ matrix.Site) error { return tab.Click(ctx, selector) }
}

// patience is how long Chromium may take to follow a click on its own warning.
const patience = time.Second

// sendAnyway passes Chromium's warning of a form that is sent over http. The
// warning takes no click in its first half second, nor in that after it got the
// focus, and does not say when it does.
func sendAnyway(ctx context.Context, tab *record.Tab, site matrix.Site) error {
	warned := tab.At()
	for tab.At() == warned {
		once, cancel := context.WithTimeout(ctx, patience)
		err := tab.Click(once, "#proceed-button")
		if err == nil {
			err = tab.Arrive(once, atPlain(site)+samlparty.LandingPath)
		}
		cancel()
		if ctx.Err() != nil {
			return err
		}
	}
	return nil
}

func atParty(s matrix.Site) string    { return s.RelyingParty }
func atProvider(s matrix.Site) string { return s.Provider }
func atStranger(s matrix.Site) string { return s.Stranger }
func atPlain(s matrix.Site) string    { return strings.Replace(s.RelyingParty, "https:", "http:", 1) }
