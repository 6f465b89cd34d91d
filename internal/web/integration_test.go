package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/net/html"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
	"github.com/proofwalk/proofwalk/internal/web"
)

// filled gives the values of a form as a browser would send them.
func (p *page) filled(selector string) url.Values {
	p.t.Helper()
	form := url.Values{}
	for _, n := range p.all(selector + " input, " + selector + " textarea, " + selector + " select") {
		attrs := map[string]string{}
		for _, a := range n.Attr {
			attrs[a.Key] = a.Val
		}
		_, checked := attrs["checked"]
		switch {
		case attrs["name"] == "" || attrs["type"] == "checkbox" && !checked:
		case n.Data == "textarea":
			form.Set(attrs["name"], strings.TrimPrefix(textOf(n), "\n"))
		case n.Data == "select":
			form.Set(attrs["name"], chosen(n))
		default:
			form.Set(attrs["name"], attrs["value"])
		}
	}
	return form
}

func textOf(n *html.Node) string {
	if n.FirstChild == nil {
		return ""
	}
	return n.FirstChild.Data
}

func chosen(n *html.Node) string {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		value, on := "", false
		for _, a := range c.Attr {
			if a.Key == "value" {
				value = a.Val
			}
			on = on || a.Key == "selected"
		}
		if on {
			return value
		}
	}
	return ""
}

const descriptionForm = `form[action$="/description"]`

func TestDescribeAnIntegration(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	north := testkit.Partner(t, s.App, "Northfall")
	v := s.as(t, testkit.Member(t, s.App, north, "Priya", auth.PartnerAdmin))

	v.get("/").wants(http.StatusOK, "Integrations")
	form := v.get("/integrations/new").filled(`form[action="/integrations"]`)
	form.Set("name", "Member sign-up")
	form.Set("protocol", "oidc")
	form.Set("redirect_uris", "https://login.northfall.example/return\nhttps://login.northfall.example/other#part")
	form.Set("expected_api_host", "no host at all")
	p := v.post("/integrations", form)
	p.wants(http.StatusUnprocessableEntity, "Describe an integration")
	if got := p.filled(`form[action="/integrations"]`); got.Get("expected_api_host") != "no host at all" || got.Get("name") != "Member sign-up" {
		t.Errorf("the form came back with host %q and name %q", got.Get("expected_api_host"), got.Get("name"))
	}
	if got := p.attr(".error-summary a", "href"); got != "#expected_api_host" {
		t.Errorf("the summary leads to %q", got)
	}

	form.Set("expected_api_host", "api.idmelabs.com")
	form.Set("key", "another-key-than-before")
	p = v.post("/integrations", form)
	p.wants(http.StatusOK, "Description")
	if got := p.text("aside"); !strings.Contains(got, "redirect_uris") || !strings.Contains(got, "expected_api_host") {
		t.Errorf("the pre-flight check does not name the fields: %q", got)
	}
	id := strings.Split(p.Path, "/")[2]
	v.get("/integrations/"+id).wants(http.StatusOK, "Overview")
	if got := v.get("/integrations/" + id).text("aside"); !strings.Contains(got, "partnersupport@id.me") {
		t.Errorf("an integration without a consultant does not show the contact: %q", got)
	}
	if got := v.get("/integrations/" + id + "/history").text("tbody"); !strings.Contains(got, "Integration described") {
		t.Errorf("the history does not show the creation: %q", got)
	}
	yaml := v.get("/integrations/" + id + "/integration.yaml")
	cfg, err := integration.Parse([]byte(yaml.Body))
	if err != nil || cfg.Name != "Member sign-up" || !strings.Contains(yaml.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("export: name %q, error %v", cfg.Name, err)
	}
	again := url.Values{"yaml": {strings.Replace(yaml.Body, "Member sign-up", "Second copy", 1)}, "partner": {north.String()}, "key": {uuid.NewString()}}
	v.post("/integrations/import", again).wants(http.StatusOK, "Description")
	again.Set("yaml", "format: proofwalk/integration/v1\nname: X\nunknown_field: 1\n")
	p = v.post("/integrations/import", again)
	p.wants(http.StatusUnprocessableEntity, "Describe an integration")
	if got := p.text(".error-summary"); !strings.Contains(got, "Line 3") || strings.Contains(got, "unknown_field") {
		t.Errorf("a wrong file is not named by its line, or its words are repeated: %q", got)
	}
}

