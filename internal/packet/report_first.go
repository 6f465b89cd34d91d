package packet

import (
	"fmt"
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/pdf"
)

// firstPage answers in a minute: is it ready, who said so, what is missing.
// A crowded page names less, so that it still says how to check the packet.
func (r *report) firstPage() {
	whole := r.doc
	whole.AddFirstFitting(1, len(crowds), func(way int, page *pdf.Doc) {
		r.doc, r.crowd = page, crowds[way]
		r.title()
		r.answer()
		r.figures()
		r.failures()
		r.sections()
		r.keyToMarks()
		r.alsoHere()
		r.unprovenAndSigned()
		r.checkYourself()
	})
	r.doc = whole
}

// title names the integration and what it is.
func (r *report) title() {
	i := r.c.Integration
	uses := ""
	if len(i.UseCases) > 0 {
		uses = ", " + strings.Join(i.UseCases, " and ")
	}
	r.doc.Add(
		pdf.Running{Left: shorten(i.Partner, 50), Right: shorten(i.Name, 50)},
		pdf.Heading{Level: 1, Text: i.Name, Before: -1},
		pdf.Paragraph{
			Spans: []pdf.Span{pdf.C(i.Partner, pdf.Ink2), pdf.C(fmt.Sprintf(", %s%s, %s, configuration %d", name(i.Protocol), uses, i.Environment, i.ConfigVersion), pdf.Ink2)},
			Size:  10.5, Before: -1,
		},
	)
}

// answer is the box with the decision or outcome.
func (r *report) answer() {
	// An excerpt's content is less than what was decided about.
	answer := r.c.answer(r.summary.Counts.Items, r.summary.Counts.Findings)
	h := headlineOf(answer.Tone)
	blocks := []pdf.Block{
		pdf.Paragraph{Spans: []pdf.Span{pdf.B(answer.Title)}, Size: 16, Before: -1},
		pdf.Paragraph{Spans: []pdf.Span{pdf.T(answer.Sentence)}, Before: -1},
	}
	for _, d := range answer.Deeds {
		d.Text = shorten(d.Text, r.crowd.text)
		blocks = append(blocks, pdf.Paragraph{Spans: d.spans(pdf.Span{Colour: pdf.Ink2}), Size: pdf.SmallSize, Before: 2})
	}
	blocks = append(blocks, r.conditions(answer.Conditions)...)
	big := &pdf.Icon{Width: 1, Height: 1, Draw: h.icon.Draw}
	r.doc.Add(pdf.Box{Fill: h.fill, Border: h.border, Pad: 9, Before: 6, Blocks: []pdf.Block{pdf.Columns{Gap: 16, Columns: []pdf.Side{
		{Width: 32, Blocks: []pdf.Block{pdf.Drawing{Width: 32, Height: 32, Draw: func(c *pdf.Canvas) { c.Icon(big, 0, 0, 32) }}}},
		{Blocks: blocks},
	}}}})
}

// conditions are those of the outcome while they are few; the rest is counted.
func (r *report) conditions(all []string) []pdf.Block {
	var out []pdf.Block
	for i, condition := range all {
		spans := []pdf.Span{pdf.B("Condition: "), pdf.T(shorten(condition, r.crowd.condition()))}
		last := i == r.crowd.conditions-1 && len(all) > i+1
		if last {
			spans = append(spans, pdf.T(fmt.Sprintf(" And %d more.", len(all)-i-1)))
			if !r.brief && r.c.Walkthrough != nil {
				spans = append(spans, pdf.T(" Page\u00a0"), pdf.PageOf("minutes"), pdf.T("."))
			}
		}
		out = append(out, pdf.Paragraph{Spans: spans, Before: 3})
		if last {
			break
		}
	}
	return out
}

