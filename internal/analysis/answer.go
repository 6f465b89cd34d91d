package analysis

import (
	"slices"
	"strconv"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// noCode is the reason of the rules about the code where none came back.
const noCode = "No code came back in this sign-in. A sign-in that is completed would show it."

// withoutAnswerHeaders is the reason where the exporter left the headers of an answer out.
const withoutAnswerHeaders = "The capture holds no headers of this answer. Save it with another exporter."

// hiddenHeader is the reason where the redactor left of a header that it was there.
const hiddenHeader = "The value of the header is none that a transcript keeps in clear. Look it up in the browser's developer tools."

// noHeaders says why the headers of the step's answer cannot be judged, empty when they can.
func noHeaders(s *step) string {
	switch {
	case s.status() == 0:
		return "The request got no answer; see TR-05."
	case len(s.e.Response.Headers) == 0:
		return withoutAnswerHeaders
	}
	return ""
}

// answerHeader gives the values of a header of the step's answer as one list.
func answerHeader(s *step, name string) (value string, found bool) {
	if s.e.Response == nil {
		return "", false
	}
	var all []string
	for _, h := range s.e.Response.Headers {
		if strings.EqualFold(h.Name, name) {
			all = append(all, h.Value)
		}
	}
	return strings.Join(all, ", "), len(all) > 0
}

// hidden tells whether a part of a value is a class constant, so that the value is not known.
func hidden(value string) bool {
	return slices.ContainsFunc(transcript.Pieces(value), func(v transcript.Value) bool { return v.Kind == transcript.Constant })
}

// seconds gives the number of a directive such as max-age; separated by comma or semicolon.
func seconds(value, name string) (n int, found bool) {
	for directive := range strings.FieldsFuncSeq(value, func(c rune) bool { return c == ',' || c == ';' }) {
		have, number, _ := strings.Cut(strings.TrimSpace(directive), "=")
		if !strings.EqualFold(strings.TrimSpace(have), name) {
			continue
		}
		n, err := strconv.Atoi(strings.Trim(strings.TrimSpace(number), `"`))
		return n, err == nil
	}
	return 0, false
}

// directive tells whether a list of directives holds the word.
func directive(value, word string) bool {
	for d := range strings.SplitSeq(value, ",") {
		if strings.EqualFold(strings.TrimSpace(d), word) {
			return true
		}
	}
	return false
}

// fromCallback gives the hops of the browser's own way from the callback on.
func (f *flow) fromCallback() []*step {
	if i := slices.Index(f.way, f.callback); i >= 0 {
		return f.way[i:]
	}
	return []*step{f.callback}
}

// addressFields gives the parameters in query and fragment of an address that stands in a header.
func addressFields(address string) []transcript.Field {
	before, fragment, _ := strings.Cut(address, "#")
	return append(queryOf(before), queryOf("?"+fragment)...)
}

// inAddress tells whether the code of the callback stands in the address of a step.
func (f *flow) inAddress(s *step) bool {
	code := f.callback.value("code")
	return holdsCode(f.callback, code, s, s.e.Request.Query) || holdsCode(f.callback, code, s, s.e.Request.Fragment)
}

// leadsWithCode tells whether a redirect carries the code on.
func (f *flow) leadsWithCode(s *step) bool {
	return holdsCode(f.callback, f.callback.value("code"), s, addressFields(s.location()))
}

// withoutCode is the ruling where no code came back, nil where one did.
func withoutCode(f *flow) *ruling {
	var r ruling
	switch {
	case f.callback == nil:
		r = unseen(f.incomplete(), refs("", f.authorize)...)
	case f.hidesAnswer() != "":
		r = unseen(f.hidesAnswer(), refs("", f.callback)...)
	case f.callback.value("code") == "":
		r = unseen(noCode, refs("", f.callback)...)
	case hidden(f.callback.value("code")):
		r = unseen("The code was dropped from the transcript. Redact the capture again with this version.", refs("code", f.callback)...)
	default:
		return nil
	}
	return &r
}

// isPage tells whether the browser showed what the step answered as a page.
func (s *step) isPage() bool {
	kind := s.e.Facts.Code(transcript.FactBodyKind)
	return s.main && !s.isRedirect() && s.status() > 0 && (kind == "html" || kind == "")
}
