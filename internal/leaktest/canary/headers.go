package canary

import (
	"net/url"
	"strings"
)

// requestHeaders plants in the headers of requests and in what stands beside them.
func (p *planter) requestHeaders() list {
	h := func(name, value string) object {
		return entry("GET", app, object{"headers": list{pair(name, value)}}, nil)
	}
	out := list{
		h("Authorization", "Basic "+b64("client:"+p.any("Basic password"))),
		h("Authorization", "Basic "+b64(p.any("Basic user")+":x")),
		h("Authorization", "Bearer "+p.any("bearer token")),
		h("authorization", "bearer "+p.any("bearer token in small letters")),
		h("Proxy-Authorization", "Bearer "+p.any("proxy token")),
		h("Authorization", p.any("authorization scheme")+" abc"),
		h("Authorization", `Digest username="`+p.any("Digest user")+`", realm="`+p.any("Digest realm")+`", nonce="`+p.any("Digest nonce")+`", response="`+p.any("Digest response")+`", uri="/`+p.any("Digest address")+`"`),
		h("Authorization", "SSWS "+p.any("API token of Okta")),
		h("Authorization", "Negotiate "+b64(p.any("Negotiate token"))),
		h("DPoP", b64url(`{"typ":"dpop+jwt"}`)+"."+b64url(text(object{"jti": p.any("DPoP proof")}))+".c2ln"),
		h("X-Api-Key", p.any("API key")), h("X-Amz-Security-Token", p.any("AWS token")), h("X-CSRF-Token", p.any("CSRF header")),
		h(p.any("header name"), "1"), h("X-"+p.any("name of an X- header"), "1"),
		h("Referer", app+"?code="+p.any("code in Referer")+"&state="+p.any("state in Referer")+"#"+p.any("fragment in Referer")),
		h("Referer", "https://"+p.lower("host in Referer")+".example.org/"+p.any("path in Referer")),
		h("Origin", "https://"+p.lower("host in Origin")+".example.org"),
		h("Host", p.lower("Host")+".example.org"), h(":authority", p.lower(":authority")+".example.org"),
		h(":path", "/"+p.any("path in :path")+"?state="+p.any("state in :path")),
		h(":method", p.any(":method")), h(":scheme", p.any(":scheme")),
		h("User-Agent", "Mozilla/5.0 ("+p.any("comment of User-Agent")+") "+p.any("product of User-Agent")+"/1.0 Chrome/"+p.any("version of User-Agent")),
		h("Accept", "text/html, "+p.any("word of Accept")), h("Accept-Language", "en-US,"+p.any("word of Accept-Language")+";q=0.9"),
		h("Accept-Encoding", p.any("Accept-Encoding")), h("Cache-Control", "no-cache, "+p.any("word of Cache-Control")),
		h("If-None-Match", `"`+p.any("If-None-Match")+`"`), h("If-Modified-Since", p.any("date that is none")),
		h("If-Modified-Since", "Sun, 01 Mar 2026 10:00:00 "+p.any("zone of a date")),
		h("X-Forwarded-For", p.address("X-Forwarded-For")), h("Forwarded", "for="+p.address("Forwarded")+";host="+p.any("host in Forwarded")),
		h("X-Real-IP", p.address("X-Real-IP")), h("From", p.email("From")), h("Via", "1.1 "+p.any("Via")), h("X-Request-Id", p.any("request id")),
		h("Content-Type", "application/"+p.any("subtype of Content-Type")), h("Content-Type", "text/html; charset="+p.any("charset")),
		h("Content-Type", "multipart/form-data; boundary="+p.any("boundary")), h("Content-Length", string(p.digits("Content-Length"))),
		h("Sec-Fetch-Site", p.any("Sec-Fetch-Site")), h("Sec-CH-UA", `"`+p.any("Sec-CH-UA")+`";v="1"`), h("Sec-WebSocket-Key", p.any("Sec-WebSocket-Key")),
		h("Sec-WebSocket-Protocol", p.any("Sec-WebSocket-Protocol")), h("X-Requested-With", p.any("X-Requested-With")), h("Priority", "u=1, "+p.any("Priority")),
		h("Access-Control-Request-Headers", "authorization,"+p.any("name in Access-Control-Request-Headers")),
		h("traceparent", "00-"+p.any("traceparent")+"-01"), h("baggage", "user="+p.any("baggage")), h("Upgrade", p.any("Upgrade")),
		h("SOAPAction", `"urn:`+p.any("SOAPAction")+`"`), h("Range", "bytes=0-"+string(p.digits("Range"))), h("Keep-Alive", "timeout="+p.any("Keep-Alive")),
		h("Referer", "android-app://"+p.any("Referer of an app")), h("Cookie2", p.any("Cookie2")),
		h("  Authorization ", "Bearer "+p.any("header name with blanks")), h("Author\u0131zation", p.any("header name with a strange letter")),
	}
	odd := entry(p.any("method"), app, object{
		"httpVersion": p.any("HTTP version"), "comment": p.any("request comment"), "_vendor": p.any("request vendor field"),
		"headers": list{object{"name": "Accept", "value": "*/*", "comment": p.any("header comment"), "_raw": p.any("header vendor field")}},
	}, nil)
	asObject := entry("GET", app, object{"headers": object{"Authorization": "Bearer " + p.any("headers as an object"), p.any("name in headers as an object"): "1"}}, nil)
	return append(out, odd, asObject)
}

