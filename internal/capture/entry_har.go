package capture

import "strings"

// readEntry reads one element of log.entries and hands it on when it is
// complete.
func (r *reader) readEntry() {
	if !r.begin() {
		return
	}
	e := &r.entry
	for key := range r.lex.members {
		switch string(key) {
		case "pageref":
			e.PageRef = r.text()
		case "startedDateTime":
			e.StartedAt = parseTime(r.text())
		case "time":
			e.TimeMS = r.ms()
		case "timings":
			r.timings(&e.Timings)
		case "request":
			r.request(&e.Request)
		case "response":
			r.readResponse()
		case "_resourceType":
			e.ResourceType = r.name()
		case "_error":
			e.Failed = r.text() != ""
		case "_initiator":
			r.initiator()
		case "comment":
			e.Comment = r.text()
		case "_webSocketMessages":
			e.WebSocketMessages = r.messages(e.WebSocketMessages[:0])
		case "_eventSourceMessages":
			e.EventMessages = r.messages(e.EventMessages[:0])
		case "_facts":
			r.facts()
		}
	}
	r.end()
}

// begin makes room for one more entry; false when there may be none.
func (r *reader) begin() bool {
	if r.src.Entries >= r.lim.Entries {
		r.lex.fail(errTooManyEntries)
		return false
	}
	r.reset()
	return true
}

// end hands the entry on when it is complete.
func (r *reader) end() {
	if r.joinFiles(); r.lex.err != nil {
		return
	}
	r.finishBodies()
	r.entry.Failed = r.entry.Failed || r.noAnswer
	r.seen.note(&r.entry)
	r.src.Entries++
	var err error
	if r.entryMemory, err = r.hand(r.entryMemory); err != nil {
		r.lex.fail(err)
	}
}

// reset makes the entry empty and keeps its memory.
func (r *reader) reset() {
	e := &r.entry
	q := &e.Request
	*e = Entry{
		Index:             r.src.Entries,
		TimeMS:            -1,
		Timings:           unknownTimings,
		WebSocketMessages: e.WebSocketMessages[:0],
		EventMessages:     e.EventMessages[:0],
		CutTexts:          e.CutTexts[:0],
		Redacted:          r.src.Redacted,
		Request:           emptied(q),
	}
	r.reqBody.reset()
	r.respBody.reset()
	r.noAnswer = false
	r.budget = r.lim.EntryBytes
}

// emptied is an empty request with the memory of another.
func emptied(q *Request) Request {
	return Request{Headers: q.Headers[:0], Cookies: q.Cookies[:0], Query: q.Query[:0], BodySize: -1}
}

// unknownTimings are those of an entry that has none.
var unknownTimings = Timings{-1, -1, -1, -1, -1, -1}

// A part of the entry that comes again takes the place of the one before, whole:
// null is none.

func (r *reader) timings(t *Timings) {
	*t = unknownTimings
	for key := range r.lex.members {
		switch string(key) {
		case "blocked":
			t.Blocked = r.ms()
		case "dns":
			t.DNS = r.ms()
		case "connect":
			t.Connect = r.ms()
		case "send":
			t.Send = r.ms()
		case "wait":
			t.Wait = r.ms()
		case "receive":
			t.Receive = r.ms()
		}
	}
}

// initiator reads Chrome's object; some tools write the URL alone.
func (r *reader) initiator() {
	r.entry.InitiatorURL = ""
	if r.lex.peek() != '{' {
		r.entry.InitiatorURL = r.text()
		return
	}
	for key := range r.lex.members {
		switch string(key) {
		case "url":
			r.entry.InitiatorURL = r.text()
		}
	}
}

func (r *reader) request(q *Request) {
	*q = emptied(q)
	r.reqBody.reset()
	for key := range r.lex.members {
		switch string(key) {
		case "method":
			q.Method = r.name()
		case "url":
			q.URL = r.text()
		case "httpVersion":
			q.HTTPVersion = r.name()
		case "headers":
			q.Headers = r.fields(q.Headers[:0])
		case "cookies":
			q.Cookies = r.cookies(q.Cookies[:0])
		case "queryString":
			q.Query = r.fields(q.Query[:0])
		case "bodySize":
			q.BodySize = r.int()
		case "postData":
			r.readBody(&r.reqBody)
		}
	}
}

func (r *reader) readResponse() {
	r.entry.Response, r.noAnswer = nil, false
	r.respBody.reset()
	if r.lex.peek() != '{' {
		return
	}
	p := &r.response
	*p = Response{Headers: p.Headers[:0], Cookies: p.Cookies[:0], BodySize: -1}
	r.entry.Response = p
	// The exporter says that no answer came: by the status 0, -1 or "error", or in words.
	var noStatus, failed, failure bool
	for key := range r.lex.members {
		switch string(key) {
		case "status":
			p.Status = int(r.int())
			if noStatus = p.Status < 100 || p.Status > 999; noStatus {
				p.Status = 0
			}
		case "statusText":
			p.StatusText = r.text()
		case "httpVersion":
			p.HTTPVersion = r.name()
		case "headers":
			p.Headers = r.fields(p.Headers[:0])
		case "cookies":
			p.Cookies = r.cookies(p.Cookies[:0])
		case "redirectURL":
			p.RedirectURL = r.text()
		case "bodySize":
			p.BodySize = r.int()
		case "content":
			r.readBody(&r.respBody)
		case "_error":
			failed = r.text() != ""
		case "_failureText":
			failure = r.text() != ""
		}
	}
	r.noAnswer = noStatus || failed || failure
}

