package packet

import (
	"fmt"
	"strings"

	"github.com/proofwalk/proofwalk/internal/pdf"
)

// transcripts writes the test runs and each transcript as the walk that it is.
func (r *report) transcripts() {
	if len(r.c.TestRuns) > 0 {
		r.shortChapter("Test runs", "test-runs")
		t := pdf.Table{
			Columns: []pdf.Column{{Width: 46}, {Weight: 1.5}, {Weight: 1.4}, {Weight: 1}, {Width: 132}, {Width: 74}},
			Head:    pdf.Cells("Run", "Scenario", "Test user", "By", "When", "Transcripts"), Size: 9, Pad: 4, Summary: "Test runs",
		}
		for _, run := range r.c.TestRuns {
			t.Rows = append(t.Rows, pdf.Row{Anchor: run.ID, Cells: []pdf.Cell{
				{Spans: []pdf.Span{pdf.M(run.ID)}, Header: true}, {Spans: []pdf.Span{pdf.T(ScenarioTitle(run.Scenario))}}, {Spans: []pdf.Span{pdf.M(run.TestUser)}},
				{Spans: []pdf.Span{pdf.T(run.By)}}, {Spans: []pdf.Span{pdf.T(moment(run.At))}}, {Spans: links(run.Transcripts)},
			}})
		}
		r.doc.Add(t)
	}
	for i := range r.c.Transcripts {
		if i == 0 {
			r.doc.Add(pdf.Need{Height: transcriptRoom + chapterHead})
			r.shortChapter("Transcripts", anchorTranscripts)
		} else {
			r.doc.Add(pdf.Need{Height: transcriptRoom})
		}
		r.transcript(&r.c.Transcripts[i])
	}
}

// anchorTranscripts is the chapter of all transcripts.
const anchorTranscripts = "transcripts"

// The least room that a transcript begins in: its facts and some hops. With less it
// begins on a page of its own. The first one stands below the chapter's heading.
const (
	transcriptRoom = 250
	chapterHead    = 50
)

func (r *report) transcript(t *Transcript) {
	title := ScenarioTitle(t.Scenario)
	r.doc.Add(
		pdf.Running{Left: "Transcripts", Right: t.ID + ", " + shorten(title, 50)},
		pdf.Heading{Level: 3, Text: t.ID + " " + title, Anchor: t.ID, Size: 13, Before: 22,
			Spans: []pdf.Span{{Text: t.ID, Mono: true, Colour: pdf.Ink2}, pdf.T("  " + title)}},
		pdf.Rule{},
	)
	madeBy := []pdf.Span{pdf.T(t.MadeBy)}
	if t.Exporter != "" {
		madeBy = append(madeBy, pdf.T(", with "+t.Exporter))
	}
	kv := pdf.KeyValue{Columns: 2, KeyWidth: 56, Size: 9, Pairs: []pdf.Pair{
		{Key: "Happened", Value: []pdf.Span{pdf.T(second(t.HappenedAt))}},
		{Key: "Captured", Value: []pdf.Span{pdf.T(second(t.CapturedAt))}},
		{Key: "Received", Value: []pdf.Span{pdf.T(second(t.ReceivedAt))}},
		{Key: "Made by", Value: madeBy},
		{Key: "Test user", Value: []pdf.Span{pdf.M(t.TestUser)}},
		{Key: "Redacted", Value: []pdf.Span{pdf.T("by " + name(t.RedactedBy))}},
	}}
	r.doc.Add(kv, pdf.KeyValue{KeyWidth: 56, Size: 9, Before: 2, Pairs: []pdf.Pair{
		{Key: "File", Value: []pdf.Span{pdf.M(t.File + "\nsha256 " + t.SHA256)}},
	}}, pdf.Rule{})
	for _, limit := range t.Limits {
		r.doc.Add(pdf.Paragraph{Spans: []pdf.Span{pdf.C("It cannot show everything: "+limit, pdf.Ink2)}, Size: 9})
	}
	mine := r.c.FindingsOf(t.ID)
	r.doc.Add(pdf.Paragraph{Spans: tally(mine), Before: 6, KeepNext: true})
	if len(t.Hops) > 0 {
		r.doc.Add(
			pdf.Paragraph{Spans: []pdf.Span{small("Nodes with round ends are redirects, square ones are pages; a dotted line stands for hops that are not drawn.")}, KeepNext: true},
			pdf.Later(func() pdf.Block { return r.walk(t) }),
		)
	}
	r.expectedAndActual(t.ID, mine)
}

