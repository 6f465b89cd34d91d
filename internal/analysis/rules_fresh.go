package analysis

import (
	"slices"
	"strconv"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// freshRules are the rules about values that a request must draw anew and keep
// free of content.
var freshRules = []row{
	{
		Rule: Rule{
			ID: "AR-05", Family: FamilyRequest, Severity: Medium,
			Title:   "The state carries no data",
			Needs:   []Need{NeedRequest, NeedFacts},
			Decides: "Warns when the state decodes to JSON, an address or an e-mail address.",
			Clause:  "RFC 9700, 4.7.1; RFC 6749, 10.12",
		},
		facts: true,
		judge: judgeStateData,
	},
	{
		Rule: Rule{
			ID: "AR-07", Family: FamilyRequest, Severity: High,
			Title:   "The nonce is new for each sign-in",
			Needs:   []Need{NeedRequest, NeedOtherRun},
			Decides: "Fails when two sign-ins of the round send the same nonce.",
			Clause:  "OpenID Connect Core, 3.1.2.1 and 15.5.2; RFC 9700, 2.1.1",
		},
		judge: fresh{
			param: "nonce", word: "nonce", absent: "No nonce is sent; see AR-06.",
			cure: "Make a new nonce for each authorization request and forget it when the id_token has come.",
		}.judge,
	},
	{
		Rule: Rule{
			ID: "AR-10", Family: FamilyRequest, Severity: Medium,
			Title:   "The PKCE challenge is new for each sign-in",
			Needs:   []Need{NeedRequest, NeedOtherRun},
			Decides: "Fails when two sign-ins of the round send the same code_challenge.",
			Clause:  "RFC 7636, 4.1 and 7.1; RFC 9700, 2.1.1",
		},
		judge: fresh{
			param: "code_challenge", word: "challenge", absent: "No code_challenge is sent; see AR-08.",
			cure: "Draw a new code_verifier for each authorization request and derive the challenge from it.",
		}.judge,
	},
}

// fresh is a parameter of the authorization request that each sign-in must draw anew.
type fresh struct {
	param, word string
	absent      string // the reason where none is sent
	cure        string
}

func (p fresh) judge(c *court, f *flow) ruling {
	expected := "another " + p.word + " than every other sign-in of the round"
	value := f.authorize.value(p.param)
	at := refs(p.param, f.authorize)
	if value == "" {
		return unseen(p.absent, at...)
	}
	same, differ, dark := c.tally(p.param).against(f, p.param)
	if same != nil {
		return fails("The same "+p.word+" is sent again", expected, value+" in both", refs(p.param, f.authorize, same.authorize)).
			because(CausePartnerCode, "Two authorization requests of the round carry the same "+p.word+", so it is fixed or kept between sign-ins.", p.cure)
	}
	switch {
	case differ > 0:
		actual := "differs from " + count(differ, "other sign-in", "other sign-ins")
		if dark > 0 {
			actual += "; " + strconv.Itoa(dark) + " could not be compared"
		}
		return passes("The "+p.word+" is new", expected, actual, at)
	case dark > 0:
		return unseen("The "+p.word+" cannot be compared with the other sign-ins: it is too short to be compared across captures, or they belong to another round. Record two sign-ins in one capture.", at...)
	}
	return unseen("No other sign-in of the round sends a "+p.word+". Record a second one.", at...)
}

func judgeStateData(_ *court, f *flow) ruling {
	const expected = "a random value without content"
	at := refs("state", f.authorize)
	if f.authorize.value("state") == "" {
		return unseen("No state is sent; see AR-02.", at...)
	}
	data, known := f.authorize.e.Facts.Bool(transcript.FactStateData)
	switch {
	case !known:
		return unseen("The transcript does not say what the state decodes to. Redact the capture again with this version.", at...)
	case data:
		return warns("The state carries data", expected, "decodes to JSON, an address or an e-mail address", at).
			because(CausePartnerCode, "Whoever sees the address can read what the state holds, and write another one unless it is signed, which the transcript does not show.",
				"Keep the data in the session, or in a cookie that is signed, and send a random value that refers to it.")
	}
	return passes("The state carries no data", expected, "decodes to none of JSON, an address, an e-mail address", at)
}

// onlyOne tells whether the flow's value of a parameter is the only one that its
// capture sent: what the redactor found to be one of the capture's is then that
// of the flow.
func (c *court) onlyOne(param string, f *flow) bool {
	return !slices.ContainsFunc(c.run.flows, func(o *flow) bool {
		return o != f && o.authorize.in == f.authorize.in && o.authorize.value(param) != ""
	})
}
