package packet

import (
	"fmt"
	"math"
	"strings"

	"github.com/proofwalk/proofwalk/internal/pdf"
)

// What the report shows by a mark or a place alone is said here in words for those
// who hear it.

// spoken is the mark's icon for where its word does not stand beside it.
func (m mark) spoken() *pdf.Icon {
	i := *m.icon
	i.Alt = m.word
	return &i
}

// The drawing of a section's marks, in points.
const (
	marksInLine = 10
	markSize    = 8.0
	markStep    = 11.0
	markLine    = 11.5
)

// sectionMarks draws a mark for each item, in lines of ten so that they stay in
// their column; it is read as how many items are in which state.
func (r *report) sectionMarks(section string) pdf.Drawing {
	var marks []mark
	var words []string
	counts := map[string]int{}
	for i := range r.c.Items {
		it := &r.c.Items[i]
		if it.Section != section {
			continue
		}
		m := r.stateMark(it)
		marks = append(marks, m)
		if counts[m.word]++; counts[m.word] == 1 {
			words = append(words, m.word)
		}
	}
	for i, w := range words {
		words[i] = fmt.Sprintf("%d %s", counts[w], strings.ToLower(w))
	}
	lines := math.Ceil(float64(len(marks)) / marksInLine)
	return pdf.Drawing{
		Width: marksInLine * markStep, Height: lines * markLine, Before: -1, Alt: strings.Join(words, "; "),
		Draw: func(c *pdf.Canvas) {
			for i, m := range marks {
				c.Icon(m.icon, float64(i%marksInLine)*markStep, float64(i/marksInLine)*markLine+1.5, markSize)
			}
		},
	}
}

// laneWords says of a hop what the drawing shows: which party answers, with what
// status, and from which one the browser came.
func laneWords(lanes Lanes, before, h *Hop) string {
	words := lanes.party(h.Lane)
	if before != nil && before.Lane != h.Lane {
		words = "from " + lanes.party(before.Lane) + " to " + words
	}
	if h.Status == 0 {
		words += ", no status"
	} else {
		words += fmt.Sprintf(", %d", h.Status)
	}
	if before != nil && h.N != before.N+1 {
		words += ", after hops that are not drawn"
	}
	return words
}

// party names who stands in a lane.
func (l Lanes) party(lane string) string {
	switch {
	case lane == "partner" && l.Partner != "":
		return l.Partner
	case lane == "provider" && l.Provider != "":
		return l.Provider
	}
	return capital(name(lane))
}

// actor writes a person with the organisation, each in a span of its own and like
// the given one: digits that follow a name written from right to left in the same
// span would move to its other side.
func actor(a Act, like pdf.Span) []pdf.Span {
	out := []pdf.Span{say(like, a.By)}
	if a.Organisation != "" {
		out = append(out, say(like, ", "), say(like, a.Organisation))
	}
	return out
}

// say is a span like another one with a text of its own.
func say(like pdf.Span, text string) pdf.Span {
	like.Text = text
	return like
}

// spans says the deed, with what the person wrote.
func (d Deed) spans(like pdf.Span) []pdf.Span {
	out := append([]pdf.Span{say(like, d.What+" by ")}, actor(d.Act, like)...)
	out = append(out, say(like, ", "+moment(d.At)+"."))
	if d.Text != "" {
		out = append(out, say(like, " "), say(like, d.Text))
	}
	return out
}
