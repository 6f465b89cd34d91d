package backchannel

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// walk writes the skeleton of a JSON body: known names in alphabetical order,
// an ID token followed by its header and claims.
type walk struct {
	r     *redactor
	now   int64
	code  string          // in clear, of the request
	facts map[string]bool // nil for none
	count int
	out   strings.Builder
}

// More than this of a body is left out.
const (
	mostDepth  = 8
	mostItems  = 50
	mostValues = 500
)

func (w *walk) text(raw string) string {
	var v any
	if json.Unmarshal([]byte(raw), &v) != nil {
		return ""
	}
	switch v.(type) {
	case map[string]any, []any:
		w.any("", v, 0)
	}
	return w.out.String()
}

func (w *walk) any(name string, v any, depth int) {
	w.count++
	switch v := v.(type) {
	case map[string]any:
		w.object(v, depth)
	case []any:
		w.out.WriteByte('[')
		first := true
		for _, one := range v[:min(len(v), mostItems)] {
			if depth < mostDepth && w.count < mostValues {
				w.comma(&first)
				w.any(name, one, depth+1)
			}
		}
		w.out.WriteByte(']')
	case string:
		w.out.WriteString(quoted(w.r.value(name, v)))
	case float64:
		w.number(name, v)
	case bool:
		w.out.WriteString(strconv.FormatBool(v))
	default:
		w.out.WriteString("null")
	}
}

func (w *walk) object(m map[string]any, depth int) {
	w.out.WriteByte('{')
	first := true
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if !known(name) || depth >= mostDepth || w.count >= mostValues {
			continue
		}
		w.comma(&first)
		w.out.WriteString(quoted(name) + ":")
		w.any(name, m[name], depth+1)
		if name == "id_token" {
			w.idToken(m, depth)
		}
	}
	w.out.WriteByte('}')
}

func (w *walk) comma(first *bool) {
	if !*first {
		w.out.WriteByte(',')
	}
	*first = false
}

// idToken writes header and claims of the ID token in a response, and the facts
// that need it in clear.
func (w *walk) idToken(response map[string]any, depth int) {
	token, _ := response["id_token"].(string)
	access, _ := response["access_token"].(string)
	head, claims, signature := splitToken(token)
	if head == nil {
		return
	}
	w.out.WriteString(`,"id_token.header":`)
	w.object(head, depth+1)
	w.out.WriteString(`,"id_token.claims":`)
	w.object(claims, depth+1)
	if w.facts != nil {
		w.tokenFacts(head, claims, signature, access)
	}
}

// number keeps seconds: of a duration as they are, of a moment relative to the exchange.
func (w *walk) number(name string, v float64) {
	switch {
	case v != math.Trunc(v):
	case durations[name] && v >= 0 && v < 100_000:
		w.out.WriteString(strconv.FormatInt(int64(v), 10))
		return
	case moments[name] && math.Abs(v-float64(w.now)) <= 99_999_999:
		w.out.WriteString(strconv.FormatInt(int64(v)-w.now, 10))
		return
	}
	w.out.WriteString(`"~num"`)
}

func quoted(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // of a string it never fails
	return strings.TrimSuffix(b.String(), "\n")
}

// splitToken gives header and claims of a signed token, nil for any other.
func splitToken(token string) (head, claims map[string]any, signature string) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, nil, ""
	}
	for i, into := range []*map[string]any{&head, &claims} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(raw, into) != nil || *into == nil {
			return nil, nil, ""
		}
	}
	return head, claims, parts[2]
}

// tokenFacts computes what needs the clear token (OpenID Connect Core 3.1.3.6
// and 3.3.2.11); all else is computed from the redacted line.
func (w *walk) tokenFacts(head, claims map[string]any, signature, access string) {
	w.facts["id_token_unsigned"] = signature == ""
	alg, _ := head["alg"].(string)
	for _, h := range []struct{ fact, claim, of string }{{"at_hash_ok", "at_hash", access}, {"c_hash_ok", "c_hash", w.code}} {
		claim, _ := claims[h.claim].(string)
		if want := halfHash(alg, h.of); claim != "" && want != "" {
			w.facts[h.fact] = claim == want
		}
	}
}

func halfHash(alg, v string) string {
	var sum []byte
	switch {
	case v == "" || len(alg) != 5:
		return ""
	case alg[2:] == "256":
		s := sha256.Sum256([]byte(v))
		sum = s[:]
	case alg[2:] == "384":
		s := sha512.Sum384([]byte(v))
		sum = s[:]
	case alg[2:] == "512":
		s := sha512.Sum512([]byte(v))
		sum = s[:]
	}
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}
