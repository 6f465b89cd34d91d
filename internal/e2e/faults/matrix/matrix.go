// Package matrix says what a committed fault must be found as, and compares it
// with what was found. The live run and the kept recordings are both held to it.
package matrix

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/record"
	"github.com/proofwalk/proofwalk/internal/integration"
)

// Site holds the origins that a case plays on, without a slash at the end; each
// is another site to the browser.
type Site struct {
	RelyingParty string
	Provider     string
	Stranger     string // a host that nobody declared
	// Email and Password are those of a made-up user of the provider; Consents
	// tells that it asks for consent after the sign-in.
	Email, Password string
	Consents        bool
}

// Steps is what the user does, from the first page to the last.
type Steps func(ctx context.Context, tab *record.Tab, site Site) error

// Case is one test run with at most one fault in it.
type Case struct {
	Name     string // unique; also the name of its recordings
	Protocol integration.Protocol
	Provider string // which provider it signs in at
	// Fault is what the relying party or the provider is told to do wrong, in
	// words that they know; empty: nothing.
	Fault    string
	Scenario string // as a test run names it: happy-path, consent-denied ...
	// Expected are the findings of verdict fail or warn, all of them.
	Expected []Expected
	Steps    Steps
}

// Expected is a rule that must answer with a verdict at least once in a run;
// how many sign-ins of the run it says so about does not count.
type Expected struct {
	Rule    string
	Verdict analysis.Verdict // fail or warn
}

func (e Expected) String() string { return e.Rule + " " + string(e.Verdict) }

// Fails expects the rule to fail.
func Fails(rule string) Expected { return Expected{rule, analysis.Fail} }

// Warns expects the rule to warn.
func Warns(rule string) Expected { return Expected{rule, analysis.Warn} }

// Outcome is what became of one case.
type Outcome struct {
	Got        []Expected
	Missing    []Expected
	Unexpected []Expected
	Err        error // the case could not be played or judged
}

// Right tells whether exactly the expected was found.
func (o Outcome) Right() bool {
	return o.Err == nil && len(o.Missing) == 0 && len(o.Unexpected) == 0
}

// Compare holds findings to what was expected.
func Compare(findings []analysis.Finding, want []Expected) Outcome {
	var o Outcome
	for i := range findings {
		f := Expected{findings[i].Rule, findings[i].Verdict}
		if (f.Verdict == analysis.Fail || f.Verdict == analysis.Warn) && !slices.Contains(o.Got, f) {
			o.Got = append(o.Got, f)
		}
	}
	o.Missing = without(want, o.Got)
	o.Unexpected = without(o.Got, want)
	return o
}

func without(all, these []Expected) (out []Expected) {
	for _, e := range all {
		if !slices.Contains(these, e) {
			out = append(out, e)
		}
	}
	return out
}

// Matrix collects outcomes in the order of the cases.
type Matrix struct {
	rows []row
}

type row struct {
	c Case
	o Outcome
}

// Add takes the outcome of a case.
func (m *Matrix) Add(c Case, o Outcome) { m.rows = append(m.rows, row{c, o}) }

// Right tells whether there is at least one case and every one came out as expected.
func (m *Matrix) Right() bool {
	return len(m.rows) > 0 && !slices.ContainsFunc(m.rows, func(r row) bool { return !r.o.Right() })
}

// Write prints a row per case, what is wrong in those that are, and a sum.
func (m *Matrix) Write(out io.Writer) error {
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	line := func(cells ...string) { _, _ = fmt.Fprintln(table, strings.Join(cells, "\t")) } // a Builder takes all
	line("protocol", "provider", "case", "scenario", "expected", "got", "verdict")
	faults, wrong := 0, 0
	for _, r := range m.rows {
		verdict := "right"
		if !r.o.Right() {
			verdict = "WRONG"
			wrong++
		}
		if r.c.Fault != "" {
			faults++
		}
		line(string(r.c.Protocol), r.c.Provider, r.c.Name, r.c.Scenario, list(r.c.Expected), list(r.o.Got), verdict)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, r := range m.rows {
		for _, e := range r.o.Missing {
			fmt.Fprintf(&b, "%s: %s is missing\n", r.c.Name, e)
		}
		for _, e := range r.o.Unexpected {
			fmt.Fprintf(&b, "%s: %s was not expected\n", r.c.Name, e)
		}
		if r.o.Err != nil {
			fmt.Fprintf(&b, "%s: %v\n", r.c.Name, r.o.Err)
		}
	}
	fmt.Fprintf(&b, "\n%d cases, %d with a fault, %d faultless; %d right, %d wrong\n",
		len(m.rows), faults, len(m.rows)-faults, len(m.rows)-wrong, wrong)
	_, err := io.WriteString(out, b.String())
	return err
}

func list(all []Expected) string {
	if len(all) == 0 {
		return "none"
	}
	all = slices.SortedFunc(slices.Values(all), func(a, b Expected) int { return cmp.Compare(a.Rule, b.Rule) })
	words := make([]string, len(all))
	for i, e := range all {
		words[i] = e.String()
	}
	return strings.Join(words, ", ")
}
