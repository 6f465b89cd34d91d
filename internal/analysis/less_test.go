package analysis_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// TestLessIsNeverPass takes things away from runs in which a rule fails or
// warns. What is left may show less, but the rule must not pass for it.
func TestLessIsNeverPass(t *testing.T) {
	t.Parallel()
	tried := 0
	for _, fx := range loadFixtures(t) {
		for _, c := range fx.cases {
			if v := c.verdict(); v != analysis.Fail && v != analysis.Warn {
				continue
			}
			for what, less := range poorer(c) {
				tried++
				for _, f := range analysis.Judge(c.cfg, less, c.round) {
					if f.Rule == fx.rule && f.Flow <= 1 && f.Verdict == analysis.Pass {
						t.Errorf("%s, %s, %s: passes", fx.rule, c.name, what)
					}
				}
			}
		}
	}
	if tried < 100 {
		t.Errorf("tried only %d poorer runs", tried)
	}
}

// poorer gives the run with its first capture cut off after each of its hops,
// without its facts, without its headers, with a damaged tail, and as exporters
// write it that leave something out and say so.
func poorer(c fixtureCase) map[string][]analysis.Input {
	out := map[string][]analysis.Input{}
	change := func(what string, edit func(*transcript.Transcript)) {
		in := append([]analysis.Input(nil), c.run...)
		tr := *in[0].T
		tr.Entries = append([]transcript.Entry(nil), tr.Entries...)
		edit(&tr)
		in[0].T = &tr
		out[what] = in
	}
	for n := range c.run[0].T.Entries {
		if n > lastHop(c) {
			break
		}
		change(fmt.Sprintf("cut off after %d entries", n), func(tr *transcript.Transcript) { tr.Entries = tr.Entries[:n] })
	}
	change("without facts", func(tr *transcript.Transcript) {
		for i := range tr.Entries {
			tr.Entries[i].Facts = nil
		}
	})
	change("without headers", func(tr *transcript.Transcript) {
		for i := range tr.Entries {
			tr.Entries[i].Request.Headers = nil
		}
	})
	change("without the headers of the answers", func(tr *transcript.Transcript) {
		for i := range tr.Entries {
			if p := tr.Entries[i].Response; p != nil {
				p := *p
				p.Headers, p.Cookies = nil, nil
				tr.Entries[i].Response = &p
			}
		}
	})
	change("with a damaged tail", func(tr *transcript.Transcript) {
		tr.Meta.Source.Limits = []string{"tail"}
	})
	change("sanitized", func(tr *transcript.Transcript) {
		tr.Meta.Source.Limits = []string{"cookies", "authorization"}
		for i := range tr.Entries {
			q := &tr.Entries[i].Request
			q.Cookies, q.Headers = nil, slices.DeleteFunc(slices.Clone(q.Headers), func(h transcript.Field) bool {
				return h.Name == "Authorization" || h.Name == "Cookie"
			})
			if p := tr.Entries[i].Response; p != nil {
				p := *p
				p.Cookies, p.Headers = nil, slices.DeleteFunc(slices.Clone(p.Headers), func(h transcript.Field) bool { return h.Name == "Set-Cookie" })
				tr.Entries[i].Response = &p
			}
		}
	})
	change("with hashed forms", func(tr *transcript.Transcript) {
		tr.Meta.Source.Limits = []string{"forms"}
		for i := range tr.Entries {
			q := &tr.Entries[i].Request
			q.Form = slices.Clone(q.Form)
			for j := range q.Form {
				q.Form[j].Value = ""
			}
		}
	})
	change("cut at the number sign", func(tr *transcript.Transcript) {
		tr.Meta.Source.Limits = []string{"fragments"}
		for i := range tr.Entries {
			q := &tr.Entries[i].Request
			q.URL, _, _ = strings.Cut(q.URL, "#")
			q.Fragment = nil
		}
	})
	return out
}

// lastHop is the final page of the first sign-in, or else its request.
func lastHop(c fixtureCase) int {
	flows := analysis.Flows(c.cfg, c.run)
	if len(flows) == 0 {
		return -1
	}
	if flows[0].Final != nil {
		return flows[0].Final.Entry
	}
	return flows[0].Authorize.Entry
}
