package testkit_test

import (
	"testing"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

func TestAppHasPeopleWithTheirRoles(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	partner, other := testkit.Partner(t, a, "Northfall"), testkit.Partner(t, a, "Southrise")
	member := testkit.Member(t, a, partner, "Priya", auth.PartnerMember)
	if !member.Can(auth.ClaimItems, partner) || member.Can(auth.ClaimItems, other) || member.Scope().Includes(other) {
		t.Errorf("a member of one partner has the memberships %v", member.Memberships)
	}
	consultant := testkit.ProviderUser(t, a, "Chidi", auth.Consultant)
	if !consultant.Can(auth.ReviewItems, other) || !consultant.Scope().All {
		t.Errorf("a consultant has the provider role %q", consultant.ProviderRole)
	}
}
