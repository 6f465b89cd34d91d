package transcript

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// This file writes what wire.go describes by its types, byte for byte as
// encoding/json would, into one buffer that is used again for every entry.

// appendEntry appends the JSON of an entry; names is scratch space.
func appendEntry(b []byte, e *Entry, names []string) ([]byte, []string, error) {
	b = append(b, '{')
	if e.PageRef != "" {
		b = append(b, `"pageref":`...)
		b = append(AppendString(b, e.PageRef), ',')
	}
	b = append(b, `"startedDateTime":`...)
	b = appendTime(b, e.StartedAt)
	b = append(b, `,"time":`...)
	b = strconv.AppendInt(b, int64(max(e.TimeMS, 0)), 10)
	b = append(b, `,"request":`...)
	b = appendRequest(b, &e.Request)
	b = append(b, `,"response":`...)
	b = appendResponse(b, e.Response)
	b = append(b, `,"cache":{},"timings":`...)
	if e.TimeMS < 0 {
		b = append(b, `{"send":-1,"wait":-1,"receive":-1}`...)
	} else {
		b = append(b, `{"send":0,"wait":`...)
		b = strconv.AppendInt(b, int64(e.TimeMS), 10)
		b = append(b, `,"receive":0}`...)
	}
	b = append(b, `,"_facts":`...)
	b, names, err := appendFacts(b, e, names)
	return append(b, '}'), names, err
}

// appendFacts appends the facts in the order of their names.
func appendFacts(b []byte, e *Entry, names []string) ([]byte, []string, error) {
	names = names[:0]
	for name := range e.Facts {
		if name != FactFailed && name != FactResourceType {
			names = append(names, string(name))
		}
	}
	failed, hasFailed := e.Facts[FactFailed]
	if e.Failed {
		failed, hasFailed = true, true
	}
	resource, hasResource := e.Facts[FactResourceType]
	if e.ResourceType != "" {
		resource, hasResource = e.ResourceType, true
	}
	if hasFailed {
		names = append(names, string(FactFailed))
	}
	if hasResource {
		names = append(names, string(FactResourceType))
	}
	slices.Sort(names)
	b = append(b, '{')
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(AppendString(b, name), ':')
		v := e.Facts[Fact(name)]
		switch Fact(name) {
		case FactFailed:
			v = failed
		case FactResourceType:
			v = resource
		}
		var err error
		if b, err = appendFact(b, v); err != nil {
			return b, names, err
		}
	}
	return append(b, '}'), names, nil
}

func appendFact(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case bool:
		return strconv.AppendBool(b, v), nil
	case int:
		return strconv.AppendInt(b, int64(v), 10), nil
	case string:
		return AppendString(b, v), nil
	}
	other, err := json.Marshal(v)
	return append(b, other...), err
}

func appendRequest(b []byte, r *Request) []byte {
	b = append(b, `{"method":`...)
	b = AppendString(b, r.Method)
	b = append(b, `,"url":`...)
	b = AppendString(b, r.URL)
	b = append(b, `,"httpVersion":`...)
	b = AppendString(b, r.HTTPVersion)
	b = append(b, `,"cookies":`...)
	b = appendCookies(b, r.Cookies)
	b = append(b, `,"headers":`...)
	b = appendFields(b, r.Headers)
	b = append(b, `,"queryString":`...)
	b = appendFields(b, r.Query)
	if r.BodyMIME != "" || len(r.Form) > 0 || r.BodyText != "" {
		b = append(b, `,"postData":{"mimeType":`...)
		b = AppendString(b, r.BodyMIME)
		b = append(b, `,"params":`...)
		b = appendFields(b, r.Form)
		b = append(b, `,"text":`...)
		b = append(AppendString(b, r.BodyText), '}')
	}
	b = append(b, `,"headersSize":-1,"bodySize":`...)
	return append(strconv.AppendInt(b, int64(r.BodySize), 10), '}')
}

func appendResponse(b []byte, r *Response) []byte {
	if r == nil {
		return append(b, `{"status":0,"statusText":"","httpVersion":"","cookies":[],"headers":[],`+
			`"content":{"size":0,"mimeType":""},"redirectURL":"","headersSize":-1,"bodySize":-1}`...)
	}
	b = append(b, `{"status":`...)
	b = strconv.AppendInt(b, int64(r.Status), 10)
	b = append(b, `,"statusText":"","httpVersion":`...)
	b = AppendString(b, r.HTTPVersion)
	b = append(b, `,"cookies":`...)
	b = appendCookies(b, r.Cookies)
	b = append(b, `,"headers":`...)
	b = appendFields(b, r.Headers)
	b = append(b, `,"content":{"size":`...)
	b = strconv.AppendInt(b, int64(r.BodySize), 10)
	b = append(b, `,"mimeType":`...)
	b = AppendString(b, r.BodyMIME)
	if r.BodyText != "" {
		b = append(b, `,"text":`...)
		b = AppendString(b, r.BodyText)
	}
	b = append(b, `},"redirectURL":`...)
	b = AppendString(b, r.RedirectURL)
	b = append(b, `,"headersSize":-1,"bodySize":`...)
	return append(strconv.AppendInt(b, int64(r.BodySize), 10), '}')
}

