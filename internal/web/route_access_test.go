package web_test

import (
	"bytes"
	"cmp"
	"context"
	"image"
	"image/png"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
	"github.com/proofwalk/proofwalk/internal/walkthrough"
	"github.com/proofwalk/proofwalk/internal/web"
)

// openRoutes are for everybody, signed in or not.
var openRoutes = []string{
	"GET /livez", "GET /readyz", "GET /assets/*", "GET /keys", "GET /keys.json", "GET /keys/:key/certificate.pem", "GET /packets/:digest", "GET /packets/:digest/status.json", "GET /verify", "GET /verify/proofwalk-verify.html", "GET /sign-in", "POST /sign-in", "POST /sign-in/begin",
	"GET /link/:token", "POST /link/:token", "POST /demo/sign-in/:user",
	"GET /log/checkpoint", "GET /log/extension.json",
}

// ownRoutes concern the visitor alone, or show what is in the visitor's scope.
var ownRoutes = []string{
	"GET /", "GET /account", "GET /account/passkeys/new", "POST /account/passkeys", "POST /account/passkeys/begin",
	"POST /account/passkeys/:passkey/remove", "GET /people", "POST /sign-out",
}

// providerRoutes are for the provider's people; a partner's get status.
var providerRoutes = map[string]int{
	"GET /reviews": http.StatusNotFound, "GET /log": http.StatusForbidden, "GET /settings": http.StatusForbidden, "POST /settings": http.StatusForbidden,
	"POST /people": http.StatusForbidden, "POST /partners": http.StatusForbidden,
}

// viewerRefused are pages that only lead to a form that viewers cannot send.
var viewerRefused = []string{
	"GET /integrations/new", "GET /integrations/:integration/runs/new", "GET /integrations/:integration/runs/:run/capture",
	"GET /integrations/:integration/runs/:run/exporter",
}

// viewerAllowed are forms that change nothing.
var viewerAllowed = []string{"POST /integrations/:integration/packets/:packet/check"}

// journey is an integration that has one of everything, and people on both
// sides of the border.
type journey struct {
	reviewed
	viewer, foreign auth.Actor
	ids             map[string]string // of a route's parameters
	own             string            // an integration of the foreign partner
	form            url.Values
}

func newJourney(t *testing.T) journey {
	t.Helper()
	v := newReviewed(t)
	south := testkit.Partner(t, v.App, "Southrise")
	var north uuid.UUID
	for id := range v.admin.Memberships {
		north = id
	}
	j := journey{reviewed: v, viewer: testkit.Member(t, v.App, north, "Vera", auth.PartnerViewer), foreign: testkit.Member(t, v.App, south, "Lee", auth.PartnerAdmin)}
	j.ids = map[string]string{"integration": v.id.String(), "partner": north.String(), "user": v.member.UserID.String(), "item": "RDY-02", "step": "1", "picture": "s-001.png",
		"passkey": uuid.NewString(), "token": "unknown"}
	j.fill(t, south)
	j.form = url.Values{"row_version": {"1"}, "comment": {"A remark."}, "reason": {"A reason."}, "kind": {"declaration"}, "text": {"Some words."},
		"decision": {"accept"}, "act": {"answer"}, "answer": {"Some words."}, "remark": {"Some words."}, "hop": {"1"}, "capture": {j.ids["capture"]},
		"title": {"Another title"}, "help": {"Another help."}, "consultant": {v.consultant.UserID.String()}, "part": {"partner"}, "mark": {"confirmed"},
		"outcome": {"no_go"}, "reasons": {"Some words."}, "at": {"2026-04-01T10:00"}, "place": {"A room"}, "drives": {"Sam"}, "leads": {"Dana"},
		"name": {"New Person"}, "email": {"new@northfall.example"}, "role": {"member"}, "partner": {north.String()}, "raw_uploads": {"forbidden"},
		"contact": {"help@provider.example"}, "scenario": {"consent-denied"}, "test_user": {"driver-licence"},
		"yaml": {string(testFile(t, "integrations", "faulty.yaml"))}, "path": {"/members"}, "anchor": {"RDY-02"}, "question": {"Some words."}, "configuration_version": {"1"}}
	return j
}

