package app

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/blob"
	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// Limits of one uploaded file.
const (
	MaxCaptureBytes   = 1 << 30
	MaxCaptureEntries = transcript.MaxEntries
)

// redactedCapture is a file after redaction, before it is stored.
type redactedCapture struct {
	writer     *blob.Writer           // holds the redacted bytes, not yet committed
	transcript *transcript.Transcript // of each entry what rules read
	rows       *captureRows           // how its entries are indexed
	report     redact.Report
	names      []byte // the round's name table as it stands now, JSON
}

// redactedBy: a file that was redacted before it came has its facts from the
// partner's side, and says by which of our programs.
func (r redactedCapture) redactedBy() string {
	switch {
	case r.report.Before == nil:
		return analysis.ByServer
	case r.report.ByPartnerServer():
		return "partner_server"
	case r.report.Before.RedactorName == redact.BrowserName:
		return "partner_browser"
	}
	return "partner_cli"
}

// input is the capture as rules read it, under the id that it is stored with.
func (r redactedCapture) input(c store.Capture) analysis.Input {
	return inputOf(c, r.transcript)
}

// redactCapture reads the file once, redacts it for the round, and looks at each
// entry a last time. What it refuses is thrown away.
func (a *App) redactCapture(b captureBase, in NewCapture) (redactedCapture, error) {
	redactor, err := a.redactorOf(b, in.Names)
	if err != nil {
		return redactedCapture{}, err
	}
	return a.redactWith(redactor, b, in)
}

// redactWith leaves no file and no goroutine behind when it fails, nor when
// redacting panics: the server goes on.
func (a *App) redactWith(redactor *redact.Redactor, b captureBase, in NewCapture) (r redactedCapture, err error) {
	if r.writer, err = a.Blobs.Create(); err != nil {
		return r, err
	}
	whole := false
	defer func() {
		if !whole {
			err = errors.Join(err, r.writer.Discard())
		}
	}()
	if err := r.stream(b, redactor, in); err != nil {
		return r, err
	}
	r.names, err = json.Marshal(redactor.Names())
	whole = err == nil
	return r, err
}

// stream receives, redacts, checks, indexes and stores the file all at once.
func (r *redactedCapture) stream(b captureBase, redactor *redact.Redactor, in NewCapture) error {
	source := &watchedReader{r: in.File}
	places := transcript.NewPlaces(r.writer)
	rows := &captureRows{keeper: analysis.Keeper{BackChannel: in.Kind == store.CaptureBackChannel}, checker: redact.NewChecker(), hosts: names{}}
	written, err := r.pass(b, redactor, source, places, rows)
	switch {
	case source.err != nil:
		return interrupted(source.err)
	case written != nil:
		return fmt.Errorf("writing a transcript: %w", written)
	case err != nil:
		return err
	}
	if err := b.refuseUnredacted(r.report); err != nil {
		return err
	}
	if r.report.ByPartnerServer() && in.Kind != store.CaptureBackChannel {
		return apperr.InvalidFields("A server recorded this file, no browser. Nothing was stored.", apperr.Field{Name: "kind", Text: "Choose that it was recorded on your server."})
	}
	if err := rows.finish(places.List(), r.writer); err != nil {
		return err
	}
	r.rows, r.transcript = rows, &transcript.Transcript{Meta: r.report.Meta, Entries: rows.kept}
	return nil
}

// pass redacts from one end to the other, each of which has a goroutine that
// ends with it. written is what went wrong while writing.
func (r *redactedCapture) pass(b captureBase, redactor *redact.Redactor, from io.Reader, to io.Writer, rows *captureRows) (written, err error) {
	ahead := newReadAhead(from)
	defer ahead.Close()
	behind := newWriteBehind(to)
	defer func() { written = behind.Close() }()
	buffered := bufio.NewReader(ahead)
	if !b.rawAllowed && !wasRedacted(buffered) {
		return nil, errRawForbidden
	}
	limits := capture.Limits{TotalBytes: MaxCaptureBytes, Entries: MaxCaptureEntries}
	r.report, err = redactor.Stream(behind, buffered, limits, rows.add)
	return nil, err
}

// ErrRedactAgain is the cause of a Conflict that goes away when the file is
// redacted anew with a fresh setup; see HandOverRedactor.
var ErrRedactAgain = errors.New("the redactor's setup is no longer that of the round")

