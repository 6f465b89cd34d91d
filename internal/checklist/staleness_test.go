package checklist

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/integration"
)

var shownAt = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// full is a description of which every optional part is used, so that every
// requirement of its protocol applies.
func full(p integration.Protocol) integration.Config {
	return integration.Config{
		Protocol: p, UseCases: []integration.UseCase{integration.Group, integration.Identity}, Environment: integration.Sandbox, PayloadEncryption: true,
		Uses: integration.Uses{Refresh: true, Logout: true},
	}
}

// standAll gives every item as claimed, with one proof in each slot that leads
// from one description to another.
func standAll(before, after integration.Config) []Standing {
	var out []Standing
	for _, r := range Builtin().Requirements {
		s := Standing{Item: Item{ID: r.ID, By: r.By, Phase: r.Phase, Required: r.Required, Applies: r.Applies(before), State: Claimed}}
		for _, slot := range r.Evidence {
			s.Proofs = append(s.Proofs, Proof{ID: r.ID + " " + string(slot.Kind), Kind: slot.Kind, Changed: integration.Diff(before, after), ReceivedAt: shownAt})
		}
		out = append(out, s)
	}
	return out
}

func voided(voids []Void) string {
	ids := make([]string, len(voids))
	for n, v := range voids {
		ids[n] = v.ItemID
	}
	return strings.Join(ids, " ")
}

