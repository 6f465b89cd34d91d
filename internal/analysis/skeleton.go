package analysis

import (
	"encoding/json"
	"strings"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// members reads the redacted skeleton of a JSON body, nil when it is no object.
func members(skeleton string) map[string]any {
	if skeleton == "" || skeleton[0] != '{' {
		return nil
	}
	var m map[string]any
	if json.Unmarshal([]byte(skeleton), &m) != nil {
		return nil
	}
	return m
}

// text gives a member that is a string, empty for all else.
func text(m map[string]any, name string) string {
	s, _ := m[name].(string)
	return s
}

// answer reads the response's skeleton, nil when the transcript holds none.
func (s *step) answer() map[string]any {
	if s.e.Response == nil {
		return nil
	}
	return members(s.e.Response.BodyText)
}

// sent gives a parameter of the request, wherever it stands, a JSON body included.
func (s *step) sent(name string) string {
	if v := s.value(name); v != "" || !strings.Contains(s.e.Request.BodyText, name) {
		return v
	}
	return text(members(s.e.Request.BodyText), name)
}

// redeems tells whether a request asks for tokens, in the right shape or not;
// see tokenRequest for the right one.
func redeems(s *step) bool { return s.sent("grant_type") != "" }

// granted tells whether the token endpoint gave what it was asked for.
func granted(s *step) bool { return s.status() >= 200 && s.status() < 300 }

// told is what the calls of a run tell of the provider.
type told struct {
	calls    []*step // requests for tokens
	metadata []*step // answers with the provider's metadata (RFC 8414; OpenID Connect Discovery)
	// The exporter of a capture replaced the values of forms; of a server's capture.
	hidden, hiddenBack bool
}

func toldBy(steps []*step) told {
	var t told
	for _, s := range steps {
		if redeems(s) {
			t.calls = append(t.calls, s)
		}
		if speaksOfTokens(s.e) && text(s.answer(), "issuer") != "" && text(s.answer(), "authorization_endpoint") != "" {
			t.metadata = append(t.metadata, s)
		}
		if s.in.cannotShow(capture.LimitForms) {
			t.hidden, t.hiddenBack = true, t.hiddenBack || s.back
		}
	}
	return t
}

// speaksOfTokens tells whether the JSON of an entry may be a token request or the
// provider's metadata.
func speaksOfTokens(e *transcript.Entry) bool {
	return strings.Contains(e.Request.BodyText, `"grant_type"`) ||
		e.Response != nil && strings.Contains(e.Response.BodyText, `"authorization_endpoint"`)
}
