package web

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/integration"
)

// coverage is what an integration's test runs show together, with what pages
// need to lead to it.
type coverage struct {
	app.Coverage
	integration uuid.UUID
	runs        map[int]store.SignIn // one of each run, by its number
	mayRun      bool
	labels      labels
}

func (r *request) coverage(s store.IntegrationSummary) (coverage, error) {
	i, err := store.FindIntegration(r.ctx(), r.reader(), r.scope(), s.ID)
	if err != nil {
		return coverage{}, err
	}
	signIns, err := store.ListSignIns(r.ctx(), r.reader(), r.scope(), s.ID)
	if err != nil {
		return coverage{}, err
	}
	c := coverage{Coverage: app.CoverageOf(i.Config, signIns), integration: s.ID, runs: map[int]store.SignIn{},
		mayRun: r.actor.Can(auth.RunTests, s.PartnerID), labels: newLabels()}
	for _, signIn := range signIns {
		c.runs[signIn.RunNumber] = signIn
	}
	return c, nil
}

// showCoverage shows error paths, null values and data minimization.
func showCoverage(r *request) error {
	page, err := r.integrationPage("Coverage", pathIntegration)
	if err != nil {
		return err
	}
	c, err := r.coverage(page.Summary)
	if err != nil {
		return err
	}
	runs, err := store.ListTestRuns(r.ctx(), r.reader(), r.scope(), page.Summary.ID)
	if err != nil {
		return err
	}
	return r.render(http.StatusOK, view.Coverage(view.CoverageModel{
		Shell: page.Shell, OverviewHref: pathIntegration(page.Summary.ID), Waiting: waitingSaid(runs),
		Paths: c.paths(), Nulls: c.nulls(), Minimal: c.minimal(),
	}))
}

