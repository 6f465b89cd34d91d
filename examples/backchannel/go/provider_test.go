package backchannel_test

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	backchannel "github.com/proofwalk/proofwalk/examples/backchannel/go"
	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/leaktest/dig"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

const (
	round = "aaaaaaaabbbbbbbbccccccccdd"
	key   = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
)

// realProvider is what tools/node/record/exporters.mjs says of the provider that
// it runs.
type realProvider struct {
	Issuer string
	Client struct {
		ID           string   `json:"client_id"`
		Secret       string   `json:"client_secret"`
		RedirectURIs []string `json:"redirect_uris"`
	}
	Person  map[string]string
	SignIns []signIn
	Lines   string // of the exporter for Node
	Tokens  map[string]any
}

// signIn is one sign-in with what the browser saw of it.
type signIn struct {
	State, Nonce, Verifier, Code string
	HAR                          json.RawMessage
}

// startProvider runs npm oidc-provider until the test ends.
func startProvider(t *testing.T) realProvider {
	t.Helper()
	const tools = "../../../tools/node"
	if _, err := os.Stat(filepath.Join(tools, "node_modules/oidc-provider")); err != nil {
		t.Fatal("tools/node is not installed: make setup does it")
	}
	cmd := exec.CommandContext(t.Context(), "node", "record/exporters.mjs")
	cmd.Dir = tools
	cmd.Env = append(os.Environ(), backchannel.Variable+"="+round+":"+key)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	var p realProvider
	if err := json.NewDecoder(bufio.NewReader(out)).Decode(&p); err != nil || len(p.SignIns) != 2 {
		t.Fatalf("the provider does not run: %v", err)
	}
	return p
}

