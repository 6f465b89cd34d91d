package analysis

import (
	"slices"
	"strconv"
	"strings"

	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// dataRules are the rules about test users and about what is received of a user.
var dataRules = []row{
	{
		Rule: Rule{
			ID: "DA-01", Family: FamilyData, Severity: Medium, Protocols: anyOfTwo,
			Title:   "Each test user of the description signs in",
			Needs:   []Need{NeedCallback, NeedFinalPage, NeedIntegration, NeedTestUser},
			Decides: "Passes when every test user of the description completed a sign-in of the round; warns when one signed in that the description does not name.",
			Clause:  "ID.me, quality assurance testing",
		},
		judgeRun: judgeTestUsers,
	},
	{
		Rule: Rule{
			ID: "DA-02", Family: FamilyData, Severity: Low, Protocols: anyOfTwo,
			Title:   "A new account is created on the way",
			Needs:   []Need{NeedRequest, NeedCallback, NeedScenario},
			Decides: "Judges sign-ins of the scenario for new accounts; warns when fewer than three pages of the provider were loaded between request and callback.",
			Clause:  "ID.me, quality assurance testing",
		},
		judge: judgeNewAccount,
	},
	{
		Rule: Rule{
			ID: "DA-03", Family: FamilyData, Severity: High, Protocols: anyOfTwo,
			Title:   "A missing attribute does not break the sign-in",
			Needs:   []Need{NeedCallback, NeedFinalPage, NeedAttributes, NeedIntegration},
			Decides: "Fails when a sign-in in which an attribute that may be missing is empty or absent ends with an error status, a stack trace or on the error page.",
			Clause:  "ID.me, quality assurance testing: returned data by policy and method",
		},
		judge: judgeMissing,
	},
	{
		Rule: Rule{
			ID: "DA-04", Family: FamilyData, Severity: High, Protocols: anyOfTwo,
			Title:   "No attribute is received without a declared purpose",
			Needs:   []Need{NeedCallback, NeedAttributes, NeedIntegration},
			Decides: "Fails when an attribute or claim arrives that the description does not list with a purpose.",
			Clause:  "ID.me, data minimization; NIST SP 800-122, 4.2.1",
		},
		judge: judgeMinimization,
	},
	{
		Rule: Rule{
			ID: "DA-05", Family: FamilyData, Severity: High, Protocols: anyOfTwo,
			Title:   "One user keeps one identifier",
			Needs:   []Need{NeedBackChannel, NeedOtherRun, NeedTestUser},
			Decides: "Fails when two sign-ins of the round with the same test user bring different sub, uuid or NameID.",
			Clause:  "OpenID Connect Core, 2 and 5.7; SAML 2.0 Core, 8.3.7; ID.me, best practices",
		},
		judgeRun: judgeSameUser,
	},
}

// completed tells whether a sign-in came back without an error and ended on a page.
func (f *flow) completed() bool {
	switch f.outcome() {
	case OutcomeCode, OutcomeToken, OutcomeSuccess:
		return f.final != nil && f.final.status() < 400
	}
	return false
}

func judgeTestUsers(c *court) ruling {
	users := c.run.cfg.TestUsers
	expected := "a completed sign-in of " + strings.Join(users, ", ")
	if len(users) == 0 {
		return unseen("The description names no test users. Enter a label for each, never a name or an address.")
	}
	done := map[string]*step{}
	for _, f := range slices.Concat(c.run.flows, c.others) {
		if user := f.authorize.in.TestUser; user != "" && f.completed() && done[user] == nil {
			done[user] = f.authorize
		}
	}
	for _, f := range c.run.flows {
		if user := f.authorize.in.TestUser; user != "" && !slices.Contains(users, user) {
			return warns("A test user signs in who is not described", expected, user, refs("", f.authorize)).
				because(CauseConfiguration, "The test run says that its user is "+user+", and the description names "+strings.Join(users, ", ")+".",
					"Enter the label in the description, or choose a user of the description for the run.")
		}
	}
	var missing []string
	var at []*step
	for _, user := range users {
		if done[user] == nil {
			missing = append(missing, user)
		}
		at = append(at, done[user])
	}
	switch {
	case len(done) == 0:
		return unseen("No completed sign-in of the round says with which test user it was made. Choose the user when you create the test run.")
	case len(missing) > 0:
		return unseen(count(len(users)-len(missing), "test user", "test users")+" of "+strconv.Itoa(len(users))+" completed a sign-in of this round; not yet: "+strings.Join(missing, ", ")+".", refs("", at...)...)
	}
	return passes("Each test user of the description signed in", expected, count(len(users), "test user", "test users"), refs("", at...))
}

// manyPages is how many pages of the provider it takes at least to create an account.
const manyPages = 3

func judgeNewAccount(_ *court, f *flow) ruling {
	const expected = "three or more pages of the provider between request and callback"
	s := f.authorize
	switch {
	case s.in.Scenario != scenarioNewUser:
		return unseen("The run is not of the scenario in which a new account is created. Create a run of that scenario and use an address that has no account.", refs("", s)...)
	case f.callback == nil || f.unasked():
		return unseen(first(f.incomplete(), requestMissing), refs("", s)...)
	case !f.completed():
		return unseen("The sign-in was not completed. Create the account to its end, give consent and record until the last page has loaded.", refs("", s, f.callback)...)
	}
	var pages []*step
	for _, p := range f.way {
		if p.seq >= s.seq && p.seq < f.callback.seq && p.role == RoleProvider && p.isPage() && !slices.ContainsFunc(pages, func(o *step) bool { return o.at == p.at }) {
			pages = append(pages, p)
		}
	}
	actual := count(len(pages), "page", "pages")
	if len(pages) < manyPages {
		return warns("The sign-in is short for a new account", expected, actual, refs("", append([]*step{s, f.callback}, pages...)...)).
			because(CauseTestSetup, "So few pages were loaded that the user may have had an account already. Either that is so, or the provider's pages change without being loaded.",
				"Repeat the run with an address that has no account yet, and take a screenshot of the page on which it is created.")
	}
	return passes("A new account was created on the way", expected, actual, refs("", append([]*step{s, f.callback}, pages...)...))
}

// mayMiss tells whether the description says that an attribute may come without a value.
func mayMiss(a integration.Attribute) bool { return a.MayBeNullWhen != "" || !a.Required }

// missing gives the attributes that may be missing and came without a value, or,
// where all is known, did not come.
func (f *flow) missing(received SignInAttributes) (names []string, at []Ref) {
	for _, a := range f.run.cfg.Attributes {
		if !mayMiss(a) {
			continue
		}
		i := slices.IndexFunc(received.Attributes, func(r ReceivedAttribute) bool { return strings.EqualFold(r.Handle, a.Handle) })
		switch {
		case i >= 0 && received.Attributes[i].Empty:
			at = append(at, received.Attributes[i].At)
		case i >= 0 || !received.Known:
			continue
		}
		names = append(names, a.Handle)
	}
	return names, at
}

func judgeMissing(c *court, f *flow) ruling {
	const expected = "a page with a status below 400, whatever is missing"
	if !slices.ContainsFunc(c.run.cfg.Attributes, mayMiss) {
		return unseen("The description names no attribute that may be missing. Enter for each when it may be.")
	}
	received := f.received()
	names, refsOf := f.missing(received)
	at := append(refs("", f.callback, f.final), slices.Compact(refsOf)...)
	switch {
	case len(names) == 0 && !received.Known:
		return unseen(received.Why, at...)
	case len(names) == 0:
		return unseen("Every attribute that may be missing came with a value. Sign in with a document or account that lacks one.", at...)
	case f.final == nil:
		return unseen(f.incomplete(), at...)
	}
	said := "without " + strings.Join(names, ", ") + ": status " + strconv.Itoa(f.final.status())
	trace, looked := f.final.e.Facts.Bool(transcript.FactStackTrace)
	if trace || f.final.status() >= 400 || f.final.e.Facts.Code(transcript.FactPage) == "error" {
		return fails("A missing attribute ends in an error", expected, said, at).
			because(CausePartnerCode, "The provider's answer lacks "+strings.Join(names, ", ")+", which the description says may happen, and the sign-in ends on "+f.final.at.path+" with an error.",
				"Treat each of these attributes as one that may be null, empty or absent, and ask the user where you cannot do without.")
	}
	if cut, _ := f.final.e.Facts.Bool(transcript.FactTruncatedBody); cut || !looked {
		return unseen("The transcript does not say what the whole last page shows. Record it with content, and redact the capture with this version.", at...)
	}
	return passes("A missing attribute does not break the sign-in", expected, said, at)
}

func judgeMinimization(c *court, f *flow) ruling {
	declared := map[string]string{}
	for _, a := range c.run.cfg.Attributes {
		declared[strings.ToLower(a.Handle)] = a.Purpose
	}
	expected := "only attributes that the description lists with a purpose"
	if len(declared) == 0 {
		return unseen("The description lists no attributes, so nothing can be compared. List each that you receive, with its purpose.")
	}
	received := f.received()
	var surplus []string
	var at []Ref
	for _, r := range received.Attributes {
		purpose, listed := declared[strings.ToLower(r.Handle)]
		if strings.TrimSpace(purpose) != "" {
			continue
		}
		name := r.Handle
		if listed {
			name += " (without purpose)"
		}
		surplus = append(surplus, name)
		if !slices.Contains(at, r.At) {
			at = append(at, r.At)
		}
	}
	switch {
	case len(surplus) > 0:
		return fails("Attributes arrive that have no declared purpose", expected, someOf(surplus), at).
			because(CauseConfiguration, "The provider's answer brings "+count(len(surplus), "attribute", "attributes")+" that the description does not list with a purpose. Either the description lacks them, or the policy brings more than you need.",
				"Have your consultant take out of the policy what you do not need, and enter the purpose of the rest.")
	case !received.Known:
		return unseen(received.Why, refs("", f.callback)...)
	case len(received.Attributes) == 0:
		return unseen("The provider's answers hold no attributes, only claims of the protocol. A sign-in that brings attributes would show them.", refs("", f.callback)...)
	}
	for _, r := range received.Attributes {
		if !slices.Contains(at, r.At) {
			at = append(at, r.At)
		}
	}
	return passes("Every attribute that arrives has a declared purpose", expected, count(len(received.Attributes), "attribute", "attributes"), at)
}
