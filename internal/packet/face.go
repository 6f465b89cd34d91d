package packet

import (
	"fmt"
	"strings"
)

// What stands on page one and beside the lists, in words and numbers: the report,
// its summary and the reading page of the server say the same.

// Answer is page one's answer: is it ready, and who said so.
type Answer struct {
	// Tone is pass, conditions, returned, fail or none.
	Tone       string
	Title      string
	Sentence   string // the numbers behind it
	Deeds      []Deed // who answered, the newest first
	Conditions []string
}

// Deed is something that was recorded by a person.
type Deed struct {
	What string // "Outcome recorded"
	Act
}

// deed words what was decided last of the revision before.
func (b *Before) deed() Deed {
	deed := Deed{What: fmt.Sprintf("Revision %d: ", b.Revision)}
	switch {
	case b.Outcome != nil:
		deed.What, deed.Act = deed.What+outcomeWords[b.Outcome.Word]+"; recorded", b.Outcome.Act
	case b.Decision != nil:
		deed.What, deed.Act = deed.What+b.Decision.Word+"; decided", b.Decision.Act
	}
	return deed
}

var outcomeWords = map[string]string{"go": "go", "go_with_conditions": "go, with conditions", "no_go": "no go"}

// Answer gives the decision, or the outcome where there is one.
func (c *Content) Answer() Answer { return c.answer(countItems(c.Items), countFindings(c.Findings)) }

func (c *Content) answer(items ItemCounts, findings FindingCounts) Answer {
	a := Answer{Tone: "none", Title: "Not decided", Sentence: c.sentence(items, findings)}
	if c.Before != nil {
		a.Title, a.Deeds = fmt.Sprintf("Revision %d is not decided", c.Revision), []Deed{c.Before.deed()}
	}
	if d := c.Decision; d != nil {
		a.Tone, a.Title = "returned", "Returned"
		if d.Word == "ready" {
			a.Tone, a.Title = "pass", "Ready for the walkthrough"
		}
		a.Deeds = append(a.Deeds, Deed{"Review decision “" + d.Word + "”", d.Act})
	}
	if o := c.Outcome; o != nil {
		switch o.Word {
		case "go":
			a.Tone, a.Title = "pass", "Go: ready for go-live"
		case "go_with_conditions":
			a.Tone, a.Title = "conditions", "Go, with conditions"
		default:
			a.Tone, a.Title = "fail", "No go"
		}
		a.Deeds, a.Conditions = append([]Deed{{"Outcome recorded", o.Act}}, a.Deeds...), o.Conditions
	}
	return a
}

// sentence says the numbers behind the answer.
func (c *Content) sentence(items ItemCounts, findings FindingCounts) string {
	parts := []string{fmt.Sprintf("%d of %d required items accepted", items.RequiredAccepted, items.Required)}
	if items.RequiredAccepted == items.Required && items.Required > 1 {
		parts[0] = fmt.Sprintf("All %d required items accepted", items.Required)
	}
	if findings.Fail == 0 {
		parts = append(parts, "no finding fails")
	} else {
		parts = append(parts, plural(findings.Fail, "1 finding fails", "%d findings fail"))
	}
	switch w := c.Walkthrough; {
	case w == nil:
		parts = append(parts, "walkthrough not held yet")
	case c.Outcome == nil:
		parts = append(parts, "walkthrough begun on "+day(w.HeldAt))
	default:
		parts = append(parts, "walkthrough held on "+day(w.HeldAt))
	}
	return strings.Join(parts, ", ") + "."
}

// AcceptedNow counts the items whose acceptance still rests on what it rested on.
func (c *Content) AcceptedNow() int {
	n := 0
	for i := range c.Items {
		if c.Items[i].acceptedNow() {
			n++
		}
	}
	return n
}

func (it *Item) acceptedNow() bool { return it.State == "accepted" && !it.Stale }

// Confirmed counts the steps of the walkthrough that were confirmed.
func (c *Content) Confirmed() int {
	n := 0
	if c.Walkthrough != nil {
		for _, m := range c.Walkthrough.Minutes {
			if m.Mark == "confirmed" {
				n++
			}
		}
	}
	return n
}

// SectionFigures are the numbers of a section.
type SectionFigures struct {
	Section
	Accepted, Total int
	RestsOn         string // what its evidence is, counted
}

// SectionFigures gives the sections that have items, in their order.
func (c *Content) SectionFigures() []SectionFigures {
	var out []SectionFigures
	for _, s := range c.Sections {
		f := SectionFigures{Section: s, RestsOn: c.restsOn(s.ID)}
		for i := range c.Items {
			if it := &c.Items[i]; it.Section == s.ID {
				f.Total++
				if it.acceptedNow() {
					f.Accepted++
				}
			}
		}
		if f.Total > 0 {
			out = append(out, f)
		}
	}
	return out
}

