package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/run"
)

// runPage is the integration's page with the test run of the path.
type runPage struct {
	integrationPage
	run store.TestRun
}

func (r *request) runPage(title string) (p runPage, err error) {
	if p.integrationPage, err = r.integrationPage(title, pathRuns); err != nil {
		return p, err
	}
	id, err := r.id("run")
	if err != nil {
		return p, err
	}
	p.run, err = store.FindTestRun(r.ctx(), r.reader(), r.scope(), p.Summary.ID, id)
	return p, err
}

// runIDs reads which test run of which integration a path names.
func (r *request) runIDs() (integration, run uuid.UUID, err error) {
	if integration, err = r.id("integration"); err != nil {
		return integration, run, err
	}
	run, err = r.id("run")
	return integration, run, err
}

func runTitle(number int, scenario string) string {
	return fmt.Sprintf("Run %d: %s", number, strings.ToLower(scenarioTitle(scenario)))
}

// showRun shows a test run: its captures, and its findings with failures first.
func showRun(r *request) error {
	p, err := r.runPage("Test run")
	if err != nil {
		return err
	}
	captures, err := store.ListRunCaptures(r.ctx(), r.reader(), r.scope(), p.Summary.ID, p.run.ID)
	if err != nil {
		return err
	}
	found, err := store.ListRunFindings(r.ctx(), r.reader(), r.scope(), p.Summary.ID, p.run.ID)
	if err != nil {
		return err
	}
	m := view.RunModel{
		Shell: p.Shell, Title: runTitle(p.run.Number, p.run.Scenario), Lead: runLead(p.run), ListHref: pathRuns(p.Summary.ID),
		UploadHref: pathUpload(p.Summary.ID, p.run.ID), ExporterHref: pathExporter(p.Summary.ID, p.run.ID), Decided: !p.run.RoundOpen,
		CanAdd: p.run.RoundOpen && r.actor.Can(auth.RunTests, p.run.PartnerID), Counts: runLine(p.run).Counts,
	}
	for _, c := range captures {
		m.Captures = append(m.Captures, captureLine(c))
		m.Redactions = append(m.Redactions, redactionLine(c, reportOf(c)))
	}
	fillRunFindings(&m, p.Summary.ID, found)
	if len(captures) > 0 {
		if m.Compare, err = r.comparable(p.run, uuid.Nil); err != nil {
			return err
		}
	}
	if n := r.QueryParam("added"); n != "" && len(captures) > 0 {
		m.Added = &components.ConfirmationModel{Now: "Stored and judged.", At: captures[len(captures)-1].ReceivedAt,
			Next: "Read the findings, then tie the capture to the items that it shows."}
	}
	return r.render(http.StatusOK, view.Run(m))
}

func runLead(t store.TestRun) string {
	lead := fmt.Sprintf("Test user %s, created by %s, round %d", t.TestUser, t.CreatedByName, t.RoundNumber)
	if t.Release != "" {
		lead += ", release " + t.Release
	}
	return lead
}

// fillRunFindings sorts the findings: what fails, what warns, the rest by line,
// each by severity.
func fillRunFindings(m *view.RunModel, integration uuid.UUID, found []store.Finding) {
	worstFirst(found)
	labels := newLabels()
	for _, f := range found {
		fm := findingModel(integration, labels.finding(f.Finding))
		fm.ID = findingAnchor(f.Position)
		switch f.Finding.Verdict {
		case analysis.Fail, analysis.Warn:
			m.Problems = append(m.Problems, fm)
		case analysis.NotSeen:
			m.NotSeen = append(m.NotSeen, fm)
		case analysis.Pass:
			if len(fm.Pins) > 0 {
				fm.Href = fm.Pins[0].Href
			}
			m.Passes = append(m.Passes, fm)
		}
	}
}

// worstFirst sorts findings by verdict and severity; those that are alike stay in
// the order of the rules.
func worstFirst(found []store.Finding) {
	slices.SortStableFunc(found, func(a, b store.Finding) int { return analysis.CompareUrgency(a.Finding, b.Finding) })
}

func findingAnchor(position int) string { return fmt.Sprintf("finding-%d", position+1) }

