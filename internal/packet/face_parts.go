package packet

import (
	"slices"
	"strings"
)

// Word gives a word of the format ("account_team") its form for readers.
func Word(word string) string { return name(word) }

// Title is Word with a capital letter, for a heading or a label.
func Title(word string) string { return capital(name(word)) }

// ScenarioTitle writes a scenario for readers: "consent-denied" is "Consent denied".
func ScenarioTitle(scenario string) string {
	return capital(strings.ReplaceAll(scenario, "-", " "))
}

// FindingsOf gives the findings that rest on a transcript.
func (c *Content) FindingsOf(transcript string) []*Finding {
	var out []*Finding
	for i := range c.Findings {
		f := &c.Findings[i]
		if slices.ContainsFunc(f.Refs, func(r Ref) bool { return r.Transcript == transcript }) {
			out = append(out, f)
		}
	}
	return out
}

// Unseen is a finding that is not seen, with what a list need not say again.
type Unseen struct {
	*Finding
	As       string // the finding above that says the very same; empty for none
	ReasonOf string // the finding above that has the same reason; empty for none
}

// Unseen gives the findings that are not seen. Those that say the same stand
// together, and only the first of them has to say it.
func (c *Content) Unseen() []Unseen {
	type saying struct{ rule, title, why, clause string }
	same := map[saying][]*Finding{}
	var order []saying
	for i := range c.Findings {
		if f := &c.Findings[i]; f.Verdict == "not_seen" {
			s := saying{f.Rule, f.Title, f.Why, f.Clause}
			if same[s] == nil {
				order = append(order, s)
			}
			same[s] = append(same[s], f)
		}
	}
	var out []Unseen
	reasons := map[string]string{} // the finding that gives a reason first
	for _, s := range order {
		for n, f := range same[s] {
			u := Unseen{Finding: f, ReasonOf: reasons[s.why]}
			if n > 0 {
				u.As = same[s][0].ID
			}
			out = append(out, u)
		}
		if reasons[s.why] == "" {
			reasons[s.why] = same[s][0].ID
		}
	}
	return out
}

// CookieLine is the cookies that a hop sets with the same flags.
type CookieLine struct{ Names, Flags string }

// CookieLines puts cookies with equal flags on one line, each name once.
func (h *Hop) CookieLines() []CookieLine {
	var out []CookieLine
	for _, cookie := range h.Cookies {
		label, flags := cookie, ""
		if at := strings.IndexAny(cookie, ",:"); at > 0 {
			label, flags = cookie[:at], strings.TrimSpace(cookie[at+1:])
		}
		n := slices.IndexFunc(out, func(l CookieLine) bool { return l.Flags == flags })
		switch {
		case n < 0:
			out = append(out, CookieLine{label, flags})
		case !slices.Contains(strings.Split(out[n].Names, ", "), label):
			out[n].Names += ", " + label
		}
	}
	return out
}
