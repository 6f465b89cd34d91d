package canary

import "net/url"

// numbers plants digits in every place of a number.
func (p *planter) numbers() list {
	e := entry("GET", app, object{"bodySize": p.digits("request bodySize"), "headersSize": p.digits("request headersSize")}, object{
		"status": p.digits("status"), "bodySize": p.digits("response bodySize"), "headersSize": p.digits("response headersSize"), "_transferSize": p.digits("_transferSize"),
		"content": object{"size": p.digits("content size"), "compression": p.digits("content compression"), "mimeType": "image/png"},
	})
	e["time"] = p.digits("time")
	for _, name := range []string{"blocked", "dns", "connect", "ssl", "send", "wait", "receive"} {
		if e["timings"] = mapOf(e["timings"]); name != "" {
			e["timings"].(object)[name] = p.digits("timing " + name)
		}
	}
	fraction := get(app)
	fraction["time"] = number("12." + string(p.digits("fraction of time")))
	fraction["timings"] = object{"send": 0, "wait": number("1." + string(p.digits("fraction of a timing"))), "receive": 0}
	negative := get(app)
	negative["time"], negative["startedDateTime"] = number("-"+string(p.digits("negative time"))), p.digits("started as a number")
	quoted := entry("GET", app, object{"bodySize": string(p.digits("size in a string"))}, object{"status": string(p.digits("status in a string"))})
	ids := answered(app, "application/json", text(object{
		"id": p.digits("id as a number"), "phone": number(p.plant("telephone as a number", "1555"+p.from(decimal, 7), true)), "ssn": number(p.plant("SSN as a number", p.from("12345678", 9), true)), "level_of_assurance": p.digits("level_of_assurance"),
		"iat": p.digits("iat"), "auth_time": p.digits("auth_time"), "status": p.digits("status in JSON"), "interval": p.digits("interval"), "zip": number(p.plant("postal code as a number", "9"+p.from(decimal, 4)+"1234", true)),
	}))
	return list{e, fraction, negative, quoted, ids}
}

func mapOf(v any) object {
	if m, ok := v.(object); ok {
		return m
	}
	return object{}
}

// people plants the shapes of personal data in the places where they occur.
func (p *planter) people() list {
	places := []struct {
		name string
		of   func(string) object
	}{
		{"query", func(s string) object { return get(app + "?email=" + url.QueryEscape(s)) }},
		{"unknown parameter", func(s string) object { return get(app + "?u=" + url.QueryEscape(s)) }},
		{"state", func(s string) object { return get(app + "?state=" + url.QueryEscape(s)) }},
		{"path", func(s string) object { return get(app + "users/" + url.PathEscape(s)) }},
		{"form", func(s string) object { return posted(app, formType, "login_hint="+url.QueryEscape(s)) }},
		{"cookie", func(s string) object {
			return entry("GET", app, object{"headers": list{pair("Cookie", "user="+url.QueryEscape(s))}}, nil)
		}},
		{"header", func(s string) object {
			return entry("GET", app, object{"headers": list{pair("X-User", s), pair("From", s)}}, nil)
		}},
		{"JSON", func(s string) object {
			return answered(app, "application/json", text(object{"value": s, "x": list{s}}))
		}},
		{"JSON name", func(s string) object { return answered(app, "application/json", text(object{s: 1})) }},
		{"claim", func(s string) object {
			return answered(app, "application/json", text(object{"id_token": b64url(`{"alg":"none"}`) + "." + b64url(text(object{"sub": s, "name": s})) + "."}))
		}},
		{"SAML attribute", func(s string) object {
			return posted(app, formType, "SAMLResponse="+url.QueryEscape(b64(`<Response ID="a"><AttributeValue>`+s+`</AttributeValue></Response>`)))
		}},
		{"page", func(s string) object { return answered(app, "text/html", "<p>Hello "+s+"</p>") }},
		{"error description", func(s string) object { return get(app + "?error_description=" + url.QueryEscape(s)) }},
		{"Referer", func(s string) object {
			return entry("GET", app, object{"headers": list{pair("Referer", app+"?u="+url.QueryEscape(s))}}, nil)
		}},
	}
	var out list
	for _, place := range places {
		for i, shape := range p.shapes() {
			out = append(out, place.of(shape(shapeNames[i]+" in "+place.name)))
		}
	}
	return out
}

// oddities plants in entries that are not what a HAR says: values of another
// type, members twice, text where an object belongs.
func (p *planter) oddities() list {
	twice := raw(`{"startedDateTime":"2026-03-01T10:00:00Z","comment":"` + p.any("first of two comments") + `","comment":"` + p.any("second of two comments") + `","request":{"method":"GET","url":"` + app + `?a=` + p.any("first of two addresses") + `","url":"` + app + `?a=` + p.any("second of two addresses") +
		`","headers":[{"name":"Referer","value":"` + p.any("first of two header values") + `","value":"` + p.any("second of two header values") + `"}]},"request":{"method":"GET","url":"` + app + `?b=` + p.any("address of a second request") + `"},"response":{"status":200}}`)
	escapes := raw(`{"request":{"method":"GET","url":"https:\/\/app.example.org\/?state=` + escaped(p.any("address split by escapes")) + `","` + escaped(p.any("member name split by escapes")) + `":1},"response":{"status":200,"content":{"mimeType":"text\/html","text":"` + escaped("<p>"+p.any("page split by escapes")+"</p>") + `"}}}`)
	types := entry("GET", app, object{
		"url": list{p.any("address in a list")}, "method": object{"name": p.any("method in an object")}, "queryString": p.any("queryString as text"), "postData": p.any("postData as text"),
	}, object{"content": p.any("content as text"), "redirectURL": object{"url": p.any("redirectURL in an object")}, "cookies": p.any("cookies as text")})
	numbers := entry("GET", app, object{"url": p.digits("address as a number"), "headers": list{object{"name": "Referer", "value": p.digits("header as a number")}}, "cookies": list{object{"name": p.digits("cookie name as a number"), "value": true}}}, nil)
	return list{twice, escapes, types, numbers}
}

// raw is JSON as it stands.
type raw string

// MarshalJSON implements json.Marshaler. The encoder would compact its bytes
// anyway; duplicate members stay.
func (r raw) MarshalJSON() ([]byte, error) { return []byte(r), nil }
