package checklist

// Scenario is what a test run goes through. The list is closed; findings and
// items refer to scenarios by their slugs.
type Scenario struct {
	Slug  string
	Title string
	// About says what the test user does and where it should end, in a sentence.
	About string
}

var scenarios = []Scenario{
	{"happy-path", "Happy path", "A test user signs in, consents and ends on the landing page."},
	{"consent-denied", "Consent denied", "The test user declines at the consent page and ends on your page after a refusal."},
	{"passport-without-address", "Passport without address", "The test user verifies with a document that brings no address."},
	{"new-account", "New account", "Somebody without an account creates one on the way."},
	{"returning-user", "Returning user", "A test user who signed in before signs in again and meets the same account."},
	{"verification-failed", "Verification not completed", "The identity cannot be verified and the sign-in comes back with an error."},
	{"not-eligible", "Not eligible", "The test user is verified but does not belong to the group that is asked for."},
	{"sign-in-cancelled", "Sign-in cancelled", "The test user leaves the provider's page and comes back by the cancel link or the back button."},
	{"wrong-scope", "Wrong scope", "The request asks for a policy that was not agreed, and the error is shown to be handled."},
	{"wrong-request", "Wrong request", "The request lacks a parameter, or names a client, redirect URI or response type that is not registered, and the error is shown to be handled."},
	{"provider-down", "Provider down", "The provider cannot be reached, or answers with an error of its own, while a test user signs in."},
	{"expired-sign-in", "Expired sign-in", "The callback arrives after the sign-in has expired, or a second time."},
	{"attribute-missing", "Attribute missing", "An optional attribute is empty in what the provider answers."},
	{"logout", "Logout", "A signed-in test user logs out at your site and at the provider."},
}

// Scenarios gives the closed list, in the order in which it is offered.
func Scenarios() []Scenario { return append([]Scenario(nil), scenarios...) }

// FindScenario gives the scenario of a slug; ok is false when there is none.
func FindScenario(slug string) (s Scenario, ok bool) {
	for _, s := range scenarios {
		if s.Slug == slug {
			return s, true
		}
	}
	return Scenario{}, false
}
