package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

// lookalike is taken for a GitHub token.
const lookalike = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0cD1eF2"

const passReason = "It is the sample in the vendor's manual."

// textForm is one form that stores text, as a person fills it in.
type textForm struct {
	who          *visitor
	page, action string // where it stands, where it is sent
	selector     string
	fields       []string // names and values; LOOKALIKE stands for what is refused
}

// passes sends the form with what looks like a credential, finds the field for
// the reason in the same form with everything kept, and sends it again with one.
func (f textForm) passes(t *testing.T) {
	t.Helper()
	for n := range f.fields {
		f.fields[n] = strings.ReplaceAll(f.fields[n], "LOOKALIKE", lookalike)
	}
	refused := f.who.post(f.action, f.who.get(f.page).form(f.selector, f.fields...))
	if refused.Status != http.StatusUnprocessableEntity && refused.Status != http.StatusConflict {
		t.Errorf("%s: status %d: %s", f.action, refused.Status, refused.text("h1, .error-summary"))
		return
	}
	reasons := refused.all(f.selector + " textarea[name=pass_reason]")
	if len(reasons) != 1 || len(refused.all("textarea[name=pass_reason]")) != 1 {
		t.Errorf("%s: %d fields for a reason in the form", f.action, len(reasons))
		return
	}
	if len(refused.all(f.selector+" .field.wrong")) == 0 || !strings.Contains(refused.text(".error-summary"), "GitHub token") {
		t.Errorf("%s: the message is not at its field: %s", f.action, refused.text(".error-summary"))
	}
	for _, line := range refused.all(".error-summary a") {
		for _, a := range line.Attr {
			if a.Key == "href" && len(refused.all(`[id="`+strings.TrimPrefix(a.Val, "#")+`"]`)) != 1 {
				t.Errorf("%s: the summary leads to %s, which is not there once", f.action, a.Val)
			}
		}
	}
	again := refused.filled(f.selector)
	for n := 0; n+1 < len(f.fields); n += 2 {
		if strings.Contains(f.fields[n+1], lookalike) && again.Get(f.fields[n]) != f.fields[n+1] {
			t.Errorf("%s: %s was not kept", f.action, f.fields[n])
		}
		again.Set(f.fields[n], f.fields[n+1])
	}
	again.Set("pass_reason", "short")
	refused = f.who.post(f.action, again)
	if got := refused.text(f.selector + " .error"); !strings.Contains(got, "10 to 500 characters") {
		t.Errorf("%s: a short reason is answered with %q", f.action, got)
	}
	again.Set("pass_reason", passReason)
	if p := f.who.post(f.action, again); p.Status != http.StatusOK || len(p.all(".error-summary:not([hidden])")) > 0 {
		t.Errorf("%s with a reason: status %d: %s", f.action, p.Status, p.text("h1, .error-summary"))
	}
}