// restsOn counts what the evidence of a section is.
func (c *Content) restsOn(section string) string {
	kinds := []string{"transcript", "screenshot", "declaration", "observation"}
	seen := map[string]map[string]bool{}
	for _, k := range kinds {
		seen[k] = map[string]bool{}
	}
	for _, it := range c.Items {
		if it.Section != section {
			continue
		}
		for n, e := range it.Evidence {
			switch {
			case e.Transcript != "":
				seen["transcript"][e.Transcript] = true
			case e.Screenshot != "":
				seen["screenshot"][e.Screenshot] = true
			case e.Kind == "declaration" || e.Kind == "observation":
				seen[e.Kind][fmt.Sprint(it.ID, n)] = true
			}
		}
	}
	var parts []string
	for _, k := range kinds {
		if n := len(seen[k]); n > 0 {
			parts = append(parts, count(n, k))
		}
	}
	if len(parts) == 0 {
		return "nothing yet"
	}
	return strings.Join(parts, ", ")
}

// Facts is the line beside an item's state: "required, review, by partner".
func (it *Item) Facts() string {
	parts := []string{"required"}
	if !it.Required {
		parts[0] = "not required"
	}
	parts = append(parts, name(it.Phase), "by "+name(it.By))
	if it.Inference {
		parts = append(parts, "may be asked")
	}
	return strings.Join(parts, ", ")
}

// Decided words what the last decision about an item was.
func (it *Item) Decided() string {
	switch it.State {
	case "accepted":
		return "Accepted"
	case "returned":
		return "Returned"
	case "not_applicable":
		return "Confirmed"
	default:
		return "Decided before"
	}
}

// Words says what the runs show of the documented refusals.
func (n PathCounts) Words() string {
	return fmt.Sprintf("%d of %s handled, %d mishandled, %d exercised of which it cannot be told, %d not exercised. The newest run that can tell decides; what no rule can tell is never counted as handled.",
		n.Handled, count(n.Total, "documented refusal"), n.Mishandled, n.Untold, n.NotExercised)
}

// Words says what the runs show of the values that may be missing.
func (n NullCounts) Words() string {
	return fmt.Sprintf("%s that may come without a value. Empty, page loaded: %d; empty, error page: %d; cannot be told: %d; only with a value: %d; never seen: %d. Attributes that always come are left out.",
		count(n.Total, "case"), n.Handled, n.Broken, n.Untold, n.ValueOnly, n.NeverSeen)
}

// Notable tells whether the table of null values has a row for it.
func (v NullValue) Notable() bool {
	return v.MayBeMissing || v.State == "handled" || v.State == "broken"
}

// Decisive is the sign-in that the state rests on; nil where none was recorded.
func (v NullValue) Decisive() *SeenAttribute {
	for i := range v.Shown {
		if v.Shown[i].Empty || v.State != "handled" && v.State != "broken" {
			return &v.Shown[i]
		}
	}
	return nil
}

// MethodWords is the verification method for readers.
func (v NullValue) MethodWords() string {
	if v.Method == "" {
		return "method not known"
	}
	return strings.ReplaceAll(v.Method, "_", " ")
}

// Expectation says why an attribute may be missing.
func (v NullValue) Expectation() string {
	text := v.Says
	switch {
	case !v.MayBeMissing:
		return "Not expected"
	case v.Inferred:
		text += " (inferred)"
	}
	if v.Disputed {
		text += "; declared as required all the same"
	}
	return text
}

// Words says how much of what was received is known.
func (x *Minimization) Words() string {
	text := fmt.Sprintf("%s asked for or received without being declared. What was received is known of %s", count(len(x.Surplus), "name"), count(x.Known, "sign-in"))
	if x.Dark > 0 {
		return text + fmt.Sprintf(" and not of %d: %s", x.Dark, x.Why)
	}
	return text + "."
}

// Nameless stands for a name that was redacted.
func (s Surplus) Nameless() string {
	if s.Kind == "policy" {
		return "a policy whose name was redacted"
	}
	return "an " + s.Kind + " whose name was redacted"
}

// Term is a word of the report with its meaning.
type Term struct{ Word, Meaning string }

// Glossary gives the words that a reader of the report alone has to know.
func Glossary() []Term {
	return []Term{
		{"integration", "one use of the identity provider by one partner; the integration.yaml describes it"},
		{"item", "one requirement of the checklist, open, claimed, accepted, returned or not applicable; a person claims it, another one accepts it"},
		{"revision, edition", "r3.1 is the first packet of revision 3; the next edition adds what came later and names this one"},
		{"test run, scenario", "one execution of one of the ways that a sign-in can go, with a test user"},
		{"transcript, hop", "a recording without its secrets; one request with its answer"},
		{"finding", "what a rule says about the transcripts: pass, fail, warn or not seen; nobody edits it"},
		{"not seen", "the transcripts cannot tell; it counts as neither pass nor fail"},
		{"remark", "what a reviewer asked to be mended; it is answered, closed, or waived with a reason"},
		{"waiver", "a remark that was let go unmended, with who did so and why; an item can be accepted with one"},
		{"declaration", "evidence that is the partner's word only"},
		{"observation", "evidence that the consultant saw it"},
		{"stale", "what the evidence rests on has changed since"},
		{"state A, code B", "a name that stands for a value that was taken out: equal names in a transcript were equal values"},
		{"decision, outcome", "of the review: ready or returned; of the walkthrough: go, go with conditions, no go"},
		{"sign-off", "a person stands for the integration; no cryptography is in it"},
		{"happened, captured, received", "when it took place, when it was recorded, when the server got it"},
		{"partner's side", "computed where the partner redacted, from values that never came to the server"},
	}
}
