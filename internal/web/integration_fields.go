package web

import (
	"strings"

	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/views/components"
)

// configSections is the description form, field by field, in the order of integration.yaml.
var configSections = []configSection{
	{"What it is", "", []configField{
		textField("name", "Name", "What your team calls it. Nothing else is needed to begin.", func(c *integration.Config) *string { return &c.Name }),
		choiceField("protocol", "Protocol", "", func(c *integration.Config) *integration.Protocol { return &c.Protocol },
			components.Option{Value: "", Label: "Choose one"}, components.Option{Value: "oidc", Label: "OpenID Connect"},
			components.Option{Value: "oauth", Label: "OAuth 2.0"}, components.Option{Value: "saml", Label: "SAML 2.0"}),
		useCaseField("identity", "Identity verification"), useCaseField("group", "Group affiliation"), useCaseField("authentication", "Sign-in only"),
		choiceField("environment", "Environment", "Where the client is registered.", func(c *integration.Config) *integration.Environment { return &c.Environment },
			components.Option{Value: "", Label: "Choose one"}, components.Option{Value: "sandbox", Label: "Sandbox"}, components.Option{Value: "production", Label: "Production"}),
		monoField("expected_api_host", "Expected host", "The provider's host that your site sends people to, with its port if it has one.", func(c *integration.Config) *string { return &c.ExpectedAPIHost }),
		textField("release", "Release", "The build of your site under test.", func(c *integration.Config) *string { return &c.Release }),
	}},
	{"Client", "For OAuth and OpenID Connect. The client secret is never asked for.", []configField{
		monoField("client.id", "Client id", "", func(c *integration.Config) *string { return &c.Client.ID }),
		choiceField("client.type", "Client type", "Confidential keeps a secret on a server; public cannot.", func(c *integration.Config) *integration.ClientType { return &c.Client.Type },
			components.Option{Value: "", Label: "Choose one"}, components.Option{Value: "confidential", Label: "Confidential"}, components.Option{Value: "public", Label: "Public"}),
		choiceField("client.auth_method", "How the client authenticates", "", func(c *integration.Config) *string { return &c.Client.AuthMethod }, authMethodOptions()...),
		linesField("redirect_uris", "Redirect URIs", "One per line, exactly as registered.", func(c *integration.Config) *[]string { return &c.RedirectURIs }),
		linesField("policies", "Policies", "Scopes or authentication contexts that were agreed, one per line.", func(c *integration.Config) *[]string { return &c.Policies }),
		checkField("payload_encryption", "The payload is encrypted", func(c *integration.Config) *bool { return &c.PayloadEncryption }),
	}},
	{"SAML", "For SAML 2.0 only.", []configField{
		monoField("saml.entity_id", "Entity ID", "", func(c *integration.Config) *string { return &c.SAML.EntityID }),
		linesField("saml.acs_urls", "ACS URLs", "One per line.", func(c *integration.Config) *[]string { return &c.SAML.ACSURLs }),
		longField("saml.certificate", "Certificate", "PEM, the public certificate only.", func(c *integration.Config) *string { return &c.SAML.Certificate }),
		checkField("saml.encryption", "Assertions are encrypted", func(c *integration.Config) *bool { return &c.SAML.Encryption }),
	}},
	{"What it uses", "", []configField{
		checkField("uses.refresh", "Refresh tokens", func(c *integration.Config) *bool { return &c.Uses.Refresh }),
		checkField("uses.logout", "Logout at the provider", func(c *integration.Config) *bool { return &c.Uses.Logout }),
		checkField("uses.popup", "A popup window", func(c *integration.Config) *bool { return &c.Uses.Popup }),
		checkField("uses.fullpage", "A full-page redirect", func(c *integration.Config) *bool { return &c.Uses.FullPage }),
		checkField("uses.groups_endpoint", "The groups endpoint", func(c *integration.Config) *bool { return &c.Uses.GroupsEndpoint }),
		attributesField(),
		linesField("verification_methods", "Verification methods", "Such as driver's licence or passport, one per line.", func(c *integration.Config) *[]string { return &c.VerificationMethods }),
	}},
	{"Your site", "What is declared here is shown in clear in transcripts; everything else is hidden.", []configField{
		linesField("hosts.own", "Your hosts", "One per line, with the port if it has one.", func(c *integration.Config) *[]string { return &c.Hosts.Own }),
		linesField("hosts.third_party", "Third parties", "Hosts your pages load from on purpose.", func(c *integration.Config) *[]string { return &c.Hosts.ThirdParty }),
		linesField("hosts.production", "Production hosts", "Must not appear in a test.", func(c *integration.Config) *[]string { return &c.Hosts.Production }),
		monoField("pages.start", "Start page", "Path, such as /join.", func(c *integration.Config) *string { return &c.Pages.Start }),
		monoField("pages.landing", "Landing page", "Where people end after they succeed. May end in *.", func(c *integration.Config) *string { return &c.Pages.Landing }),
		monoField("pages.denied", "Page after a refusal", "", func(c *integration.Config) *string { return &c.Pages.Denied }),
		monoField("pages.error", "Error page", "", func(c *integration.Config) *string { return &c.Pages.Error }),
		monoField("pages.logout", "Page after logout", "", func(c *integration.Config) *string { return &c.Pages.Logout }),
		linesField("reveal.paths", "More paths to show", "One per line.", func(c *integration.Config) *[]string { return &c.Reveal.Paths }),
		linesField("reveal.titles", "Page titles to show", "One per line.", func(c *integration.Config) *[]string { return &c.Reveal.Titles }),
		linesField("reveal.error_text", "Error texts to show", "Word for word, one per line.", func(c *integration.Config) *[]string { return &c.Reveal.ErrorText }),
	}},
	{"People and dates", "", []configField{
		monoField("links.privacy", "Privacy policy", "", func(c *integration.Config) *string { return &c.Links.Privacy }),
		monoField("links.terms", "Terms of service", "", func(c *integration.Config) *string { return &c.Links.Terms }),
		monoField("links.faq", "FAQ or help page", "", func(c *integration.Config) *string { return &c.Links.FAQ }),
		monoField("links.test_link", "Test link", "Where the provider can try it.", func(c *integration.Config) *string { return &c.Links.TestLink }),
		linesField("test_users", "Test users", "Labels only, one per line. Never names or passwords.", func(c *integration.Config) *[]string { return &c.TestUsers }),
		contactsField(),
		monoField("launch.date", "Launch date", "Year, month, day: 2026-12-14.", func(c *integration.Config) *string { return &c.Launch.Date }),
		textField("launch.volume", "Expected volume", "In your words.", func(c *integration.Config) *string { return &c.Launch.Volume }),
		longField("notes", "Notes", "", func(c *integration.Config) *string { return &c.Notes }),
	}},
}