// fields reads a list of names and values: an array of objects, as HAR has it,
// or one object. A Set-Cookie header that was folded into lines becomes one
// field per line again.
func (r *reader) fields(out []Field) []Field {
	if r.lex.peek() == '{' {
		for key := range r.lex.members {
			name := r.intern(key)
			out = r.addField(out, Field{Name: name, Value: r.joined()})
		}
		return out
	}
	for range r.lex.elements {
		if r.lex.peek() != '{' {
			continue
		}
		var f Field
		for key := range r.lex.members {
			switch string(key) {
			case "name":
				f.Name = r.name()
			case "value":
				f.Value = r.text()
			}
		}
		out = r.addField(out, f)
	}
	return out
}

// joined reads a string, or an array of strings as lines.
func (r *reader) joined() string {
	if r.lex.peek() != '[' {
		return r.text()
	}
	var lines []string
	for range r.lex.elements {
		if len(lines) < r.lim.Children {
			lines = append(lines, r.text())
		}
	}
	return strings.Join(lines, "\n")
}

func (r *reader) addField(out []Field, f Field) []Field {
	if len(f.Name) != len("set-cookie") || !strings.EqualFold(f.Name, "set-cookie") || !strings.Contains(f.Value, "\n") {
		if len(out) >= r.lim.Children {
			r.entry.Cut = true
			return out
		}
		return append(out, f)
	}
	for line := range strings.Lines(f.Value) {
		if line = strings.TrimSpace(line); line != "" {
			out = r.addField(out, Field{Name: f.Name, Value: line})
		}
	}
	return out
}

// cookies reads a list of cookies: an array of objects or one object of values.
func (r *reader) cookies(out []Cookie) []Cookie {
	if r.lex.peek() == '{' {
		for key := range r.lex.members {
			out = r.addCookie(out, Cookie{Name: r.intern(key), Value: r.text()})
		}
		return out
	}
	for range r.lex.elements {
		if r.lex.peek() == '{' {
			out = r.addCookie(out, r.cookie())
		}
	}
	return out
}

func (r *reader) addCookie(out []Cookie, c Cookie) []Cookie {
	if len(out) >= r.lim.Children {
		r.entry.Cut = true
		return out
	}
	return append(out, c)
}

func (r *reader) cookie() (c Cookie) {
	for key := range r.lex.members {
		switch string(key) {
		case "name":
			c.Name = r.name()
		case "value":
			c.Value = r.text()
		case "path":
			c.Path = r.name()
		case "domain":
			c.Domain = r.name()
		case "expires":
			c.Expires = r.text()
		case "sameSite":
			c.SameSite = r.name()
		case "secure":
			c.Secure = r.bool()
		case "httpOnly":
			c.HTTPOnly = r.bool()
		}
	}
	return c
}

// messages reads the messages of a WebSocket or an EventSource.
func (r *reader) messages(out []Message) []Message {
	for range r.lex.elements {
		if r.lex.peek() != '{' {
			continue
		}
		if len(out) >= r.lim.Children {
			r.entry.Cut = true
			continue
		}
		var m Message
		for key := range r.lex.members {
			switch string(key) {
			case "type":
				m.Send = r.name() == "send"
			case "data":
				m.Size = r.size()
			}
		}
		out = append(out, m)
	}
	return out
}

// size passes a value and gives the length of its text. Nobody reads what
// messages say, so that none of it is kept and the entry's budget does not pay.
func (r *reader) size() int {
	if r.lex.peek() != '"' {
		b, _ := r.scalar(0)
		return len(b)
	}
	_, size, _ := r.lex.str(0)
	return int(size)
}

// facts reads entry._facts: scalars by name.
func (r *reader) facts() {
	r.entry.Facts = nil
	if r.lex.peek() != '{' {
		return
	}
	facts := make(map[string]any)
	for key := range r.lex.members {
		if len(facts) >= r.lim.Children {
			r.entry.Cut = true
			continue
		}
		name := r.intern(key)
		delete(facts, name)
		switch c := r.lex.peek(); {
		case c == '"':
			facts[name] = r.text()
		case c == 't' || c == 'f':
			facts[name] = r.bool()
		case c == '-' || c >= '0' && c <= '9':
			if n, ok := r.num(); ok {
				facts[name] = n
			}
		}
	}
	r.entry.Facts = facts
}
