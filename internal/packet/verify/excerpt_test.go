package verify

import (
	"encoding/json"
	"testing"

	"github.com/proofwalk/proofwalk/internal/packet"
)

// That a packet is older than the loss of its key only its log can show, and an
// excerpt has none: with a compromised key it is never believed.
func TestExcerptOfCompromisedKey(t *testing.T) {
	t.Parallel()
	zip, fingerprint := golden(t)
	x, err := packet.CutExcerpt(zip, []string{"f-002"})
	if err != nil {
		t.Fatal(err)
	}
	got := Verify(x.Zip, Trust{Fingerprint: fingerprint})
	if got.Verdict != Valid || got.Excerpt.String() != "excerpt of packet r3.1: 8 of 9 parts shown, 1 withheld, none altered" {
		t.Errorf("%+v", got)
	}
	files, err := readEntries(zip)
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Keys []map[string]any `json:"keys"`
	}
	for _, f := range files {
		if f.name == keysName {
			err = json.Unmarshal(f.data, &list)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	for status, want := range map[string]Verdict{"active": Valid, "compromised": Invalid} {
		var lines []string
		for _, k := range list.Keys {
			if k["status"] = status; status == "compromised" {
				k["compromised_at"] = "2030-01-01T00:00:00.000000Z"
			}
			line, err := json.Marshal(k)
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, string(line))
		}
		if got := Verify(x.Zip, Trust{Keys: rootList(t, lines...)}); got.Verdict != want {
			t.Errorf("%s key: %s, %+v", status, got.Verdict, got.Checks)
		}
	}
}
