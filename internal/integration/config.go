// Package integration holds integration.yaml v1: the description of one
// partner's integration as the server stores it, as the kit reads it offline and
// as a partner keeps it in a repository. Pure: bytes in, values out.
package integration

// Format is the value of the document's `format` field.
const Format = "proofwalk/integration/v1"

// Config is integration.yaml v1. Every save on the server is a numbered
// configuration version; captures and revisions name the one they were judged
// against. Zero values mean "not stated".
type Config struct {
	Format              string      `yaml:"format" json:"format"`
	Name                string      `yaml:"name" json:"name"`
	Protocol            Protocol    `yaml:"protocol" json:"protocol"`
	UseCases            []UseCase   `yaml:"use_cases" json:"use_cases"`
	Environment         Environment `yaml:"environment" json:"environment"`
	ExpectedAPIHost     string      `yaml:"expected_api_host" json:"expected_api_host"`
	Client              Client      `yaml:"client" json:"client"`
	RedirectURIs        []string    `yaml:"redirect_uris" json:"redirect_uris"`
	Policies            []string    `yaml:"policies" json:"policies"`
	SAML                SAML        `yaml:"saml" json:"saml"`
	PayloadEncryption   bool        `yaml:"payload_encryption" json:"payload_encryption"`
	Uses                Uses        `yaml:"uses" json:"uses"`
	Attributes          []Attribute `yaml:"attributes" json:"attributes"`
	VerificationMethods []string    `yaml:"verification_methods" json:"verification_methods"`
	Pages               Pages       `yaml:"pages" json:"pages"`
	Hosts               Hosts       `yaml:"hosts" json:"hosts"`
	Links               Links       `yaml:"links" json:"links"`
	TestUsers           []string    `yaml:"test_users" json:"test_users"`
	Contacts            []Contact   `yaml:"contacts" json:"contacts"`
	Launch              Launch      `yaml:"launch" json:"launch"`
	Release             string      `yaml:"release" json:"release"`
	Reveal              Reveal      `yaml:"reveal" json:"reveal"`
	Notes               string      `yaml:"notes" json:"notes"`
}

// Protocol is how the integration signs people in.
type Protocol string

// The protocols.
const (
	OAuth Protocol = "oauth"
	OIDC  Protocol = "oidc"
	SAML2 Protocol = "saml"
)

// UseCase is what the integration uses the identity provider for.
type UseCase string

// The use cases.
const (
	Group          UseCase = "group"
	Identity       UseCase = "identity"
	Authentication UseCase = "authentication"
)

// Environment is where the client is registered.
type Environment string

// The environments.
const (
	Sandbox    Environment = "sandbox"
	Production Environment = "production"
)

// ClientType is the client type of RFC 6749, 2.1.
type ClientType string

// The client types.
const (
	PublicClient       ClientType = "public"
	ConfidentialClient ClientType = "confidential"
)

// Client is the registration at the provider; the secret is never part of it.
type Client struct {
	ID         string     `yaml:"id" json:"id"`
	Type       ClientType `yaml:"type" json:"type"`
	AuthMethod string     `yaml:"auth_method" json:"auth_method"` // client_secret_basic, client_secret_post, private_key_jwt, none
}

// SAML is the service provider's side of a SAML registration.
type SAML struct {
	EntityID    string   `yaml:"entity_id" json:"entity_id"`
	ACSURLs     []string `yaml:"acs_urls" json:"acs_urls"`
	Certificate string   `yaml:"certificate" json:"certificate"` // PEM, public
	Encryption  bool     `yaml:"encryption" json:"encryption"`
}

// Uses are the optional parts of the protocol that the integration uses.
type Uses struct {
	Refresh        bool `yaml:"refresh" json:"refresh"`
	Logout         bool `yaml:"logout" json:"logout"`
	Popup          bool `yaml:"popup" json:"popup"`
	FullPage       bool `yaml:"fullpage" json:"fullpage"`
	GroupsEndpoint bool `yaml:"groups_endpoint" json:"groups_endpoint"`
}

// Attribute is one attribute that the integration receives, with its purpose.
type Attribute struct {
	Handle        string `yaml:"handle" json:"handle"`
	Purpose       string `yaml:"purpose" json:"purpose"`
	Required      bool   `yaml:"required" json:"required"`
	MayBeNullWhen string `yaml:"may_be_null_when" json:"may_be_null_when"`
}

// Pages are the partner's pages by role; paths may end in * (any rest).
type Pages struct {
	Start   string `yaml:"start" json:"start"`
	Landing string `yaml:"landing" json:"landing"`
	Denied  string `yaml:"denied" json:"denied"`
	Error   string `yaml:"error" json:"error"`
	Logout  string `yaml:"logout" json:"logout"`
}

// Hosts are host names (with port where it is not the scheme's own) by owner.
type Hosts struct {
	Own        []string `yaml:"own" json:"own"`
	ThirdParty []string `yaml:"third_party" json:"third_party"`
	Production []string `yaml:"production" json:"production"`
}

// Links are the addresses that reviewers open.
type Links struct {
	Privacy  string `yaml:"privacy" json:"privacy"`
	Terms    string `yaml:"terms" json:"terms"`
	FAQ      string `yaml:"faq" json:"faq"`
	TestLink string `yaml:"test_link" json:"test_link"`
}

// Contact is a person or team the provider may call on.
type Contact struct {
	Name  string `yaml:"name" json:"name"`
	Role  string `yaml:"role" json:"role"`
	Email string `yaml:"email" json:"email"`
}

// Launch is the plan for going live.
type Launch struct {
	Date   string `yaml:"date" json:"date"`     // YYYY-MM-DD
	Volume string `yaml:"volume" json:"volume"` // in the partner's words
}

// Reveal lists what the partner admin declared to be shown in clear.
type Reveal struct {
	Paths     []string `yaml:"paths" json:"paths"`
	Titles    []string `yaml:"titles" json:"titles"`
	ErrorText []string `yaml:"error_text" json:"error_text"`
}
