package packet

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/keys"
)

var madeAt = time.Date(2026, 11, 21, 22, 4, 5, 0, time.UTC)

func act(by, organisation, text string, hours int) Act {
	return Act{By: by, Organisation: organisation, At: At(madeAt.Add(time.Duration(hours) * time.Hour)), Text: text}
}

func clocks(minutes int) Clocks {
	at := madeAt.Add(-50*time.Hour + time.Duration(minutes)*time.Minute)
	return Clocks{HappenedAt: At(at), CapturedAt: At(at.Add(29 * time.Second)), ReceivedAt: At(at.Add(3 * time.Minute))}
}

// smallContent is a packet with one part of each kind.
func smallContent(t testing.TB) *Content {
	t.Helper()
	decision := act("Dana Whitlock", "ID.me", "Both paths seen, the error page is clear.", -1)
	return &Content{
		Integration: Integration{
			ID: "019a0b1c-0000-7000-8000-000000000002", Name: "First responder sale", Slug: "first-responder",
			Partner: "Kestrel Ticketing", Protocol: "oauth", UseCases: []string{"group"}, Environment: "sandbox", ConfigVersion: 4,
			Facts: []Fact{
				{"name", []string{"First responder sale"}},
				{"redirect_uris", []string{"https://www.kestrel.example/idme", "https://www.kestrel.example/idme/popup"}},
			},
		},
		Revision: 3, Edition: 1, MadeAt: At(madeAt), Template: 1, RuleSet: 1, Address: "https://proofwalk.example/packets/",
		Decision: &Decision{Word: "ready", Act: decision},
		Sections: []Section{{"TST", "Tests before the walkthrough"}, {"SES", "Confirmed in the walkthrough"}},
		Items: []Item{
			{
				ID: "TST-09", Section: "TST", Title: "Redirect URI is registered, static and clean", Version: 1, Phase: "review",
				Required: true, By: "both", State: "accepted", Claim: ptr(act("Hugo Brandt", "Kestrel Ticketing", "", -30)), Decision: &decision,
				Evidence: []Evidence{{Kind: "redirect", Transcript: "t-001", Entries: []int{2, 6}, Clocks: clocks(0), ConfigVersion: 4, RuleSet: 1}},
				Findings: []string{"f-001"}, Remarks: []string{"rm-001"},
			},
			{
				ID: "SES-05", Section: "SES", Title: "FAQ link shown", Version: 1, Phase: "walkthrough", Required: false, By: "partner",
				State: "accepted", Decision: &decision,
				Evidence: []Evidence{{Kind: "declaration", Text: "The FAQ page links ID.me's help.", By: "Hugo Brandt", Clocks: clocks(4)}},
			},
		},
		Findings: []Finding{
			{ID: "f-001", Rule: "AR-03", RuleSet: 1, Verdict: "pass", Severity: "high", Title: "The redirect URI equals a registered one", Clause: "RFC 6749, section 3.1.2", Refs: []Ref{{"t-001", 2, "redirect_uri"}}, PartnerSide: true},
			{
				ID: "f-002", Rule: "ER-09", RuleSet: 1, Verdict: "not_seen", Severity: "medium", Title: "A wrong state is refused on errors too",
				Why: "No transcript holds a callback with a changed state; one with it would show it.", Refs: []Ref{{"t-001", 6, ""}},
			},
		},
		Remarks: []Remark{{
			ID: "rm-001", Item: "TST-09", Pin: "t-001.e6", State: "waived", Act: act("Dana Whitlock", "ID.me", "Drop the query from the second URI.", -28),
			Answers: []Act{act("Hugo Brandt", "Kestrel Ticketing", "It goes with the next release.", -20)},
			Closed:  ptr(act("Dana Whitlock", "ID.me", "Fine until the release.", -2)), Until: At(madeAt.AddDate(0, 3, 0)),
		}},
		TestRuns: []TestRun{{ID: "run-01", Scenario: "consent denied", TestUser: "responder-deny", By: "Hugo Brandt", At: clocks(0).HappenedAt, Transcripts: []string{"t-001"}}},
		Transcripts: []Transcript{{
			ID: "t-001", Run: "run-01", Scenario: "consent denied", TestUser: "responder-deny", MadeBy: "Hugo Brandt", RedactedBy: "partner_browser",
			Redactor: "proofwalk 0.1.0", Exporter: "Chromium 156", Round: "r-7", Clocks: clocks(0), ConfigVersion: 4,
			Redactions: []Redaction{{"R-04 cookie value", "request header", 26}, {"R-11 body", "response", 38}},
			Lanes:      Lanes{Partner: "Kestrel", Provider: "ID.me"}, Hops: deniedHops(), HAR: []byte(`{"log":{"version":"1.2"}}`),
		}},
		Screenshots: []Screenshot{{ID: "s-001", Title: "The page after a refusal", Transcript: "t-001", Entry: 7, By: "Hugo Brandt", Masks: 2, Clocks: clocks(1), PNG: picture(t)}},
	}
}

