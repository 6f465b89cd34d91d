package redact

import (
	"cmp"
	"slices"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// Report says what a redaction took away: rule, place and count, never a value.
type Report struct {
	Policy    int      `json:"policy"`
	Exporter  string   `json:"exporter"`
	Entries   int      `json:"entries"`
	Bytes     int64    `json:"bytes"`      // read from the capture
	Truncated bool     `json:"truncated"`  // the capture's tail is missing
	StoppedAt int64    `json:"stopped_at"` // byte offset where reading stopped, when truncated
	Limits    []string `json:"limits"`     // what the capture cannot show
	// Duplicates counts members that stood twice in one object of the capture; the
	// last of each was taken.
	Duplicates int `json:"duplicates"`
	// Cut counts the entries of which a part was longer than is read. A value that
	// is only a beginning is written as none that could be compared.
	Cut int `json:"cut"`
	// Undecoded counts the SAML messages that were not decoded since those before
	// them had used up what a capture may cost: they have no derived fields and no facts.
	Undecoded int `json:"undecoded"`
	// Again counts the entries that came with facts, as those of a file that was
	// redacted before do: these facts were not computed by this redaction.
	Again int    `json:"again"`
	Items []Item `json:"items"` // by rule, then place
	// Kept counts what an earlier redaction replaced, by what stands in the file in
	// its place: values, hidden hosts and segments, relative times, a body's size.
	// What was dropped without a trace is not among it.
	Kept []Item `json:"kept,omitempty"` // by rule, then place
	// Contradictions are the facts of entries that were redacted before which are
	// not what their entries show: no redaction wrote them.
	Contradictions []Contradiction `json:"contradictions"`
	// Meta is the marker of the transcript that was written, and Before that of
	// the file that was read, nil where it had none.
	Meta   transcript.Meta       `json:"-"`
	Before *capture.RedactedMeta `json:"-"`
}

// Item counts what one rule replaced or dropped in one place. A file that was
// redacted before has none: what it still has was put back by hand.
type Item struct {
	Rule  string `json:"rule"`
	Place string `json:"place"`
	Count int    `json:"count"`
	// Entry is the first entry with it, from 0, and -1 outside of entries.
	Entry int `json:"entry"`
}

// Total gives the number of values that were replaced or dropped.
func (r Report) Total() int {
	n := 0
	for _, it := range r.Items {
		n += it.Count
	}
	return n
}

// Rules describes the redaction rules, in the order of the policy's document.
var Rules = []struct{ ID, Text string }{
	{"N1", "Numbers outside their range or of unknown meaning"},
	{"U1", "Parts of URLs: hosts, path segments, user information, fragments"},
	{"Q1", "Parameters of queries and forms: names and values"},
	{"H1", "Headers: unknown ones dropped, values outside the vocabulary replaced"},
	{"C1", "Cookies: names and values"},
	{"B1", "Bodies dropped, or reduced to the skeleton of their JSON"},
	{"J1", "Claims of JSON Web Tokens"},
	{"S1", "Content of SAML messages"},
	{"W1", "Messages of WebSockets and event streams"},
	{"V1", "Members of the exporter's own, comments, page titles; in a redacted file whatever no redaction writes"},
	{"F1", "Facts that the format does not have, or of a file that this program did not write"},
}

// tally collects a Report.
type tally struct {
	taken   counts
	kept    counts
	quiet   bool // what is replaced now was counted before
	at      int  // the entry at hand, -1 outside of entries
	entries int
	again   int
	cut     int

	undecoded int
}

// counts has room for more than there are rules and places together.
type counts [256]count

type count struct {
	rule, place string
	n, entry    int // how many, and where the first
}

// add counts one value; rule and place are words of the policy.
func (t *tally) add(rule, place string) {
	if !t.quiet {
		t.taken.add(rule, place, t.at)
	}
}

func (c *counts) add(rule, place string, entry int) {
	at := uint8(len(place))*31 + place[len(place)-1]*7 + place[0] + rule[0]*13
	for ; ; at++ {
		slot := &c[at]
		if slot.n == 0 {
			slot.rule, slot.place, slot.entry = rule, place, entry
		}
		if slot.rule == rule && slot.place == place {
			slot.n++
			return
		}
	}
}

// items lists what was counted, by rule, then place.
func (c *counts) items() []Item {
	out := []Item{}
	for i := range c {
		if slot := &c[i]; slot.n > 0 {
			out = append(out, Item{slot.rule, slot.place, slot.n, slot.entry})
		}
	}
	slices.SortFunc(out, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Place, b.Place))
	})
	return out
}

// Confirmed tells of a file that says it was redacted before that it is as
// redaction writes it: nothing was left to replace, no fact contradicts its entry.
func (r Report) Confirmed() bool {
	return r.Before != nil && r.Total() == 0 && len(r.Contradictions) == 0 && r.Again == r.Entries
}

// ByPartnerServer tells whether a partner's server made the capture and
// redacted it as it wrote it.
func (r Report) ByPartnerServer() bool {
	return r.Before != nil && r.Before.SourceKind == backChannel
}

func (t *tally) finish(s *capture.Source) Report {
	r := Report{
		Policy: transcript.Policy, Exporter: s.Exporter, Entries: t.entries, Bytes: s.Bytes,
		Truncated: s.Truncated, StoppedAt: s.StoppedAt, Limits: slices.Clone(s.CannotShow),
		Duplicates: s.Duplicates, Cut: t.cut, Undecoded: t.undecoded, Again: t.again, Items: t.taken.items(), Kept: t.kept.items(), Contradictions: []Contradiction{}, Before: s.Redacted,
	}
	if r.Limits == nil {
		r.Limits = []string{}
	}
	return r
}