// fill takes the integration to a ready revision with evidence of each kind.
func (j *journey) fill(t *testing.T, south uuid.UUID) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx, member, consultant := t.Context(), app.Command{Actor: j.member}, app.Command{Actor: j.consultant}
	run, err := j.CreateTestRun(ctx, member, app.NewTestRun{Integration: j.id, Scenario: "consent-denied", TestUser: "driver-licence"})
	must(err)
	capture, err := j.AddCapture(ctx, member, app.NewCapture{Integration: j.id, Run: run, Kind: store.CaptureBrowser,
		File: bytes.NewReader(testFile(t, "captures", "recorded", "faulty-consent-denied.har"))})
	must(err)
	other, err := j.CreateTestRun(ctx, member, app.NewTestRun{Integration: j.id, Scenario: "consent-denied", TestUser: "driver-licence"})
	must(err)
	must(addPicture(ctx, j.App, member, j.ref(t, "RDY-02")))
	must(j.AddDocumentEvidence(ctx, member, j.ref(t, "RDY-02"), checklist.EvidenceDeclaration, "As the log says.", app.Document{Name: "server.log", Body: strings.NewReader("302")}))
	evidence, err := store.ListEvidence(ctx, j.Store.Reader(), auth.System().Scope(), j.id)
	must(err)
	must(j.AddCaptureEvidence(ctx, member, j.ref(t, "ERR-01"), checklist.EvidenceError, capture))
	j.settle(t)
	revision, err := j.SubmitRevision(ctx, member, j.id)
	must(err)
	must(j.AddRemark(ctx, consultant, j.id, "RDY-02", app.NewRemark{Text: "Name the build."}))
	remarks, err := store.ListRemarks(ctx, j.Store.Reader(), auth.System().Scope(), j.id)
	must(err)
	must(j.AcceptItem(ctx, consultant, j.ref(t, "RDY-02")))
	for _, i := range j.items(t) {
		if i.Applies && i.DoneBy == checklist.ByConsultant && i.Phase == checklist.PhaseReview {
			must(j.AddTextEvidence(ctx, consultant, j.ref(t, i.RequirementID), checklist.EvidenceObservation, "Seen."))
			must(j.AcceptItem(ctx, consultant, j.ref(t, i.RequirementID)))
		}
	}
	j.confirmAll(t)
	must(j.DecideRevision(ctx, consultant, app.ReviewDecision{Integration: j.id, Revision: revision, RowVersion: 1, State: store.RevisionReady}))
	must(j.PlanWalkthrough(ctx, consultant, j.plan()))
	packets, err := store.ListPackets(ctx, j.Store.Reader(), auth.System().Scope(), j.id)
	must(err)
	must(j.BuildPacket(ctx, packets[0].ID))
	made, err := store.FindPacket(ctx, j.Store.Reader(), auth.System().Scope(), j.id, packets[0].ID)
	must(err)
	j.ids["digest"] = *made.Digest
	_, err = j.AskQuestion(ctx, consultant, app.NewQuestion{Integration: j.id, Packet: packets[0].ID, Anchor: "RDY-02", Text: "Which build?"})
	must(err)
	questions, err := store.ListQuestions(ctx, j.Store.Reader(), auth.System().Scope(), j.id, revision)
	must(err)
	cfg, err := integration.Parse(testFile(t, "integrations", "faulty.yaml"))
	must(err)
	own, err := j.CreateIntegration(ctx, app.Command{Actor: j.foreign}, south, cfg)
	must(err)
	j.own = own.String()
	logged, err := store.ListAudit(ctx, j.Store.Reader(), auth.System().Scope(), j.id, uuid.Nil, 1000)
	must(err)
	for name, id := range map[string]uuid.UUID{"entry": logged[len(logged)-1].ID, "run": run, "other": other, "capture": capture, "evidence": evidence[0].ID, "document": evidence[1].ID, "revision": revision, "remark": remarks[0].ID, "packet": packets[0].ID, "question": questions[0].ID} {
		j.ids[name] = id.String()
	}
}

