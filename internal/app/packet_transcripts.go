package app

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// maxPackedHops bounds the hops that a report draws of one transcript; the
// transcript itself is always whole in the packet.
const maxPackedHops = 200

// transcripts fills in the captures of every test run that evidence rests on.
func (g *gathering) transcripts() error {
	captures, err := store.ListCaptures(g.ctx, g.q, g.scope, g.integration.ID)
	if err != nil {
		return err
	}
	slices.SortFunc(captures, func(a, b store.Capture) int { return a.Number - b.Number })
	runs := map[uuid.UUID]bool{}
	for _, e := range g.evidence {
		if e.TestRunID != nil {
			runs[*e.TestRunID] = true
		}
	}
	for _, c := range captures {
		if c.ReceivedAt.After(g.newest) {
			g.newest = c.ReceivedAt
		}
		if runs[c.TestRunID] {
			g.captures = append(g.captures, c)
		}
	}
	for n, c := range g.captures {
		g.labels[c.ID] = packet.Label(packet.LabelTranscript, n+1)
		t, err := g.transcript(c)
		if err != nil {
			return err
		}
		g.source.Content.Transcripts = append(g.source.Content.Transcripts, t)
		g.source.Transcripts = append(g.source.Transcripts, c.Digest)
		g.addToRun(c, t.ID)
	}
	return nil
}

func (g *gathering) transcript(c store.Capture) (packet.Transcript, error) {
	var report redact.Report
	if err := json.Unmarshal(c.Report, &report); err != nil {
		return packet.Transcript{}, fmt.Errorf("decoding a redaction report: %w", err)
	}
	t := packet.Transcript{
		ID: g.labels[c.ID], Run: runLabel(c), Scenario: c.Scenario, TestUser: c.TestUser, MadeBy: c.CreatedByName, RedactedBy: c.RedactedBy,
		Redactor: fmt.Sprintf("policy %d", c.Policy), Exporter: c.Exporter, Clocks: clocks(c.HappenedAt, c.CapturedAt, c.ReceivedAt),
		ConfigVersion: c.ConfigurationVersion, Lanes: packet.Lanes{Partner: g.integration.PartnerName, Provider: providerName},
	}
	for _, limit := range c.CannotShow {
		t.Limits = append(t.Limits, limitWords[limit])
	}
	t.Redactions, t.RedactionsCounted = Redactions(c.RedactedBy, report)
	return t, nil
}

// Redactions gives what a capture's report counts, and how it was counted: what
// the server took out, or what an earlier redaction left replaced.
func Redactions(redactedBy string, report redact.Report) (list []packet.Redaction, counted string) {
	items, counted := report.Items, packet.CountedRedacting
	if redactedBy != analysis.ByServer {
		items, counted = report.Kept, packet.CountedTranscript
	}
	for _, item := range items {
		list = append(list, packet.Redaction{Rule: item.Rule, Place: item.Place, Count: item.Count})
	}
	return list, counted
}

// countRedactions does so for a capture that was stored before this was counted.
func countRedactions(t *packet.Transcript) error {
	if t.RedactedBy == analysis.ByServer || len(t.Redactions) > 0 {
		return nil
	}
	kept, err := redact.Count(t.HAR)
	if err != nil {
		return fmt.Errorf("counting what was redacted in %s: %w", t.ID, err)
	}
	t.Redactions, t.RedactionsCounted = Redactions(t.RedactedBy, redact.Report{Kept: kept})
	return nil
}

// limitWords say what a capture cannot show.
var limitWords = map[string]string{
	capture.LimitCookies:       "The exporter left cookies out.",
	capture.LimitAuthorization: "The exporter left Authorization headers out.",
	capture.LimitFragments:     "Addresses are cut at the number sign.",
	capture.LimitForms:         "The exporter replaced the values of posted forms.",
	capture.LimitBodies:        "Bodies of responses are not in the file.",
	capture.LimitTimes:         "No entry says when it was made.",
	capture.LimitTail:          "The file was cut off; its complete entries are kept.",
}

func runLabel(c store.Capture) string { return packet.Label(packet.LabelRun, c.RunNumber) }

// addToRun adds a transcript to its test run, which the first of them makes.
func (g *gathering) addToRun(c store.Capture, label string) {
	runs := &g.source.Content.TestRuns
	for i := range *runs {
		if (*runs)[i].ID == runLabel(c) {
			(*runs)[i].Transcripts = append((*runs)[i].Transcripts, label)
			return
		}
	}
	*runs = append(*runs, packet.TestRun{ID: runLabel(c), Scenario: c.Scenario, TestUser: c.TestUser, By: c.CreatedByName,
		At: packet.At(c.ReceivedAt), Transcripts: []string{label}})
}

