// Package oauthcases holds the cases of OAuth 2.0 and OpenID Connect: who makes
// which mistake, what the user does, and what must be found.
package oauthcases

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/proofwalk/proofwalk/internal/e2e/faults/hosts"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/matrix"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/party"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/provider"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/record"
	"github.com/proofwalk/proofwalk/internal/integration"
)

// The hosts of the cases.
const (
	partyHost    = "rp" + hosts.Zone
	plainHost    = "www.rp" + hosts.Zone // the partner's too, without TLS
	strangerHost = "stranger" + hosts.Zone
	deadHost     = "dead" + hosts.Zone
	nodeHost     = "idp" + hosts.Zone
	goHost       = "op" + hosts.Zone

	callbackURI = "https://" + partyHost + party.CallbackPath

	nodeProvider = "oidc-provider"
	goProvider   = "zitadel/oidc"
)

// Registered at both providers; the secrets are as made up as the people.
var (
	confidential = provider.Client{
		ID: "5d1f0c7be24a49d08c6a3f92b7e81d04", Secret: "Hn2vQ8sLx4RkTy7WbZ1cDf6Gj9Mp3Xq0", Name: "Lakeshore Benefits",
		RedirectURIs: []string{callbackURI, callbackURI + "/", callbackURI + "?tenant=1", party.DeadCallbackURI},
	}
	public = provider.Client{ID: "c07d52fe9b6a4e1fa3285d40b9e7163f", Name: "Lakeshore Benefits", RedirectURIs: []string{callbackURI}}
)

// Stage plays the cases; make it with Open.
type Stage struct {
	front     *hosts.Front
	providers map[string]*provider.Provider
}

// Open starts the providers and serves them on a front; tools is the folder tools/node.
func Open(ctx context.Context, front *hosts.Front, tools string) (*Stage, error) {
	clients := []provider.Client{confidential, public}
	node, err := provider.StartNode(ctx, tools, "https://"+nodeHost, clients)
	if err != nil {
		return nil, err
	}
	// oidc-provider registers no address with a fragment; the other one does.
	clients[0].RedirectURIs = append(clients[0].RedirectURIs, callbackURI+"#done")
	zitadel, err := provider.NewZitadel("https://"+goHost, clients)
	if err != nil {
		return nil, errors.Join(err, node.Close())
	}
	front.Serve(strangerHost, http.HandlerFunc(stranger))
	front.Serve(deadHost, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	return &Stage{front, map[string]*provider.Provider{nodeProvider: node, goProvider: zitadel}}, nil
}

// stranger shows a page, and answers a picture with nothing.
func stranger(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	// A browser that has gone needs no page.
	_, _ = w.Write([]byte(`<!doctype html><title>Elsewhere</title><link rel="icon" href="data:,"><h1>Elsewhere</h1><p>This page belongs to somebody else.</p>`))
}

// Close implements matrix.Stage.
func (s *Stage) Close() error {
	return errors.Join(s.providers[nodeProvider].Close(), s.providers[goProvider].Close())
}

// Prepare implements matrix.Stage: it begins a case with a relying party that knows nothing of the ones before.
func (s *Stage) Prepare(_ context.Context, c matrix.Case) (matrix.Play, error) {
	idp, host := s.providers[c.Provider], nodeHost
	if c.Provider == goProvider {
		host = goHost
	}
	theirs := slices.Contains(provider.Faults(), c.Fault)
	if idp == nil || c.Fault != "" && !theirs && !slices.Contains(party.Faults(), party.Fault(c.Fault)) {
		return matrix.Play{}, fmt.Errorf("nobody knows the provider %q or the fault %q", c.Provider, c.Fault)
	}
	cfg := describe(c, host, idp.Scope)
	channel := record.NewChannel(s.front.Transport())
	o := party.Options{
		Origin: "https://" + partyHost, Plain: "http://" + plainHost, Stranger: "https://" + strangerHost, Provider: "https://" + host,
		Data: idp.Data, ClientID: confidential.ID, Secret: confidential.Secret, Scopes: cfg.Policies,
		Fault: party.Fault(c.Fault), Trusting: theirs, Transport: channel,
	}
	if c.Protocol == integration.OIDC || o.Fault == party.OpenIDForOAuth {
		o.Scopes = append([]string{"openid"}, cfg.Policies...)
	}
	if o.Fault == party.NoPKCEPublic {
		o.ClientID, o.Secret = public.ID, ""
	}
	rp := party.New(o)
	s.front.Serve(partyHost, rp)
	s.front.Serve(plainHost, rp)
	s.front.Serve(host, provider.Spoil(idp, c.Fault, callbackURI))
	site := matrix.Site{RelyingParty: o.Origin, Provider: o.Provider, Stranger: o.Stranger, Email: idp.Email, Password: idp.Password, Consents: idp.Consents}
	return matrix.Play{Site: site, Config: cfg, BackChannel: channel.HAR}, nil
}

// describe is the integration as the partner of the case described it.
func describe(c matrix.Case, host, scope string) integration.Config {
	cfg := integration.Config{
		Format: integration.Format, Name: "Lakeshore Benefits", Protocol: c.Protocol, UseCases: []integration.UseCase{integration.Identity},
		Environment: integration.Sandbox, ExpectedAPIHost: host,
		Client:       integration.Client{ID: confidential.ID, Type: integration.ConfidentialClient, AuthMethod: "client_secret_post"},
		RedirectURIs: []string{callbackURI}, Policies: []string{scope}, Uses: integration.Uses{FullPage: true},
		Pages: integration.Pages{Start: party.StartPath, Landing: party.LandingPath, Denied: party.RefusalPath, Error: party.ProblemPath},
		Hosts: integration.Hosts{Own: []string{partyHost, plainHost, deadHost}}, Reveal: integration.Reveal{Paths: []string{party.SignInPath, party.HelpPath}},
	}
	switch party.Fault(c.Fault) {
	case party.NoPKCEPublic:
		cfg.Client = integration.Client{ID: public.ID, Type: integration.PublicClient, AuthMethod: "none"}
	case party.RedirectWithQuery:
		cfg.RedirectURIs = []string{callbackURI + "?tenant=1"}
	case party.RedirectFragment:
		cfg.RedirectURIs = []string{callbackURI + "#done"}
	case party.DeadCallback:
		cfg.RedirectURIs = []string{party.DeadCallbackURI}
	case party.OtherHost:
		cfg.ExpectedAPIHost = "sandbox" + hosts.Zone
	case party.SessionKept:
		cfg.UseCases = []integration.UseCase{integration.Authentication}
	}
	return cfg
}