func TestStaleEditShowsBothValues(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	north := testkit.Partner(t, s.App, "Northfall")
	admin := testkit.Member(t, s.App, north, "Priya", auth.PartnerAdmin)
	id, err := s.CreateIntegration(t.Context(), app.Command{Actor: admin}, north, integration.Config{Format: integration.Format, Name: "Member sign-up", Release: "1.0"})
	if err != nil {
		t.Fatal(err)
	}
	v, path := s.as(t, admin), "/integrations/"+id.String()+"/description"
	mine, theirs := v.get(path).filled(descriptionForm), v.get(path).filled(descriptionForm)
	theirs.Set("release", "2.0")
	v.post(path, theirs).wants(http.StatusOK, "Description")
	mine.Set("release", "3.0")
	p := v.post(path, mine)
	p.wants(http.StatusConflict, "Description")
	row := p.text("table tbody")
	if !strings.Contains(row, "release") || !strings.Contains(row, "2.0") || !strings.Contains(row, "3.0") {
		t.Errorf("both values are not shown: %q", row)
	}
	if got := p.filled(descriptionForm).Get("release"); got != "3.0" {
		t.Errorf("what was typed came back as %q", got)
	}
	again := p.filled(descriptionForm)
	v.post(path, again).wants(http.StatusOK, "Description")
	if got := v.get(path).filled(descriptionForm).Get("release"); got != "3.0" {
		t.Errorf("saving again left %q", got)
	}
}

// What was declared is still declared after the form of the description was
// saved with something else in it, whatever space a name holds.
func TestSavingTheFormKeepsDeclaredNames(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	north := testkit.Partner(t, s.App, "Northfall")
	admin := testkit.Member(t, s.App, north, "Priya", auth.PartnerAdmin)
	id, err := s.CreateIntegration(t.Context(), app.Command{Actor: admin}, north, integration.Config{Format: integration.Format, Name: "Member sign-up"})
	if err != nil {
		t.Fatal(err)
	}
	names := app.Declaration{Titles: []string{" Our  <members>\u00a0 & you ", "\u2003Second", "a\u2028b"}, Paths: []string{" /members/area"}, ConfigurationVersion: 1}
	if _, err := s.DeclareNames(t.Context(), app.Command{Actor: admin}, id, names); err != nil {
		t.Fatal(err)
	}
	v, path := s.as(t, admin), "/integrations/"+id.String()+"/description"
	form := v.get(path).filled(descriptionForm)
	form.Set("release", "2.0")
	v.post(path, form).wants(http.StatusOK, "Description")
	found, err := store.FindIntegration(t.Context(), s.Store.Reader(), admin.Scope(), id)
	if err != nil {
		t.Fatal(err)
	}
	want := integration.Reveal{Paths: []string{"/members/area"}, Titles: []string{"Our  <members>\u00a0 & you", "Second", "a\u2028b"}}
	if got := found.Config.Reveal; found.Config.Release != "2.0" || !slices.Equal(got.Paths, want.Paths) || !slices.Equal(got.Titles, want.Titles) {
		t.Errorf("the form left %q", got)
	}
}

func TestItemFormsOnThePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	north := testkit.Partner(t, s.App, "Northfall")
	admin, viewer := testkit.Member(t, s.App, north, "Priya", auth.PartnerAdmin), testkit.Member(t, s.App, north, "Vera", auth.PartnerViewer)
	id, err := s.CreateIntegration(t.Context(), app.Command{Actor: admin}, north, integration.Config{Format: integration.Format, Name: "Member sign-up"})
	if err != nil {
		t.Fatal(err)
	}
	v, item := s.as(t, admin), "/integrations/"+id.String()+"/checklist/RDY-02"
	p := v.get(item)
	p.wants(http.StatusOK, "Integration declared complete by the technical team")
	if len(p.all(`#claim button[aria-disabled="true"]`)) != 1 {
		t.Error("the claim can be sent although its evidence is missing")
	}
	form := p.filled(`form[action$="/statement"]`)
	form.Set("text", "")
	v.post(item+"/statement", form).wants(http.StatusUnprocessableEntity, "Integration declared complete by the technical team")
	form.Set("text", "Build 2.17.0 is complete.")
	v.post(item+"/statement", form)
	p = v.get(item)
	p = v.post(item+"/claim", p.filled(`form[action$="/claim"]`))
	if got := p.text(".confirmation"); !strings.Contains(got, "RDY-02 is claimed.") {
		t.Errorf("the confirmation says %q", got)
	}
	history := v.get("/integrations/" + id.String() + "/history").text("tbody")
	for _, want := range []string{"Claimed", "Evidence added", "RDY-02"} {
		if !strings.Contains(history, want) {
			t.Errorf("the history does not show %s", want)
		}
	}
	reader := s.as(t, viewer)
	if forms := reader.get(item).all("form[method=post]"); len(forms) != 1 { // signing out is all that a viewer can send
		t.Errorf("a viewer gets %d forms", len(forms))
	}
	reader.post(item+"/claim", url.Values{"row_version": {"1"}}).wants(http.StatusForbidden, "Your role does not allow this")
}

func TestForeignPartnerSeesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	north, south := testkit.Partner(t, s.App, "Northfall"), testkit.Partner(t, s.App, "Southrise")
	admin := testkit.Member(t, s.App, north, "Priya", auth.PartnerAdmin)
	id, err := s.CreateIntegration(t.Context(), app.Command{Actor: admin}, north, integration.Config{Format: integration.Format, Name: "Member sign-up"})
	if err != nil {
		t.Fatal(err)
	}
	v, base := s.as(t, testkit.Member(t, s.App, south, "Lee", auth.PartnerAdmin)), "/integrations/"+id.String()
	for _, path := range []string{"", "/description", "/integration.yaml", "/versions", "/history", "/checklist", "/checklist/RDY-02", "/runs", "/review",
		"/walkthrough", "/packets", "/packets/draft.pdf", "/packets/" + uuid.NewString() + "/download", "/evidence/" + uuid.NewString() + "/picture"} {
		v.get(base+path).wants(http.StatusNotFound, "There is no such page")
	}
	for _, path := range []string{"/description", "/checklist/RDY-02/claim", "/checklist/RDY-02/comment", "/consultant"} {
		form := url.Values{"row_version": {"1"}, "name": {"Taken"}, "comment": {"hello"}, "consultant": {uuid.NewString()}}
		v.post(base+path, form).wants(http.StatusNotFound, "There is no such page")
	}
	if got := v.get("/").text("main"); strings.Contains(got, "Member sign-up") {
		t.Error("the board shows a foreign integration")
	}
}

func TestEveryAnswerCarriesTheHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.visitor(t)
	nonces := []string{}
	for _, path := range []string{"/sign-in", "/nothing-here", "/livez", "/keys", "/keys.json", "/verify", "/link/unknown"} {
		p := v.get(path)
		csp := p.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "form-action 'self'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: the policy lacks %s", path, want)
			}
		}
		if p.Header.Get("X-Content-Type-Options") != "nosniff" || p.Header.Get("Cross-Origin-Opener-Policy") != "same-origin" {
			t.Errorf("%s lacks headers: %v", path, p.Header)
		}
		_, nonce, _ := strings.Cut(csp, "nonce-")
		nonce, _, _ = strings.Cut(nonce, "'")
		if len(nonce) < 20 || slices.Contains(nonces, nonce) {
			t.Errorf("%s: a nonce is short or was used before", path)
		}
		nonces = append(nonces, nonce)
	}
}

func TestFormsFromOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	north := testkit.Partner(t, s.App, "Northfall")
	admin := testkit.Member(t, s.App, north, "Priya", auth.PartnerAdmin)
	v := s.as(t, admin)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Origin+"/integrations", strings.NewReader("name=X&partner="+north.String()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := v.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("status %d, want 403", res.StatusCode)
	}
	list, err := store.ListIntegrationSummaries(t.Context(), s.Store.Reader(), auth.System().Scope())
	if err != nil || len(list) != 0 {
		t.Errorf("%d integrations, error %v", len(list), err)
	}
}

func TestDemoAnswersUnderItsOwnNameOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *web.Config) { c.Demo = true })
	for host, want := range map[string]int{"": http.StatusOK, "rebound.example": http.StatusNotFound} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.Origin+"/sign-in", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("host %q: status %d, want %d", host, res.StatusCode, want)
		}
	}
}
