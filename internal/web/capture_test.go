package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

func TestARefusalOfTheFaultySiteIsShownHopByHop(t *testing.T) {
	t.Parallel()
	r := newRecorded(t, "faulty", "consent-denied")
	v := r.as(t, r.member)
	p := v.send(r.uploadPath(r.run), "browser", har("denied.har", testFile(t, "captures", "recorded", "faulty-consent-denied.har")))
	p.wants(http.StatusOK, "Run 1: consent denied")
	if got := p.text("article.finding.fail .rule"); !strings.Contains(got, "ER-04") || !strings.Contains(got, "ER-05") {
		t.Errorf("the run page shows the failures %q, want ER-04 and ER-05 among them", got)
	}
	worstFirst(t, p, "article.finding")
	captures := r.captures(t)
	if len(captures) != 1 || captures[0].RedactedBy != "server" || captures[0].HappenedAt == nil {
		t.Fatalf("stored captures: %+v", captures)
	}
	p = v.get("/integrations/" + r.integration.String() + "/captures/" + captures[0].ID.String())
	p.wants(http.StatusOK, "Run 1: consent denied, capture 1")
	if got := p.text(".hop .line b"); !strings.Contains(got, "/oauth/authorize") || !strings.Contains(got, "/callback") {
		t.Errorf("the rows show the paths %q", got)
	}
	if got := p.text(".hop-finding.fail"); !strings.Contains(got, "Expected") || !strings.Contains(got, "Actual") {
		t.Errorf("failures beside the hops say %q", got)
	}
	if got := p.text(".params"); !strings.Contains(got, "error= access_denied") {
		t.Errorf("the callback's parameters are %q", got)
	}
	if got := p.text(".same-as"); !strings.Contains(got, "same as hop") {
		t.Errorf("no value is said to be the same as an earlier one")
	}
	worstFirst(t, p, ".jumps li")
	for _, jump := range p.all(".jumps a") {
		href := jump.Attr[0].Val
		if strings.HasPrefix(href, "#") && len(p.all(href)) != 1 {
			t.Errorf("the jump link %s leads to %d places", href, len(p.all(href)))
		}
	}
	summary, err := store.FindIntegrationSummary(t.Context(), r.Store.Reader(), auth.System().Scope(), r.integration)
	if err != nil || summary.Stage != store.StageTesting {
		t.Errorf("after the first capture the stage is %q, %v", summary.Stage, err)
	}
}

// Findings of several runs on one item say whose they are.
func TestFindingsOfTwoRunsOnAnItemNameTheirRun(t *testing.T) {
	t.Parallel()
	r := newRecorded(t, "faulty", "happy-path")
	v := r.as(t, r.member)
	second := r.newRun(t, "happy-path", "driver-licence")
	item := "/integrations/" + r.integration.String() + "/checklist/SES-07"
	for n, run := range []uuid.UUID{r.run, second} {
		v.send(r.uploadPath(run), "browser", har("run.har", testFile(t, "captures", "recorded", []string{"faulty-happy-path.har", "right-happy-path.har"}[n]))).wants(http.StatusOK, fmt.Sprintf("Run %d: happy path", n+1))
		stored, err := store.ListRunCaptures(t.Context(), r.Store.Reader(), r.member.Scope(), r.integration, run)
		if err != nil || len(stored) != 1 {
			t.Fatalf("%d captures of the run, %v", len(stored), err)
		}
		row, err := store.FindChecklistItem(t.Context(), r.Store.Reader(), r.member.Scope(), r.integration, "SES-07")
		if err != nil {
			t.Fatal(err)
		}
		ref := app.ItemRef{Integration: r.integration, Requirement: "SES-07", RowVersion: row.RowVersion}
		if err := r.AddCaptureEvidence(t.Context(), app.Command{Actor: r.member}, ref, checklist.EvidenceRedirect, stored[0].ID); err != nil {
			t.Fatal(err)
		}
		p := v.get(item)
		worstFirst(t, p, "#findings article.finding")
		findings := len(p.all("#findings .finding, #findings .finding-line"))
		if n == 0 {
			if got := p.text(`#findings a[href*="/runs/"]`); got != "" || findings == 0 {
				t.Fatalf("with one run, %d findings are labelled %q", findings, got)
			}
			continue
		}
		first, last := len(p.all(`#findings a[href$="/runs/`+r.run.String()+`"]`)), len(p.all(`#findings a[href$="/runs/`+second.String()+`"]`))
		if first == 0 || first+last != findings || !strings.Contains(p.text("#findings"), "run 2") {
			t.Errorf("of %d findings %d name run 1 and %d run 2: %s", findings, first, last, p.text("#findings"))
		}
	}
}