// responseHeaders plants in the headers of responses and in what stands beside them.
func (p *planter) responseHeaders() list {
	h := func(name, value string) object {
		return entry("GET", app, nil, object{"headers": list{pair(name, value)}})
	}
	out := list{
		h("Location", "/cb?code="+p.any("code in Location")+"&state="+p.any("state in Location")+"#id_token="+p.any("token in Location")),
		h("Location", "https://u:"+p.any("password in Location")+"@"+p.lower("host in Location")+".example.org/"+p.any("path in Location")),
		h("Content-Location", "/"+p.any("Content-Location")), h("Refresh", "0; url=/"+p.any("path in Refresh")+"?t="+p.any("parameter in Refresh")),
		h("Refresh", p.any("seconds of Refresh")+";url=/"), h("Link", "</"+p.any("path in Link")+">; rel=preload; title="+p.any("title in Link")),
		h("Link", "<https://"+p.lower("host in Link")+".example.org/>; rel="+p.any("rel in Link")),
		h("SourceMap", "/"+p.any("SourceMap")), h("X-SourceMap", "/"+p.any("X-SourceMap")),
		h("Access-Control-Allow-Origin", "https://"+p.lower("Access-Control-Allow-Origin")+".example.org"),
		h("Access-Control-Expose-Headers", p.any("Access-Control-Expose-Headers")), h("Access-Control-Allow-Headers", "authorization, "+p.any("Access-Control-Allow-Headers")),
		h("Content-Security-Policy", "script-src 'nonce-"+p.any("nonce of a CSP")+"' 'sha256-"+p.any("hash of a CSP")+"' https://"+p.lower("host of a CSP")+".example.org/"+p.any("path of a CSP")),
		h("Content-Security-Policy", "report-uri /csp?k="+p.any("report-uri of a CSP")+"; report-to "+p.any("report-to of a CSP")+"; "+p.any("directive of a CSP")+" 'self'"),
		h("Content-Security-Policy-Report-Only", "default-src "+p.any("source of a CSP")+".example.org 'self'; sandbox "+p.any("flag of a CSP")),
		h("Report-To", text(object{"group": p.any("Report-To")})), h("NEL", text(object{"report_to": p.any("NEL")})), h("Expect-CT", "report-uri="+p.any("Expect-CT")),
		h("WWW-Authenticate", `Bearer realm="`+p.any("realm")+`", error="`+p.any("error of a challenge")+`", error_description="`+p.any("description of a challenge")+`", scope="`+p.any("scope of a challenge")+`"`),
		h("WWW-Authenticate", `Digest realm="a", nonce="`+p.any("nonce of a challenge")+`", opaque="`+p.any("opaque of a challenge")+`"`), h("WWW-Authenticate", p.any("scheme of a challenge")),
		h("Authentication-Info", "nextnonce="+p.any("Authentication-Info")), h("DPoP-Nonce", p.any("DPoP-Nonce")),
		h("Date", p.any("Date")), h("Last-Modified", "Sun, 01 Mar 2026 10:00:00 GMT "+p.any("text behind a date")), h("Expires", p.any("Expires")),
		h("ETag", `W/"`+p.any("ETag")+`"`), h("Server", "nginx/"+p.any("Server")), h("X-Powered-By", p.any("X-Powered-By")), h("Server-Timing", "db;desc="+p.any("Server-Timing")),
		h("Content-Disposition", `attachment; filename="`+p.any("Content-Disposition")+`.pdf"`), h("Content-Language", p.any("Content-Language")), h("Content-Encoding", p.any("Content-Encoding")),
		h("Age", string(p.digits("Age"))), h("Retry-After", p.any("Retry-After")), h("Strict-Transport-Security", "max-age="+p.any("Strict-Transport-Security")),
		h("X-Frame-Options", "ALLOW-FROM https://"+p.lower("X-Frame-Options")+".example.org"), h("Permissions-Policy", "geolocation=("+p.any("Permissions-Policy")+")"),
		h("Vary", "Accept, "+p.any("Vary")), h("Allow", "GET, "+p.any("Allow")), h("Alt-Svc", `h3="`+p.any("Alt-Svc")+`:443"`), h("CF-Ray", p.any("CF-Ray")), h("Set-Login", p.any("Set-Login")),
		h("Clear-Site-Data", `"`+p.any("Clear-Site-Data")+`"`), h("Transfer-Encoding", p.any("Transfer-Encoding")), h("Trailer", p.any("Trailer")), h(p.any("response header name"), "x"),
	}
	odd := entry("GET", app, nil, object{
		"statusText": p.any("status text"), "httpVersion": p.any("response HTTP version"), "comment": p.any("response comment"), "_error": "net::" + p.any("_error"),
		"_failureText": p.any("_failureText"), "_vendor": p.any("response vendor field"),
		"redirectURL": "https://" + p.lower("host in redirectURL") + ".example.org/" + p.any("path in redirectURL") + "?x=" + p.any("query in redirectURL") + "#" + p.any("fragment in redirectURL"),
		"content":     object{"size": 1, "mimeType": "text/" + p.any("subtype of mimeType") + "; charset=" + p.any("parameter of mimeType"), "comment": p.any("content comment"), "_file": p.any("content file") + ".html", "_x": p.any("content vendor field")},
	})
	return append(out, odd)
}

