// Package canary makes captures with a planted value in every position and
// encoding that a HAR can hold one in, for tests that look for what a redaction
// left. It is written from the positions (HAR 1.2, the HTTP, OAuth, OpenID
// Connect, SAML and WS-Federation specifications, the exporters' own members)
// and imports nothing of the program.
package canary

import (
	"encoding/json"
	"math/rand/v2"
)

// Canary is one planted value and the position it was planted in.
type Canary struct {
	Position string
	Value    string
	PII      bool // in the form of personal data; else a secret of some alphabet
}

// Texts gives what must not be found: the value and, of a secret, each run of
// fragment characters of it, so that half a value is a leak as well.
func (c Canary) Texts() []string {
	texts := []string{c.Value}
	if c.PII {
		return texts
	}
	for i := 0; i+fragment < len(c.Value); i++ {
		texts = append(texts, c.Value[i:i+fragment])
	}
	return texts
}

// fragment is long enough that no other text holds it by chance.
const fragment = 11

// Capture is a HAR and all that was planted in it.
type Capture struct {
	JSON     []byte
	Canaries []Canary
}

type (
	object = map[string]any
	list   = []any
)

// planter makes values and notes where they went.
type planter struct {
	rng      *rand.Rand
	canaries []Canary
}

// HAR gives a capture with planted values. The values, and which alphabet
// stands in which position, depend on the seed and on nothing else.
func HAR(seed uint64) Capture {
	p := &planter{rng: rand.New(rand.NewPCG(seed, 0x70726f6f6677616c))}
	var entries list
	for _, group := range []func() list{
		p.addresses, p.parameters, p.requestHeaders, p.responseHeaders, p.cookies, p.forms, p.multiparts, p.jsonBodies,
		p.tokens, p.encrypted, p.samlMessages, p.otherFederation, p.pages, p.texts, p.streams, p.vendorFields, p.numbers,
		p.people, p.matrix, p.oddities,
	} {
		entries = append(entries, group()...)
	}
	log := object{
		"version": "1.2",
		"creator": object{"name": p.any("creator name"), "version": p.any("creator version"), "comment": p.any("creator comment")},
		"browser": object{"name": p.any("browser name"), "version": p.any("browser version"), "comment": p.any("browser comment")},
		"pages": list{
			object{
				"id": "page-a", "title": p.any("page title"), "startedDateTime": "2026-03-01T10:00:00.000Z",
				"pageTimings": object{"onLoad": 1, "onContentLoad": p.digits("page timing"), "comment": p.any("page timing comment")},
				"comment":     p.any("page comment"), "_vendor": p.any("page vendor field"),
			},
			object{"id": p.any("page id"), "title": "https://app.example.org/?code=" + p.any("URL as a page title"), "startedDateTime": p.any("page time")},
		},
		"entries": entries, "comment": p.any("log comment"), "_vendor": object{"deep": list{p.any("log vendor object")}},
	}
	// Members of the document beside log.
	return Capture{JSON: encode(object{"log": log, "other": p.any("member beside log")}), Canaries: p.canaries}
}

// encode gives the JSON of v; members come in the order of their names.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // only of a fault in this package
	}
	return b
}

func text(v any) string { return string(encode(v)) }

// pair is a header, a parameter or a form field of a list.
func pair(name, value string) object { return object{"name": name, "value": value} }

// entry is a complete entry into which the members given are put.
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
		"startedDateTime": "2026-03-01T10:00:00.000Z", "time": 5, "pageref": "page-a", "request": req, "response": res,
		"cache": object{}, "timings": object{"send": 0, "wait": 5, "receive": 0},
	}
}

// get is an entry that asks for an address and gets nothing of interest.
func get(address string) object { return entry("GET", address, nil, nil) }

// posted is an entry that sends a body.
func posted(address, mime, body string) object {
	return entry("POST", address, object{"postData": object{"mimeType": mime, "text": body}}, nil)
}

// answered is an entry whose response has a body.
func answered(address, mime, body string) object {
	return entry("GET", address, nil, object{"content": object{"size": len(body), "mimeType": mime, "text": body}})
}
