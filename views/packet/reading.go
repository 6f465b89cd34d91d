package packet

import (
	"fmt"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/views/components"
	"github.com/proofwalk/proofwalk/views/layout"
)

// ReadingModel is a packet as its packet.json says it, to be read in a browser.
// Make it with NewReading.
type ReadingModel struct {
	Shell   layout.Shell
	C       *packet.Content
	Summary packet.Summary
	// Digest is the archive's SHA-256, PacketJSON that of packet.json.
	Digest, PacketJSON string
	VerifyCommand      string
	// KeysHref is the page of keys, KeysFile the list that is published now.
	KeysHref, KeysFile string
	Superseded         bool
	Later              *LaterModel // where nobody should rely on it
	Withdrawn          *WithdrawnModel
	CompromisedAt      time.Time // since when a key that sealed it is; zero when none is
	// Where the packet is: its page, the archive, its report, its summary, its questions.
	PacketHref, DownloadHref, ReportHref, SummaryHref, QuestionsHref string
	// PictureHref gives where a picture is, by its label.
	PictureHref func(label string) string
	// CanAsk draws the link that asks a question at each place.
	CanAsk bool
	// Asked are the questions about this packet, by the anchor that they are pinned to.
	Asked map[string][]AskedModel
	// Open counts those without an answer.
	Open int
	// Sizes are the pictures' widths and heights by label.
	Sizes map[string][2]int

	answer   packet.Answer
	sections []packet.SectionFigures
	findings map[string]*packet.Finding
	remarks  map[string]*packet.Remark
	places   map[string]bool
}

// AskedModel is a question with its answer.
type AskedModel struct {
	Label    string // q-003
	Anchor   string // the place that it is pinned to
	Text, By string
	At       time.Time
	// Answer is empty while nobody has answered.
	Answer, AnsweredBy string
	AnsweredAt         time.Time
	// Href leads to the question among all questions.
	Href string
	// PlaceHref leads to the place in the edition that it was asked at. Edition names
	// that one where the page is of a later one; empty otherwise.
	PlaceHref, Edition string
	// Form answers it; nil for readers who cannot, or where there is an answer.
	Form *AnswerForm
}

// AnswerForm answers a question.
type AnswerForm struct {
	Action, Key string
	On          string // the edition whose page the form is on
	RowVersion  int
	Field       components.FieldModel
}

// NewReading begins the model of a packet's content.
func NewReading(c *packet.Content) ReadingModel {
	m := ReadingModel{C: c, Summary: packet.Summarize(c), answer: c.Answer(), sections: c.SectionFigures(), Asked: map[string][]AskedModel{}, Sizes: map[string][2]int{},
		findings: map[string]*packet.Finding{}, remarks: map[string]*packet.Remark{}, places: map[string]bool{}}
	for i := range c.Findings {
		m.findings[c.Findings[i].ID] = &c.Findings[i]
	}
	for i := range c.Remarks {
		m.remarks[c.Remarks[i].ID] = &c.Remarks[i]
	}
	for _, anchor := range packet.Anchors(c) {
		m.places[anchor] = true
	}
	return m
}

func (m ReadingModel) askHref(anchor string) templ.SafeURL {
	return templ.SafeURL(m.QuestionsHref + "?at=" + anchor + "#ask")
}

// banner is the answer of page one.
func (m ReadingModel) banner() components.BannerModel {
	a := m.answer
	tones := map[string]components.Verdict{"pass": components.VerdictPass, "conditions": components.VerdictWarn, "returned": components.VerdictWarn,
		"fail": components.VerdictFail, "none": components.VerdictNotSeen}
	return components.BannerModel{Verdict: tones[a.Tone], Title: a.Title, Text: a.Sentence}
}

// state is how the item's state looks.
func (m ReadingModel) state(it *packet.Item) components.ItemState {
	if m.Summary.WithWaiver(it) {
		return components.StateWithWaiver
	}
	return components.ItemState(it.State)
}

// figure is one of the four numbers of page one.
type figure struct{ number, what, more string }

func (m ReadingModel) figures() []figure {
	n := m.Summary.Counts
	held := "no step, not held yet"
	if n.Minutes > 0 {
		held = components.Plural(m.C.Confirmed(), "step", "steps") + " confirmed"
	}
	return []figure{
		{fmt.Sprintf("%d of %d", m.C.AcceptedNow(), n.Items.Total), "items accepted", m.Summary.OtherStates(m.C)},
		{fmt.Sprint(n.TestRuns), word(n.TestRuns, "test run", "test runs"), components.Plural(n.Transcripts, "transcript", "transcripts") + ", " + components.Plural(n.Screenshots, "screenshot", "screenshots")},
		{fmt.Sprint(n.Findings.Total), "findings", fmt.Sprintf("%d pass, %d warn, %d not seen, %d fail", n.Findings.Pass, n.Findings.Warn, n.Findings.NotSeen, n.Findings.Fail)},
		{fmt.Sprint(n.Minutes), "entries in the minutes", held},
	}
}