func appendFields(b []byte, fields []Field) []byte {
	b = append(b, '[')
	for i := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"name":`...)
		b = AppendString(b, fields[i].Name)
		b = append(b, `,"value":`...)
		b = append(AppendString(b, fields[i].Value), '}')
	}
	return append(b, ']')
}

func appendCookies(b []byte, cookies []Cookie) []byte {
	b = append(b, '[')
	for i := range cookies {
		c := &cookies[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"name":`...)
		b = AppendString(b, c.Name)
		b = append(b, `,"value":`...)
		b = AppendString(b, c.Value)
		b = appendUnlessEmpty(b, `,"path":`, c.Path)
		b = appendUnlessEmpty(b, `,"domain":`, c.Domain)
		b = appendUnlessEmpty(b, `,"expires":`, c.Expires)
		b = append(b, `,"httpOnly":`...)
		b = strconv.AppendBool(b, c.HTTPOnly)
		b = append(b, `,"secure":`...)
		b = strconv.AppendBool(b, c.Secure)
		b = appendUnlessEmpty(b, `,"sameSite":`, c.SameSite)
		b = append(b, '}')
	}
	return append(b, ']')
}

func appendUnlessEmpty(b []byte, member, value string) []byte {
	if value == "" {
		return b
	}
	return AppendString(append(b, member...), value)
}

// appendTime appends a time in the file's layout.
func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		t = time.Unix(0, 0)
	}
	t = t.UTC()
	year, month, day := t.Date()
	if year < 0 || year > 9999 {
		return append(t.AppendFormat(append(b, '"'), timeLayout), '"')
	}
	hour, minute, second := t.Clock()
	ms := t.Nanosecond() / int(time.Millisecond)
	b = appendTwo(appendTwo(append(b, '"'), year/100), year%100)
	b = appendTwo(append(appendTwo(append(b, '-'), int(month)), '-'), day)
	b = appendTwo(append(appendTwo(append(b, 'T'), hour), ':'), minute)
	b = appendTwo(append(b, ':'), second)
	return append(appendTwo(append(b, '.', byte('0'+ms/100)), ms%100), 'Z', '"')
}

// appendTwo appends a number below 100 with two digits.
func appendTwo(b []byte, n int) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }

// plainBytes are those that stand in a JSON string as they are.
var plainBytes = func() (t [256]bool) {
	for c := range utf8.RuneSelf {
		t[c] = c >= ' ' && c != '"' && c != '\\'
	}
	return t
}()

// AppendString appends s as a JSON string as encoding/json writes it without
// escaping <, > and &: invalid UTF-8 becomes U+FFFD, and the line separators of
// JavaScript are escaped.
func AppendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		for i+8 <= len(s) && plainBytes[s[i]] && plainBytes[s[i+1]] && plainBytes[s[i+2]] && plainBytes[s[i+3]] &&
			plainBytes[s[i+4]] && plainBytes[s[i+5]] && plainBytes[s[i+6]] && plainBytes[s[i+7]] {
			i += 8
		}
		if i == len(s) {
			break
		}
		c := s[i]
		if plainBytes[c] {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			switch {
			case r == utf8.RuneError && n == 1:
				b = append(append(b, s[start:i]...), `\ufffd`...)
				start = i + n
			case r == '\u2028' || r == '\u2029':
				b = append(append(b, s[start:i]...), `\u202`...)
				b = append(b, hex[r&15])
				start = i + n
			}
			i += n
			continue
		}
		b = append(append(b, s[start:i]...), '\\')
		switch c {
		case '"', '\\':
			b = append(b, c)
		case '\b':
			b = append(b, 'b')
		case '\f':
			b = append(b, 'f')
		case '\n':
			b = append(b, 'n')
		case '\r':
			b = append(b, 'r')
		case '\t':
			b = append(b, 't')
		default:
			b = append(b, 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		start = i
	}
	return append(append(b, s[start:]...), '"')
}
