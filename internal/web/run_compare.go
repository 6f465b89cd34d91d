package web

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/run"
)

// compareRuns shows two runs of one scenario side by side: which findings
// appeared, went or changed, and which hops differ.
func compareRuns(r *request) error {
	p, err := r.runPage("Compare runs")
	if err != nil {
		return err
	}
	id, err := r.id("other")
	if err != nil {
		return err
	}
	other, err := store.FindTestRun(r.ctx(), r.reader(), r.scope(), p.Summary.ID, id)
	if err != nil {
		return err
	}
	if other.ID == p.run.ID || other.Scenario != p.run.Scenario {
		return apperr.New(apperr.NotFound, "Only two runs of the same scenario can be compared.")
	}
	earlier, later := other, p.run
	if earlier.Number > later.Number {
		earlier, later = later, earlier
	}
	m := view.CompareModel{Shell: p.Shell, Title: "Run " + components.Number(earlier.Number) + " beside run " + components.Number(later.Number),
		Lead: scenarioTitle(later.Scenario), ListHref: pathRuns(p.Summary.ID), Before: runName(earlier), After: runName(later)}
	for _, t := range []store.TestRun{earlier, later} {
		if t.Captures == 0 {
			m.Empty = append(m.Empty, runName(t).Text)
		}
	}
	m.OtherRound = earlier.RoundNumber != later.RoundNumber
	if len(m.Empty) == 0 {
		if err := r.fillChanges(&m, p.Summary.ID, earlier, later); err != nil {
			return err
		}
		if err := r.fillHops(&m, p.Summary.ID, earlier, later); err != nil {
			return err
		}
	}
	if m.Others, err = r.comparable(p.run, other.ID); err != nil {
		return err
	}
	return r.render(http.StatusOK, view.Compare(m))
}

func runName(t store.TestRun) view.Link {
	return view.Link{Text: "Run " + components.Number(t.Number), Href: pathRun(t.IntegrationID, t.ID)}
}

// comparable gives the other runs of the same scenario that have a capture, the
// latest first; without leaves one out.
func (r *request) comparable(run store.TestRun, without uuid.UUID) (out []view.Link, err error) {
	runs, err := store.ListTestRuns(r.ctx(), r.reader(), r.scope(), run.IntegrationID)
	if err != nil {
		return nil, err
	}
	for _, t := range runs {
		if t.ID != run.ID && t.ID != without && t.Scenario == run.Scenario && t.Captures > 0 {
			out = append(out, view.Link{Text: "Run " + components.Number(t.Number), Href: pathCompare(run.IntegrationID, run.ID, t.ID)})
		}
	}
	return out, nil
}

func (r *request) fillChanges(m *view.CompareModel, integration uuid.UUID, earlier, later store.TestRun) error {
	var findings [2][]analysis.Finding
	for i, t := range []store.TestRun{earlier, later} {
		found, err := store.ListRunFindings(r.ctx(), r.reader(), r.scope(), integration, t.ID)
		if err != nil {
			return err
		}
		for _, f := range found {
			findings[i] = append(findings[i], f.Finding)
		}
	}
	before, after := newLabels(), newLabels() // pseudonyms of two runs are named apart
	for _, c := range analysis.Compare(findings[0], findings[1]) {
		line := view.ChangedLine{}
		if c.Before != nil {
			line.Before = findingModel(integration, before.finding(*c.Before))
		}
		if c.After != nil {
			line.After = findingModel(integration, after.finding(*c.After))
		}
		switch c.Kind {
		case analysis.ChangeAppeared:
			if c.Before == nil || c.Before.Verdict == analysis.NotSeen {
				line.After.Origin = "Not seen in the earlier run, so it may have been there"
			}
			m.Appeared = append(m.Appeared, line.After)
		case analysis.ChangeWent:
			m.Went = append(m.Went, line.Before)
		case analysis.ChangeChanged:
			m.Changed = append(m.Changed, line)
		}
	}
	return nil
}

func (r *request) fillHops(m *view.CompareModel, integration uuid.UUID, earlier, later store.TestRun) error {
	before, err := r.hopLines(integration, earlier)
	if err != nil {
		return err
	}
	after, err := r.hopLines(integration, later)
	if err != nil {
		return err
	}
	pairs, more := analysis.PairHops(before, after)
	m.MoreHops = more
	for _, p := range pairs {
		row := view.HopRow{Same: p.Same()}
		for _, h := range []*analysis.HopLine{p.Before, p.After} {
			if h != nil {
				row.Method, row.URL, row.Name = h.Method, h.URL, h.Name
			}
		}
		row.Before, row.After = answered(p.Before), answered(p.After)
		m.Hops = append(m.Hops, row)
		if row.Same {
			m.SameHops++
		}
	}
	return nil
}

// answered says how a hop was answered, "" where a run has none.
func answered(h *analysis.HopLine) string {
	switch {
	case h == nil:
		return ""
	case h.Status == 0:
		return "no answer"
	}
	return components.Number(h.Status)
}

// mostHops bounds the hops of a capture that are read.
const mostHops = 1001

// hopLines gives the hops of a run, capture by capture.
func (r *request) hopLines(integration uuid.UUID, run store.TestRun) (out []analysis.HopLine, err error) {
	captures, err := store.ListRunCaptures(r.ctx(), r.reader(), r.scope(), integration, run.ID)
	if err != nil {
		return nil, err
	}
	for _, c := range captures {
		entries, err := store.ListEntries(r.ctx(), r.reader(), r.scope(), c.PartnerID, c.ID, store.EntryFilter{Hops: true, After: -1}, mostHops)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			out = append(out, analysis.HopLine{Method: e.Method, URL: e.Scheme + "://" + e.Host + e.Path, Status: e.Status, Name: e.PageName})
		}
	}
	return out, nil
}
