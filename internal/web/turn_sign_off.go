package web

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// signOffTurn says whose turn it is once the outcome allows to go live: those whose
// sign-off is open, before and after that of the account team makes it live, and
// the consultant while nobody should rely on the packet.
func signOffTurn(s store.IntegrationSummary) turn {
	t := turn{lead: "The outcome is recorded.", text: "The account team's sign-off makes it live."}
	if s.Stage == store.StageLive {
		t.lead, t.text = "Live.", ""
	}
	var open []string
	for _, x := range openSignOffs(s) {
		t.who, open = append(t.who, x.side), append(open, "the "+x.who)
	}
	doubt := packetDoubt(s)
	switch {
	case len(open) > 0:
		t.text = strings.TrimSpace("Not signed off yet: " + inWords(open) + ". " + t.text)
	case doubt == "":
		t.who, t.text = []side{sideNobody}, "Nothing waits for anybody."
	}
	if doubt != "" {
		t.lead = strings.TrimSuffix(t.lead, ".") + ", but " + doubt + "."
		t.text = strings.TrimSpace(renewalNote + " " + t.text)
		if !slices.Contains(t.who, sideConsultant) {
			t.who = append(t.who, sideConsultant)
		}
	}
	return t
}

// openSignOffs are the sign-offs that the newest revision still lacks.
func openSignOffs(s store.IntegrationSummary) []signOffPart {
	return slices.DeleteFunc(slices.Clone(signOffParts), func(x signOffPart) bool { return slices.Contains(s.SignedOff, x.part) })
}

// signsOff tells whether a sign-off that is open, or the walkthrough before it, is the actor's.
func signsOff(actor auth.Actor, s store.IntegrationSummary) bool {
	if s.Stage == store.StageWalkthrough {
		return isOfSide(actor, s, sideConsultant)
	}
	return slices.ContainsFunc(openSignOffs(s), func(x signOffPart) bool { return isOfSide(actor, s, x.side) })
}

// packetDoubt says why nobody should rely on the newest packet: "packet r1.5 is
// withdrawn"; empty where nothing is known against it.
func packetDoubt(s store.IntegrationSummary) string {
	switch {
	case s.NewestPacketState == store.PacketWithdrawn:
		return "packet " + s.NewestPacket + " is withdrawn"
	case s.NewestPacketDoubted:
		return "packet " + s.NewestPacket + " was sealed with a compromised key"
	}
	return ""
}

// renewalNote says what becomes of such a packet.
const renewalNote = "The consultant makes the next edition, which says the same; what is wrong in the content needs a new revision."

// inWords lists words: "a, b and c".
func inWords(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
