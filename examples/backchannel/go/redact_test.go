package backchannel

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/leaktest/canary"
	"github.com/proofwalk/proofwalk/internal/leaktest/dig"
	"github.com/proofwalk/proofwalk/internal/redact"
)

const vectorsFile = "../../../testdata/vectors/back_channel.json"

var updateVectors = flag.Bool("update", false, "write the lines of the vectors anew")

// vectorFile is testdata/vectors/back_channel.json, which both examples read.
type vectorFile struct {
	Format   int         `json:"format"`
	RoundKey string      `json:"round_key"`
	Options  testOptions `json:"options"`
	Vectors  []vector    `json:"vectors"`
}

type testOptions struct {
	ClientID   string   `json:"clientId"`
	Hosts      []string `json:"hosts"`
	Public     []string `json:"publicValues"`
	Scopes     []string `json:"scopes"`
	Attributes []string `json:"attributes"`
}

type vector struct {
	Name     string       `json:"name"`
	Exchange testExchange `json:"exchange"`
	Line     string       `json:"line"`
}

type testExchange struct {
	Started         time.Time   `json:"started"`
	Time            int64       `json:"time"`
	Method          string      `json:"method"`
	URL             string      `json:"url"`
	RequestHeaders  [][2]string `json:"requestHeaders"`
	RequestBody     testBody    `json:"requestBody"`
	Status          int         `json:"status"`
	ResponseHeaders [][2]string `json:"responseHeaders"`
	ResponseBody    testBody    `json:"responseBody"`
	Failed          bool        `json:"failed"`
}

type testBody struct {
	Text string `json:"text"`
	Size int64  `json:"size"`
	Cut  bool   `json:"cut"`
}

func (x testExchange) exchange() exchange {
	return exchange{
		started: x.Started, time: time.Duration(x.Time) * time.Millisecond, method: x.Method, url: x.URL, status: x.Status, failed: x.Failed,
		requestHeaders: x.RequestHeaders, requestBody: body{x.RequestBody.Text, x.RequestBody.Size, x.RequestBody.Cut},
		responseHeaders: x.ResponseHeaders, responseBody: body{x.ResponseBody.Text, x.ResponseBody.Size, x.ResponseBody.Cut},
	}
}

func (f vectorFile) recorder(t *testing.T) *Recorder {
	t.Helper()
	r, err := New(nil, Options{Out: &bytes.Buffer{}, RoundKey: f.RoundKey, ClientID: f.Options.ClientID, Hosts: f.Options.Hosts,
		Public: f.Options.Public, Scopes: f.Options.Scopes, Attributes: f.Options.Attributes})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// integration is what the server knows of the same partner.
func (f vectorFile) integration() *integration.Config {
	c := &integration.Config{}
	c.Client.ID = f.Options.ClientID
	c.RedirectURIs = f.Options.Public
	c.Hosts.ThirdParty = []string{"idp.example"}
	c.Policies = f.Options.Scopes
	for _, a := range f.Options.Attributes {
		c.Attributes = append(c.Attributes, integration.Attribute{Handle: a})
	}
	return c
}

func readVectors(t *testing.T) vectorFile {
	t.Helper()
	raw, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	var f vectorFile
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		t.Fatal(err)
	}
	return f
}

func lineOf(t *testing.T, r *Recorder, x testExchange) string {
	t.Helper()
	line, err := r.red.line(x.exchange())
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(string(line), "\n")
}

