package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/redact"
)

// visitor is a browser without scripts: it keeps cookies, follows redirects and
// sends forms as they stand on the page.
type visitor struct {
	t      *testing.T
	site   *site
	client *http.Client
}

// as gives somebody who signed in with the demo's button.
func (s *site) as(t *testing.T, name string) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{t: t, site: s, client: &http.Client{Jar: jar}}
	v.get("/sign-in").send("/demo/sign-in/"+s.person(t, name).ID.String(), nil).wants(http.StatusOK)
	return v
}

// page is an answer, after redirects.
type page struct {
	visitor *visitor
	Status  int
	Path    string
	Header  http.Header
	Body    []byte
	doc     *html.Node
}

func (v *visitor) get(path string) *page {
	v.t.Helper()
	return v.do(http.MethodGet, path, "", nil)
}

func (v *visitor) do(method, path, contentType string, body io.Reader) *page {
	v.t.Helper()
	req, err := http.NewRequestWithContext(v.t.Context(), method, v.site.Origin+path, body)
	if err != nil {
		v.t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	res, err := v.client.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	p := &page{visitor: v, Status: res.StatusCode, Path: res.Request.URL.Path, Header: res.Header}
	if p.Body, err = io.ReadAll(res.Body); err != nil {
		v.t.Fatal(err)
	}
	if p.doc, err = html.Parse(bytes.NewReader(p.Body)); err != nil {
		v.t.Fatal(err)
	}
	return p
}

// wants fails the test at another status and shows what the page says.
func (p *page) wants(status int) *page {
	p.visitor.t.Helper()
	if p.Status != status {
		p.visitor.t.Fatalf("%s: status %d, want %d; it says %q", p.Path, p.Status, status, p.text("main"))
	}
	return p
}

func (p *page) all(selector string) []*html.Node {
	p.visitor.t.Helper()
	compiled, err := cascadia.ParseGroup(selector)
	if err != nil {
		p.visitor.t.Fatalf("selector %q: %v", selector, err)
	}
	return cascadia.QueryAll(p.doc, compiled)
}

// text is the text of the elements that a selector matches, spaces joined.
func (p *page) text(selector string) string {
	p.visitor.t.Helper()
	var b strings.Builder
	for _, n := range p.all(selector) {
		for d := range n.Descendants() {
			if d.Type == html.TextNode {
				b.WriteString(d.Data + " ")
			}
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// values are what a person changes in a form before sending it. The value of a
// field that takes a file is the file's path.
type values map[string]string

// send sends the first form whose action ends so and that has all the fields,
// with everything else as it stands on the page. An action may be given with a
// field and value that the form must have, as in "/evidence kind=redirect".
func (p *page) send(action string, change values) *page {
	p.visitor.t.Helper()
	ending, having, _ := strings.Cut(action, " ")
	for _, form := range p.all("form[method=post]") {
		fields := fieldsOf(form)
		name, value, asked := strings.Cut(having, "=")
		if !strings.HasSuffix(attr(form, "action"), ending) || asked && fields.Get(name) != value || !hasAll(form, change) {
			continue
		}
		if attr(form, "enctype") == "multipart/form-data" {
			return p.sendFiles(form, fields, change)
		}
		for name, value := range change {
			fields.Set(name, value)
		}
		return p.visitor.do(http.MethodPost, attr(form, "action"), "application/x-www-form-urlencoded", strings.NewReader(fields.Encode()))
	}
	p.visitor.t.Fatalf("%s has no form %q with %v; it says %q", p.Path, action, change, p.text("main"))
	return nil
}

func (p *page) sendFiles(form *html.Node, fields url.Values, change values) *page {
	p.visitor.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	var files []string
	for name, value := range change {
		if fields.Has(name) {
			fields.Set(name, value)
		} else {
			files = append(files, name)
		}
	}
	for name := range fields {
		if err := w.WriteField(name, fields.Get(name)); err != nil {
			p.visitor.t.Fatal(err)
		}
	}
	for _, name := range files { // after the fields, as on the page
		content, err := os.ReadFile(change[name])
		if err != nil {
			p.visitor.t.Fatal(err)
		}
		part, err := w.CreateFormFile(name, filepath.Base(change[name]))
		if err == nil {
			_, err = part.Write(content)
		}
		if err != nil {
			p.visitor.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		p.visitor.t.Fatal(err)
	}
	return p.visitor.do(http.MethodPost, attr(form, "action"), w.FormDataContentType(), &body)
}

// controls are the elements of a form that carry values.
func controls(form *html.Node) []*html.Node {
	return cascadia.QueryAll(form, cascadia.MustCompile("input[name], textarea[name], select[name], button[name]"))
}

func hasAll(form *html.Node, change values) bool {
	names := map[string]bool{}
	for _, c := range controls(form) {
		names[attr(c, "name")] = true
	}
	for name := range change {
		if !names[name] {
			return false
		}
	}
	return true
}

// fieldsOf gives what a browser would send of the form as it stands, buttons
// and files aside.
func fieldsOf(form *html.Node) url.Values {
	fields := url.Values{}
	for _, c := range controls(form) {
		name := attr(c, "name")
		switch {
		case c.Data == "button" || attr(c, "type") == "file":
		case c.Data == "textarea":
			if c.FirstChild != nil {
				fields.Set(name, c.FirstChild.Data)
			} else {
				fields.Set(name, "")
			}
		case c.Data == "select":
			for _, o := range cascadia.QueryAll(c, cascadia.MustCompile("option[selected]")) {
				fields.Set(name, attr(o, "value"))
			}
		case attr(c, "type") == "radio" || attr(c, "type") == "checkbox":
			if has(c, "checked") {
				fields.Add(name, attr(c, "value"))
			}
		default:
			fields.Set(name, attr(c, "value"))
		}
	}
	return fields
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// uploadRedacted does what the page's script does: it fetches the round's key,
// redacts the file and sends what is left. run is the path of the test run.
func (v *visitor) uploadRedacted(run, kind, file string) {
	v.t.Helper()
	var round struct {
		Round, Key  string
		Names       *redact.NameTable
		Integration integration.Config
		Digest      string `json:"integration_digest"`
	}
	if err := json.Unmarshal(v.do(http.MethodPost, run+"/redactor", "", nil).wants(http.StatusOK).Body, &round); err != nil {
		v.t.Fatal(err)
	}
	key, err := base64.StdEncoding.DecodeString(round.Key)
	if err != nil || len(key) != 32 {
		v.t.Fatalf("the key has %d bytes, %v", len(key), err)
	}
	raw, err := os.Open(file)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	redactor := redact.New(redact.Options{Config: &round.Integration, Digest: round.Digest, Key: [32]byte(key), Round: round.Round, Names: round.Names,
		Name: redact.BrowserName, Version: "test"})
	var body, redacted bytes.Buffer
	if _, err := redactor.HAR(&redacted, raw, capture.Limits{}); err != nil {
		v.t.Fatal(err)
	}
	names, err := json.Marshal(redactor.Names())
	if err != nil {
		v.t.Fatal(err)
	}
	form := multipart.NewWriter(&body)
	_ = form.WriteField("kind", kind) // a buffer never gives an error
	_ = form.WriteField("names", string(names))
	part, _ := form.CreateFormFile("file", filepath.Base(file))
	_, _ = part.Write(redacted.Bytes())
	_ = form.Close()
	v.do(http.MethodPost, run+"/capture", form.FormDataContentType(), &body).wants(http.StatusOK)
}
