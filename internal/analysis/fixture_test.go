package analysis_test

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
	"gopkg.in/yaml.v3"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// The fixtures in testdata/rules hold one rule each. A case is a set of files
// NAME.run, NAME.round, NAME.config and NAME.golden; NAME begins with the verdict
// that is expected. A run is written as one entry per line, with what else is to
// be said about it indented below:
//
//	capture c1 round=r1 by=server limits=tail,bodies
//	GET https://rp.example/login -> 302 https://idp.example/authorize?{client}&state=~state.A
//	  header: Referer: https://rp.example/
//	  answer: Cache-Control: no-store
//	  cookie: ~name.A=~cookie.A
//	  set-cookie: ~name.A=~cookie.B; Path=/; Secure; HttpOnly; SameSite=Lax
//	  form: grant_type=authorization_code&code=~code.A
//	  body: {"grant_type":"authorization_code"}
//	  answer: Cache-Control: no-store
//	  json: {"access_token":"~token.A"}
//	  type: image
//	  facts: page visible_chars=12 retry_control
//
// {client} stands for the parameters of the integration's client; ~state.A for a
// pseudonym of which the key is sixteen times A. The facts "page", "checked" and
// "response" stand for what the redactor says of an ordinary page, of a good request
// and of a good Response, "refusal" of one without success, "signed" of a good
// id_token; {guarded} stands for the attributes of a well-guarded cookie. Body and json
// are the skeletons of a request's and a response's JSON; answer is a header of the response.
//
// {authn A} stands for an AuthnRequest with the ID ~saml.A, as redaction leaves it in a
// query or form, and {response B to A} for the Response to it with the ID ~saml.B;
// without "to A" nobody asked for it. NAME=VALUE in the braces puts another value for
// the field saml.NAME, and NAME= none; status=Responder/AuthnFailed gives both codes and
// leaves out what stands in an assertion. An integration described as SAML has
// the service https://rp.example/acs; fixtures of the rules SA have no other.
//
// An entry is a document unless its type says otherwise; a failed one ends in
// "-> failed". Entries follow each other by 100 milliseconds, one with "after: 10s"
// by so much more.
type fixture struct {
	rule  string
	path  string
	about string
	cases []fixtureCase
}

type fixtureCase struct {
	name       string
	cfg        integration.Config
	run, round []analysis.Input
	golden     string
}

func (c fixtureCase) verdict() analysis.Verdict {
	name, _, _ := strings.Cut(c.name, "-")
	return analysis.Verdict(name)
}

const clientParams = "client_id=client-1&response_type=code&redirect_uri=https://rp.example/cb&scope=openid+identity"

// baseConfig is the integration that a case changes by its .config.
func baseConfig() integration.Config {
	return integration.Config{
		Format: integration.Format, Name: "Example", Protocol: integration.OIDC,
		UseCases: []integration.UseCase{integration.Identity}, Environment: integration.Sandbox,
		ExpectedAPIHost: "idp.example",
		Client:          integration.Client{ID: "client-1", Type: integration.ConfidentialClient},
		RedirectURIs:    []string{"https://rp.example/cb"},
		SAML:            integration.SAML{EntityID: "https://rp.example/metadata", ACSURLs: []string{"https://rp.example/acs"}},
		Policies:        []string{"identity"},
		Pages:           integration.Pages{Start: "/", Landing: "/home", Denied: "/declined", Error: "/problem"},
		Hosts:           integration.Hosts{Own: []string{"rp.example"}},
	}
}

// configOf is the one for the fixtures of a rule.
func configOf(rule string) integration.Config {
	cfg := baseConfig()
	if strings.HasPrefix(rule, "SA-") {
		cfg.Protocol = integration.SAML2
	}
	return cfg
}

func loadFixtures(t *testing.T) []fixture {
	t.Helper()
	paths, err := filepath.Glob("testdata/rules/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no fixtures in testdata/rules (%v)", err)
	}
	var out []fixture
	for _, path := range paths {
		out = append(out, loadFixture(t, path))
	}
	return out
}

