package web_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

// setup is the answer to a redactor of the partner's side.
type setup struct {
	Round                string
	Key                  []byte
	Names                json.RawMessage
	Integration          integration.Config
	IntegrationDigest    string `json:"integration_digest"`
	ConfigurationVersion int    `json:"configuration_version"`
	MayDeclare           bool   `json:"may_declare"`
}

// refusal is what a script of a page reads when something is not taken.
type refusal struct {
	Title, Location string
	Again           bool
	Errors          []struct{ Field, Text string }
}

// ask posts as a script of a page does and reads the JSON answer.
func (v *visitor) ask(path, contentType string, body []byte, answer any) int {
	v.t.Helper()
	req, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, v.site.Origin+path, bytes.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", contentType)
	res, err := v.client.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(answer); err != nil {
		v.t.Fatalf("%s answers %d with what is no JSON: %v", path, res.StatusCode, err)
	}
	return res.StatusCode
}

func (r *recorded) setup(v *visitor) (s setup) {
	v.t.Helper()
	if status := v.ask(strings.TrimSuffix(r.uploadPath(r.run), "capture")+"redactor", "application/x-www-form-urlencoded", nil, &s); status != http.StatusOK {
		v.t.Fatalf("the setup is answered with %d", status)
	}
	return s
}

// redact is what the upload page does with a file.
func (s setup) redact(t *testing.T, raw []byte) (redacted, names []byte) {
	t.Helper()
	table := redact.NewNameTable()
	if err := json.Unmarshal(s.Names, table); err != nil {
		t.Fatal(err)
	}
	r := redact.New(redact.Options{Config: &s.Integration, Digest: s.IntegrationDigest, Key: [32]byte(s.Key), Round: s.Round, Names: table,
		Name: redact.BrowserName, Version: "test"})
	var out bytes.Buffer
	if _, err := r.HAR(&out, bytes.NewReader(raw), capture.Limits{}); err != nil {
		t.Fatal(err)
	}
	names, err := json.Marshal(r.Names())
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), names
}

// sendRedacted posts what the upload page sends.
func (v *visitor) sendRedacted(path string, names, redacted []byte) (int, refusal) {
	v.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("kind", "browser") // a buffer never gives an error
	if names != nil {
		_ = form.WriteField("names", string(names))
	}
	part, _ := form.CreateFormFile("file", "capture.redacted.har")
	_, _ = part.Write(redacted)
	_ = form.Close()
	var answer refusal
	status := v.ask(path, form.FormDataContentType(), body.Bytes(), &answer)
	return status, answer
}

func (r *recorded) forbidRaw(t *testing.T) {
	t.Helper()
	if err := store.SaveRawUploads(t.Context(), r.Store.Pool(), auth.System().Scope(), r.partner, 1, app.RawUploadsForbidden); err != nil {
		t.Fatal(err)
	}
}

// A file that the page redacted with the round's key is taken where raw ones
// are forbidden, and compares with what another page redacted.
func TestAPageRedactsForTheRound(t *testing.T) {
	t.Parallel()
	r := newRecorded(t, "right", "happy-path")
	r.forbidRaw(t)
	v := r.as(t, r.member)
	first := r.setup(v)
	if len(first.Key) != 32 || first.MayDeclare || first.ConfigurationVersion != 1 || first.Integration.Client.ID == "" {
		t.Fatalf("the setup lacks something, or lets a member declare: version %d", first.ConfigurationVersion)
	}
	redacted, names := first.redact(t, testFile(t, "captures", "recorded", "right-happy-path.har"))
	status, answer := v.sendRedacted(r.uploadPath(r.run), names, redacted)
	if status != http.StatusCreated || !strings.HasSuffix(answer.Location, "?added=1") {
		t.Fatalf("answered with %d, %+v", status, answer)
	}
	page := v.get(answer.Location)
	page.wants(http.StatusOK, "Run 1: happy path")
	if report := page.text("#redaction tbody"); !strings.Contains(report, "counted by the server in the redacted transcript") || !strings.Contains(report, "Parameters and fields 12") {
		t.Errorf("the redaction report is %q", report)
	}
	if c := r.captures(t); len(c) != 1 || c[0].Digest != fmt.Sprintf("%x", sha256.Sum256(redacted)) {
		t.Error("what is stored is not, byte for byte, what the page redacted")
	}
	if c := r.captures(t); len(c) != 1 || c[0].RedactedBy != "partner_browser" || c[0].RoundID.String() != first.Round {
		t.Fatalf("stored: %+v", c)
	}

	// A page that was set up before the first file came must not number names anew.
	second, otherNames := first.redact(t, testFile(t, "captures", "recorded", "right-second-happy-path.har"))
	run := r.newRun(t, "returning-user", "passport")
	if status, answer = v.sendRedacted(r.uploadPath(run), otherNames, second); status != http.StatusConflict || !answer.Again {
		t.Errorf("an old table of names is answered with %d, %+v", status, answer)
	}
	second, otherNames = r.setup(v).redact(t, testFile(t, "captures", "recorded", "right-second-happy-path.har"))
	if status, answer = v.sendRedacted(r.uploadPath(run), otherNames, second); status != http.StatusCreated {
		t.Errorf("redacted anew it is answered with %d, %+v", status, answer)
	}
	if got := r.actions(t); strings.Count(got, "redactor.hand_over") != 2 {
		t.Errorf("the audit log has %q", got)
	}
}