// findings fills in what the rules say of those runs.
func (g *gathering) findings() error {
	all, err := store.ListFindings(g.ctx, g.q, g.scope, g.integration.ID)
	if err != nil {
		return err
	}
	if g.frozen != nil {
		all = append(slices.DeleteFunc(all, func(f store.Finding) bool { return g.froze(f.TestRunID) }), g.frozen.Findings...)
	}
	for _, c := range g.captures {
		if _, done := g.runFindings[c.TestRunID]; done {
			continue
		}
		g.runFindings[c.TestRunID] = []packet.Finding{}
		for _, f := range all {
			if f.TestRunID == c.TestRunID {
				g.addFinding(f)
			}
		}
	}
	return nil
}

// froze tells whether a run was frozen with the revision.
func (g *gathering) froze(run uuid.UUID) bool {
	return slices.ContainsFunc(g.frozen.TestRuns, func(t store.TestRun) bool { return t.ID == run })
}

func (g *gathering) addFinding(f store.Finding) {
	c, x := &g.source.Content, f.Finding
	out := packet.Finding{
		ID: packet.Label(packet.LabelFinding, len(c.Findings)+1), Rule: x.Rule, RuleSet: x.RuleSet, Verdict: string(x.Verdict), Severity: string(x.Severity),
		Title: x.Title, Expected: x.Expected, Actual: x.Actual, Cause: string(x.Cause), CauseWhy: x.CauseWhy, Cure: x.Cure, Why: x.Why, Clause: x.Clause,
		PartnerSide: x.PartnerSide,
	}
	for _, ref := range x.Refs {
		id, err := uuid.Parse(ref.Capture)
		if label, ok := g.labels[id]; err == nil && ok {
			out.Refs = append(out.Refs, packet.Ref{Transcript: label, Entry: ref.Entry + 1, Param: ref.Param})
		}
	}
	c.Findings = append(c.Findings, out)
	g.runFindings[f.TestRunID] = append(g.runFindings[f.TestRunID], out)
}

// hops fills in what is drawn of each transcript: the browser's own way.
func (g *gathering) hops() error {
	for n, c := range g.captures {
		entries, err := store.ListEntries(g.ctx, g.q, g.scope, c.PartnerID, c.ID, store.EntryFilter{Hops: true, After: -1}, maxPackedHops)
		if err != nil {
			return err
		}
		labels := transcript.NewLabels()
		t := &g.source.Content.Transcripts[n]
		for _, e := range entries {
			hop, err := packedHop(e, labels)
			if err != nil {
				return err
			}
			hop.Findings = g.findingsAt(t.ID, hop.N)
			t.Hops = append(t.Hops, hop)
		}
	}
	return nil
}

// findingsAt lists the findings at an entry: what fails or warns, and what
// rests on few entries.
func (g *gathering) findingsAt(label string, entry int) []string {
	var out []string
	for _, f := range g.source.Content.Findings {
		loud := f.Verdict == string(analysis.Fail) || f.Verdict == string(analysis.Warn)
		if !loud && len(f.Refs) > 3 || f.Verdict == string(analysis.NotSeen) {
			continue
		}
		if slices.ContainsFunc(f.Refs, func(r packet.Ref) bool { return r.Transcript == label && r.Entry == entry }) {
			out = append(out, f.ID)
		}
	}
	return out
}

func packedHop(e store.Entry, labels *transcript.Labels) (packet.Hop, error) {
	x, err := transcript.DecodeEntry(e.Entry, e.N)
	if err != nil {
		return packet.Hop{}, err
	}
	hop := packet.Hop{N: e.N + 1, Lane: e.Role, Status: e.Status, Method: e.Method, Host: e.Host, Path: e.Path, Page: e.PageName, TimeMS: max(0, x.TimeMS)}
	for _, list := range [][]transcript.Field{x.Request.Query, x.Request.Fragment, x.Request.Form} {
		for _, f := range list {
			name, chip, sameAs := labels.Label(transcript.ParseValue(f.Value), e.N)
			hop.Params = append(hop.Params, packet.Param{Name: f.Name, Value: name, Chip: chip, SameAs: sameAs + 1})
		}
	}
	if x.Response != nil {
		hop.Size = max(0, x.Response.BodySize)
		for _, c := range x.Response.Cookies {
			hop.Cookies = append(hop.Cookies, cookieWords(c, labels, e.N))
		}
	}
	return hop, nil
}

// cookieWords says a cookie that is set: its label and its flags.
func cookieWords(c transcript.Cookie, labels *transcript.Labels, entry int) string {
	name, _, _ := labels.Label(transcript.ParseValue(c.Name), entry)
	for _, flag := range []struct {
		on   bool
		word string
	}{{c.Secure, "Secure"}, {c.HTTPOnly, "HttpOnly"}, {c.SameSite != "", "SameSite=" + c.SameSite}} {
		if flag.on {
			name += ", " + flag.word
		}
	}
	return name
}
