package web_test

import (
	"bytes"
	"encoding/hex"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	backchannel "github.com/proofwalk/proofwalk/examples/backchannel/go"
	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

var exporterVariable = regexp.MustCompile(`PROOFWALK_ROUND_KEY=([0-9a-f-]{36}:[0-9a-f]{64})`)

func (r *recorded) exporterPath() string {
	return strings.TrimSuffix(r.uploadPath(r.run), "capture") + "exporter"
}

// exporterKey presses the button that shows the key.
func (r *recorded) exporterKey(v *visitor) string {
	v.t.Helper()
	p := v.post(r.exporterPath(), nil)
	p.wants(http.StatusOK, "Record on your server")
	shown := exporterVariable.FindStringSubmatch(p.Body)
	if shown == nil {
		v.t.Fatal("the page shows no key")
	}
	return shown[1]
}

// The key is shown to those who may add captures, only when they ask, and each
// time stands in the audit log.
func TestExporterKeyIsShownWhenAskedFor(t *testing.T) {
	t.Parallel()
	r := newRecorded(t, "right", "happy-path")
	v := r.as(t, r.member)
	p := v.get(r.exporterPath())
	if p.wants(http.StatusOK, "Record on your server"); exporterVariable.MatchString(p.Body) || strings.Contains(r.actions(t), "exporter_key") {
		t.Error("the key is in the page before anybody asked")
	}
	if len(p.all(`form[method=post][action$="/exporter"] button`)) != 1 {
		t.Error("the page has no button for it")
	}
	s := r.setup(v)
	if key := r.exporterKey(v); key != s.Round+":"+hex.EncodeToString(s.Key) {
		t.Error("the key is not that of the round")
	}
	shown := v.post(r.exporterPath(), nil)
	if shown.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the page with the key may be stored: %q", shown.Header.Get("Cache-Control"))
	}
	if n := strings.Count(r.actions(t), "exporter_key.show"); n != 2 {
		t.Errorf("%d of 2 showings are in the audit log", n)
	}
	for name, other := range map[string]auth.Actor{
		"viewer": testkit.Member(t, r.App, r.partner, "Vera", auth.PartnerViewer), "provider": testkit.ProviderUser(t, r.App, "Morgan", auth.ProviderAdmin),
	} {
		o := r.as(t, other)
		for _, p := range []*page{o.get(r.exporterPath()), o.post(r.exporterPath(), nil)} {
			if p.Status != http.StatusForbidden || exporterVariable.MatchString(p.Body) {
				t.Errorf("%s is answered with %d", name, p.Status)
			}
		}
	}

	if _, err := r.Store.Pool().Exec(t.Context(), `UPDATE rounds SET closed_at = now(), sealed_key = NULL`); err != nil {
		t.Fatal(err)
	}
	if p := v.post(r.exporterPath(), nil); p.Status != http.StatusConflict || exporterVariable.MatchString(p.Body) {
		t.Errorf("of a decided round it is answered with %d", p.Status)
	}
	if p := v.get(r.exporterPath()); len(p.all(`form[action$="/exporter"]`)) != 0 {
		t.Error("the key of a decided round is offered")
	}
}

// replayed answers as the provider of a recording did.
type replayed struct{ entry *capture.Entry }

// RoundTrip implements http.RoundTripper.
func (r replayed) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
	}
	p := r.entry.Response
	res := &http.Response{StatusCode: p.Status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(bytes.Clone(p.Body.Text))), ContentLength: int64(len(p.Body.Text))}
	for _, h := range p.Headers {
		res.Header.Add(h.Name, h.Value)
	}
	res.Header.Del("Content-Encoding")
	return res, nil
}