func word(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// chapter is a line of the table of contents.
type chapter struct {
	anchor, title, note string
	sub                 bool
}

func (m ReadingModel) chapters() []chapter {
	c, n := m.C, m.Summary.Counts
	out := []chapter{{anchor: "page-one", title: "Page one"}, {anchor: "not-proven", title: "What it does not prove"}, {anchor: "items", title: "Items"}}
	for _, s := range m.sections {
		out = append(out, chapter{"section-" + s.ID, s.Title, fmt.Sprintf("%d of %d", s.Accepted, s.Total), true})
	}
	add := func(there bool, anchor, title string, count int) {
		if there {
			note := ""
			if count > 0 {
				note = fmt.Sprint(count)
			}
			out = append(out, chapter{anchor: anchor, title: title, note: note})
		}
	}
	add(len(c.Findings) > 0, "findings", "Findings", n.Findings.Total)
	add(c.ErrorPaths != nil, "error-paths", "Error paths", 0)
	add(c.NullValues != nil, "null-values", "Null values", 0)
	add(c.Minimization != nil, "data-minimization", "Data minimization", 0)
	add(len(c.TestRuns) > 0, "test-runs", "Test runs", n.TestRuns)
	add(len(c.Transcripts) > 0, "transcripts", "Transcripts", n.Transcripts)
	for _, t := range c.Transcripts {
		out = append(out, chapter{t.ID, packet.ScenarioTitle(t.Scenario), t.ID, true})
	}
	add(len(c.Screenshots) > 0, "screenshots", "Screenshots", n.Screenshots)
	add(len(c.Remarks) > 0, "remarks", "Remarks", len(c.Remarks))
	add(len(m.Summary.Waivers) > 0, "waivers", "Waivers", n.Remarks.Waived)
	add(c.Walkthrough != nil, "minutes", "Minutes", n.Minutes)
	add(len(c.Questions) > 0, "questions", "Questions", len(c.Questions))
	add(len(m.redactions()) > 0 || len(c.CredentialPasses) > 0, "redaction", "Redaction", 0)
	add(true, "configuration", "Configuration", 0)
	add(true, "glossary", "Glossary", 0)
	add(true, "checking", "How to check it", 0)
	return out
}

// redactions are the transcripts of which it is known what was taken out.
func (m ReadingModel) redactions() []components.RedactionLine {
	var out []components.RedactionLine
	for _, t := range m.C.Transcripts {
		if t.RedactionTold() {
			out = append(out, components.RedactionLine{Label: t.ID, Href: "#" + t.ID, Mono: true, Redacted: "by " + packet.Word(t.RedactedBy),
				Counted: packet.RedactionsCounted(t.RedactionsCounted), Values: packet.RedactedValues(t.Redactions), What: packet.RedactionClauses(t.Redactions)})
		}
	}
	return out
}

// totals are the counts of all findings.
func totals(n packet.FindingCounts) components.VerdictCounts {
	return components.VerdictCounts{Pass: n.Pass, Fail: n.Fail, Warn: n.Warn, NotSeen: n.NotSeen}
}

// verdictCounts counts findings for the line of four verdicts.
func verdictCounts(findings []*packet.Finding) components.VerdictCounts {
	var n components.VerdictCounts
	for _, f := range findings {
		switch components.Verdict(f.Verdict) {
		case components.VerdictPass:
			n.Pass++
		case components.VerdictFail:
			n.Fail++
		case components.VerdictWarn:
			n.Warn++
		case components.VerdictNotSeen:
			n.NotSeen++
		}
	}
	return n
}

// finding is one that fails or warns, in full.
func (m ReadingModel) finding(f *packet.Finding) components.FindingModel {
	out := components.FindingModel{ID: f.ID, Verdict: components.Verdict(f.Verdict), Severity: f.Severity, Title: f.Title, Rule: f.ID + ", " + f.Rule,
		Expected: f.Expected, Actual: f.Actual, Cure: f.Cure, Why: f.CauseWhy, Clause: f.Clause}
	if f.Cause != "" {
		out.Cause = packet.Word(f.Cause)
	}
	if f.PartnerSide {
		out.Origin = "Computed on the partner's side. "
	}
	for _, ref := range f.Refs {
		if anchor := hopAnchor(ref); m.places[anchor] && len(out.Pins) < 12 {
			out.Pins = append(out.Pins, components.PinModel{Text: ref.Transcript + fmt.Sprintf(" hop %d", ref.Entry), Href: "#" + anchor})
		}
	}
	return out
}

func hopAnchor(ref packet.Ref) string { return packet.HopAnchor(ref.Transcript, ref.Entry) }

// of gives the findings with one of the verdicts, in their order.
func (m ReadingModel) of(verdict string) []*packet.Finding {
	var out []*packet.Finding
	for i := range m.C.Findings {
		if f := &m.C.Findings[i]; f.Verdict == verdict {
			out = append(out, f)
		}
	}
	return out
}

// itemFindings are the findings of an item with a verdict.
func (m ReadingModel) itemFindings(it *packet.Item, verdict string) []*packet.Finding {
	var out []*packet.Finding
	for _, id := range it.Findings {
		if f := m.findings[id]; f != nil && f.Verdict == verdict {
			out = append(out, f)
		}
	}
	return out
}

// person writes who did something.
func person(a packet.Act) string {
	if a.Organisation == "" {
		return a.By
	}
	return a.By + ", " + a.Organisation
}

// happened words how a transcript's cookies and facts stand at a hop.
func (m ReadingModel) lanes(t *packet.Transcript) components.LanesModel {
	names := [3]string{t.Lanes.Partner, t.Lanes.Provider, "Third party"}
	if names[0] == "" {
		names[0] = "Partner"
	}
	if names[1] == "" {
		names[1] = "Provider"
	}
	out := components.LanesModel{Label: "Hops of " + t.ID, ListID: "hops-" + t.ID, AnchorPrefix: t.ID + ".e", InRequest: true}
	for _, name := range names {
		out.Lanes = append(out.Lanes, components.LaneModel{Name: name})
	}
	before := 0
	for i := range t.Hops {
		h := &t.Hops[i]
		if missing := h.N - before - 1; missing > 0 {
			out.Rows = append(out.Rows, components.HopModel{LeftOut: missing, LeftOutText: components.Plural(missing, "entry is", "entries are") + " not drawn"})
		}
		before = h.N
		out.Rows = append(out.Rows, m.hop(t, h))
	}
	return out
}

var laneOf = map[string]int{"partner": 0, "provider": 1, "third_party": 2}

func (m ReadingModel) hop(t *packet.Transcript, h *packet.Hop) components.HopModel {
	out := components.HopModel{Number: h.N, Lane: laneOf[h.Lane], Status: h.Status, Redirect: h.Status >= 300 && h.Status < 400,
		Method: h.Method, Host: h.Host, Path: h.Path, Note: hopNote(h), Extra: m.hopParts(t, h)}
	for _, p := range h.Params {
		param := components.ParamModel{Name: p.Name, Value: p.Value}
		if p.Chip || p.SameAs > 0 {
			param.Chip = &components.ChipModel{Label: p.Value, SameAs: p.SameAs}
			if p.SameAs > 0 {
				param.Chip.SameHref = fmt.Sprintf("#%s.e%d", t.ID, p.SameAs)
			}
		}
		out.Params = append(out.Params, param)
	}
	seen := map[string]bool{}
	for _, id := range h.Findings {
		f := m.findings[id]
		if f == nil {
			continue
		}
		switch v := components.Verdict(f.Verdict); v {
		case components.VerdictFail, components.VerdictWarn:
			out.Findings = append(out.Findings, components.FindingModel{Verdict: v, Severity: f.Severity, Title: f.Title, Rule: f.ID + ", " + f.Rule, Expected: f.Expected, Actual: f.Actual})
		default:
			if !seen[f.Verdict+f.Rule] {
				seen[f.Verdict+f.Rule] = true
				out.Checks = append(out.Checks, components.CheckModel{Verdict: v, Rule: f.Rule})
			}
		}
	}
	return out
}

// hopNote says what came back, how large it was and how long it took.
func hopNote(h *packet.Hop) string {
	var parts []string
	if h.Page != "" {
		parts = append(parts, strings.TrimSuffix(h.Page, " page")+" page")
	}
	if h.Note != "" {
		parts = append(parts, h.Note)
	}
	if h.Size > 0 {
		parts = append(parts, packet.Size(h.Size))
	}
	if h.TimeMS > 0 {
		parts = append(parts, components.Number(h.TimeMS)+" ms")
	}
	return strings.Join(parts, ", ")
}

// shotsOf are the pictures of a hop.
func (m ReadingModel) shotsOf(transcript string, entry int) []packet.Screenshot {
	var out []packet.Screenshot
	for _, s := range m.C.Screenshots {
		if s.Transcript == transcript && s.Entry == entry {
			out = append(out, s)
		}
	}
	return out
}

// unseenRules are the rules of findings that are not seen, each once with the
// anchor of its first finding.
func unseenRules(findings []*packet.Finding) []components.PinModel {
	var out []components.PinModel
	seen := map[string]bool{}
	for _, f := range findings {
		if f.Verdict == "not_seen" && !seen[f.Rule] {
			seen[f.Rule] = true
			out = append(out, components.PinModel{Text: f.Rule, Href: "#" + f.ID})
		}
	}
	return out
}

// coverageVerdict gives the state of a refusal or of a null value its mark.
func coverageVerdict(state string) components.Verdict {
	switch state {
	case "handled", "received":
		return components.VerdictPass
	case "mishandled", "broken":
		return components.VerdictFail
	case "never_received":
		return components.VerdictWarn
	}
	return components.VerdictNotSeen
}
