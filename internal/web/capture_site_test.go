package web_test

import (
	"bytes"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/net/html"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/blob"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
	"github.com/proofwalk/proofwalk/internal/web"
)

// recorded is a site with an integration and a test run to add captures to.
type recorded struct {
	*site
	partner     uuid.UUID
	integration uuid.UUID
	run         uuid.UUID
	member      auth.Actor
	files       string // the folder of the file store
	config      web.Config
}

// newRecorded describes an integration of testdata and creates a run of it.
func newRecorded(t testing.TB, description, scenario string) *recorded {
	t.Helper()
	files := t.TempDir()
	var config web.Config
	s := newSite(t, func(cfg *web.Config) {
		blobs, err := blob.OpenDirectory(files)
		if err != nil {
			t.Fatal(err)
		}
		cfg.App.Blobs = blobs
		config = *cfg
	})
	r := &recorded{site: s, files: files, config: config, partner: testkit.Partner(t, s.App, "Lakeshore")}
	r.member = testkit.Member(t, s.App, r.partner, "Priya", auth.PartnerMember)
	cfg, err := integration.Parse(testFile(t, "integrations", description+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.TestUsers) == 0 {
		cfg.TestUsers = []string{"driver-licence"}
	}
	cmd := app.Command{Actor: testkit.Member(t, s.App, r.partner, "Avery", auth.PartnerAdmin)} // who may declare what is shown
	if r.integration, err = s.CreateIntegration(t.Context(), cmd, r.partner, cfg); err != nil {
		t.Fatal(err)
	}
	r.run = r.newRun(t, scenario, cfg.TestUsers[0])
	return r
}

func (r *recorded) newRun(t testing.TB, scenario, user string) uuid.UUID {
	t.Helper()
	run, err := r.CreateTestRun(t.Context(), app.Command{Actor: r.member}, app.NewTestRun{Integration: r.integration, Scenario: scenario, TestUser: user})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func (r *recorded) uploadPath(run uuid.UUID) string {
	return "/integrations/" + r.integration.String() + "/runs/" + run.String() + "/capture"
}

func testFile(t testing.TB, parts ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(append([]string{"..", "..", "testdata"}, parts...)...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// upload is one file of the form.
type upload struct {
	name, media string
	body        []byte
}

// send posts the upload form as a browser does, and follows the redirect.
func (v *visitor) send(path, kind string, files ...upload) *page {
	v.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("kind", kind) // a buffer never gives an error
	for _, f := range files {
		head := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="` + f.name + `"`}}
		if f.media != "" {
			head.Set("Content-Type", f.media)
		}
		part, _ := form.CreatePart(head)
		_, _ = part.Write(f.body)
	}
	_ = form.Close()
	return v.sendRaw(path, form.FormDataContentType(), &body)
}

func (v *visitor) sendRaw(path, contentType string, body io.Reader) *page {
	v.t.Helper()
	req, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, v.site.Origin+path, body)
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	res, err := v.client.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	doc, err := html.Parse(bytes.NewReader(answer))
	if err != nil {
		v.t.Fatal(err)
	}
	return &page{t: v.t, Status: res.StatusCode, Path: res.Request.URL.Path, Header: res.Header, Body: string(answer), doc: doc}
}

func har(name string, body []byte) upload {
	return upload{name: name, media: "application/octet-stream", body: body}
}

// captures gives the integration's captures as stored.
func (r *recorded) captures(t *testing.T) []store.Capture {
	t.Helper()
	captures, err := store.ListCaptures(t.Context(), r.Store.Reader(), auth.System().Scope(), r.integration)
	if err != nil {
		t.Fatal(err)
	}
	return captures
}

// everything gives every row of every table and every stored file as text.
func (r *recorded) everything(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	rows, err := r.Store.Pool().Query(t.Context(), `SELECT relname FROM pg_class
		WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND has_table_privilege(oid, 'SELECT')`)
	if err != nil {
		t.Fatal(err)
	}
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, name)
	}
	for _, table := range tables {
		var text string
		err := r.Store.Pool().QueryRow(t.Context(), `SELECT COALESCE(string_agg(x::text, E'\n'), '') FROM "`+table+`" x`).Scan(&text)
		if err != nil {
			t.Fatalf("reading table %s: %v", table, err)
		}
		all.WriteString(text)
	}
	files := 0
	err = fs.WalkDir(os.DirFS(r.files), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(filepath.Join(r.files, path))
		files++
		all.Write(b)
		return err
	})
	if err != nil || files == 0 || len(tables) < 15 {
		t.Fatalf("%d tables and %d files were searched: %v", len(tables), files, err)
	}
	return all.String()
}

// actions lists the audit entries of the integration, oldest first.
func (r *recorded) actions(t *testing.T) string {
	t.Helper()
	rows, err := store.ListAudit(t.Context(), r.Store.Reader(), auth.System().Scope(), r.integration, uuid.Nil, 100)
	if err != nil {
		t.Fatal(err)
	}
	words := make([]string, len(rows))
	for i, row := range rows {
		words[len(rows)-1-i] = row.Action
	}
	return strings.Join(words, " ")
}
