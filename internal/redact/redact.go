// Package redact turns a raw capture into a transcript by default-deny: its
// output is built from scratch, and a value is written only when it is in a
// closed vocabulary, matches a closed grammar, equals a registered public value
// of the integration, or has become a keyed pseudonym, an ordinal or a class
// constant. What a rule needs from the clear values is computed here and kept
// as a fact. docs/redacted_har.md describes the result.
//
// A file that says it was redacted before gets no trust for saying so: each
// value is checked as in any other. It only keeps its round, its facts (by the
// closed list and their types) and its numbered hosts and segments, so that
// redacting twice gives the same bytes.
package redact

import (
	"bytes"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"io"
	"strings"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// Options say for whom and under which key a Redactor works.
type Options struct {
	// Config is the integration whose registered values are vocabulary; nil for none.
	Config *integration.Config
	// Digest is the SHA-256 of the integration.yaml in hex, empty without one.
	Digest string
	// Key is the pseudonym key of the integration and round; random, never shared between two rounds.
	Key [32]byte
	// Round names the round: letters, digits, - and _, at most 64.
	Round string
	// Names keeps the numbers of hosts and path segments over the captures of a
	// round; nil begins an empty table. Redactors of one round that run at the
	// same time must share one table or take turns.
	Names *NameTable
	// Hidden, when set, is filled with the clear names of what was hidden and may
	// be declared; see Hidden for whom it may reach.
	Hidden *Hidden
	// Overlap reads ahead on a second core while an entry is redacted, for the
	// memory of the entries between; see capture.ReadOverlapped. each of Stream is
	// then called from another goroutine, and never again once Stream is done.
	Overlap bool
	// Name and Version of the program that redacts.
	Name, Version string
}

// Redactor redacts captures of one integration and round. It may be used for
// many captures, one after the other; it is not safe for concurrent use.
type Redactor struct {
	opts   Options
	public *public
	names  *NameTable
	memo   *memo
}

// New makes a Redactor.
func New(opts Options) *Redactor {
	names := opts.Names
	if names == nil {
		names = NewNameTable()
	}
	if opts.Name == "" {
		opts.Name = transcript.Creator
	}
	return &Redactor{opts: opts, public: newPublic(opts.Config), names: names, memo: newMemo()}
}

// Names gives the table of numbered hosts and segments as it now stands.
func (r *Redactor) Names() *NameTable { return r.names }

// HAR reads any supported capture from src and writes its transcript to dst, one
// entry in memory at a time, with Options.Overlap a few. Errors of reading are those of capture.Read;
// dst then holds an unfinished file that the caller must throw away. No error
// holds a value of the capture.
func (r *Redactor) HAR(dst io.Writer, src io.Reader, lim capture.Limits) (Report, error) {
	return r.Stream(dst, src, lim, nil)
}

// Stream is HAR that also shows each redacted entry to each, before it is
// written. The entry is valid until each returns; an error of each ends the
// reading and is given back.
func (r *Redactor) Stream(dst io.Writer, src io.Reader, lim capture.Limits, each func(*transcript.Entry) error) (Report, error) {
	same := newSameLines()
	w, err := transcript.NewWriter(same.writer(dst), r.opts.Version)
	if err != nil {
		return Report{}, err
	}
	rn := r.newRun(same)
	read := capture.ReadWatched
	if r.opts.Overlap {
		read = capture.ReadOverlapped
	}
	source, err := read(src, lim, same, func(e *capture.Entry) error {
		out := rn.entry(e)
		if each != nil {
			if err := each(out); err != nil {
				return err
			}
		}
		return w.WriteEntry(out)
	})
	if err != nil {
		return Report{}, fmt.Errorf("reading the capture: %w", err)
	}
	if rn.report.again > 0 && source.Redacted == nil { // the marker stands behind the entries
		return Report{}, errFactsOfNobody
	}
	if source.Kind == backChannel && !isRound(source.Redacted.Round) {
		return Report{}, errNoRound
	}
	meta := r.meta(&source, &rn.report)
	if err := w.Close(rn.pages(source.Pages), meta); err != nil {
		return Report{}, err
	}
	rn.changed(same, &source)
	report := rn.report.finish(&source)
	report.Meta = meta
	report.Contradictions = append(report.Contradictions, rn.witness.found...)
	return report, nil
}

// errFactsOfNobody refuses facts that no redaction has written, and those of a
// file whose end with the marker is missing: they would become ours.
var errFactsOfNobody = apperr.New(apperr.Invalid, "The file holds facts but was not redacted by this program, or its end is missing. Redact the original capture.")

// errNoRound refuses back-channel lines whose round is none: of another round
// than ours, they would compare with it by chance.
var errNoRound = apperr.New(apperr.Invalid, "The back-channel lines name a round that is none: copy the exporter's environment variable from the test run's page.")

// changed notes that a file which was redacted before is not as a redaction
// writes it. Of one that is cut off, what stands behind its last whole entry
// tells nothing.
func (r *run) changed(s *sameLines, source *capture.Source) {
	if source.Kind == backChannel { // lines of another form than what is written
		r.report.at = -1
		for range source.Duplicates {
			r.report.add("V1", "file")
		}
		return
	}
	same, entry := s.finish(r.report.entries)
	if r.report.again == 0 || same || source.Truncated && (entry < 0 || entry == r.report.entries-1) {
		return
	}
	r.report.at = entry
	r.report.add("V1", "file")
}

// Transcript redacts in memory and reads the result back.
func (r *Redactor) Transcript(src io.Reader, lim capture.Limits) (*transcript.Transcript, Report, error) {
	var buf bytes.Buffer
	report, err := r.HAR(&buf, src, lim)
	if err != nil {
		return nil, Report{}, err
	}
	t, err := transcript.Read(&buf)
	if err != nil {
		return nil, Report{}, fmt.Errorf("reading the transcript: %w", err)
	}
	return t, report, nil
}

// meta is the marker of the output. A capture of which every entry was redacted
// before keeps round, source and digest where they are words of the format; with
// a raw one among them the marker is not true of the file.
func (r *Redactor) meta(s *capture.Source, t *tally) transcript.Meta {
	m := transcript.Meta{
		Format: transcript.Format, Policy: transcript.Policy, Round: r.opts.Round,
		Redactor:          transcript.Redactor{Name: r.opts.Name, Version: r.opts.Version},
		Source:            transcript.Source{Kind: s.Kind, Exporter: s.Exporter, Limits: s.CannotShow},
		IntegrationDigest: r.opts.Digest,
	}
	old := s.Redacted
	if old == nil || t.entries == 0 || t.again != t.entries {
		return m
	}
	kept := m
	kept.Round = old.Round
	if s.Kind == backChannel { // its facts about hosts are of this redaction
		return kept
	}
	kept.IntegrationDigest = old.IntegrationDigest
	kept.Source.Kind, kept.Source.Exporter = old.SourceKind, old.SourceExporter
	kept.Policy = min(old.Policy, transcript.Policy) // what it could not write then is not there now
	// The program that redacted stays named, so that what was approved on the
	// partner's side is, byte for byte, what is stored.
	if programs[old.RedactorName] && old.RedactorVersion == r.opts.Version {
		kept.Redactor.Name = old.RedactorName
	}
	if !isRound(kept.Round) || !isDigest(kept.IntegrationDigest) || !kinds[old.SourceKind] ||
		!exporters[old.SourceExporter] || !transcript.CheckMeta(kept) {
		return m
	}
	return kept
}

// BrowserName is how the redactor of the upload page names itself in
// log._proofwalk; the kit and the server are named by transcript.Creator.
const BrowserName = "proofwalk_browser"

// programs are the names by which our redactors call themselves.
var programs = map[string]bool{transcript.Creator: true, BrowserName: true}

// kinds and exporters are the words of a capture's source, see capture.Source.
var (
	kinds     = map[string]bool{"har": true, "saml_tracer": true, backChannel: true}
	exporters = map[string]bool{
		"chrome": true, "firefox": true, "safari": true, "playwright": true, "charles": true,
		"fiddler": true, "mitmproxy": true, "saml_tracer": true, backChannel: true, "proofwalk": true, "other": true,
	}
)

// backChannel is the kind of a capture that a partner's server wrote and
// redacted line by line; see docs/back_channel.md.
const backChannel = "back_channel"

// RoundChars is the length of a round's name as NewRound makes it.
const RoundChars = 26

// isRound tells whether s has the form of a round's name: base32 letters of
// NewRound, or a UUID as the server uses it.
func isRound(s string) bool {
	if len(s) == RoundChars {
		for i := range len(s) {
			if c := s[i]; (c < 'a' || c > 'z') && (c < '2' || c > '7') {
				return false
			}
		}
		return true
	}
	return isUUID(s)
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (s[i] == '-') || !dash && !isHex(s[i]) {
			return false
		}
	}
	return true
}

func isDigest(s string) bool {
	if s == "" {
		return true
	}
	for i := range len(s) {
		if !isHex(s[i]) {
			return false
		}
	}
	return len(s) == 64
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' }

// NewRound makes a random key and a name for a round that no server gave.
func NewRound() (key [32]byte, round string) {
	var name [16]byte
	// crypto/rand.Read ends the program rather than give an error.
	_, _ = rand.Read(key[:])
	_, _ = rand.Read(name[:])
	return key, strings.ToLower(base32Std.WithPadding(base32.NoPadding).EncodeToString(name[:]))
}