// exchange is what a relying party's server does with a code: the same four
// calls as in exporters.mjs. It gives the tokens.
func (p realProvider) exchange(t *testing.T, client *http.Client, s signIn) map[string]any {
	t.Helper()
	call := func(path, bearer string, form url.Values) (answer map[string]any) {
		var body io.Reader
		method := http.MethodGet
		if form != nil {
			form.Set("client_id", p.Client.ID)
			form.Set("client_secret", p.Client.Secret)
			form.Set("grant_type", "authorization_code")
			method, body = http.MethodPost, strings.NewReader(form.Encode())
		}
		req, err := http.NewRequestWithContext(t.Context(), method, p.Issuer+path, body)
		if err != nil {
			t.Fatal(err)
		}
		if form != nil {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		if bearer != "" {
			req.Header.Set("Authorization", "Bearer "+bearer)
		}
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		return answer
	}
	tokens := call("/oauth/token", "", url.Values{"code": {s.Code}, "redirect_uri": {p.Client.RedirectURIs[0]}, "code_verifier": {s.Verifier}})
	access, _ := tokens["access_token"].(string)
	if access == "" {
		t.Fatal("the provider gave no token")
	}
	if keys, ok := call("/oidc/jwks", "", nil)["keys"].([]any); !ok || len(keys) == 0 {
		t.Fatal("the provider gave no keys")
	}
	if call("/api/public/v3/userinfo", access, nil)["email"] != p.Person["email"] {
		t.Fatal("the provider gave no user information")
	}
	if call("/oauth/token", "", url.Values{"code": {"used"}})["error"] != "invalid_grant" {
		t.Fatal("the provider took a code that is none")
	}
	return tokens
}

func (p realProvider) config() *integration.Config {
	c := &integration.Config{RedirectURIs: p.Client.RedirectURIs}
	c.Client.ID = p.Client.ID
	return c
}

// Both exporters record the calls of a real sign-in: what they write is taken
// for redacted, holds no secret, compares with what the browser saw, and says
// what the other says.
func TestRealProvider(t *testing.T) {
	t.Parallel()
	p := startProvider(t)
	var out bytes.Buffer
	recorder, err := backchannel.New(nil, backchannel.Options{Out: &out, RoundKey: round + ":" + key, ClientID: p.Client.ID,
		Hosts: []string{strings.TrimPrefix(p.Issuer, "http://")}, Public: p.Client.RedirectURIs})
	if err != nil {
		t.Fatal(err)
	}
	tokens := p.exchange(t, &http.Client{Transport: recorder}, p.SignIns[0])
	if err := recorder.Err(); err != nil {
		t.Fatal(err)
	}
	var shapes []string
	for i, lines := range []string{out.String(), p.Lines} {
		name := []string{"Go", "Node"}[i]
		p.holdsNothing(t, name, lines, p.SignIns[i], []map[string]any{tokens, p.Tokens}[i])
		tr := p.compares(t, name, lines, p.SignIns[i])
		shapes = append(shapes, shapeOf(tr))
	}
	if shapes[0] != shapes[1] {
		t.Errorf("the exporters differ:\nGo:   %s\nNode: %s", shapes[0], shapes[1])
	}
}

// holdsNothing looks for every secret of the sign-in.
func (p realProvider) holdsNothing(t *testing.T, name, lines string, s signIn, tokens map[string]any) {
	t.Helper()
	secrets := []string{s.State, s.Nonce, s.Verifier, s.Code, p.Client.Secret, p.Person["email"], p.Person["given_name"], p.Person["birthdate"]}
	for _, token := range []string{"access_token", "id_token"} {
		text, _ := tokens[token].(string)
		if text == "" {
			t.Errorf("%s: there is no %s", name, token)
		}
		secrets = append(secrets, strings.Split(text, ".")...)
	}
	found := strings.Join(append(dig.Texts([]byte(lines)), lines), "\n")
	for _, secret := range secrets {
		if secret == "" || strings.Contains(found, secret) {
			t.Errorf("%s: the lines hold %q", name, secret)
		}
	}
}

// compares holds the lines against the browser's capture of the same round.
func (p realProvider) compares(t *testing.T, name, lines string, s signIn) *transcript.Transcript {
	t.Helper()
	raw, err := hex.DecodeString(key)
	if err != nil {
		t.Fatal(err)
	}
	r := redact.New(redact.Options{Config: p.config(), Key: [32]byte(raw), Round: round, Version: "test"})
	browser, _, err := r.Transcript(bytes.NewReader(s.HAR), capture.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	server, report, err := r.Transcript(strings.NewReader(lines), capture.Limits{})
	if err != nil || !report.Confirmed() || report.Entries != 4 || server.Meta.Round != browser.Meta.Round {
		t.Fatalf("%s: the second pass finds %+v, %+v, %v in\n%s", name, report.Items, report.Contradictions, err, lines)
	}
	asked, came := browser.Entries[0].Request.Query, browser.Entries[len(browser.Entries)-1].Request.Query
	form := server.Entries[0].Request.Form
	_, nonce, _ := strings.Cut(server.Entries[0].Response.BodyText, `"nonce":"`)
	nonce, _, _ = strings.Cut(nonce, `"`)
	for what, pair := range map[string][2]string{
		"code":      {value(came, "code"), value(form, "code")},
		"challenge": {value(asked, "code_challenge"), value(form, "code_verifier.s256")},
		"nonce":     {value(asked, "nonce"), nonce},
	} {
		if pair[0] != pair[1] || !strings.Contains(pair[0], "~") {
			t.Errorf("%s: the browser's %s is %q, the server's %q", name, what, pair[0], pair[1])
		}
	}
	facts := server.Entries[0].Facts
	for _, fact := range []transcript.Fact{transcript.FactIDTokenAud, transcript.FactIDTokenTimes} {
		if yes, known := facts.Bool(fact); !yes || !known {
			t.Errorf("%s: the fact %s is %v, known %v", name, fact, yes, known)
		}
	}
	return server
}

func value(fields []transcript.Field, name string) string {
	i := slices.IndexFunc(fields, func(f transcript.Field) bool { return f.Name == name })
	if i < 0 {
		return ""
	}
	return fields[i].Value
}

// shapeOf is what two sign-ins of one kind have in common: all but the
// pseudonyms, the sizes, the seconds and the headers that the two clients send by
// themselves.
func shapeOf(tr *transcript.Transcript) string {
	var b strings.Builder
	plain := func(text string) string {
		var out []string
		for _, v := range transcript.Pieces(text) {
			if v.Kind == transcript.Pseudonym {
				out = append(out, "~"+v.Class)
				continue
			}
			out = append(out, v.Text)
		}
		return strings.Join(out, "")
	}
	for _, e := range tr.Entries {
		b.WriteString(e.Request.Method + " " + e.Request.URL)
		form := slices.SortedFunc(slices.Values(e.Request.Form), func(a, b transcript.Field) int { return strings.Compare(a.Name, b.Name) })
		for _, f := range form {
			b.WriteString(" " + f.Name + "=" + plain(f.Value))
		}
		facts, _ := json.Marshal(e.Facts)
		b.WriteString(" " + plain(e.Response.BodyText) + " " + string(facts))
		for _, h := range e.Response.Headers {
			b.WriteString(" " + h.Name + ": " + plain(h.Value))
		}
		b.WriteString("\n")
	}
	return moments.ReplaceAllString(b.String(), `"$1":#`)
}

// moments are relative to the call, of which the second may change meanwhile.
var moments = regexp.MustCompile(`"(exp|iat)":-?\d+`)
