package pdf

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"time"
)

var made = time.Date(2026, 11, 21, 22, 4, 0, 0, time.UTC)

// screenshot draws a plain page as a PNG.
func screenshot(w, h int) *Image {
	src := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{250, 250, 250, 255}
			if y < h/8 {
				c = color.RGBA{230, 234, 236, 255}
			} else if y%24 < 8 && x > w/5 && x < w*4/5-y {
				c = color.RGBA{180, 188, 194, 255}
			}
			src.SetRGBA(x, y, c)
		}
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, src); err != nil {
		panic(err)
	}
	img, err := NewImage(buf.Bytes())
	if err != nil {
		panic(err)
	}
	return img
}

func footer(info PageInfo) Strip {
	return Strip{
		Left:   []Span{T("Kestrel Ticketing, First responder sale, revision 4")},
		Centre: []Span{M("packet 9f1c44e2")},
		Right:  []Span{T(itoa(info.Number) + " of " + itoa(info.Total))},
		Rule:   0.75, RuleColour: Edge,
	}
}

func header(info PageInfo) Strip {
	if info.Number == 1 {
		return Strip{Left: []Span{{Text: "Proofwalk", Bold: true, Size: 12, Colour: Ink}},
			Right: []Span{T("Readiness packet, made Sat 21 Nov 2026, 22:04 UTC")}, Rule: 1.5}
	}
	return Strip{Left: []Span{T(info.Running.Left)}, Right: []Span{T(info.Running.Right)}, Rule: 1.5}
}

func small(s string) Span { return Span{Text: s, Size: SmallSize, Colour: Ink3} }

// report is a document with every kind of block, close to a real report.
func report() *Doc {
	d := New(Options{Title: "Readiness packet: First responder sale & <more>", Lang: "en", Author: "Proofwalk",
		Created: made, Header: header, Footer: footer,
		Attachments: []Attachment{{Name: "packet.json", Type: "application/json", Relationship: "Source",
			Description: "The packet as data", Data: []byte(`{"format":1}`)}}})
	firstPage(d)
	transcriptPage(d)
	longTable(d, 70)
	scripts(d)
	return d
}

func firstPage(d *Doc) {
	figure := func(n, what, more string, extra ...Span) Side {
		return Side{Blocks: []Block{
			Paragraph{Spans: []Span{{Text: n, Bold: true, Size: 19.5}}},
			Paragraph{Spans: []Span{T(what)}, Before: -1},
			Paragraph{Spans: append([]Span{small(more)}, extra...), Before: -1, Size: SmallSize},
		}}
	}
	counts := []Span{{Icon: MarkPass, Text: "214 "}, {Icon: MarkWarn, Text: "4 "}, {Icon: MarkNotSeen, Text: "3 "}, {Icon: MarkFail, Text: "0"}}
	section := func(name, accepted, rests, anchor string) Row {
		return Row{Cells: []Cell{{Spans: []Span{T(name)}, Header: true}, {Spans: []Span{T(accepted)}}, {Spans: []Span{T(rests)}}, {Spans: []Span{PageOf(anchor)}}}}
	}
	bigTick := &Icon{Width: 1, Height: 1, Draw: MarkPass.Draw}
	d.Add(
		Heading{Level: 1, Text: "First responder sale", Anchor: "top"},
		Paragraph{Spans: []Span{C("Kestrel Ticketing, OAuth 2.0, group (responder), sandbox of ID.me", Ink2)}, Size: 10.5, Before: -1},
		Box{Fill: PassTint, Border: Pass, Pad: 15, Blocks: []Block{Columns{Gap: 16, Columns: []Side{
			{Width: 32, Blocks: []Block{Drawing{Width: 32, Height: 32, Draw: func(c *Canvas) { c.Icon(bigTick, 0, 0, 32) }}}},
			{Blocks: []Block{
				Paragraph{Spans: []Span{B("Ready for go-live")}, Size: 16, Before: -1},
				Paragraph{Spans: []Span{T("All 20 required items accepted, no finding fails, walkthrough held on Fri 20 Nov 2026.")}, Before: -1},
			}}}}}},
		Columns{Divider: Line, Columns: []Side{
			figure("31", "items accepted", "2 not applicable, 1 waived"),
			figure("9 of 9", "error paths run", "each with the page users saw"),
			figure("221", "findings", "", counts...),
			figure("10", "walkthrough steps", "9 pass, 1 action, done"),
		}},
		Rule{},
		Heading{Level: 2, Text: "By section", Size: H3Size},
		Table{Columns: []Column{{Weight: 5}, {Weight: 3, Align: Right}, {Weight: 5}, {Width: 60, Align: Right}},
			Head: Cells("Section", "Accepted", "Rests on", "Page"),
			Rows: []Row{
				section("Readiness and scheduling", "3 of 3", "2 declarations, 1 run", "top"),
				section("Tests before the walkthrough", "12 of 12", "9 runs, 41 findings, 2 declarations", "ERR-01.1"),
				section("Error handling", "4 of 4", "7 runs, 7 screenshots", "rules"),
				section("Confirmed in the walkthrough", "6 of 7, 1 waived", "minutes of Fri 20 Nov", "TST-69"),
				section("Test data and data minimization", "3 of 3", "4 runs", "scripts"),
			}},
	)
	firstPageEnd(d)
}