// Every form that stores text of an integration offers the reason, without a
// script, and passes with it.
func TestFormsPassFalseAlarms(t *testing.T) {
	t.Parallel()
	r := newReviewed(t)
	sam, dana, priya := r.as(t, r.member), r.as(t, r.consultant), r.as(t, r.admin)
	item := r.path + "/checklist/RDY-02"
	for _, f := range []textForm{
		{sam, item, item + "/comment", `form[action$="/comment"]`, []string{"comment", "1 LOOKALIKE"}},
		{sam, item, item + "/statement", `form[action$="/statement"]`, []string{"text", "2 LOOKALIKE"}},
		{dana, item, item + "/remarks", `form[action$="/remarks"]`, []string{"remark", "3 LOOKALIKE"}},
		{sam, r.path + "/checklist/SES-07", r.path + "/checklist/SES-07/not-applicable", `form[action$="/not-applicable"]`, []string{"reason", "4 LOOKALIKE"}},
		{sam, r.path + "/runs/new", r.path + "/runs", `form[action$="/runs"]`, []string{"scenario", "happy-path", "test_user", "driver-licence", "release", "5 LOOKALIKE"}},
	} {
		f.passes(t)
	}
	reworded := r.path + "/checklist/CTX-03"
	textForm{dana, reworded, reworded + "/wording", `form[action$="/wording"]`, []string{"title", "9 LOOKALIKE", "help", "10 LOOKALIKE"}}.passes(t)
	description := priya.get(r.path + "/description")
	whole := description.filled(`form[action$="/description"]`)
	fields := []string{"notes", "6 LOOKALIKE"}
	for name := range whole {
		if name != "notes" && name != "key" && name != "row_version" {
			fields = append(fields, name, whole.Get(name))
		}
	}
	textForm{priya, r.path + "/description", r.path + "/description", `form[action$="/description"]`, fields}.passes(t)

	remarks, err := store.ListRemarks(t.Context(), r.Store.Reader(), auth.System().Scope(), r.id)
	if err != nil || len(remarks) != 1 {
		t.Fatalf("%d remarks, %v", len(remarks), err)
	}
	remark := item + "/remarks/" + remarks[0].ID.String()
	textForm{sam, item, remark, `form[action$="` + remark + `"]:has(textarea[name=answer])`, []string{"act", "answer", "answer", "7 LOOKALIKE"}}.passes(t)
	textForm{dana, item, remark, `form[action$="` + remark + `"]:has(textarea[name=reason])`, []string{"act", "waive", "reason", "8 LOOKALIKE"}}.passes(t)

	page := dana.get(item)
	if notes := page.text(".pass-note"); strings.Count(notes, passReason) < 3 || !strings.Contains(notes, "Looks like a GitHub token and was passed by Sam") {
		t.Errorf("beside the texts stands %q", notes)
	}
	if list := dana.get(r.path + "/review").text("#passed"); strings.Count(list, passReason) != 10 || !strings.Contains(list, "notes") {
		t.Errorf("the review lists %q", list)
	}
}

// The forms of the review and the walkthrough do so too.
func TestReviewFormsPassFalseAlarms(t *testing.T) {
	t.Parallel()
	r := newReviewed(t)
	r.settle(t)
	sam, dana := r.as(t, r.member), r.as(t, r.consultant)
	review := r.path + "/review"
	if _, err := r.Store.Pool().Exec(t.Context(), `UPDATE evidence SET text = $1 WHERE text IS NOT NULL`, "0 "+lookalike); err != nil {
		t.Fatal(err)
	}
	if _, err := r.SubmitRevision(t.Context(), app.Command{Actor: r.member}, r.id); err == nil {
		t.Fatal("submitted")
	}
	refused := sam.post(review, sam.get(review).form(`form[action$="/review"]`))
	form := refused.filled(`form[action$="/review"]`)
	if len(refused.all(`form[action$="/review"] textarea[name=pass_reason]`)) != 1 || !strings.Contains(refused.text(".error-summary"), "RDY-02") {
		t.Fatalf("submit offers no reason: %s", refused.text(".error-summary"))
	}
	form.Set("pass_reason", passReason)
	if p := sam.post(review, form); p.Status != http.StatusOK {
		t.Fatalf("submit with a reason: status %d: %s", p.Status, p.text(".error-summary"))
	}
	decision := r.path + "/checklist/RDY-02/decision"
	textForm{dana, review + "?item=RDY-02", decision, `form[action$="/decision"]:has(input[value=accept])`, []string{"decision", "return", "remark", "1 LOOKALIKE", "from", "review"}}.passes(t)
	last, err := store.FindLastRevision(t.Context(), r.Store.Reader(), auth.System().Scope(), r.id)
	if err != nil {
		t.Fatal(err)
	}
	textForm{dana, review, review + "/" + last.ID.String() + "/decision", `#end form`, []string{"decision", "returned", "reasons", "2 LOOKALIKE"}}.passes(t)
}