// worstFirst tells whether failures stand before warnings, and in each the worst
// severity first.
func worstFirst(t *testing.T, p *page, findings string) {
	t.Helper()
	verdicts, severities := strings.Fields(p.text(findings+" .status")), strings.Fields(p.text(findings+" .severity"))
	if len(verdicts) != len(severities) {
		t.Fatalf("%s: the verdicts are %q and the severities %q", findings, verdicts, severities)
	}
	var order []int
	for n, word := range severities {
		place := analysis.Severity(word).Rank()
		if verdicts[n] == "Warn" {
			place += 4
		}
		order = append(order, place)
	}
	if !slices.IsSorted(order) || len(slices.Compact(slices.Clone(order))) < 2 {
		t.Errorf("%s: %q with the severities %q", findings, verdicts, severities)
	}
}

func TestSeveralFilesMakeOneRun(t *testing.T) {
	t.Parallel()
	r := newRecorded(t, "right", "happy-path")
	v := r.as(t, r.member)
	p := v.send(r.uploadPath(r.run), "browser", har("happy.har", testFile(t, "captures", "recorded", "right-happy-path.har")))
	p.wants(http.StatusOK, "Run 1: happy path")
	p = v.send(r.uploadPath(r.run), "back_channel", har("back.har", testFile(t, "captures", "recorded", "right-happy-path.backchannel.har")))
	p.wants(http.StatusOK, "Run 1: happy path")
	if got := p.text("#findings .section-head"); !strings.Contains(got, "0 fail") {
		t.Errorf("findings of the run that does everything right: %q: %s", got, p.text("article.finding.fail"))
	}
	captures := r.captures(t)
	if len(captures) != 2 || captures[1].Kind != store.CaptureBackChannel {
		t.Fatalf("%d captures are stored", len(captures))
	}
	back := v.get("/integrations/" + r.integration.String() + "/captures/" + captures[1].ID.String())
	back.wants(http.StatusOK, "Run 1: happy path, capture 2")
	if len(back.all("li.hop:not(.left-out)")) != captures[1].EntryCount {
		t.Errorf("a back channel capture of %d entries has %d rows", captures[1].EntryCount, len(back.all("li.hop:not(.left-out)")))
	}
	again := v.send(r.uploadPath(r.run), "browser", har("happy.har", testFile(t, "captures", "recorded", "right-happy-path.har")))
	again.wants(http.StatusConflict, "Add a capture")
	if len(r.captures(t)) != 2 {
		t.Error("the same file was stored twice")
	}
}

func TestUploadsOfARoundTakeTurns(t *testing.T) {
	t.Parallel()
	r := newRecorded(t, "right", "happy-path")
	var wait sync.WaitGroup
	for _, name := range []string{"right-happy-path.har", "right-second-happy-path.har", "right-consent-denied.har"} {
		v, run := r.as(t, r.member), r.newRun(t, "returning-user", "passport")
		wait.Go(func() {
			p := v.send(r.uploadPath(run), "browser", har(name, testFile(t, "captures", "recorded", name)))
			if p.Status != http.StatusOK {
				t.Errorf("%s: status %d, %s", name, p.Status, p.text("[data-focus]"))
			}
		})
	}
	wait.Wait()
	if got := len(r.captures(t)); got != 3 {
		t.Errorf("%d captures are stored, want 3", got)
	}
}

