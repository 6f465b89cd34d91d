package analysis

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// codeRules are the rules about errors of all codes, also of those that a tester
// hands to the callback.
var codeRules = []row{
	{
		Rule: Rule{
			ID: "ER-06", Family: FamilyRefusal, Severity: Critical,
			Title:   "No markup of an error comes back as markup",
			Needs:   []Need{NeedCallback, NeedFinalPage, NeedFacts},
			Decides: "Fails when a page of the partner holds, unescaped, the markup that an error of the capture carried. Seen only where a tester put some into error_description.",
			Clause:  "CWE-79; OWASP ASVS 5.0, 1.2.1; RFC 9700, 4.11",
		},
		facts: true, judgeRun: judgeEcho, anyway: true,
	},
	{
		Rule: Rule{
			ID: "ER-07", Family: FamilyRefusal, Severity: Medium,
			Title:   "Every documented error code is handled",
			Needs:   []Need{NeedRefusal, NeedFinalPage, NeedOtherRun, NeedFacts},
			Decides: "Fails when a code is mishandled, as ER-01 to ER-04 judge it, while others of the run or its round are handled, or when one that a tester handed to the redirect URI is. Passes when each of access_denied, invalid_request, invalid_scope, unsupported_response_type, server_error and temporarily_unavailable was tried and handled.",
			Clause:  "RFC 6749, 4.1.2.1; ID.me, error codes",
		},
		facts: true, judgeRun: judgeCodes,
	},
}

func judgeEcho(c *court) ruling {
	const expected = "markup of an error shown as text, or not at all"
	const howTo = "Open the redirect URI with error=access_denied and an error_description of <b id=\"canary\">canary</b>, and record it until its last page has loaded."
	var clean []*step
	var dark *step
	for _, s := range c.run.steps {
		if echoed, _ := s.e.Facts.Bool(transcript.FactMarkupEchoed); echoed && !s.back && s.role == RolePartner {
			return fails("Markup of an error comes back as markup", expected, "unescaped, in the page of "+s.at.host+s.at.path, refs("error_description", s)).
				because(CausePartnerCode, "An error of this capture carried markup, and the page repeats it as it came: whoever makes somebody open such an address runs scripts on your site.",
					"Show none of what comes in the address, and escape all that you do show.")
		}
		if sent, _ := s.e.Facts.Bool(transcript.FactErrorMarkup); !sent || !s.main || s.role != RolePartner {
			continue
		}
		end := lastOf(s)
		_, known := end.e.Facts.Bool(transcript.FactMarkupEchoed)
		if scripts, whole := scripted(end); !known || !whole || scripts || end.role != RolePartner {
			dark = end
			continue
		}
		clean = append(clean, end)
	}
	switch {
	case dark != nil:
		return unseen("The page after an error with markup is not wholly in the capture, or has scripts, which may write it into the page. Look at the page in the browser, or add a screenshot of it.", refs("", dark)...)
	case len(clean) == 0:
		return unseen("No page of the partner after an error with markup is in this run. " + howTo)
	}
	return passes("No markup of an error comes back", expected, "not in "+count(len(clean), "page", "pages"), refs("error_description", clean...))
}

// documentedCodes come back to the redirect URI (RFC 6749, 4.1.2.1; ID.me).
var documentedCodes = []string{"access_denied", "invalid_request", "invalid_scope", "unsupported_response_type", "server_error", "temporarily_unavailable"}

// refused is an error that the partner was handed.
type refused struct {
	f     *flow
	loose bool // no sign-in of the run, but a load by hand
	judge ruling
}