// tally is the line of four verdicts.
func tally(findings []*Finding) []pdf.Span {
	counts := map[string]int{}
	for _, f := range findings {
		counts[f.Verdict]++
	}
	var out []pdf.Span
	for _, v := range []string{"pass", "warn", "not_seen", "fail"} {
		m := verdictMark(v)
		word := map[string]string{"pass": "pass", "warn": "warn", "not_seen": "not seen", "fail": "fail"}[v]
		out = append(out, pdf.Span{Icon: m.icon, Text: fmt.Sprintf(" %d %s     ", counts[v], word), Bold: true, Colour: m.colour})
	}
	return out
}

// The drawing of the lanes, in points: the middles of the three lanes, the
// height at which a hop's node stands, its half width and half height.
const (
	laneWidth         = 150.0
	nodeAt            = 10.5
	nodeHalf, nodeUp  = 16.0, 7.0
	laneNameAt        = 13.0
	laneHeader        = 20.0
	rowHeight         = 20.0
	rowNumberWidth    = 34.0
	laneLabelMaxWidth = 46.0
)

var laneMiddle = map[string]float64{"partner": 27, "provider": 76, "third_party": 124}

// walk is the lane diagram with a row for each hop.
func (r *report) walk(t *Transcript) pdf.Block {
	shots := map[int][]*Screenshot{}
	for i := range r.c.Screenshots {
		if s := &r.c.Screenshots[i]; s.Transcript == t.ID {
			shots[s.Entry] = append(shots[s.Entry], s)
		}
	}
	out := pdf.Table{
		Columns: []pdf.Column{{Width: rowNumberWidth, Align: pdf.Right}, {Width: laneWidth}, {}}, Frame: true, Size: 9, Pad: 3, Before: 4,
		Summary: "The walk of the sign-in, a row for each hop",
		Head: []pdf.Cell{
			{Spans: []pdf.Span{pdf.T("Hop")}},
			{MinHeight: laneHeader, Draw: func(c *pdf.Canvas) { drawLaneNames(c, t.Lanes) }},
			{Spans: []pdf.Span{pdf.T("Request")}},
		},
	}
	for i := range t.Hops {
		h := &t.Hops[i]
		var before *Hop
		if i > 0 {
			before = &t.Hops[i-1]
		}
		last := i == len(t.Hops)-1
		colour := r.nodeColour(h)
		out.Rows = append(out.Rows, pdf.Row{Anchor: HopAnchor(t.ID, h.N), Cells: []pdf.Cell{
			{Spans: []pdf.Span{{Text: fmt.Sprint(h.N), Colour: pdf.Ink2}}, Header: true},
			{Draw: func(c *pdf.Canvas) { drawHop(c, before, h, last, colour) }, MinHeight: rowHeight, Spoken: laneWords(t.Lanes, before, h)},
			{Spans: requestLine(h), Blocks: r.requestDetails(h, shots[h.N])},
		}})
	}
	return out
}

// nodeColour is that of the worst finding that is pinned to the hop.
func (r *report) nodeColour(h *Hop) pdf.Colour {
	colour := pdf.Ink2
	for _, id := range h.Findings {
		f := r.findings[id]
		if f == nil {
			continue
		}
		if f.Verdict == "fail" {
			return pdf.Fail
		}
		if f.Verdict == "warn" {
			colour = pdf.Warn
		}
	}
	return colour
}

func drawLaneNames(c *pdf.Canvas, lanes Lanes) {
	label := func(lane, text string) {
		span := func(s string) pdf.Span { return pdf.Span{Text: s, Bold: true, Size: 8, Colour: pdf.Ink2} }
		text = shorten(text, 20)
		for n := len([]rune(text)); n > 1 && c.TextWidth(span(text)) > laneLabelMaxWidth; n-- {
			text = shorten(text, n)
		}
		c.Text(laneMiddle[lane], laneNameAt, pdf.Centre, span(text))
	}
	for _, lane := range []string{"partner", "provider", "third_party"} {
		label(lane, lanes.party(lane))
	}
}

