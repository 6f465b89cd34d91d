package analysis

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// tokenUseRules are the rules about when a code is redeemed and how often the
// tokens are used.
var tokenUseRules = []row{
	{
		Rule: Rule{
			ID: "TK-05", Family: FamilyToken, Severity: Medium,
			Title:   "The code is redeemed within its lifetime",
			Needs:   []Need{NeedCallback, NeedBackChannel},
			Decides: "Fails when the token request comes more than 300 seconds after the callback and is refused; warns when it is granted nevertheless. Times of two captures are those of two clocks.",
			Clause:  "RFC 6749, 4.1.2; ID.me, authorization duration",
		},
		judge: judgeCodeInTime,
	},
	{
		Rule: Rule{
			ID: "TK-06", Family: FamilyToken, Severity: High,
			Title:   "The access token arrives with a lifetime and is used within it",
			Needs:   []Need{NeedCallback, NeedBackChannel},
			Decides: "Fails when a token response has no access_token, or its token is used after expires_in or refused whenever it is used; warns when expires_in is missing or 0.",
			Clause:  "RFC 6749, 5.1; RFC 6750, 3.1; ID.me, token expiration",
		},
		judge: judgeTokenUsed,
	},
	{
		Rule: Rule{
			ID: "TK-07", Family: FamilyToken, Severity: Low,
			Title:   "An access token is used for one call",
			Needs:   []Need{NeedCallback, NeedBackChannel},
			Decides: "Warns when two calls for data carry the same access token: ID.me's documents say that a token is used once.",
			Clause:  "ID.me, token expiration",
		},
		judge: judgeTokenOnce,
	},
	{
		Rule: Rule{
			ID: "TK-08", Family: FamilyToken, Severity: Medium,
			Title:   "A refresh brings a new access token",
			Needs:   []Need{NeedBackChannel, NeedIntegration},
			Decides: "Fails when a refresh is refused, brings the old access token or none, or when no refresh token came though the description says that one is used.",
			Clause:  "RFC 6749, 6; ID.me, token expiration",
		},
		judgeRun: judgeRefresh,
	},
}

// codeLifetime is how long a code of ID.me can be redeemed; OAuth asks for at most twice that.
const codeLifetime = 300 * time.Second

// clockSlack is by how much the clocks of two captures may differ without being doubted.
const clockSlack = 5 * time.Second

// noTimes says why two steps cannot be compared in time, empty when they can.
func noTimes(steps ...*step) string {
	for _, s := range steps {
		if s.e.StartedAt.IsZero() || s.in.cannotShow(capture.LimitTimes) {
			return "A capture does not say when its requests were sent. Record both with times."
		}
	}
	return ""
}

// inSeconds writes a duration for a sentence.
func inSeconds(d time.Duration) string {
	return count(int(d.Round(time.Second)/time.Second), "second", "seconds")
}

func judgeCodeInTime(_ *court, f *flow) ruling {
	const expected = "at most 300 seconds from callback to token request"
	if why := f.noTokenRequest(); why != "" {
		return unseen(why, refs("", f.callback)...)
	}
	s := f.tokens[0]
	at := refs("", f.callback, s)
	if why := noTimes(f.callback, s); why != "" {
		return unseen(why, at...)
	}
	took := s.e.StartedAt.Sub(f.callback.e.StartedAt)
	switch {
	case took < -clockSlack:
		return unseen("By the times of the captures the code was redeemed before it came, so the clocks of browser and server differ. Set both by a time server and record again.", at...)
	case took <= codeLifetime:
		return passes("The code is redeemed in time", expected, inSeconds(max(took, 0)), at)
	case granted(s):
		return warns("The code is redeemed late", expected, inSeconds(took), at).
			because(CauseTestSetup, "The provider gave tokens nevertheless. Either the clocks of browser and server differ, or a longer duration is agreed.",
				"Redeem the code as soon as the callback arrives, and set both clocks by a time server.")
	case s.status() == 0:
		return unseen("The capture does not hold the answer to the token request. Record it with its answer.", at...)
	}
	return fails("The code is redeemed too late", expected, inSeconds(took)+", status "+strconv.Itoa(s.status()), at).
		because(CausePartnerCode, "The code was redeemed "+inSeconds(took)+" after it came, when it had expired, and was refused.",
			"Redeem the code in the request that brings it, before anything else.")
}

// bearer is the access token that a call carries, empty for none.
func bearer(s *step) string {
	_, token, _ := strings.Cut(header(s.e.Request.Headers, "Authorization"), " ")
	return first(token, s.value("access_token"))
}

