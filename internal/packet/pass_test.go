package packet

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/packet/verify"
)

// withPassAndDocument is a packet with a false alarm that was passed and a
// document beside a declaration.
func withPassAndDocument(t testing.TB) *Content {
	c := smallContent(t)
	c.CredentialPasses = []CredentialPass{{ID: "cp-001", Item: "TST-09", Field: "text", Rules: []string{"github_token"},
		Act: act("Hugo Brandt", "", "It is the sample of the vendor's manual.", -30)}}
	c.Items[0].Evidence = append(c.Items[0].Evidence, Evidence{Kind: "declaration", Text: "As the test report says.", Clocks: clocks(0),
		Document: &Document{Name: "report.pdf", MediaType: "application/pdf", Bytes: 48123, SHA256: strings.Repeat("ab", 32)}})
	return c
}

// The report and packet.json name a pass and a document, and the packet verifies.
func TestPassesAndDocumentsArePacked(t *testing.T) {
	t.Parallel()
	r := ring(t)
	c := withPassAndDocument(t)
	p, err := Build(c, sealFor(t, c, r))
	if err != nil {
		t.Fatal(err)
	}
	text := pdftotext(t, p.PDF)
	for _, want := range []string{"cp-001", "github_token", "It is the sample of the vendor's manual.", "report.pdf", "48123 bytes", "was not looked into", "not in this packet"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in the report", want)
		}
	}
	var manifest struct {
		Anchors []string `json:"anchors"`
		Leaves  []struct {
			Kind string          `json:"kind"`
			Body json.RawMessage `json:"body"`
		} `json:"leaves"`
	}
	if err := json.Unmarshal(unzip(t, p.Zip, nil)["packet.json"], &manifest); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(manifest.Anchors, "cp-001") {
		t.Error("packet.json has no anchor of the pass")
	}
	var whole strings.Builder
	for _, l := range manifest.Leaves {
		whole.WriteString(l.Kind + string(l.Body))
	}
	for _, want := range []string{"credential_pass{", `"looked_into":false`, `"bytes":48123`, strings.Repeat("ab", 32)} {
		if !strings.Contains(whole.String(), want) {
			t.Errorf("%q is not in packet.json", want)
		}
	}
	var kinds []string
	for _, n := range Summarize(c).NotProven {
		kinds = append(kinds, n.Kind)
	}
	if !slices.Contains(kinds, "documents") || !slices.Contains(kinds, "credential_passed") {
		t.Errorf("what is not proven: %v", kinds)
	}
	if got := verify.Verify(p.Zip, verify.Trust{Fingerprint: r.Fingerprint()}); got.Verdict != verify.Valid {
		t.Errorf("the packet is %s: %+v", got.Verdict, got.Checks)
	}
}

func TestCheckRefusesPassesAndDocuments(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(c *Content){
		"no reason":       func(c *Content) { c.CredentialPasses[0].Text = "" },
		"no rule":         func(c *Content) { c.CredentialPasses[0].Rules = nil },
		"another label":   func(c *Content) { c.CredentialPasses[0].ID = "rm-009" },
		"a label twice":   func(c *Content) { c.CredentialPasses = append(c.CredentialPasses, c.CredentialPasses[0]) },
		"an unknown item": func(c *Content) { c.CredentialPasses[0].Item = "ABC-01" },
		"no digest":       func(c *Content) { c.Items[0].Evidence[1].Document.SHA256 = "" },
		"no size":         func(c *Content) { c.Items[0].Evidence[1].Document.Bytes = 0 },
	} {
		c := withPassAndDocument(t)
		if err := Check(c); err != nil {
			t.Fatal(err)
		}
		change(c)
		if Check(c) == nil {
			t.Errorf("%s: is packed", name)
		}
	}
}
