package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/transcript"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/run"
)

// hopsOnPage is how many rows a page of a transcript has at most.
const hopsOnPage = 60

// What a transcript page shows, by the value of "show".
const (
	showHops      = ""
	showFindings  = "findings"
	showResources = "resources"
)

// capturePage is what a page of a transcript is made of.
type capturePage struct {
	integrationPage
	capture  store.Capture
	findings []store.Finding // of the run, less those about other captures
	entries  []store.Entry
	requests []store.Entry // authorization requests
	counts   store.EntryCounts
	comments []store.Comment
	query    entriesQuery
	labels   labels
	read     func(store.Entry) (transcript.Entry, error)
}

// showCapture shows a transcript; reading it is audited.
func showCapture(r *request) error {
	return r.captureAnswer(http.StatusOK, nil)
}

// captureAnswer renders the transcript; fill changes it after it was loaded.
func (r *request) captureAnswer(status int, fill func(m *view.TranscriptModel)) error {
	p, err := r.loadCapture()
	if err != nil {
		return err
	}
	if err := r.server.App.ViewCapture(r.ctx(), r.command(), p.capture); err != nil {
		return err
	}
	m, err := r.transcript(p)
	if err != nil {
		return err
	}
	if fill != nil {
		fill(&m)
	}
	return r.render(status, view.Transcript(m))
}

// findCapture gives the capture of the path within its integration.
func (r *request) findCapture(integration uuid.UUID) (store.Capture, error) {
	id, err := r.id("capture")
	if err != nil {
		return store.Capture{}, err
	}
	return store.FindCapture(r.ctx(), r.reader(), r.scope(), integration, id)
}

func (r *request) loadCapture() (p capturePage, err error) {
	if p.integrationPage, err = r.integrationPage("Transcript", pathRuns); err != nil {
		return p, err
	}
	if p.capture, err = r.findCapture(p.Summary.ID); err != nil {
		return p, err
	}
	p.read = func(row store.Entry) (transcript.Entry, error) {
		return r.server.App.ReadEntry(r.ctx(), p.capture.Digest, row)
	}
	found, err := store.ListRunFindings(r.ctx(), r.reader(), r.scope(), p.Summary.ID, p.capture.TestRunID)
	if err != nil {
		return p, err
	}
	p.findings = slices.DeleteFunc(found, func(f store.Finding) bool { return !p.concerns(f.Finding) })
	worstFirst(p.findings)
	p.labels, p.query = newLabels(), r.entriesQuery()
	if p.query.hop >= hopsOnPage && p.query.after < 0 {
		p.query.after = p.query.hop - 1 // a page that begins with it
	}
	filter := p.filter()
	if p.counts, err = store.CountEntries(r.ctx(), r.reader(), r.scope(), p.capture.PartnerID, p.capture.ID, filter); err != nil {
		return p, err
	}
	if p.entries, err = store.ListEntries(r.ctx(), r.reader(), r.scope(), p.capture.PartnerID, p.capture.ID, filter, hopsOnPage); err != nil {
		return p, err
	}
	if p.requests, err = store.ListRequestEntries(r.ctx(), r.reader(), r.scope(), p.capture.PartnerID, p.capture.ID); err != nil {
		return p, err
	}
	p.comments, err = store.ListCaptureComments(r.ctx(), r.reader(), r.scope(), p.Summary.ID, p.capture.ID)
	return p, err
}

// entriesQuery reads the part that the address asks for; what is none begins at
// the start.
func (r *request) entriesQuery() entriesQuery {
	q := entriesQuery{show: r.QueryParam("show"), text: strings.TrimSpace(r.QueryParam("q")), after: -1, hop: -1}
	if n, err := strconv.Atoi(r.QueryParam("after")); err == nil && n >= 0 {
		q.after = min(n, transcript.MaxEntries)
	}
	if n, err := strconv.Atoi(r.QueryParam("from")); err == nil && n > 0 {
		q.from = min(n, transcript.MaxEntries)
	}
	if n, err := strconv.Atoi(r.QueryParam("hop")); err == nil && n > 0 {
		q.hop = min(n, transcript.MaxEntries) - 1
	}
	return q
}

// concerns tells whether a finding of the run is about this capture or about
// the run as a whole.
func (p capturePage) concerns(f analysis.Finding) bool {
	return len(f.Refs) == 0 || slices.ContainsFunc(f.Refs, p.here)
}

func (p capturePage) here(ref analysis.Ref) bool { return ref.Capture == p.capture.ID.String() }