func firstPageEnd(d *Doc) {
	d.Add(
		Columns{Columns: []Side{
			{Weight: 1.2, Blocks: []Block{
				Heading{Level: 2, Text: "What this packet does not prove", Size: H3Size},
				List{Ordered: true, Items: []ListItem{
					Item(B("3 findings are “not seen”"), T(": the transcripts cannot tell. Page "), PageOf("rules"), T(".")),
					Item(B("5 items rest on a declaration"), T(" of the partner alone.")),
					Item(B("The partner made the transcripts"), T(" and redacted them before sending. They show what was recorded, not that nothing was left out.")),
				}},
			}},
			{Blocks: []Block{
				Heading{Level: 2, Text: "Sign-offs", Size: H3Size},
				KeyValue{KeyWidth: 52, Pairs: []Pair{
					{"Partner", []Span{T("Hugo Brandt, Kestrel Ticketing\n"), small("Sat 21 Nov 2026, 00:12 UTC")}},
					{"Reviewer", []Span{T("Dana Whitlock, ID.me\n"), small("Sat 21 Nov 2026, 21:50 UTC")}},
				}},
			}},
		}},
		Box{Border: Ink, Radius: -1, Blocks: []Block{
			Heading{Level: 2, Text: "Check it yourself", Size: H3Size, NoBookmark: true},
			Paragraph{Spans: []Span{T("This PDF is signed, and its digest stands in the signed statement beside it in the zip. One command checks both, "), {Text: "offline", Link: "https://proofwalk.example/verify", Colour: Accent}, T(":")}},
			Paragraph{Spans: []Span{{Text: "proofwalk verify packet-kestrel-first-responder-r4.2.zip", Mono: true, Bold: true}}},
			KeyValue{Pairs: []Pair{{"Key", []Span{M("7b2e 91c0 4fd8 aa13 60e5 2b7c d914 88c4\n0e6a f3b2 5d47 c981 1fa0 7e3c b6d2 45c4")}}, {"packet.json", []Span{M("sha256 51d0c3fe 8b17 … 22e9b4")}}}},
		}},
		Rule{},
		Paragraph{Size: SmallSize, Spans: []Span{B("How to read the marks. "), T("A square is a rule's verdict, a circle a person's decision. "),
			{Icon: MarkPass, Text: "Pass  ", Bold: true, Colour: Pass}, {Icon: MarkFail, Text: "Fail  ", Bold: true, Colour: Fail},
			{Icon: MarkWarn, Text: "Warn  ", Bold: true, Colour: Warn}, {Icon: MarkNotSeen, Text: "Not seen  ", Bold: true, Colour: NotSeen},
			{Icon: MarkAccepted, Text: "Accepted  ", Bold: true, Colour: Pass}, {Icon: MarkNotApplicable, Text: "Not applicable  ", Bold: true, Colour: NotSeen},
			{Icon: MarkReturned, Text: "Returned  ", Bold: true, Colour: Warn}, {Icon: MarkClaimed, Text: "Claimed  ", Bold: true, Colour: Accent},
			{Icon: MarkOpen, Text: "Open  ", Bold: true}, {Icon: MarkWaived, Text: "Waived  ", Bold: true, Colour: Warn}, {Icon: MarkNotRun, Text: "Not run", Bold: true}}},
	)
}

// laneX are the middles of the lanes.
var laneX = []float64{28, 72, 114}

func lane(status string, at, from int, first, last bool) func(c *Canvas) {
	const mid = 14.0
	guide, walk := Stroke{Line: Line}, Stroke{Line: Ink2, Width: 2.2}
	return func(c *Canvas) {
		for _, x := range laneX {
			c.Line(x, 0, x, c.H, guide)
		}
		x := laneX[at]
		if !first {
			c.Polyline(walk, laneX[from], 0, laneX[from], mid)
		}
		if !first && from != at {
			side := 16.0
			if laneX[from] > x {
				side = -16
			}
			c.Arrow(laneX[from], mid, x-side, mid, walk)
		}
		if !last {
			c.Line(x, mid, x, c.H, walk)
		}
		if c.Continued {
			return
		}
		c.RoundRect(x-16, mid-8, 32, 16, 8, Stroke{Fill: White, Line: Ink2, Width: 1.4})
		c.Text(x, mid+3, Centre, Span{Text: status, Mono: true, Bold: true, Size: 9.5})
	}
}