// figures are the four numbers.
func (r *report) figures() {
	n := r.summary.Counts
	side := func(number, what string, more ...pdf.Span) pdf.Side {
		return pdf.Side{Blocks: []pdf.Block{
			pdf.Paragraph{Spans: []pdf.Span{{Text: number, Bold: true, Size: 19.5}}, Before: -1},
			pdf.Paragraph{Spans: []pdf.Span{pdf.T(what)}, Before: -1},
			pdf.Paragraph{Spans: more, Size: pdf.SmallSize, Colour: pdf.Ink3, Before: -1},
		}}
	}
	verdict := func(v string, n int) pdf.Span {
		return pdf.Span{Icon: verdictMark(v).spoken(), Text: fmt.Sprintf(" %d  ", n)}
	}
	verdicts := []pdf.Span{
		verdict("pass", n.Findings.Pass), verdict("warn", n.Findings.Warn), verdict("not_seen", n.Findings.NotSeen), verdict("fail", n.Findings.Fail),
	}
	held := "no step, not held yet"
	switch {
	case n.Minutes > 0:
		held = count(r.c.Confirmed(), "step") + " confirmed"
	case r.c.Walkthrough != nil:
		held = "no step yet"
	}
	r.doc.Add(pdf.Columns{Divider: pdf.Line, Before: 10, Columns: []pdf.Side{
		side(fmt.Sprintf("%d of %d", r.c.AcceptedNow(), n.Items.Total), "items accepted", pdf.T(r.summary.OtherStates(r.c))),
		side(fmt.Sprint(n.TestRuns), plural(n.TestRuns, "test run", "test runs"),
			pdf.T(count(n.Transcripts, "transcript")+", "+count(n.Screenshots, "screenshot"))),
		side(fmt.Sprint(n.Findings.Total), "findings", verdicts...),
		side(fmt.Sprint(n.Minutes), "entries in the minutes", pdf.T(held)),
	}}, pdf.Rule{Before: 6})
}

// failures names what fails, so that a reader need not look for it behind a good
// answer.
func (r *report) failures() {
	named, more := r.c.firstFailures(r.crowd.failures)
	if len(named) == 0 {
		return
	}
	r.doc.Add(pdf.Heading{Level: 2, Text: "What fails", Size: pdf.H3Size, Before: 8, NoBookmark: true})
	fail := verdictMark("fail")
	for _, f := range named {
		spans := []pdf.Span{{Icon: fail.spoken(), Text: "\u00a0"}, pdf.B(f.Rule + " "), pdf.T(shorten(f.Title, 90) + " "), link(f.ID), pdf.T(" page\u00a0"), pdf.PageOf(f.ID)}
		if len(f.Items) > 0 {
			spans = append(append(spans, pdf.T("; item ")), links(f.Items[:min(itemsNamed, len(f.Items))])...)
		}
		if rest := len(f.Items) - itemsNamed; rest > 0 {
			spans = append(spans, pdf.T(fmt.Sprintf(" and %d more", rest)))
		}
		r.doc.Add(pdf.Paragraph{Spans: spans, Size: 9, Before: 1.5})
	}
	if more > 0 {
		r.doc.Add(pdf.Paragraph{Spans: []pdf.Span{pdf.T(fmt.Sprintf("And %d more. Page\u00a0", more)), pdf.PageOf("findings"), pdf.T(".")}, Size: 9, Before: 1.5})
	}
}

// itemsNamed is how many items page one names of a finding that fails.
const itemsNamed = 3

// sections is the table by section, with a mark for each item.
func (r *report) sections() {
	t := pdf.Table{
		Columns: []pdf.Column{{Width: 148}, {Width: 128}, {Width: 50, Align: pdf.Right}, {}, {Width: 32, Align: pdf.Right}},
		Head:    pdf.Cells("Section", "A mark for each item", "Accepted", "Rests on", "Page"),
		Pad:     2.2, Size: 9, Summary: "Readiness by section", Before: 2,
	}
	for _, s := range r.c.SectionFigures() {
		t.Rows = append(t.Rows, pdf.Row{Cells: []pdf.Cell{
			{Spans: []pdf.Span{{Text: s.Title, To: sectionAnchor(s.ID), Colour: pdf.Ink}}, Header: true},
			{Blocks: []pdf.Block{r.sectionMarks(s.ID)}},
			{Spans: []pdf.Span{pdf.T(fmt.Sprintf("%d of %d", s.Accepted, s.Total))}},
			{Spans: []pdf.Span{pdf.T(s.RestsOn)}},
			{Spans: []pdf.Span{pdf.PageOf(sectionAnchor(s.ID))}},
		}})
	}
	if !r.crowd.short { // the head of the table says it too
		r.doc.Add(pdf.Heading{Level: 2, Text: "By section", Size: pdf.H3Size, Before: 8, NoBookmark: true})
	}
	if r.crowd.bare {
		t.Pad = 1
		t.Columns, t.Head = slices.Delete(t.Columns, 3, 4), slices.Delete(t.Head, 3, 4)
		t.Columns[0] = pdf.Column{}
		for i := range t.Rows {
			t.Rows[i].Cells = slices.Delete(t.Rows[i].Cells, 3, 4)
		}
	}
	r.doc.Add(t)
}

