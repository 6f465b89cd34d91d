// Package provider runs real OpenID providers for the cases, and lets them err
// where a case wants it.
package provider

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
)

// Client is a registration at a provider.
type Client struct {
	ID, Secret, Name string // without a secret the client is public
	RedirectURIs     []string
}

// Provider is a running provider.
type Provider struct {
	http.Handler
	Name string // of the software
	// Scope is what a relying party asks for beside openid, Data where it gets the
	// attributes; both are paths or words of this provider.
	Scope, Data     string
	Email, Password string // of a made-up user
	// Consents tells that the provider asks for consent after the sign-in.
	Consents bool
	close    func() error
}

// Close ends it.
func (p *Provider) Close() error {
	if p.close == nil {
		return nil
	}
	return p.close()
}

// StartNode starts npm's oidc-provider in a process of its own. tools is the
// folder tools/node; origin is where the front serves it.
func StartNode(ctx context.Context, tools, origin string, clients []Client) (*Provider, error) {
	cmd := exec.CommandContext(ctx, "node", filepath.Join("faults", "provider.mjs"))
	cmd.Dir = tools
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting node: %w", err)
	}
	end := func() error { return errors.Join(in.Close(), cmd.Wait()) } // it ends with its input
	var told struct {
		Port            int
		Email, Password string
	}
	if err := tell(in, out, origin, clients, &told); err != nil {
		return nil, errors.Join(fmt.Errorf("starting oidc-provider (are the tools installed? see tools/node/README.md): %w", err), end())
	}
	behind := &url.URL{Scheme: "http", Host: fmt.Sprintf("127.0.0.1:%d", told.Port)}
	proxy := &httputil.ReverseProxy{ErrorLog: log.New(io.Discard, "", 0), Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(behind)
		r.Out.Host = r.In.Host
		r.SetXForwarded()
	}}
	return &Provider{
		Handler: proxy, Name: "oidc-provider", Scope: "fortified_identity", Data: "/api/public/v3/attributes.json",
		Email: told.Email, Password: told.Password, Consents: true, close: end,
	}, nil
}

func tell(in io.Writer, out io.Reader, origin string, clients []Client, told any) error {
	type client map[string]any
	var list []client
	for _, c := range clients {
		entry := client{
			"client_id": c.ID, "client_name": c.Name, "redirect_uris": c.RedirectURIs,
			"grant_types": []string{"authorization_code", "implicit"}, "response_types": []string{"code", "id_token token"},
		}
		if c.Secret == "" {
			entry["token_endpoint_auth_method"] = "none"
		} else {
			entry["client_secret"] = c.Secret
		}
		list = append(list, entry)
	}
	line, err := json.Marshal(map[string]any{"origin": origin, "clients": list})
	if err != nil {
		return err
	}
	if _, err := in.Write(append(line, '\n')); err != nil {
		return err
	}
	answer, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, told)
}