// uses gives the calls for data that carry the access token of a token response;
// dark tells that there is one that cannot be compared.
func (f *flow) uses(s *step) (calls []*step, dark bool) {
	token := text(s.answer(), "access_token")
	for _, d := range f.data {
		switch same, comparable := equal(s, token, d, bearer(d)); {
		case !comparable:
			dark = true
		case same:
			calls = append(calls, d)
		}
	}
	return calls, dark
}

func judgeTokenUsed(_ *court, f *flow) ruling {
	const expected = "an access_token with expires_in, and a call for data within it"
	if why := f.noTokenRequest(); why != "" {
		return unseen(why, refs("", f.callback)...)
	}
	i := slices.IndexFunc(f.tokens, granted)
	if i < 0 {
		return unseen("The token request got no tokens, so there is none to use. A sign-in that is completed would show it.", refs("", f.tokens...)...)
	}
	s := f.tokens[i]
	at := refs("", s)
	m := s.answer()
	switch {
	case m == nil:
		return unseen("The capture does not hold the content of the token response. Record it with content.", at...)
	case text(m, "access_token") == "":
		return fails("The token response brings no access token", expected, "no access_token", at).
			because(CauseProvider, "The answer of "+s.at.host+" says that the code was taken, and has no access_token.", "Tell your consultant, and treat such an answer as an error.")
	}
	lifetime, known := m["expires_in"].(float64)
	if _, there := m["expires_in"]; !there || known && lifetime <= 0 {
		return warns("The token response names no lifetime", expected, "expires_in is missing or 0", at).
			because(CauseProvider, "The answer of "+s.at.host+" does not say how long the access token is valid, so nobody knows when to ask for another.", "Ask your consultant how long the token is valid, and renew it before that.")
	}
	if !known {
		return unseen("The number in expires_in was hidden, so the lifetime is not known. Look at it in the relying party.", at...)
	}
	return f.judgeUses(s, time.Duration(lifetime)*time.Second, expected)
}

// judgeUses looks at the calls that carry the token of a response.
func (f *flow) judgeUses(s *step, lifetime time.Duration, expected string) ruling {
	calls, dark := f.uses(s)
	at := refs("", append([]*step{s}, calls...)...)
	if len(calls) == 0 {
		switch {
		case dark:
			return unseen("The access tokens of answer and call cannot be compared: they come from captures that do not compare, or were dropped. Record both in one capture.", at...)
		case text(s.answer(), "id_token") != "":
			return passes("The access token arrives; the claims come in the id_token", expected, "no call for data, an id_token", at)
		}
		return unseen(noDataCall, at...)
	}
	taken := 0
	for _, d := range calls {
		if granted(d) {
			taken++
		}
		if noTimes(s, d) != "" {
			return unseen(noTimes(s, d), at...)
		}
		if age := d.e.StartedAt.Sub(s.e.StartedAt); age > lifetime+clockSlack {
			return fails("The access token is used after it expired", expected, inSeconds(age)+" old, valid for "+inSeconds(lifetime), refs("", s, d)).
				because(CausePartnerCode, "The call to "+d.at.host+" came "+inSeconds(age)+" after the token, which is valid for "+inSeconds(lifetime)+".",
					"Read the data right after the token response, or ask for a new token when the old one has expired.")
		}
	}
	if taken == 0 {
		last := calls[len(calls)-1]
		if last.status() == 0 {
			return unseen("The capture does not hold the answer to the call for data. Record it with its answer.", at...)
		}
		return fails("The access token is refused", expected, "status "+strconv.Itoa(last.status()), at).
			because(CausePartnerCode, "The token is within its lifetime and every call with it is refused. Either it was used before, or the call goes to an address that it is not for.",
				"Send the token once, to the address of the environment that issued it.")
	}
	return passes("The access token arrives and is used within its lifetime", expected, count(len(calls), "call", "calls")+" within "+inSeconds(lifetime), at)
}

