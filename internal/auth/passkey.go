package auth

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// ceremonyTime bounds a registration or a sign-in, from the click on.
const ceremonyTime = 5 * time.Minute

// Passkeys registers passkeys and checks sign-ins with them (WebAuthn level 3).
// It keeps nothing: what a ceremony needs at its end is handed out at its
// begin, for the login session.
type Passkeys struct {
	web *webauthn.WebAuthn // nil where the origin has no name
}

// PasskeyOwner is the person a passkey belongs to.
type PasskeyOwner struct {
	ID    uuid.UUID
	Name  string
	Email string
	// Provider is true for the provider's people: their passkey must have
	// checked that it is they, by a PIN or a body feature.
	Provider bool
	// Credentials are the passkeys they have, as FinishRegistration gave them.
	Credentials [][]byte
}

// Credential is a passkey to store: its id, and the JSON that later sign-ins need.
type Credential struct {
	ID   []byte
	JSON []byte
}

// NewPasskeys gives the passkeys of an origin such as https://proofwalk.example
// or http://localhost:8080. Browsers bind passkeys to names: where the origin
// is an IP address, every ceremony is refused with the way out.
func NewPasskeys(origin string) (*Passkeys, error) {
	u, err := url.Parse(origin)
	if err != nil || u.Hostname() == "" {
		return nil, errors.New("preparing passkeys: the origin has no host")
	}
	if net.ParseIP(u.Hostname()) != nil {
		return &Passkeys{}, nil
	}
	timeout := webauthn.TimeoutConfig{Enforce: true, Timeout: ceremonyTime, TimeoutUVD: ceremonyTime}
	web, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: "Proofwalk", RPOrigins: []string{origin},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification: protocol.VerificationPreferred,
		},
		Timeouts: webauthn.TimeoutsConfig{Login: timeout, Registration: timeout},
	})
	if err != nil {
		return nil, fmt.Errorf("preparing passkeys: %w", err)
	}
	return &Passkeys{web: web}, nil
}

// Usable tells whether browsers take passkeys at this origin at all.
func (p *Passkeys) Usable() bool { return p.web != nil }

// BeginRegistration gives the options for the browser as JSON and the
// ceremony, which FinishRegistration needs and only the server may hold.
func (p *Passkeys) BeginRegistration(owner PasskeyOwner) (options, ceremony []byte, err error) {
	if !p.Usable() {
		return nil, nil, errNoName()
	}
	user, err := newPasskeyUser(owner)
	if err != nil {
		return nil, nil, err
	}
	creation, data, err := p.web.BeginRegistration(user,
		webauthn.WithAuthenticatorSelection(p.selection(owner)),
		webauthn.WithExclusions(webauthn.Credentials(user.credentials).CredentialDescriptors()))
	if err != nil {
		return nil, nil, fmt.Errorf("beginning a passkey registration: %w", err)
	}
	return encodeCeremony(creation, data)
}

// FinishRegistration checks the browser's answer. Errors are apperr.Invalid
// where another try may help.
func (p *Passkeys) FinishRegistration(owner PasskeyOwner, ceremony, answer []byte) (Credential, error) {
	if !p.Usable() {
		return Credential{}, errNoName()
	}
	data, err := decodeCeremony(ceremony)
	if err != nil {
		return Credential{}, err
	}
	user, err := newPasskeyUser(owner)
	if err != nil {
		return Credential{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return Credential{}, refuse("The browser sent no passkey that can be read. Try again, or use another browser.", err)
	}
	made, err := p.web.CreateCredential(user, data, parsed)
	if err != nil {
		return Credential{}, refuse("The passkey could not be checked, so it was not added. Try again.", err)
	}
	return encodeCredential(made)
}

// BeginSignIn gives the options for the browser as JSON and the ceremony. Who
// signs in shows at the end: the browser offers the passkeys it has.
func (p *Passkeys) BeginSignIn() (options, ceremony []byte, err error) {
	if !p.Usable() {
		return nil, nil, errNoName()
	}
	assertion, data, err := p.web.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationPreferred))
	if err != nil {
		return nil, nil, fmt.Errorf("beginning a passkey sign-in: %w", err)
	}
	return encodeCeremony(assertion, data)
}

