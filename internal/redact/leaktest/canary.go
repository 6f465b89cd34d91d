package leaktest

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// Canary is one planted value and the position it was planted in.
type Canary struct{ Position, Value string }

// planter makes canaries that differ and are found by nothing but themselves.
type planter struct {
	canaries []Canary
}

func (p *planter) plant(position string) string {
	n := len(p.canaries)
	// Letters and digits that no vocabulary and no other canary holds.
	value := fmt.Sprintf("zQ%03dx%s7Wv", n, strings.Repeat(string(rune('a'+n%26)), 3)+string(rune('B'+n%24))+"Kp9")
	p.canaries = append(p.canaries, Canary{position, value})
	return value
}

func (p *planter) email(position string) string {
	return p.plant(position) + "@mail.example.net"
}

type (
	object = map[string]any
	list   = []any
)

func header(name, value string) object { return object{"name": name, "value": value} }

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
func url64(s string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(s))
}

func deflated(s string) string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

func jsonText(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// HAR gives a capture with a planted value in every position and encoding that
// a HAR can hold one in, and the list of what was planted.
func HAR() ([]byte, []Canary) {
	p := &planter{}
	entries := list{p.urls(), p.headers(), p.form(), p.multipart(), p.jsonEntry(), p.tokens(), p.saml(), p.page(), p.vendor(), p.graph()}
	log := object{
		"version": "1.2",
		"creator": object{"name": "WebInspector", "version": "537.36", "comment": p.plant("creator comment")},
		"pages": list{object{
			"id": p.plant("page id"), "title": p.plant("page title"), "startedDateTime": "2026-03-01T10:00:00.000Z",
			"pageTimings": object{"onLoad": 1}, "comment": p.plant("page comment"),
		}},
		"entries": entries, "comment": p.plant("log comment"), "_custom": p.plant("log vendor field"),
	}
	return []byte(jsonText(object{"log": log})), p.canaries
}

func entry(method, address string, request, response object) object {
	req := object{"method": method, "url": address, "httpVersion": "http/2.0", "headers": list{}, "cookies": list{}, "queryString": list{}, "headersSize": -1, "bodySize": 0}
	for k, v := range request {
		req[k] = v
	}
	res := object{
		"status": 200, "statusText": "OK", "httpVersion": "http/2.0", "headers": list{}, "cookies": list{},
		"content": object{"size": 0, "mimeType": "text/html"}, "redirectURL": "", "headersSize": -1, "bodySize": 0,
	}
	for k, v := range response {
		res[k] = v
	}
	return object{
		"startedDateTime": "2026-03-01T10:00:00.000Z", "time": 5, "request": req, "response": res,
		"cache": object{}, "timings": object{"send": 0, "wait": 5, "receive": 0},
	}
}

func (p *planter) urls() object {
	address := "https://" + p.plant("userinfo name") + ":" + p.plant("userinfo password") + "@" +
		strings.ToLower(p.plant("host label")) + ".example.org/" + p.plant("path segment") + "/login;jsessionid=" + p.plant("matrix parameter") +
		"/" + url.PathEscape(p.email("e-mail in a path")) +
		"?state=" + p.plant("state") + "&code=" + p.plant("code") + "&" + p.plant("parameter name") + "=1" +
		"&unknown=" + p.plant("unknown parameter") + "&" + p.plant("bare parameter") +
		"&redirect_uri=" + url.QueryEscape("https://app.example.org/cb?sid="+p.plant("URL in a parameter")) +
		"&next=" + url.QueryEscape("/deep/"+url.QueryEscape(p.plant("path in a parameter, encoded twice"))) +
		"&scope=openid%20" + p.plant("scope word") + "&error_description=" + p.plant("error description") +
		"&login_hint=" + url.QueryEscape(p.email("login hint")) + "&response_type=" + p.plant("word parameter") +
		"&max_age=" + p.plant("number parameter") + "&ui_locales=" + p.plant("locale parameter") +
		"&claims=" + url.QueryEscape(jsonText(object{"userinfo": p.plant("JSON in a parameter")})) +
		"&state=" + p.plant("second state") + "&b=" + b64(p.plant("base64 in a parameter")) + "&h=" + hex.EncodeToString([]byte(p.plant("hex in a parameter"))) +
		"#access_token=" + p.plant("token in the fragment") + "&x=" + p.plant("unknown in the fragment")
	res := object{
		"status": 302, "redirectURL": "https://app.example.org/" + p.plant("redirectURL path") + "#" + p.plant("redirectURL fragment"),
		"statusText": p.plant("status text"), "_error": p.plant("response error"),
		"headers": list{
			header("Location", "/cb?code="+p.plant("code in Location")+"&id_token="+p.plant("token in Location")),
			header("Content-Location", "/"+p.plant("Content-Location")), header("Refresh", "0; url=/"+p.plant("Refresh")),
			header("Link", "</"+p.plant("Link")+">; rel=preload"),
		},
	}
	req := object{"queryString": list{header("state", p.plant("queryString value")), header(p.plant("queryString name"), "1")}}
	return entry("GET", address, req, res)
}

func (p *planter) headers() object {
	basic := b64("client:" + p.plant("basic credentials"))
	req := object{
		"headers": list{
			header("Authorization", "Basic "+basic), header("Proxy-Authorization", "Bearer "+p.plant("bearer")),
			header("X-Api-Key", p.plant("api key header")), header(p.plant("header name"), "1"),
			header("Cookie", p.plant("cookie name")+"="+p.plant("cookie value")+"; a=\""+p.plant("quoted cookie")+"\"; "+p.plant("cookie without a name")),
			header("Referer", "https://app.example.org/?code="+p.plant("code in Referer")), header("Origin", "https://"+strings.ToLower(p.plant("Origin"))+".example.org"),
			header("User-Agent", "Mozilla/5.0 "+p.plant("user agent")), header("Accept-Language", p.plant("accept language")),
			header("If-None-Match", p.plant("etag")), header("Host", strings.ToLower(p.plant("Host"))+".example.org"),
			header(":path", "/x?state="+p.plant("pseudo header path")), header("Accept", "text/html, "+p.plant("accept word")),
			header("X-Forwarded-For", p.plant("forwarded for")), header("Content-Type", "application/"+p.plant("content type")+"; boundary="+p.plant("boundary")),
		},
		"cookies": list{object{"name": p.plant("cookies[] name"), "value": p.plant("cookies[] value"), "path": "/" + p.plant("cookies[] path"), "domain": p.plant("cookies[] domain") + ".org"}},
		"method":  p.plant("method"), "httpVersion": p.plant("http version"), "comment": p.plant("request comment"),
	}
	res := object{
		"headers": list{
			header("Set-Cookie", p.plant("Set-Cookie name")+"="+p.plant("Set-Cookie value")+"; Path=/"+p.plant("Set-Cookie path")+"; Domain="+strings.ToLower(p.plant("Set-Cookie domain"))+".org; "+p.plant("Set-Cookie attribute")+"=1; Expires="+p.plant("Set-Cookie expires")+"; Max-Age="+p.plant("Set-Cookie max age")),
			header("Set-Cookie", "a=1; Secure\nfolded="+p.plant("folded Set-Cookie")),
			header("Content-Security-Policy", "script-src 'nonce-"+p.plant("CSP nonce")+"' https://"+strings.ToLower(p.plant("CSP host"))+".example.org; report-uri /"+p.plant("CSP report path")+"; referrer "+p.plant("CSP referrer")),
			header("WWW-Authenticate", `Bearer realm="`+p.plant("realm")+`", error_description="`+p.plant("challenge description")+`"`),
			header("Date", p.plant("date")), header("ETag", p.plant("response etag")), header("X-Request-Id", p.plant("request id")),
			header("Cache-Control", "no-store, "+p.plant("cache word")), header("Access-Control-Allow-Origin", "https://"+strings.ToLower(p.plant("ACAO"))+".example.org"),
			header("Server", p.plant("server")), header("Content-Length", p.plant("content length")),
		},
		"cookies": list{object{"name": "a", "value": p.plant("response cookies[] value"), "comment": p.plant("cookie comment")}},
	}
	return entry("GET", "https://app.example.org/", req, res)
}

func (p *planter) form() object {
	text := "grant_type=password&username=" + url.QueryEscape(p.email("form user")) + "&password=" + p.plant("form password") +
		"&client_secret=" + p.plant("form secret") + "&code_verifier=" + p.plant("form verifier") + "&" + p.plant("form name") + "=" + p.plant("form value") +
		"&refresh_token=" + p.plant("form refresh token") + "&other=" + url.QueryEscape(url.QueryEscape(p.plant("form, encoded twice")+"&"))
	req := object{"postData": object{
		"mimeType": "application/x-www-form-urlencoded", "text": text, "comment": p.plant("postData comment"),
		"params": list{header("client_secret", p.plant("params that disagree")), header(p.plant("params name"), "1")},
	}}
	return entry("POST", "https://app.example.org/oauth/token", req, object{})
}

func (p *planter) multipart() object {
	text := "--XX\r\nContent-Disposition: form-data; name=\"state\"\r\n\r\n" + p.plant("multipart value") + "\r\n" +
		"--XX\r\nContent-Disposition: form-data; name=\"" + p.plant("multipart name") + "\"\r\n\r\n1\r\n" +
		"--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + p.plant("multipart file name") + "\"\r\n\r\n" + p.plant("multipart file") + "\r\n--XX--\r\n"
	req := object{"postData": object{"mimeType": "multipart/form-data; boundary=XX", "text": b64(text), "encoding": "base64"}}
	return entry("POST", "https://app.example.org/", req, object{})
}

func (p *planter) jsonEntry() object {
	body := object{
		"access_token": p.plant("JSON access token"), p.plant("JSON name"): p.plant("JSON value"), "email": p.email("JSON e-mail"),
		"attributes": list{object{"handle": p.plant("attribute handle"), "name": p.plant("attribute name"), "value": p.plant("attribute value")}},
		"nested":     jsonText(object{"deep": jsonText(object{"code": p.plant("JSON in a string, twice")})}),
		"url":        "https://app.example.org/?token=" + p.plant("URL in JSON"), "error_description": p.plant("JSON error description"),
		"list": list{p.plant("JSON list"), list{list{p.plant("JSON deep list")}}}, "esc": "\u003c" + p.plant("escaped JSON"),
	}
	req := object{"postData": object{"mimeType": "application/json", "text": jsonText(object{"password": p.plant("JSON request password"), "code": p.plant("JSON request code")})}}
	res := object{"content": object{"size": 10, "mimeType": "application/json", "text": b64(jsonText(body)), "encoding": "base64", "comment": p.plant("content comment")}}
	return entry("POST", "https://app.example.org/api", req, res)
}

func (p *planter) tokens() object {
	claims := object{
		"iss": "https://" + strings.ToLower(p.plant("JWT issuer")) + ".example.org/x", "sub": p.plant("JWT subject"), "aud": p.plant("JWT audience"), "name": p.plant("JWT name"),
		"email": p.email("JWT e-mail"), "nonce": p.plant("JWT nonce"), "exp": 1772359200, p.plant("JWT claim name"): p.plant("JWT claim"), "jti": p.plant("JWT id"),
	}
	jwt := url64(jsonText(object{"alg": "RS256", "kid": p.plant("JWT key id"), "x": p.plant("JWT header")})) + "." + url64(jsonText(claims)) + "." + url64(p.plant("JWT signature"))
	other := url64(jsonText(object{"alg": "none"})) + "." + url64(jsonText(object{"sub": p.plant("JWT in a query")})) + "."
	res := object{"content": object{"size": 10, "mimeType": "application/json", "text": jsonText(object{"id_token": jwt, "token_type": "Bearer", "expires_in": 300})}}
	return entry("GET", "https://app.example.org/cb?id_token="+other+"&request="+other, object{}, res)
}

func (p *planter) saml() object {
	response := `<samlp:Response ID="` + p.plant("SAML id") + `" InResponseTo="` + p.plant("SAML InResponseTo") + `" Destination="https://app.example.org/` + p.plant("SAML destination") +
		`"><Issuer>` + p.plant("SAML issuer") + `</Issuer><Status><StatusCode Value="` + p.plant("SAML status") + `"/><StatusMessage>` + p.plant("SAML status message") +
		`</StatusMessage></Status><Assertion><Subject><NameID>` + p.plant("SAML NameID") + `</NameID></Subject><AttributeStatement><Attribute Name="` + p.plant("SAML attribute name") +
		`"><AttributeValue>` + p.plant("SAML attribute value") + `</AttributeValue></Attribute></AttributeStatement></Assertion><!-- ` + p.plant("SAML comment") + ` --></samlp:Response>`
	request := `<AuthnRequest ID="` + p.plant("AuthnRequest id") + `"><Issuer>` + p.plant("AuthnRequest issuer") + `</Issuer></AuthnRequest>`
	form := "SAMLResponse=" + url.QueryEscape(b64(response)) + "&RelayState=" + p.plant("RelayState")
	address := "https://idp.example.org/saml?SAMLRequest=" + url.QueryEscape(deflated(request)) + "&SAMLart=" + p.plant("SAML artifact") + "&Signature=" + p.plant("SAML signature") + "&SigAlg=" + p.plant("SigAlg")
	return entry("POST", address, object{"postData": object{"mimeType": "application/x-www-form-urlencoded", "text": form}}, object{})
}

func (p *planter) page() object {
	page := `<html><title>` + p.plant("HTML title") + `</title><body>Hello ` + p.plant("HTML text") + `<form action="/` + p.plant("form action") + `"><input name="code" value="` + p.plant("hidden input") +
		`"><input name="` + p.plant("input name") + `"></form><script>var client_secret="` + p.plant("script") + `";</script><!--` + p.plant("HTML comment") + `--><meta http-equiv="refresh" content="0;url=/` + p.plant("meta refresh") +
		`"><p>&#x61;` + p.plant("entity") + `</p></body></html>`
	res := object{"content": object{"size": len(page), "mimeType": "text/html", "text": page, "_file": p.plant("attached file name")}, "_transferSize": p.plant("vendor number")}
	return entry("GET", "https://app.example.org/page", object{}, res)
}

func (p *planter) vendor() object {
	e := entry("GET", "wss://app.example.org/socket", object{}, object{"status": 101})
	e["_initiator"] = object{"type": "script", "url": "https://app.example.org/?x=" + p.plant("initiator URL"), "stack": object{"callFrames": list{object{"url": p.plant("initiator stack")}}}}
	e["_webSocketMessages"] = list{object{"type": "send", "time": 1, "opcode": 1, "data": p.plant("WebSocket sent")}, object{"type": "receive", "data": p.plant("WebSocket received")}}
	e["_eventSourceMessages"] = list{object{"eventName": "m", "data": p.plant("EventSource")}}
	e["comment"], e["_vendor"], e["connection"], e["serverIPAddress"] = p.plant("entry comment"), object{"deep": list{p.plant("vendor object")}}, p.plant("connection"), p.plant("server address")
	e["cache"] = object{"beforeRequest": object{"eTag": p.plant("cache eTag"), "comment": p.plant("cache comment")}}
	e["_resourceType"], e["pageref"], e["_priority"] = p.plant("resource type"), p.plant("page reference"), p.plant("priority")
	e["startedDateTime"] = p.plant("started")
	return e
}

// graph plants values in bodies of other types.
func (p *planter) graph() object {
	req := object{"postData": object{"mimeType": "text/xml", "text": "<a>" + p.plant("XML request") + "</a>"}}
	res := object{"content": object{"size": 9, "mimeType": "text/javascript", "text": "var t='" + p.plant("script file") + "'"}}
	return entry("POST", "data:text/html,"+p.plant("data URL"), req, res)
}
