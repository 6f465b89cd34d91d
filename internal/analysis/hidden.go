package analysis

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// Reasons where the exporter left something out that a rule would need.
const (
	withoutForms         = "The exporter replaced the values of posted forms. Export the capture with its values, or record it as HAR."
	withoutFragments     = "The provider answers behind the number sign, where this exporter cuts addresses. Record it with Firefox, whose HAR keeps them."
	withoutAuthorization = "The exporter left Authorization headers out, which is how Chrome saves a sanitized HAR. Save it with sensitive data and redact it here."
)

// hidesAnswer says why the callback may have brought more than the transcript
// shows, empty when it brought something or nothing can be hidden.
func (f *flow) hidesAnswer() string {
	if f.callback == nil || f.outcome() != OutcomeUnknown {
		return ""
	}
	switch {
	case hidesForm(f.callback):
		return withoutForms
	case f.callback.in.cannotShow(capture.LimitFragments) && answersInFragment(f.authorize):
		return withoutFragments
	}
	return ""
}

// hidesForm tells whether the step posts a form whose values the exporter replaced.
func hidesForm(s *step) bool {
	return s.in.cannotShow(capture.LimitForms) && s.e.Request.Method == "POST" &&
		(len(s.e.Request.Form) == 0 || slices.ContainsFunc(s.e.Request.Form, func(p transcript.Field) bool { return p.Value == "" }))
}

// answersInFragment tells whether the provider answers this request in the
// fragment: where it is asked to, and else where a token is asked for (OAuth
// 2.0 Multiple Response Types, 2.1 and 5).
func answersInFragment(authorize *step) bool {
	if sealed(authorize) {
		return true // it may be asked to
	}
	if mode := authorize.value("response_mode"); mode != "" {
		return mode == "fragment"
	}
	words := strings.Fields(authorize.value("response_type"))
	return slices.Contains(words, "token") || slices.Contains(words, "id_token")
}

// hidesSecret says where a secret of the browser may be hidden from the
// transcript, and at which step; empty when nowhere.
func (f *flow) hidesSecret() (why string, at *step) {
	for _, s := range f.entries {
		switch {
		case s.back:
		case hidesForm(s):
			return withoutForms, s
		case s.in.cannotShow(capture.LimitAuthorization) && tokenRequest(s):
			return withoutAuthorization, s
		}
	}
	return f.hidesAnswer(), f.callback
}

// hidesCall gives a call to a host of the provider other than the expected one,
// of which the capture cannot show whether it reads data with a token.
func (f *flow) hidesCall(expected string) *step {
	if f.dialect != &oauth { // no token, no such call
		return nil
	}
	for _, s := range f.entries {
		call := s.e.ResourceType == "xhr" || s.e.ResourceType == "fetch" || s.e.Facts.Code(transcript.FactBodyKind) == "json"
		if call && !s.back && !s.main && s.role == RoleProvider && s.at.host != expected && s.in.cannotShow(capture.LimitAuthorization) {
			return s
		}
	}
	return nil
}