func transcriptPage(d *Doc) {
	hop := func(n string, draw func(c *Canvas), blocks ...Block) Row {
		return Row{Cells: []Cell{{Spans: []Span{C(n, Ink2)}}, {Draw: draw, MinHeight: 28}, {Blocks: blocks}}}
	}
	line := func(spans ...Span) Block { return Paragraph{Spans: spans, Before: 2} }
	gray := func(s string) Span { return Span{Text: s, Mono: true, Colour: Ink2} }
	bold := func(s string) Span { return Span{Text: s, Mono: true, Bold: true} }
	chip := func(s string) Span {
		return Span{Text: s, Mono: true, Bold: true, Chip: &Chip{Fill: AccentTint, Border: Accent}}
	}
	d.Add(
		PageBreak{}, Running{"Error handling", "ERR-01, evidence 1"},
		Paragraph{Spans: []Span{{Text: "ERR-01.1", Mono: true, Colour: Ink3}}, KeepNext: true},
		Heading{Level: 2, Text: "Transcript: consent denied, run 6", Anchor: "ERR-01.1", Size: 17, Before: -1},
		Rule{},
		KeyValue{Columns: 2, Pairs: []Pair{
			{"Happened", []Span{T("Thu 19 Nov 2026, 20:02:11 UTC")}}, {"Captured", []Span{T("Thu 19 Nov 2026, 20:02:40 UTC")}},
			{"Received", []Span{T("Thu 19 Nov 2026, 20:05:19 UTC")}}, {"Made by", []Span{T("Hugo Brandt with recorder 1.4.0, Chromium 156")}},
			{"Test user", []Span{M("responder-deny")}}, {"File", []Span{M("transcripts/run-06.har, sha256 77aa01c9 …")}}}},
		Rule{},
		Paragraph{Spans: []Span{{Icon: MarkPass, Text: "28 pass   ", Bold: true, Colour: Pass}, {Icon: MarkWarn, Text: "1 warn   ", Bold: true, Colour: Warn}}},
		Table{Columns: []Column{{Width: 28, Align: Right}, {Width: 136}, {}}, Frame: true,
			Head: []Cell{{}, {Spans: []Span{T("Kestrel   ID.me   Third party")}}, {Spans: []Span{T("Request")}}},
			Rows: []Row{
				hop("1", lane("302", 0, 0, true, false), line(gray("GET www.kestrel.example"), bold("/sale/verify")),
					line(gray("sets cookie "), chip("cookie C"), gray(" Secure, HttpOnly, SameSite=Lax")), line(small("TR-01 pass"))),
				hop("2", lane("302", 1, 0, false, false), line(gray("GET api.idmelabs.com"), bold("/oauth/authorize")),
					line(gray("client_id="), bold("on file"), gray(" response_type="), bold("code"), gray(" redirect_uri="), bold("https://www.kestrel.example/a/very/long/path/that/does/not/fit/on/one/line/and?has=a&query=string"), gray(" state="), chip("state A"))),
				hop("3", lane("200", 1, 1, false, false), line(gray("GET api.idmelabs.com"), bold("/en/session/new"), small("  sign-in page, 41 KB"))),
				hop("4", lane("302", 0, 1, false, true), line(gray("GET www.kestrel.example"), bold("/idme")),
					line(gray("error="), bold("access_denied")), line(gray("state="), chip("state A"), C(" same as hop 2", Accent)),
					Columns{Columns: []Side{{Width: 110, Blocks: []Block{Figure{Image: screenshot(320, 200), Alt: "The page on which the user ends", Border: Edge}}},
						{Blocks: []Block{Paragraph{Spans: []Span{B("The user ends here\n"), small("7.4 KB, 318 visible characters. Picture 3 of 7.")}}}}}}),
			}},
		Heading{Level: 3, Text: "Expected and actual", Anchor: "rules"},
		Table{Columns: []Column{{Fit: true}, {Weight: 3}, {Weight: 2}, {Fit: true}, {Width: 34, Align: Right}},
			Head: Cells("Rule", "Expected", "Actual", "Verdict", "Hop"),
			Rows: []Row{
				{Anchor: "ER-04", Cells: []Cell{{Spans: []Span{{Text: "ER-04", Mono: true}}, Header: true}, {Spans: []Span{T("No error code in the visible text")}}, {Spans: []Span{T("None in 318 characters")}}, {Spans: Verdict(MarkPass, "Pass", Pass)}, {Spans: []Span{T("7")}}}},
				{Anchor: "CB-10", Cells: []Cell{{Spans: []Span{{Text: "CB-10", Mono: true}}, Header: true}, {Spans: []Span{T("Referrer-Policy on the return")}}, {Spans: []Span{T("Header missing")}}, {Spans: Verdict(MarkWarn, "Warn", Warn)}, {Spans: []Span{T("6")}}}},
			}},
	)
}

