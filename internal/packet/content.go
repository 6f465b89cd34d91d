// Package packet makes the signed record of one revision of an integration's
// checklist: the manifest (packet.json) with its salted leaves under one Merkle
// root, the report (packet.pdf), the transcripts and pictures, the in-toto
// statement over all of them and the archive that holds them. The same content,
// salts and key give the same bytes on every machine and in every run.
//
// docs/packet_format.md describes the format; packet/verify checks it and
// shares no code with this package. Nothing here reads a clock, a database or
// a file: the caller gives the content, the salts and the signer.
package packet

import (
	"time"

	"github.com/proofwalk/proofwalk/internal/pdf"
)

// Format is the version of packet.json and of the statement's predicate.
const Format = 1

// Time is an instant in UTC with microseconds. Its JSON form has a fixed
// width ("2026-11-21T22:04:05.000000Z"), so that equal times have equal bytes.
type Time struct{ time.Time }

// timeLayout is the one written form of a time in the packet.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// At converts a time: UTC, cut to microseconds.
func At(t time.Time) Time { return Time{t.UTC().Truncate(time.Microsecond)} }

// MarshalJSON writes the fixed-width form.
func (t Time) MarshalJSON() ([]byte, error) {
	return []byte(`"` + t.UTC().Format(timeLayout) + `"`), nil
}

// UnmarshalJSON reads the fixed-width form only.
func (t *Time) UnmarshalJSON(b []byte) error {
	v, err := time.Parse(`"`+timeLayout+`"`, string(b))
	t.Time = v
	return err
}

// Content is everything that a packet says: the frozen revision with what it
// rests on. Labels (TST-09, t-001, f-012 ...) are given by the caller and
// checked by Check. Texts are plain UTF-8 that has been checked for
// credentials; empty means absent. Comments are no part of a packet.
type Content struct {
	Integration Integration
	Revision    int  // N of rN, from 1
	Edition     int  // M of packet rN.M, from 1
	MadeAt      Time // the packet's own time: in the head, the statement and the PDF's metadata
	// Address is where the server says what became of the packet, once the
	// SHA-256 of its archive is put behind it: "https://HOST/packets/"; empty
	// where the server has no public address.
	Address string
	// Template and RuleSet are the versions that the revision was frozen with.
	Template int
	RuleSet  int
	Decision *Decision // of the review; nil only in a draft
	Outcome  *Outcome  // of the walkthrough; nil before it was held
	// Before is what was decided of the revision before one that is not decided;
	// only a draft says it.
	Before *Before `json:"-"`
	// Supersedes names the edition before this one, of the same revision; nil for the first.
	Supersedes *Supersedes
	Sections   []Section // in the order of the report
	Items      []Item    // in the order of the report, grouped by section
	Findings   []Finding
	// ErrorPaths, NullValues and Minimization say what the test runs show together;
	// nil in packets that were asked for before there was such a thing.
	ErrorPaths   *ErrorPaths
	NullValues   *NullValues
	Minimization *Minimization
	Remarks      []Remark
	TestRuns     []TestRun
	Transcripts  []Transcript
	Screenshots  []Screenshot
	// CredentialPasses are texts of the packet that look like a credential and
	// are none, as a person said.
	CredentialPasses []CredentialPass
	Walkthrough      *Walkthrough
	// Questions are those that were asked at a place of an earlier edition and
	// answered before this one was asked for.
	Questions []Question
	SignOffs  []SignOff
	// Fonts serve the report beside the built-in ones; they are no part of what
	// the packet says. Building again with other fonts gives another PDF.
	Fonts *pdf.FontSet
}

// Integration is what was reviewed, as its configuration version says.
type Integration struct {
	ID            string   `json:"id"`
	Name          string   `json:"name"`
	Slug          string   `json:"slug"` // for the archive's name: a-z, 0-9 and hyphens
	Partner       string   `json:"partner"`
	Protocol      string   `json:"protocol"` // oauth, oidc, saml
	UseCases      []string `json:"use_cases,omitempty"`
	Environment   string   `json:"environment"` // sandbox, production
	ConfigVersion int      `json:"config_version"`
	ConfigDigest  string   `json:"config_digest,omitempty"` // SHA-256 hex of the integration.yaml
	// Facts are the lines of integration.yaml, in its order; a leaf of their own.
	Facts []Fact `json:"-"`
}

// Fact is one line of the configuration.
type Fact struct {
	Name   string   `json:"name"` // dotted: "client.id", "redirect_uris"
	Values []string `json:"values"`
}

// Act is something that a person did.
type Act struct {
	By           string `json:"by"`                     // display name
	Organisation string `json:"organisation,omitempty"` // partner or provider
	At           Time   `json:"at"`
	Text         string `json:"text,omitempty"` // reason, observation or answer
}

// Decision is the review's: ready or returned.
type Decision struct {
	Word string `json:"word"` // ready, returned
	Act
}

// Outcome is the walkthrough's: go, go_with_conditions or no_go.
type Outcome struct {
	Word string `json:"word"`
	Act
	Conditions []string `json:"conditions,omitempty"`
}