func (v reviewed) plan() app.WalkthroughPlan {
	return app.WalkthroughPlan{Integration: v.id, At: time.Date(2026, time.March, 20, 15, 0, 0, 0, time.UTC), Place: "Room 4",
		People: []walkthrough.Person{{Name: "Sam", Part: walkthrough.Drives}, {Name: "Dana", Part: walkthrough.Leads}}}
}

func addPicture(ctx context.Context, a *app.App, cmd app.Command, ref app.ItemRef) error {
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		return err
	}
	picture, err := a.StorePicture(ctx, &file)
	if err != nil {
		return err
	}
	return a.AddScreenshotEvidence(ctx, cmd, ref, picture, 0)
}

// path fills in a route's parameters; with an own integration all other ids
// stay those of the foreign one.
func (j journey) path(route *echo.Route, integrationID string) string {
	parts := strings.Split(route.Path, "/")
	for n, part := range parts {
		name, isParameter := strings.CutPrefix(part, ":")
		if !isParameter {
			continue
		}
		parts[n] = j.ids[name]
		if name == "evidence" && strings.HasSuffix(route.Path, "/document") {
			parts[n] = j.ids["document"]
		}
		if name == "integration" {
			parts[n] = cmp.Or(integrationID, parts[n])
		}
	}
	return strings.Join(parts, "/")
}

