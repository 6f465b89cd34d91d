package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/store"
)

// The reading page has every place of the packet's own packet.json under its
// anchor, and nothing of what has changed since.
func TestReadingPage(t *testing.T) {
	t.Parallel()
	j := newJourney(t)
	p, err := store.FindPacket(t.Context(), j.Store.Reader(), auth.System().Scope(), j.id, uuid.MustParse(j.ids["packet"]))
	if err != nil {
		t.Fatal(err)
	}
	says, err := j.PacketContent(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.Store.Pool().Exec(t.Context(), `UPDATE checklist_items SET title = 'Changed since' WHERE integration_id = $1`, j.id); err != nil {
		t.Fatal(err)
	}
	marcus := j.as(t, j.account)
	page := marcus.get(j.reviewed.path + "/packets/" + j.ids["packet"] + "/read")
	page.wants(http.StatusOK, "Packet r1.1")
	ids := map[string]int{}
	for _, n := range page.all("[id]") {
		for _, a := range n.Attr {
			if a.Key == "id" {
				ids[a.Val]++
			}
		}
	}
	anchors := packet.Anchors(says)
	for _, anchor := range anchors {
		if ids[anchor] != 1 {
			t.Errorf("%d elements have the anchor %s, want one", ids[anchor], anchor)
		}
	}
	if len(anchors) < 100 || len(page.all(".ask")) != len(anchors) {
		t.Errorf("%d places can be asked at, want all %d", len(page.all(".ask")), len(anchors))
	}
	first := says.Transcripts[0]
	if report := page.text("#redaction tbody"); len(first.Redactions) == 0 || !strings.Contains(report, packet.RedactionsCounted(first.RedactionsCounted)) {
		t.Errorf("the redaction report is %q", report)
	}
	if strings.Contains(page.Body, "Changed since") {
		t.Error("the page shows a title that is not the packet's")
	}
	for _, a := range page.all(".reading-body a[href^='#'], .reading-contents.wide a") {
		for _, at := range a.Attr {
			if at.Key == "href" && ids[strings.TrimPrefix(at.Val, "#")] == 0 {
				t.Errorf("a link leads to %s, which is nowhere on the page", at.Val)
			}
		}
	}
	counts := packet.Summarize(says).Counts
	numbers := page.text(".reading-figures")
	for _, want := range []string{strconv.Itoa(counts.Findings.Total), strconv.Itoa(counts.TestRuns),
		strconv.Itoa(says.AcceptedNow()) + " of " + strconv.Itoa(counts.Items.Total)} {
		if !strings.Contains(numbers, want) {
			t.Errorf("page one says %q without %q", numbers, want)
		}
	}
	if picture := marcus.get(page.attr("#s-001 img", "src")); picture.Status != http.StatusOK || !strings.HasPrefix(picture.Body, "\x89PNG") {
		t.Errorf("its picture: status %d, %d bytes", picture.Status, len(picture.Body))
	}
	if none := marcus.get(j.reviewed.path + "/packets/" + j.ids["packet"] + "/pictures/s-999.png"); none.Status != http.StatusNotFound {
		t.Errorf("a picture that is not there: status %d", none.Status)
	}
	if asked := j.as(t, j.viewer).get(j.reviewed.path + "/packets/" + j.ids["packet"] + "/read"); len(asked.all(".ask")) != 0 {
		t.Error("a viewer is shown where to ask")
	}
}

// A question is asked at a place of the reading page, stands there and beside the
// step of the walkthrough, and is answered.
func TestQuestionAtAPlace(t *testing.T) {
	t.Parallel()
	j := newJourney(t)
	held, err := store.FindWalkthrough(t.Context(), j.Store.Reader(), auth.System().Scope(), j.id, uuid.MustParse(j.ids["revision"]))
	if err != nil {
		t.Fatal(err)
	}
	if err := j.StartWalkthrough(t.Context(), app.Command{Actor: j.consultant}, app.WalkthroughRef{Integration: j.id, RowVersion: held.RowVersion}); err != nil {
		t.Fatal(err)
	}
	marcus := j.as(t, j.account)
	step := marcus.get(j.reviewed.path + "/walkthrough?step=1")
	place := step.attr("#beside li a", "href") // the item that the step confirms
	item := place[strings.Index(place, "#")+1:]
	read, _, _ := strings.Cut(place, "#")
	form := marcus.get(marcus.get(read).attr("[id='"+item+"'] .ask", "href"))
	if form.Status != http.StatusOK || form.attr("#ask input[name=anchor]", "value") != item {
		t.Fatalf("the form to ask at %s: status %d, %q", item, form.Status, form.text("#ask"))
	}
	send := form.attr("#ask form", "action")
	refused := marcus.post(send, form.form("#ask form", "question", "Is -----BEGIN PRIVATE KEY----- yours?"))
	if refused.Status != http.StatusUnprocessableEntity || refused.text("#question-error") == "" || !strings.Contains(refused.text("#ask textarea"), "yours?") {
		t.Errorf("a credential in a question: status %d, %q", refused.Status, refused.text("#question-error"))
	}
	asked := marcus.post(send, form.form("#ask form", "question", "Who moves the date if it slips?"))
	if asked.Status != http.StatusOK || !strings.Contains(asked.text("[id='"+item+"'] .asked"), "Who moves the date if it slips?") {
		t.Fatalf("after asking: status %d, %q", asked.Status, asked.text(".asked"))
	}
	if got := marcus.get(j.reviewed.path + "/walkthrough?step=1").text("#beside"); !strings.Contains(got, "Who moves the date") || !strings.Contains(got, "1 open one at other places") {
		t.Errorf("beside the step stands %q", got)
	}

	sam := j.as(t, j.member)
	all := sam.get(j.reviewed.path + "/packets/" + j.ids["packet"] + "/questions")
	answer := func(p *page, text string) *page {
		return sam.post(p.attr("#q-002 form", "action"), p.form("#q-002 form", "answer", text))
	}
	if p := answer(all, " "); p.Status != http.StatusUnprocessableEntity || p.text("#answer-2-error") == "" {
		t.Errorf("an empty answer: status %d, %q", p.Status, p.text(".error-summary"))
	}
	if p := answer(all, "Sam does."); p.Status != http.StatusOK || !strings.Contains(p.text("#q-002 .answer"), "Sam does.") {
		t.Errorf("after answering: status %d, %q", p.Status, p.text("#q-002"))
	}
	if p := marcus.get(read); !strings.Contains(all.text(".page-head"), "goes into the minutes of the next edition") {
		t.Errorf("before the outcome the page of questions says %q, reading %d", all.text(".page-head"), p.Status)
	}
	if _, err := j.Store.Pool().Exec(t.Context(), `INSERT INTO packets (partner_id, id, integration_id, revision_id, edition, cause, state, salts, content, created_at)
		SELECT partner_id, $1, integration_id, revision_id, 2, 'outcome', 'pending', salts, content, created_at FROM packets WHERE id = $2`, uuid.New(), j.ids["packet"]); err != nil {
		t.Fatal(err)
	}
	if got := sam.get(send + "?at=" + item).text("main"); strings.Contains(got, "next") || !strings.Contains(got, "in no packet") {
		t.Errorf("after the minutes were written the page of questions says %q", got)
	}
	if p := answer(all, "Nobody does."); p.Status != http.StatusConflict || !strings.Contains(p.text("#q-002 .answer"), "Sam does.") {
		t.Errorf("answering twice: status %d, %q", p.Status, p.text("#q-002"))
	}
	if p := marcus.post(send, url.Values{"anchor": {"XYZ-01"}, "question": {"Where?"}}); p.Status != http.StatusNotFound {
		t.Errorf("a place that the packet has not: status %d", p.Status)
	}
	if got := marcus.get(j.reviewed.path + "/history").text("main"); !strings.Contains(got, "Question asked") || !strings.Contains(got, "Question answered") {
		t.Error("the history does not tell of the question")
	}
}
