package web

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/store"
)

// signOffTurn says whose turn it is once the outcome allows to go live: those whose
// sign-off is open, before and after that of the account team makes it live, and
// the consultant while the packet is withdrawn.
func signOffTurn(s store.IntegrationSummary) turn {
	t := turn{lead: "The outcome is recorded.", text: "The account team's sign-off makes it live."}
	if s.Stage == store.StageLive {
		t.lead, t.text = "Live.", ""
	}
	var open []string
	for _, x := range signOffParts {
		if !slices.Contains(s.SignedOff, x.part) {
			t.who, open = append(t.who, x.side), append(open, strings.Replace(x.title, "The", "the", 1))
		}
	}
	switch {
	case len(open) > 0:
		t.text = strings.TrimSpace("Not signed off yet: " + inWords(open) + ". " + t.text)
	case s.WithdrawnPacket == "":
		t.who, t.text = []side{sideNobody}, "Nothing waits for anybody."
	}
	if s.WithdrawnPacket != "" {
		t.lead = strings.TrimSuffix(t.lead, ".") + ", but packet " + s.WithdrawnPacket + " is withdrawn."
		t.text = strings.TrimSpace(withdrawnNote + " " + t.text)
		if !slices.Contains(t.who, sideConsultant) {
			t.who = append(t.who, sideConsultant)
		}
	}
	return t
}

// withdrawnNote says what becomes of a withdrawn packet.
const withdrawnNote = "The consultant makes the next edition, which says the same; what is wrong in the content needs a new revision."

// inWords lists words: "a, b and c".
func inWords(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
