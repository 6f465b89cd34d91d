package canary

import "net/url"

// jwt is a signed token with a value in each part.
func (p *planter) jwt(where string) string {
	header := object{"alg": "RS256", "typ": "JWT", "kid": p.any(where + ": key id"), "x5u": app + p.any(where+": header member")}
	claims := object{
		"iss": "https://" + p.lower(where+": host of iss") + ".example.org/x", "sub": p.any(where + ": sub"), "aud": list{p.any(where + ": aud")}, "nonce": p.any(where + ": nonce"),
		"exp": 1772359200, "email": p.email(where + ": e-mail"), p.any(where + ": claim name"): p.any(where + ": claim"), "jti": p.any(where + ": jti"),
	}
	return b64url(text(header)) + "." + b64url(text(claims)) + "." + b64url(p.any(where+": signature"))
}

// small is a token without a signature that holds one value.
func (p *planter) small(position string) string {
	return b64url(`{"alg":"none"}`) + "." + b64url(text(object{"sub": p.any(position)})) + "."
}

// tokens plants in JSON Web Tokens in every place that holds one.
func (p *planter) tokens() list {
	nested := b64url(`{"alg":"HS256","cty":"JWT"}`) + "." + b64url(text(object{"inner": p.small("JWT in a claim"), "act": object{"sub": p.any("actor of a JWT")}})) + ".c2ln"
	asPayload := b64url(`{"alg":"HS256","cty":"JWT"}`) + "." + b64url(p.small("JWT as payload")) + ".c2ln"
	return list{
		answered(app, "application/json", text(object{"id_token": p.jwt("id_token in JSON"), "token_type": "Bearer", "expires_in": 300})),
		answered(app, "application/json", text(object{"access_token": p.jwt("access_token in JSON"), "data": object{"jwt": p.jwt("JWT of an unknown member")}})),
		answered(app, "application/jwt", p.jwt("JWT as a body")), get(app + "cb?id_token=" + p.small("JWT in a query") + "&request=" + p.small("request object") + "&x=" + p.small("JWT of an unknown parameter")),
		get(app + "cb#id_token=" + p.jwt("JWT in a fragment")), get(app + "t/" + p.small("JWT in a path")), posted(app, formType, "logout_token="+p.jwt("logout token in a form")+"&client_assertion="+p.small("client assertion")),
		entry("GET", app, object{"headers": list{pair("Authorization", "Bearer "+p.jwt("JWT in Authorization")), pair("Cookie", "session="+p.small("JWT in a cookie")), pair("X-Jwt", p.small("JWT in a header"))}}, nil),
		entry("GET", app, nil, object{"headers": list{pair("Set-Cookie", "session="+p.small("JWT in Set-Cookie")), pair("Location", app+"?id_token="+p.small("JWT in Location"))}}),
		answered(app, "text/html", "<div data-token='"+p.small("JWT in a page")+"'></div>"), get(app + "cb?id_token=" + nested), answered(app, "application/json", text(object{"id_token": asPayload, "list": list{p.small("JWT in a list")}})),
		answered(app, "application/json", text(object{"id_token": b64url(`{"alg":"`+p.any("alg of a JWT")+`","typ":"`+p.any("typ of a JWT")+`"}`) + "." + b64url(`{"exp":`+string(p.digits("exp of a JWT"))+`,"amr":["`+p.any("amr of a JWT")+`"],"acr":"`+p.any("acr of a JWT")+`"}`) + "."})),
		answered(app, "application/json", text(object{"id_token": b64url(`{"alg":"none"}`) + "." + b64url(`not JSON `+p.any("JWT whose claims are no JSON")) + "."})),
		answered(app, "application/json", text(object{"payload": b64url(text(object{"sub": p.any("payload of a JWS in JSON form")})), "protected": b64url(`{"alg":"none"}`), "signature": b64url(p.any("signature of a JWS in JSON form"))})),
	}
}

// encrypted plants in the five parts of a JWE.
func (p *planter) encrypted() list {
	jwe := func(where string) string {
		out := b64url(text(object{"alg": "RSA-OAEP", "enc": "A256GCM", "kid": p.any(where + ": kid"), p.any(where + ": header name"): "1"}))
		for _, part := range []string{"encrypted key", "initialization vector", "ciphertext", "tag"} {
			out += "." + b64url(p.any(where+": "+part))
		}
		return out
	}
	return list{
		answered(app, "application/json", text(object{"id_token": jwe("JWE in JSON")})), get(app + "cb?id_token=" + jwe("JWE in a query")),
		answered(app, "application/jose", jwe("JWE as a body")), posted(app, formType, "request="+url.QueryEscape(jwe("JWE in a form"))),
	}
}
