package canary

import (
	"net/url"
	"strings"
)

const formType = "application/x-www-form-urlencoded"

// forms plants in form bodies, as text, as parameters and where both disagree.
func (p *planter) forms() list {
	esc := url.QueryEscape
	post := func(s string) object { return posted(app+"oauth/token", formType, s) }
	out := list{
		post("grant_type=password&username=" + esc(p.email("form user name")) + "&password=" + p.any("form password")),
		post("grant_type=authorization_code&code=" + p.any("form code") + "&code_verifier=" + p.any("form verifier") + "&client_id=" + p.any("form client id") + "&client_secret=" + p.any("form secret")),
		post("refresh_token=" + p.any("form refresh token") + "&assertion=" + p.any("form assertion") + "&client_assertion=" + p.any("form client assertion")),
		post(p.any("form name") + "=" + p.any("form value")), post("token=" + p.any("form token") + "&token_type_hint=" + p.any("form token type")), post(p.any("bare form")),
		post("other=" + esc(esc(p.any("form value encoded twice")+"&"))), post("csrfmiddlewaretoken=" + p.any("form CSRF token") + "&otp=" + p.any("form one-time password")),
		post("a=" + esc(text(object{"token": p.any("JSON in a form")}))), post("state=1\r\nstate=" + p.any("form with lines")),
		posted(app, formType+"; charset="+p.any("charset of a form"), "a=b"), posted(app, "text/plain", "password="+p.any("form as plain text")), posted(app, "", "password="+p.any("form without a type")),
	}
	out = append(out, entry("POST", app, object{"postData": object{
		"mimeType": formType, "text": "a=b", "comment": p.any("postData comment"), "_x": p.any("postData vendor field"),
		"params": list{
			pair("client_secret", p.any("params that disagree")), pair(p.any("params name"), "1"),
			object{"name": "f", "value": p.any("params value"), "fileName": p.any("params file name"), "contentType": p.any("params content type"), "comment": p.any("params comment")},
		},
	}}, nil), entry("POST", app, object{"postData": object{"mimeType": formType, "params": list{
		pair("client_secret", p.any("params alone")), pair(p.any("params name alone"), p.any("params value alone")), pair("SAMLResponse", b64(p.any("params SAML alone"))),
	}}}, nil), entry("POST", app, object{"postData": object{"mimeType": formType, "text": b64("code=" + p.any("form in base64")), "encoding": "base64"}}, nil))
	return out
}

// multiparts plants in the parts of multipart bodies.
func (p *planter) multiparts() list {
	part := func(head, body string) string { return "--XX\r\n" + head + "\r\n\r\n" + body + "\r\n" }
	field := func(name, body string) string {
		return part(`Content-Disposition: form-data; name="`+name+`"`, body)
	}
	whole := field("state", p.any("multipart value")) + field(p.any("multipart name"), "1") + field("client_secret", p.any("multipart secret")) +
		part(`Content-Disposition: form-data; name="file"; filename="`+p.any("multipart file name")+`"`+"\r\nContent-Type: text/"+p.any("multipart type"), p.any("multipart file")) +
		part("Content-Disposition: form-data; name=unquoted; x="+p.any("multipart parameter"), p.any("multipart part with an unquoted name")) +
		part("X-Other: "+p.any("multipart header"), p.any("multipart part without a name")) +
		part(`Content-Disposition: form-data; name="nested"`+"\r\nContent-Type: multipart/mixed; boundary=YY", "--YY\r\nContent-Disposition: attachment; filename=\""+p.any("nested file name")+"\"\r\n\r\n"+p.any("nested multipart")+"\r\n--YY--") +
		part(`Content-Disposition: form-data; name="b"`+"\r\nContent-Transfer-Encoding: base64", b64(p.any("multipart part in base64"))) +
		field("password", text(object{"a": p.any("multipart JSON")})) + "--XX--\r\n" + p.any("multipart epilogue")
	mime := "multipart/form-data; boundary=XX"
	return list{
		posted(app, mime, p.any("multipart preamble")+"\r\n"+whole),
		entry("POST", app, object{"postData": object{"mimeType": mime, "text": b64(field("code", p.any("multipart in base64")) + "--XX--"), "encoding": "base64"}}, nil),
		posted(app, mime, strings.ReplaceAll(field("code", p.any("multipart with bare line feeds")), "\r\n", "\n")+"--XX--"),
		posted(app, "multipart/form-data", field("code", p.any("multipart without a boundary"))), posted(app, "multipart/form-data; boundary="+p.any("multipart boundary"), field("a", p.any("multipart of another boundary"))),
		answered(app, "multipart/x-mixed-replace; boundary=XX", part("Content-Type: text/plain", p.any("multipart response"))),
	}
}

