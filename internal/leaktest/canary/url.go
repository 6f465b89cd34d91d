package canary

import (
	"fmt"
	"net/url"
)

const app = "https://app.example.org/"

// addresses plants in the parts of addresses.
func (p *planter) addresses() list {
	out := list{
		get("https://" + p.any("user name of an address") + ":" + p.any("password of an address") + "@app.example.org/login"),
		get("https://" + p.lower("host label") + ".example.org/login"),
		get("https://app.example.org:" + p.any("port that is none") + "/login"),
		get("https://localhost:" + p.any("port of localhost that is none") + ":8080/login"),
		get("https://[fe80::1%25" + p.any("zone of an IPv6 address") + "]:8443/login"),
		get("https://" + percentAll(p.any("percent-encoded host")) + ".example.org/"),
		get("https:\\\\app.example.org\\" + p.any("path with backslashes")),
		get("//" + p.lower("host without a scheme") + ".example.org/"),
		get(p.any("scheme") + "://app.example.org/"),
		get(app + p.any("path segment") + "/login"),
		get(app + "oauth/callback;jsessionid=" + p.any("matrix parameter") + "/next;v=" + p.any("second matrix parameter")),
		get(app + "login/../" + p.any("path after two dots")),
		get(app + "login?" + p.any("bare query")),
		get(app + "login#" + p.any("bare fragment")),
		get(app + "#/callback?code=" + p.any("query in a fragment") + "&" + p.any("name in a fragment") + "=1"),
		get(app + "#access_token=" + p.any("token in a fragment") + "&state=" + p.any("state in a fragment")),
		get(app + "cb#!" + p.any("hash bang")),
		get("data:text/html," + p.any("data address")),
		get("blob:https://app.example.org/" + p.any("blob address")),
		get("mailto:" + p.email("mailto address")),
		get("com.example.app:/callback?code=" + p.any("code to a native app")),
		get("https://idp.example.org/?next=" + url.QueryEscape("https://a.example.org/?next="+url.QueryEscape("https://b.example.org/?t="+p.any("address three deep")))),
		get("https://app.example.org/" + p.any("long path 1") + "/" + p.any("long path 2") + "/" + p.any("long path 3") + "/" + p.any("long path 4")),
		get(" https://app.example.org/ " + p.any("address with blanks")),
		get(p.any("relative address") + "/login"),
	}
	return out
}

// knownParameters are names of the protocols, by what their values are.
var knownParameters = []string{
	"state", "nonce", "code", "code_challenge", "code_verifier", "access_token", "refresh_token", "id_token", "id_token_hint", "logout_token",
	"client_id", "client_secret", "client_assertion", "client_assertion_type", "assertion", "request", "request_uri", "redirect_uri",
	"post_logout_redirect_uri", "response_type", "response_mode", "grant_type", "scope", "prompt", "display", "max_age", "ui_locales",
	"claims_locales", "acr_values", "login_hint", "claims", "registration", "code_challenge_method", "error", "error_description",
	"error_uri", "iss", "session_state", "sid", "token", "token_type", "token_type_hint", "expires_in", "username", "password",
	"device_code", "user_code", "audience", "resource", "subject_token", "actor_token", "dpop_jkt", "SAMLRequest", "SAMLResponse", "RelayState",
	"SAMLart", "SigAlg", "Signature", "SAMLEncoding", "wa", "wtrealm", "wreply", "wctx", "wresult", "wct", "wfresh", "whr", "wauth",
}

// parameters plants in queries: every known name, and what a query can be.
func (p *planter) parameters() list {
	var out list
	for _, name := range knownParameters {
		out = append(out, get(app+"cb?"+name+"="+p.any("parameter "+name)))
	}
	query := func(q string) { out = append(out, get(app+"cb?"+q)) }
	query("state=1&state=" + p.any("second state of a query"))
	query("id_token=a&id_token=" + p.any("duplicate token"))
	query(p.any("parameter name") + "=1")
	query("session=" + p.any("unknown parameter"))
	query("flag&" + p.any("bare parameter") + "&x=1")
	query("state=" + percentAll(p.any("percent-encoded state")))
	query(percentAll("state") + "=" + p.any("parameter with an encoded name"))
	query("state=" + url.QueryEscape(percentAll(p.any("state encoded twice"))))
	query("scope=openid%20" + p.any("word among scopes") + "%20profile")
	query("ui_locales=en,de," + p.any("word among locales"))
	query("response_type=code%20" + p.any("word among response types"))
	query("expires_in=36" + p.any("text behind a number"))
	query("max_age=" + string(p.digits("number that is too large")))
	query("exp=" + string(p.digits("time that is none")))
	query("redirect_uri=" + url.QueryEscape(app+"cb?sid="+p.any("parameter of a redirect URI")+"#"+p.any("fragment of a redirect URI")))
	query("redirect_uri=" + url.QueryEscape("https://"+p.lower("host of a redirect URI")+".example.org/"))
	query("claims=" + url.QueryEscape(text(object{"userinfo": object{p.any("claim name"): object{"value": p.any("claim value")}}})))
	query("error=access_denied&error_description=" + p.words() + "+" + p.any("error description with words"))
	query("=" + p.any("value without a name"))
	query("a[b][]=" + p.any("value of a bracketed name") + "&a[" + p.any("bracketed name") + "]=1")
	query("q=" + url.QueryEscape("~state."+p.any("value that looks redacted")) + "&" + url.QueryEscape("~name."+p.any("name that looks redacted")) + "=1")
	query("state=~state." + p.base32("key of what looks like a pseudonym") + "&x=~str." + p.base32("key of an unknown one") + "&~name." + p.base32("key of a name") + "=1")
	query("state=a;code=" + p.any("parameter behind a semicolon"))
	query("STATE=" + p.any("name in capitals") + "&Code=" + p.any("name with a capital"))
	req := object{"queryString": list{
		pair("state", p.any("queryString value")), pair(p.any("queryString name"), "1"),
		object{"name": "a", "value": "b", "comment": p.any("queryString comment"), "_x": p.any("queryString vendor field")},
	}}
	out = append(out, entry("GET", app, req, nil))
	for i := range 3 { // a long query
		query(fmt.Sprintf("p%d=%s&q%d=%s", i, p.any(fmt.Sprintf("numbered parameter %d", i)), i, p.any(fmt.Sprintf("second numbered parameter %d", i))))
	}
	return out
}