var captureKinds = map[store.CaptureKind]string{
	store.CaptureBrowser: "browser", store.CaptureRecorder: "recorder", store.CaptureBackChannel: "back channel", store.CaptureProbe: "probe",
}

var exporterNames = map[string]string{
	"chrome": "Chrome or Edge", "firefox": "Firefox", "safari": "Safari", "playwright": "Playwright", "charles": "Charles",
	"fiddler": "Fiddler", "mitmproxy": "mitmproxy", "saml_tracer": "SAML-tracer", "back_channel": "your server", "proofwalk": "Proofwalk",
}

func exporterName(word string) string {
	if name, ok := exporterNames[word]; ok {
		return name
	}
	return "another tool"
}

var limitWords = map[string]string{
	capture.LimitCookies: "cookies", capture.LimitAuthorization: "Authorization headers", capture.LimitFragments: "what follows # in addresses",
	capture.LimitForms: "values of forms", capture.LimitBodies: "contents of pages", capture.LimitTimes: "times", capture.LimitTail: "the end of the file",
}

// cannotShow says in words what an exporter left out.
func cannotShow(limits []string) string {
	var words []string
	for _, l := range limits {
		if w, ok := limitWords[l]; ok && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	if len(words) == 0 {
		return "nothing known"
	}
	return strings.Join(words, ", ")
}

var redactedByWords = map[string]string{
	"server": "on the server", "partner_browser": "in the partner's browser", "partner_cli": "on the partner's machine",
	"partner_recorder": "by the partner's recorder", "partner_server": "on the partner's server",
}

func captureLine(c store.Capture) view.CaptureLine {
	report := reportOf(c)
	return view.CaptureLine{
		Number: c.Number, Href: pathCapture(c.IntegrationID, c.ID), Download: pathDownload(c.IntegrationID, c.ID), Kind: captureKinds[c.Kind],
		Exporter: exporterName(c.Exporter), Entries: c.EntryCount, Size: sizeWords(c.Bytes), Redacted: redactedWords(c, report),
		RedactedBy: redactedByWords[c.RedactedBy], Cut: cutWords(c, report), CannotShow: cannotShow(c.CannotShow),
		Happened: momentOf(c.HappenedAt), Received: c.ReceivedAt, By: c.CreatedByName,
	}
}

// redactedWords says how many values redaction took out. In a file that came
// redacted and was stored before these were counted nothing is.
func redactedWords(c store.Capture, report redact.Report) string {
	list, _ := app.Redactions(c.RedactedBy, report)
	if c.RedactedBy != analysis.ByServer && len(list) == 0 {
		return "Before it came"
	}
	return components.Plural(packet.RedactedValues(list), "value", "values")
}

// redactionLine is a capture's redaction report; of one without, the text says so.
func redactionLine(c store.Capture, report redact.Report) components.RedactionLine {
	list, counted := app.Redactions(c.RedactedBy, report)
	m := components.RedactionLine{Label: fmt.Sprintf("Capture %d", c.Number), Href: pathCapture(c.IntegrationID, c.ID), Redacted: redactedByWords[c.RedactedBy],
		Counted: packet.RedactionsCounted(counted), Values: packet.RedactedValues(list), What: packet.RedactionClauses(list)}
	if c.RedactedBy != analysis.ByServer && len(list) == 0 {
		m.Counted = "not counted when it was stored; a packet has the count"
		m.Uncounted = true
	}
	return m
}

// reportOf gives the stored redaction report; one that cannot be read is shown as empty.
func reportOf(c store.Capture) redact.Report {
	var report redact.Report
	if err := json.Unmarshal(c.Report, &report); err != nil {
		return redact.Report{}
	}
	return report
}

// cutWords says that a file's tail is missing, empty when it is whole.
func cutWords(c store.Capture, report redact.Report) string {
	if !report.Truncated {
		return ""
	}
	return fmt.Sprintf("Capture %d was cut off at byte %s. Its %s kept; what came later is missing, and rules that need it say not seen. Save the file again and add it to a new run for the whole.",
		c.Number, components.Number(int(report.StoppedAt)), components.Plural(c.EntryCount, "complete entry was", "complete entries were"))
}

func momentOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// sizeWords writes a size in bytes with the unit that fits.
func sizeWords(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}