// alsoHere leads to the parts that are no section, in one line or two.
func (r *report) alsoHere() {
	parts := []struct {
		there        bool
		title, place string
	}{
		{len(r.c.Findings) > 0, "Findings", "findings"},
		{r.c.ErrorPaths != nil, "Error paths", anchorErrorPaths},
		{r.c.NullValues != nil, "Null values", anchorNullValues},
		{r.c.Minimization != nil, "Data minimization", anchorMinimization},
		{len(r.c.TestRuns) > 0, "Test runs", "test-runs"},
		{len(r.c.Transcripts) > 0, "Transcripts", anchorTranscripts},
		{len(r.c.Screenshots) > 0, "Screenshots", "screenshots"},
		{len(r.c.Remarks) > 0, "Remarks", "remarks"},
		{len(r.summary.Waivers) > 0, "Waivers", "waivers"},
		{r.c.Walkthrough != nil, "Minutes", "minutes"},
		{len(r.c.Questions) > 0, "Questions", "questions"},
		{r.cutsShort(), "Page one in full", anchorFull},
		{r.hasRedaction(), "Redaction", "redaction"},
		{true, "Configuration", KindConfiguration},
		{true, "Glossary", "glossary"},
		{r.sealed(), "How to check", "checking"},
	}
	spans := []pdf.Span{pdf.B("Also here: ")}
	for _, p := range parts {
		if !p.there || r.crowd.bare && !slices.Contains(cutPlaces, p.place) {
			continue
		}
		if len(spans) > 1 {
			spans = append(spans, pdf.T(", "))
		}
		spans = append(spans, pdf.T(strings.ReplaceAll(p.title, " ", "\u00a0")+" page\u00a0"), pdf.PageOf(p.place))
	}
	r.doc.Add(pdf.Paragraph{Size: keySize, Before: 5, Spans: append(spans, pdf.T("."))})
}

// cutPlaces are the chapters that say what page one cuts.
var cutPlaces = []string{"findings", "waivers", "minutes", anchorFull}

func sectionAnchor(id string) string { return "section-" + id }

// unprovenAndSigned sets what is not proven beside who signed off.
func (r *report) unprovenAndSigned() {
	r.doc.Add(pdf.Columns{Gap: 24, Before: 8, Columns: []pdf.Side{
		{Weight: 1.7, Blocks: r.unproven()},
		{Weight: 1, Blocks: r.signOffs()},
	}})
}

// unproven lists what the packet does not prove, with pages.
func (r *report) unproven() []pdf.Block {
	list := pdf.List{Ordered: true, Size: 9}
	for _, n := range r.summary.NotProven {
		blocks := []pdf.Block{pdf.Paragraph{Spans: r.unprovenLine(n, r.crowd.short), Size: 9}}
		if n.Kind == "waived" && !r.brief { // a summary has their table
			blocks = append(blocks, r.namedWaivers()...)
		}
		list.Items = append(list.Items, pdf.ListItem{Blocks: blocks})
	}
	blocks := []pdf.Block{pdf.Heading{Level: 2, Text: r.unprovenTitle(), Size: pdf.H3Size, Before: -1, NoBookmark: true}}
	if len(list.Items) == 0 {
		return append(blocks, para(pdf.T("It holds no evidence yet, so it proves nothing.")))
	}
	return append(blocks, list)
}

func (r *report) unprovenTitle() string {
	if r.draft {
		return "What this draft does not prove"
	}
	return "What this packet does not prove"
}

// unprovenLine is one thing that is not proven: the fact in bold, then why and where.
func (r *report) unprovenLine(n NotProven, short bool) []pdf.Span {
	first, rest := n.Text, ""
	if at := strings.Index(n.Text, ":"); at > 0 {
		first, rest = n.Text[:at], n.Text[at:]
	} else if at := strings.Index(n.Text, ". "); at > 0 {
		first, rest = n.Text[:at+1], n.Text[at+1:]
	}
	if short && rest != "" {
		first, rest = strings.TrimSuffix(first, ".")+".", ""
	}
	switch {
	case n.Kind == "partner_made":
		return []pdf.Span{pdf.B(first), pdf.T(rest)}
	case r.brief:
		return []pdf.Span{pdf.B(first), pdf.T(rest + " "), monoGrey(named(n.Anchors))}
	}
	return []pdf.Span{pdf.B(first), pdf.T(rest + " Page\u00a0"), pdf.PageOf(n.Anchors[0]), pdf.T(".")}
}

