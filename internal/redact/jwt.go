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

// jwtText gives the token of a body that is one, bare or as a JSON string.
func jwtText(text []byte) (token string, ok bool) {
	text = bytes.TrimSpace(text)
	if n := len(text); n > 1 && text[0] == '"' && text[n-1] == '"' {
		text = text[1 : n-1]
	}
	if len(text) > maxTokenBytes || !bytes.HasPrefix(text, []byte("eyJ")) {
		return "", false
	}
	token = string(text)
	_, _, _, ok = splitJWT(token)
	return token, ok
}

// jwtBody gives the skeleton of a body that is a token.
func (r *run) jwtBody(token, place string) jsonFound {
	w := &jsonWalk{r: r, place: place, left: maxJSONValues, brings: r.bringsAttributes(place)}
	r.skeleton.out = append(r.skeleton.out[:0], '{')
	w.jwt("jwt", token, 0)
	w.write("}")
	return jsonFound{text: r.texts.Keep(r.skeleton.out)}
}

// jwt writes what a clear token says: its header and its claims, by the rules
// for any JSON, as members whose names begin with the given one. The signature is dropped.
func (w *jsonWalk) jwt(name, value string, depth int) {
	header, claims, _, ok := splitJWT(value)
	if !ok {
		return
	}
	w.r.report.add("J1", w.place)
	for _, part := range []struct {
		name string
		text []byte
	}{{name + ".header", header}, {name + ".claims", claims}} {
		text := bytes.TrimSpace(part.text)
		if len(text) == 0 || text[0] != '{' || w.left <= 0 {
			continue
		}
		w.quoteMember(part.name)
		sub := &jsonWalk{r: w.r, tokens: &jsonTokens{}, place: w.place, left: w.left}
		sub.brings = w.brings || name == "id_token" && w.place == "response.body" && w.r.fromProvider
		sub.tokens.reset(text)
		sub.value("", depth+1)
		w.left = sub.left
	}
}

func (w *jsonWalk) quoteMember(name string) {
	if out := w.r.skeleton.out; out[len(out)-1] != '{' {
		w.write(",")
	}
	w.quote(name)
	w.write(":")
}
