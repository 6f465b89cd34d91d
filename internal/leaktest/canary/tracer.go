package canary

import (
	"math/rand/v2"
	"net/url"
)

// AttachedZip gives a zip as Playwright writes it, with bodies in files of their
// own, as its JSON; values are planted in these.
func AttachedZip(seed uint64) Capture {
	p := &planter{rng: rand.New(rand.NewPCG(seed, 0x7a69700000000000))}
	attached := func(mime, name string) object {
		return entry("GET", app, nil, object{"content": object{"size": 99, "mimeType": mime, "_file": name}})
	}
	digest := func() string { return p.from(lowerHex, 40) } // as Playwright names them
	page, answer, form := digest()+".html", digest()+".json", digest()+".json"
	files := []zippedFile{
		{page, []byte("<title>" + p.any("title of an attached page") + "</title><p>" + p.email("text of an attached page") + "</p>")},
		{answer, encode(object{"access_token": p.any("token in an attached body"), p.any("name in an attached body"): p.jwt("JWT in an attached body")})},
		{"notes/" + p.any("name of a file in a zip") + ".txt", []byte(p.any("file that no entry names"))},
	}
	sent := entry("POST", app, object{"postData": object{"mimeType": "application/json", "_file": form}}, nil)
	files = append(files, zippedFile{form, encode(object{"password": p.any("password in an attached body")})})
	log := object{"version": "1.2", "entries": list{attached("text/html", page), attached("application/json", answer), attached("text/plain", "../"+p.any("path of an attached body")), sent}}
	files = append([]zippedFile{{"har.har", encode(object{"log": log})}}, files...)
	return Capture{JSON: zipped(files...), Canaries: p.canaries}
}

// SAMLTracer gives an export of SAML-tracer with planted values: a list of
// requests with headers, parameters, the form as it was sent, and the message as
// the extension decoded it.
func SAMLTracer(seed uint64) Capture {
	p := &planter{rng: rand.New(rand.NewPCG(seed, 0x7472616365720000))}
	esc := url.QueryEscape
	idp := "https://idp.example.org/sso"
	message := p.request("decoded AuthnRequest")
	sent := object{
		"method": "GET", "url": idp + "?SAMLRequest=" + esc(b64(deflated(p.request("AuthnRequest of a trace")))) + "&RelayState=" + p.any("RelayState of a trace"),
		"requestId": p.digits("request id of a trace"), "protocol": "SAML-P", "saml": message,
		"get":            list{list{"SAMLRequest", b64(deflated(p.request("AuthnRequest of the list")))}, list{p.any("name in get"), p.any("value in get")}},
		"requestHeaders": list{pair("Cookie", "sid="+p.any("cookie of a trace")), pair("X-Trace", p.any("header of a trace")), pair(p.any("header name of a trace"), "1")},
		"responseStatus": 302, "responseStatusText": "HTTP/1.1 302 " + p.any("status text of a trace"),
		"responseHeaders": list{pair("Location", app+"?code="+p.any("Location of a trace")), pair("Set-Cookie", "a="+p.any("Set-Cookie of a trace")), object{"name": "X-Raw", "binaryValue": list{1, p.digits("binary header of a trace")}}},
	}
	posted := object{
		"method": "POST", "url": app + "acs/" + p.any("path of a trace"), "requestId": "2", "protocol": "SAML-P", "saml": p.response("decoded Response"), "samlArt": p.any("artifact of a trace"),
		"post":           list{list{"SAMLResponse", b64(p.response("Response of a trace"))}, list{"RelayState", p.any("RelayState in post")}, list{p.any("name in post"), p.any("value in post")}},
		"postData":       list{list{"raw", p.any("raw post data")}},
		"requestHeaders": list{}, "responseHeaders": list{}, "responseStatus": p.digits("status of a trace"), "responseStatusText": p.any("status text alone"), "_x": p.any("other member of a trace"),
	}
	federation := object{
		"method": "POST", "url": app, "protocol": "WS-Fed", "saml": "<Assertion><NameID>" + p.email("decoded wresult") + "</NameID></Assertion>", "requestHeaders": list{}, "responseHeaders": list{},
		"post": list{list{"wa", "wsignin1.0"}, list{"wresult", "<Assertion><NameID>" + p.email("wresult of a trace") + "</NameID></Assertion>"}}, "responseStatus": 200,
	}
	doc := object{"requests": list{sent, posted, federation, p.any("text among the requests")}, "timestamp": p.any("time of a trace"), "filters": object{"hide": p.any("filter of a trace")}}
	return Capture{JSON: encode(doc), Canaries: p.canaries}
}
