package analysis

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// subject is an identifier of the user that an answer of the provider brought.
type subject struct {
	kind  string // sub, uuid or NameID: only equal kinds compare
	s     *step
	value string
}

// subjects gives the identifiers in the captures of a run with this test user,
// each once; of those that compare with no other capture one of a kind.
func (r *run) subjects(user string) []subject {
	type kindAndKey struct {
		kind string
		key  valueKey
	}
	var out []subject
	known := map[kindAndKey]bool{}
	for _, s := range r.steps {
		if s.in.TestUser != user {
			continue
		}
		take := func(kind, value string) {
			key, ok := keyOf(s, value)
			if !ok || key.in != nil {
				key = valueKey{}
			}
			if at := (kindAndKey{kind, key}); value != "" && !known[at] {
				known[at] = true
				out = append(out, subject{kind, s, value})
			}
		}
		if carriesResponse(s) && !strings.HasSuffix(s.value("saml.name_id_format"), ":transient") {
			take("NameID", s.value("saml.name_id"))
		}
		if s.e.Response == nil || !strings.Contains(s.e.Response.BodyText, `"sub"`) && !strings.Contains(s.e.Response.BodyText, `"uuid"`) || !granted(s) {
			continue
		}
		m := s.answer()
		for _, name := range []string{"id_token.claims", "jwt.claims"} {
			claims, _ := m[name].(map[string]any)
			take("sub", text(claims, "sub"))
			take("uuid", text(claims, "uuid"))
		}
		if s.role != RoleProvider {
			continue
		}
		take("sub", text(m, "sub"))
		take("uuid", text(m, "uuid"))
		list, _ := m["attributes"].([]any)
		for _, item := range list {
			if a, _ := item.(map[string]any); text(a, "handle") == "uuid" {
				take("uuid", text(a, "value"))
			}
		}
	}
	return out
}

func judgeSameUser(c *court) ruling {
	const expected = "the same sub, uuid or NameID in each sign-in of one test user"
	user := ""
	for _, f := range c.run.flows {
		user = first(user, f.authorize.in.TestUser)
	}
	if user == "" {
		return unseen("Nobody said with which test user this run was made. Choose the user when you create the test run.")
	}
	mine := c.run.subjects(user)
	if len(mine) == 0 {
		return unseen("No answer of the provider in this run names the user. Add a back-channel capture with content.")
	}
	var theirs []subject
	for _, r := range c.otherRuns {
		theirs = append(theirs, r.subjects(user)...)
	}
	if len(theirs) == 0 {
		return unseen("No other run of this round names the same test user. Sign "+user+" in a second time, with a back-channel capture.", mine[0].s.ref(mine[0].kind))
	}
	within := map[[2]string][]subject{} // those that may compare, by kind and round
	for _, b := range theirs {
		group := [2]string{b.kind, b.s.in.T.Meta.Round}
		within[group] = append(within[group], b)
	}
	var same []subject
	for _, a := range mine {
		for _, b := range within[[2]string{a.kind, a.s.in.T.Meta.Round}] {
			equal, comparable := equal(a.s, a.value, b.s, b.value)
			switch {
			case comparable && !equal:
				return fails("One user comes with two identifiers", expected, a.kind+" "+a.value+" and "+b.value, []Ref{a.s.ref(a.kind), b.s.ref(b.kind)}).
					because(CauseTestSetup, "Two runs of this round say that their user is "+user+", and the provider names two users. Either one of them was signed in with another account, or the provider gives each sign-in an identifier of its own.",
						"Repeat both runs with the same account, and tell your consultant if the identifiers still differ.")
			case comparable && len(same) == 0:
				same = []subject{a, b}
			}
		}
	}
	if len(same) == 0 {
		return unseen("The identifiers cannot be compared: they are too short to be hashed, or come from captures of different kinds. Show in the walkthrough that both sign-ins reach one account.", mine[0].s.ref(mine[0].kind))
	}
	return passes("The user keeps one identifier", expected, same[0].kind+" "+same[0].value+" twice", []Ref{same[0].s.ref(same[0].kind), same[1].s.ref(same[1].kind)})
}