// waitingSaid names the runs that an older program judged, which did not keep all
// that this page reads; empty without any.
func waitingSaid(runs []store.TestRun) string {
	n := 0
	for _, run := range runs {
		if run.JudgedRuleSet != 0 && run.JudgedRuleSet < analysis.RuleSet {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%s to be judged again under rule set %d. What is missing here may be in them.",
		components.Plural(n, "test run still has", "test runs still have"), analysis.RuleSet)
}

var pathMarks = map[analysis.PathState]components.PathMark{
	analysis.PathHandled: {Verdict: components.VerdictPass}, analysis.PathMishandled: {Verdict: components.VerdictFail},
	analysis.PathUntold: {Verdict: components.VerdictNotSeen}, analysis.PathNotExercised: {},
}

func pathAnchor(r analysis.Refusal) string { return "path-" + strings.ReplaceAll(string(r), "_", "-") }

func (c coverage) pathsSaid() string {
	return fmt.Sprintf("%d of %s handled", analysis.CountPaths(c.Paths)[analysis.PathHandled],
		components.Plural(len(c.Paths), "documented refusal", "documented refusals"))
}

func (c coverage) pathCounts() []components.MarkCount {
	n := analysis.CountPaths(c.Paths)
	var out []components.MarkCount
	for _, s := range analysis.PathStates() {
		out = append(out, components.MarkCount{Mark: pathMarks[s], Word: packet.PathWord(string(s)), N: n[s]})
	}
	return out
}

func (c coverage) paths() view.PathsModel {
	m := view.PathsModel{Said: c.pathsSaid(), Counts: c.pathCounts()}
	for _, p := range c.Paths {
		line := view.PathLine{ID: pathAnchor(p.Refusal), Title: p.Title, Codes: p.Codes, Mark: pathMarks[p.State], State: packet.PathWord(string(p.State)),
			HowTo: p.HowTo}
		if p.Scenario != "" {
			line.Scenario = strings.ToLower(scenarioTitle(p.Scenario))
		}
		if c.mayRun && p.Scenario != "" {
			line.NewHref = pathNewRun(c.integration) + "?scenario=" + p.Scenario
		}
		for _, s := range p.DeciderFirst(mostShown) {
			line.Shown = append(line.Shown, c.shownError(s))
		}
		line.Others = len(p.Shown) - 1
		m.Lines = append(m.Lines, line)
	}
	return m
}

// mostShown is how many error transcripts of a refusal a page draws.
const mostShown = 20

// shownError draws one error transcript with the hops and findings that show it.
func (c coverage) shownError(s analysis.ShownError) view.ShownError {
	run := c.runs[s.Run]
	m := view.ShownError{Run: runTitle(s.Run, run.Scenario), RunHref: pathRun(c.integration, run.TestRunID),
		Arrived: c.labels.text(s.Arrived(), 0), Saw: c.labels.text(s.Saw.Words(), 0), Why: s.Why}
	m.Pins = c.pins(&s.At, s.Saw.Page)
	for _, x := range s.Said {
		f := components.FindingModel{Verdict: components.Verdict(x.Verdict), Title: c.labels.text(x.Title, 0), Rule: x.Rule, RuleHref: pathRule(x.Rule),
			Cure: x.Cure, Href: m.RunHref + "#" + findingAnchor(x.Finding)}
		m.Said = append(m.Said, f)
	}
	return m
}

// pins lead to the hops, each once.
func (c coverage) pins(refs ...*analysis.Ref) []components.PinModel {
	var out []components.PinModel
	seen := map[string]bool{}
	for _, ref := range refs {
		if ref == nil {
			continue
		}
		capture, err := uuid.Parse(ref.Capture)
		href := pathHop(c.integration, capture, ref.Entry)
		if err != nil || seen[href] {
			continue
		}
		seen[href] = true
		out = append(out, components.PinModel{Text: "hop " + components.Number(ref.Entry+1), Href: href})
	}
	return out
}

// runPins lead to the hops of a run, and say which run it is.
func (c coverage) runPins(run int, refs ...*analysis.Ref) []components.PinModel {
	pins := c.pins(refs...)
	for i := range pins {
		pins[i].Text = fmt.Sprintf("run %d, %s", run, pins[i].Text)
	}
	return pins
}

// stopsOf are the stops of a user who succeeds, with the refusals met there.
var stopsOf = []struct {
	name     string
	refusals []analysis.Refusal
}{
	{"Request", []analysis.Refusal{analysis.RefusalScope, analysis.RefusalRequest, analysis.RefusalClient, analysis.RefusalRedirectURI,
		analysis.RefusalResponseType, analysis.RefusalContext, analysis.RefusalOtherStatus, analysis.RefusalOtherError}},
	{"Verification", []analysis.Refusal{analysis.RefusalVerification, analysis.RefusalAuthnFailed, analysis.RefusalProviderDown}},
	{"Consent", []analysis.Refusal{analysis.RefusalDenied, analysis.RefusalRequestDenied}},
	{"Return", []analysis.Refusal{analysis.RefusalSpentCode, analysis.RefusalSpentResponse}},
}

// picture draws the same in short, for the overview.
func (c coverage) picture() view.CoveragePicture {
	here := pathCoverage(c.integration)
	m := view.CoveragePicture{Href: here, Said: c.pathsSaid(), Count: c.pathCounts()}
	paths := map[analysis.Refusal]analysis.ErrorPath{}
	for _, p := range c.Paths {
		paths[p.Refusal] = p
	}
	for _, s := range stopsOf {
		stop := components.PathStop{Name: s.name}
		for _, refusal := range s.refusals {
			if p, listed := paths[refusal]; listed {
				stop.Branches = append(stop.Branches, components.PathBranch{Mark: pathMarks[p.State], Name: p.Title, Saw: packet.PathWord(string(p.State)),
					Href: here + "#" + pathAnchor(refusal)})
			}
		}
		m.Stops = append(m.Stops, stop)
	}
	m.Lines = []view.CoverageLine{
		{Mark: c.nullMark(), Title: "Null values", Said: c.nullsSaid(), Href: here + "#null-values"},
		{Mark: c.minimalMark(), Title: "Data minimization", Said: c.minimalSaid(), Href: here + "#data-minimization"},
	}
	return m
}