// cookies plants in both forms of cookies and in every attribute.
func (p *planter) cookies() list {
	sent := func(v string) object { return entry("GET", app, object{"headers": list{pair("Cookie", v)}}, nil) }
	set := func(v string) object { return entry("GET", app, nil, object{"headers": list{pair("Set-Cookie", v)}}) }
	listed := func(of string, c object) object {
		if of == "request" {
			return entry("GET", app, object{"cookies": list{c}}, nil)
		}
		return entry("GET", app, nil, object{"cookies": list{c}})
	}
	cookie := func(of string) object {
		return object{
			"name": p.any(of + " cookies[] name"), "value": p.any(of + " cookies[] value"), "path": "/" + p.any(of+" cookies[] path"), "domain": p.lower(of+" cookies[] domain") + ".example.org",
			"expires": p.any(of + " cookies[] expires"), "sameSite": p.any(of + " cookies[] sameSite"), "comment": p.any(of + " cookies[] comment"), "httpOnly": p.any(of + " cookies[] httpOnly"),
			"secure": p.any(of + " cookies[] secure"), "_x": p.any(of + " cookies[] vendor field"),
		}
	}
	return list{
		sent(p.any("cookie name") + "=" + p.any("cookie value") + "; a=b"), sent(`a="` + p.any("quoted cookie") + `"; ` + p.any("cookie without a name")),
		sent("a.b(c)*=" + p.any("cookie whose name has marks") + "; __Host-" + p.any("name behind __Host-") + "=1"), sent("a=" + url.QueryEscape(text(object{"jwt": p.any("JSON in a cookie")}))),
		sent("~name." + p.base32("cookie name that looks redacted") + "=~cookie." + p.base32("cookie that looks redacted")), sent("s%3A" + p.any("signed cookie") + "." + p.any("signature of a cookie")), sent(strings.Repeat("a=b; ", 30) + "z=" + p.any("last of many cookies")), sent("$Version=1; a=" + p.any("cookie of RFC 2109") + "; $Path=/" + p.any("$Path")),
		set(p.any("Set-Cookie name") + "=" + p.any("Set-Cookie value") + "; Path=/" + p.any("Path") + "; Domain=" + p.lower("Domain") + ".example.org"),
		set("a=b; " + p.any("attribute name") + "=1; Foo=" + p.any("attribute value") + "; " + p.any("attribute without a value")), set("a=b; Expires=" + p.any("Expires of a cookie") + "; Max-Age=" + p.any("Max-Age") + "; SameSite=" + p.any("SameSite") + "; Priority=" + p.any("Priority of a cookie")),
		set("a=b; Secure=" + p.any("value of Secure") + "; HttpOnly=" + p.any("value of HttpOnly") + "; Partitioned=" + p.any("value of Partitioned")),
		set("a=1; Secure\nfolded=" + p.any("folded Set-Cookie") + "\nthird=" + p.any("third folded Set-Cookie")), set("a=1, joined=" + p.any("joined Set-Cookie")), set(p.any("Set-Cookie without a name")),
		set("a=b; Max-Age=" + string(p.digits("Max-Age as a number")) + "; Expires=Sun, 01-Mar-2026 10:00:00 " + p.any("zone of Expires")),
		listed("request", cookie("request")), listed("response", cookie("response")),
		entry("GET", app, object{"cookies": object{"sid": p.any("cookies as an object"), p.any("name in cookies as an object"): "1"}}, nil),
	}
}
