package app_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
)

// A round whose transcripts cannot be read keeps no other round from being
// judged; the job fails, and is tried again for what is left.
func TestABrokenRoundHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, first := m.recorded(t, "right-happy-path.har")
	must(t, m.decide(t, m.submit(t, id), store.RevisionReturned, "The button was missing.")) // opens round 2
	second := m.second(t, id, "right-second-happy-path.har")
	_, err := m.app.Store.Pool().Exec(t.Context(), `INSERT INTO artifacts (partner_id, digest, media_type, bytes, created_at)
		SELECT partner_id, repeat('0', 64), media_type, bytes, created_at FROM artifacts WHERE digest = (SELECT digest FROM captures WHERE id = $1)`, first)
	must(t, err)
	_, err = m.app.Store.Pool().Exec(t.Context(), "UPDATE captures SET digest = repeat('0', 64) WHERE id = $1", first)
	must(t, err)
	if err := m.app.JudgeAgain(t.Context(), (&newer{}).judge(analysis.RuleSet+1), id); err == nil {
		t.Error("a run that could not be read was taken for judged")
	}
	if _, ruleSet, _ := m.verdicts(t, id, m.runOf(t, id, second)); ruleSet != analysis.RuleSet+1 {
		t.Errorf("the run of the other round is of rule set %d", ruleSet)
	}
}

// What is frozen for a review was judged with the description that is frozen
// with it: during the review nothing is judged again.
func TestSubmitWaitsForTheJudgement(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, capture := m.recorded(t, "right-happy-path.har")
	m.cite(t, id, capture, "TST-09")
	m.settle(t, id)
	m.save(t, id, func(c *integration.Config) { c.Policies = []string{"military"} }) // voids nothing here
	_, err := m.app.SubmitRevision(t.Context(), app.Command{Actor: m.member}, id)
	kind(t, err, apperr.Conflict)
	if !strings.Contains(fmt.Sprint(apperr.FieldsOf(err)), "run 1 is being judged again") {
		t.Errorf("refused with %v", apperr.FieldsOf(err))
	}
	must(t, m.app.JudgeAgain(t.Context(), app.BuiltinJudge(), id))
	_, err = m.app.SubmitRevision(t.Context(), app.Command{Actor: m.member}, id)
	must(t, err)
}