func authMethodOptions() []components.Option {
	options := []components.Option{{Value: "", Label: "Choose one"}}
	for _, m := range integration.AuthMethods() {
		options = append(options, components.Option{Value: m, Label: m})
	}
	return options
}

// useCaseField is one checkbox of the list of use cases.
func useCaseField(word integration.UseCase, label string) configField {
	f := checkField("use_cases."+string(word), label, nil)
	f.get = func(c integration.Config) string {
		for _, u := range c.UseCases {
			if u == word {
				return "yes"
			}
		}
		return ""
	}
	f.set = func(c *integration.Config, v string) {
		if v == "yes" {
			c.UseCases = append(c.UseCases, word)
		}
	}
	return f
}

// attributesField is a small table as text: a line per attribute, cells between bars.
func attributesField() configField {
	return configField{name: "attributes", label: "Attributes", mono: true, kind: "lines",
		hint: "One per line: handle | purpose | required or optional | when it may be null.",
		get: func(c integration.Config) string {
			rows := make([]string, len(c.Attributes))
			for i, a := range c.Attributes {
				need := "optional"
				if a.Required {
					need = "required"
				}
				rows[i] = strings.TrimRight(strings.Join([]string{a.Handle, a.Purpose, need, a.MayBeNullWhen}, " | "), " |")
			}
			return strings.Join(rows, "\n")
		},
		set: func(c *integration.Config, v string) {
			for _, line := range lines(v) {
				cells := columns(line, 4)
				c.Attributes = append(c.Attributes, integration.Attribute{Handle: cells[0], Purpose: cells[1], Required: cells[2] == "required", MayBeNullWhen: cells[3]})
			}
		}}
}

// contactsField is a small table as text, like attributesField.
func contactsField() configField {
	return configField{name: "contacts", label: "Contacts", kind: "lines",
		hint: "One per line: name | role | e-mail address.",
		get: func(c integration.Config) string {
			rows := make([]string, len(c.Contacts))
			for i, p := range c.Contacts {
				rows[i] = strings.TrimRight(strings.Join([]string{p.Name, p.Role, p.Email}, " | "), " |")
			}
			return strings.Join(rows, "\n")
		},
		set: func(c *integration.Config, v string) {
			for _, line := range lines(v) {
				cells := columns(line, 3)
				c.Contacts = append(c.Contacts, integration.Contact{Name: cells[0], Role: cells[1], Email: cells[2]})
			}
		}}
}
