package app

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/store"
)

// coverage fills in what the packet's test runs show together, under the
// packet's own labels. A revision that was frozen before sign-ins were kept has
// nothing to say of them: what is computed since is not what was reviewed.
func (g *gathering) coverage() error {
	if g.frozen != nil && g.frozen.SignIns == nil {
		return nil
	}
	signIns, err := store.ListSignIns(g.ctx, g.q, g.scope, g.integration.ID)
	if err != nil {
		return err
	}
	if g.frozen != nil {
		signIns = append(slices.DeleteFunc(signIns, func(s store.SignIn) bool { return g.froze(s.TestRunID) }), g.frozen.SignIns...)
		slices.SortStableFunc(signIns, func(a, b store.SignIn) int { return cmp.Compare(a.RunNumber, b.RunNumber) }) // CoverageOf takes them by run
	}
	signIns = slices.DeleteFunc(signIns, func(s store.SignIn) bool { _, packed := g.runFindings[s.TestRunID]; return !packed })
	runs := map[int]uuid.UUID{}
	for _, s := range signIns {
		runs[s.RunNumber] = s.TestRunID
	}
	all, c := CoverageOf(g.integration.Config, signIns), &g.source.Content
	c.ErrorPaths, c.NullValues, c.Minimization = g.errorPaths(all.Paths, runs), g.nullValues(all.Nulls), g.minimization(all.Minimal)
	return nil
}

// mostPacked is how many sign-ins a packet shows of a refusal or a null value.
const mostPacked = 20

func (g *gathering) errorPaths(paths []analysis.ErrorPath, runs map[int]uuid.UUID) *packet.ErrorPaths {
	n := analysis.CountPaths(paths)
	out := &packet.ErrorPaths{Paths: []packet.ErrorPath{}, Counts: packet.PathCounts{Total: len(paths), Handled: n[analysis.PathHandled],
		Mishandled: n[analysis.PathMishandled], Untold: n[analysis.PathUntold], NotExercised: n[analysis.PathNotExercised]}}
	for _, p := range paths {
		line := packet.ErrorPath{Refusal: string(p.Refusal), Title: p.Title, Codes: p.Codes, State: string(p.State)}
		if p.State == analysis.PathNotExercised {
			line.HowTo = p.HowTo
		}
		shown := p.DeciderFirst(mostPacked)
		line.NotShown = len(p.Shown) - len(shown)
		for _, s := range shown {
			line.Shown = append(line.Shown, g.errorTranscript(s, g.runFindings[runs[s.Run]]))
		}
		out.Paths = append(out.Paths, line)
	}
	return out
}

// errorTranscript packs one; findings are those of its run, in their order.
func (g *gathering) errorTranscript(s analysis.ShownError, findings []packet.Finding) packet.ErrorTranscript {
	t := packet.ErrorTranscript{
		Run: packet.Label(packet.LabelRun, s.Run), By: string(s.By), Arrived: s.Arrived(), Code: s.Code, At: g.packedRef(&s.At), Answer: s.Answer,
		Saw: s.Saw.Words(), Page: g.packedRef(s.Saw.Page), Status: s.Saw.Status, RawError: string(s.Saw.RawError), WayOn: string(s.Saw.WayOn),
		StackTrace: string(s.Saw.StackTrace), Blank: string(s.Saw.Blank), Handling: string(s.Handling), Why: s.Why,
	}
	for _, x := range s.Said {
		if x.Finding < len(findings) && findings[x.Finding].Rule == x.Rule {
			t.Findings = append(t.Findings, findings[x.Finding].ID)
		}
	}
	return t
}

// packedRef points to an entry of a transcript of the packet, nil to any other.
func (g *gathering) packedRef(ref *analysis.Ref) *packet.Ref {
	if ref == nil {
		return nil
	}
	id, err := uuid.Parse(ref.Capture)
	label, packed := g.labels[id]
	if err != nil || !packed {
		return nil
	}
	return &packet.Ref{Transcript: label, Entry: ref.Entry + 1, Param: ref.Param}
}

func (g *gathering) nullValues(m analysis.NullMatrix) *packet.NullValues {
	n := m.Count()
	out := &packet.NullValues{Cells: []packet.NullValue{}, Counts: packet.NullCounts{Handled: n[analysis.NullHandled], Broken: n[analysis.NullBroken],
		Untold: n[analysis.NullUntold], ValueOnly: n[analysis.NullValueOnly], NeverSeen: n[analysis.NullNever]}}
	for _, row := range m.Rows {
		for _, x := range row.Cells {
			cell := packet.NullValue{Policy: row.Policy, Attribute: row.Handle, Method: x.Method, Required: row.Required, MayBeMissing: x.MayBeMissing,
				Source: string(x.Source), Says: x.Says, Inferred: x.Inferred, Disputed: x.Disputed, State: string(x.State), Why: x.Why}
			shown := emptyFirst(x.Shown)
			cell.NotShown = len(x.Shown) - len(shown)
			for _, s := range shown {
				cell.Shown = append(cell.Shown, packet.SeenAttribute{Run: packet.Label(packet.LabelRun, s.Run), Empty: s.Empty, At: g.packedRef(s.At),
					Page: g.packedRef(s.Final), Status: s.FinalStatus})
			}
			if x.MayBeMissing {
				out.Counts.Total++
			}
			out.Cells = append(out.Cells, cell)
		}
	}
	return out
}

// emptyFirst gives all sign-ins where they are few, else those in which the
// attribute came empty before the others.
func emptyFirst(all []analysis.ShownAttribute) []analysis.ShownAttribute {
	if len(all) <= mostPacked {
		return all
	}
	isEmpty := func(s analysis.ShownAttribute) bool { return s.Empty }
	isFilled := func(s analysis.ShownAttribute) bool { return !s.Empty }
	empty, filled := slices.DeleteFunc(slices.Clone(all), isFilled), slices.DeleteFunc(slices.Clone(all), isEmpty)
	return append(empty, filled...)[:mostPacked]
}

func (g *gathering) minimization(m analysis.Minimization) *packet.Minimization {
	out := &packet.Minimization{Known: m.Known, Dark: m.Dark, Why: m.Why, Surplus: []packet.Surplus{}, Declared: []packet.DeclaredName{}}
	surplus := func(kind, name string, signIns int, shown analysis.ShownReceipt) {
		out.Surplus = append(out.Surplus, packet.Surplus{Kind: kind, Name: name, SignIns: signIns, Run: packet.Label(packet.LabelRun, shown.Run), At: g.packedRef(&shown.At)})
	}
	for _, p := range m.Policies {
		surplus("policy", p.Policy, p.SignIns, p.Shown)
	}
	for _, a := range m.Surplus {
		surplus("attribute", a.Handle, a.SignIns, a.Shown)
	}
	for _, d := range m.Declared {
		line := packet.DeclaredName{Attribute: d.Handle, Purpose: d.Purpose, Receipt: string(d.Receipt)}
		if d.Shown != nil {
			line.Run, line.At = packet.Label(packet.LabelRun, d.Shown.Run), g.packedRef(&d.Shown.At)
		}
		out.Declared = append(out.Declared, line)
	}
	return out
}
