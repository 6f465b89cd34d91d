package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// variant is an entry that can be written with another URL, and with other
// secrets, in each repetition.
type variant struct {
	parts   [][]byte // the text between the URL and the secrets
	secrets [][]byte // what stands behind each part but the last; the URL among them
	isURL   []bool
}

// minSecret is the shortest value that is changed: shorter ones are flags and
// words rather than secrets.
const minSecret = 8

type namedValue struct{ Name, Value string }

// harEntry is what is read of an entry to find its URL and secrets.
type harEntry struct {
	Request struct {
		Headers, Cookies, QueryString []namedValue
	}
	Response struct{ Headers, Cookies []namedValue }
}

// newVariant finds the URL of an entry and, when fresh, the values of its
// cookies, parameters and credentials.
func newVariant(raw []byte, fresh bool) (variant, error) {
	var e harEntry
	if err := json.Unmarshal(raw, &e); err != nil {
		return variant{}, fmt.Errorf("reading an entry: %w", err)
	}
	secrets := map[string]bool{}
	if fresh {
		e.secrets(func(s string) {
			if quoted := transcript.AppendString(nil, s); len(s) >= minSecret {
				secrets[string(quoted[1:len(quoted)-1])] = true
			}
		})
	}
	const member = `"url": "`
	request := max(bytes.Index(raw, []byte(`"request": {`)), 0)
	start := bytes.Index(raw[request:], []byte(member))
	if start < 0 {
		return variant{}, errors.New("an entry without a URL")
	}
	start += request + len(member)
	end := start
	for raw[end] != '"' {
		if raw[end] == '\\' {
			end++
		}
		end++
	}
	var v variant
	v.cut(raw[:start], secrets)
	v.add(raw[start:end], true)
	v.cut(raw[end:], secrets)
	return v, nil
}

// secrets gives the values that a browser would not send twice.
func (e *harEntry) secrets(give func(string)) {
	for _, h := range append(e.Request.Headers, e.Response.Headers...) {
		switch strings.ToLower(h.Name) {
		case "cookie", "set-cookie":
			for pair := range strings.SplitSeq(h.Value, ";") {
				if name, value, ok := strings.Cut(strings.TrimSpace(pair), "="); ok && !attributes[strings.ToLower(name)] {
					give(value)
				}
			}
		case "authorization":
			_, credentials, _ := strings.Cut(h.Value, " ")
			give(credentials)
		}
	}
	for _, list := range [][]namedValue{e.Request.Cookies, e.Response.Cookies, e.Request.QueryString} {
		for _, f := range list {
			if _, err := url.Parse(f.Value); err == nil && !strings.Contains(f.Value, "://") {
				give(f.Value)
			}
		}
	}
}

var attributes = map[string]bool{"expires": true, "path": true, "domain": true, "samesite": true, "max-age": true, "priority": true}

// cut takes over a text and parts it at the secrets in it.
func (v *variant) cut(text []byte, secrets map[string]bool) {
	start := 0
	for i := 0; i < len(text); i++ {
		for s := range secrets {
			if bytes.HasPrefix(text[i:], []byte(s)) {
				v.parts = append(v.parts, text[start:i])
				v.secrets, v.isURL = append(v.secrets, []byte(s)), append(v.isURL, false)
				i += len(s)
				start = i
				break
			}
		}
	}
	v.parts = append(v.parts, text[start:])
}

// add puts the URL behind the last part.
func (v *variant) add(address []byte, isURL bool) {
	v.secrets, v.isURL = append(v.secrets, address), append(v.isURL, isURL)
}

// text gives the entry as it is in the n-th repetition: same lengths, so that
// the file is made of what the real entries are made of.
func (v *variant) text(n int) []byte {
	var out []byte
	for i, part := range v.parts {
		out = append(out, part...)
		if i == len(v.secrets) {
			break
		}
		s := v.secrets[i]
		switch {
		case v.isURL[i] && bytes.IndexByte(s, '?') >= 0:
			out = strconv.AppendInt(append(append(out, s...), "&n="...), int64(n), 10)
		case v.isURL[i]:
			out = strconv.AppendInt(append(append(out, s...), "?n="...), int64(n), 10)
		default:
			out = append(append(out, s[:len(s)-6]...), fmt.Sprintf("%06d", n)...)
		}
	}
	return out
}