func longTable(d *Doc, rows int) {
	tb := Table{Columns: []Column{{Width: 60}, {Weight: 2}, {Weight: 3}, {Width: 60, Align: Right}},
		Head: Cells("Item", "What", "Comment", "Count"), Summary: "All items"}
	for i := range rows {
		tb.Rows = append(tb.Rows, Row{Anchor: "TST-" + itoa(i), Cells: Cells("TST-"+itoa(i), "Name of item number "+itoa(i),
			strings.Repeat("word ", 2+i%17)+"row-"+itoa(i)+"-end", itoa(i*37))})
	}
	d.Add(PageBreak{}, Running{"Items", "All"}, Heading{Level: 2, Text: "Items", Anchor: "items"}, tb)
}

// samples are names and sentences in every script this version sets.
var samples = []string{
	"Zażółć gęślą jaźń", "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία", "Съешь ещё этих мягких французских булок",
	"Tiếng Việt: Đặng Thị Ngọc Ánh, phở, nghĩa", "Þórður Ægir Ðuríðar", "Işık İstanbul ğüşöç", "office affine flow ﬁnd",
}

func scripts(d *Doc) {
	d.Add(Heading{Level: 2, Text: "Scripts", Anchor: "scripts"})
	for _, s := range samples {
		d.Add(Paragraph{Spans: []Span{T(s + " — "), M(s), T(" — "), B(s)}})
	}
	d.Add(Paragraph{Spans: []Span{T("Angle ⟨x⟩, emoji 🎉, Arabic سلام, override \u202Eabc, zero\u200Bwidth, NUL \x00. Count: "), {Counter: UnprintableCount}}})
}

// stress is a document of things that are too large for their place.
func stress() *Doc {
	d := New(Options{Title: "Stress", Created: made, Footer: footer, Header: header, Watermark: "DRAFT"})
	long := strings.Repeat("A sentence of several words that fills the line. ", 130)
	d.Add(Heading{Level: 1, Text: "A heading so long that it must break into lines, with a-very-long-identifier-that-has-hyphens_and_underscores"},
		Paragraph{Spans: []Span{T("before box")}},
		Box{Fill: Sunken, Border: Edge, Blocks: []Block{Paragraph{Spans: []Span{T("box-first " + long + " box-last")}}, Paragraph{Spans: []Span{T(long)}}}},
		Heading{Level: 2, Text: "Tall row"},
		Table{Frame: true, Columns: []Column{{Fit: true}, {}, {Width: 70, Align: Right}}, Head: Cells("Key", "Long", "No"),
			Rows: []Row{{Cells: Cells("short", "short too", "1")}, {Fill: WarnTint, Cells: Cells("tall", "tall-first "+long+long+" tall-last", "22")}, {Cells: Cells("after", "row behind", "3")}}},
		Heading{Level: 2, Text: "Words"},
		Paragraph{Spans: []Span{T(strings.Repeat("x", 1000)), M(" " + strings.Repeat("https://host.example/path?query=value&", 12))}},
		Table{Columns: []Column{{Width: 30}, {}}, Rows: []Row{{Cells: Cells("unbreakable", strings.Repeat("y", 300))}}},
		List{Items: []ListItem{Item(T("bullet " + long)), {Blocks: []Block{Paragraph{Spans: []Span{T("outer")}}, List{Ordered: true, Items: []ListItem{Item(T("inner one")), Item(T("inner two"))}}}},
			{Blocks: []Block{Table{Columns: []Column{{}, {}}, Head: Cells("a", "b"), Rows: []Row{{Cells: Cells("c", "d")}}}}}}},
		Heading{Level: 2, Text: "Figures"},
		Figure{Image: screenshot(300, 1600), Alt: "A very high picture", Border: Edge, Caption: []Span{T("Figure 1: very high")}},
		Drawing{Width: 900, Height: 2000, Alt: "A drawing larger than a page", Draw: func(c *Canvas) {
			c.Rect(0, 0, c.W, c.H, Stroke{Line: Fail, Width: 4})
			c.Arrow(100, 100, 800, 1900, Stroke{Line: Accent, Width: 6, Dash: []float64{20, 10}})
			c.Text(450, 1000, Centre, Span{Text: "in the middle", Size: 60})
		}},
		Columns{Columns: []Side{{Blocks: []Block{Paragraph{Spans: []Span{T(long + long)}}}}, {Blocks: []Block{Paragraph{Spans: []Span{T("beside")}}}}}, Divider: Line},
		Group{Blocks: []Block{Heading{Level: 2, Text: "Group"}, Paragraph{Spans: []Span{T("kept with it, ends here: stress-end")}}}},
	)
	return d
}
