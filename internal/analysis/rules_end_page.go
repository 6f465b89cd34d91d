package analysis

import "slices"

// refusedByUser are the errors after which the denied page is due.
var refusedByUser = []string{"access_denied", "AuthnFailed", "RequestDenied"}

// declaredPages gives the roles of the declared page at a step.
func (r *run) declaredPages(s *step) []string {
	return r.lanes.registered.Page(s.at.scheme, s.at.host, s.at.path)
}

// due says which declared pages a sign-in may end on, the first being the one that
// is meant; empty when none of them is declared.
func (f *flow) due() []string {
	pages, want := f.run.cfg.Pages, []string(nil)
	add := func(name, path string) {
		if path != "" {
			want = append(want, name)
		}
	}
	switch {
	case f.outcome() != OutcomeError:
		add("landing", pages.Landing)
	case slices.Contains(refusedByUser, f.errorCode()):
		add("denied", pages.Denied)
	default:
		add("error", pages.Error)
		if len(want) > 0 {
			add("denied", pages.Denied)
		}
	}
	return want
}

func judgeEndPage(c *court, f *flow) ruling {
	if f.callback == nil {
		return unseen(f.incomplete(), refs("", f.authorize)...)
	}
	at := refs("", f.callback)
	switch {
	case f.outcome() == OutcomeUnknown:
		return unseen(first(f.hidesAnswer(), "The callback brought neither a code nor an error, so which page is due is not known. See TR-08."), at...)
	case c.changedByHand(f):
		return unseen("A tester changed the callback of this sign-in, so another page is due. A sign-in that nobody changed would show it.", at...)
	case f.final == nil:
		return unseen(f.incomplete(), at...)
	}
	s, want := f.final, f.due()
	at = refs("", f.callback, s)
	if len(want) == 0 {
		return unseen("The page on which such a sign-in ends is not declared. Enter it in the description.", at...)
	}
	expected := pageNames[want[0]]
	is := f.run.declaredPages(s)
	on := slices.ContainsFunc(is, func(page string) bool { return slices.Contains(want, page) })
	refused := f.outcome() == OutcomeError
	switch {
	case refused && (s.role != RolePartner || s.status() >= 400):
		return unseen("The refusal does not end on a page of the partner that loads; see ER-01 and ER-02.", at...)
	case refused && !on && slices.Contains(is, "landing"):
		return unseen("The refusal ends on the landing page; see ER-08.", at...)
	case s.role != RolePartner && f.run.strange(s.at):
		return unseen("The user ends on "+s.at.host+", which is not described; see CB-22.", at...)
	case f.refusedAtToken():
		return unseen("The code was refused when it was redeemed, so the landing page is not due. A sign-in that is completed would show it.", at...)
	}
	return f.endsOn(s, is, on, expected, at)
}

// endsOn judges the page on which a sign-in ended.
func (f *flow) endsOn(s *step, is []string, on bool, expected string, at []Ref) ruling {
	actual := s.at.host + s.at.path + ", status " + statusText(s)
	const cure = "Lead the user to the declared page, or correct the page in the description."
	switch {
	case s.status() >= 400:
		return fails("The sign-in ends on a page that does not load", expected, actual, at).
			because(ownerCause(s), "The callback was answered, and the page after it, "+s.at.host+s.at.path+", answered "+statusText(s)+".", "Mend the page at which the sign-in ends, and record it again.")
	case on && f.incomplete() != "":
		return unseen(f.incomplete(), at...)
	case on:
		return passes("The user ends on the "+expected, expected, actual, at)
	case s == f.callback:
		return unseen("The callback is answered with a page at its own address, so what it shows does not follow from where it stands; see CB-08. Add a screenshot of the page on which the user ended.", at...)
	case f.mayCallMore():
		return unseen(endsWithPage, at...)
	case f.outcome() != OutcomeError && slices.Contains(is, "error"):
		return warns("A sign-in with a code ends on the error page", expected, actual, at).
			because(CausePartnerCode, "The provider gave a code, and the user is told of an error. Either the code could not be redeemed, which a back-channel capture shows, or the application fails behind it.",
				"Look the sign-in up in the application's log, and record it again with the back channel.")
	}
	return fails("The user ends on another page than declared", expected, actual, at).
		because(CauseConfiguration, "The sign-in ended on "+s.at.host+s.at.path+", and the "+expected+" is declared elsewhere. Either the description or the application is not as it was meant.", cure)
}

// refusedAtToken tells whether the run shows that the code was not taken.
func (f *flow) refusedAtToken() bool {
	return len(f.tokens) > 0 && !slices.ContainsFunc(f.tokens, granted)
}