// For each single change of a description with everything claimed, exactly the
// items that turn stale, written down by hand.
func TestOneChangeVoids(t *testing.T) {
	t.Parallel()
	type c = integration.Config
	for _, tt := range []struct {
		field    string
		protocol integration.Protocol
		change   func(*c)
		want     string
	}{
		{"redirect_uris", integration.OIDC, func(c *c) { c.RedirectURIs = []string{"https://a.example/back"} },
			"TST-01 TST-03 TST-05 TST-08 TST-09 TST-10 TST-11 TST-18 ERR-01 ERR-03 ERR-04 SES-03 SES-07 DAT-02"},
		{"client.id", integration.OIDC, func(c *c) { c.Client.ID = "x" },
			"RDY-03 TST-01 TST-03 TST-04 TST-06 TST-07 TST-08 TST-09 TST-10 TST-11 TST-12 TST-13 TST-14 TST-15 ERR-01 ERR-03 ERR-04 SES-02 SES-06 SES-08 DAT-02"},
		{"client.type", integration.OIDC, func(c *c) { c.Client.Type = "public" }, "TST-07 TST-11 TST-12 TST-13 ERR-04 SES-07"},
		{"client.auth_method", integration.OAuth, func(c *c) { c.Client.AuthMethod = "none" }, "TST-11 TST-12 TST-13 ERR-04"},
		{"policies", integration.OIDC, func(c *c) { c.Policies = []string{"military"} }, "TST-01 TST-03 TST-04 TST-12 TST-18 DAT-02 DAT-03 DAT-04 DAT-05"},
		{"environment", integration.OIDC, func(c *c) { c.Environment = integration.Production }, "RDY-03 TST-09 SES-02"},
		{"expected_api_host", integration.OIDC, func(c *c) { c.ExpectedAPIHost = "api.id.me" },
			"RDY-03 TST-01 TST-03 TST-08 TST-11 TST-12 TST-13 TST-15 ERR-04 DAT-02"},
		{"expected_api_host", integration.SAML2, func(c *c) { c.ExpectedAPIHost = "api.id.me" }, "RDY-03 TST-01 TST-15 TST-19 TST-20 DAT-02"},
		{"saml.certificate", integration.SAML2, func(c *c) { c.SAML.Certificate = "x" }, "TST-14 TST-17 TST-20"},
		{"saml.certificate", integration.OIDC, func(c *c) { c.SAML.Certificate = "x" }, ""}, // of another protocol
		{"saml.encryption", integration.SAML2, func(c *c) { c.SAML.Encryption = true }, "TST-14 TST-17 TST-20"},
		{"saml.acs_urls", integration.SAML2, func(c *c) { c.SAML.ACSURLs = []string{"https://a.example/acs"} },
			"TST-01 TST-17 TST-18 TST-19 TST-20 ERR-02 SES-03 SES-07 DAT-02"},
		{"saml.entity_id", integration.SAML2, func(c *c) { c.SAML.EntityID = "x" },
			"RDY-03 TST-01 TST-17 TST-19 ERR-02 SES-02 SES-06 SES-08 DAT-02"},
		{"redirect_uris", integration.SAML2, func(c *c) { c.RedirectURIs = []string{"https://a.example/back"} }, ""},
		{"payload_encryption", integration.OIDC, func(c *c) { c.SAML.Encryption, c.PayloadEncryption = true, false }, "TST-14"},
		{"uses.popup", integration.OIDC, func(c *c) { c.Uses.Popup = true }, "TST-02 CTX-02"},
		{"uses.fullpage", integration.OIDC, func(c *c) { c.Uses.FullPage = true }, "TST-02 CTX-02"},
		{"uses.groups_endpoint", integration.OIDC, func(c *c) { c.Uses.GroupsEndpoint = true }, "TST-12"},
		{"uses.refresh", integration.OIDC, func(c *c) { c.Uses.Refresh = false }, ""}, // TST-13 does not apply any more
		{"attributes", integration.OIDC, func(c *c) { c.Attributes = []integration.Attribute{{Handle: "zip"}} }, "TST-16 TST-18 DAT-03 DAT-04 DAT-05"},
		{"verification_methods", integration.OIDC, func(c *c) { c.VerificationMethods = []string{"passport"} }, "DAT-03 DAT-04"},
		{"use_cases", integration.OIDC, func(c *c) { c.UseCases = []integration.UseCase{integration.Group} }, "TST-18"},
		{"pages.start", integration.OIDC, func(c *c) { c.Pages.Start = "/x" }, "TST-01 TST-02 ERR-05 SES-01 SES-04 SES-05 CTX-01 CTX-02"},
		{"pages.landing", integration.OIDC, func(c *c) { c.Pages.Landing = "/x" }, "TST-08 TST-18 SES-01 SES-03 SES-07 DAT-02"},
		{"pages.denied", integration.OIDC, func(c *c) { c.Pages.Denied = "/x" }, "ERR-01"},
		{"pages.denied", integration.SAML2, func(c *c) { c.Pages.Denied = "/x" }, "ERR-02"},
		{"pages.error", integration.OIDC, func(c *c) { c.Pages.Error = "/x" }, "ERR-01 ERR-03 ERR-04"},
		{"pages.logout", integration.OIDC, func(c *c) { c.Pages.Logout = "/x" }, "SES-08"},
		{"hosts.own", integration.OIDC, func(c *c) { c.Hosts.Own = []string{"a.example"} }, "SES-07"},
		{"hosts.third_party", integration.OIDC, func(c *c) { c.Hosts.ThirdParty = []string{"b.example"} }, "SES-07"},
		{"hosts.production", integration.OIDC, func(c *c) { c.Hosts.Production = []string{"c.example"} }, "RDY-03 DAT-06"},
		{"links.privacy", integration.OIDC, func(c *c) { c.Links.Privacy = "https://a.example/p" }, "SES-06"},
		{"links.terms", integration.OIDC, func(c *c) { c.Links.Terms = "https://a.example/t" }, "SES-06"},
		{"links.faq", integration.OIDC, func(c *c) { c.Links.FAQ = "https://a.example/f" }, "SES-05"},
		{"links.test_link", integration.OIDC, func(c *c) { c.Links.TestLink = "https://a.example/l" }, "CTX-01"},
		{"test_users", integration.OIDC, func(c *c) { c.TestUsers = []string{"veteran"} }, "DAT-01"},
		{"contacts", integration.OIDC, func(c *c) { c.Contacts = []integration.Contact{{Name: "Sam"}} }, "CTX-03"},
		{"launch.date", integration.OIDC, func(c *c) { c.Launch.Date = "2026-12-14" }, "CTX-03 DAT-06"},
		{"launch.volume", integration.OIDC, func(c *c) { c.Launch.Volume = "many" }, "CTX-03"},
		{"release", integration.OIDC, func(c *c) { c.Release = "2.18.0" }, "RDY-02"},
		{"name", integration.OIDC, func(c *c) { c.Name = "x" }, ""},
		{"notes", integration.OIDC, func(c *c) { c.Notes = "x" }, ""},
		{"reveal.paths", integration.OIDC, func(c *c) { c.Reveal.Paths = []string{"/x"} }, ""},
		{"reveal.titles", integration.OIDC, func(c *c) { c.Reveal.Titles = []string{"x"} }, ""},
		{"reveal.error_text", integration.OIDC, func(c *c) { c.Reveal.ErrorText = []string{"x"} }, ""},
		{"uses.logout", integration.OIDC, func(c *c) { c.Uses.Logout = false }, ""},
	} {
		t.Run(tt.field+" of "+string(tt.protocol), func(t *testing.T) {
			t.Parallel()
			before := full(tt.protocol)
			after := before
			tt.change(&after)
			saved := integration.Diff(before, after)
			if !slices.ContainsFunc(saved, func(c integration.Change) bool { return c.Field == tt.field }) {
				t.Fatalf("%s did not change", tt.field)
			}
			if got := voided(Builtin().Voids(standAll(before, after), saved, after)); got != tt.want {
				t.Errorf("stale: %s\nwant:  %s", got, tt.want)
			}
		})
	}
}

