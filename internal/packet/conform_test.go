package packet

import (
	"testing"

	"github.com/proofwalk/proofwalk/internal/pdf/conform"
	"github.com/proofwalk/proofwalk/internal/testkit/pdfreaders"
)

// conforms checks a PDF that claims PDF/UA-1 and PDF/A-3a.
func conforms(t *testing.T, what string, doc []byte) {
	t.Helper()
	r, err := conform.Check(doc)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	for _, v := range r.Violations {
		t.Errorf("%s: %s", what, v)
	}
	if !r.OK() || len(r.Rules) != len(conform.Rules()) {
		t.Errorf("%s: %d violations, undecided: %v, %d rules applied", what, len(r.Violations)+r.More, r.Undecided, len(r.Rules))
	}
}

// TestPacketConforms: the PDF of a packet claims PDF/UA-1 and PDF/A-3a because
// the checker finds nothing against it, and other programs read it in peace.
func TestPacketConforms(t *testing.T) {
	t.Parallel()
	r := ring(t)
	for what, c := range map[string]*Content{"small": smallContent(t), "large": largeContent(t)} {
		p, err := Build(c, sealFor(t, c, r))
		if err != nil {
			t.Fatal(err)
		}
		conforms(t, what, p.PDF)
		if what == "large" {
			pdfreaders.Agree(t, p.PDF)
		}
	}
	draft, err := RenderDraft(largeContent(t))
	if err != nil {
		t.Fatal(err)
	}
	conforms(t, "draft", draft)
}
