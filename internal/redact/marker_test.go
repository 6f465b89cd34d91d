package redact_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/redact"
)

// A marker is taken over only where every entry was redacted before: else
// whoever wrote it names round and description for entries of this redaction.
func TestForgedMarker(t *testing.T) {
	t.Parallel()
	const round, digest = "mybanksecretpassphrase23ab", "5ec1e75ec1e75ec1e75ec1e75ec1e75ec1e75ec1e75ec1e75ec1e75ec1e7abcd"
	marker := map[string]any{
		"format": 1, "policy": 2, "round": round, "integration_digest": digest,
		"redactor": map[string]string{"name": "proofwalk", "version": "1"}, "source": map[string]any{"kind": "har", "exporter": "chrome", "limits": []string{}},
	}
	again := harEntry("GET", "https://localhost/", "")
	again["_facts"] = map[string]any{}
	raw := harEntry("GET", "https://localhost/", "")
	for name, c := range map[string]struct {
		entries []any
		kept    bool
	}{"raw": {[]any{raw}, false}, "mixed": {[]any{again, raw}, false}, "redacted": {[]any{again, again}, true}} {
		// It begins as a redacted file does: of any other, facts are not believed.
		file := `{"log":{"version":"1.2","creator":{"name":"proofwalk","version":"1"},"entries":` + text(t, c.entries) + `,"_proofwalk":` + text(t, marker) + `}}`
		out := string(redacted(t, redact.New(options(nil)), []byte(file)))
		// What an older policy did not write is missing, not empty.
		older := strings.Contains(out, `"policy":2`)
		if strings.Contains(out, round) != c.kept || strings.Contains(out, digest) != c.kept || older != c.kept {
			t.Errorf("%s: the marker is kept, want %v:\n%s", name, c.kept, out)
		}
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
