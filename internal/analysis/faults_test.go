package analysis_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/integration"
)

// Entries of the recordings that faults are put into.
const (
	atAuthorize = 3
	atCallback  = 12
	atLanding   = 13
	atToken     = 0 // of the back channel
	atKeys      = 1
	atUserinfo  = 2
)

// faulty is the recorded right sign-in as it is edited.
type faulty struct {
	front, back []map[string]any
	cfg         *integration.Config
	user        string // label of the run
}

// edit replaces a text in one entry, wherever in it it stands.
func edit(t *testing.T, entries []map[string]any, n int, from, to string) {
	t.Helper()
	raw := marshal(t, entries[n])
	if !bytes.Contains(raw, []byte(from)) {
		t.Fatalf("entry %d holds no %q", n, from)
	}
	var e map[string]any
	if err := json.Unmarshal(bytes.ReplaceAll(raw, []byte(from), []byte(to)), &e); err != nil {
		t.Fatal(err)
	}
	entries[n] = e
}

// marshal writes JSON as recorders do, with & as it is.
func marshal(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// again appends copies of the callback and of the page that it led to.
func (h *faulty) again(t *testing.T) {
	t.Helper()
	for _, n := range []int{atCallback, atLanding} {
		h.front = append(h.front, maps.Clone(h.front[n]))
		edit(t, h.front, len(h.front)-1, "06:15:42.", "06:15:52.")
	}
}

// more appends a copy of a call of the server, a second after it, with these texts replaced.
func (h *faulty) more(t *testing.T, n int, fromTo ...string) {
	t.Helper()
	h.back = append(h.back, maps.Clone(h.back[n]))
	last := len(h.back) - 1
	edit(t, h.back, last, "06:15:42.", "06:15:43.")
	for i := 0; i < len(fromTo); i += 2 {
		edit(t, h.back, last, fromTo[i], fromTo[i+1])
	}
}

const refreshToken = "rF5kQ8wZ2xN7vB3cL9mJ6hG4dS1aP0oI"

// refresh appends a call that sends the refresh token, with the answer of the code.
func (h *faulty) refresh(t *testing.T) {
	t.Helper()
	h.more(t, atToken)
	q := h.back[len(h.back)-1]["request"].(map[string]any)
	q["postData"] = map[string]any{
		"mimeType": "application/x-www-form-urlencoded",
		"text":     "grant_type=refresh_token&client_id=" + h.cfg.Client.ID + "&refresh_token=" + refreshToken,
	}
}

// status sets the status of an answer and, if one is given, its text.
func status(t *testing.T, e map[string]any, code int, text string) {
	t.Helper()
	response := e["response"].(map[string]any)
	response["status"] = code
	if text != "" {
		response["content"].(map[string]any)["text"] = text
	}
}

// token changes header and claims of the id_token; the signature is no longer of them.
func (h *faulty) token(t *testing.T, change func(header, claims map[string]any)) {
	t.Helper()
	response := h.back[atToken]["response"].(map[string]any)
	var body map[string]any
	if err := json.Unmarshal([]byte(response["content"].(map[string]any)["text"].(string)), &body); err != nil {
		t.Fatal(err)
	}
	old := body["id_token"].(string)
	parts := strings.Split(old, ".")
	var open [2]map[string]any
	for i := range open {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err == nil {
			err = json.Unmarshal(text, &open[i])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	change(open[0], open[1])
	for i := range open {
		parts[i] = base64.RawURLEncoding.EncodeToString(bytes.TrimSpace(marshal(t, open[i])))
	}
	if open[0]["alg"] == "none" {
		parts[2] = ""
	}
	edit(t, h.back, atToken, old, strings.Join(parts, "."))
}

func readHAR(t *testing.T, path string) (doc map[string]any, entries []map[string]any) {
	t.Helper()
	if err := json.Unmarshal(readFile(t, path), &doc); err != nil {
		t.Fatal(err)
	}
	for _, e := range doc["log"].(map[string]any)["entries"].([]any) {
		entries = append(entries, e.(map[string]any))
	}
	return doc, entries
}

const (
	sentState    = "6YhPW5oQZiysYvQu60DS2WmyuskjQdeX"
	sentVerifier = "DYCFVYxMzmOsJGvUYI2L4Cw7eJS6ZP8oDxeH96YEuxY"
)

// faults are edits of the recorded right sign-in and the rules that must then
// fail or warn, in this order, and no others.
var faults = []struct {
	name string
	edit func(t *testing.T, h *faulty)
	want string
}{
	{"none", func(*testing.T, *faulty) {}, ""},
	{"another state is taken", func(t *testing.T, h *faulty) {
		edit(t, h.front, atCallback, sentState, sentState[1:]+"a")
	}, "CB-01 CB-03"},
	{"no state is taken", func(t *testing.T, h *faulty) {
		edit(t, h.front, atCallback, "&state="+sentState, "")
	}, "CB-01 CB-04"},
	{"the callback is taken again", func(t *testing.T, h *faulty) { h.again(t) }, "CB-05"},
	{"an e-mail address in the landing page's address", func(t *testing.T, h *faulty) {
		edit(t, h.front, atCallback, `"/account"`, `"/account?for=jane@mail.example"`)
		edit(t, h.front, atLanding, `8082/account"`, `8082/account?for=jane@mail.example"`)
	}, "AR-15"},
	{"a fragment for a confidential client", func(t *testing.T, h *faulty) {
		edit(t, h.front, atAuthorize, "response_type=code", "response_type=code&response_mode=fragment")
	}, "AR-16"},
	{"another verifier", func(t *testing.T, h *faulty) {
		edit(t, h.back, atToken, sentVerifier, sentVerifier[1:]+"a")
	}, "AR-11"},
	{"no verifier", func(t *testing.T, h *faulty) {
		edit(t, h.back, atToken, "&code_verifier="+sentVerifier, "")
		edit(t, h.back, atToken, `,{"name":"code_verifier","value":"`+sentVerifier+`"}`, "")
	}, "TK-01"},
	{"the token response may be stored", func(t *testing.T, h *faulty) { edit(t, h.back, atToken, "no-store", "private") }, "TK-02"},
	{"the password grant", func(t *testing.T, h *faulty) {
		h.back = append(h.back, maps.Clone(h.back[atToken]))
		edit(t, h.back, len(h.back)-1, "grant_type=authorization_code", "grant_type=password")
		edit(t, h.back, len(h.back)-1, `"authorization_code"`, `"password"`)
		edit(t, h.back, len(h.back)-1, "pBd7gBY6rkn9jpqtkSpzJzli35p68qeSqhJoP77yUDU", "xBd7gBY6rkn9jpqtkSpzJzli35p68qeSqhJoP77yUDU")
	}, "TK-03"},
	{"the token in the query", func(t *testing.T, h *faulty) {
		edit(t, h.back, atUserinfo, "v3/userinfo", "v3/userinfo?access_token=MwB_DFb7EsZGEp17qhZZ30GSQpVPrFoThhPMJv4dg8I")
	}, "TK-04"},
	{"a code redeemed late", func(t *testing.T, h *faulty) {
		for n := range h.back {
			edit(t, h.back, n, "06:15:42.", "06:21:42.")
		}
		h.token(t, func(_, claims map[string]any) { claims["exp"] = claims["exp"].(float64) + 3600 })
	}, "TK-05"},
	{"a token without a lifetime", func(t *testing.T, h *faulty) { edit(t, h.back, atToken, `\"expires_in\":300,`, "") }, "TK-06"},
	{"a token used when it has expired", func(t *testing.T, h *faulty) { edit(t, h.back, atUserinfo, "06:15:42.", "06:21:42.") }, "TK-06"},
	{"a token that is refused", func(t *testing.T, h *faulty) { status(t, h.back[atUserinfo], 401, `{"error":"invalid_token"}`) }, "TK-06"},
	{"a token used twice", func(t *testing.T, h *faulty) { h.more(t, atUserinfo) }, "TK-07"},
	{"no refresh token", func(_ *testing.T, h *faulty) { h.cfg.Uses.Refresh = true }, "TK-08"},
	{"a refresh that is refused", func(t *testing.T, h *faulty) {
		h.cfg.Uses.Refresh = true
		edit(t, h.back, atToken, `\"expires_in\":300,`, `\"expires_in\":300,\"refresh_token\":\"`+refreshToken+`\",`)
		h.refresh(t)
		status(t, h.back[len(h.back)-1], 400, `{"error":"invalid_grant"}`)
	}, "TK-08"},
	{"a refresh that renews nothing", func(t *testing.T, h *faulty) {
		h.cfg.Uses.Refresh = true
		edit(t, h.back, atToken, `\"expires_in\":300,`, `\"expires_in\":300,\"refresh_token\":\"`+refreshToken+`\",`)
		h.refresh(t)
	}, "TK-08"},
	{"a payload in clear", func(_ *testing.T, h *faulty) { h.cfg.PayloadEncryption = true }, "TK-09"},
	{"keys of another host", func(t *testing.T, h *faulty) { edit(t, h.back, atKeys, "idp.localhost:8081", "keys.example") }, "TK-10"},
	{"keys of another environment", func(t *testing.T, h *faulty) { edit(t, h.back, atKeys, "idp.localhost:8081", "api.id.me") }, "TK-10"},
	{"a server error after a refused code", func(t *testing.T, h *faulty) {
		status(t, h.back[atToken], 400, `{"error":"invalid_grant","error_description":"The provided authorization grant is expired or revoked"}`)
		h.back = h.back[:1]
		status(t, h.front[atLanding], 500, "")
	}, "TK-11"},
	{"an attribute without purpose", func(t *testing.T, h *faulty) { edit(t, h.back, atUserinfo, `\"zip\":`, `\"phone\":\"\",\"zip\":`) }, "DA-04"},
	{"an attribute in the id_token", func(t *testing.T, h *faulty) {
		h.token(t, func(_, claims map[string]any) { claims["phone"] = "5551234567" })
	}, "DA-04"},
	{"an attribute that is not declared any more", func(_ *testing.T, h *faulty) { h.cfg.Attributes = h.cfg.Attributes[1:] }, "DA-04"},
	{"a null ends in an error", func(t *testing.T, h *faulty) {
		edit(t, h.back, atUserinfo, `\"zip\":\"43440\"`, `\"zip\":null`)
		status(t, h.front[atLanding], 500, "")
	}, "DA-03"},
	{"a test user who is not described", func(_ *testing.T, h *faulty) { h.user = "state-id" }, "DA-01"},
	{"an unsigned id_token", func(t *testing.T, h *faulty) {
		h.token(t, func(header, _ map[string]any) { header["alg"] = "none" })
	}, "ID-01"},
	{"an id_token for another client", func(t *testing.T, h *faulty) {
		h.token(t, func(_, claims map[string]any) { claims["aud"] = "4d1f0c7be24a49d08c6a3f92b7e81d04" })
	}, "ID-02"},
	{"an id_token of another issuer", func(t *testing.T, h *faulty) {
		h.token(t, func(_, claims map[string]any) { claims["iss"] = "https://api.id.me/oidc" })
	}, "CB-15 ID-02"},
	{"an expired id_token", func(t *testing.T, h *faulty) {
		h.token(t, func(_, claims map[string]any) { claims["exp"] = claims["iat"].(float64) - 1 })
	}, "ID-03"},
	{"another nonce", func(t *testing.T, h *faulty) {
		h.token(t, func(_, claims map[string]any) { claims["nonce"] = "Zm9yIGFub3RoZXIgc2lnbi1pbiB0aGFu" })
	}, "ID-04"},
	{"no nonce", func(t *testing.T, h *faulty) {
		h.token(t, func(_, claims map[string]any) { delete(claims, "nonce") })
	}, "ID-04"},
	{"a hash of another access token", func(t *testing.T, h *faulty) {
		h.token(t, func(_, claims map[string]any) { claims["at_hash"] = "Zm9yIGFub3RoZXIgc2lnbg" })
	}, "ID-05"},
}

// TestFaultsInRecordings puts one fault at a time into the recorded right sign-in
// with its back channel, redacts it and judges it.
func TestFaultsInRecordings(t *testing.T) {
	t.Parallel()
	for _, tc := range faults {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			cfg := readConfig(t, "right")
			front, entries := readHAR(t, testdata+"captures/recorded/right-happy-path.har")
			h := &faulty{front: entries, cfg: &cfg}
			back, entries := readHAR(t, testdata+"captures/recorded/right-happy-path.backchannel.har")
			h.back = entries
			tc.edit(t, h)
			r := redactor(&cfg)
			var in []analysis.Input
			for _, c := range []struct {
				id      string
				har     map[string]any
				entries []map[string]any
			}{{"c1", front, h.front}, {"b1", back, h.back}} {
				c.har["log"].(map[string]any)["entries"] = c.entries
				in = append(in, redacted(t, r, c.id, marshal(t, c.har)))
				in[len(in)-1].TestUser = h.user
			}
			got := []string{}
			findings := analysis.Judge(cfg, in, nil)
			for _, f := range findings {
				checkWhole(t, tc.name, f)
				if f.Verdict == analysis.Fail || f.Verdict == analysis.Warn {
					got = append(got, f.Rule)
				}
			}
			if diff := cmp.Diff(strings.Fields(tc.want), got); diff != "" {
				t.Errorf("fails or warns (-want +got):\n%s\n%s", diff, render(findings))
			}
		})
	}
}
