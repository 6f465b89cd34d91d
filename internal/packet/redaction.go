package packet

import (
	"fmt"
	"slices"
	"strings"
)

// Redaction is one line of the redaction report: a rule of redaction and a place,
// in the redactor's words.
type Redaction struct {
	Rule  string `json:"rule"`
	Place string `json:"place"`
	Count int    `json:"count"`
}

// What the counts of redactions are. The server made them in both cases: of what a
// partner's program counts nothing comes here.
const (
	CountedRedacting  = "redacting"  // what the server replaced and dropped itself
	CountedTranscript = "transcript" // what stands replaced in a transcript that came redacted
)

// RedactionTold tells whether anything is known of what redaction took out.
func (t Transcript) RedactionTold() bool {
	return t.RedactionsCounted != "" || len(t.Redactions) > 0
}

// RedactedValues is the sum of the counts.
func RedactedValues(list []Redaction) int {
	n := 0
	for _, x := range list {
		n += x.Count
	}
	return n
}

// RedactionsCounted says in words who counted, and how.
func RedactionsCounted(how string) string {
	if how == CountedTranscript {
		return "counted by the server in the redacted transcript"
	}
	return "counted by the server while redacting"
}

// RedactionNote says of the counts of all transcripts what they are, and what cannot be counted.
func RedactionNote(transcripts []Transcript) string {
	total, came := 0, false
	for _, t := range transcripts {
		total += RedactedValues(t.Redactions)
		came = came || t.RedactionsCounted == CountedTranscript
	}
	text := count(total, "redacted value") + " of the transcripts, counted by rule and place. A name such as “state A” stands for a value that can be compared with others of its kind, but not read back."
	if came {
		text += " " + UncountedNote
	}
	return text
}

// UncountedNote says what nobody but the partner's program could have counted.
const UncountedNote = "Of a transcript that came redacted, what was dropped without a trace cannot be counted."

// redactionRules names the rules of redaction for readers, in the order in which they are read.
var redactionRules = []struct{ rule, words string }{
	{"C1", "Cookies"}, {"Q1", "Parameters and fields"}, {"H1", "Headers"}, {"J1", "Tokens taken apart"}, {"S1", "SAML messages"},
	{"U1", "Hosts and paths"}, {"B1", "Bodies"}, {"N1", "Numbers and times"}, {"W1", "Messages of streams"},
	{"V1", "Titles and comments"}, {"F1", "Foreign facts"},
}

// RedactionClause is what one rule took out.
type RedactionClause struct {
	What  string // "Cookies 6"
	Where string // "request cookie 4, response cookie 2"
}

// RedactionClauses puts a redaction report into words, a clause for each rule.
func RedactionClauses(list []Redaction) []RedactionClause {
	var out []RedactionClause
	for _, r := range redactionRules {
		out = appendClause(out, list, r.rule, r.words)
	}
	for i, x := range list { // rules of another policy
		known := slices.ContainsFunc(redactionRules, func(r struct{ rule, words string }) bool { return r.rule == x.Rule })
		if !known && !slices.ContainsFunc(list[:i], func(o Redaction) bool { return o.Rule == x.Rule }) {
			out = appendClause(out, list, x.Rule, x.Rule)
		}
	}
	return out
}

// appendClause appends that of a rule, if there is one.
func appendClause(out []RedactionClause, list []Redaction, rule, words string) []RedactionClause {
	var of []Redaction
	var places []string
	for _, x := range list {
		if x.Rule == rule {
			of = append(of, x)
			places = append(places, fmt.Sprintf("%s %d", strings.NewReplacer(".", " ", "_", " ").Replace(x.Place), x.Count))
		}
	}
	if len(of) == 0 {
		return out
	}
	return append(out, RedactionClause{fmt.Sprintf("%s %d", words, RedactedValues(of)), strings.Join(places, ", ")})
}