// deniedHops is the walk of a user who refuses consent.
func deniedHops() []Hop {
	const site, provider = "www.kestrel.example", "api.idmelabs.com"
	return []Hop{
		{N: 1, Lane: "partner", Status: 302, Method: "GET", Host: site, Path: "/sale/verify", Page: "start", Cookies: []string{"cookie C: Secure, HttpOnly, SameSite=Lax"}, TimeMS: 41},
		{
			N: 2, Lane: "provider", Status: 302, Method: "GET", Host: provider, Path: "/oauth/authorize", TimeMS: 120, Findings: []string{"f-001"},
			Params: []Param{
				{Name: "client_id", Value: "on file"}, {Name: "response_type", Value: "code"}, {Name: "scope", Value: "responder"},
				{Name: "redirect_uri", Value: "https://www.kestrel.example/idme"}, {Name: "state", Value: "state A", Chip: true}, {Name: "code_challenge_method", Value: "S256"},
			},
		},
		{N: 3, Lane: "provider", Status: 200, Method: "GET", Host: provider, Path: "/en/session/new", Note: "sign-in page", Size: 41_000},
		{N: 4, Lane: "third_party", Status: 200, Method: "GET", Host: "host-1.invalid", Path: "/s1/s2"},
		{N: 5, Lane: "provider", Status: 302, Method: "POST", Host: provider, Path: "/en/consent", Note: "form"},
		{
			N: 6, Lane: "partner", Status: 302, Method: "GET", Host: site, Path: "/idme", Findings: []string{"f-002"},
			Params: []Param{
				{Name: "error", Value: "access_denied"},
				{Name: "error_description", Value: "The resource owner or authorization server denied the request"},
				{Name: "state", Value: "state A", Chip: true, SameAs: 2},
			},
		},
		{N: 7, Lane: "partner", Status: 200, Method: "GET", Host: site, Path: "/sale/not-verified", Page: "error", Size: 7_400},
	}
}