// filter chooses the entries that the address asks for. Sub-requests are folded
// away unless a problem rests on them.
func (p capturePage) filter() store.EntryFilter {
	f := store.EntryFilter{Text: p.query.text, After: p.query.after, From: p.query.from}
	problems := p.problemHops()
	switch p.query.show {
	case showFindings:
		f.Only = problems
	case showResources:
		f.SubRequests = true
	default:
		f.Hops, f.Also = true, slices.Concat(problems, []int{p.query.hop})
	}
	return f
}

// problemHops are the entries beside which a failure or a warning is drawn.
func (p capturePage) problemHops() []int {
	hops := []int{}
	for _, f := range p.findings {
		if n, ok := p.hopOf(f.Finding); ok && isProblem(f.Finding) && !slices.Contains(hops, n) {
			hops = append(hops, n)
		}
	}
	return hops
}

func isProblem(f analysis.Finding) bool {
	return f.Verdict == analysis.Fail || f.Verdict == analysis.Warn
}

// hopOf is the entry beside which a finding is drawn: a problem where it came
// out, which is the last entry it rests on; all else at the first.
func (p capturePage) hopOf(f analysis.Finding) (n int, ok bool) {
	var here []int
	for _, ref := range f.Refs {
		if p.here(ref) {
			here = append(here, ref.Entry)
		}
	}
	if len(here) == 0 {
		return 0, false
	}
	if isProblem(f) && len(here) <= 3 {
		return slices.Max(here), true
	}
	return here[0], true
}

// transcript builds the page's model.
func (r *request) transcript(p capturePage) (view.TranscriptModel, error) {
	c := p.capture
	report := reportOf(c)
	m := view.TranscriptModel{
		Shell: p.Shell, Over: "Test runs / " + runTitle(c.RunNumber, c.Scenario), RunHref: pathRun(c.IntegrationID, c.TestRunID),
		Title: fmt.Sprintf("Run %d: %s, capture %d", c.RunNumber, strings.ToLower(scenarioTitle(c.Scenario)), c.Number),
		Lead:  fmt.Sprintf("Test user %s, %s, saved by %s", c.TestUser, captureKinds[c.Kind], exporterName(c.Exporter)),
		Cut:   cutWords(c, report), Download: pathDownload(c.IntegrationID, c.ID),
		FactsOrigin: "Computed " + redactedByWords[c.RedactedBy] + ".",
		About: []components.FactModel{
			{Name: "Happened", Content: components.MomentSeconds(momentOf(c.HappenedAt))},
			{Name: "Captured", Content: components.MomentSeconds(momentOf(c.CapturedAt))},
			{Name: "Received", Content: components.MomentSeconds(c.ReceivedAt)},
			{Name: "Redacted", Value: redactedWords(c, report) + " " + redactedByWords[c.RedactedBy]},
			{Name: "Cannot show", Value: cannotShow(c.CannotShow)}, {Name: "Added by", Value: c.CreatedByName},
		},
		CanComment: r.actor.Can(auth.Comment, c.PartnerID), CommentAction: pathCaptureComments(c.IntegrationID, c.ID), Key: formKey(),
		Hop:     components.FieldModel{Name: "hop", Label: "Hop", Hint: "Its number in the list.", Type: "number", Autocomplete: "off", Value: r.QueryParam("hop")},
		Comment: components.FieldModel{Name: "comment", Label: "Comment", Rows: 2},
	}
	lanes, err := p.lanes()
	if err != nil {
		return m, err
	}
	m.Lanes, m.Filter, m.Pages = lanes, p.filterBar(), p.pages()
	if m.Facts, err = p.facts(); err != nil {
		return m, err
	}
	p.fillFindings(&m)
	for _, comment := range p.comments {
		drawn := commentModel(c.IntegrationID, comment)
		if drawn.Passed, err = r.passNote(c.IntegrationID, comment.Text); err != nil {
			return m, err
		}
		m.Comments = append(m.Comments, drawn)
	}
	if r.QueryParam("commented") != "" {
		m.Commented = &components.ConfirmationModel{Now: "The comment stands at its hop.", Next: "Both sides read it here."}
	}
	return m, nil
}

// fillFindings fills in counts, jump links and what was not seen.
func (p capturePage) fillFindings(m *view.TranscriptModel) {
	for _, f := range p.findings {
		jump := view.Jump{Verdict: components.Verdict(f.Finding.Verdict), Severity: string(f.Finding.Severity), Title: f.Finding.Title, Href: "#" + findingAnchor(f.Position)}
		n, drawn := p.hopOf(f.Finding)
		switch {
		case !drawn:
			jump.Href = pathRun(p.capture.IntegrationID, p.capture.TestRunID) + "#" + findingAnchor(f.Position)
		case !p.shows(n):
			jump.Href, jump.Hop = pathEntries(p.capture.IntegrationID, p.capture.ID, entriesQuery{show: showFindings, after: -1})+"#"+findingAnchor(f.Position), "hop "+components.Number(n+1)
		default:
			jump.Hop = "hop " + components.Number(n+1)
		}
		switch f.Finding.Verdict {
		case analysis.Fail:
			m.Counts.Fail++
			m.Jumps = append(m.Jumps, jump)
		case analysis.Warn:
			m.Counts.Warn++
			m.Jumps = append(m.Jumps, jump)
		case analysis.Pass:
			m.Counts.Pass++
		case analysis.NotSeen:
			m.Counts.NotSeen++
			m.NotSeen = append(m.NotSeen, findingModel(p.capture.IntegrationID, p.labels.finding(f.Finding)))
		}
	}
}

