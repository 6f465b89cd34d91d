package party

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// redeem gets the tokens for a code and the attributes for a token.
func (p *Party) redeem(a *attempt, in url.Values) (*person, error) {
	if p.does(Implicit) {
		return &person{accessToken: in.Get("access_token")}, nil
	}
	if p.does(PasswordGrant) {
		// Refused by every provider here; the sign-in goes on with the code.
		_, _ = p.token(url.Values{"grant_type": {"password"}, "username": {"robot"}, "password": {random(12)}, "scope": {"openid"}})
	}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {in.Get("code")}, "redirect_uri": {a.redirectURI}}
	if a.verifier != "" {
		form.Set("code_verifier", a.verifier)
	}
	switch p.Fault {
	case WrongVerifier:
		form.Set("code_verifier", random(32))
	case NoRedirectURI:
		form.Del("redirect_uri")
	case NoVerifier:
		form.Del("code_verifier")
	}
	tokens, err := p.token(form)
	if err != nil {
		return nil, err
	}
	if id, _ := tokens["id_token"].(string); !p.Trusting && p.oidc() {
		if err := p.checkIDToken(id, a.nonce); err != nil {
			return nil, err
		}
	}
	who := &person{}
	who.accessToken, _ = tokens["access_token"].(string)
	if err := p.attributes(who); err != nil {
		return nil, err
	}
	if p.does(CodeTwice) {
		_, _ = p.token(form) // refused by the provider
	}
	return who, nil
}

func (p *Party) token(form url.Values) (map[string]any, error) {
	address := p.endpoint("token_endpoint")
	form.Set("client_id", p.ClientID)
	if p.Secret != "" {
		form.Set("client_secret", p.Secret)
	}
	if p.does(SecretInTokenURL) {
		address += "?client_secret=" + url.QueryEscape(p.Secret)
	}
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	return p.ask(r)
}

func (p *Party) attributes(who *person) error {
	address := p.endpoint("userinfo_endpoint")
	if !p.oidc() {
		address = p.Provider + p.Data
	}
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Authorization", "Bearer "+who.accessToken)
	if p.does(BearerInQuery) {
		r.Header.Del("Authorization")
		r.URL.RawQuery = url.Values{"access_token": {who.accessToken}}.Encode()
	}
	claims, err := p.ask(r)
	if err != nil {
		return err
	}
	for _, name := range []string{"fname", "given_name", "name"} {
		if text, ok := claims[name].(string); ok && who.name == "" {
			who.name = text
		}
	}
	return nil
}

func (p *Party) ask(r *http.Request) (map[string]any, error) {
	answer, err := p.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, errors.New("the provider refused: " + answer.Status)
	}
	var body map[string]any
	return body, json.Unmarshal(text, &body)
}

// checkIDToken compares what it says. Its signature need not be checked where it
// comes straight from the token endpoint (OpenID Connect Core, 3.1.3.7, 6).
func (p *Party) checkIDToken(token, nonce string) error {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return errors.New("there is no id_token")
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return err
	}
	var claims struct {
		Issuer   string `json:"iss"`
		Audience any    `json:"aud"`
		Nonce    string `json:"nonce"`
	}
	if err := json.Unmarshal(text, &claims); err != nil {
		return err
	}
	aud, _ := claims.Audience.(string)
	if list, ok := claims.Audience.([]any); ok && len(list) > 0 {
		aud, _ = list[0].(string)
	}
	if claims.Issuer != p.Provider || aud != p.ClientID || claims.Nonce != nonce {
		return errors.New("the id_token is for something else")
	}
	return nil
}