func loadFixture(t *testing.T, path string) fixture {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	fx := fixture{
		rule: strings.TrimSuffix(filepath.Base(path), ".txtar"), path: path,
		about: strings.TrimSpace(string(archive.Comment)),
	}
	for _, file := range archive.Files {
		name, kind, _ := strings.Cut(file.Name, ".")
		i := slices.IndexFunc(fx.cases, func(c fixtureCase) bool { return c.name == name })
		if i < 0 {
			i = len(fx.cases)
			fx.cases = append(fx.cases, fixtureCase{name: name, cfg: configOf(fx.rule)})
		}
		c := &fx.cases[i]
		switch kind {
		case "run":
			c.run = parseRun(t, path, string(file.Data))
		case "round":
			c.round = parseRun(t, path, string(file.Data))
		case "config":
			if err := yaml.Unmarshal(file.Data, &c.cfg); err != nil {
				t.Fatalf("%s: %s: %v", path, file.Name, err)
			}
		case "golden":
			c.golden = string(file.Data)
		default:
			t.Fatalf("%s: file %s is none of run, round, config, golden", path, file.Name)
		}
	}
	for _, c := range fx.cases {
		for i := range c.run {
			if m := &c.run[i].T.Meta; m.IntegrationDigest == "this" {
				m.IntegrationDigest = integration.Digest(c.cfg)
			}
		}
	}
	return fx
}

// saveGolden writes the cases' golden files anew, for -update.
func saveGolden(t *testing.T, fx fixture, golden map[string]string) {
	t.Helper()
	archive, err := txtar.ParseFile(fx.path)
	if err != nil {
		t.Fatal(err)
	}
	var files []txtar.File
	for i, file := range archive.Files {
		name, kind, _ := strings.Cut(file.Name, ".")
		if kind != "golden" {
			files = append(files, file)
		}
		last := i+1 == len(archive.Files)
		if !last {
			next, _, _ := strings.Cut(archive.Files[i+1].Name, ".")
			last = next != name
		}
		if last {
			files = append(files, txtar.File{Name: name + ".golden", Data: []byte(golden[name])})
		}
	}
	archive.Files = files
	if err := os.WriteFile(fx.path, txtar.Format(archive), 0o600); err != nil {
		t.Fatal(err)
	}
}

var fixtureStart = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func parseRun(t testing.TB, path, text string) []analysis.Input {
	t.Helper()
	var out []analysis.Input
	at := fixtureStart
	newCapture := func(id string) {
		out = append(out, analysis.Input{
			ID: id, Scenario: "happy_path", RedactedBy: analysis.ByServer,
			T: &transcript.Transcript{Meta: transcript.Meta{Format: transcript.Format, Policy: transcript.Policy, Round: "r1"}},
		})
	}
	for i, line := range strings.Split(text, "\n") {
		bad := func(what string) { t.Fatalf("%s: line %d of a run: %s: %s", path, i+1, what, line) }
		switch {
		case strings.TrimSpace(line) == "":
			continue
		case strings.HasPrefix(line, "capture "):
			words := strings.Fields(line)
			newCapture(words[1])
			if !applyOptions(&out[len(out)-1], words[2:]) {
				bad("unknown option")
			}
			continue
		}
		if len(out) == 0 {
			newCapture("c1")
		}
		tr := out[len(out)-1].T
		if wait, found := strings.CutPrefix(strings.TrimSpace(line), "after: "); found && len(tr.Entries) > 0 {
			d, err := time.ParseDuration(wait)
			if err != nil {
				bad(err.Error())
			}
			at = at.Add(d)
			last := &tr.Entries[len(tr.Entries)-1]
			last.StartedAt = last.StartedAt.Add(d)
			continue
		}
		if strings.HasPrefix(line, " ") {
			if len(tr.Entries) == 0 || !applyDetail(&tr.Entries[len(tr.Entries)-1], strings.TrimSpace(line)) {
				bad("unknown detail")
			}
			continue
		}
		e, ok := parseEntry(line)
		if !ok {
			bad("not METHOD URL -> STATUS [LOCATION]")
		}
		e.Index, e.StartedAt = len(tr.Entries), at
		at = at.Add(100 * time.Millisecond)
		tr.Entries = append(tr.Entries, e)
	}
	return out
}

func parseEntry(line string) (transcript.Entry, bool) {
	request, answer, found := strings.Cut(expand(line), " -> ")
	method, target, ok := strings.Cut(request, " ")
	if !found || !ok {
		return transcript.Entry{}, false
	}
	e := transcript.Entry{TimeMS: 20, ResourceType: "document", Facts: transcript.Facts{}}
	e.Request = transcript.Request{Method: method, URL: target}
	e.Request.Headers = []transcript.Field{{Name: "Accept", Value: "text/html"}}
	rest, fragment, _ := strings.Cut(target, "#")
	_, query, _ := strings.Cut(rest, "?")
	e.Request.Query, e.Request.Fragment = parseParams(query), parseParams(fragment)
	if answer == "failed" {
		e.Failed = true
		return e, true
	}
	status, location, _ := strings.Cut(answer, " ")
	code, err := strconv.Atoi(status)
	e.Response = &transcript.Response{Status: code, RedirectURL: location}
	return e, err == nil
}