// Every vector gives its line, and the server finds nothing more to take away.
func TestVectors(t *testing.T) {
	t.Parallel()
	f := readVectors(t)
	r := f.recorder(t)
	if len(f.Vectors) < 20 {
		t.Fatalf("%d vectors", len(f.Vectors))
	}
	for i := range f.Vectors {
		v := &f.Vectors[i]
		line := lineOf(t, r, v.Exchange)
		if *updateVectors {
			v.Line = line
		}
		if d := cmp.Diff(v.Line, line); d != "" {
			t.Errorf("%s (-want +got):\n%s", v.Name, d)
		}
		confirmed(t, f, v.Name, line+"\n")
	}
	if *updateVectors {
		raw, err := json.MarshalIndent(f, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(vectorsFile, append(raw, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// confirmed sends lines through the server's second pass.
func confirmed(t *testing.T, f vectorFile, name, lines string) {
	t.Helper()
	_, report, err := redact.New(redact.Options{Config: f.integration(), Round: "x"}).Transcript(strings.NewReader(lines), capture.Limits{})
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if !report.Confirmed() || !report.ByPartnerServer() {
		t.Errorf("%s: the second pass finds %+v, %+v in\n%s", name, report.Items, report.Contradictions, lines)
	}
}

// What a HAR can hold a secret in gives no line that holds it, and the example
// for Node writes the same lines.
func TestCanaries(t *testing.T) {
	t.Parallel()
	f := readVectors(t)
	r := f.recorder(t)
	planted := canary.HAR(7)
	var exchanges []testExchange
	_, err := capture.Read(bytes.NewReader(planted.JSON), capture.Limits{}, func(e *capture.Entry) error {
		exchanges = append(exchanges, exchangeOf(e))
		return nil
	})
	if err != nil || len(exchanges) < 100 {
		t.Fatalf("%d exchanges, %v", len(exchanges), err)
	}
	var lines strings.Builder
	for _, x := range exchanges {
		lines.WriteString(lineOf(t, r, x) + "\n")
	}
	found := strings.Join(dig.Texts([]byte(lines.String())), "\n")
	for _, c := range planted.Canaries {
		for _, text := range c.Texts() {
			if strings.Contains(found, text) {
				t.Errorf("%s: the lines hold %q", c.Position, text)
				break
			}
		}
	}
	confirmed(t, f, "canaries", lines.String())
	if d := cmp.Diff(lines.String(), nodeLines(t, f, exchanges)); d != "" {
		t.Errorf("the two examples differ (-Go +Node):\n%s", d)
	}
}

// exchangeOf takes an entry for an exchange of a server.
func exchangeOf(e *capture.Entry) testExchange {
	x := testExchange{Started: e.StartedAt, Method: e.Request.Method, URL: strings.Clone(e.Request.URL), RequestHeaders: headersLike(e.Request.Headers)}
	text := func(b *capture.Body) testBody {
		if b == nil {
			return testBody{}
		}
		s := strings.ToValidUTF8(string(b.Text), "?")
		if len(b.Params) > 0 && s == "" {
			form := url.Values{}
			for _, p := range b.Params {
				form.Add(p.Name, p.Value)
			}
			s = form.Encode()
		}
		return testBody{Text: s, Size: int64(len(s))}
	}
	x.RequestBody = text(e.Request.Body)
	if b := e.Request.Body; b != nil && len(headerLike(x.RequestHeaders, "content-type")) == 0 {
		x.RequestHeaders = append(x.RequestHeaders, [2]string{"content-type", strings.Clone(b.MIME)})
	}
	if p := e.Response; p != nil {
		x.Status, x.ResponseHeaders, x.ResponseBody = p.Status, headersLike(p.Headers), text(p.Body)
		if p.Body != nil {
			x.ResponseHeaders = append(x.ResponseHeaders, [2]string{"content-type", strings.Clone(p.Body.MIME)})
		}
	}
	return x
}

func headerLike(list [][2]string, name string) string { return header(list, name) }

func headersLike(list []capture.Field) [][2]string {
	out := [][2]string{}
	for _, h := range list {
		out = append(out, [2]string{strings.ToLower(h.Name), strings.ToValidUTF8(strings.Clone(h.Value), "?")})
	}
	return out
}

// nodeScript reads what nodeLines sends and writes the lines.
const nodeScript = `
import { Redactor } from '%s/redact.mjs';
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { round_key: roundKey, options, exchanges } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
const [round, key] = roundKey.split(':');
const redactor = new Redactor(round, Buffer.from(key, 'hex'), options);
process.stdout.write(exchanges.map((x) => redactor.line({ ...x, started: new Date(x.started) })).join(''));
`

// nodeLines gives the lines of the example for Node.
func nodeLines(t *testing.T, f vectorFile, exchanges []testExchange) string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("no Node.js on this machine: make setup installs it, make test finds it")
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	input, err := json.Marshal(map[string]any{"round_key": f.RoundKey, "options": f.Options, "exchanges": exchanges})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, "--input-type=module", "-e", strings.ReplaceAll(nodeScript, "%s", dir+"/../node"))
	cmd.Stdin = bytes.NewReader(input)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, complaints.String())
	}
	return string(out)
}

// No list of the example holds a word that the policy of redaction has not.
func TestListsAreOfThePolicy(t *testing.T) {
	t.Parallel()
	policy := words(redact.VocabularyText())
	lists := []map[string]bool{personal, secrets, durations, moments, addresses, structure, handles, scopes, segments, methods, mediaTypes}
	for name, list := range closed {
		lists = append(lists, map[string]bool{name: true}, list)
	}
	for name := range hashed {
		lists = append(lists, map[string]bool{name: true})
	}
	n := 0
	for _, list := range lists {
		for w := range list {
			if n++; !policy[w] {
				t.Errorf("%q is no word of the policy", w)
			}
		}
	}
	if n < 200 {
		t.Errorf("%d words", n)
	}
}

// Every line fits the schema.
func TestSchema(t *testing.T) {
	t.Parallel()
	schema, err := jsonschema.NewCompiler().Compile("../../../docs/back_channel.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range readVectors(t).Vectors {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(v.Line))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%s: %v", v.Name, err)
		}
	}
}