// A change of the protocol is written apart: it also changes what applies.
func TestAnotherProtocolVoids(t *testing.T) {
	t.Parallel()
	before, after := full(integration.OAuth), full(integration.OIDC)
	want := "TST-01 TST-03 TST-04 TST-05 TST-07 TST-08 TST-10 TST-16 ERR-01 ERR-03 SES-01 SES-07 DAT-02 TST-06 TST-15"
	got := strings.Fields(voided(Builtin().Voids(standAll(before, after), integration.Diff(before, after), after)))
	if diff := cmp.Diff(slices.Sorted(slices.Values(strings.Fields(want))), slices.Sorted(slices.Values(got))); diff != "" {
		t.Errorf("stale (-want +got):\n%s", diff)
	}
}

func TestOnlyWhatSomebodyStandsForTurnsStale(t *testing.T) {
	t.Parallel()
	before := full(integration.OIDC)
	after := before
	after.Release = "2.18.0"
	for _, tt := range []struct {
		name  string
		state State
		stale bool
		want  string
	}{
		{"open", Open, false, ""}, {"returned", Returned, false, ""}, {"not applicable", NotApplicable, false, ""},
		{"claimed", Claimed, false, "RDY-02"}, {"accepted", Accepted, false, "RDY-02"}, {"accepted, stale already", Accepted, true, ""},
	} {
		all := standAll(before, after)
		for n := range all {
			all[n].Item.State, all[n].Item.Stale = tt.state, tt.stale
		}
		if got := voided(Builtin().Voids(all, integration.Diff(before, after), after)); got != tt.want {
			t.Errorf("%s: stale %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestVoidsNamesTheEvidence(t *testing.T) {
	t.Parallel()
	before := full(integration.OIDC)
	after := before
	after.RedirectURIs, after.Pages.Denied = []string{"https://secret.example/back"}, "/no"
	voids := Builtin().Voids(standAll(before, after), integration.Diff(before, after), after)
	n := slices.IndexFunc(voids, func(v Void) bool { return v.ItemID == "ERR-01" })
	if n < 0 {
		t.Fatal("ERR-01 is not stale")
	}
	want := Void{ItemID: "ERR-01", Fields: []string{"redirect_uris", "pages.denied"}, Proofs: []string{"ERR-01 error", "ERR-01 screenshot"}}
	if diff := cmp.Diff(want, voids[n]); diff != "" {
		t.Errorf("void (-want +got):\n%s", diff)
	}
	reason := voids[n].Reason(shownAt, 3, 4)
	if want := "The redirect URIs and the page after a refusal changed on 2 Mar 2026 UTC (description 3 to 4); this was shown before."; reason != want {
		t.Errorf("reason %q, want %q", reason, want)
	}
}

// Evidence that was left beside newer evidence of its kind voids nothing, and a
// change that is taken back voids nothing that was shown before it.
func TestWhatCountsStillKeepsTheItem(t *testing.T) {
	t.Parallel()
	before := full(integration.OIDC)
	after := before
	after.RedirectURIs = []string{"https://a.example/back"}
	changed := integration.Diff(before, after)
	item := Item{ID: "TST-10", By: ByPartner, Applies: true, State: Claimed}
	old, current := Proof{ID: "old", Kind: EvidenceRedirect, Changed: changed}, Proof{ID: "current", Kind: EvidenceRedirect}
	if got := Builtin().Voids([]Standing{{item, []Proof{old, current}}}, changed, after); len(got) != 0 {
		t.Errorf("stale although the newer evidence counts: %+v", got)
	}
	policies := integration.Change{Field: "policies"}
	if got := Builtin().Voids([]Standing{{item, []Proof{old}}}, []integration.Change{policies}, after); len(got) != 0 {
		t.Errorf("stale by a save that changed something else: %+v", got)
	}
	item.Applies = false // it was ruled out when the redirect URIs changed, and applies again now
	if got := Builtin().Voids([]Standing{{item, []Proof{old}}}, []integration.Change{policies}, after); len(got) != 1 {
		t.Error("not stale although it rests on what changed while it did not apply")
	}
}

func TestAged(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	for _, tt := range []struct {
		name  string
		proof Proof
		after time.Duration
		stale bool
	}{
		{"young", Proof{Kind: EvidenceDeclaration, ReceivedAt: shownAt}, 60 * day, false},
		{"too old", Proof{Kind: EvidenceDeclaration, ReceivedAt: shownAt}, 60*day + time.Minute, true},
	} {
		item := Item{ID: "RDY-02", Applies: true, State: Accepted}
		got := Builtin().Aged([]Standing{{item, []Proof{tt.proof}}}, shownAt.Add(tt.after))
		if (got["RDY-02"] != "") != tt.stale {
			t.Errorf("%s: stale %q, want %v", tt.name, got["RDY-02"], tt.stale)
		}
	}
	old, young := Proof{Kind: EvidenceDeclaration, ReceivedAt: shownAt}, Proof{Kind: EvidenceDeclaration, ReceivedAt: shownAt.Add(30 * day)}
	for state, want := range map[State]int{Open: 0, Returned: 0, NotApplicable: 0, Claimed: 1, Accepted: 1} {
		item := Item{ID: "RDY-02", Applies: true, State: state}
		if got := Builtin().Aged([]Standing{{item, []Proof{old}}}, shownAt.Add(61*day)); len(got) != want {
			t.Errorf("%s: %d items too old, want %d", state, len(got), want)
		}
		if got := Builtin().Aged([]Standing{{item, []Proof{young, old}}}, shownAt.Add(61*day)); len(got) != 0 {
			t.Errorf("%s: too old although younger evidence is there", state)
		}
	}
	if got := Builtin().Aged([]Standing{{Item{ID: "TST-05", Applies: true, State: Accepted}, []Proof{old}}}, shownAt.Add(4000*day)); len(got) != 0 {
		t.Error("an item without an age limit grew too old")
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	r, _ := Builtin().Requirement("ERR-01")
	changed := []integration.Change{{Field: "redirect_uris"}}
	capture := Proof{Kind: EvidenceError, Changed: changed, ReceivedAt: shownAt}
	picture := Proof{Kind: EvidenceScreenshot, Changed: changed, ReceivedAt: shownAt}
	for name, tt := range map[string]struct {
		proofs []Proof
		now    time.Time
		want   string
	}{
		"nothing":         {nil, shownAt, "evidence is missing: Capture of a sign-in with consent denied."},
		"one slot":        {[]Proof{picture}, shownAt, "evidence is missing: Capture of a sign-in with consent denied."},
		"void":            {[]Proof{capture, picture}, shownAt, "evidence has to be shown again: Capture of a sign-in with consent denied. The redirect URIs changed since this was shown."},
		"void, and newer": {[]Proof{capture, picture, {Kind: EvidenceError, ReceivedAt: shownAt}}, shownAt, ""},
		"newer, and void": {[]Proof{{Kind: EvidenceError, ReceivedAt: shownAt}, capture, picture}, shownAt, ""},
		"too old":         {[]Proof{{Kind: EvidenceError, ReceivedAt: shownAt}, picture}, shownAt.AddDate(0, 0, 91), "evidence has to be shown again: Capture of a sign-in with consent denied. This is from 2 Mar 2026 UTC and counts for 90 days."},
	} {
		if got := r.Missing(tt.proofs, integration.OIDC, tt.now); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// Every requirement says what it rests on, or that it rests on nothing, by
// fields that there are; every field that is rested on has words.
func TestBuiltinRestsOn(t *testing.T) {
	t.Parallel()
	all := integration.Fields()
	for _, f := range all {
		if _, ok := integration.FieldWords(f); !ok {
			t.Errorf("the field %s has no words", f)
		}
	}
	check := func(where string, names []string) {
		for n, name := range names {
			if !slices.ContainsFunc(all, func(f string) bool { return f == name || strings.HasPrefix(f, name+".") }) {
				t.Errorf("%s rests on %s, which is no field of the description", where, name)
			}
			if slices.Contains(names[:n], name) {
				t.Errorf("%s rests on %s twice", where, name)
			}
		}
	}
	for _, r := range Builtin().Requirements {
		if r.RestsOn == nil {
			t.Errorf("%s does not say what its evidence rests on; write [] for nothing", r.ID)
		}
		check(r.ID, r.RestsOn)
		for _, s := range r.Evidence {
			check(r.ID+" "+string(s.Kind), s.RestsOn)
		}
		if (r.MaxAgeDays > 0) != (sentences(r.MaxAgeWhy) == 1) || r.MaxAgeDays < 0 || r.MaxAgeDays > 400 {
			t.Errorf("%s counts for %d days because of %q: a limit has a reason of one sentence, and only a limit has", r.ID, r.MaxAgeDays, r.MaxAgeWhy)
		}
	}
}

func TestBuiltinRestsOnIsStatedWhereItIsNothing(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(b), "\n    rests_on: ["); n != len(Builtin().Requirements) {
		t.Errorf("%d requirements say what they rest on, want %d", n, len(Builtin().Requirements))
	}
	r, _ := Builtin().Requirement("TST-16")
	if got := r.Touched(EvidenceDeclaration, integration.OIDC, []integration.Change{{Field: "attributes"}}); len(got) != 0 {
		t.Errorf("a slot that rests on nothing is touched by %v", got)
	}
}

func TestOlderRelease(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		recorded, described string
		want                bool
	}{{"2.17", "2.18", true}, {"2.18", "2.18", false}, {"", "2.18", false}, {"2.17", "", false}} {
		if got := OlderRelease(tt.recorded, tt.described); got != tt.want {
			t.Errorf("recorded with %q, described as %q: %v", tt.recorded, tt.described, got)
		}
	}
}