// visit sends what the route takes: a form with every field that any form has,
// a file where the route takes files.
func (j journey) visit(v *visitor, route *echo.Route, path string) *page {
	v.t.Helper()
	if route.Method != http.MethodPost {
		return v.get(path)
	}
	takesFile := slices.ContainsFunc([]string{"/capture", "/screenshot", "/statement"}, func(end string) bool { return strings.HasSuffix(route.Path, end) })
	if !takesFile {
		form := maps.Clone(j.form)
		if strings.Contains(route.Path, ":revision") {
			form.Set("decision", "returned")
		}
		return v.post(path, form)
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	kind := "browser"
	if strings.HasSuffix(route.Path, "/statement") {
		kind = "declaration"
	}
	_ = form.WriteField("kind", kind) // a buffer never gives an error
	_ = form.WriteField("text", "Some words.")
	_ = form.WriteField("row_version", "1")
	for _, field := range []string{"file", "picture", "document"} {
		part, _ := form.CreateFormFile(field, field)
		_, _ = part.Write(testFile(v.t, "captures", "recorded", "faulty-consent-denied.har"))
	}
	_ = form.Close()
	return v.sendRaw(path, form.FormDataContentType(), &body)
}

// writes counts what was ever written or read under audit.
func (j journey) writes(t *testing.T) (n int) {
	t.Helper()
	err := j.Store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM audit_entries WHERE action NOT IN ('link.create', 'link.use')`).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// guardedRoutes are the routes that show or change what belongs to a partner.
func (j journey) guardedRoutes(t *testing.T) []*echo.Route {
	t.Helper()
	pages, err := web.New(j.config)
	if err != nil {
		t.Fatal(err)
	}
	var guarded []*echo.Route
	seen := map[string]bool{}
	for _, r := range pages.Routes() {
		name := r.Method + " " + r.Path
		if r.Method == echo.RouteNotFound {
			continue
		}
		seen[name] = true
		if _, provider := providerRoutes[name]; !provider && !slices.Contains(openRoutes, name) && !slices.Contains(ownRoutes, name) {
			guarded = append(guarded, r)
		}
	}
	for _, name := range slices.Concat(openRoutes, ownRoutes, viewerRefused, viewerAllowed) {
		if !seen[name] {
			t.Errorf("%s is listed here and is no route", name)
		}
	}
	if len(guarded) < 40 {
		t.Fatalf("%d routes are guarded", len(guarded))
	}
	return guarded
}

func TestStrangersGetNoPageOfAPartner(t *testing.T) {
	t.Parallel()
	j := newJourney(t)
	stranger := j.visitor(t)
	for _, route := range j.guardedRoutes(t) {
		p := j.visit(stranger, route, j.path(route, ""))
		if route.Method == http.MethodGet && p.Path != "/sign-in" || route.Method == http.MethodPost && p.Status != http.StatusUnauthorized {
			t.Errorf("%s %s answers a stranger with %d at %s", route.Method, route.Path, p.Status, p.Path)
		}
	}
}

func TestForeignPartnersGetNothing(t *testing.T) {
	t.Parallel()
	j := newJourney(t)
	lee := j.as(t, j.foreign)
	before := j.writes(t)
	for _, route := range j.guardedRoutes(t) {
		if !strings.Contains(route.Path, "/:") {
			continue // what it makes, it makes for the partner of the form; see below
		}
		if p := j.visit(lee, route, j.path(route, "")); p.Status != http.StatusNotFound {
			t.Errorf("%s %s answers a foreign partner with %d: %s", route.Method, route.Path, p.Status, p.text("h1"))
		}
	}
	for _, name := range []string{"/integrations", "/integrations/import"} {
		if p := lee.post(name, j.form); p.Status == http.StatusOK {
			t.Errorf("POST %s made something for another partner", name)
		}
	}
	if after := j.writes(t); after != before {
		t.Errorf("a foreign partner left %d audit entries", after-before)
	}
}

// Foreign objects under an integration of one's own are not found either.
func TestForeignObjectsUnderAnOwnIntegration(t *testing.T) {
	t.Parallel()
	j := newJourney(t)
	lee := j.as(t, j.foreign)
	before := j.writes(t)
	visited := 0
	for _, route := range j.guardedRoutes(t) {
		rest := strings.TrimPrefix(route.Path, "/integrations/:integration")
		if !strings.Contains(rest, "/:") || strings.Contains(rest, ":item") && strings.Count(rest, ":") == 1 || strings.Contains(rest, ":step") ||
			!strings.Contains(route.Path, ":integration") {
			continue // names nothing of another integration
		}
		visited++
		p := j.visit(lee, route, j.path(route, j.own))
		if p.Status != http.StatusNotFound && p.Status != http.StatusForbidden {
			t.Errorf("%s %s answers with %d: %s", route.Method, route.Path, p.Status, p.text("h1"))
		}
	}
	if after := j.writes(t); visited < 8 || after != before {
		t.Errorf("%d routes visited, %d audit entries left", visited, after-before)
	}
}

func TestViewersChangeNothing(t *testing.T) {
	t.Parallel()
	j := newJourney(t)
	vera := j.as(t, j.viewer)
	for _, route := range j.guardedRoutes(t) {
		want := http.StatusOK
		name := route.Method + " " + route.Path
		if route.Method == http.MethodPost && !slices.Contains(viewerAllowed, name) || slices.Contains(viewerRefused, name) || strings.HasSuffix(route.Path, "/disable") {
			want = http.StatusForbidden
		}
		before := j.writes(t)
		p := j.visit(vera, route, j.path(route, ""))
		if p.Status != want {
			t.Errorf("%s %s answers a viewer with %d, want %d: %s", route.Method, route.Path, p.Status, want, p.text("h1, .error-summary"))
		}
		if route.Method == http.MethodPost && j.writes(t) != before {
			t.Errorf("%s %s: a viewer wrote something", route.Method, route.Path)
		}
	}
	j.form.Set("role", "consultant")
	for name, want := range providerRoutes {
		method, path, _ := strings.Cut(name, " ")
		if p := vera.do(method, path, j.form); p.Status != want {
			t.Errorf("%s answers a partner with %d, want %d", name, p.Status, want)
		}
	}
}