// Before is an earlier revision with what was decided of it.
type Before struct {
	Revision int
	Decision *Decision
	Outcome  *Outcome
}

// Supersedes names the packet that this one takes the place of.
type Supersedes struct {
	Revision int    `json:"revision"`
	Edition  int    `json:"edition"`
	SHA256   string `json:"sha256"` // of the whole archive, hex
}

// Section groups items.
type Section struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// Item is one requirement in this checklist.
type Item struct {
	ID            string     `json:"id"` // TST-09; also its anchor
	Section       string     `json:"section"`
	Title         string     `json:"title"`
	Version       int        `json:"requirement_version"`
	Phase         string     `json:"phase"` // review, walkthrough, go_live
	Required      bool       `json:"required"`
	By            string     `json:"by"`    // partner, both, consultant
	State         string     `json:"state"` // open, claimed, accepted, returned, not_applicable
	Stale         bool       `json:"stale,omitempty"`
	StaleReason   string     `json:"stale_reason,omitempty"`   // what changed, without values
	Inference     bool       `json:"inference,omitempty"`      // the provider may ask it; its page does not say so
	NotApplicable string     `json:"not_applicable,omitempty"` // the reason
	Claim         *Act       `json:"claim,omitempty"`
	Decision      *Act       `json:"decision,omitempty"` // accepting, returning or confirming
	Evidence      []Evidence `json:"evidence,omitempty"`
	Findings      []string   `json:"findings,omitempty"` // ids of the findings that support it
	Remarks       []string   `json:"remarks,omitempty"`  // ids
}

// Evidence ties an item to what proves it. One of Transcript, Screenshot and
// Text is set.
type Evidence struct {
	Kind       string `json:"kind"` // redirect, error, screenshot, back_channel, declaration, observation
	Transcript string `json:"transcript,omitempty"`
	Entries    []int  `json:"entries,omitempty"` // entry numbers from 1
	Screenshot string `json:"screenshot,omitempty"`
	Text       string `json:"text,omitempty"`
	// Document is a file beside the text; the packet names it and does not hold it.
	Document *Document `json:"document,omitempty"`
	By       string    `json:"by,omitempty"`
	Clocks
	ConfigVersion int  `json:"config_version,omitempty"`
	RuleSet       int  `json:"rule_set,omitempty"`
	Stale         bool `json:"stale,omitempty"`
	// OlderRelease is the release that the run was recorded with, where the
	// description names another one; empty where it does not.
	OlderRelease string `json:"older_release,omitempty"`
}

// Document names a file that the server keeps, so that a copy of it can be told
// from another file.
type Document struct {
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	Bytes     int64  `json:"bytes"`
	SHA256    string `json:"sha256"`
	// LookedInto is true where its text was looked through for credentials.
	LookedInto bool `json:"looked_into"`
}

// CredentialPass is a false alarm of the credential check: which text, what it
// was taken for, and who says why it is none (Act's text).
type CredentialPass struct {
	ID    string   `json:"id"`             // cp-001
	Item  string   `json:"item,omitempty"` // the item that the text belongs to
	Field string   `json:"field"`          // what was typed: text, remark, reason, notes ...
	Rules []string `json:"rules"`
	Act
}

// Clocks are the three times of a fact; a zero one is unknown.
type Clocks struct {
	HappenedAt Time `json:"happened_at,omitzero"`
	CapturedAt Time `json:"captured_at,omitzero"`
	ReceivedAt Time `json:"received_at,omitzero"`
}

// Finding is what a rule says; see analysis.Finding.
type Finding struct {
	ID          string `json:"id"` // f-012
	Rule        string `json:"rule"`
	RuleSet     int    `json:"rule_set"`
	Verdict     string `json:"verdict"` // pass, fail, warn, not_seen
	Severity    string `json:"severity"`
	Title       string `json:"title"`
	Expected    string `json:"expected,omitempty"`
	Actual      string `json:"actual,omitempty"`
	Cause       string `json:"cause,omitempty"`
	CauseWhy    string `json:"cause_why,omitempty"`
	Cure        string `json:"cure,omitempty"`
	Why         string `json:"why,omitempty"` // of not_seen
	Clause      string `json:"clause,omitempty"`
	Refs        []Ref  `json:"refs,omitempty"`
	PartnerSide bool   `json:"partner_side,omitempty"` // rests on facts computed on the partner's side
}

// Ref points to an entry of a transcript.
type Ref struct {
	Transcript string `json:"transcript"`
	Entry      int    `json:"entry"` // number from 1: analysis.Ref.Entry + 1
	Param      string `json:"param,omitempty"`
}

// Remark is what a reviewer asked to be mended.
type Remark struct {
	ID      string `json:"id"` // rm-003
	Item    string `json:"item,omitempty"`
	Pin     string `json:"pin,omitempty"`   // anchor it is pinned to: t-001.e4, s-002
	Param   string `json:"param,omitempty"` // parameter at the pin
	State   string `json:"state"`           // open, answered, closed, waived
	Act            // who asked what, when
	Answers []Act  `json:"answers,omitempty"`
	Closed  *Act   `json:"closed,omitempty"` // who closed or waived it, with the reason
	Until   Time   `json:"until,omitzero"`   // of a waiver
}

