package analysis_test

import (
	"strconv"
	"strings"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// applyOptions reads what a line says of a capture.
func applyOptions(in *analysis.Input, words []string) bool {
	for _, w := range words {
		name, value, _ := strings.Cut(w, "=")
		switch name {
		case "round":
			in.T.Meta.Round = value
		case "by":
			in.RedactedBy = value
		case "user":
			in.TestUser = value
		case "scenario":
			in.Scenario = value
		case "policy":
			in.T.Meta.Policy, _ = strconv.Atoi(value)
		case "integration":
			in.T.Meta.IntegrationDigest = value
		case "kind":
			in.Kind = analysis.CaptureKind(value)
		case "limits":
			in.T.Meta.Source.Limits = strings.Split(value, ",")
		default:
			return false
		}
	}
	return true
}

// applyAnswer gives an entry a cookie that it sends, or its answer a header, a
// cookie, a cookie in the exporter's list only, or the skeleton of JSON.
func applyAnswer(e *transcript.Entry, kind, text string) bool {
	if kind == "cookie" {
		for pair := range strings.SplitSeq(text, "; ") {
			name, value, _ := strings.Cut(pair, "=")
			e.Request.Cookies = append(e.Request.Cookies, transcript.Cookie{Name: name, Value: value})
		}
		return true
	}
	if e.Response == nil {
		return false
	}
	switch kind {
	case "listed-cookie":
		e.Response.Cookies = append(e.Response.Cookies, cookieOf(text))
		return true
	case "json":
		e.Response.BodyText = text
		return true
	}
	name, value, found := strings.Cut(text, ": ")
	if kind == "set-cookie" {
		name, value, found = "Set-Cookie", text, true
		e.Response.Cookies = append(e.Response.Cookies, cookieOf(text))
	}
	e.Response.Headers = append(e.Response.Headers, transcript.Field{Name: name, Value: value})
	return found
}

// cookieOf reads a cookie as the redactor writes it beside its header.
func cookieOf(line string) transcript.Cookie {
	parts := strings.Split(line, "; ")
	c := transcript.Cookie{}
	c.Name, c.Value, _ = strings.Cut(parts[0], "=")
	for _, p := range parts[1:] {
		switch name, value, _ := strings.Cut(p, "="); name {
		case "Secure":
			c.Secure = true
		case "HttpOnly":
			c.HTTPOnly = true
		case "SameSite":
			c.SameSite = value
		case "Path":
			c.Path = value
		}
	}
	return c
}
