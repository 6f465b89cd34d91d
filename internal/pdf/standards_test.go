package pdf

import (
	"testing"

	"github.com/proofwalk/proofwalk/internal/pdf/conform"
)

// TestStandards: the claims of PDF/UA-1 and PDF/A-3a in the metadata are made
// because the checker finds nothing against them.
func TestStandards(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]*Doc{"report": report(), "stress": stress()} {
		out, err := doc.Render()
		if err != nil {
			t.Fatal(err)
		}
		r, err := conform.Check(out.Bytes)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, v := range r.Violations {
			t.Errorf("%s: %s", name, v)
		}
		if !r.OK() {
			t.Errorf("%s: undecided: %v", name, r.Undecided)
		}
	}
}