// refuseUnredacted refuses a raw file where these are forbidden, and a file that
// says it was redacted but in which redaction still finds something, or whose
// facts are not what its entries show.
func (b captureBase) refuseUnredacted(report redact.Report) error {
	if report.Before == nil && report.Again == 0 {
		if b.rawAllowed {
			return nil
		}
		return errRawForbidden
	}
	if report.Confirmed() {
		if !b.rawAllowed && report.Meta.Round != b.round.ID.String() {
			return errOtherRound
		}
		return nil
	}
	e := apperr.New(apperr.Invalid, "The file says that it was redacted, but it is not what redaction makes. Nothing was stored.")
	if report.Before != nil && report.Meta.IntegrationDigest != b.integration.ConfigDigest {
		e = apperr.Wrap(apperr.Conflict, "The file was redacted for another description of the integration than the one that holds now. Nothing was stored: redact it again.", ErrRedactAgain)
	}
	for _, it := range report.Items {
		e.Fields = append(e.Fields, apperr.Field{Name: "file", Text: fmt.Sprintf("%s, %s: %s%s.", it.Rule, placeWords(it.Place), times(it.Count), fromEntry(it.Entry))})
	}
	for _, c := range report.Contradictions {
		e.Fields = append(e.Fields, apperr.Field{Name: "file", Text: fmt.Sprintf("Entry %d: the fact %s is not what the entry shows.", c.Entry+1, placeWords(string(c.Fact)))})
	}
	e.Fields = e.Fields[:min(len(e.Fields), maxPlaces)]
	return e
}

// fromEntry says where the first of some values is; entry is -1 outside of entries.
func fromEntry(entry int) string {
	if entry < 0 {
		return ""
	}
	return fmt.Sprintf(", first in entry %d", entry+1)
}

// maxPlaces bounds the places that a refusal names.
const maxPlaces = 10

func placeWords(place string) string { return strings.NewReplacer(".", " ", "_", " ").Replace(place) }

func times(n int) string {
	if n == 1 {
		return "1 value"
	}
	return fmt.Sprintf("%d values", n)
}

// redactorOf makes the redactor of the round from its sealed key and its names,
// which are those that the sender's redactor went on from it with, if any.
func (a *App) redactorOf(b captureBase, sent []byte) (*redact.Redactor, error) {
	key, err := a.openRoundKey(b.round)
	if err != nil {
		return nil, err
	}
	names := redact.NewNameTable()
	if err := json.Unmarshal(b.round.Names, names); err != nil {
		return nil, fmt.Errorf("reading a round's names: %w", err)
	}
	if len(sent) > 0 {
		if names, err = goOn(names, sent); err != nil {
			return nil, err
		}
	}
	return redact.New(redact.Options{Config: &b.integration.Config, Digest: b.integration.ConfigDigest, Key: key,
		Round: b.round.ID.String(), Names: names, Version: a.Version, Overlap: true}), nil
}

// MaxNamesBytes is the longest name table that is taken.
const MaxNamesBytes = 4 << 20

// goOn reads the table that a redactor of the round sent with its file. It must
// hold all that the round's own holds.
func goOn(base *redact.NameTable, sent []byte) (*redact.NameTable, error) {
	names := redact.NewNameTable()
	if len(sent) > MaxNamesBytes || json.Unmarshal(sent, names) != nil {
		return nil, apperr.New(apperr.Invalid, "The table of numbered names that came with the file cannot be read. Nothing was stored: redact the file again.")
	}
	if !names.Extends(base) {
		return nil, apperr.Wrap(apperr.Conflict, "Another file of this round was added meanwhile. Nothing was stored of this one: redact it again.", ErrRedactAgain)
	}
	return names, nil
}

func (a *App) openRoundKey(round store.Round) (key [roundKeySize]byte, err error) {
	b, err := a.Secret.Open(round.SealedKey, roundContext(round.ID))
	if err != nil {
		return key, fmt.Errorf("opening a round's key: %w", err)
	}
	if len(b) != roundKeySize {
		return key, errors.New("opening a round's key: it has another length")
	}
	return [roundKeySize]byte(b), nil
}

var errRawForbidden = apperr.New(apperr.Invalid,
	"Your team's setting forbids raw uploads: only files that were redacted before they are sent are taken. Nothing was stored. Choose the original file on this page, which redacts it before anything is sent; an admin of your team can change the setting.")

// errOtherRound: numbered hosts and segments of another round are not those of
// this one, and what another round proved is no evidence in this.
var errOtherRound = apperr.New(apperr.Invalid,
	"The file was redacted for another round than the one that is open, so it compares with nothing here. Nothing was stored: choose the original file on this page, which redacts it for this round.")

// redactedHeads are how a file begins that Proofwalk redacted, and one of lines
// that a partner's server did.
var redactedHeads = []string{`{"log":{"version":"1.2","creator":{"name":"proofwalk"`, `{"back_channel":`}

// wasRedacted tells whether the file begins as a redacted one does.
func wasRedacted(r *bufio.Reader) bool {
	return slices.ContainsFunc(redactedHeads, func(want string) bool {
		head, err := r.Peek(len(want))
		return err == nil && string(head) == want
	})
}

// watchedReader remembers an error of reading that is not the end of the file,
// so that a broken connection is not taken for a file that is cut off.
type watchedReader struct {
	r   io.Reader
	err error
}

// Read implements io.Reader.
func (w *watchedReader) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}

// interrupted words why the rest of an upload did not come.
func interrupted(cause error) error {
	var tooMany *http.MaxBytesError
	if errors.As(cause, &tooMany) {
		return apperr.Wrap(apperr.TooLarge, "The upload is larger than 1 GiB. Record only the sign-in and save it again.", cause)
	}
	return apperr.Wrap(apperr.Invalid, "The upload broke off before the file was whole. Nothing was stored of it: send it again.", cause)
}
