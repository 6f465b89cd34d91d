package packet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Summary holds the numbers and sentences of page one. It is computed from
// the content, never given, and stands in the head of packet.json, which
// cannot be withheld from an excerpt.
type Summary struct {
	Counts    Counts      `json:"counts"`
	Waivers   []Waiver    `json:"waivers"`
	NotProven []NotProven `json:"not_proven"`
}

// Counts are the packet's parts by state and by verdict.
type Counts struct {
	Items    ItemCounts    `json:"items"`
	Findings FindingCounts `json:"findings"`
	Remarks  RemarkCounts  `json:"remarks"`
	// TestRuns, Transcripts, Screenshots and Minutes are how many there are.
	TestRuns    int `json:"test_runs"`
	Transcripts int `json:"transcripts"`
	Screenshots int `json:"screenshots"`
	Minutes     int `json:"minutes"`
}

// ItemCounts count items by state; Stale ones are counted in their state too.
// Required counts the required items that apply, RequiredAccepted those of
// them that are accepted and not stale.
type ItemCounts struct {
	Total            int `json:"total"`
	Open             int `json:"open"`
	Claimed          int `json:"claimed"`
	Accepted         int `json:"accepted"`
	Returned         int `json:"returned"`
	NotApplicable    int `json:"not_applicable"`
	Stale            int `json:"stale"`
	Required         int `json:"required"`
	RequiredAccepted int `json:"required_accepted"`
}

// FindingCounts count findings by verdict.
type FindingCounts struct {
	Total   int `json:"total"`
	Pass    int `json:"pass"`
	Fail    int `json:"fail"`
	Warn    int `json:"warn"`
	NotSeen int `json:"not_seen"`
}

// RemarkCounts count remarks by state.
type RemarkCounts struct {
	Open     int `json:"open"`
	Answered int `json:"answered"`
	Closed   int `json:"closed"`
	Waived   int `json:"waived"`
}

// Waiver is a remark that was waived instead of mended.
type Waiver struct {
	Remark string `json:"remark"`
	Item   string `json:"item,omitempty"`
	By     string `json:"by,omitempty"`
	At     Time   `json:"at,omitzero"`
	Until  Time   `json:"until,omitzero"`
	Reason string `json:"reason,omitempty"`
}

// NotProven is one thing that the packet does not prove.
type NotProven struct {
	// Kind is not_seen, declaration_only, waived, partner_side, partner_made
	// or stale.
	Kind string `json:"kind"`
	// Text is one sentence with the number in it.
	Text    string   `json:"text"`
	Anchors []string `json:"anchors"` // of the parts it is about
}

// Summarize computes the summary.
func Summarize(c *Content) Summary {
	s := Summary{Waivers: []Waiver{}, NotProven: []NotProven{}}
	s.Counts = Counts{
		TestRuns: len(c.TestRuns), Transcripts: len(c.Transcripts), Screenshots: len(c.Screenshots),
		Items: countItems(c.Items), Findings: countFindings(c.Findings),
	}
	if c.Walkthrough != nil {
		s.Counts.Minutes = len(c.Walkthrough.Minutes)
	}
	for _, r := range c.Remarks {
		switch r.State {
		case "open":
			s.Counts.Remarks.Open++
		case "answered":
			s.Counts.Remarks.Answered++
		case "closed":
			s.Counts.Remarks.Closed++
		case "waived":
			s.Counts.Remarks.Waived++
			w := Waiver{Remark: r.ID, Item: r.Item, Until: r.Until}
			if r.Closed != nil {
				w.By, w.At, w.Reason = r.Closed.By, r.Closed.At, r.Closed.Text
			}
			s.Waivers = append(s.Waivers, w)
		}
	}
	s.NotProven = notProven(c)
	return s
}

