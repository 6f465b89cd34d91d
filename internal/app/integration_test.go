package app_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

// sample is a description that passes every check of its shape.
func sample(name string) integration.Config {
	return integration.Config{
		Format: integration.Format, Name: name, Protocol: integration.OIDC, UseCases: []integration.UseCase{integration.Identity},
		Environment: integration.Sandbox, ExpectedAPIHost: "api.idmelabs.com",
		Client:       integration.Client{ID: "0123456789abcdef", Type: integration.ConfidentialClient, AuthMethod: "client_secret_post"},
		RedirectURIs: []string{"https://login.northfall.example/idme/return"}, Policies: []string{"openid"},
		Hosts: integration.Hosts{Own: []string{"login.northfall.example"}}, TestUsers: []string{"driver-licence"},
	}
}

// team is one partner with its people, beside people of the provider.
type team struct {
	app                           *app.App
	partner                       uuid.UUID
	admin, member, viewer, other  auth.Actor // other belongs to another partner
	consultant, account, provider auth.Actor
}

func newTeam(t *testing.T) team {
	t.Helper()
	a := testkit.App(t)
	north, south := testkit.Partner(t, a, "Northfall"), testkit.Partner(t, a, "Southrise")
	return team{app: a, partner: north,
		admin: testkit.Member(t, a, north, "Priya", auth.PartnerAdmin), member: testkit.Member(t, a, north, "Sam", auth.PartnerMember),
		viewer: testkit.Member(t, a, north, "Vera", auth.PartnerViewer), other: testkit.Member(t, a, south, "Lee", auth.PartnerAdmin),
		consultant: testkit.ProviderUser(t, a, "Dana", auth.Consultant), account: testkit.ProviderUser(t, a, "Marcus", auth.AccountTeam),
		provider: testkit.ProviderUser(t, a, "Ada", auth.ProviderAdmin)}
}

func (m team) create(t *testing.T, name string) uuid.UUID {
	t.Helper()
	id, err := m.app.CreateIntegration(t.Context(), app.Command{Actor: m.admin}, m.partner, sample(name))
	if err != nil {
		t.Fatalf("creating an integration: %v", err)
	}
	return id
}

func (m team) find(t *testing.T, id uuid.UUID) store.Integration {
	t.Helper()
	i, err := store.FindIntegration(t.Context(), m.app.Store.Reader(), m.admin.Scope(), id)
	if err != nil {
		t.Fatalf("finding an integration: %v", err)
	}
	return i
}

// entries gives an integration's audit actions, oldest first, each parsed from
// its stored encoding.
func (m team) entries(t *testing.T, id uuid.UUID) []audit.Entry {
	t.Helper()
	rows, err := store.ListAudit(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id, uuid.Nil, 10_000)
	if err != nil {
		t.Fatalf("reading audit entries: %v", err)
	}
	out := make([]audit.Entry, len(rows))
	for n, row := range rows {
		if out[len(rows)-1-n], err = audit.Parse(row.Encoded); err != nil {
			t.Fatalf("parsing audit entry %d: %v", n, err)
		}
	}
	return out
}

func TestCreateIntegration(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")

	i := m.find(t, id)
	if i.Name != "Member sign-up" || i.ConfigurationVersion != 1 || i.Stage != store.StageDescribed || i.ConsultantID != nil {
		t.Errorf("stored as %q, version %d, stage %q, consultant %v", i.Name, i.ConfigurationVersion, i.Stage, i.ConsultantID)
	}
	items, err := store.ListChecklistItems(t.Context(), m.app.Store.Reader(), m.admin.Scope(), id)
	if err != nil || len(items) != 45 {
		t.Fatalf("%d items, error %v; want 45", len(items), err)
	}
	applying := 0
	for _, item := range items {
		if item.Applies {
			applying++
		}
	}
	if applying != 37 {
		t.Errorf("%d items apply to an OpenID Connect identity integration, want 37", applying)
	}
	round, err := store.FindOpenRound(t.Context(), m.app.Store.Reader(), m.admin.Scope(), id)
	if err != nil || round.Number != 1 || len(round.SealedKey) <= 32 {
		t.Errorf("round %d with a sealed key of %d bytes, error %v", round.Number, len(round.SealedKey), err)
	}
	if got := m.entries(t, id); len(got) != 1 || got[0].Action != "integration.create" || got[0].Actor.ID != m.admin.UserID.String() {
		t.Errorf("audit entries %+v; want one integration.create by the admin", got)
	}
}

func TestCreateIntegrationRefusals(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	m.create(t, "Member sign-up")
	bad := sample("Broken")
	bad.ExpectedAPIHost = "not a host"
	for _, c := range []struct {
		name   string
		actor  auth.Actor
		config integration.Config
		want   apperr.Kind
		field  string
	}{
		{"viewer", m.viewer, sample("A"), apperr.Forbidden, ""},
		{"another partner's admin", m.other, sample("B"), apperr.NotFound, ""},
		{"consultant", m.consultant, sample("C"), apperr.Forbidden, ""},
		{"same name in other letters", m.member, sample("MEMBER SIGN-UP"), apperr.Invalid, "name"},
		{"host of a wrong shape", m.member, bad, apperr.Invalid, "expected_api_host"},
	} {
		_, err := m.app.CreateIntegration(t.Context(), app.Command{Actor: c.actor}, m.partner, c.config)
		kind(t, err, c.want)
		if c.field != "" && (len(apperr.FieldsOf(err)) != 1 || apperr.FieldsOf(err)[0].Name != c.field) {
			t.Errorf("%s: fields %v, want %s", c.name, apperr.FieldsOf(err), c.field)
		}
	}
	list, err := store.ListIntegrationSummaries(t.Context(), m.app.Store.Reader(), auth.System().Scope())
	if err != nil || len(list) != 1 {
		t.Errorf("%d integrations stored, error %v; want the first only", len(list), err)
	}
}

