package analysis

import (
	"testing"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// TestKeysAreEqual compares every pair of values in every pair of captures both
// ways: keys, and counts made with them, must say what equal says.
func TestKeysAreEqual(t *testing.T) {
	t.Parallel()
	values := []string{
		"~state.AAAAAAAAAAAAAAAA", "~nonce.AAAAAAAAAAAAAAAA", "~state.BBBBBBBBBBBBBBBB", "~state#1", "~nonce#1", "~state#2", "~str",
		"clear", "p", "https://idp.example/~code.AAAAAAAAAAAAAAAA", "https://idp.example/~code%231", "https://idp.example/~pii", "1", "o1",
	}
	var captures []*Input
	for _, round := range []string{"r1", "r1", "r2"} {
		captures = append(captures, &Input{T: &transcript.Transcript{Meta: transcript.Meta{Round: round}}})
	}
	var flows []*flow
	for _, in := range captures {
		for _, v := range values {
			e := &transcript.Entry{Request: transcript.Request{Query: []transcript.Field{{Name: "state", Value: v}}}}
			flows = append(flows, &flow{authorize: &step{in: in, e: e}})
		}
	}
	for _, f := range flows {
		a := f.authorize
		others, differ, dark := []*flow{}, 0, 0
		for _, o := range flows {
			b := o.authorize
			same, comparable := equal(a, a.value("state"), b, b.value("state"))
			ma, oka := keyOf(a, a.value("state"))
			mb, okb := keyOf(b, b.value("state"))
			if got := oka && okb && ma == mb; got != (same && comparable) {
				t.Errorf("%q and %q: keys say %v, equal says %v, %v", a.value("state"), b.value("state"), got, same, comparable)
			}
			switch {
			case o == f:
			case same && comparable:
				others = append(others, o)
			case comparable:
				differ++
			default:
				dark++
			}
		}
		same, gotDiffer, gotDark := tallyOf("state", flows).against(f, "state")
		if len(others) > 0 {
			if same != others[0] {
				t.Errorf("%q: not the first sign-in that sends it", a.value("state"))
			}
			continue
		}
		if same != nil || gotDiffer != differ || gotDark != dark {
			t.Errorf("%q: differs from %d and %d are dark, want %d and %d", a.value("state"), gotDiffer, gotDark, differ, dark)
		}
	}
}
