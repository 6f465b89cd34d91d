package web_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/testkit"
	"github.com/proofwalk/proofwalk/internal/web"
)

func person(name, email, role string) url.Values {
	return url.Values{"name": {name}, "email": {email}, "role": {role}, "key": {uuid.NewString()}}
}

// TestFromFirstStartToAPartnersMember walks the way of people: set-up,
// invitations by link, and each signs in.
func TestFromFirstStartToAPartnersMember(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	address, err := s.NewSetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	path := strings.TrimPrefix(address, s.Origin)
	admin := s.visitor(t)
	admin.get(path).wants(http.StatusOK, "Set up Proofwalk")
	wrong := admin.post(path, person("Ada Admin", "no address", ""))
	wrong.wants(http.StatusUnprocessableEntity, "Set up Proofwalk")
	if got := wrong.attr("#name", "value"); got != "Ada Admin" {
		t.Errorf("the name comes back as %q", got)
	}
	if wrong.attr("#email", "aria-invalid") != "true" || len(wrong.all(".error-summary a[href='#email']")) != 1 {
		t.Error("the address is not marked")
	}
	admin.post(path, person("Ada Admin", "ada@provider.example", "")).wants(http.StatusOK, "Add a passkey")

	made := admin.post("/partners", url.Values{"partner": {"Northfall"}, "key": {uuid.NewString()}})
	made.wants(http.StatusOK, "People of Northfall")
	link := admin.post(made.attr("aside form", "action"), person("Priya Raman", "priya@northfall.example", "admin"))
	link.wants(http.StatusOK, "A link for Priya Raman")
	secret := link.attr("#link", "value")

	priya := s.visitor(t)
	path = strings.TrimPrefix(secret, s.Origin)
	for range 3 { // a scanner opens links
		priya.get(path).wants(http.StatusOK, "Sign in as Priya Raman")
	}
	priya.post(path, nil).wants(http.StatusOK, "Add a passkey")
	priya.get("/people").wants(http.StatusOK, "People of Northfall")

	gone := s.visitor(t).get(path)
	gone.wants(http.StatusGone, "This link was used already")
	if got := gone.text(".facts"); !strings.Contains(got, "Ask Ada Admin") {
		t.Errorf("the used link says %q", got)
	}
	if p := admin.get(made.Path); strings.Contains(p.Body, secret) {
		t.Error("the link is shown a second time")
	}
	if got := admin.get(made.Path).text("tbody tr"); !strings.Contains(got, "Priya Raman priya@northfall.example Admin No passkey yet") {
		t.Errorf("the row of the invited person says %q", got)
	}
}

func TestLinksThatDoNotWork(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock()
	s := newSite(t, func(c *web.Config) { c.App.Now = clock.Now })
	sam := testkit.ProviderUser(t, s.App, "Sam", auth.Consultant)
	v := s.visitor(t)
	unknown := "/link/" + strings.Repeat("A", 43)
	v.get(unknown).wants(http.StatusNotFound, "This link is not known here")
	v.post(unknown, nil).wants(http.StatusNotFound, "This link is not known here")

	link, err := s.NewSignInLinkFor(t.Context(), app.Command{Actor: auth.System()}, sam.UserID)
	if err != nil {
		t.Fatal(err)
	}
	clock.Advance(73 * time.Hour)
	path := strings.TrimPrefix(link.Address, s.Origin)
	v.get(path).wants(http.StatusGone, "This link has run out")
	p := v.post(path, nil)
	p.wants(http.StatusGone, "This link has run out")
	if got := p.text(".facts"); !strings.Contains(got, "partnersupport@id.me") {
		t.Errorf("the expired link names nobody: %q", got)
	}
	var links int
	if err := s.Store.Pool().QueryRow(t.Context(), "SELECT count(*) FROM sign_in_links").Scan(&links); err != nil || links != 1 {
		t.Errorf("there are %d links (%v), want the 1 that was made", links, err)
	}
	v.get("/people").wants(http.StatusOK, "Sign in")
}

func TestSessionIsNewAfterSignIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	sam := testkit.ProviderUser(t, s.App, "Sam", auth.Consultant)
	zoe := testkit.ProviderUser(t, s.App, "Zoe", auth.Consultant)
	v := s.as(t, sam)
	origin, _ := url.Parse(s.Origin)
	before := v.client.Jar.Cookies(origin)[0].Value
	link, err := s.NewSignInLinkFor(t.Context(), app.Command{Actor: auth.System()}, zoe.UserID)
	if err != nil {
		t.Fatal(err)
	}
	v.post(strings.TrimPrefix(link.Address, s.Origin), nil)
	if v.client.Jar.Cookies(origin)[0].Value == before {
		t.Error("the session's token is the one from before the sign-in")
	}
	v.get("/account").wants(http.StatusOK, "Zoe")

	old := s.visitor(t)
	old.client.Jar.SetCookies(origin, []*http.Cookie{{Name: "proofwalk", Value: before}})
	old.get("/account").wants(http.StatusOK, "Sign in")

	v.post("/sign-out", nil).wants(http.StatusOK, "Sign in")
	v.get("/account").wants(http.StatusOK, "Sign in")
}

func TestForeignPeopleAreNotThere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	north, south := testkit.Partner(t, s.App, "Northfall"), testkit.Partner(t, s.App, "Southrise")
	priya := testkit.Member(t, s.App, north, "Priya", auth.PartnerAdmin)
	lee := testkit.Member(t, s.App, south, "Lee", auth.PartnerMember)
	ada := testkit.ProviderUser(t, s.App, "Ada", auth.ProviderAdmin)
	testkit.ProviderUser(t, s.App, "Bo", auth.ProviderAdmin)
	v := s.as(t, priya)
	for _, path := range []string{
		"/partners/" + south.String(), "/partners/" + uuid.NewString(), "/partners/none",
		"/people/" + lee.UserID.String() + "/disable", "/people/" + ada.UserID.String() + "/disable",
	} {
		v.get(path).wants(http.StatusNotFound, "There is no such page")
	}
	for _, path := range []string{
		"/partners/" + south.String() + "/people", "/people/" + lee.UserID.String() + "/link",
		"/people/" + ada.UserID.String() + "/link", "/people/" + lee.UserID.String() + "/disable",
	} {
		v.post(path, person("New", "new@new.example", "member")).wants(http.StatusNotFound, "There is no such page")
	}
	v.post("/people", person("New", "new@new.example", "consultant")).wants(http.StatusForbidden, "Your role does not allow this")
	v.get("/settings").wants(http.StatusForbidden, "Your role does not allow this")
	if body := v.get("/people").Body; strings.Contains(body, "Lee") || strings.Contains(body, "Ada") {
		t.Error("a partner sees people of others")
	}
}

func TestMemberIsOfferedNoActs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	north := testkit.Partner(t, s.App, "Northfall")
	testkit.Member(t, s.App, north, "Priya", auth.PartnerAdmin)
	sam := testkit.Member(t, s.App, north, "Sam", auth.PartnerMember)
	p := s.as(t, sam).get("/people")
	p.wants(http.StatusOK, "People of Northfall")
	if got := len(p.all("main form")); got != 0 {
		t.Errorf("a member is offered %d forms, want none", got)
	}
	if got := len(p.all("tbody tr")); got != 2 {
		t.Errorf("%d people are listed, want 2", got)
	}
}

func TestEndOfAccess(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	north := testkit.Partner(t, s.App, "Northfall")
	priya := testkit.Member(t, s.App, north, "Priya", auth.PartnerAdmin)
	sam := testkit.Member(t, s.App, north, "Sam", auth.PartnerMember)
	his, hers := s.as(t, sam), s.as(t, priya)
	ask := hers.get("/people/" + sam.UserID.String() + "/disable")
	ask.wants(http.StatusOK, "End the access of Sam?")
	hers.post(ask.attr("main form", "action"), nil).wants(http.StatusOK, "People of Northfall")
	his.get("/account").wants(http.StatusOK, "Sign in")
}

