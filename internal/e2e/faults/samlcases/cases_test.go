package samlcases_test

import (
	"testing"

	"github.com/proofwalk/proofwalk/internal/e2e/faults/hosts"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/matrix"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/samlcases"
)

// TestCases sees that every case can be staged, and that what has no fault
// expects nothing.
func TestCases(t *testing.T) {
	t.Parallel()
	front, err := hosts.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = front.Close() })
	stage, err := samlcases.Open(front)
	if err != nil {
		t.Fatal(err)
	}
	seen, faults := map[string]bool{}, 0
	for _, c := range samlcases.Cases() {
		if seen[c.Name] {
			t.Errorf("two cases have the name %s", c.Name)
		}
		seen[c.Name] = true
		if (c.Fault == "") != (len(c.Expected) == 0) {
			t.Errorf("%s has the fault %q and expects %v", c.Name, c.Fault, c.Expected)
		}
		if c.Fault != "" {
			faults++
		}
		play, err := stage.Prepare(t.Context(), c)
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
		if play.Config.SAML.EntityID == "" || play.Site.RelyingParty == "" {
			t.Errorf("%s is staged as %+v at %+v", c.Name, play.Config, play.Site)
		}
	}
	if faults < 14 || faults == len(seen) {
		t.Errorf("%d of %d cases have a fault", faults, len(seen))
	}
	if _, err := stage.Prepare(t.Context(), matrix.Case{Name: "unknown"}); err == nil {
		t.Error("an unknown case is staged")
	}
}