// coverage has every state of error paths, null values and minimization.
func coverage() (*ErrorPaths, *NullValues, *Minimization) {
	hop := func(n int) *Ref { return &Ref{Transcript: "t-001", Entry: n} }
	shown := func(handling, why string, findings ...string) []ErrorTranscript {
		return []ErrorTranscript{{Run: "run-01", By: "callback", Code: "access_denied", Arrived: "access_denied came back to www.kestrel.example/idme, answered with status 302.",
			At: hop(6), Answer: 302, Saw: "Error page, status 200, a way on.", Page: hop(7), Status: 200, RawError: "no", WayOn: "yes", StackTrace: "no", Blank: "no",
			Handling: handling, Why: why, Findings: findings}}
	}
	seen := []SeenAttribute{{Run: "run-01", Empty: true, At: hop(2), Page: hop(7), Status: 200}}
	return &ErrorPaths{Counts: PathCounts{Total: 4, Handled: 1, Mishandled: 1, Untold: 1, NotExercised: 1}, Paths: []ErrorPath{
			{Refusal: "access_denied", Title: "Consent denied", Codes: []string{"access_denied"}, State: "handled", Shown: shown("handled", "")},
			{Refusal: "invalid_scope", Title: "Policy not agreed", Codes: []string{"invalid_scope"}, State: "mishandled", Shown: shown("mishandled", "", "f-001", "f-002")},
			{Refusal: "invalid_client", Title: "Client unknown", Codes: []string{"invalid_client", "unauthorized_client"}, State: "untold", Shown: shown("untold", "The provider leads nobody back.")},
			{Refusal: "provider_down", Title: "Provider down", State: "not_exercised", HowTo: "Start a sign-in while the provider's host cannot be reached."},
		}}, &NullValues{Counts: NullCounts{Total: 4, Handled: 1, Broken: 1, Untold: 1, NeverSeen: 1}, Cells: []NullValue{
			{Policy: "responder", Attribute: "street", Method: "passport", MayBeMissing: true, Source: "description", Says: "the document is a passport", State: "handled", Shown: seen},
			{Policy: "responder", Attribute: "phone", Method: "passport", Required: true, MayBeMissing: true, Source: "document", Says: "it is empty for some people", Inferred: true, Disputed: true, State: "broken", Shown: seen},
			{Policy: "responder", Attribute: "street", MayBeMissing: true, Source: "description", Says: "it is not required", State: "untold", Why: "No call for the user's data is in the run."},
			{Policy: "responder", Attribute: "city", Method: "driver_licence", MayBeMissing: true, Source: "description", Says: "it is not required", State: "never_seen"},
			{Policy: "responder", Attribute: "uuid", Method: "passport", Required: true, State: "value_only", Shown: []SeenAttribute{{Run: "run-01", At: hop(2)}}},
		}}, &Minimization{Known: 2, Dark: 1, Why: "No call for the user's data is in the run.", Surplus: []Surplus{
			{Kind: "attribute", Name: "social", SignIns: 2, Run: "run-01", At: hop(2)}, {Kind: "attribute", SignIns: 1, Run: "run-01"}, {Kind: "policy", SignIns: 1, Run: "run-01", At: hop(2)},
		}, Declared: []DeclaredName{
			{Attribute: "uuid", Purpose: "key of the user record", Receipt: "received", Run: "run-01", At: hop(2)},
			{Attribute: "military_branch", Receipt: "never_received"}, {Attribute: "phone", Purpose: "calls", Receipt: "untold"},
		}}
}