func TestSettingsAndRawUploads(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	north := testkit.Partner(t, s.App, "Northfall")
	v := s.as(t, testkit.ProviderUser(t, s.App, "Ada", auth.ProviderAdmin))
	v.post("/settings", url.Values{"contact": {"nobody"}}).wants(http.StatusUnprocessableEntity, "Settings of ID.me")
	v.post("/settings", url.Values{"contact": {"help@provider.example"}}).wants(http.StatusOK, "Settings of ID.me")
	if got := s.visitor(t).get("/sign-in").text("main a[href^='mailto:']"); got != "help@provider.example" {
		t.Errorf("the sign-in page names %q", got)
	}
	path := "/partners/" + north.String()
	form := v.get(path)
	save := url.Values{"raw_uploads": {"forbidden"}, "row_version": {form.attr("input[name=row_version]", "value")}}
	v.post(path+"/settings", save).wants(http.StatusOK, "People of Northfall")
	v.post(path+"/settings", save).wants(http.StatusConflict, "Somebody was faster") // an old form
	if got := v.get(path).attr("input[name=raw_uploads][checked]", "value"); got != "forbidden" {
		t.Errorf("the choice shown is %q", got)
	}
}

func TestDemoSignIn(t *testing.T) {
	t.Parallel()
	demo := newSite(t, func(c *web.Config) { c.Demo = true })
	north := testkit.Partner(t, demo.App, "Northfall")
	testkit.Member(t, demo.App, north, "Priya", auth.PartnerAdmin)
	for _, name := range []string{"Chidi", "Dana", "Eli", "Fay"} {
		testkit.ProviderUser(t, demo.App, name, auth.Consultant)
	}
	late := testkit.ProviderUser(t, demo.App, "Late", auth.Consultant)
	v := demo.visitor(t)
	p := v.get("/sign-in")
	if got := len(p.all("main button[aria-label^='Sign in as ']")); got != 5 {
		t.Fatalf("%d people to be, want 5", got)
	}
	action := p.attr("main li form", "action")
	v.post(action, nil)
	v.get("/account").wants(http.StatusOK, "Priya")
	v.post("/demo/sign-in/"+late.UserID.String(), nil).wants(http.StatusNotFound, "There is no such page")

	plain := newSite(t)
	ada := testkit.ProviderUser(t, plain.App, "Ada", auth.ProviderAdmin)
	plain.visitor(t).post("/demo/sign-in/"+ada.UserID.String(), nil).wants(http.StatusNotFound, "There is no such page")
	if got := len(plain.visitor(t).get("/sign-in").all("main button[aria-label^='Sign in as ']")); got != 0 {
		t.Errorf("outside the demo there are %d people to be", got)
	}
}

func TestLinkStaysOutOfTheLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := newSite(t, func(c *web.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	address, err := s.NewSetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	path := strings.TrimPrefix(address, s.Origin)
	v := s.visitor(t)
	v.get(path)
	v.get(path + "/more")
	v.get(path + "?again=1")
	v.post(path, person("Ada", "ada@provider.example", ""))
	v.get(path)
	if got := strings.Count(log.String(), "route=/link/:token"); got < 4 {
		t.Errorf("%d requests of the link are logged by their route, want 4", got)
	}
	if strings.Contains(log.String(), strings.TrimPrefix(path, "/link/")) {
		t.Error("the log holds the token")
	}
}

func TestPasskeyWithoutScripts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.visitor(t).post("/sign-in", url.Values{"answer": {""}})
	p.wants(http.StatusUnprocessableEntity, "Sign in")
	if got := p.text("[role=alert]"); !strings.Contains(got, "JavaScript") {
		t.Errorf("the page says %q", got)
	}
	p = s.visitor(t).post("/sign-in", url.Values{"answer": {`{"id":"x"}`}})
	p.wants(http.StatusUnprocessableEntity, "Sign in")
}
