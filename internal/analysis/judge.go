package analysis

import (
	"slices"
	"strconv"

	"github.com/proofwalk/proofwalk/internal/integration"
)

// noFlow is the reason of every rule where a run holds no sign-in.
const noFlow = "No sign-in of this integration was found in the run: no request carries its client_id or redirect URI together with a response_type. Record the run from the page with the sign-in button on."

// Judge applies the rules of the integration's protocol to one test run; without
// a described protocol those of the sign-ins that the run holds, or all. The
// result holds at least one finding per rule that is heard, in the order of the
// catalogue and, within a rule, of the sign-ins. round is the other captures of
// the same round, for the rules that compare sign-ins; captures that are also in
// run are left out of it. Equal input gives equal findings.
func Judge(cfg integration.Config, run, round []Input) []Finding {
	return judge(newRun(cfg, run), run, joinEach(cfg, run, round))
}

// Judgement is everything that is computed of a test run.
type Judgement struct {
	Findings []Finding
	SignIns  []SignIn
}

// JudgeRun gives all that Judge does and the sign-ins, and joins the captures once.
func JudgeRun(cfg integration.Config, run, round []Input) Judgement {
	return judgement(newRun(cfg, run), run, joinEach(cfg, run, round))
}

// JudgeRound gives what JudgeRun does of each of a round's runs beside the others,
// and joins each capture once for all of them.
func JudgeRound(cfg integration.Config, runs [][]Input) []Judgement {
	each := joinEach(cfg, nil, slices.Concat(runs...))
	out := make([]Judgement, len(runs))
	for n, run := range runs {
		out[n] = judgement(newRun(cfg, run), run, each)
	}
	return out
}

func judgement(r *run, run []Input, round []joined) Judgement {
	findings := judge(r, run, round)
	return Judgement{Findings: findings, SignIns: r.signIns(findings)}
}

// joined is a capture of a round by itself. Rules only read it.
type joined struct {
	in  Input
	run *run
}

// joinEach joins the captures of a round that are not of the run.
func joinEach(cfg integration.Config, run, round []Input) []joined {
	own, out := idsOf(run), []joined(nil)
	for _, in := range round {
		if !own[in.ID] {
			out = append(out, joined{in, newRun(cfg, []Input{in})})
		}
	}
	return out
}

func idsOf(in []Input) map[string]bool {
	ids := map[string]bool{}
	for i := range in {
		ids[in[i].ID] = true
	}
	return ids
}

func judge(r *run, run []Input, round []joined) []Finding {
	c := newCourt(r)
	own, redactedBy := idsOf(run), map[string]string{}
	for _, other := range round {
		redactedBy[other.in.ID] = other.in.RedactedBy
		if !own[other.in.ID] {
			c.others = append(c.others, other.run.flows...)
			c.otherRuns = append(c.otherRuns, other.run)
		}
	}
	for _, in := range run {
		redactedBy[in.ID] = in.RedactedBy
	}
	var out []Finding
	for _, row := range catalogue {
		for _, a := range c.hear(row) {
			out = append(out, a.ruling.finding(row.Rule, a.flow, row.facts && anyPartnerSide(a.ruling.refs, redactedBy)))
		}
	}
	return out
}

// court is what the rules may look at.
type court struct {
	run       *run
	others    []*flow // of the round's other captures
	otherRuns []*run  // each of them
	known     *loads  // nil until a rule asks
	sent      map[string]*tally
	// apart are the courts that see the sign-ins of one protocol only.
	apart map[Protocol]*court
}

// loads gives the loads of redirect URIs in the run.
func (c *court) loads() *loads {
	if c.known == nil {
		c.known = loadsOf(c.run)
	}
	return c.known
}

// tally counts the values of a parameter over the sign-ins of the round.
func (c *court) tally(param string) *tally {
	if c.sent[param] == nil {
		c.sent[param] = tallyOf(param, slices.Concat(c.run.flows, c.others))
	}
	return c.sent[param]
}

func newCourt(r *run) *court {
	return &court{run: r, sent: map[string]*tally{}, apart: map[Protocol]*court{}}
}

