package capture

import (
	"errors"
	"io"
)

// Back-channel JSON lines (docs/back_channel.md): one object a line, the first
// member of each is back_channel with the number of the format. A partner's
// server wrote and redacted them, so they have no cookies and no fragments.

// BackChannelFormat is the only format of back-channel JSON lines.
const BackChannelFormat = 1

// What stops the reader of back-channel lines.
var (
	errLineFormat = errors.New("line has no format that is known")
	errTwoRounds  = errors.New("lines belong to two rounds, or to none")
)

// beginLines notes that the document is of back-channel lines.
func (r *reader) beginLines() {
	r.src.Kind, r.src.Exporter = kindBackChannel, kindBackChannel
	r.sawEntries = true
	r.src.Redacted = &RedactedMeta{
		Format: BackChannelFormat, SourceKind: kindBackChannel, SourceExporter: kindBackChannel,
		SourceLimits: []string{LimitCookies, LimitFragments},
	}
}

// moreLines reads the lines behind the first. A file that ends behind a whole
// line is whole.
func (r *reader) moreLines() {
	for r.lex.err == nil {
		c := r.lex.peek()
		if c == 0 && errors.Is(r.lex.err, errCut) && r.lex.inErr == io.EOF { //nolint:errorlint // a wrapped one is the input's own
			r.lex.err = nil
			return
		}
		if c != '{' {
			r.lex.fail(errSyntax)
		}
		if r.lex.err != nil || !r.begin() {
			return
		}
		first := true
		for key := range r.lex.members {
			if first && string(key) != kindBackChannel {
				r.lex.fail(errSyntax)
			}
			first = false
			r.lineMember(string(key))
		}
		r.endLine()
	}
}

// endLine hands a whole line on.
func (r *reader) endLine() {
	if r.lineRound == "" || r.lineRound != r.src.Redacted.Round {
		r.lex.fail(errTwoRounds)
	}
	r.lineRound = ""
	r.end()
}

// lineMember reads one member of a line.
func (r *reader) lineMember(key string) {
	e := &r.entry
	switch key {
	case kindBackChannel:
		if r.int() != BackChannelFormat {
			r.lex.fail(errLineFormat)
		}
		e.AtSource = true
	case "round":
		r.lineRound = r.short()
		if r.src.Entries == 0 {
			r.src.Redacted.Round = r.lineRound
		}
	case "started":
		e.StartedAt = parseTime(r.text())
	case "time":
		e.TimeMS = r.ms()
	case "failed":
		e.Failed = r.bool()
	case "facts":
		r.facts()
	case "request":
		r.lineRequest(&e.Request)
	case "response":
		r.lineResponse()
	default:
		e.Strange++
	}
}

func (r *reader) lineRequest(q *Request) {
	*q = emptied(q)
	b := &r.reqBody
	b.reset()
	for key := range r.lex.members {
		switch string(key) {
		case "method":
			q.Method = r.name()
		case "url":
			q.URL = r.text()
		case "headers":
			q.Headers = r.pairs(q.Headers[:0])
		case "form":
			b.there, b.mime = true, "application/x-www-form-urlencoded"
			b.params = r.pairs(b.params[:0])
		case "json":
			r.lineJSON(b)
		case "bytes":
			q.BodySize = r.int()
		default:
			r.entry.Strange++
		}
	}
}

func (r *reader) lineResponse() {
	b := &r.respBody
	b.reset()
	r.entry.Response = nil
	if r.lex.peek() != '{' {
		return // null: no answer came
	}
	p := &r.response
	*p = Response{Headers: p.Headers[:0], Cookies: p.Cookies[:0], BodySize: -1}
	r.entry.Response = p
	for key := range r.lex.members {
		switch string(key) {
		case "status":
			if p.Status = int(r.int()); p.Status < 100 || p.Status > 999 {
				p.Status = 0
			}
		case "headers":
			p.Headers = r.pairs(p.Headers[:0])
		case "json":
			r.lineJSON(b)
		case "bytes":
			p.BodySize = r.int()
		default:
			r.entry.Strange++
		}
	}
	if !b.there {
		b.mime = headerValue(p.Headers, "content-type")
		b.there, b.size = b.mime != "", max(p.BodySize, 0)
	}
}

// lineJSON reads the text of a redacted JSON body.
func (r *reader) lineJSON(b *body) {
	b.there, b.mime = true, "application/json"
	r.bodyText(b)
}
