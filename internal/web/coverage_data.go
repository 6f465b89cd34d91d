package web

import (
	"fmt"
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/integration"
)

var nullMarks = map[analysis.NullState]components.PathMark{
	analysis.NullHandled: {Verdict: components.VerdictPass}, analysis.NullBroken: {Verdict: components.VerdictFail},
	analysis.NullUntold: {Verdict: components.VerdictNotSeen}, analysis.NullValueOnly: {}, analysis.NullNever: {},
}

func (c coverage) nullCounts() []components.MarkCount {
	n := c.Nulls.Count()
	if len(n) == 0 {
		return nil
	}
	var out []components.MarkCount
	for _, s := range analysis.NullStates() {
		out = append(out, components.MarkCount{Mark: nullMarks[s], Word: packet.NullWord(string(s)), N: n[s]})
	}
	return out
}

func (c coverage) nullsSaid() string {
	n, all := c.Nulls.Count(), 0
	for _, count := range n {
		all += count
	}
	if all == 0 {
		return "no attribute is said to be missing at times"
	}
	return fmt.Sprintf("%d of %s seen empty with the page loaded", n[analysis.NullHandled], components.Plural(all, "case", "cases"))
}

// nullMark is the worst that the matrix shows, and a pass only where every case
// was seen.
func (c coverage) nullMark() components.PathMark {
	n := c.Nulls.Count()
	for _, s := range []analysis.NullState{analysis.NullBroken, analysis.NullUntold, analysis.NullValueOnly, analysis.NullNever, analysis.NullHandled} {
		if n[s] > 0 {
			return nullMarks[s]
		}
	}
	return components.PathMark{}
}

func (c coverage) nulls() view.NullsModel {
	m := view.NullsModel{Said: c.nullsSaid(), Counts: c.nullCounts(), DescriptionHref: pathDescription(c.integration)}
	for _, row := range c.Nulls.Rows {
		if n := len(m.Policies); n == 0 || m.Policies[n-1].Policy != row.Policy {
			table := view.NullTable{Policy: row.Policy}
			for _, method := range c.Nulls.Methods {
				table.Methods = append(table.Methods, methodWords(method))
			}
			m.Policies = append(m.Policies, table)
		}
		line := view.NullRow{Handle: row.Handle, Required: row.Required}
		for _, cell := range row.Cells {
			line.Cells = append(line.Cells, c.nullCell(cell))
		}
		table := &m.Policies[len(m.Policies)-1]
		table.Rows = append(table.Rows, line)
	}
	return m
}

func (c coverage) nullCell(x analysis.NullCell) view.NullCell {
	m := view.NullCell{Method: methodWords(x.Method), Mark: nullMarks[x.State], State: packet.NullWord(string(x.State)), Why: x.Why,
		Inferred: x.Inferred && x.Says != "", Disputed: x.Disputed, Expect: x.Words()}
	if m.Quiet = !x.MayBeMissing && (x.State == analysis.NullValueOnly || x.State == analysis.NullNever); m.Quiet && x.State == analysis.NullValueOnly {
		m.State = "With a value"
	}
	// The sign-in that the state rests on: where it came empty, or else the newest.
	i := max(0, slices.IndexFunc(x.Shown, func(s analysis.ShownAttribute) bool { return s.Empty }))
	if i < len(x.Shown) {
		s := x.Shown[i]
		if s.Empty && s.Final != nil {
			m.Pins = c.runPins(s.Run, s.Final)
		} else {
			m.Pins = c.runPins(s.Run, s.At)
		}
	}
	return m
}

// methodWords names a verification method as it is declared.
func methodWords(method string) string {
	if method == "" {
		return "method not known"
	}
	return strings.ReplaceAll(method, "_", " ")
}

var receiptMarks = map[analysis.Receipt]components.PathMark{
	analysis.Received: {Verdict: components.VerdictPass}, analysis.NeverReceived: {Verdict: components.VerdictWarn},
	analysis.ReceiptUntold: {Verdict: components.VerdictNotSeen},
}

func (c coverage) minimal() view.MinimalModel {
	x := c.Minimal
	m := view.MinimalModel{Said: c.minimalSaid(), DescriptionHref: pathDescription(c.integration)}
	if x.Dark > 0 {
		m.Dark = fmt.Sprintf("Of %s it cannot be told what they received.", components.Plural(x.Dark, "sign-in", "sign-ins"))
		m.DarkWhy = x.Why
	}
	for _, p := range x.Policies {
		m.Surplus = append(m.Surplus, view.MinimalLine{Name: p.Policy, What: p.Words(), Count: signInWords(p.SignIns), Pins: c.runPins(p.Shown.Run, &p.Shown.At)})
	}
	for _, a := range x.Surplus {
		m.Surplus = append(m.Surplus, view.MinimalLine{Name: a.Handle, What: a.Words(), Count: signInWords(a.SignIns), Pins: c.runPins(a.Shown.Run, &a.Shown.At)})
	}
	for _, d := range x.Declared {
		line := view.DeclaredLine{Handle: d.Handle, Purpose: d.Purpose, Mark: receiptMarks[d.Receipt], State: packet.ReceiptWord(string(d.Receipt))}
		if d.Shown != nil {
			line.Pins = c.runPins(d.Shown.Run, &d.Shown.At)
		}
		m.Lines = append(m.Lines, line)
	}
	return m
}

func signInWords(n int) string { return "in " + components.Plural(n, "sign-in", "sign-ins") }

func (c coverage) minimalSaid() string {
	x := c.Minimal
	parts := []string{fmt.Sprintf("%d surplus", len(x.Surplus)+len(x.Policies)), fmt.Sprintf("%d without purpose", len(x.WithoutPurpose()))}
	if x.Known == 0 {
		return strings.Join(append(parts, "what was received cannot be told"), ", ")
	}
	return strings.Join(append(parts, fmt.Sprintf("%d never received", len(x.Never()))), ", ")
}

// minimalMark is a pass only where what was received is known.
func (c coverage) minimalMark() components.PathMark {
	x := c.Minimal
	switch {
	case len(x.Surplus)+len(x.Policies)+len(x.WithoutPurpose())+len(x.Never()) > 0:
		return components.PathMark{Verdict: components.VerdictWarn}
	case x.Known == 0 || x.Dark > 0:
		return components.PathMark{Verdict: components.VerdictNotSeen}
	}
	return components.PathMark{Verdict: components.VerdictPass}
}
