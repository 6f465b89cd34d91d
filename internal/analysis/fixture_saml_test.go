package analysis_test

import (
	"regexp"
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

var messageWord = regexp.MustCompile(`\{(authn|response) ([^}]*)\}`)

// expandMessages puts the parameters of a SAML message for {authn A} and {response B to A}.
func expandMessages(s string) string {
	return messageWord.ReplaceAllStringFunc(s, func(text string) string {
		m := messageWord.FindStringSubmatch(text)
		return strings.Join(samlMessage(m[1], strings.Fields(m[2])), "&")
	})
}

// samlMessage writes a message as docs/redacted_har.md says: the parameter, then its derived fields.
func samlMessage(kind string, words []string) []string {
	const status = "urn:oasis:names:tc:SAML:2.0:status:"
	id := words[0]
	param, typ, mark := "SAMLRequest", "AuthnRequest", "2"
	fields := []string{"destination=https://idp.example/sso", "issuer=https://rp.example/metadata", "acs_url=https://rp.example/acs"}
	if kind == "response" {
		param, typ, mark = "SAMLResponse", "Response", "3"
		fields = []string{
			"in_response_to=", "destination=https://rp.example/acs", "recipient=https://rp.example/acs",
			"issuer=https://idp.example/metadata", "audience=https://rp.example/metadata", "status=" + status + "Success", "substatus=",
		}
	}
	set := func(name, value string) {
		i := slices.IndexFunc(fields, func(f string) bool { return strings.HasPrefix(f, name+"=") })
		if i < 0 {
			i = len(fields)
			fields = append(fields, "")
		}
		fields[i] = name + "=" + value
	}
	for i, word := range words[1:] {
		name, value, found := strings.Cut(word, "=")
		top, sub, _ := strings.Cut(value, "/")
		switch {
		case word == "to":
			set("in_response_to", "~saml."+words[i+2])
		case name == "status":
			set("status", status+top)
			if sub != "" {
				set("substatus", status+sub)
			}
			set("recipient", "")
			set("audience", "")
		case found:
			set(name, value)
		}
	}
	out := []string{param + "=~saml." + strings.Repeat(id, transcript.KeyChars-1) + mark, "saml.type=" + typ, "saml.id=~saml." + id}
	for _, f := range fields {
		if !strings.HasSuffix(f, "=") {
			out = append(out, "saml."+f)
		}
	}
	return out
}
