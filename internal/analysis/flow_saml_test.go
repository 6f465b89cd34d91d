package analysis_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// numberedSAML gives a pseudonym for each number.
func numberedSAML(n int) string {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	key := make([]byte, transcript.KeyChars)
	for i := range key {
		key[i] = digits[n%len(digits)]
		n /= len(digits)
	}
	return "~saml." + string(key)
}

// TestManyMessages joins captures that are nothing but SAML messages: a thousand
// requests that nobody answers, one message a thousand times, or as many answers
// to one request. Work that grows with the cube of them would not end in time.
func TestManyMessages(t *testing.T) {
	t.Parallel()
	const n = 1000
	const request = "GET https://idp.example/sso?SAMLRequest=%s&saml.type=AuthnRequest&saml.id=%s&RelayState=~relay.A -> 200\nGET https://rp.example/ -> 200\n"
	const answer = "POST https://rp.example/acs -> 200\n  form: SAMLResponse=%s&saml.type=Response&saml.in_response_to=%s&RelayState=~relay.A\n"
	for name, tc := range map[string]struct {
		line  func(i int) string
		flows int
	}{
		"strangers": {func(i int) string {
			return fmt.Sprintf(request, numberedSAML(i), numberedSAML(n+i)) + fmt.Sprintf(answer, numberedSAML(2*n+i), numberedSAML(3*n+i))
		}, n},
		"one message": {func(int) string { return fmt.Sprintf(answer, "~saml.A", "~saml.B") }, 1},
		"answers to one request": {func(i int) string {
			return fmt.Sprintf(request, "~saml.A", "~saml.B") + fmt.Sprintf(answer, numberedSAML(i), "~saml.B")
		}, n},
	} {
		var text strings.Builder
		for i := range n {
			text.WriteString(tc.line(i))
		}
		cfg := baseConfig()
		cfg.Protocol = integration.SAML2
		if got := len(analysis.Flows(cfg, parseRun(t, name, text.String()))); got != tc.flows {
			t.Errorf("%s: %d sign-ins, want %d", name, got, tc.flows)
		}
	}
}