// calls gives the lines that the example exporter writes of the recorded calls.
func (r *recorded) calls(t *testing.T, key string) []byte {
	t.Helper()
	var out bytes.Buffer
	_, err := capture.Read(bytes.NewReader(testFile(t, "captures", "recorded", "right-happy-path.backchannel.har")), capture.Limits{}, func(e *capture.Entry) error {
		recorder, err := backchannel.New(replayed{e}, backchannel.Options{
			Out: &out, RoundKey: key, ClientID: "5d1f0c7be24a49d08c6a3f92b7e81d04", Hosts: []string{"idp.localhost:8081"},
			Public: []string{"https://right.localhost:8082/auth/callback"}, Scopes: []string{"fortified_identity"},
		})
		if err != nil {
			return err
		}
		var body io.Reader
		if e.Request.Body != nil {
			body = bytes.NewReader(bytes.Clone(e.Request.Body.Text))
		}
		req, err := http.NewRequestWithContext(t.Context(), e.Request.Method, e.Request.URL, body)
		if err != nil {
			return err
		}
		for _, h := range e.Request.Headers {
			req.Header.Add(h.Name, h.Value)
		}
		res, err := recorder.RoundTrip(req)
		if err != nil {
			return err
		}
		_, _ = io.Copy(io.Discard, res.Body)
		return res.Body.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// What an exporter wrote with the key that the page showed is taken where raw
// files are forbidden, is known as redacted on the partner's server, and its
// code and verifier compare with the browser's capture of the run.
func TestExporterLinesAreAdded(t *testing.T) {
	t.Parallel()
	r := newRecorded(t, "right", "happy-path")
	r.forbidRaw(t)
	v := r.as(t, r.member)
	round, key, _ := strings.Cut(r.exporterKey(v), ":")
	lines := r.calls(t, round+":"+key)
	redacted, names := r.setup(v).redact(t, testFile(t, "captures", "recorded", "right-happy-path.har"))
	if status, answer := v.sendRedacted(r.uploadPath(r.run), names, redacted); status != http.StatusCreated {
		t.Fatalf("the browser's capture is answered with %d, %+v", status, answer)
	}
	for name, tc := range map[string]struct {
		kind string
		body []byte
		says string
	}{
		"as a browser's":   {"browser", lines, "A server recorded this file"},
		"another round":    {"back_channel", bytes.ReplaceAll(lines, []byte(round), []byte("00000000-0000-4000-8000-000000000000")), "another round"},
		"a secret in it":   {"back_channel", bytes.Replace(lines, []byte(`"~secret"`), []byte(`"hunter2hunter2hunter2"`), 1), "request form"},
		"a member of more": {"back_channel", bytes.Replace(lines, []byte(`"time":`), []byte(`"body":"hunter2hunter2hunter2","time":`), 1), "entry member"},
	} {
		p := v.send(r.uploadPath(r.run), tc.kind, har("calls.jsonl", tc.body))
		if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, tc.says) || strings.Contains(p.Body, "hunter2") {
			t.Errorf("%s: answered with %d: %s", name, p.Status, p.text(".error-summary"))
		}
	}
	v.send(r.uploadPath(r.run), "back_channel", har("calls.jsonl", lines)).wants(http.StatusOK, "Run 1: happy path")
	captures := r.captures(t)
	if len(captures) != 2 {
		t.Fatalf("%d captures", len(captures))
	}
	var stored store.Capture
	for _, c := range captures {
		if c.Kind == store.CaptureBackChannel {
			stored = c
		}
	}
	if stored.RedactedBy != "partner_server" || stored.Exporter != "back_channel" || stored.EntryCount != 3 || stored.RoundID != captures[0].RoundID {
		t.Errorf("stored: %+v", stored)
	}
	found, err := store.ListRunFindings(t.Context(), r.Store.Reader(), auth.System().Scope(), r.integration, r.run)
	if err != nil {
		t.Fatal(err)
	}
	verdicts := map[string]analysis.Finding{}
	for _, f := range found {
		verdicts[f.Finding.Rule] = f.Finding
	}
	for _, rule := range []string{"AR-11", "CB-06", "TK-01", "TK-02", "TK-04", "ID-01", "ID-02", "ID-04"} {
		if f := verdicts[rule]; f.Verdict != analysis.Pass {
			t.Errorf("%s: %s %s", rule, f.Verdict, f.Why)
		}
	}
	if !verdicts["ID-01"].PartnerSide {
		t.Error("a finding that rests on facts of the partner's server does not say so")
	}
	if strings.Contains(r.everything(t), key) {
		t.Error("the key was stored")
	}
}
