package capture

import "strings"

// SAML-tracer's export: one object with requests, each with method, url,
// requestHeaders and responseHeaders ({name, value}, before version 1.0 [name,
// value]), responseStatus, responseStatusText and, of a posted form, post
// ([[name, value]]). It has no times and no bodies of responses. Its profiles
// hash or number the values of forms and cookies, in these forms:
const (
	filteredHash   = "{hash:"
	filteredNumber = "{obf:"
	filteredAll    = "{overwritten}"
)

// isFiltered tells whether SAML-tracer has put something else for a value.
func isFiltered(s string) bool {
	return s == filteredAll || strings.HasSuffix(s, "}") && (strings.HasPrefix(s, filteredHash) || strings.HasPrefix(s, filteredNumber))
}

// samlTracer reads the requests of a SAML-tracer export.
func (r *reader) samlTracer() {
	r.src.Kind, r.src.Exporter = kindSAMLTracer, "saml_tracer"
	if r.lex.peek() != '[' {
		return
	}
	if !r.beginList() {
		return
	}
	r.seen.always(LimitBodies)
	for range r.lex.elements {
		if r.lex.peek() == '{' {
			r.tracedRequest()
		}
	}
}

// tracedRequest reads one request and hands it on. The decoded message that the
// tracer adds (saml, samlart) and its own copy of the query (get) are passed
// over: what they hold stands in post and url.
func (r *reader) tracedRequest() {
	if !r.begin() {
		return
	}
	q, p, b := &r.entry.Request, &r.response, &r.reqBody
	*p = Response{Headers: p.Headers[:0], Cookies: p.Cookies[:0], BodySize: -1}
	var spare []Field // of postData, for an export without post
	for key := range r.lex.members {
		switch string(key) {
		case "method":
			q.Method = r.name()
		case "url":
			q.URL = r.text()
		case "requestHeaders":
			q.Headers = r.pairs(q.Headers[:0])
		case "responseHeaders":
			p.Headers = r.pairs(p.Headers[:0])
		case "responseStatus":
			if p.Status = int(r.int()); p.Status < 100 || p.Status > 999 {
				p.Status = 0
			}
		case "responseStatusText":
			p.HTTPVersion, p.StatusText = statusLine(r.text())
		case "post":
			b.there, b.params = true, r.pairs(b.params[:0])
		case "postData":
			spare = r.tracedForm()
		}
	}
	if p.Status != 0 || len(p.Headers) > 0 {
		r.entry.Response = p
	}
	if len(b.params) == 0 && len(spare) > 0 {
		b.there, b.params = true, spare
	}
	if b.mime = headerValue(q.Headers, "content-type"); b.mime == "" && len(b.params) > 0 {
		b.mime = "application/x-www-form-urlencoded"
	}
	b.params = r.withoutFiltered(b.params)
	r.filteredCookies(q.Headers, p.Headers)
	r.end()
}

// pairs reads a list of names and values, each a pair or an object.
func (r *reader) pairs(out []Field) []Field {
	if r.lex.peek() != '[' {
		return r.fields(out)
	}
	for range r.lex.elements {
		var f Field
		switch r.lex.peek() {
		case '[':
			for i := range r.lex.elements {
				switch i {
				case 0:
					f.Name = r.name()
				case 1:
					f.Value = r.text()
				}
			}
		case '{':
			for key := range r.lex.members {
				switch string(key) {
				case "name":
					f.Name = r.name()
				case "value":
					f.Value = r.text()
				}
			}
		default:
			continue
		}
		out = r.addField(out, f)
	}
	return out
}

// tracedForm reads the form as the browser gave it to the tracer: an object of
// lists of values.
func (r *reader) tracedForm() (out []Field) {
	if r.lex.peek() != '{' {
		return nil // a text of headers and body, or overwritten
	}
	for key := range r.lex.members {
		name := r.intern(key)
		if r.lex.peek() != '[' {
			out = r.addField(out, Field{Name: name, Value: r.text()})
			continue
		}
		for range r.lex.elements {
			out = r.addField(out, Field{Name: name, Value: r.text()})
		}
	}
	return out
}

// withoutFiltered empties the values that the tracer has replaced, so that
// nobody takes a hash for a state, and drops fields whose name it replaced.
func (r *reader) withoutFiltered(fields []Field) []Field {
	kept := fields[:0]
	for _, f := range fields {
		if isFiltered(f.Value) {
			f.Value = ""
			r.seen.always(LimitForms)
		}
		if isFiltered(f.Name) {
			r.seen.always(LimitForms)
			continue
		}
		kept = append(kept, f)
	}
	return kept
}

// filteredCookies notes that values of cookies were replaced. They stay in the
// entry: equal values have equal hashes.
func (r *reader) filteredCookies(lists ...[]Field) {
	for _, fields := range lists {
		for _, f := range fields {
			isCookie := strings.EqualFold(f.Name, "cookie") || strings.EqualFold(f.Name, "set-cookie")
			if isCookie && (strings.Contains(f.Value, filteredHash) || strings.Contains(f.Value, filteredNumber)) {
				r.seen.always(LimitCookies)
			}
		}
	}
}

// statusLine cuts "HTTP/1.1 200 OK" into version and reason.
func statusLine(s string) (version, reason string) {
	if !strings.HasPrefix(s, "HTTP/") {
		return "", s
	}
	version, rest, _ := strings.Cut(s, " ")
	_, reason, _ = strings.Cut(rest, " ")
	return version, reason
}

func headerValue(fields []Field, name string) string {
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}