// largeContent has every section, state, verdict and kind of evidence; with an
// outcome, minutes and sign-offs.
func largeContent(t testing.TB) *Content {
	t.Helper()
	c := smallContent(t)
	c.Edition, c.Supersedes = 2, &Supersedes{Revision: 3, Edition: 1, SHA256: strings.Repeat("9f", 32)}
	c.Outcome = &Outcome{Word: "go_with_conditions", Act: act("Dana Whitlock", "ID.me", "All steps ran; one link is to follow.", 1), Conditions: []string{"The FAQ link is live before the first sale."}}
	c.ErrorPaths, c.NullValues, c.Minimization = coverage()
	c.SignOffs = []SignOff{
		{Role: "partner", Act: act("Hugo Brandt", "Kestrel Ticketing", "", 1)},
		{Role: "consultant", Act: act("Dana Whitlock", "ID.me", "", 2)},
	}
	c.Sections = append(c.Sections, Section{"ERR", "Error handling"}, Section{"DAT", "Test data and data minimization"}, Section{"RDY", "Readiness and scheduling"}, Section{"CTX", "Context for go-live"})
	states := []string{"accepted", "accepted", "claimed", "returned", "open", "not_applicable", "accepted"}
	for i := range 28 {
		section := []string{"TST", "ERR", "DAT", "SES", "RDY", "CTX", "TST"}[i%7]
		it := Item{
			ID: fmt.Sprintf("%s-%02d", section, 20+i), Section: section, Version: 1, Phase: "review", Required: i%3 != 0,
			Title: fmt.Sprintf("Requirement %d: what the user sees is Zażółć, Ελληνικά, Tiếng Việt and Кириллица", i),
			By:    "both", State: states[i%len(states)], Inference: i%9 == 0, Stale: i%11 == 0, Findings: []string{"f-001", "f-002"},
		}
		if it.State == "not_applicable" {
			it.NotApplicable = "No popup is used."
		}
		if it.State != "open" {
			it.Claim = ptr(act("Hugo Brandt", "Kestrel Ticketing", "", -30))
			it.Evidence = []Evidence{
				{Kind: "redirect", Transcript: "t-001", Entries: []int{2}, Clocks: clocks(0), ConfigVersion: 4, RuleSet: 1},
				{Kind: "screenshot", Screenshot: "s-001", Clocks: clocks(0)},
			}
		}
		c.Items = append(c.Items, it)
	}
	for i := range 60 {
		c.Findings = append(c.Findings, Finding{
			ID: Label(LabelFinding, i+3), Rule: fmt.Sprintf("CB-%02d", i%24), RuleSet: 1, Severity: "medium",
			Verdict: []string{"pass", "pass", "pass", "warn", "fail", "not_seen"}[i%6],
			Title:   "The callback carries the state of the request", Expected: "state equal to that of hop 2", Actual: "another state",
			Cause: "partner_code", CauseWhy: "The state is made anew on each page.", Cure: "Keep the state in the session cookie until the return.",
			Why: "The capture has no callback.", Clause: "RFC 6749, section 10.12", Refs: []Ref{{"t-001", i%7 + 1, "state"}}, PartnerSide: i%5 == 0,
		})
	}
	second := c.Transcripts[0]
	second.ID, second.Scenario, second.RedactedBy, second.Hops = "t-002", "happy path", "server", nil
	for i := range 90 {
		h := deniedHops()[i%7]
		h.N, h.Findings = i+1, nil
		second.Hops = append(second.Hops, h)
	}
	second.Limits = []string{"Chromium's export without cookies: nothing is known about cookies."}
	c.Transcripts = append(c.Transcripts, second)
	c.Walkthrough = &Walkthrough{
		HeldAt: At(madeAt.Add(-26 * time.Hour)), People: []string{"Hugo Brandt", "Dana Whitlock", "Ivo Santos"},
		Minutes: []MinutesEntry{
			{ID: "w-01", Item: "SES-05", Title: "The FAQ link leads to the help", Mark: "with_condition", Act: act("Dana Whitlock", "ID.me", "The link is there but leads to the old page.", -26)},
			{ID: "w-02", Title: "Agreed", Act: act("Dana Whitlock", "ID.me", "Support gets the error codes.", -25)},
		},
	}
	c.Questions = []Question{
		{ID: "q-001", Packet: "r3.1", Pin: "TST-09", Act: act("Marcus Oyelaran", "ID.me", "Is the second URI used at the launch?", -26), Answer: act("Hugo Brandt", "Kestrel Ticketing", "No, only with the popup in spring.", -25)},
		{ID: "q-002", Packet: "r3.1", Pin: "t-009.e4", Act: act("Marcus Oyelaran", "ID.me", "Who reads this page?", -26), Answer: act("Dana Whitlock", "ID.me", "Support.", -25)},
	}
	return c
}

func ptr[T any](v T) *T { return &v }