// refusals gives the errors that the partner was handed in a run, each judged.
func (c *court) refusals() (out []refused) {
	at, own := map[address]*flow{}, map[*step]bool{}
	for _, f := range c.judged() {
		own[f.callback] = true
		for _, l := range c.loads().of[f] {
			own[l.s] = own[l.s] || l.kind == errorOtherState // of which ER-09 speaks
		}
		if f.dialect != &oauth {
			continue
		}
		at[parseAddress(f.authorize.value("redirect_uri"), address{})] = f
		if f.outcome() == OutcomeError && !c.changedByHand(f) {
			out = append(out, refused{f, false, c.handled(f)})
		}
	}
	for _, s := range c.run.steps {
		f := at[s.at]
		if f == nil || !s.main || own[s] || s.value("error") == "" || s.value("code") != "" || len(out) >= maxFlows {
			continue
		}
		loose := &flow{run: c.run, dialect: f.dialect, number: f.number, authorize: s, callback: s, way: chainFrom(s)}
		if last := loose.way[len(loose.way)-1]; !last.isRedirect() && last.status() > 0 {
			loose.final = last
		}
		r := c.handled(loose)
		if end := lastOf(s).status(); r.verdict == Fail && end >= 400 && end < 500 {
			r = unseen("An error that was handed to the redirect URI by hand was refused with status "+statusText(lastOf(s))+", which may be for its state. Start a sign-in for each code, and change the answer of the provider.", refs("error", s)...)
		}
		out = append(out, refused{loose, true, r})
	}
	return out
}

// handled gives the worst that the rules about refusals say. A page that answers
// with a status of 400 to 499 is no fault of the handling.
func (c *court) handled(f *flow) ruling {
	var worst ruling
	for i, judge := range []func(*court, *flow) ruling{judgeRefusalPage, judgeRefusalStatus, judgeRawError} {
		r := judge(c, f)
		if r.verdict == Warn {
			r.verdict = Pass
		}
		if i == 0 || worse(r, worst) {
			worst = r
		}
	}
	return worst
}

func judgeCodes(c *court) ruling {
	expected := strings.Join(documentedCodes, ", ")
	var bad *refused
	good, tried := []string{}, []string{}
	dark := (*refused)(nil)
	note := func(list *[]string, code string) {
		if !slices.Contains(*list, code) {
			*list = append(*list, code)
		}
	}
	mine := c.refusals()
	for i := range mine {
		one := &mine[i]
		code := first(one.f.callback.value("error"), "an error")
		note(&tried, code)
		switch one.judge.verdict {
		case Fail:
			if bad == nil || one.loose {
				bad = one
			}
		case NotSeen:
			dark = one
		default:
			note(&good, code)
		}
	}
	for _, f := range c.others[:min(len(c.others), maxFlows)] {
		if f.dialect == &oauth && f.outcome() == OutcomeError {
			note(&tried, f.errorCode())
			if c.handled(f).verdict == Pass {
				note(&good, f.errorCode())
			}
		}
	}
	without := func(list []string) []string {
		return slices.DeleteFunc(slices.Clone(documentedCodes), func(code string) bool { return slices.Contains(list, code) })
	}
	missing, inVain := without(tried), without(good) // inVain also holds those that another run tried in vain
	switch {
	case bad != nil && (bad.loose || len(good) > 0):
		code := first(bad.f.callback.value("error"), "an error")
		return fails("An error code is not handled", expected, code+": "+lowerFirst(bad.judge.title), refs("error", bad.f.callback, bad.f.final)).
			because(CausePartnerCode, "The callback was handed "+code+": "+lowerFirst(bad.judge.title)+". Handled "+areOrIs(len(good))+" "+first(strings.Join(good, ", "), "none")+".",
				"Answer every error of the callback, also one that you do not know, with a page of your own.")
	case bad != nil:
		return unseen("What was tried is not handled; see ER-01 to ER-04 of the sign-in. Record other codes too, to see whether they are.", refs("error", bad.f.callback)...)
	case dark != nil:
		return unseen(dark.judge.why, refs("error", dark.f.callback)...)
	case len(tried) == 0:
		return unseen(noRefusal)
	case len(missing) > 0:
		return unseen("Tried and handled: "+first(strings.Join(good, ", "), "none")+". Not tried: "+strings.Join(missing, ", ")+". Open the redirect URI with error set to each of them, and record it until its last page has loaded.", callbacksOf(mine)...)
	case len(inVain) > 0:
		return unseen("Another run of the round tried "+strings.Join(inVain, ", ")+", and does not show it handled; see ER-01 to ER-04 of its sign-in.", callbacksOf(mine)...)
	}
	return passes("Every documented error code is handled", expected, "all", callbacksOf(mine))
}

func callbacksOf(list []refused) []Ref {
	var out []Ref
	for _, one := range list {
		out = append(out, one.f.callback.ref("error"))
	}
	return out
}
