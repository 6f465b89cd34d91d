package redact

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// tokenSkeleton is what the skeleton of a token response shows of its tokens.
type tokenSkeleton struct {
	tokens, idTokens int
	header, claims   map[string]any // of the last id_token
	errorTexts       []string
	nested           []string // texts that may be addresses with parameters
}

// errorTextNames are the names under which error texts stand.
var errorTextNames = []string{"error_description", "StatusMessage", "saml.status_message"}

// skeletonOf reads the skeleton of a response, and of the request's body the
// texts: a page that reports an error sends them on, and its tokens are none of
// the response.
func skeletonOf(e *transcript.Entry) *tokenSkeleton {
	s := &tokenSkeleton{}
	if e.Request.BodyText != "" {
		var asked tokenSkeleton
		asked.read(json.NewDecoder(strings.NewReader(e.Request.BodyText)), "")
		s.take(&asked)
	}
	if e.Response != nil && e.Response.BodyText != "" {
		s.read(json.NewDecoder(strings.NewReader(e.Response.BodyText)), "")
	}
	return s
}

// read walks the next value of a skeleton, the value of the member name.
func (s *tokenSkeleton) read(dec *json.Decoder, name string) {
	token, err := dec.Token()
	if err != nil {
		return
	}
	switch t := token.(type) {
	case json.Delim:
		for dec.More() {
			member := name
			if t == '{' {
				key, err := dec.Token()
				if err != nil {
					return
				}
				member, _ = key.(string)
			}
			if s.derived(dec, member) {
				continue
			}
			s.read(dec, member)
		}
		_, _ = dec.Token()
	case string:
		if t != "" && (t[0] == '{' || t[0] == '[') {
			var inside tokenSkeleton // JSON in a string: its tokens are not counted
			inside.read(json.NewDecoder(strings.NewReader(t)), "")
			s.take(&inside)
		} else if strings.Contains(t, "=") {
			s.nested = append(s.nested, t)
		}
		if slices.Contains(errorTextNames, name) && t != "" {
			s.errorTexts = append(s.errorTexts, t)
		}
		if t == "~num" { // a number, which is no token
			return
		}
		switch name {
		case "access_token", "refresh_token", "id_token":
			if t != "" {
				s.tokens++
			}
		}
		if name == "id_token" {
			s.idTokens++
			s.header, s.claims = nil, nil
		}
	}
}

// take adds the texts of JSON that belongs to this one.
func (s *tokenSkeleton) take(inside *tokenSkeleton) {
	s.errorTexts = append(s.errorTexts, inside.errorTexts...)
	s.nested = append(s.nested, inside.nested...)
}

// derived reads what stands in a skeleton behind an id_token.
func (s *tokenSkeleton) derived(dec *json.Decoder, name string) bool {
	var ofAnother map[string]any // of a body that is a token itself, of which no fact is computed
	into := map[string]*map[string]any{"id_token.header": &s.header, "id_token.claims": &s.claims, "jwt.header": &ofAnother, "jwt.claims": &ofAnother}[name]
	if into == nil {
		return false
	}
	var text json.RawMessage
	if err := dec.Decode(&text); err != nil || json.Unmarshal(text, into) != nil {
		return true
	}
	var inside tokenSkeleton // its tokens are no tokens of the response
	inside.read(json.NewDecoder(bytes.NewReader(text)), "")
	s.take(&inside)
	return true
}

// judge judges the facts of a signed ID token by its header and claims.
func (s *tokenSkeleton) judge(p *public, j judgement) {
	if alg, _ := s.header["alg"].(string); alg != "" && alg != "~str" && len(s.claims) > 0 {
		if _, known := transcript.CheckFact(transcript.FactIDTokenAlg, alg); !known {
			alg = "other"
		}
		j[transcript.FactIDTokenAlg] = exactly(alg)
	}
	if iss, ok := s.claims["iss"].(string); ok && transcript.ParseValue(iss).Kind == transcript.Clear {
		j[transcript.FactIDTokenIss] = exactly(strings.HasPrefix(iss, "https://"))
	}
	if p.cfg == nil || len(p.cfg.Client.ID) < minPublicChars {
		return
	}
	switch aud := s.claims["aud"].(type) {
	case string:
		j[transcript.FactIDTokenAud] = exactly(aud == p.cfg.Client.ID)
	case []any:
		if len(aud) < maxJSONItems {
			j[transcript.FactIDTokenAud] = exactly(slices.Contains(aud, any(p.cfg.Client.ID)))
		}
	}
	if _, has := s.claims["at_hash"]; !has {
		j[transcript.FactAtHash] = never
	}
}