func picture(t testing.TB) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 64, 40))
	for i := range img.Pix {
		img.Pix[i] = 0xe0
	}
	img.Set(3, 3, color.RGBA{0x1a, 0x55, 0xa3, 0xff})
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// ring makes keys that were valid before the packet was made.
func ring(t testing.TB) *keys.Ring {
	t.Helper()
	r, err := keys.Open(t.TempDir(), madeAt.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func sealFor(t testing.TB, c *Content, r *keys.Ring) Seal {
	t.Helper()
	n, err := LeafCount(c)
	if err != nil {
		t.Fatal(err)
	}
	salts, err := NewSalts(strings.NewReader(strings.Repeat("0123456789abcdef", n)), n)
	if err != nil {
		t.Fatal(err)
	}
	return sealWith(t, c, r, salts)
}

func sealWith(t testing.TB, c *Content, r *keys.Ring, salts []byte) Seal {
	t.Helper()
	signer, id := r.Bundle()
	pdfSigner, certificate, _ := r.PDF()
	return Seal{
		Salts: salts, Signer: signer, KeyID: id, KeysJSON: r.KeysJSON(), PDF: pdfSigner, PDFCertificate: certificate, Log: logFor(t, c, r, salts),
	}
}

// logFor is a log of seven entries, of which the integration has two: one that
// begins it and the one that seals the packet.
func logFor(t testing.TB, c *Content, r *keys.Ring, salts []byte) Log {
	t.Helper()
	manifest, err := WriteManifest(c, salts)
	if err != nil {
		t.Fatal(err)
	}
	return logNamed(t, c, r, digestHex(manifest))
}

// logNamed is logFor of a packet.json by its digest.
func logNamed(t testing.TB, c *Content, r *keys.Ring, digest string) Log {
	t.Helper()
	return logOf(t, r, At(c.MadeAt.Add(30*time.Second)).Time,
		entryOf(t, c, 1, "integration.create", audit.Object{ID: c.Integration.ID, Kind: "integration"}, nil),
		entryOf(t, c, 2, SealAction, audit.Object{ID: c.Name(), Kind: "packet"}, map[string]audit.Value{"packet_json": audit.Text(digest)}))
}

func entryOf(t testing.TB, c *Content, n int, action string, object audit.Object, details map[string]audit.Value) []byte {
	t.Helper()
	entry, err := audit.Encode(audit.Entry{
		ID: fmt.Sprintf("019a0b1c-2d3e-7f40-8a1b-2c3d4e5f60%02d", n), IntegrationID: c.Integration.ID, Actor: audit.Actor{Kind: "system"},
		Action: action, Object: object, At: madeAt, Details: details,
	})
	if err != nil {
		t.Fatal(err)
	}
	return entry
}

// logOf puts the entries into a log in which other integrations' stand between
// them, and signs it.
func logOf(t testing.TB, r *keys.Ring, at time.Time, entries ...[]byte) Log {
	t.Helper()
	var edge audit.Edge
	var leaves, own []audit.Hash
	var positions []int64
	add := func(entry []byte) {
		leaves = append(leaves, audit.LeafHash(entry))
		edge.Append(audit.LeafHash(entry))
	}
	for i, entry := range entries {
		add([]byte{'a', byte(i)})
		positions, own = append(positions, edge.Size()), append(own, audit.LeafHash(entry))
		add(entry)
		add([]byte{'b', byte(i)})
	}
	add([]byte("the last"))
	head := audit.Head{Size: edge.Size(), Root: edge.Root()}
	proofs, err := audit.NewProver(head, func([]audit.Tile) (map[audit.Tile][]audit.Hash, error) {
		return map[audit.Tile][]audit.Hash{{}: leaves}, nil
	}).Records(positions, own)
	if err != nil {
		t.Fatal(err)
	}
	signer, _ := r.Checkpoint()
	signed, err := audit.Checkpoint{Origin: audit.Origin(r.Fingerprint()), Head: head, At: at}.Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKIXPublicKey(signer.Public())
	if err != nil {
		t.Fatal(err)
	}
	return Log{Entries: entries, Proofs: audit.EncodeProofs(head.Size, positions, proofs), Checkpoint: signed, Key: key}
}
