package checklist

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/proofwalk/proofwalk/internal/integration"
)

// Proof is one piece of an item's evidence as staleness looks at it.
type Proof struct {
	ID   string
	Kind EvidenceKind
	// Changed is how the description that counts differs from the one that it
	// was shown with.
	Changed []integration.Change
	// ReceivedAt is when the server first had it, whatever item it was tied to
	// since: ages count from here, by the one clock that nobody outside sets.
	ReceivedAt time.Time
}

// Touched gives the changed fields that evidence of a kind rests on, in the
// order of the description.
func (r Requirement) Touched(kind EvidenceKind, protocol integration.Protocol, changes []integration.Change) []string {
	on := r.RestsOn
	for _, s := range r.Evidence {
		if s.Kind == kind && s.RestsOn != nil {
			on = s.RestsOn
		}
	}
	var out []string
	for _, c := range protocol.Concerning(changes) {
		if slices.ContainsFunc(on, func(name string) bool { return c.Field == name || strings.HasPrefix(c.Field, name+".") }) {
			out = append(out, c.Field)
		}
	}
	return out
}

// TooOld tells whether a proof is older than the requirement lets it be.
func (r Requirement) TooOld(p Proof, now time.Time) bool {
	return r.MaxAgeDays > 0 && now.After(p.ReceivedAt.AddDate(0, 0, r.MaxAgeDays))
}

// Outdated says why a proof counts no more, empty while it counts.
func (r Requirement) Outdated(p Proof, protocol integration.Protocol, now time.Time) string {
	switch fields := r.Touched(p.Kind, protocol, p.Changed); {
	case len(fields) > 0:
		return changedWords(fields) + " changed since this was shown."
	case r.TooOld(p, now):
		return fmt.Sprintf("This is from %s and counts for %d days.", dateWords(p.ReceivedAt), r.MaxAgeDays)
	}
	return ""
}

// Missing says why the evidence does not carry a claim, as the rest of a
// sentence: "evidence is missing: ...". Empty when every needed slot holds
// something that counts.
func (r Requirement) Missing(proofs []Proof, protocol integration.Protocol, now time.Time) string {
	for _, slot := range r.Evidence {
		if !slot.Needed {
			continue
		}
		why := "evidence is missing: " + slot.Label + "."
		for _, p := range proofs {
			if p.Kind != slot.Kind {
				continue
			}
			outdated := r.Outdated(p, protocol, now)
			if outdated == "" {
				why = ""
				break
			}
			why = "evidence has to be shown again: " + slot.Label + ". " + outdated
		}
		if why != "" {
			return why
		}
	}
	return ""
}

// Standing is an item with all its evidence.
type Standing struct {
	Item   Item
	Proofs []Proof
}

// Void is an item that a change of the description makes stale.
type Void struct {
	ItemID string
	Fields []string // that changed and were rested on, in the description's order
	Proofs []string // ids of the evidence that rests on them
}

// Voids gives exactly the items whose evidence rests on what a save changes:
// claimed or accepted, not stale already, and not ruled out by the new
// description. Changed of the proofs leads to the new description, saved from
// the last one to it. A kind of which some evidence counts still is not void.
func (t Template) Voids(standings []Standing, saved []integration.Change, after integration.Config) []Void {
	var out []Void
	for _, s := range standings {
		r, known := t.Requirement(s.Item.ID)
		if !known || !r.Applies(after) || !s.Item.Standing() {
			continue
		}
		v := Void{ItemID: s.Item.ID}
		for _, proofs := range byKind(s.Proofs) {
			var fields, ids []string
			for _, p := range proofs {
				touched := r.Touched(p.Kind, after.Protocol, p.Changed)
				if len(touched) == 0 {
					fields, ids = nil, nil
					break
				}
				if s.Item.Applies { // else it was ruled out meanwhile, and earlier changes count too
					touched = common(touched, saved)
				}
				if len(touched) > 0 {
					fields, ids = append(fields, touched...), append(ids, p.ID)
				}
			}
			v.Fields, v.Proofs = append(v.Fields, fields...), append(v.Proofs, ids...)
		}
		if len(v.Proofs) > 0 {
			v.Fields = inOrder(v.Fields)
			out = append(out, v)
		}
	}
	return out
}

// Aged gives the items that have grown too old, with why: those of which a kind
// of evidence holds nothing that is young enough.
func (t Template) Aged(standings []Standing, now time.Time) map[string]string {
	out := map[string]string{}
	for _, s := range standings {
		r, known := t.Requirement(s.Item.ID)
		if !known || !s.Item.Applies || !s.Item.Standing() {
			continue
		}
		for _, proofs := range byKind(s.Proofs) {
			youngest := slices.MaxFunc(proofs, func(a, b Proof) int { return a.ReceivedAt.Compare(b.ReceivedAt) })
			if r.TooOld(youngest, now) {
				out[s.Item.ID] = fmt.Sprintf("The evidence is from %s and counts for %d days. %s", dateWords(youngest.ReceivedAt), r.MaxAgeDays, r.MaxAgeWhy)
				break
			}
		}
	}
	return out
}

// Standing tells whether somebody stands for the item and it is not stale.
func (i Item) Standing() bool { return (i.State == Claimed || i.State == Accepted) && !i.Stale }

// byKind sorts proofs by their kind, in the order of each kind's first.
func byKind(proofs []Proof) [][]Proof {
	var out [][]Proof
	for _, p := range proofs {
		n := slices.IndexFunc(out, func(of []Proof) bool { return of[0].Kind == p.Kind })
		if n < 0 {
			out = append(out, nil)
			n = len(out) - 1
		}
		out[n] = append(out[n], p)
	}
	return out
}

func common(fields []string, changes []integration.Change) []string {
	return slices.DeleteFunc(slices.Clone(fields), func(f string) bool {
		return !slices.ContainsFunc(changes, func(c integration.Change) bool { return c.Field == f })
	})
}

// inOrder gives fields once each, in the order of the description.
func inOrder(fields []string) []string {
	all := integration.Fields()
	fields = slices.Clone(fields)
	slices.SortFunc(fields, func(a, b string) int { return slices.Index(all, a) - slices.Index(all, b) })
	return slices.Compact(fields)
}

// RestsOn names the fields for people: "the client id and the redirect URIs".
func (v Void) RestsOn() string { return fieldList(v.Fields) }

// Reason says why an item turned stale by a save, without any value: which
// fields changed, when, and between which versions of the description.
func (v Void) Reason(at time.Time, from, to int) string {
	return fmt.Sprintf("%s changed on %s (description %d to %d); this was shown before.", changedWords(v.Fields), dateWords(at), from, to)
}

// changedWords names fields at the beginning of a sentence: "The client id and
// the redirect URIs".
func changedWords(fields []string) string {
	text := fieldList(fields)
	return strings.ToUpper(text[:1]) + text[1:]
}

func fieldList(fields []string) string {
	words := make([]string, len(fields))
	for n, f := range fields {
		words[n], _ = integration.FieldWords(f)
	}
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

// dateWords is a day of the server's clock, with its zone.
func dateWords(at time.Time) string { return at.UTC().Format("2 Jan 2006") + " UTC" }

// OlderRelease tells whether evidence was recorded with another release than
// the description names; where either names none, nothing is known.
func OlderRelease(recorded, described string) bool {
	return recorded != "" && described != "" && recorded != described
}
