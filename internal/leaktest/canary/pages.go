package canary

import "encoding/binary"

// pages plants in the parts of HTML pages.
func (p *planter) pages() list {
	page := func(s string) object {
		return answered(app, "text/html; charset=utf-8", "<!doctype html><html>"+s+"</html>")
	}
	return list{
		page("<title>" + p.any("title of a page") + "</title><p>" + p.any("text of a page") + "</p>"), page("<!-- " + p.any("comment of a page") + " -->"), page("<p title='" + p.any("title attribute") + "' data-x='" + p.any("data attribute") + "' " + p.any("attribute of a page") + "></p>"),
		page(`<form action="/` + p.any("form action") + `" name="` + p.any("form name attribute") + `"><input name="` + p.any("input name") + `" value="` + p.any("input value") + `"><input type=hidden name=code value=` + p.any("hidden input") + `><textarea>` + p.any("textarea") + `</textarea><select><option value="` + p.any("option value") + `">` + p.any("option") + `</select></form>`),
		page(`<script>var client_secret = "` + p.any("secret in a script") + `";</script>`), page(`<script type="application/json">` + text(object{"state": p.any("JSON in a script")}) + `</script>`), page(`<script>window.x = JSON.parse("{\"a\":\"` + p.any("JSON string in a script") + `\"}")</script>`),
		page(`<meta http-equiv="refresh" content="0;url=/` + p.any("path of a meta refresh") + `?t=` + p.any("parameter of a meta refresh") + `">`), page(`<meta name="csrf-token" content="` + p.any("meta content") + `">`), page(`<a href="/` + p.any("path of a link") + `">` + p.any("text of a link") + `</a><a href="mailto:` + p.email("mailto link") + `">x</a>`),
		page(`<p>` + entities(p.any("text in entities")) + `</p>`), page(`<template>` + p.any("template") + `</template><noscript>` + p.any("noscript") + `</noscript><style>a{content:"` + p.any("style") + `"}</style>`), page(`<img src="data:image/png;base64,` + b64(p.any("data address in a page")) + `">`),
		page(`<iframe srcdoc="` + entities("<p>"+p.any("srcdoc")+"</p>") + `"></iframe>`), page(`<button>` + p.any("button") + `</button><input type=submit value="` + p.any("submit button") + `">`), page(`<pre>Traceback (most recent call last)` + "\n" + p.any("stack trace") + `</pre><p>error: access_denied ` + p.any("text beside an error code") + `</p>`),
		page(`<svg><text>` + p.any("text of an SVG") + `</text></svg><` + p.any("element name") + `>`), page(`<html lang="` + p.any("lang") + `"><base href="https://` + p.lower("host of base") + `.example.org/">`), page(`<p>` + p.any("page cut in a tag") + `</p><input value="`),
		entry("GET", app, nil, object{"content": object{"size": 9, "mimeType": "text/html", "text": b64("<p>" + p.any("page in base64") + "</p>"), "encoding": "base64"}}), entry("GET", app, nil, object{"content": object{"size": 9, "mimeType": "text/html", "text": b64(utf16Of("<p>"+p.any("page in UTF-16")+"</p>", binary.LittleEndian)), "encoding": "base64"}}),
		entry("GET", app, nil, object{"content": object{"size": 9, "mimeType": "text/html", "text": b64(gzipped("<p>" + p.any("page by gzip") + "</p>")), "encoding": "base64"}}), answered(app, "", "<html><p>"+p.any("page without a type")+"</p></html>"), answered(app, "application/xhtml+xml", `<html xmlns="http://www.w3.org/1999/xhtml"><p>`+p.any("XHTML")+`</p></html>`),
	}
}

