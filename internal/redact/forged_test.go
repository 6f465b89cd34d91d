package redact_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// A secret that equals a registered value is hidden: in clear it would tell
// what it is.
func TestSecretThatEqualsARegisteredValue(t *testing.T) {
	t.Parallel()
	cfg := config(t, "right")
	for name, want := range map[string]string{"password": "~secret", "client_secret": "~secret", "login_hint": "~pii", "client_id": cfg.Client.ID} {
		pair := url.Values{name: {cfg.Client.ID}}.Encode()
		e := registered(t, harEntry("POST", "https://localhost/?"+pair, pair))
		if got := param(e.Request.Query, name); got != want {
			t.Errorf("%s of a query is %q, want %q", name, got, want)
		}
		if got := param(e.Request.Form, name); got != want {
			t.Errorf("%s of a form is %q, want %q", name, got, want)
		}
	}
}

// registered redacts one entry for the integration "right".
func registered(t *testing.T, entry map[string]any) transcript.Entry {
	t.Helper()
	return parsed(t, redacted(t, redact.New(options(config(t, "right"))), harOf(entry))).Entries[0]
}

// The names of derived fields are unknown names where somebody else sends them.
func TestDerivedFieldsAreNotForged(t *testing.T) {
	t.Parallel()
	form := url.Values{}
	members := []string{`"id_token.claims":{"iss":"https://localhost/"}`, `"id_token.header":{"alg":"RS256"}`}
	for _, name := range transcript.DerivedNames {
		form.Set(name, "Response")
		members = append(members, `"`+name+`":"Response"`)
	}
	r := redact.New(options(nil))
	posted := harEntry("POST", "https://localhost/?"+form.Encode(), form.Encode())
	answered := withBody("application/json", "{"+strings.Join(members, ",")+"}")
	once := redacted(t, r, harOf(posted, answered))
	for _, name := range append([]string{"id_token.claims", "id_token.header"}, transcript.DerivedNames...) {
		if strings.Contains(string(once), name) {
			t.Errorf("%s was sent by hand and is in the output", name)
		}
	}
	if report := secondPass(t, withNames(options(nil), r.Names()), once); report.Total() != 0 || len(report.Contradictions) != 0 {
		t.Errorf("the second pass takes away %+v and doubts %+v", report.Items, report.Contradictions)
	}
}