// What is shown in clear is the partner admin's to declare, when an integration
// is made and when it is saved.
func TestOnlyAdminsChangeWhatIsShown(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	cfg := sample("Shown")
	cfg.Reveal.Paths = []string{"/members/area"}
	_, err := m.app.CreateIntegration(t.Context(), app.Command{Actor: m.member}, m.partner, cfg)
	kind(t, err, apperr.Invalid)
	if f := apperr.FieldsOf(err); len(f) != 1 || f[0].Name != "reveal.paths" {
		t.Errorf("fields %v, want reveal.paths", f)
	}
	id, err := m.app.CreateIntegration(t.Context(), app.Command{Actor: m.admin}, m.partner, cfg)
	must(t, err)
	more := cfg
	more.Reveal.Titles = []string{"Our sign-in"}
	kind(t, m.app.SaveIntegration(t.Context(), app.Command{Actor: m.member}, id, 1, more, ""), apperr.Invalid)
	cfg.Release = "2.0"
	must(t, m.app.SaveIntegration(t.Context(), app.Command{Actor: m.member}, id, 1, cfg, ""))
	more.Release = "2.0"
	must(t, m.app.SaveIntegration(t.Context(), app.Command{Actor: m.admin}, id, 2, more, ""))
}

func TestRepeatedKeyMakesOneIntegration(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	cmd := app.Command{Actor: m.admin, Key: "the-same-form-twice"}
	ids := make([]uuid.UUID, 8)
	var wg sync.WaitGroup
	for n := range ids {
		wg.Go(func() {
			id, err := m.app.CreateIntegration(t.Context(), cmd, m.partner, sample("Once"))
			if err != nil {
				t.Errorf("creating: %v", err)
			}
			ids[n] = id
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("two ids for one key: %v and %v", id, ids[0])
		}
	}
	if got := m.entries(t, ids[0]); len(got) != 1 {
		t.Errorf("%d audit entries, want 1", len(got))
	}
}

func TestSaveIntegration(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	opened := m.find(t, id)
	changed := opened.Config
	changed.Uses.Refresh = true
	changed.RedirectURIs = []string{"https://login.northfall.example/idme/back"}

	if err := m.app.SaveIntegration(t.Context(), app.Command{Actor: m.member}, id, opened.RowVersion, changed, ""); err != nil {
		t.Fatalf("saving: %v", err)
	}
	if i := m.find(t, id); i.ConfigurationVersion != 2 || !i.Config.Uses.Refresh {
		t.Errorf("version %d, refresh %v; want 2 and true", i.ConfigurationVersion, i.Config.Uses.Refresh)
	}
	item, err := store.FindChecklistItem(t.Context(), m.app.Store.Reader(), m.admin.Scope(), id, "TST-13")
	if err != nil || !item.Applies {
		t.Errorf("TST-13 applies: %v, error %v; want it to apply once refresh tokens are used", item.Applies, err)
	}

	stale := changed
	stale.Notes = "from the older page"
	kind(t, m.app.SaveIntegration(t.Context(), app.Command{Actor: m.admin}, id, opened.RowVersion, stale, ""), apperr.Conflict)
	if i := m.find(t, id); i.Config.Notes != "" || i.ConfigurationVersion != 2 {
		t.Errorf("a stale save left notes %q and version %d", i.Config.Notes, i.ConfigurationVersion)
	}

	i := m.find(t, id)
	if err := m.app.SaveIntegration(t.Context(), app.Command{Actor: m.admin}, id, i.RowVersion, i.Config, ""); err != nil {
		t.Fatalf("saving what is there: %v", err)
	}
	if i := m.find(t, id); i.ConfigurationVersion != 2 {
		t.Errorf("saving what is there made version %d", i.ConfigurationVersion)
	}
}

func TestIntegrationOfAnotherPartner(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	cmd, ref := app.Command{Actor: m.other}, app.ItemRef{Integration: id, Requirement: "RDY-02", RowVersion: 1}
	_, err := store.FindIntegration(t.Context(), m.app.Store.Reader(), m.other.Scope(), id)
	kind(t, err, apperr.NotFound)
	kind(t, m.app.SaveIntegration(t.Context(), cmd, id, 1, sample("Taken over"), ""), apperr.NotFound)
	kind(t, m.app.AssignConsultant(t.Context(), cmd, id, m.consultant.UserID), apperr.NotFound)
	kind(t, m.app.ClaimItem(t.Context(), cmd, ref), apperr.NotFound)
	kind(t, m.app.CommentOnItem(t.Context(), cmd, id, "RDY-02", "hello"), apperr.NotFound)
	_, _, err = m.app.DraftPDF(t.Context(), cmd, id)
	kind(t, err, apperr.NotFound)
}