// shows tells whether the entry is among the rows of this page.
func (p capturePage) shows(n int) bool {
	return slices.ContainsFunc(p.entries, func(e store.Entry) bool { return e.N == n })
}

func (p capturePage) filterBar() components.FilterModel {
	id, capture, q := p.capture.IntegrationID, p.capture.ID, p.query
	to := func(show string) string {
		return pathEntries(id, capture, entriesQuery{show: show, text: q.text, after: -1})
	}
	m := components.FilterModel{Label: "Filter hops", Action: pathCapture(id, capture), Search: "Find a host, path or parameter", Query: q.text,
		Segments: []components.Segment{
			{Label: "All hops", Href: to(showHops), Count: p.counts.Hops, Current: q.show != showFindings && q.show != showResources},
			{Label: "With findings", Href: to(showFindings), Count: len(p.problemHops()), Current: q.show == showFindings},
			{Label: "Page resources", Href: to(showResources), Count: p.counts.SubRequests, Current: q.show == showResources},
		}}
	if q.show != "" {
		m.Kept = map[string]string{"show": q.show}
	}
	return m
}

// pages leads through a long transcript.
func (p capturePage) pages() components.PaginationModel {
	n, q := len(p.entries), p.query
	m := components.PaginationModel{Shown: fmt.Sprintf("%s of %s shown, %s in the capture", components.Number(n),
		components.Plural(p.counts.Matching, "row", "rows"), components.Plural(p.counts.All, "entry", "entries"))}
	if q.from > 0 {
		m.PreviousHref = pathEntries(p.capture.IntegrationID, p.capture.ID, entriesQuery{show: q.show, text: q.text, after: q.after, from: max(0, q.from-hopsOnPage)})
	}
	if n > 0 && q.from+n < p.counts.Matching {
		m.NextHref = pathEntries(p.capture.IntegrationID, p.capture.ID, entriesQuery{show: q.show, text: q.text, after: q.after, from: q.from + n})
	}
	return m
}

// commentOnCapture pins a comment to a hop.
func commentOnCapture(r *request) error {
	id, err := r.id("integration")
	if err != nil {
		return err
	}
	capture, err := r.findCapture(id)
	if err != nil {
		return err
	}
	hop, err := strconv.Atoi(r.FormValue("hop"))
	if err == nil && hop >= 1 && hop <= capture.EntryCount {
		err = r.server.App.CommentOnEntry(r.ctx(), r.command(), id, capture.ID, hop-1, r.FormValue("comment"))
	} else {
		err = apperr.InvalidFields("The comment is kept below.", apperr.Field{Name: "hop", Text: "Write the number of a hop of this list."})
	}
	if apperr.Is(err, apperr.Invalid) {
		return r.captureAnswer(http.StatusUnprocessableEntity, func(m *view.TranscriptModel) { r.refillComment(m, err) })
	}
	if err != nil {
		return err
	}
	return r.see(pathCapture(id, capture.ID) + "?commented=1#comments")
}

func (r *request) refillComment(m *view.TranscriptModel, cause error) {
	m.Hop.Value, m.Comment.Value = r.FormValue("hop"), r.FormValue("comment")
	m.Errors = &components.ErrorSummaryModel{Title: apperr.TextOf(cause), Kept: "What you typed is kept below."}
	for _, f := range apperr.FieldsOf(cause) {
		m.Errors.Errors = append(m.Errors.Errors, components.FieldError{FieldID: f.Name, Text: f.Text})
	}
	r.refuse(cause, m.Errors, &m.Hop, &m.Comment)
}

// downloadCapture gives the redacted HAR; it is audited.
func downloadCapture(r *request) error {
	id, err := r.id("integration")
	if err != nil {
		return err
	}
	capture, err := r.findCapture(id)
	if err != nil {
		return err
	}
	b, err := r.server.App.DownloadCapture(r.ctx(), r.command(), capture)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("run-%d-capture-%d.redacted.har", capture.RunNumber, capture.Number)
	r.Response().Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	r.Response().Header().Set("Cache-Control", "no-store")
	return r.Blob(http.StatusOK, "application/json", b)
}
