package web_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
	"github.com/proofwalk/proofwalk/internal/web"
)

// site is the whole web app on a database of its own, served on localhost.
type site struct {
	*app.App
	Origin string
}

// newSite serves the app until the test ends. change may change what it is
// built from.
func newSite(t testing.TB, change ...func(*web.Config)) *site {
	t.Helper()
	a := testkit.App(t)
	server := httptest.NewUnstartedServer(nil)
	_, port, _ := strings.Cut(server.Listener.Addr().String(), ":")
	s := &site{App: a, Origin: "http://localhost:" + port}
	a.PublicURL = s.Origin
	passkeys, err := auth.NewPasskeys(s.Origin)
	if err != nil {
		t.Fatal(err)
	}
	cfg := web.Config{
		App: a, Store: a.Store, Sessions: auth.NewSessions(store.NewSessionStore(a.Store), s.Origin), Passkeys: passkeys,
		Log: slog.New(slog.DiscardHandler), Now: a.Now, Origin: s.Origin, Version: "test",
	}
	for _, f := range change {
		f(&cfg)
	}
	pages, err := web.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = pages.Handler()
	server.Start()
	t.Cleanup(server.Close)
	return s
}

// visitor is a browser without scripts: it keeps cookies and follows redirects.
type visitor struct {
	t      testing.TB
	site   *site
	client *http.Client
}

// visitor gives somebody who is not signed in.
func (s *site) visitor(t testing.TB) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t: t, site: s, client: &http.Client{Jar: jar}}
}

// as gives somebody who has signed in as the person, by a one-time link.
func (s *site) as(t testing.TB, actor auth.Actor) *visitor {
	t.Helper()
	link, err := s.NewSignInLinkFor(t.Context(), app.Command{Actor: auth.System()}, actor.UserID)
	if err != nil {
		t.Fatal(err)
	}
	v := s.visitor(t)
	if p := v.post(strings.TrimPrefix(link.Address, s.Origin), nil); p.Status != http.StatusOK {
		t.Fatalf("signing in as %s: status %d", actor.Name, p.Status)
	}
	return v
}

// page is an answer, after redirects.
type page struct {
	t      testing.TB
	Status int
	Path   string
	Header http.Header
	Body   string
	doc    *html.Node
}

func (v *visitor) get(path string) *page {
	v.t.Helper()
	return v.do(http.MethodGet, path, nil)
}

func (v *visitor) post(path string, form url.Values) *page {
	v.t.Helper()
	return v.do(http.MethodPost, path, form)
}

func (v *visitor) do(method, path string, form url.Values) *page {
	v.t.Helper()
	req, err := http.NewRequestWithContext(v.t.Context(), method, v.site.Origin+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := v.client.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(string(body)))
	if err != nil {
		v.t.Fatal(err)
	}
	return &page{t: v.t, Status: res.StatusCode, Path: res.Request.URL.Path, Header: res.Header, Body: string(body), doc: doc}
}

// all gives the elements that a selector matches.
func (p *page) all(selector string) []*html.Node {
	p.t.Helper()
	compiled, err := cascadia.ParseGroup(selector)
	if err != nil {
		p.t.Fatalf("selector %q: %v", selector, err)
	}
	return cascadia.QueryAll(p.doc, compiled)
}

// text gives the text of the elements that a selector matches, spaces joined.
func (p *page) text(selector string) string {
	p.t.Helper()
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
			b.WriteString(" ")
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	for _, n := range p.all(selector) {
		walk(n)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// attr gives an attribute of the first element that a selector matches.
func (p *page) attr(selector, name string) string {
	p.t.Helper()
	for _, n := range p.all(selector) {
		for _, a := range n.Attr {
			if a.Key == name {
				return a.Val
			}
		}
	}
	return ""
}

// wants checks status and title.
func (p *page) wants(status int, title string) {
	p.t.Helper()
	if got := p.text("h1"); p.Status != status || got != title {
		p.t.Errorf("%s: status %d with the title %q, want %d with %q", p.Path, p.Status, got, status, title)
	}
}

// form gives the hidden fields of the form that a selector names, and more.
func (p *page) form(selector string, more ...string) url.Values {
	p.t.Helper()
	if len(p.all(selector)) == 0 {
		p.t.Fatalf("%s: no form %s", p.Path, selector)
	}
	values := url.Values{}
	for _, n := range p.all(selector + " input[type=hidden]") {
		var name, value string
		for _, a := range n.Attr {
			switch a.Key {
			case "name":
				name = a.Val
			case "value":
				value = a.Val
			}
		}
		values.Set(name, value)
	}
	for n := 0; n+1 < len(more); n += 2 {
		values.Set(more[n], more[n+1])
	}
	return values
}