// namedWaivers are the waivers with their reasons while they are few; the rest is
// counted.
func (r *report) namedWaivers() []pdf.Block {
	var out []pdf.Block
	named, more := r.summary.firstWaivers(r.crowd.waivers)
	if len(named) == 0 {
		return nil
	}
	for _, w := range named {
		spans := []pdf.Span{link(w.Remark)}
		if w.Item != "" {
			spans = append(spans, pdf.T(" on "), link(w.Item))
		}
		out = append(out, pdf.Paragraph{Spans: append(spans, pdf.T(": "+w.reasonIn(min(r.crowd.text, reasonNamed)))), Size: pdf.SmallSize, Before: 1.5})
	}
	if more > 0 {
		out = append(out, pdf.Paragraph{Spans: []pdf.Span{pdf.T(fmt.Sprintf("And %d more. Page\u00a0", more)), pdf.PageOf("waivers"), pdf.T(".")}, Size: pdf.SmallSize, Before: 1.5})
	}
	return out
}

// signOffs shows the three roles; who is missing is said.
func (r *report) signOffs() []pdf.Block {
	kv := pdf.KeyValue{KeyWidth: 60, Size: 9}
	for _, role := range []string{"partner", "consultant", "account_team"} {
		found := false
		for _, s := range r.c.SignOffs {
			if s.Role == role {
				found = true
				kv.Pairs = append(kv.Pairs, pdf.Pair{Key: capital(name(role)), Value: append(actor(s.Act, pdf.Span{}), pdf.T("\n"), small(stamp(s.At)))})
			}
		}
		if !found {
			missing := "Not in this packet"
			if r.draft {
				missing = "Not signed off"
			}
			kv.Pairs = append(kv.Pairs, pdf.Pair{Key: capital(name(role)), Value: []pdf.Span{pdf.T(missing)}})
		}
	}
	return []pdf.Block{pdf.Heading{Level: 2, Text: "Sign-offs", Size: pdf.H3Size, Before: -1, NoBookmark: true}, kv}
}

// checkYourself says how a stranger checks the packet.
func (r *report) checkYourself() {
	if r.draft {
		r.doc.Add(pdf.Box{Border: pdf.Ink, Radius: -1, Before: 8, Pad: 7, Blocks: []pdf.Block{
			para(pdf.B("This is a draft. "), pdf.T("Nobody has sealed it, and it can be changed without a trace. It shows the state at the time above.")),
		}})
		return
	}
	if r.unsigned {
		r.doc.Add(r.unsignedBox())
		return
	}
	r.doc.Add(pdf.Box{Border: pdf.Ink, Radius: -1, Before: 8, Pad: 7, Blocks: []pdf.Block{
		pdf.Paragraph{Spans: []pdf.Span{
			{Text: "Check it yourself. ", Bold: true, Size: 10.5},
			pdf.T("The signed statement beside this PDF holds its digest. One command checks both, offline:\n"),
			monoBold("proofwalk verify --fingerprint SHA256 " + r.c.ArchiveName()),
		}, Size: 9, Before: -1},
		pdf.KeyValue{KeyWidth: 52, Columns: 2, Size: 8.5, Before: 3, Pairs: []pdf.Pair{
			{Key: "Root", Value: []pdf.Span{pdf.M(groups(r.fingerprint))}},
			{Key: "packet.json", Value: []pdf.Span{pdf.M(groups(r.manifestSHA256))}},
		}},
		pdf.Paragraph{Spans: []pdf.Span{{Text: "Compare the root with the server's public page /keys: what a forged report prints is forged too.", Size: 8, Colour: pdf.Ink3}}, Before: 2},
	}})
}

// keySize is the size of the lines that explain page one.
const keySize = 7.7

// keyToMarks is one line: what rules say, what people set.
func (r *report) keyToMarks() {
	if r.crowd.bare {
		return
	}
	spans := []pdf.Span{pdf.B("Rules say ")}
	add := func(m mark) {
		word := strings.ReplaceAll(m.word, " ", "\u00a0")
		spans = append(spans, pdf.Span{Icon: m.icon, Text: "\u00a0" + word, Colour: m.colour}, pdf.T("  "))
	}
	for _, v := range []string{"pass", "fail", "warn", "not_seen"} {
		add(verdictMark(v))
	}
	spans = append(spans, pdf.B("  People set "))
	for _, s := range []string{"accepted", "returned", "claimed", "open", "not_applicable"} {
		add(stateMark(&Item{State: s}))
	}
	add(mark{staleIcon, "Stale", pdf.Warn})
	if len(r.summary.Waivers) > 0 {
		add(waiverMark)
	}
	r.doc.Add(pdf.Paragraph{Size: keySize, Before: 5, Spans: spans})
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
