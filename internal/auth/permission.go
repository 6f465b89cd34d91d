package auth

import (
	"slices"

	"github.com/google/uuid"
)

// Permission names one kind of act. Deny is the default: an act that no row of
// the tables below grants is refused.
type Permission string

// The permissions.
const (
	ReadPartner       Permission = "partner.read"      // everything of a partner
	EditIntegration   Permission = "integration.edit"  // create, edit, import
	RunTests          Permission = "test_run.create"   // test runs and captures
	ClaimItems        Permission = "item.claim"        // evidence, claims, not applicable, owner, due date
	SubmitRevision    Permission = "revision.submit"   //
	AnswerRemarks     Permission = "remark.answer"     //
	Comment           Permission = "comment.create"    //
	ReviewItems       Permission = "item.review"       // accept, return, confirm, remark
	DecideRevision    Permission = "revision.decide"   //
	HoldWalkthrough   Permission = "walkthrough.hold"  // plan, mark steps, record the outcome
	SignOffPartner    Permission = "sign_off.partner"  //
	SignOffAccount    Permission = "sign_off.account"  //
	AskForPacket      Permission = "packet.ask"        // again, after all attempts failed: for those whose acts ask for one
	WithdrawPacket    Permission = "packet.withdraw"   //
	AssignConsultant  Permission = "consultant.assign" //
	EditChecklist     Permission = "checklist.edit"    // wording and weight of "may be asked" items
	InviteMember      Permission = "member.invite"     // into one's partner
	InviteAnybody     Permission = "user.invite"       // provider's people, partners, members
	EditSettings      Permission = "settings.edit"     //
	EditPartner       Permission = "partner.edit"      // raw uploads, reveal
	ReadProviderAudit Permission = "audit.read"        // the whole log
)

var partnerPermissions = map[PartnerRole][]Permission{
	PartnerAdmin: {ReadPartner, EditIntegration, RunTests, ClaimItems, SubmitRevision, AnswerRemarks, Comment,
		SignOffPartner, AskForPacket, InviteMember, EditPartner},
	PartnerMember: {ReadPartner, EditIntegration, RunTests, ClaimItems, SubmitRevision, AnswerRemarks, Comment},
	PartnerViewer: {ReadPartner},
}

var providerPermissions = map[ProviderRole][]Permission{
	Consultant:  {ReadPartner, Comment, ReviewItems, DecideRevision, HoldWalkthrough, AskForPacket, WithdrawPacket, AssignConsultant, EditChecklist},
	AccountTeam: {ReadPartner, Comment, SignOffAccount, AskForPacket},
	ProviderAdmin: {ReadPartner, Comment, AskForPacket, WithdrawPacket, AssignConsultant, EditChecklist, InviteMember, InviteAnybody, EditSettings,
		EditPartner, ReadProviderAudit},
}

// Can tells whether the actor may do the act to rows of the partner. For acts
// that concern no partner, pass uuid.Nil: only the provider's roles count then.
func (a Actor) Can(p Permission, partner uuid.UUID) bool {
	if a.IsSystem() {
		return false
	}
	if slices.Contains(providerPermissions[a.ProviderRole], p) {
		return true
	}
	role, ok := a.Memberships[partner]
	return ok && slices.Contains(partnerPermissions[role], p)
}