// texts plants in bodies of other types.
func (p *planter) texts() list {
	return list{
		answered(app, "text/javascript", "var t='"+p.any("script file")+"'//# sourceMappingURL="+p.any("source map address")), answered(app, "text/css", "a{background:url(/"+p.any("style sheet")+")}"), answered(app, "text/plain", p.any("plain text")), answered(app, "text/csv", "a,b\n"+p.any("CSV")+",1\n"),
		answered(app, "text/xml", "<a b='"+p.any("XML attribute")+"'>"+p.any("XML text")+"</a>"), posted(app, "application/xml", "<a><![CDATA["+p.any("XML request")+"]]></a>"), answered(app, "image/svg+xml", "<svg><title>"+p.any("SVG")+"</title></svg>"), answered(app, "application/pdf", "%PDF-1.4 ("+p.any("PDF")+") Tj"),
		entry("GET", app, nil, object{"content": object{"size": 9, "mimeType": "image/png", "text": b64("\x89PNG\r\n\x1a\n\x00\x00\x00\x20tEXtkey\x00" + p.any("picture text")), "encoding": "base64"}}), posted(app, "application/octet-stream", "\x00\x01"+p.any("binary request")), answered(app, "application/x-"+p.any("unknown type"), p.any("body of an unknown type")),
		posted(app, "application/x-protobuf", "\n\x10"+p.any("protobuf")), answered(app, "text/event-stream", "id: "+p.any("event id")+"\ndata: "+p.any("event data")+"\n\n"), answered(app, "application/manifest+json", text(object{"start_url": "/?u=" + p.any("manifest")})),
		entry("GET", app, nil, object{"content": object{"size": 9, "mimeType": "application/json", "encoding": "base64", "text": "!" + p.any("base64 that is none")}}), entry("GET", app, nil, object{"content": object{"size": 9, "mimeType": "text/plain", "encoding": p.any("encoding"), "text": "x"}}),
	}
}

// streams plants in messages of WebSockets and event streams.
func (p *planter) streams() list {
	socket := entry("GET", "wss://app.example.org/socket?t="+p.any("WebSocket address"), nil, object{"status": 101})
	socket["_webSocketMessages"] = list{
		object{"type": "send", "time": 1772359200.1, "opcode": 1, "data": p.any("WebSocket sent")}, object{"type": "receive", "time": p.digits("WebSocket time"), "opcode": 1, "data": text(object{"token": p.any("WebSocket received")})},
		object{"type": "receive", "opcode": 2, "data": b64(p.any("binary WebSocket message"))}, object{"type": p.any("WebSocket type"), "opcode": p.digits("WebSocket opcode"), "_x": p.any("WebSocket vendor field")},
	}
	events := entry("GET", app+"events", object{"headers": list{pair("Last-Event-ID", p.any("Last-Event-ID"))}}, nil)
	events["_eventSourceMessages"] = list{object{"time": 1, "eventName": p.any("EventSource name"), "eventId": p.any("EventSource id"), "data": p.any("EventSource data")}}
	return list{socket, events}
}

// vendorFields plants in what exporters add, in comments and in the cache.
func (p *planter) vendorFields() list {
	e := get(app)
	e["_initiator"] = object{
		"type": p.any("initiator type"), "url": app + "?x=" + p.any("initiator address"), "lineNumber": p.digits("initiator line"),
		"stack": object{"callFrames": list{object{"functionName": p.any("initiator function"), "scriptId": p.any("script id"), "url": app + p.any("initiator frame")}}, "parent": object{"description": p.any("initiator parent")}},
	}
	e["comment"], e["connection"], e["serverIPAddress"], e["_priority"] = p.any("entry comment"), p.any("connection"), p.address("server address"), p.any("_priority")
	e["_resourceType"], e["pageref"], e["startedDateTime"], e["_fromCache"] = p.any("resource type"), p.any("page reference"), p.any("started"), p.any("_fromCache")
	e["_vendor"] = object{"deep": list{p.any("vendor list"), object{p.any("vendor name"): p.any("vendor value")}}}
	e[p.any("name of a vendor field")] = 1
	e["_securityDetails"] = object{"subjectName": p.any("certificate subject"), "issuer": p.any("certificate issuer")}
	e["cache"] = object{"beforeRequest": object{"eTag": p.any("eTag of the cache"), "expires": p.any("expires of the cache"), "lastAccess": p.any("lastAccess"), "hitCount": p.digits("hitCount"), "comment": p.any("cache comment")}, "afterRequest": object{"_x": p.any("afterRequest")}, "comment": p.any("comment of cache")}
	e["timings"] = object{"send": 0, "wait": 1, "receive": 0, "comment": p.any("timings comment"), "_queued": p.digits("_blocked_queueing")}
	facts := get(app)
	facts["_facts"] = object{p.any("fact name"): true, "page": p.any("fact word"), "state_chars": p.digits("fact number")}
	short := object{"request": object{"method": "GET", "url": app + "?t=" + p.any("entry without a response")}, "_error": p.any("error of an entry")}
	initiator := get(app)
	initiator["_initiator"], initiator["time"] = app+"?x="+p.any("initiator as text"), p.any("time as text")
	return list{e, facts, short, initiator, p.any("text in the place of an entry"), list{p.any("list in the place of an entry")}}
}
