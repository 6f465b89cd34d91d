package redact

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// jsonMembers are the members of a header or of claims by their exact names,
// the last of equal ones: a struct would take "ISS" for iss, which no verifier does.
type jsonMembers map[string]json.RawMessage

// membersOf reads a JSON object.
func membersOf(object []byte) (jsonMembers, bool) {
	var m jsonMembers
	err := json.Unmarshal(object, &m)
	return m, err == nil && m != nil
}

// text gives a member that is a string, empty for all else.
func (m jsonMembers) text(name string) string { return text(m[name]) }

// idTokenIn is an ID token with what came beside it.
type idTokenIn struct{ token, access, code string }

// tokenFacts computes the facts of a token response (OpenID Connect Core 3.1.3.7).
func (r *run) tokenFacts(found jsonFound) {
	if found.tokens > 0 {
		r.setFact(transcript.FactTokenKinds, found.tokens)
	}
	r.idTokenFacts(idTokenIn{token: found.idToken, access: found.accessToken})
}

func (r *run) idTokenFacts(in idTokenIn) {
	if r.again || in.token == "" {
		return
	}
	header, claims, encrypted, ok := splitJWT(in.token)
	if !ok {
		return
	}
	head, ok := membersOf(header)
	if !ok {
		return
	}
	alg := head.text("alg")
	if encrypted {
		alg = "encrypted"
		enc := head.text("enc")
		if _, known := transcript.CheckFact(transcript.FactIDTokenEnc, enc); !known {
			enc = "other"
		}
		r.setFact(transcript.FactIDTokenEnc, enc)
	} else if _, known := transcript.CheckFact(transcript.FactIDTokenAlg, alg); !known {
		alg = "other"
	}
	r.setFact(transcript.FactIDTokenAlg, alg)
	if !encrypted {
		r.setFact(transcript.FactIDTokenUnsigned, strings.HasSuffix(in.token, "."))
		r.claimFacts(claims, alg, in)
	}
}

// claimFacts sets the facts that the claims of a signed token tell.
func (r *run) claimFacts(claims []byte, alg string, in idTokenIn) {
	c, ok := membersOf(claims)
	if !ok {
		return
	}
	issuer := c.text("iss")
	r.setFact(transcript.FactIDTokenIss, len(issuer) >= 8 && strings.EqualFold(issuer[:8], "https://"))
	if cfg := r.r.public.cfg; cfg != nil && cfg.Client.ID != "" {
		r.setFact(transcript.FactIDTokenAud, hasAudience(c["aud"], cfg.Client.ID))
	}
	if want, ok := halfHash(alg, in.access); ok && c.text("at_hash") != "" {
		r.setFact(transcript.FactAtHash, want == c.text("at_hash"))
	}
	if in.code == "" {
		in.code = r.flow.code.last()
	}
	if want, ok := halfHash(alg, in.code); ok && c.text("c_hash") != "" {
		r.setFact(transcript.FactCHash, want == c.text("c_hash"))
	}
	if nonce := c.text("nonce"); nonce != "" && r.flow.nonces.any() {
		r.setFact(transcript.FactIDTokenNonce, r.flow.nonces.has(nonce))
	}
	if expires, ok := seconds(c["exp"]); ok && !r.started.IsZero() {
		from, _ := seconds(c["nbf"])
		now := float64(r.started.Unix())
		r.setFact(transcript.FactIDTokenTimes, now < expires && now >= from)
	}
}

// text gives a JSON string, empty for all else.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// seconds gives a NumericDate.
func seconds(raw json.RawMessage) (float64, bool) {
	var n float64
	return n, json.Unmarshal(raw, &n) == nil
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

// halfHash is at_hash of an access token and c_hash of a code (OpenID Connect
// Core 3.1.3.6, 3.3.2.11).
func halfHash(alg, value string) (string, bool) {
	if value == "" || len(alg) != 5 {
		return "", false
	}
	var sum []byte
	switch alg[2:] {
	case "256":
		s := sha256.Sum256([]byte(value))
		sum = s[:]
	case "384":
		s := sha512.Sum384([]byte(value))
		sum = s[:]
	case "512":
		s := sha512.Sum512([]byte(value))
		sum = s[:]
	default:
		return "", false
	}
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2]), true
}