func TestWalkthroughFormsPassFalseAlarms(t *testing.T) {
	t.Parallel()
	r := newReviewed(t)
	r.held(t)
	dana, held := r.as(t, r.consultant), r.path+"/walkthrough"
	textForm{dana, held, held + "/steps/1", `form[action$="/steps/1"]`, []string{"mark", "not_confirmed", "observation", "1 LOOKALIKE"}}.passes(t)
	textForm{dana, held, held + "/outcome", `form[action$="/outcome"]`, []string{"outcome", "no_go", "reasons", "2 LOOKALIKE"}}.passes(t)
}

// A walkthrough is planned with a place that looks like one.
func TestPlanFormPassesFalseAlarms(t *testing.T) {
	t.Parallel()
	j := newJourney(t)
	dana, held := j.as(t, j.consultant), j.reviewed.path+"/walkthrough"
	textForm{dana, held, held, `form[action$="/walkthrough"]`, []string{"at", "2026-04-01T10:00", "place", "1 LOOKALIKE", "drives", "Sam", "leads", "Dana", "observes", "2 LOOKALIKE"}}.passes(t)
}

// A document is sent with the words, and comes back as bytes to keep only.
func TestDocumentDownload(t *testing.T) {
	t.Parallel()
	r := newReviewed(t)
	sam, item := r.as(t, r.member), r.path+"/checklist/RDY-02"
	const page = "<!doctype html><script>alert(document.domain)</script>"
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range map[string]string{"row_version": "1", "kind": string(checklist.EvidenceDeclaration), "text": "As the page says.", "key": "one"} {
		_ = form.WriteField(name, value) // a buffer never gives an error
	}
	part, _ := form.CreateFormFile("document", "señal & page.html")
	_, _ = part.Write([]byte(page))
	_ = form.Close()
	shown := sam.sendRaw(item+"/statement", form.FormDataContentType(), &body)
	if shown.Status != http.StatusOK || !strings.Contains(shown.text(".slot-filled"), "señal & page.html") {
		t.Fatalf("status %d: %s", shown.Status, shown.text("h1, .error-summary"))
	}
	href := shown.attr(".document a", "href")
	got := r.as(t, r.consultant).get(href)
	for name, want := range map[string]string{
		"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox",
		"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store", "Content-Disposition": "attachment; filename*=utf-8''se%C3%B1al%20&%20page.html",
	} {
		if h := got.Header.Get(name); h != want {
			t.Errorf("%s: %q, want %q", name, h, want)
		}
	}
	if got.Status != http.StatusOK || got.Body != page {
		t.Errorf("status %d, %d bytes", got.Status, len(got.Body))
	}
	foreign := r.as(t, testkit.Member(t, r.App, testkit.Partner(t, r.App, "Southrise"), "Lee", auth.PartnerAdmin))
	if p := foreign.get(href); p.Status != http.StatusNotFound {
		t.Errorf("a foreign partner gets status %d", p.Status)
	}
	if p := sam.get(strings.Replace(href, "/document", "/picture", 1)); p.Status != http.StatusNotFound {
		t.Errorf("as a picture: status %d", p.Status)
	}
}

// A document over the limit is refused before all of it is read.
func TestADocumentThatIsTooLarge(t *testing.T) {
	t.Parallel()
	r := newReviewed(t)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, _ := form.CreateFormFile("document", "a.txt")
	_, _ = part.Write(bytes.Repeat([]byte("a"), app.MaxDocumentBytes+1<<20))
	_ = form.Close()
	p := r.as(t, r.member).sendRaw(r.path+"/checklist/RDY-02/statement", form.FormDataContentType(), &body)
	if p.Status != http.StatusRequestEntityTooLarge || !strings.Contains(p.Body, "larger than 10 MB") {
		t.Errorf("status %d: %s", p.Status, p.text("h1"))
	}
}
