package redact_test

import (
	"bytes"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/capture"
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
	members := []string{`"id_token.claims":{"iss":"https://localhost/"}`, `"id_token.header":{"alg":"RS256"}`, `"jwt.header":{"alg":"RS256"}`, `"jwt.claims":{"iss":"x"}`}
	for _, name := range transcript.DerivedNames {
		form.Set(name, "Response")
		members = append(members, `"`+name+`":"Response"`)
	}
	r := redact.New(options(nil))
	posted := harEntry("POST", "https://localhost/?"+form.Encode(), form.Encode())
	answered := withBody("application/json", "{"+strings.Join(members, ",")+"}")
	once := redacted(t, r, harOf(posted, answered))
	for _, name := range append([]string{"id_token.claims", "id_token.header", "jwt.header", "jwt.claims"}, transcript.DerivedNames...) {
		if strings.Contains(string(once), name) {
			t.Errorf("%s was sent by hand and is in the output", name)
		}
	}
	if report := secondPass(t, withNames(options(nil), r.Names()), once); report.Total() != 0 || len(report.Contradictions) != 0 {
		t.Errorf("the second pass takes away %+v and doubts %+v", report.Items, report.Contradictions)
	}
}

// ourHead is how a file begins that says who wrote it.
const ourHead = `{"log":{"version":"1.2","creator":{"name":"proofwalk","version":"0.1.0"},`

// withMarker says of a file that it was redacted before.
func withMarker(har []byte) []byte {
	const marker = `,"_proofwalk":{"format":1,"policy":3,"round":"` + round + `","redactor":{"name":"proofwalk","version":"0.1.0"},"source":{"kind":"har","exporter":"chrome","limits":[]},"integration_digest":""}}}`
	return append([]byte(ourHead), append(bytes.TrimPrefix(bytes.TrimSuffix(har, []byte(`,"version":"1.2"}}`)), []byte(`{"log":{`)), marker...)...)
}

// Facts are taken over from a file that says who redacted it, and from no
// other: they would get the marker of this redaction.
func TestFactsWithoutMarkerAreRefused(t *testing.T) {
	t.Parallel()
	once := redacted(t, redact.New(options(nil)), harOf(harEntry("GET", "https://localhost/", ""), harEntry("GET", "https://localhost/", "")))
	end := bytes.LastIndex(once, []byte(`,"_proofwalk":`))
	for name, file := range map[string][]byte{
		"no marker": append(bytes.Clone(once[:end]), "}}"...),
		"cut off":   once[:bytes.LastIndex(once, []byte(`{"startedDateTime"`))],
	} {
		var out bytes.Buffer
		_, err := redact.New(options(nil)).HAR(&out, bytes.NewReader(file), capture.Limits{})
		if known := (*apperr.Error)(nil); !errors.As(err, &known) || known.Kind != apperr.Invalid || !strings.Contains(known.Text, "facts") {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}

// In a file that does not begin as ours do, an entry with facts is raw: the facts
// are dropped, and what only looks like a pseudonym is hashed.
func TestFactsOfARawFileAreDropped(t *testing.T) {
	t.Parallel()
	forged := harEntry("GET", "https://localhost/?state=~state.ABCDEFGHIJKLMNOP", "")
	forged["_facts"] = map[string]any{"stack_trace": true, "host_role": "partner"}
	e, report := oneReported(t, forged)
	if _, has := e.Facts[transcript.FactStackTrace]; has || e.Facts.Code(transcript.FactHostRole) != "loopback" || report.Again != 0 {
		t.Errorf("the facts are %v, %d entries came with facts", e.Facts, report.Again)
	}
	if got := param(e.Request.Query, "state"); got == "~state.ABCDEFGHIJKLMNOP" || got == "" {
		t.Errorf("the state is %q", got)
	}
}
