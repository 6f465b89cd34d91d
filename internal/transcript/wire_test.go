package transcript

import "time"

// toWire is an entry as encoding/json writes it: what the writer's own encoding
// is compared with.
func toWire(e *Entry) wireEntry {
	w := wireEntry{
		PageRef: e.PageRef,
		Started: formatTime(e.StartedAt),
		Time:    max(e.TimeMS, 0),
		Timings: wireTimings{Wait: e.TimeMS},
		Facts:   make(map[string]any, len(e.Facts)+2),
		Request: wireRequest{
			Method: e.Request.Method, URL: e.Request.URL, HTTPVersion: e.Request.HTTPVersion,
			Cookies: wireCookies(e.Request.Cookies), Headers: fields(e.Request.Headers), Query: fields(e.Request.Query),
			HeadersSize: -1, BodySize: e.Request.BodySize,
		},
		Response: wireResponse{Cookies: []wireCookie{}, Headers: []Field{}, HeadersSize: -1, BodySize: -1},
	}
	if e.TimeMS < 0 {
		w.Timings = wireTimings{-1, -1, -1}
	}
	if r := &e.Request; r.BodyMIME != "" || len(r.Form) > 0 || r.BodyText != "" {
		w.Request.PostData = &wirePost{MIME: r.BodyMIME, Params: fields(r.Form), Text: r.BodyText}
	}
	if r := e.Response; r != nil {
		w.Response = wireResponse{
			Status: r.Status, HTTPVersion: r.HTTPVersion, Cookies: wireCookies(r.Cookies), Headers: fields(r.Headers),
			Content:     wireContent{Size: r.BodySize, MIME: r.BodyMIME, Text: r.BodyText},
			RedirectURL: r.RedirectURL, HeadersSize: -1, BodySize: r.BodySize,
		}
	}
	for name, v := range e.Facts {
		w.Facts[string(name)] = v
	}
	if e.Failed {
		w.Facts[string(FactFailed)] = true
	}
	if e.ResourceType != "" {
		w.Facts[string(FactResourceType)] = e.ResourceType
	}
	return w
}

func fields(f []Field) []Field {
	if f == nil {
		return []Field{}
	}
	return f
}

func wireCookies(cs []Cookie) []wireCookie {
	out := make([]wireCookie, 0, len(cs))
	for _, c := range cs {
		out = append(out, wireCookie{c.Name, c.Value, c.Path, c.Domain, c.Expires, c.HTTPOnly, c.Secure, c.SameSite})
	}
	return out
}

func formatTime(t time.Time) string {
	if t.IsZero() {
		t = time.Unix(0, 0)
	}
	return t.UTC().Format(timeLayout)
}
