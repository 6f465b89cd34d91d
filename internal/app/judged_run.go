package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
)

// judgedRun is a stored run with what is said of it in the place of what was said
// before.
type judgedRun struct {
	run     store.TestRun // as it was judged before
	ruleSet int
	version int // of the configuration
	// capture is what came to the run's round, nil where the judge changed.
	capture *uuid.UUID
	// because names what is new: "under rule set 4", "with capture 3 of run 2".
	because string
	said    analysis.Judgement
	changes []analysis.VerdictChange // filled in by replace
}

// replace stores what is said and keeps the verdicts that it changes, if the run
// was judged before.
func (j *judgedRun) replace(ctx context.Context, w *Write) error {
	scope, run := w.Cmd.Actor.Scope(), j.run
	if run.JudgedRuleSet > 0 {
		before, err := store.ListRunVerdicts(ctx, w.Tx, scope, run.IntegrationID, run.ID)
		if err != nil {
			return err
		}
		old := make([]analysis.Finding, len(before))
		for n, f := range before {
			old[n] = analysis.Finding{Rule: f.Rule, Verdict: f.Verdict}
		}
		j.changes = analysis.VerdictChanges(old, j.said.Findings)
	}
	if err := store.ReplaceRunJudgement(ctx, w.Tx, scope, run, j.version, j.said, w.Now); err != nil {
		return err
	}
	for _, c := range j.changes {
		err := store.InsertVerdictChange(ctx, w.Tx, store.VerdictChange{PartnerID: run.PartnerID, ID: store.NewID(), IntegrationID: run.IntegrationID,
			TestRunID: run.ID, Rule: c.Rule, RuleSetBefore: run.JudgedRuleSet, VersionBefore: run.JudgedVersion, VerdictBefore: c.Before,
			RuleSet: j.ruleSet, ConfigurationVersion: j.version, Verdict: c.After, CaptureID: j.capture, ChangedAt: w.Now})
		if err != nil {
			return err
		}
	}
	return nil
}

// worse tells in words what the given rules say worse of the run; empty for nothing.
func (j *judgedRun) worse(rules []string) string {
	var worse []string
	for _, c := range j.changes {
		if c.Worse() && slices.Contains(rules, c.Rule) {
			worse = append(worse, fmt.Sprintf("%s said %s and says %s now", c.Rule, verdictWords(c.Before), verdictWords(c.After)))
		}
	}
	if len(worse) == 0 {
		return ""
	}
	return fmt.Sprintf("Run %d was judged again %s: %s.", j.run.Number, j.because, strings.Join(worse, ", "))
}

// verdictWords says a verdict in the middle of a sentence.
func verdictWords(v analysis.Verdict) string {
	switch v {
	case "":
		return "nothing"
	case analysis.NotSeen:
		return "not seen"
	}
	return string(v)
}

// mostWorseRuns is how many runs the reason of a stale item tells of.
const mostWorseRuns = 3

// voidWorse marks the items that somebody stands for and that cite a run of which
// one of their rules says worse now. It adds what changed to the details of the
// write's audit entry.
func voidWorse(ctx context.Context, w *Write, integration uuid.UUID, judged []judgedRun, details map[string]audit.Value) error {
	changed, worse := 0, 0
	for _, j := range judged {
		changed += len(j.changes)
		for _, c := range j.changes {
			if c.Worse() {
				worse++
			}
		}
	}
	details["changed_verdicts"], details["worse_verdicts"] = audit.Int(changed), audit.Int(worse)
	if worse == 0 {
		return nil
	}
	scope := w.Cmd.Actor.Scope()
	items, err := store.ListChecklistItems(ctx, w.Tx, scope, integration)
	if err != nil {
		return err
	}
	evidence, err := store.ListEvidence(ctx, w.Tx, scope, integration)
	if err != nil {
		return err
	}
	reasons := map[string]string{}
	for _, i := range items {
		if !i.Applies || !i.Rule().Standing() {
			continue
		}
		if reason := worseOf(i, evidence, judged); reason != "" {
			reasons[i.RequirementID] = reason
		}
	}
	stale, err := markStale(ctx, w, items, reasons)
	noteStale(details, stale)
	return err
}

// worseOf says what got worse of the runs that an item cites; empty for nothing.
func worseOf(i store.ChecklistItem, evidence []store.Evidence, judged []judgedRun) string {
	requirement, _ := checklist.Builtin().Requirement(i.RequirementID)
	var worse []string
	for _, j := range judged {
		cites := slices.ContainsFunc(evidence, func(e store.Evidence) bool {
			return e.ItemID == i.ID && e.TestRunID != nil && *e.TestRunID == j.run.ID
		})
		if words := j.worse(requirement.Rules); cites && words != "" {
			worse = append(worse, words)
		}
	}
	if more := len(worse) - mostWorseRuns; more > 0 {
		worse = append(worse[:mostWorseRuns], fmt.Sprintf("So it is with %d more.", more))
	}
	return strings.Join(worse, " ")
}
