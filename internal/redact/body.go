package redact

import (
	"bytes"
	"strings"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// Caps of reading bodies; what lies beyond takes no part in any fact.
const (
	maxJSONBytes  = 64 << 10
	maxHTMLBytes  = 256 << 10
	maxFormFields = 200
	maxFormBytes  = 256 << 10
)

// requestBody redacts the body of a request: forms become fields, JSON its
// skeleton, all else its size.
func (r *run) requestBody(b *capture.Body, out *transcript.Request) {
	const place = "request.body"
	mime := r.bodyMIME(b.MIME, b.Text)
	out.BodyMIME = mime
	switch kind := bodyKind(mime, b.Text); {
	case len(b.Params) > 0 && len(b.Text) == 0:
		for _, f := range b.Params[:min(len(b.Params), maxFormFields)] {
			out.Form = r.param(out.Form, f.Name, f.Value, "request.form", 0)
		}
	case kind == "form":
		out.Form = r.query(out.Form, r.formText(b), "request.form", 0)
	case kind == "multipart":
		for _, f := range multipartFields(b.MIME, r.formText(b)) {
			out.Form = r.param(out.Form, f.Name, f.Value, "request.form", 0)
		}
	case kind == "json":
		out.BodyText = r.json(b.Text, place).text
	case len(b.Text) > 0 || len(b.Params) > 0:
		r.report.add("B1", place)
	}
	if len(out.Form) == 0 && out.BodyText == "" {
		out.BodyMIME = "" // readers take a body without content for none
	}
}

// responseBody computes the facts of a response's content and keeps the
// skeleton of JSON.
func (r *run) responseBody(p *capture.Response, out *transcript.Response) {
	const place = "response.body"
	b := p.Body
	mime := b.MIME
	if mime == "" && !r.again {
		mime = header(p.Headers, "content-type")
	}
	out.BodyMIME = r.bodyMIME(mime, b.Text)
	kind := bodyKind(out.BodyMIME, b.Text)
	if len(b.Text) == 0 && bodySize(b) == 0 {
		kind = "none"
	}
	r.setFact(transcript.FactBodyKind, kind)
	limit := maxHTMLBytes
	if kind == "json" && !r.again {
		limit = maxJSONBytes
	}
	if b.Truncated || b.Omitted && b.Size > 0 || len(b.Text) > limit {
		r.setFact(transcript.FactTruncatedBody, true)
	}
	text := b.Text[:min(len(b.Text), limit)]
	switch kind {
	case "json":
		found := r.json(text, place)
		out.BodyText = found.text
		r.tokenFacts(found)
		r.ssnFact(text)
	case "html":
		if len(text) > 0 {
			r.htmlFacts(text)
			r.ssnFact(text)
		}
	case "script":
		r.scriptFacts(text)
	}
	if kind == "xml" && !r.again {
		r.xmlFacts(text)
	}
	if kind == "json" || kind == "text" || kind == "xml" {
		r.setFact(transcript.FactStackTrace, hasStackTrace(text))
	}
	if len(b.Text) > 0 && kind != "json" {
		r.report.add("B1", place)
	}
}

// bodyMIME is the media type as it may be written.
func (r *run) bodyMIME(mime string, text []byte) string {
	if mime == "" && len(text) == 0 {
		return ""
	}
	return r.contentType(mime, "body.type")
}

// bodyKind is the fact body_kind: by media type, and by the first bytes where
// that says nothing.
func bodyKind(mime string, text []byte) string {
	mime, _, _ = strings.Cut(mime, ";")
	switch {
	case strings.HasSuffix(mime, "html") || strings.HasSuffix(mime, "xhtml+xml"):
		return "html"
	case strings.HasSuffix(mime, "json"):
		return "json"
	case mime == "application/x-www-form-urlencoded":
		return "form"
	case strings.HasPrefix(mime, "multipart/"):
		return "multipart"
	case strings.HasSuffix(mime, "javascript") || strings.HasSuffix(mime, "ecmascript"):
		return "script"
	case mime == "text/css":
		return "style"
	case strings.HasPrefix(mime, "image/"):
		return "image"
	case strings.HasPrefix(mime, "font/") || strings.Contains(mime, "font"):
		return "font"
	case strings.HasSuffix(mime, "xml"):
		return "xml"
	}
	head := bytes.ToLower(bytes.TrimSpace(text[:min(len(text), 512)]))
	switch {
	case len(head) == 0 && mime == "":
		return "none"
	case bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html")):
		return "html"
	case len(head) > 0 && (head[0] == '{' || head[0] == '['):
		return "json"
	case bytes.HasPrefix(head, []byte("eyj")) || bytes.HasPrefix(head, []byte(`"eyj`)):
		if _, ok := jwtText(text); ok {
			return "json"
		}
	case strings.HasPrefix(mime, "text/"):
		return "text"
	case len(head) == 0:
		return "none"
	}
	return "binary"
}

// multipartFields reads the named parts of a multipart body (RFC 7578): files
// become the field's name with an empty value.
func multipartFields(mime, text string) []capture.Field {
	_, boundary, ok := strings.Cut(mime, "boundary=")
	if !ok {
		return nil
	}
	boundary, _, _ = strings.Cut(boundary, ";")
	boundary = strings.Trim(strings.TrimSpace(boundary), `"`)
	if boundary == "" {
		return nil
	}
	var out []capture.Field
	parts := strings.Split(text, "--"+boundary)
	for _, part := range parts[1:] {
		head, content, ok := strings.Cut(part, "\r\n\r\n")
		if !ok || len(out) == maxFormFields {
			continue
		}
		_, name, ok := strings.Cut(head, `name="`)
		if !ok {
			continue
		}
		name, _, _ = strings.Cut(name, `"`)
		value := strings.TrimSuffix(content, "\r\n")
		if strings.Contains(head, "filename=") {
			value = ""
		}
		out = append(out, capture.Field{Name: name, Value: value})
	}
	return out
}