// jsonBodies plants in JSON of requests and responses.
func (p *planter) jsonBodies() list {
	const mime = "application/json"
	body := object{
		"access_token": p.any("JSON access token"), "refresh_token": p.any("JSON refresh token"), p.any("JSON name"): p.any("JSON value"), "email": p.email("JSON e-mail"), "sub": p.any("JSON sub"),
		"attributes": list{object{"handle": p.any("attribute handle"), "name": p.any("name of an attribute"), "value": p.any("value of an attribute")}, object{"handle": "fname", "name": "First name", "value": p.fullName("attribute value of a known handle")}},
		"status":     list{object{"group": p.any("status group"), "subgroups": list{p.any("status subgroup")}, "verified": p.any("status verified")}},
		"nested":     text(object{"deep": text(object{"code": p.any("JSON in a string, twice"), "list": list{p.any("list in JSON in a string")}})}), "url": app + "?token=" + p.any("address in JSON"),
		"error": p.any("JSON error"), "error_description": p.any("JSON error description"), "list": list{p.any("JSON list"), list{list{object{"a": p.any("JSON deep list")}}}}, "b64": b64(p.any("base64 in JSON")),
		"id": p.digits("number in JSON"), "expires_in": p.digits("expires_in"), "float": number("0." + string(p.digits("fraction in JSON"))), "scope": "openid " + p.any("scope in JSON"),
		"keys": list{object{"kty": "RSA", "kid": p.any("key id of a JWKS"), "n": p.any("modulus of a JWKS"), "x5c": list{b64(p.any("certificate of a JWKS"))}, "alg": p.any("alg of a JWKS"), "d": p.any("private exponent of a JWKS")}},
	}
	deep := any(p.any("JSON of 40 levels"))
	for range 40 {
		deep = list{deep}
	}
	out := list{
		answered(app, mime, text(body)), answered(app, "text/plain", text(object{"token": p.any("JSON as plain text")})), answered(app, "", text(object{"token": p.any("JSON without a type")})),
		entry("GET", app, nil, object{"content": object{"size": 9, "mimeType": mime, "text": b64(text(object{"code": p.any("JSON in base64")})), "encoding": "base64"}}),
		posted(app, mime, text(object{"password": p.any("JSON password"), "code": p.any("JSON code"), "user": object{"ssn": p.ssn("JSON SSN"), p.any("JSON inner name"): 1}})),
		answered(app, mime, `{"code":"a","code":"`+p.any("second of two JSON members")+`"}`), answered(app, mime, `{"code":"`+p.any("first of two JSON members")+`","code":"a"}`),
		answered(app, mime, `{"code":"`+escaped(p.any("JSON value split by escapes"))+`","`+escaped(p.any("JSON name split by escapes"))+`":1}`), answered(app, "application/x-ndjson", text(object{"t": p.any("first line of NDJSON")})+"\n"+text(object{"t": p.any("second line of NDJSON")})+"\n"),
		answered(app, mime, `)]}',`+"\n"+text(object{"t": p.any("JSON behind a guard")})), answered(app, mime, `callback(`+text(object{"t": p.any("JSONP")})+`)`), answered(app, mime, `"`+p.any("JSON string")+`"`), answered(app, mime, string(p.digits("JSON number"))),
		answered(app, mime, text(deep)), answered(app, mime, `{"a":{"token":"`+p.any("cut JSON")), answered(app, mime, text(object{"a": 1})+p.any("text behind JSON")), answered(app, mime, `{'token':'`+p.any("JSON with single quotes")+`'}`),
		answered(app, mime, "\ufeff"+text(object{"t": p.any("JSON behind a byte order mark")})), answered(app, "application/vnd."+p.any("JSON subtype")+"+json", "{}"), answered(app, "application/json; profile="+p.any("JSON type parameter"), "{}"),
		posted(app, "application/graphql", "query { user(id: \""+p.any("GraphQL")+"\") { id } }"), posted(app, mime, text(object{"query": "mutation", "variables": object{"input": p.any("GraphQL variable")}})), posted(app, mime, text(object{"error": "access_denied", "error_description": p.any("error description that is sent on"), "variables": list{object{"StatusMessage": p.any("status message that is sent on")}}})),
		posted(app, "text/plain;charset=UTF-8", text(object{"error_description": p.any("error description of a beacon")})), posted(app, "application/csp-report", text(object{"csp-report": object{"document-uri": app + "?t=" + p.any("CSP report")}})),
	}
	return out
}
