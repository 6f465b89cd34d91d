package integration

// Fields gives the name of every field that Diff can name, in the order of the
// format: "client.id", "redirect_uris".
func Fields() []string {
	var out []string
	for _, l := range leaves(Config{}) {
		out = append(out, l.path)
	}
	return out
}

// FieldWords names a field for people, as the middle of a sentence: "the
// redirect URIs". ok is false for what is no field.
func FieldWords(field string) (words string, ok bool) {
	words, ok = fieldWords[field]
	return words, ok
}

// concerns tells whether a field says something under the protocol; one of the
// other protocols may be filled in and counts for nothing.
func (p Protocol) concerns(field string) bool {
	switch field {
	case "saml.entity_id", "saml.acs_urls", "saml.certificate", "saml.encryption":
		return p == SAML2
	case "client.id", "client.type", "client.auth_method", "redirect_uris", "uses.refresh":
		return p != SAML2
	}
	return true
}

// Concerning gives of some changes those of fields that say something where the
// protocol is this one.
func (p Protocol) Concerning(changes []Change) []Change {
	var out []Change
	for _, c := range changes {
		if p.concerns(c.Field) {
			out = append(out, c)
		}
	}
	return out
}

var fieldWords = map[string]string{
	"format": "the format", "name": "the name", "protocol": "the protocol", "use_cases": "the use cases", "environment": "the environment",
	"expected_api_host": "the expected host", "client.id": "the client id", "client.type": "the client type",
	"client.auth_method": "how the client authenticates", "redirect_uris": "the redirect URIs", "policies": "the policies",
	"saml.entity_id": "the entity ID", "saml.acs_urls": "the ACS URLs", "saml.certificate": "the certificate",
	"saml.encryption": "the encryption of assertions", "payload_encryption": "the encryption of the payload",
	"uses.refresh": "the use of refresh tokens", "uses.logout": "the use of logout", "uses.popup": "the use of a popup",
	"uses.fullpage": "the use of a full page", "uses.groups_endpoint": "the use of the groups endpoint", "attributes": "the declared attributes",
	"verification_methods": "the verification methods", "pages.start": "the start page", "pages.landing": "the landing page",
	"pages.denied": "the page after a refusal", "pages.error": "the error page", "pages.logout": "the page after logout",
	"hosts.own": "the partner's hosts", "hosts.third_party": "the third parties", "hosts.production": "the production hosts",
	"links.privacy": "the privacy policy", "links.terms": "the terms of service", "links.faq": "the FAQ page", "links.test_link": "the test link",
	"test_users": "the test users", "contacts": "the contacts", "launch.date": "the launch date", "launch.volume": "the expected volume",
	"release": "the release", "reveal.paths": "the paths that are shown", "reveal.titles": "the titles that are shown",
	"reveal.error_text": "the error texts that are shown", "notes": "the notes",
}