func countItems(items []Item) ItemCounts {
	n := ItemCounts{Total: len(items)}
	for _, it := range items {
		switch it.State {
		case "open":
			n.Open++
		case "claimed":
			n.Claimed++
		case "accepted":
			n.Accepted++
		case "returned":
			n.Returned++
		case "not_applicable":
			n.NotApplicable++
		}
		if it.Stale {
			n.Stale++
		}
		if it.Required && it.State != "not_applicable" {
			n.Required++
			if it.State == "accepted" && !it.Stale {
				n.RequiredAccepted++
			}
		}
	}
	return n
}

func countFindings(findings []Finding) FindingCounts {
	n := FindingCounts{Total: len(findings)}
	for _, f := range findings {
		switch f.Verdict {
		case "pass":
			n.Pass++
		case "fail":
			n.Fail++
		case "warn":
			n.Warn++
		case "not_seen":
			n.NotSeen++
		}
	}
	return n
}

// notProven lists, in the order of the report, what a reader could wrongly
// take for proven.
func notProven(c *Content) []NotProven {
	var unseen, side, declared, waived, stale, made, documents, passed []string
	for _, f := range c.Findings {
		if f.Verdict == "not_seen" {
			unseen = append(unseen, f.ID)
		}
		if f.PartnerSide {
			side = append(side, f.ID)
		}
	}
	for _, it := range c.Items {
		if declarationOnly(it) {
			declared = append(declared, it.ID)
		}
		if it.Stale {
			stale = append(stale, it.ID)
		}
		if slices.ContainsFunc(it.Evidence, func(e Evidence) bool { return e.Document != nil }) {
			documents = append(documents, it.ID)
		}
	}
	for _, r := range c.Remarks {
		if r.State == "waived" {
			waived = append(waived, r.ID)
		}
	}
	for _, p := range c.CredentialPasses {
		passed = append(passed, p.ID)
	}
	away := 0
	for _, t := range c.Transcripts {
		made = append(made, t.ID)
		if t.RedactedBy != "server" {
			away++
		}
	}
	out := []NotProven{}
	add := func(kind string, anchors []string, one, many string) {
		if len(anchors) > 0 {
			out = append(out, NotProven{Kind: kind, Text: plural(len(anchors), one, many), Anchors: anchors})
		}
	}
	add("not_seen", unseen, "1 finding is “not seen”: the transcripts cannot tell.", "%d findings are “not seen”: the transcripts cannot tell.")
	add("declaration_only", declared, "1 item rests on a declaration of the partner alone.", "%d items rest on a declaration of the partner alone.")
	add("waived", waived, "1 remark was waived, not mended.", "%d remarks were waived, not mended.")
	add("stale", stale, "1 item is stale: what it rests on has changed since.", "%d items are stale: what they rest on has changed since.")
	add("partner_side", side, "1 finding rests on facts that were computed on the partner's side.", "%d findings rest on facts that were computed on the partner's side.")
	add("documents", documents, "1 item has a document that is named here by its digest and is not in the packet.", "%d items have documents that are named here by their digests and are not in the packet.")
	add("credential_passed", passed, "1 text looked like a credential; a person says that it is none.", "%d texts looked like a credential; a person says that they are none.")
	if len(made) > 0 {
		text := "The transcripts show what the partner recorded and sent, not that nothing was left out."
		if away > 0 {
			text = fmt.Sprintf("The partner made the transcripts and redacted %d of %d before sending. They show what was recorded, not that nothing was left out.", away, len(made))
		}
		out = append(out, NotProven{Kind: "partner_made", Text: text, Anchors: made})
	}
	return out
}

// declarationOnly: claimed or accepted on the partner's word.
func declarationOnly(it Item) bool {
	if it.State != "claimed" && it.State != "accepted" || len(it.Evidence) == 0 {
		return false
	}
	for _, e := range it.Evidence {
		if e.Kind != "declaration" {
			return false
		}
	}
	return true
}

// plural words a count; %d in many stands for the number.
func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return strings.ReplaceAll(many, "%d", strconv.Itoa(n))
}