// drawHop draws the walked line through one row: down the lane it was in, with
// an arrow into the lane of this hop, and its node: round ends for a redirect,
// square for a page. Dotted where hops are left out.
func drawHop(c *pdf.Canvas, before, h *Hop, last bool, colour pdf.Colour) {
	for _, lane := range []string{"partner", "provider", "third_party"} {
		x := laneMiddle[lane]
		c.Line(x, 0, x, c.H, pdf.Stroke{Line: pdf.Line})
	}
	line := pdf.Stroke{Line: pdf.Ink2, Width: 2}
	x := laneMiddle[h.Lane]
	if c.Continued { // the node stands on the page before
		if !last {
			c.Line(x, 0, x, c.H, line)
		}
		return
	}
	if before != nil {
		in := line
		if h.N != before.N+1 {
			in.Dash = []float64{1, 3}
		}
		from := laneMiddle[before.Lane]
		c.Line(from, 0, from, nodeAt, in)
		if from < x {
			c.Arrow(from-1, nodeAt, x-nodeHalf, nodeAt, line)
		} else if from > x {
			c.Arrow(from+1, nodeAt, x+nodeHalf, nodeAt, line)
		}
	}
	if !last {
		c.Line(x, nodeAt, x, c.H, line)
	}
	status, radius := fmt.Sprint(h.Status), 1.5
	if h.Status == 0 {
		status = "none"
	}
	if h.Status >= 300 && h.Status < 400 {
		radius = nodeUp
	}
	c.RoundRect(x-nodeHalf, nodeAt-nodeUp, 2*nodeHalf, 2*nodeUp, radius, pdf.Stroke{Fill: pdf.White, Line: colour, Width: 1.3})
	c.Text(x, nodeAt+3, pdf.Centre, pdf.Span{Text: status, Mono: true, Bold: true, Size: 9.5, Colour: colour})
}

// requestLine is what the hop asked for.
func requestLine(h *Hop) []pdf.Span {
	spans := []pdf.Span{monoGrey(h.Method + " " + h.Host), monoBold(h.Path)}
	if h.Page != "" {
		spans = append(spans, small("  "+strings.TrimSuffix(h.Page, " page")+" page"))
	}
	if h.Note != "" {
		spans = append(spans, small("  "+h.Note))
	}
	if h.Size > 0 {
		spans = append(spans, small("  "+Size(h.Size)))
	}
	if h.TimeMS > 0 {
		spans = append(spans, small(fmt.Sprintf("  %d ms", h.TimeMS)))
	}
	return spans
}

// requestDetails are the parameters, cookies, findings and pictures of the hop.
func (r *report) requestDetails(h *Hop, shots []*Screenshot) []pdf.Block {
	var blocks []pdf.Block
	var params []pdf.Span
	for i, p := range h.Params {
		if i > 0 {
			params = append(params, pdf.T("  "))
		}
		params = append(params, monoGrey(p.Name+"="))
		value := monoBold(p.Value)
		if p.Chip {
			value.Chip = &pdf.Chip{Fill: pdf.White, Border: pdf.Edge}
		}
		if p.SameAs > 0 {
			value.Chip = &pdf.Chip{Fill: pdf.AccentTint, Border: pdf.Accent}
		}
		params = append(params, value)
		if p.SameAs > 0 {
			params = append(params, pdf.C(fmt.Sprintf("\u00a0same\u00a0as\u00a0hop\u00a0%d", p.SameAs), pdf.Accent))
		}
	}
	if len(params) > 0 {
		blocks = append(blocks, pdf.Paragraph{Spans: params, Size: 9, Before: 3})
	}
	for _, line := range h.CookieLines() {
		blocks = append(blocks, pdf.Paragraph{Spans: []pdf.Span{small("sets "), {Text: line.Names, Mono: true, Size: 8.5}, small("  " + line.Flags)}, Size: 9, Before: 3})
	}
	if pinned := r.pinned(h.Findings); len(pinned) > 0 {
		blocks = append(blocks, pdf.Paragraph{Spans: pinned, Size: pdf.SmallSize, Before: 4})
	}
	for _, s := range shots {
		blocks = append(blocks, pdf.Columns{Gap: 10, Before: 5, Columns: []pdf.Side{
			{Width: 100, Blocks: []pdf.Block{pdf.Figure{Image: r.pictures[s.ID], Alt: s.Title, Width: 100, MaxHeight: 90, Border: pdf.Edge}}},
			{Blocks: []pdf.Block{pdf.Paragraph{Spans: []pdf.Span{pdf.B(s.Title + "\n"), small("Picture "), link(s.ID), small(", page "), pdf.PageOf(s.ID)}, Size: 9}}},
		}})
	}
	return blocks
}

