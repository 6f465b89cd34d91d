package components

import (
	"strings"
	"time"

	"github.com/a-h/templ"
)

// LanesModel is a walk through the parties: a lane for each, a row for each hop.
type LanesModel struct {
	// Label names the list for screen readers: "Hops of run 4".
	Label string
	// ListID is the id of the list, which live updates replace; "hops" if empty.
	ListID string
	// AnchorPrefix is what the anchors of the rows begin with, before the hop's
	// number; empty for HopAnchor's. A page with several walks needs one for each.
	AnchorPrefix string
	// Lanes are the parties from left to right, at most five.
	Lanes []LaneModel
	Rows  []HopModel
	// InRequest puts findings under the request instead of a column of their
	// own, where the place is narrow.
	InRequest bool
	// Footer stands under the rows, such as the recorder line; nil for none.
	Footer templ.Component
}

func (m LanesModel) listID() string {
	if m.ListID != "" {
		return m.ListID
	}
	return "hops"
}

// anchor is the id of a hop's row.
func (m LanesModel) anchor(number int) string {
	if m.AnchorPrefix != "" {
		return m.AnchorPrefix + itoa(number)
	}
	return HopAnchor(number)
}

// LaneModel is the head of a lane.
type LaneModel struct {
	// Name is "Northfall", Note is "partner".
	Name, Note string
}

// HopModel is one row: a hop, or a gap where hops were left out.
type HopModel struct {
	// LeftOut is the number of hops that this row stands for; 0 for a hop. A
	// gap uses only LeftOut, LeftOutText and LeftOutHref.
	LeftOut                  int
	LeftOutText, LeftOutHref string

	Number int
	// Lane is the index of the party in LanesModel.Lanes.
	Lane int
	// Status is the status code; 0 where no answer was recorded.
	Status int
	// Redirect rounds the node: the answer sends the browser on.
	Redirect bool
	// SubRequest says that the browser stays where it is; drawn dashed.
	SubRequest bool
	// Newest tints the row that arrived last.
	Newest bool

	// Method, Host and Path are the request: host in grey, path in bold.
	Method, Host, Path string
	// Note stands behind the request: "sign-in page, 41 KB".
	Note   string
	Params []ParamModel
	// At is when it happened; zero leaves it out.
	At time.Time
	// Findings are failures and warnings in full; Checks the rest in short.
	Findings []FindingModel
	Checks   []CheckModel
	// Extra is drawn under the parameters, such as the covered picture.
	Extra templ.Component
}

// ParamModel is a parameter, header or cookie of a hop, by name.
type ParamModel struct {
	// Lead stands before the name in plain words: "sets cookie".
	Lead string
	Name string
	// Value is shown as it is when it comes from a fixed list.
	Value string
	// Chip replaces Value when it was made a pseudonym or dropped.
	Chip *ChipModel
	// After stands behind the value: "Secure, HttpOnly, SameSite=Lax".
	After string
}

// laneKey numbers the lanes in words, for narrow screens.
func laneKey(lanes []LaneModel) string {
	words := make([]string, len(lanes))
	for i, lane := range lanes {
		words[i] = itoa(i+1) + " " + lane.Name
	}
	return strings.Join(words, ", ")
}

// HopAnchor is the id of a hop's row on the page, and where pins lead.
func HopAnchor(number int) string { return "hop-" + itoa(number) }

// worst is the verdict that colours the node: fail before warn, else none.
func (h HopModel) worst() Verdict {
	worst := Verdict("")
	for _, f := range h.Findings {
		if f.Verdict == VerdictFail {
			return VerdictFail
		}
		if f.Verdict == VerdictWarn {
			worst = VerdictWarn
		}
	}
	return worst
}

func (h HopModel) statusText() string {
	if h.Status == 0 {
		return "?"
	}
	return itoa(h.Status)
}

func (h HopModel) nodeClass() string {
	class := "node"
	if h.Redirect {
		class += " redirect"
	}
	if w := h.worst(); w != "" {
		class += " " + string(w)
	}
	return class
}