// FinishSignIn checks the browser's answer. find gives the person of a user
// id. The credential holds the new counter and must be stored.
func (p *Passkeys) FinishSignIn(ceremony, answer []byte, find func(uuid.UUID) (PasskeyOwner, error)) (uuid.UUID, Credential, error) {
	if !p.Usable() {
		return uuid.Nil, Credential{}, errNoName()
	}
	data, err := decodeCeremony(ceremony)
	if err != nil {
		return uuid.Nil, Credential{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return uuid.Nil, Credential{}, refuse("The browser sent no passkey that can be read. Try again, or use another browser.", err)
	}
	var owner PasskeyOwner
	var findErr error
	_, used, err := p.web.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		var id uuid.UUID
		if id, findErr = uuid.FromBytes(handle); findErr != nil {
			return nil, findErr
		}
		if owner, findErr = find(id); findErr != nil {
			return nil, findErr
		}
		return newPasskeyUser(owner)
	}, data, parsed)
	switch {
	case apperr.Is(findErr, apperr.Unavailable):
		return uuid.Nil, Credential{}, findErr
	case err != nil:
		return uuid.Nil, Credential{}, refuse("This passkey is not known here. It may have been removed, or belong to another address of this app.", err)
	case used.Authenticator.CloneWarning:
		return uuid.Nil, Credential{}, refuse("This passkey counts its uses, and the count went backwards: it may have been copied. Sign in with a link, remove it, and add a new one.", nil)
	case owner.Provider && !parsed.Response.AuthenticatorData.Flags.HasUserVerified():
		return uuid.Nil, Credential{}, refuse("For people of the provider, the passkey must check that it is you, by a PIN, a finger or a face. Turn that on and try again.", nil)
	}
	credential, err := encodeCredential(used)
	return owner.ID, credential, err
}

// selection asks the browser for a passkey that is found without a name being
// typed, and that checks its holder where the owner's role demands it.
func (p *Passkeys) selection(owner PasskeyOwner) protocol.AuthenticatorSelection {
	s := p.web.Config.AuthenticatorSelection
	if owner.Provider {
		s.UserVerification = protocol.VerificationRequired
	}
	return s
}

func errNoName() error {
	return apperr.New(apperr.Unsupported, "Browsers refuse passkeys at an IP address. Open this app under its name, on this machine as localhost, or sign in with a link.")
}

func refuse(text string, cause error) error { return apperr.Wrap(apperr.Invalid, text, cause) }

func encodeCeremony(options any, data *webauthn.SessionData) (optionsJSON, ceremony []byte, err error) {
	if optionsJSON, err = json.Marshal(options); err != nil {
		return nil, nil, fmt.Errorf("encoding passkey options: %w", err)
	}
	if ceremony, err = json.Marshal(data); err != nil {
		return nil, nil, fmt.Errorf("encoding a passkey ceremony: %w", err)
	}
	return optionsJSON, ceremony, nil
}

func decodeCeremony(ceremony []byte) (webauthn.SessionData, error) {
	var data webauthn.SessionData
	if len(ceremony) == 0 {
		return data, refuse("This page was open for too long, or the passkey was sent already. Try again.", nil)
	}
	if err := json.Unmarshal(ceremony, &data); err != nil {
		return data, fmt.Errorf("decoding a passkey ceremony: %w", err)
	}
	return data, nil
}

func encodeCredential(c *webauthn.Credential) (Credential, error) {
	encoded, err := json.Marshal(c)
	if err != nil {
		return Credential{}, fmt.Errorf("encoding a passkey: %w", err)
	}
	return Credential{ID: c.ID, JSON: encoded}, nil
}

// passkeyUser is an owner as the library asks for it.
type passkeyUser struct {
	owner       PasskeyOwner
	credentials []webauthn.Credential
}

func newPasskeyUser(owner PasskeyOwner) (*passkeyUser, error) {
	u := &passkeyUser{owner: owner, credentials: make([]webauthn.Credential, len(owner.Credentials))}
	for i, encoded := range owner.Credentials {
		if err := json.Unmarshal(encoded, &u.credentials[i]); err != nil {
			return nil, fmt.Errorf("decoding a passkey: %w", err)
		}
	}
	return u, nil
}

func (u *passkeyUser) WebAuthnID() []byte { return u.owner.ID[:] }

func (u *passkeyUser) WebAuthnName() string { return u.owner.Email }

func (u *passkeyUser) WebAuthnDisplayName() string { return u.owner.Name }

func (u *passkeyUser) WebAuthnCredentials() []webauthn.Credential { return u.credentials }