// privacyRules are the rules about where the user's data goes.
var privacyRules = []row{
	{
		Rule: Rule{
			ID: "PV-01", Family: FamilyData, Severity: High, Protocols: anyOfTwo,
			Title:   "No attribute of the user goes to others",
			Needs:   []Need{NeedAttributes, NeedFacts},
			Decides: "Fails when a request to an undeclared host, or to one of third parties, holds as a whole the value of an attribute that the provider's answer in the same capture brought. Values of less than six characters, and those that many people share, are not looked for.",
			Clause:  "ID.me, data minimization; NIST SP 800-122, 4.2.1",
		},
		facts:    true,
		judgeRun: judgeAttributesSent,
	},
	{
		Rule: Rule{
			ID: "PV-02", Family: FamilyData, Severity: Critical, Protocols: anyOfTwo,
			Title:   "No social security number is sent to the browser",
			Needs:   []Need{NeedFinalPage, NeedFacts},
			Decides: "Fails when a page or JSON that a host of the partner's sends to the browser holds a social security number, with dashes or under its own name.",
			Clause:  "NIST SP 800-122, 4.2.1; ID.me, quality assurance testing",
		},
		facts:    true,
		judgeRun: judgeSSN,
	},
}

// maxKeptValues is how many values of a capture the redactor looks for.
const maxKeptValues = 64

func judgeAttributesSent(c *court) ruling {
	const expected = "no value of an attribute in a request to others"
	kept := map[*Input]int{}
	var brought []*step
	for _, s := range c.run.steps {
		if sent, _ := s.e.Facts.Bool(transcript.FactAttributeSent); sent && s.role != RoleProvider && s.role != RolePartner {
			return fails("An attribute of the user goes to others", expected, "a value in a request to "+s.at.host, refs("", s)).
				because(CausePartnerCode, "A value that the provider sent for this user stands in a request to "+s.at.host+", which takes no part in the sign-in.",
					"Take the user's data out of what the page hands to scripts and services of others, and declare those that need it.")
		}
		if n, known := s.e.Facts.Number(transcript.FactAttributeValues); known {
			kept[s.in] += n
			brought = append(brought, s)
		}
	}
	others := func(s *step) bool { return !s.back && len(kept) > 0 && kept[s.in] > 0 }
	switch {
	case len(brought) == 0:
		return unseen("No capture of the run holds both the user's attributes in clear and the browser's requests, so no value can be looked for. Watch the requests to others in the browser's tools for data of the test user.")
	case !slices.ContainsFunc(c.run.steps, others):
		return unseen("The attributes are in a capture of the server and the browser's requests in another, and values are not compared over captures. Watch the requests to others in the browser's tools for data of the test user.", refs("", brought...)...)
	}
	for _, s := range brought { // in one order
		switch {
		case kept[s.in] >= maxKeptValues:
			return unseen("A capture brings more values than are looked for. Record one sign-in in a capture.", refs("", brought...)...)
		case s.in.cannotShow(capture.LimitForms) || s.in.cannotShow(capture.LimitTail):
			return unseen("The capture lacks values of forms or its end, so a value may have gone there. Save it whole, with another exporter.", refs("", brought...)...)
		}
	}
	return passes("No attribute of the user goes to others", expected, "none", refs("", brought...))
}

func judgeSSN(c *court) ruling {
	const expected = "no social security number in what the browser gets"
	var looked []*step
	dark := ""
	for _, s := range c.run.steps {
		if s.back || s.role != RolePartner {
			continue
		}
		if found, _ := s.e.Facts.Bool(transcript.FactSSN); found {
			return fails("A social security number is sent to the browser", expected, "one in the answer of "+s.at.host+s.at.path, refs("", s)).
				because(CausePartnerCode, "The answer of "+s.at.host+s.at.path+" holds a number in the form of a social security number, which every script, extension and cache of the browser can read.",
					"Keep the number on your server and show at most its last four digits.")
		}
		if cut, _ := s.e.Facts.Bool(transcript.FactTruncatedBody); cut && s.e.Facts.Code(transcript.FactBodyKind) == "json" {
			dark = "JSON that the browser got is not wholly in the capture. Record it with content."
		}
	}
	for _, f := range c.run.flows {
		if f.final == nil || !f.completed() {
			continue
		}
		s := f.final
		cut, _ := s.e.Facts.Bool(transcript.FactTruncatedBody)
		kind := s.e.Facts.Code(transcript.FactBodyKind)
		switch {
		case s.isOlder(dataPolicy):
			dark = "The capture was redacted by a version that does not look for such numbers. Redact it again with this version."
		case cut || kind != "html" && kind != "json":
			dark = "The page after the sign-in is not wholly in the capture. Record it with content."
		default:
			looked = append(looked, s)
		}
	}
	switch {
	case dark != "":
		return unseen(dark)
	case len(looked) == 0:
		return unseen("No page after a completed sign-in is in the run. Record the sign-in until the last page has loaded.")
	}
	return passes("No social security number is sent to the browser", expected, "none in "+count(len(looked), "page after a sign-in", "pages after a sign-in"), refs("", looked...))
}
