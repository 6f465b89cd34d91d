package redact

import (
	"bytes"
	"encoding/base64"
	"strings"
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