func TestALinkToAHopShowsItsRow(t *testing.T) {
	t.Parallel()
	r := newRecorded(t, "right", "happy-path")
	v := r.as(t, r.member)
	id, err := r.AddCapture(t.Context(), app.Command{Actor: r.member}, app.NewCapture{Integration: r.integration, Run: r.run, Kind: store.CaptureBrowser,
		File: bytes.NewReader(longHAR(t, testFile(t, "captures", "recorded", "right-happy-path.har"), 500))})
	if err != nil {
		t.Fatal(err)
	}
	path := "/integrations/" + r.integration.String() + "/captures/" + id.String()
	if p := v.get(path); len(p.all("#hop-1")) != 1 || len(p.all("#hop-400")) != 0 || len(p.all(".left-out")) == 0 {
		t.Errorf("the first page does not fold page resources")
	}
	if p := v.get(path + "?hop=400"); len(p.all("#hop-400")) != 1 {
		t.Error("a link to hop 400 shows no such row")
	}
	seen := 0
	for next := path + "?show=resources"; next != ""; {
		p := v.get(next)
		seen += len(p.all("li.hop"))
		next = p.attr("a[rel=next]", "href")
	}
	if want := v.get(path).text(".segments li:nth-child(3) .count"); strconv.Itoa(seen) != want {
		t.Errorf("the pages show %d page resources, want %s", seen, want)
	}
	p := v.post(path+"/comments", url.Values{"hop": {"4"}, "comment": {"Is this the right host?"}})
	if got := p.text(".comment"); !strings.Contains(got, "hop 4") || !strings.Contains(got, "right host") {
		t.Errorf("the comment is shown as %q", got)
	}
	p = v.post(path+"/comments", url.Values{"hop": {"501"}, "comment": {"Nowhere"}})
	if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.text("textarea"), "Nowhere") {
		t.Errorf("a comment on no hop: status %d, kept %q", p.Status, p.text("textarea"))
	}
}

func TestNothingRawIsStored(t *testing.T) {
	t.Parallel()
	r := newRecorded(t, "okta_sample", "happy-path")
	v := r.as(t, r.member)
	p := v.send(r.uploadPath(r.run), "browser", har("okta.har", testFile(t, "hars", "piyushazanjad_okta-har-analyzer__sample.har")))
	p.wants(http.StatusOK, "Run 1: happy path")
	stored := r.everything(t)
	secrets := 0
	for line := range strings.SplitSeq(string(testFile(t, "hars", "okta_sample_secrets.txt")), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		secrets++
		if strings.Contains(stored, line) {
			t.Errorf("secret %d of the list is stored in clear", secrets)
		}
	}
	if secrets < 10 {
		t.Fatalf("the list of secrets has %d lines", secrets)
	}
	if !strings.Contains(stored, "~state") {
		t.Error("what was searched holds no transcript")
	}
}

func TestBadFilesAreRefusedAndLeaveNothing(t *testing.T) {
	t.Parallel()
	r := newRecorded(t, "right", "happy-path")
	v := r.as(t, r.member)
	happy := testFile(t, "captures", "recorded", "right-happy-path.har")
	for _, bad := range []struct {
		name, media string
		body        []byte
		status      int
		says        string
	}{
		{"not a HAR", "", []byte("this is a letter"), 422, "not a HAR"},
		{"empty", "", nil, 422, "empty"},
		{"JSON that is no HAR", "", []byte(`{"a":1}`), 422, "not a HAR"},
		{"no entries", "", []byte(`{"log":{"entries":[]}}`), 422, "no entries"},
		{"cut before the first entry", "", happy[:bytes.Index(happy, []byte(`"entries"`))+40], 422, "cut off"},
		{"100,000 nested arrays", "", []byte(`{"log":` + strings.Repeat("[", 100_000)), 413, "nested deeper"},
		{"a picture", "image/png", []byte("\x89PNG"), 415, "not a HAR"},
	} {
		t.Run(bad.name, func(t *testing.T) {
			p := v.send(r.uploadPath(r.run), "browser", upload{name: "file.har", media: bad.media, body: bad.body})
			p.wants(bad.status, "Add a capture")
			if got := p.text("[data-focus]"); !strings.Contains(got, bad.says) {
				t.Errorf("the page says %q, want %q in it", got, bad.says)
			}
		})
	}
	p := v.sendRaw(r.uploadPath(r.run), "application/json", bytes.NewReader(happy))
	p.wants(http.StatusUnsupportedMediaType, "Add a capture")
	p = v.send(r.uploadPath(r.run), "browser")
	p.wants(http.StatusUnprocessableEntity, "Add a capture")
	if captures := r.captures(t); len(captures) != 0 {
		t.Errorf("%d captures are stored", len(captures))
	}
	if left, err := filepath.Glob(filepath.Join(r.files, "*", "*")); err != nil || len(left) != 0 {
		t.Errorf("files are left: %v, %v", left, err)
	}
}

