package samlcases_test

import (
	"testing"

	"github.com/proofwalk/proofwalk/internal/e2e/faults/hosts"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/matrix"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/samlcases"
)

// TestStage sees that every case can be staged.
func TestStage(t *testing.T) {
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
	faults := 0
	for _, c := range samlcases.Cases() {
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
	if faults < 14 {
		t.Errorf("%d cases have a fault", faults)
	}
	if _, err := stage.Prepare(t.Context(), matrix.Case{Name: "unknown"}); err == nil {
		t.Error("an unknown case is staged")
	}
}
