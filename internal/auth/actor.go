// Package auth knows who acts, in which role, and which partners an act may
// touch. It decides nothing about objects: that is one table of permissions
// here, and the scope of access that every query in internal/store takes first.
package auth

import (
	"slices"

	"github.com/google/uuid"
)

// ProviderRole is the role of a person of the identity provider; empty for others.
type ProviderRole string

// The provider's roles.
const (
	Consultant    ProviderRole = "consultant"
	AccountTeam   ProviderRole = "account_team"
	ProviderAdmin ProviderRole = "provider_admin"
)

// PartnerRole is the role of a person inside one partner.
type PartnerRole string

// The partner's roles.
const (
	PartnerAdmin  PartnerRole = "admin"
	PartnerMember PartnerRole = "member"
	PartnerViewer PartnerRole = "viewer"
)

// Actor is the signed-in person behind a request, or the system behind a job.
type Actor struct {
	UserID       uuid.UUID // uuid.Nil for the system
	Name         string
	Email        string
	ProviderRole ProviderRole
	// Memberships are the partners the person belongs to, with the role there.
	Memberships map[uuid.UUID]PartnerRole
}

// System is the actor of background jobs; it may do what a job was enqueued for.
func System() Actor { return Actor{Name: "Proofwalk"} }

// IsSystem tells whether no person acts.
func (a Actor) IsSystem() bool { return a.UserID == uuid.Nil }

// IsProvider tells whether the actor works at the identity provider.
func (a Actor) IsProvider() bool { return a.ProviderRole != "" }

// Scope is the scope of access: the partners whose rows a query may see.
type Scope struct {
	// All is true for the provider's people and the system.
	All bool
	// Partners are the partners otherwise; none means nothing is seen.
	Partners []uuid.UUID
}

// Scope gives the actor's scope of access.
func (a Actor) Scope() Scope {
	if a.IsProvider() || a.IsSystem() {
		return Scope{All: true}
	}
	partners := make([]uuid.UUID, 0, len(a.Memberships))
	for id := range a.Memberships {
		partners = append(partners, id)
	}
	slices.SortFunc(partners, func(x, y uuid.UUID) int { return slices.Compare(x[:], y[:]) })
	return Scope{Partners: partners}
}

// Includes tells whether rows of the partner are in the scope.
func (s Scope) Includes(partner uuid.UUID) bool {
	return s.All || slices.Contains(s.Partners, partner)
}