func TestACutFileKeepsItsCompleteEntries(t *testing.T) {
	t.Parallel()
	r := newRecorded(t, "right", "happy-path")
	v := r.as(t, r.member)
	happy := testFile(t, "captures", "recorded", "right-happy-path.har")
	p := v.send(r.uploadPath(r.run), "browser", har("cut.har", happy[:len(happy)/2]))
	p.wants(http.StatusOK, "Run 1: happy path")
	if got := p.text(".notice"); !strings.Contains(got, "cut off at byte") {
		t.Errorf("the run page says %q", got)
	}
	if c := r.captures(t); len(c) != 1 || c[0].EntryCount == 0 {
		t.Errorf("stored: %+v", c)
	}
}

func TestWhoMayAddAndReadCaptures(t *testing.T) {
	t.Parallel()
	r := newRecorded(t, "right", "happy-path")
	file := har("happy.har", testFile(t, "captures", "recorded", "right-happy-path.har"))
	viewer := r.as(t, testkit.Member(t, r.App, r.partner, "Vera", auth.PartnerViewer))
	if p := viewer.send(r.uploadPath(r.run), "browser", file); p.Status != http.StatusForbidden {
		t.Errorf("a viewer's upload is answered with %d", p.Status)
	}
	stranger := r.as(t, testkit.Member(t, r.App, testkit.Partner(t, r.App, "Southrise"), "Sam", auth.PartnerAdmin))
	if p := stranger.send(r.uploadPath(r.run), "browser", file); p.Status != http.StatusNotFound {
		t.Errorf("a foreign partner's upload is answered with %d", p.Status)
	}
	if len(r.captures(t)) != 0 {
		t.Fatal("a refused upload was stored")
	}
	r.as(t, r.member).send(r.uploadPath(r.run), "browser", file).wants(http.StatusOK, "Run 1: happy path")
	capture := "/integrations/" + r.integration.String() + "/captures/" + r.captures(t)[0].ID.String()
	for _, path := range []string{capture, capture + "/redacted.har", "/integrations/" + r.integration.String() + "/runs/" + r.run.String()} {
		if p := stranger.get(path); p.Status != http.StatusNotFound {
			t.Errorf("a foreign partner gets %s with %d", path, p.Status)
		}
		if p := viewer.get(path); p.Status != http.StatusOK {
			t.Errorf("a viewer gets %s with %d", path, p.Status)
		}
	}
	if got := r.actions(t); !strings.Contains(got, "capture.add capture.view capture.download") {
		t.Errorf("the audit log has %q", got)
	}
}

func TestOnlyRedactedFilesWhereRawOnesAreForbidden(t *testing.T) {
	t.Parallel()
	r := newRecorded(t, "right", "happy-path")
	v := r.as(t, r.member)
	raw := har("happy.har", testFile(t, "captures", "recorded", "right-happy-path.har"))
	v.send(r.uploadPath(r.run), "browser", raw).wants(http.StatusOK, "Run 1: happy path")
	redacted := v.get("/integrations/" + r.integration.String() + "/captures/" + r.captures(t)[0].ID.String() + "/redacted.har")
	if !json.Valid([]byte(redacted.Body)) {
		t.Fatal("the download is not JSON")
	}
	if err := store.SaveRawUploads(t.Context(), r.Store.Pool(), auth.System().Scope(), r.partner, 1, "forbidden"); err != nil {
		t.Fatal(err)
	}
	other := r.newRun(t, "returning-user", "passport")
	p := v.send(r.uploadPath(other), "browser", har("second.har", testFile(t, "captures", "recorded", "right-second-happy-path.har")))
	p.wants(http.StatusUnprocessableEntity, "Add a capture")
	forged := bytes.Replace(raw.body, []byte(`"log"`), []byte(`"Log"`), 1)
	v.send(r.uploadPath(other), "browser", har("forged.har", append([]byte(`{"log":{"version":"1.2","creator":{"name":"proofwalk"}},`), forged[1:]...))).wants(http.StatusUnprocessableEntity, "Add a capture")
	p = v.send(r.uploadPath(other), "browser", har("again.har", []byte(redacted.Body)))
	p.wants(http.StatusConflict, "Add a capture") // taken as redacted, but it is the same file
	if got := p.text("[data-focus]"); !strings.Contains(got, "already") {
		t.Errorf("the page says %q", got)
	}
}
