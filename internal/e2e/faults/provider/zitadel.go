package provider

import (
	"context"
	"crypto/rand"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"

	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// people are the made-up users of the Go provider: one.
type people struct{ one storage.User }

func (p people) GetUserByID(id string) *storage.User {
	if id == p.one.ID {
		return &p.one
	}
	return nil
}

func (p people) GetUserByUsername(name string) *storage.User {
	if name == p.one.Username {
		return &p.one
	}
	return nil
}

func (people) ExampleClientID() string { return "" }

// NewZitadel makes a provider of the library github.com/zitadel/oidc, with the
// storage of its example.
func NewZitadel(origin string, clients []Client) (*Provider, error) {
	users := people{storage.User{
		ID: "9b1f7d52c0e84a6f", Username: "o.fairweather@mailbox.example", Password: "Thistle-Harbor-58", FirstName: "Odalys", LastName: "Fairweather",
		Email: "o.fairweather@mailbox.example", EmailVerified: true,
	}}
	registered := map[string]*storage.Client{}
	for _, c := range clients {
		registered[c.ID] = storage.WebClient(c.ID, c.Secret, c.RedirectURIs...)
	}
	store := storage.NewStorageWithClients(users, registered)
	config := &op.Config{CodeMethodS256: true, AuthMethodPost: true}
	if _, err := rand.Read(config.CryptoKey[:]); err != nil {
		return nil, err
	}
	provider, err := op.NewProvider(config, store, op.StaticIssuer(origin), op.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, fmt.Errorf("making the Go provider: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", provider)
	login := signIn{store, op.AuthCallbackURL(provider)}
	mux.HandleFunc("POST /oauth/token", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store") // the library leaves it to whoever serves it (RFC 6749, 5.1)
		provider.ServeHTTP(w, r)
	})
	mux.HandleFunc("GET /login/username", login.page)
	mux.Handle("POST /login/username", op.NewIssuerInterceptor(provider.IssuerFromRequest).HandlerFunc(login.check))
	return &Provider{
		Handler: mux, Name: "zitadel/oidc", Scope: "profile", Data: "/userinfo", Email: users.one.Username, Password: users.one.Password,
	}, nil
}

// signIn is the page on which the user signs in; the library leaves it to others.
type signIn struct {
	store *storage.Storage
	back  func(context.Context, string) string
}

var signInPage = template.Must(template.New("").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Sign in</title><link rel="icon" href="data:,">
<main><h1>Sign in</h1>
<form method="post"><input type="hidden" name="id" value="{{.}}">
<p><label>E-mail address <input type="email" name="email"></label></p>
<p><label>Password <input type="password" name="password"></label></p>
<p><button type="submit">Sign in</button></p></form></main></html>`))

func (s signIn) page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_ = signInPage.Execute(w, r.URL.Query().Get("authRequestID")) // a browser that has gone needs no page
}

func (s signIn) check(w http.ResponseWriter, r *http.Request) {
	id := r.PostFormValue("id")
	if err := s.store.CheckUsernamePassword(r.PostFormValue("email"), r.PostFormValue("password"), id); err != nil {
		http.Error(w, "That address and password do not belong together.", http.StatusForbidden)
		return
	}
	http.Redirect(w, r, s.back(r.Context(), id), http.StatusSeeOther)
}
