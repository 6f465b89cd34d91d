package packet

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// The prefixes of labels.
const (
	LabelTranscript = "t-"
	LabelScreenshot = "s-"
	LabelFinding    = "f-"
	LabelRemark     = "rm-"
	LabelMinutes    = "w-"
	LabelRun        = "run-"
	LabelPass       = "cp-"
	LabelQuestion   = "q-"
)

// Label gives the label with a number from 1: Label(LabelTranscript, 1) is
// "t-001", Label(LabelMinutes, 2) is "w-02".
func Label(prefix string, n int) string {
	if prefix == LabelMinutes || prefix == LabelRun {
		return fmt.Sprintf("%s%02d", prefix, n)
	}
	return fmt.Sprintf("%s%03d", prefix, n)
}

// Name is what the packet is called: "r3.1".
func (c *Content) Name() string { return fmt.Sprintf("r%d.%d", c.Revision, c.Edition) }

// ArchiveName is the file name of the packet:
// "packet-first-responder-r3.1.zip".
func (c *Content) ArchiveName() string {
	return "packet-" + c.Integration.Slug + "-" + c.Name() + ".zip"
}

// Check tells whether the content can be packed: labels are well-formed and
// given once, references point to something, words are those of the format,
// a decision is there. Errors name the part by kind and position.
func Check(c *Content) error {
	if err := checkDraft(c); err != nil {
		return err
	}
	if c.Decision == nil {
		return errors.New("checking content: a packet needs the review's decision")
	}
	if c.Edition > 1 && c.Supersedes == nil {
		return errors.New("checking content: an edition after the first names the one before it")
	}
	return nil
}

// checkDraft is Check for a state that was not decided yet.
func checkDraft(c *Content) error { return checkReport(c, true) }

// checkReport is checkDraft; of the transcripts, which no report holds, the bytes
// may be missing.
func checkReport(c *Content, transcripts bool) error {
	k := checker{labels: map[string]bool{}, transcripts: transcripts}
	k.head(c)
	k.collect(c)
	k.refer(c)
	if k.err != nil {
		return fmt.Errorf("checking content: %w", k.err)
	}
	return nil
}

// checker keeps the first error.
type checker struct {
	labels      map[string]bool
	transcripts bool // their bytes must be there
	err         error
}

func (k *checker) fail(format string, args ...any) {
	if k.err == nil {
		k.err = fmt.Errorf(format, args...)
	}
}

// word demands one of the words of a closed list.
func (k *checker) word(what, got string, want ...string) {
	for _, w := range want {
		if got == w {
			return
		}
	}
	k.fail("%s is none of %s", what, strings.Join(want, ", "))
}

// label demands a label that no other part has.
func (k *checker) label(what, label, prefix string) {
	rest, ok := strings.CutPrefix(label, prefix)
	if !ok || len(rest) < 2 || len(rest) > 6 || strings.Trim(rest, "0123456789") != "" {
		k.fail("%s has no label of the form %s001", what, prefix)
		return
	}
	k.once(what, label)
}

func (k *checker) once(what, label string) {
	if k.labels[label] {
		k.fail("%s has a label that is taken", what)
	}
	k.labels[label] = true
}

// known demands a label that some part has; empty is fine.
func (k *checker) known(what, label string) {
	if label != "" && !k.labels[label] {
		k.fail("%s names a part that is not in the packet", what)
	}
}

func (k *checker) head(c *Content) {
	i := c.Integration
	if c.Revision < 1 || c.Edition < 1 || c.MadeAt.IsZero() {
		k.fail("revision, edition and time must be set")
	}
	if i.ID == "" || i.Name == "" || i.Partner == "" || !isSlug(i.Slug) {
		k.fail("the integration needs id, name, partner and a slug of a-z, 0-9 and hyphens")
	}
	if c.Address != "" && !isAddress(c.Address) {
		k.fail("the address is none of the form https://HOST/packets/")
	}
	if c.Decision != nil {
		k.word("the decision", c.Decision.Word, "ready", "returned")
	}
	if c.Outcome != nil {
		k.word("the outcome", c.Outcome.Word, "go", "go_with_conditions", "no_go")
	}
	if s := c.Supersedes; s != nil && (s.Revision != c.Revision || s.Edition != c.Edition-1 || s.Edition < 1 || !isSHA256(s.SHA256)) {
		k.fail("the superseded packet is not the edition before this one, or its digest is not a SHA-256 in hex")
	}
	signed := map[string]bool{}
	for n, s := range c.SignOffs {
		if signed[s.Role] {
			k.fail("a role has signed off twice")
		}
		signed[s.Role] = true
		k.word(fmt.Sprintf("the role of sign-off %d", n+1), s.Role, "partner", "consultant", "account_team")
	}
}

// isAddress tells whether the SHA-256 of an archive completes the text to an
// address of a server.
func isAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.Path == "/packets/" && u.String() == s &&
		u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

