package redact

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// maxTokenBytes is the longest JWT that is decoded.
const maxTokenBytes = 64 << 10

// splitJWT gives header and claims of a compact JWS as JSON; a JWE (five parts)
// has no readable claims.
func splitJWT(token string) (header, claims []byte, encrypted, ok bool) {
	if len(token) > maxTokenBytes || !strings.HasPrefix(token, "ey") {
		return nil, nil, false, false
	}
	parts := strings.SplitN(token, ".", 6)
	if len(parts) != 3 && len(parts) != 5 {
		return nil, nil, false, false
	}
	header, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[0], "="))
	if err != nil {
		return nil, nil, false, false
	}
	if len(parts) == 5 {
		return header, nil, true, true
	}
	claims, err = base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	return header, claims, false, err == nil
}

// idToken writes what a clear ID token says after the member itself: its
// header and its claims, by the rules for any JSON. The signature is dropped.
func (w *jsonWalk) idToken(value string, depth int) {
	header, claims, _, ok := splitJWT(value)
	if !ok {
		return
	}
	w.r.report.add("J1", w.place)
	for _, part := range []struct {
		name string
		text []byte
	}{{"id_token.header", header}, {"id_token.claims", claims}} {
		text := bytes.TrimSpace(part.text)
		if len(text) == 0 || text[0] != '{' || w.left <= 0 {
			continue
		}
		w.quoteMember(part.name)
		sub := &jsonWalk{r: w.r, tokens: &jsonTokens{}, place: w.place, left: w.left}
		sub.tokens.reset(text)
		sub.value("", depth+1)
		w.left = sub.left
	}
}

func (w *jsonWalk) quoteMember(name string) {
	w.write(",")
	w.quote(name)
	w.write(":")
}

// idTokenClaims are the claims that facts are computed from.
type idTokenClaims struct {
	Issuer     string          `json:"iss"`
	Audience   json.RawMessage `json:"aud"`
	AccessHash string          `json:"at_hash"`
}

// tokenFacts computes the facts of a token response (OpenID Connect Core 3.1.3.7).
func (r *run) tokenFacts(found jsonFound) {
	if found.tokens > 0 {
		r.setFact(transcript.FactTokenKinds, found.tokens)
	}
	r.idTokenFacts(found.idToken, found.accessToken)
}

func (r *run) idTokenFacts(idToken, accessToken string) {
	header, claims, encrypted, ok := splitJWT(idToken)
	if !ok {
		return
	}
	var head struct {
		Alg string `json:"alg"`
	}
	if err := json.Unmarshal(header, &head); err != nil {
		return
	}
	alg := head.Alg
	if encrypted {
		alg = "encrypted"
	} else if _, known := transcript.CheckFact(transcript.FactIDTokenAlg, alg); !known {
		alg = "other"
	}
	r.setFact(transcript.FactIDTokenAlg, alg)
	var c idTokenClaims
	if encrypted || json.Unmarshal(claims, &c) != nil {
		return
	}
	r.setFact(transcript.FactIDTokenIss, strings.HasPrefix(c.Issuer, "https://"))
	if cfg := r.r.public.cfg; cfg != nil && cfg.Client.ID != "" {
		r.setFact(transcript.FactIDTokenAud, hasAudience(c.Audience, cfg.Client.ID))
	}
	if want, ok := accessHash(alg, accessToken); ok && c.AccessHash != "" {
		r.setFact(transcript.FactAtHash, want == c.AccessHash)
	}
}

func hasAudience(raw json.RawMessage, client string) bool {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return one == client
	}
	var many []string
	if json.Unmarshal(raw, &many) != nil {
		return false
	}
	for _, a := range many {
		if a == client {
			return true
		}
	}
	return false
}

// accessHash is at_hash of an access token (OpenID Connect Core 3.1.3.6).
func accessHash(alg, accessToken string) (string, bool) {
	if accessToken == "" || len(alg) != 5 {
		return "", false
	}
	var sum []byte
	switch alg[2:] {
	case "256":
		s := sha256.Sum256([]byte(accessToken))
		sum = s[:]
	case "384":
		s := sha512.Sum384([]byte(accessToken))
		sum = s[:]
	case "512":
		s := sha512.Sum512([]byte(accessToken))
		sum = s[:]
	default:
		return "", false
	}
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2]), true
}