// What is put back by hand is found again, and so is a table that is none.
func TestASecondPassRefusesWhatIsLeft(t *testing.T) {
	t.Parallel()
	r := newRecorded(t, "right", "happy-path")
	r.forbidRaw(t)
	v := r.as(t, r.member)
	s := r.setup(v)
	redacted, names := s.redact(t, testFile(t, "captures", "recorded", "right-happy-path.har"))
	const secret = "hunter2hunter2hunter2"
	for name, tc := range map[string]struct {
		file, names []byte
		place       string
	}{
		"a value":       {bytes.Replace(redacted, []byte(`{"name":"Accept","value":"`), []byte(`{"name":"Accept","value":"`+secret), 1), names, "request header"},
		"a host":        {bytes.Replace(redacted, []byte(`"url":"https://`), []byte(`"url":"https://`+secret+`.example/`), 1), names, "request url"},
		"a fact":        {bytes.Replace(redacted, []byte(`"redirect_uri_registered":true`), []byte(`"redirect_uri_registered":false`), 1), names, "redirect uri registered is not what the entry shows"},
		"facts only":    {bytes.Replace(redacted, []byte(`"_proofwalk":{`), []byte(`"_proofwalks":{`), 1), names, ""},
		"another round": {bytes.Replace(redacted, []byte(s.Round), []byte("00000000-0000-4000-8000-000000000000"), 1), nil, ""},
		"no table":      {redacted, []byte("{"), ""},
		"a long table":  {redacted, bytes.Repeat([]byte(" "), app.MaxNamesBytes+1), ""},
		"a raw file":    {testFile(t, "captures", "recorded", "right-happy-path.har"), names, ""},
	} {
		status, answer := v.sendRedacted(r.uploadPath(r.run), tc.names, tc.file)
		if status != http.StatusUnprocessableEntity || answer.Again || answer.Title == "" || tc.place != "" && len(answer.Errors) == 0 {
			t.Errorf("%s: answered with %d, %+v", name, status, answer)
			continue
		}
		text := answer.Title
		for _, e := range answer.Errors {
			text += " " + e.Text
		}
		if !strings.Contains(text, tc.place) || strings.Contains(text, secret) {
			t.Errorf("%s: says %q, which should name the place and no value", name, text)
		}
	}
	if got := r.captures(t); len(got) != 0 {
		t.Errorf("%d captures were stored", len(got))
	}
}

// An admin of the partner declares what was hidden in one step; a member does
// not, and neither does a form that was made under an older description.
func TestDeclareWhatWasHidden(t *testing.T) {
	t.Parallel()
	r := newRecorded(t, "right", "happy-path")
	path := "/integrations/" + r.integration.String() + "/reveal"
	form := url.Values{"own_host": {"shop.example.net"}, "path": {"/members/area"}, "title": {"Our sign-in"}, "configuration_version": {"1"}}
	declare := func(v *visitor) (int, map[string]any) {
		answer := map[string]any{}
		return v.ask(path, "application/x-www-form-urlencoded", []byte(form.Encode()), &answer), answer
	}
	member := r.as(t, r.member)
	if status, answer := declare(member); status != http.StatusForbidden || answer["title"] == nil {
		t.Errorf("a member is answered with %d, %v", status, answer)
	}
	provider := r.as(t, testkit.ProviderUser(t, r.App, "Morgan", auth.ProviderAdmin))
	if status, answer := declare(provider); status != http.StatusForbidden {
		t.Errorf("an admin of the provider is answered with %d, %v", status, answer)
	}
	admin := r.as(t, testkit.Member(t, r.App, r.partner, "Ada", auth.PartnerAdmin))
	if status, answer := declare(admin); status != http.StatusOK || answer["configuration_version"] != 2.0 {
		t.Fatalf("an admin is answered with %d, %v", status, answer)
	}
	if status, answer := declare(admin); status != http.StatusConflict {
		t.Errorf("a form of the version before is answered with %d, %v", status, answer)
	}
	form.Set("configuration_version", "2")
	if status, answer := declare(admin); status != http.StatusOK || answer["configuration_version"] != 2.0 {
		t.Errorf("what is declared already is answered with %d, %v", status, answer)
	}
	i, err := store.FindIntegration(t.Context(), r.Store.Reader(), auth.System().Scope(), r.integration)
	if err != nil {
		t.Fatal(err)
	}
	s := r.setup(admin)
	if s.ConfigurationVersion != 2 || !s.MayDeclare || s.IntegrationDigest != i.ConfigDigest {
		t.Errorf("the setup is of version %d", s.ConfigurationVersion)
	}
	raw := `{"log":{"entries":[{"startedDateTime":"2026-03-01T10:00:00.000Z","request":{"method":"GET","url":"https://shop.example.net/members/area"},"response":{"status":200}}]}}`
	if redacted, _ := s.redact(t, []byte(raw)); !strings.Contains(string(redacted), "https://shop.example.net/members/area") {
		t.Error("what was declared is still hidden")
	}
	for _, bad := range []url.Values{{"configuration_version": {"2"}}, {"path": {"/x"}}, {"own_host": {"not a host"}, "configuration_version": {strconv.Itoa(2)}}} {
		var answer refusal
		if status := admin.ask(path, "application/x-www-form-urlencoded", []byte(bad.Encode()), &answer); status != http.StatusUnprocessableEntity || answer.Title == "" {
			t.Errorf("%v is answered with %d, %+v", bad, status, answer)
		}
	}
}