// collect gathers the labels and checks each part for itself.
func (k *checker) collect(c *Content) {
	k.items(c)
	for n, f := range c.Findings {
		what := fmt.Sprintf("finding %d", n+1)
		k.label(what, f.ID, LabelFinding)
		k.word("the verdict of "+what, f.Verdict, "pass", "fail", "warn", "not_seen")
	}
	for n, r := range c.Remarks {
		what := fmt.Sprintf("remark %d", n+1)
		k.label(what, r.ID, LabelRemark)
		k.word("the state of "+what, r.State, "open", "answered", "closed", "waived")
	}
	for n, r := range c.TestRuns {
		k.label(fmt.Sprintf("test run %d", n+1), r.ID, LabelRun)
	}
	for n, t := range c.Transcripts {
		what := fmt.Sprintf("transcript %d", n+1)
		k.label(what, t.ID, LabelTranscript)
		if len(t.HAR) == 0 && k.transcripts {
			k.fail("%s has no file", what)
		}
		for i, h := range t.Hops {
			if h.N < 1 {
				k.fail("hop %d of %s has no entry number", i+1, what)
			}
			k.once(fmt.Sprintf("hop %d of %s", i+1, what), HopAnchor(t.ID, h.N))
			k.word(fmt.Sprintf("the lane of hop %d of %s", i+1, what), h.Lane, "partner", "provider", "third_party")
		}
	}
	for n, s := range c.Screenshots {
		what := fmt.Sprintf("screenshot %d", n+1)
		k.label(what, s.ID, LabelScreenshot)
		if len(s.PNG) == 0 {
			k.fail("%s has no file", what)
		}
	}
	k.passes(c)
	k.coverage(c)
	if c.Walkthrough != nil {
		for n, m := range c.Walkthrough.Minutes {
			what := fmt.Sprintf("minutes entry %d", n+1)
			k.label(what, m.ID, LabelMinutes)
			k.word("the mark of "+what, m.Mark, "", "confirmed", "not_confirmed", "with_condition")
		}
	}
	for n, q := range c.Questions {
		what := fmt.Sprintf("question %d", n+1)
		k.label(what, q.ID, LabelQuestion)
		// The pin is a place of an earlier edition, which may have had other parts.
		if q.Packet == "" || q.Pin == "" || q.Text == "" || q.Answer.Text == "" {
			k.fail("%s needs a packet, a pin, a text and an answer", what)
		}
	}
}

// items checks each item for itself.
func (k *checker) items(c *Content) {
	sections := map[string]bool{}
	for _, s := range c.Sections {
		sections[s.ID] = true
	}
	for n, it := range c.Items {
		what := fmt.Sprintf("item %d", n+1)
		if !isItemLabel(it.ID) {
			k.fail("%s has no label of the form TST-09", what)
		}
		k.once(what, it.ID)
		if !sections[it.Section] {
			k.fail("%s is in no section", what)
		}
		k.word("the state of "+what, it.State, "open", "claimed", "accepted", "returned", "not_applicable")
		k.word("the phase of "+what, it.Phase, "review", "walkthrough", "go_live")
		k.text(what, it.Title)
	}
}

// passes checks the texts that were passed as no credential.
func (k *checker) passes(c *Content) {
	for n, p := range c.CredentialPasses {
		what := fmt.Sprintf("credential pass %d", n+1)
		k.label(what, p.ID, LabelPass)
		if len(p.Rules) == 0 || p.Field == "" || p.Text == "" {
			k.fail("%s needs a field, a rule and a reason", what)
		}
	}
}

// refer checks what parts say of each other.
func (k *checker) refer(c *Content) {
	for n, it := range c.Items {
		what := fmt.Sprintf("item %d", n+1)
		for _, e := range it.Evidence {
			k.known("evidence of "+what, e.Transcript)
			k.known("evidence of "+what, e.Screenshot)
			if d := e.Document; d != nil && (d.Name == "" || d.Bytes < 1 || !isSHA256(d.SHA256)) {
				k.fail("a document of %s needs a name, a size and a SHA-256 in hex", what)
			}
		}
		for _, id := range it.Findings {
			k.known(what, id)
		}
		for _, id := range it.Remarks {
			k.known(what, id)
		}
	}
	for n, f := range c.Findings {
		for _, r := range f.Refs {
			k.known(fmt.Sprintf("finding %d", n+1), r.Transcript)
		}
	}
	k.referCoverage(c)
	for n, r := range c.Remarks {
		k.known(fmt.Sprintf("remark %d", n+1), r.Item)
		// A pin may be at an entry that is not drawn.
		k.known(fmt.Sprintf("remark %d", n+1), partOf(r.Pin))
	}
	for n, r := range c.TestRuns {
		for _, id := range r.Transcripts {
			k.known(fmt.Sprintf("test run %d", n+1), id)
		}
	}
	for n, t := range c.Transcripts {
		k.known(fmt.Sprintf("transcript %d", n+1), t.Run)
		for _, h := range t.Hops {
			for _, id := range h.Findings {
				k.known(fmt.Sprintf("a hop of transcript %d", n+1), id)
			}
		}
	}
	for n, s := range c.Screenshots {
		k.known(fmt.Sprintf("screenshot %d", n+1), s.Transcript)
	}
	for n, p := range c.CredentialPasses {
		k.known(fmt.Sprintf("credential pass %d", n+1), p.Item)
	}
	if c.Walkthrough != nil {
		for n, m := range c.Walkthrough.Minutes {
			k.known(fmt.Sprintf("minutes entry %d", n+1), m.Item)
		}
	}
}

func (k *checker) text(what, s string) {
	if s == "" || !utf8.ValidString(s) {
		k.fail("%s has no title in UTF-8", what)
	}
}

// HopAnchor is the anchor of an entry: "t-001.e4".
func HopAnchor(transcript string, n int) string { return fmt.Sprintf("%s.e%d", transcript, n) }

// partOf is the part that an anchor is in: t-001 for t-001.e4.
func partOf(anchor string) string {
	part, _, _ := strings.Cut(anchor, ".e")
	return part
}

func isSHA256(s string) bool { return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == "" }

func isSlug(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// isItemLabel: capitals and digits, a hyphen, digits.
func isItemLabel(s string) bool {
	group, number, ok := strings.Cut(s, "-")
	return ok && group != "" && number != "" && len(s) <= 16 && group[0] >= 'A' && group[0] <= 'Z' &&
		strings.Trim(group, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == "" && strings.Trim(number, "0123456789") == ""
}
