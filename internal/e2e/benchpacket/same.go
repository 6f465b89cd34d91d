package main

import (
	"fmt"
	"html"
	"strings"

	"github.com/proofwalk/proofwalk/internal/packet"
)

// part is a piece of the content as every program gets it: a heading, a table with
// a head, or a picture.
type part struct {
	heading string
	rows    [][]string // the first is the head
	picture string     // name of the file
	title   string     // of the picture
}

// parts are the content as a plain document.
func parts(c *packet.Content) []part {
	out := []part{{heading: c.Integration.Name + ", " + c.Integration.Partner + ", packet " + c.Name()}}
	items := [][]string{{"Item", "Title", "State", "Claimed or decided by", "Evidence", "Findings"}}
	for _, it := range c.Items {
		var evidence []string
		for _, e := range it.Evidence {
			evidence = append(evidence, e.Kind+" "+e.Transcript+", hop "+strings.Trim(fmt.Sprint(e.Entries), "[]")+", "+e.HappenedAt.Format("Mon 2 Jan 2006, 15:04 MST"))
		}
		items = append(items, []string{it.ID, it.Title, it.State, it.Decision.By + ", " + it.Decision.Organisation + ". " + it.Decision.Text, strings.Join(evidence, "; "), strings.Join(it.Findings, ", ")})
	}
	findings := [][]string{{"Finding", "Rule", "What is so", "Clause", "Verdict"}}
	for _, f := range c.Findings {
		findings = append(findings, []string{f.ID, f.Rule, f.Title, f.Clause, f.Verdict})
	}
	out = append(out, part{heading: "Items", rows: items}, part{heading: "Findings", rows: findings})
	for _, t := range c.Transcripts {
		hops := [][]string{{"Hop", "Lane", "Status", "Request", "Parameters"}}
		for _, h := range t.Hops {
			var params []string
			for _, p := range h.Params {
				params = append(params, p.Name+"="+p.Value)
			}
			hops = append(hops, []string{fmt.Sprint(h.N), h.Lane, fmt.Sprint(h.Status), h.Method + " " + h.Host + h.Path, strings.Join(params, " ")})
		}
		out = append(out, part{heading: "Transcript " + t.ID + ": " + t.Scenario + ", by " + t.MadeBy + ", sha256 " + t.SHA256, rows: hops})
	}
	for _, s := range c.Screenshots {
		out = append(out, part{heading: s.ID + " " + s.Title, picture: s.ID + ".png", title: s.Title})
	}
	return out
}

// asHTML is for Chromium and WeasyPrint.
func asHTML(c *packet.Content, pictures string) string {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Readiness packet</title><style>
@page { size: A4; margin: 20mm 15mm } body { font: 9pt/1.35 "IBM Plex Sans", "Noto Sans", sans-serif } h1 { font-size: 17pt } h2 { font-size: 13pt }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: 3pt 4pt; border-bottom: .5pt solid #ccc }
tr { break-inside: avoid } td:first-child { white-space: nowrap } img { max-width: 100%; max-height: 420pt; border: .5pt solid #888 }</style><body>`)
	for n, p := range parts(c) {
		level := min(n+1, 2)
		fmt.Fprintf(&b, "<h%d>%s</h%d>", level, html.EscapeString(p.heading), level)
		if p.picture != "" {
			fmt.Fprintf(&b, `<img src="%s" alt="%s">`, pictures+p.picture, html.EscapeString(p.title))
		}
		for i, row := range p.rows {
			cell := "td"
			switch i {
			case 0:
				cell = "th"
				b.WriteString("<table><thead><tr>")
			case 1:
				b.WriteString("</thead><tbody><tr>")
			default:
				b.WriteString("<tr>")
			}
			for _, text := range row {
				fmt.Fprintf(&b, "<%s>%s</%s>", cell, html.EscapeString(text), cell)
			}
			b.WriteString("</tr>")
		}
		if len(p.rows) > 0 {
			b.WriteString("</tbody></table>")
		}
	}
	return b.String()
}

// asTypst is for Typst.
func asTypst(c *packet.Content, pictures string) string {
	var b strings.Builder
	b.WriteString(`#set document(title: "Readiness packet", date: datetime(year: 2026, month: 11, day: 21))
#set page(paper: "a4", margin: (x: 15mm, y: 20mm), numbering: "1 of 1")
#set text(font: ("IBM Plex Sans", "Noto Sans"), size: 9pt, lang: "en")
#set table(stroke: (bottom: 0.5pt + luma(80%)), inset: 4pt)
#show table.cell: set block(breakable: false)
`)
	quote := func(s string) string {
		return `#"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
	}
	for n, p := range parts(c) {
		fmt.Fprintf(&b, "#heading(level: %d)[%s]\n", min(n+1, 2), quote(p.heading))
		if p.picture != "" {
			fmt.Fprintf(&b, "#image(\"%s\", alt: %s, height: 260pt)\n", pictures+p.picture, strings.TrimPrefix(quote(p.title), "#"))
		}
		if len(p.rows) == 0 {
			continue
		}
		columns := make([]string, len(p.rows[0]))
		for i := range columns {
			columns[i] = "auto"
		}
		columns[len(columns)-2] = "1fr"
		fmt.Fprintf(&b, "#table(columns: (%s),\n", strings.Join(columns, ", "))
		for i, row := range p.rows {
			if i == 0 {
				b.WriteString("table.header(")
			}
			for _, text := range row {
				b.WriteString("[" + quote(text) + "], ")
			}
			if i == 0 {
				b.WriteString("),")
			}
			b.WriteString("\n")
		}
		b.WriteString(")\n")
	}
	return b.String()
}