func judgeTokenOnce(_ *court, f *flow) ruling {
	const expected = "one call for data with each access token"
	if len(f.data) == 0 {
		return unseen(first(f.noTokenRequest(), noDataCall), refs("", f.callback)...)
	}
	seen := map[valueKey]*step{}
	dark := 0
	for _, d := range f.data {
		key, comparable := keyOf(d, bearer(d))
		if !comparable {
			dark++
			continue
		}
		if before := seen[key]; before != nil {
			return warns("An access token is used for more than one call", expected, "two calls with the same token", refs("", before, d)).
				because(CausePartnerCode, "The calls to "+before.at.path+" and "+d.at.path+" carry the same token. ID.me's documents say that a token is used once and revoked when it comes again, though its samples use one twice.",
					"Read all data with one call, or ask for a new token before the next one.")
		}
		seen[key] = d
	}
	switch {
	case dark > 0:
		return unseen("The access token of a call was dropped, so calls cannot be compared. Redact the capture again with this version.", refs("", f.data...)...)
	case slices.ContainsFunc(f.data, func(s *step) bool { return s.in.cannotShow(capture.LimitTail) }):
		return unseen(cutCapture, refs("", f.data...)...)
	}
	return passes("Each access token is used for one call", expected, count(len(f.data), "call", "calls"), refs("", f.data...))
}

func judgeRefresh(c *court) ruling {
	const expected = "a refresh_token, and a new access_token for it"
	calls := slices.DeleteFunc(slices.Clone(c.run.told.calls), func(s *step) bool { return s.sent("grant_type") != "refresh_token" || !c.asksProvider(s) })
	if len(calls) == 0 {
		return c.withoutRefresh(expected)
	}
	dark := ""
	for _, s := range calls {
		at := refs("refresh_token", s)
		token := text(s.answer(), "access_token")
		switch {
		case s.status() == 0 || granted(s) && s.answer() == nil:
			dark = "The capture does not hold the answer to the refresh. Record it with content."
			continue
		case !granted(s):
			return fails("The refresh is refused", expected, strings.TrimSpace("status "+strconv.Itoa(s.status())+" "+text(s.answer(), "error")), at).
				because(CausePartnerCode, "The provider did not take the refresh token. Either it has expired or was used before, or the client may not refresh.",
					"Keep the refresh token of the latest answer, and start a new sign-in where it is refused.")
		case token == "":
			return fails("The refresh brings no access token", expected, "no access_token", at).
				because(CauseProvider, "The answer of "+s.at.host+" has no access_token.", "Tell your consultant, and start a new sign-in in such a case.")
		}
		old, why := c.refreshedFrom(s)
		if why != "" {
			dark = why
			continue
		}
		same, comparable := equal(old, text(old.answer(), "access_token"), s, token)
		switch {
		case !comparable:
			dark = "The two access tokens cannot be compared: one was dropped. Redact the captures again with this version."
		case same:
			return fails("The refresh brings the old access token", expected, "the same access_token", refs("access_token", old, s)).
				because(CauseProvider, "The access token of the refresh is that of the response before it.", "Tell your consultant that a refresh renews nothing.")
		}
	}
	if dark != "" {
		return unseen(dark, refs("refresh_token", calls...)...)
	}
	return passes("A refresh brings a new access token", expected, count(len(calls), "refresh", "refreshes"), refs("refresh_token", calls...))
}

// refreshedFrom gives the token response that brought the refresh token which a call sends.
func (c *court) refreshedFrom(s *step) (old *step, why string) {
	for _, o := range c.run.told.calls {
		if o.seq >= s.seq || !granted(o) {
			continue
		}
		if same, comparable := equal(o, text(o.answer(), "refresh_token"), s, s.sent("refresh_token")); same && comparable {
			old = o
		}
	}
	if old == nil {
		return nil, "The response that brought the refresh token is not in the run, so it cannot be told whether the access token is new. Record the sign-in and the refresh in one run."
	}
	return old, ""
}

// withoutRefresh judges a run in which nothing is refreshed.
func (c *court) withoutRefresh(expected string) ruling {
	if !c.run.cfg.Uses.Refresh {
		return unseen("The description says that no refresh token is used, and none is in the run.")
	}
	if c.run.told.hidden {
		return unseen(withoutForms)
	}
	for _, f := range c.run.flows {
		for _, s := range f.tokens {
			if m := s.answer(); granted(s) && m != nil && m["refresh_token"] == nil {
				return fails("No refresh token comes", expected, "no refresh_token", refs("", s)).
					because(CauseConfiguration, "The description says that refresh tokens are used, and the answer of "+s.at.host+" holds none.",
						"Have your consultant turn refresh tokens on for the client, or take the use out of the description.")
			}
		}
	}
	return unseen("No refresh is in the run: your server makes it when the access token has expired. Add a back-channel capture that goes on until then.")
}

// signedWith gives the algorithm of the id_tokens of the flow, as far as it is known.
func (f *flow) signedWith() string {
	for _, t := range f.idTokens() {
		if alg := t.s.e.Facts.Code(transcript.FactIDTokenAlg); alg != "" {
			return alg
		}
	}
	return ""
}