func parseParams(s string) []transcript.Field {
	var out []transcript.Field
	for pair := range strings.SplitSeq(s, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		if v, err := url.QueryUnescape(value); err == nil {
			value = v
		}
		out = append(out, transcript.Field{Name: name, Value: value})
	}
	return out
}

func applyDetail(e *transcript.Entry, line string) bool {
	kind, text, _ := strings.Cut(line, ": ")
	text = expand(text)
	switch kind {
	case "type":
		e.ResourceType = text
		if text == "unknown" {
			e.ResourceType = ""
		}
	case "header":
		name, value, _ := strings.Cut(text, ": ")
		e.Request.Headers = append(e.Request.Headers, transcript.Field{Name: name, Value: value})
	case "page":
		e.PageRef = text
	case "no-headers":
		e.Request.Headers = nil
	case "form":
		e.Request.Form = parseParams(text)
	case "body":
		e.Request.BodyText = text
	case "answer", "cookie", "set-cookie", "listed-cookie", "json":
		return applyAnswer(e, kind, text)
	case "facts":
		return applyFacts(e.Facts, strings.Fields(text))
	default:
		return false
	}
	return true
}

var factMacros = map[string]string{
	"page":     "body_kind=html visible_chars=240 scripts=0 stack_trace=false raw_error_text=false retry_control=false help_link=false brand_control=false nameless_controls=0 about_link=false",
	"response": "saml_success saml_encrypted=false saml_signed saml_signed_part=response saml_signature_alg=rsa-sha256 saml_sha1=false saml_assertions=1 saml_attributes=4 saml_times_ok saml_window_seconds=360 saml_destination_ok saml_recipient_registered saml_audience_registered",
	"refusal":  "saml_success=false saml_encrypted=false saml_signed saml_signed_part=response saml_signature_alg=rsa-sha256 saml_sha1=false saml_assertions=0 saml_attributes=0 saml_destination_ok",
	"checked":  "redirect_uri_registered redirect_uri_query=false redirect_uri_fragment=false redirect_uri_wildcard=false redirect_uri_ip=false state_chars=43 state_bits=256 challenge_form",
	"signed":   "id_token_alg=RS256 id_token_unsigned=false id_token_iss_https id_token_aud id_token_times_ok",
}

func applyFacts(facts transcript.Facts, words []string) bool {
	for _, w := range words {
		if macro, found := factMacros[w]; found {
			if !applyFacts(facts, strings.Fields(macro)) {
				return false
			}
			continue
		}
		name, text, found := strings.Cut(w, "=")
		var value any = text
		if n, err := strconv.Atoi(text); err == nil {
			value = n
		} else if b, err := strconv.ParseBool(text); err == nil {
			value = b
		} else if !found {
			value = true
		}
		checked, known := transcript.CheckFact(transcript.Fact(name), value)
		if !known {
			return false
		}
		facts[transcript.Fact(name)] = checked
	}
	return true
}

// expand puts the client's parameters for {client} and sixteen letters for the
// one of a written pseudonym; shorten is the way back.
func expand(s string) string {
	s = expandMessages(strings.ReplaceAll(strings.ReplaceAll(s, "{client}", clientParams), "{guarded}", "Path=/; Secure; HttpOnly; SameSite=Lax"))
	return shortPseudonym.ReplaceAllStringFunc(s, func(short string) string {
		class, letters, _ := strings.Cut(short, ".")
		if len(letters) > 1 {
			return short
		}
		return class + "." + strings.Repeat(letters, transcript.KeyChars)
	})
}

var shortPseudonym = regexp.MustCompile(`~(?:` + strings.Join(transcript.Classes, "|") + `)\.[A-Z]+`)

func shorten(s string) string {
	for letter := 'A'; letter <= 'Z'; letter++ {
		s = strings.ReplaceAll(s, "."+strings.Repeat(string(letter), transcript.KeyChars), "."+string(letter))
	}
	return s
}
