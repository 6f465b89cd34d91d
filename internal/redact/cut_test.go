package redact_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// A value that reading cut is compared with nothing: neither the part nor what
// is computed from it stands in the transcript, and the report says that the
// entry is not whole.
func TestCutValues(t *testing.T) {
	t.Parallel()
	const room = 400 // bytes of a string that are kept
	long := strings.Repeat("aB3dE6gH", 100)
	folded := "a=1; Path=/\nsid=" + long
	for name, edit := range map[string]func(e map[string]any){
		"state": func(e map[string]any) {
			e["request"].(map[string]any)["url"] = "https://localhost/?client_id=app&response_type=code&state=" + long
		},
		"name": func(e map[string]any) { e["request"].(map[string]any)["url"] = "https://localhost/?" + long + "=1" },
		"form": func(e map[string]any) {
			e["request"].(map[string]any)["postData"] = map[string]any{"mimeType": "application/x-www-form-urlencoded", "text": "a=1&code_verifier=" + long}
		},
		"form parameter": func(e map[string]any) {
			e["request"].(map[string]any)["postData"] = map[string]any{"mimeType": "application/x-www-form-urlencoded", "params": []any{field("code", long)}}
		},
		"multipart": func(e map[string]any) {
			e["request"].(map[string]any)["postData"] = map[string]any{"mimeType": "multipart/form-data; boundary=b", "text": "--b\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\n" + long}
		},
		"Cookie":     func(e map[string]any) { e["request"].(map[string]any)["headers"] = []any{field("Cookie", "sid="+long)} },
		"Set-Cookie": func(e map[string]any) { e["response"].(map[string]any)["headers"] = []any{field("Set-Cookie", folded)} },
		"Location": func(e map[string]any) {
			e["response"].(map[string]any)["headers"] = []any{field("Location", "https://localhost/?code="+long)}
		},
		"redirectURL": func(e map[string]any) {
			e["response"].(map[string]any)["redirectURL"] = "https://localhost/?code=" + long
		},
		"JSON": func(e map[string]any) {
			e["response"].(map[string]any)["content"] = map[string]any{"mimeType": "application/json", "text": `{"access_token":"` + long + `"}`}
		},
		"cookie list": func(e map[string]any) {
			e["request"].(map[string]any)["cookies"] = []any{map[string]any{"name": "a", "value": long}}
		},
	} {
		e := harEntry("GET", "https://localhost/", "")
		e["response"] = map[string]any{"status": 200, "headers": []any{}}
		edit(e)
		raw := harOf(e, harEntry("GET", "https://localhost/", ""))
		for _, c := range []struct{ bytes, cut int }{{room, 1}, {2000, 0}} {
			var out bytes.Buffer
			r := redact.New(options(nil))
			report, err := r.HAR(&out, bytes.NewReader(raw), capture.Limits{StringBytes: c.bytes})
			if err != nil {
				t.Fatal(err)
			}
			compared := len(pseudonymsOf(out.Bytes())) > 0
			if report.Cut != c.cut || compared != (c.cut == 0) {
				t.Errorf("%s, %d bytes: %d entries cut, compared %v:\n%s", name, c.bytes, report.Cut, compared, out.Bytes())
			}
			for _, fact := range []transcript.Fact{transcript.FactStateChars, transcript.FactStateBits, transcript.FactVerifierS256} {
				if _, has := parsed(t, out.Bytes()).Entries[0].Facts[fact]; has && c.cut == 1 {
					t.Errorf("%s: %s is computed of a part", name, fact)
				}
			}
			if again := secondPass(t, withNames(options(nil), r.Names()), out.Bytes()); again.Total() != 0 || len(again.Contradictions) != 0 || again.Cut != 0 {
				t.Errorf("%s: the second pass finds %+v %+v", name, again.Items, again.Contradictions)
			}
		}
	}
}