// TestRun is one execution of a scenario by a test-user label.
type TestRun struct {
	ID          string   `json:"id"` // run-01
	Scenario    string   `json:"scenario"`
	TestUser    string   `json:"test_user"`
	By          string   `json:"by,omitempty"`
	At          Time     `json:"at,omitzero"`
	Transcripts []string `json:"transcripts,omitempty"`
}

// Transcript is one redacted capture. File and SHA256 are set by Build.
type Transcript struct {
	ID         string `json:"id"` // t-001
	Run        string `json:"run,omitempty"`
	Scenario   string `json:"scenario"`
	TestUser   string `json:"test_user,omitempty"`
	File       string `json:"file"`
	SHA256     string `json:"sha256"`
	MadeBy     string `json:"made_by,omitempty"`  // who recorded or uploaded it
	RedactedBy string `json:"redacted_by"`        // server, partner_browser, partner_cli, partner_recorder, partner_server
	Redactor   string `json:"redactor,omitempty"` // program and version
	Exporter   string `json:"exporter,omitempty"` // what wrote the capture
	// Limits name what the capture cannot show, as sentences.
	Limits []string `json:"limits,omitempty"`
	Round  string   `json:"round,omitempty"`
	Clocks
	ConfigVersion int         `json:"config_version,omitempty"`
	Redactions    []Redaction `json:"redactions,omitempty"`
	// RedactionsCounted says what Redactions count: CountedRedacting or
	// CountedTranscript; empty in packets that were asked for before it was said.
	RedactionsCounted string `json:"redactions_counted,omitempty"`
	Lanes             Lanes  `json:"lanes"`
	Hops              []Hop  `json:"hops,omitempty"`
	HAR               []byte `json:"-"` // the file's bytes: redacted HAR, format 1
}

// Lanes names the lanes of a drawing; empty ones get a general name.
type Lanes struct {
	Partner  string `json:"partner,omitempty"`
	Provider string `json:"provider,omitempty"`
}

// Hop is one drawn entry. Entries that are not drawn are left out; N stays
// the entry's number in the file.
type Hop struct {
	N        int      `json:"n"`                // entry number from 1, also of its anchor t-001.eN
	Lane     string   `json:"lane"`             // partner, provider, third_party
	Status   int      `json:"status,omitempty"` // 0: no response
	Method   string   `json:"method"`
	Host     string   `json:"host"`
	Path     string   `json:"path"`
	Page     string   `json:"page,omitempty"` // the partner's name for it: landing, error ...
	Params   []Param  `json:"params,omitempty"`
	Cookies  []string `json:"cookies,omitempty"` // set here: redacted name and flags
	TimeMS   int      `json:"time_ms,omitempty"`
	Size     int      `json:"size,omitempty"` // of the response body, bytes
	Note     string   `json:"note,omitempty"` // "consent page", "form"
	Findings []string `json:"findings,omitempty"`
}

// Param is a parameter of a hop.
type Param struct {
	Name  string `json:"name"`
	Value string `json:"value"` // as shown: a clear word, or "state A" with Chip
	Chip  bool   `json:"chip,omitempty"`
	// SameAs is the entry number of the first hop with an equal pseudonym, 0 without one.
	SameAs int `json:"same_as,omitempty"`
}

// Screenshot is a picture with its masks burnt in. File and SHA256 are set by Build.
type Screenshot struct {
	ID         string `json:"id"` // s-001
	Title      string `json:"title"`
	Transcript string `json:"transcript,omitempty"`
	Entry      int    `json:"entry,omitempty"` // number from 1
	File       string `json:"file"`
	SHA256     string `json:"sha256"`
	By         string `json:"by,omitempty"`
	Masks      int    `json:"masks,omitempty"` // covered areas
	Clocks
	PNG []byte `json:"-"`
}

// Walkthrough is the meeting and its minutes.
type Walkthrough struct {
	HeldAt  Time           `json:"held_at"`
	People  []string       `json:"people,omitempty"`
	Minutes []MinutesEntry `json:"-"` // each is a leaf
}

// MinutesEntry is one step or note of the walkthrough.
type MinutesEntry struct {
	ID    string `json:"id"` // w-02
	Item  string `json:"item,omitempty"`
	Title string `json:"title"`
	Mark  string `json:"mark,omitempty"` // confirmed, not_confirmed, with_condition; empty for a note
	Act
}

// Question was asked at a place of an edition of this revision's packet, and answered.
type Question struct {
	ID     string `json:"id"`     // q-003, counted within the integration
	Packet string `json:"packet"` // the edition that was read: r3.1
	Pin    string `json:"pin"`    // the anchor there: TST-09, t-001.e4
	Act           // who asked what, when
	Answer Act    `json:"answer"`
}

// SignOff is a person's approval of the packet or of the go-live.
type SignOff struct {
	Role string `json:"role"` // partner, consultant, account_team
	Act
}