// pinned names the rules whose findings rest on a hop, by verdict, the worst first.
func (r *report) pinned(ids []string) []pdf.Span {
	var out []pdf.Span
	for _, verdict := range []string{"fail", "warn", "not_seen", "pass"} {
		m, seen := verdictMark(verdict), map[string]bool{}
		for _, id := range ids {
			f := r.findings[id]
			if f == nil || f.Verdict != verdict || seen[f.Rule] {
				continue
			}
			if len(seen) == 0 {
				out = append(out, pdf.Span{Icon: m.spoken(), Text: "\u00a0"})
			}
			seen[f.Rule] = true
			out = append(out, pdf.Span{Text: f.Rule, To: f.ID, Colour: m.colour}, pdf.T(" "))
		}
		if len(seen) > 0 {
			out = append(out, pdf.T("  "))
		}
	}
	return out
}

// expectedAndActual is the table of what fails or warns here, and a line of what
// is not seen.
func (r *report) expectedAndActual(transcript string, findings []*Finding) {
	t := pdf.Table{
		Columns: []pdf.Column{{Width: 46}, {Weight: 3}, {Weight: 2.4}, {Width: 70}, {Width: 34, Align: pdf.Right}},
		Head:    pdf.Cells("Rule", "Expected", "Actual", "Verdict", "Hop"), Size: 9, Pad: 4, Summary: "Findings about this transcript that do not pass",
	}
	for _, verdict := range []string{"fail", "warn"} {
		for _, f := range findings {
			if f.Verdict != verdict {
				continue
			}
			expected := f.Expected
			if expected == "" {
				expected = f.Title
			}
			t.Rows = append(t.Rows, pdf.Row{Cells: []pdf.Cell{
				{Spans: []pdf.Span{{Text: f.Rule, Mono: true, To: f.ID}}, Header: true}, {Spans: []pdf.Span{pdf.T(expected)}},
				{Spans: []pdf.Span{pdf.T(f.Actual)}}, {Spans: verdictMark(verdict).spans()}, {Spans: []pdf.Span{pdf.T(hopIn(f, transcript))}},
			}})
		}
	}
	if len(t.Rows) > 0 {
		r.doc.Add(pdf.Heading{Level: 4, Text: "Expected and actual", Before: 12, NoBookmark: true}, t)
	}
	if unseen := unseenRules(findings); len(unseen) > 0 {
		m := verdictMark("not_seen")
		spans := append([]pdf.Span{{Icon: m.icon, Text: " Not seen here: ", Bold: true, Colour: m.colour}}, unseen...)
		r.doc.Add(pdf.Paragraph{Size: 9, Before: 8, Spans: append(spans, small(". What would show them stands at each finding."))})
	}
}

// hopIn is the first entry of a transcript that a finding rests on.
func hopIn(f *Finding, transcript string) string {
	for _, ref := range f.Refs {
		if ref.Transcript == transcript {
			return fmt.Sprint(ref.Entry)
		}
	}
	return ""
}

// unseenRules links the rules that could not be told, each once.
func unseenRules(findings []*Finding) []pdf.Span {
	var out []pdf.Span
	seen := map[string]bool{}
	for _, f := range findings {
		if f.Verdict != "not_seen" || seen[f.Rule] {
			continue
		}
		if len(seen) > 0 {
			out = append(out, pdf.T(", "))
		}
		seen[f.Rule] = true
		out = append(out, pdf.Span{Text: f.Rule, Mono: true, To: f.ID, Colour: pdf.Accent})
	}
	return out
}