type answer struct {
	flow   int
	ruling ruling
}

// hear asks one rule about everything it judges.
func (c *court) hear(row row) []answer {
	if !c.hears(row) {
		return nil
	}
	c = c.of(row)
	var out []answer
	if row.beside != nil {
		if r := row.beside(c); r != nil {
			out = append(out, answer{0, *r})
		}
	}
	switch {
	case len(c.run.flows) == 0 && !row.anyway:
		return append(out, answer{0, unseen(c.noFlow(row))})[:1]
	case row.judgeRun != nil:
		r := row.judgeRun(c)
		if len(c.run.flows) > maxFlows && r.verdict == Pass {
			r = unseen(tooMany)
		}
		return append(out, answer{0, r})
	}
	beyond := false
	for _, f := range c.run.flows {
		if f.number > maxFlows {
			beyond = true
			break
		}
		if row.refusals && f.outcome() != OutcomeError {
			continue
		}
		out = append(out, answer{f.number, row.hear(c, f)})
	}
	switch {
	case beyond:
		return append(out, answer{0, unseen(tooMany)})
	case len(out) == 0:
		return []answer{{0, unseen(noRefusal)}}
	}
	return out
}

// hear judges a sign-in, unless its request hides what the rule looks at.
func (r row) hear(c *court, f *flow) ruling {
	if r.sealedFor(f) {
		return unseen(sealedRequest, refs("", f.authorize)...)
	}
	return r.judge(c, f)
}

// judged gives the sign-ins that the rules judge.
func (c *court) judged() []*flow { return c.run.flows[:min(len(c.run.flows), maxFlows)] }

// maxFlows is the most sign-ins of a run that the rules judge.
const maxFlows = 300

// tooMany is what a rule says of the sign-ins that it did not judge.
var tooMany = "The run holds more than " + strconv.Itoa(maxFlows) + " sign-ins; only the first " + strconv.Itoa(maxFlows) + " were judged. Record fewer in a run."

// hears tells whether the rule is about a protocol in which the integration signs
// people in; of one that is not described the run tells.
func (c *court) hears(row row) bool {
	for _, d := range dialectsOf(c.run.cfg) {
		if row.about(d.protocol) && (c.run.cfg.Protocol != "" || len(c.run.flows) == 0 || c.run.speaks(d)) {
			return true
		}
	}
	return false
}

// speaks tells whether the run holds a sign-in of the protocol.
func (r *run) speaks(d *dialect) bool {
	return slices.ContainsFunc(r.flows, func(f *flow) bool { return f.dialect == d })
}

// of leaves to a rule the sign-ins of the protocol that it is about.
func (c *court) of(row row) *court {
	heard := row.protocols()
	strange := func(f *flow) bool { return !row.about(f.dialect.protocol) }
	if len(heard) > 1 || !slices.ContainsFunc(c.run.flows, strange) && !slices.ContainsFunc(c.others, strange) {
		return c
	}
	if c.apart[heard[0]] == nil {
		r := *c.run
		r.flows = slices.DeleteFunc(slices.Clone(r.flows), strange)
		apart := newCourt(&r)
		apart.otherRuns = c.otherRuns
		apart.others = slices.DeleteFunc(slices.Clone(c.others), strange)
		c.apart[heard[0]] = apart
	}
	return c.apart[heard[0]]
}

// noFlow is the reason where no sign-in was found that the rule is about.
func (c *court) noFlow(row row) string {
	spoken := dialectsOf(c.run.cfg)
	i := slices.IndexFunc(spoken, func(d *dialect) bool { return row.about(d.protocol) })
	return spoken[max(i, 0)].words.noFlow
}

// noRefusal is the reason of every rule about refusals where a run holds none.
const noRefusal = "No sign-in of this run ended with an error. Run the scenario in which the user declines consent and record it until the last page has loaded."

func anyPartnerSide(refs []Ref, redactedBy map[string]string) bool {
	for _, ref := range refs {
		if redactedBy[ref.Capture] != ByServer {
			return true
		}
	}
	return false
}
