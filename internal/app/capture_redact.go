package app

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/blob"
	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
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
	writer     *blob.Writer // holds the redacted bytes, not yet committed
	transcript *transcript.Transcript
	report     redact.Report
	names      []byte // the round's name table as it stands now, JSON
}

// redactedBy: a file whose entries bring facts was redacted before it came, and
// its facts were computed on the partner's side.
func (r redactedCapture) redactedBy() string {
	if r.report.Again > 0 {
		return "partner_cli"
	}
	return analysis.ByServer
}

// redactCapture reads the file once, redacts it for the round, and looks at the
// result a last time. What it refuses is thrown away.
func (a *App) redactCapture(b captureBase, file io.Reader) (r redactedCapture, err error) {
	redactor, err := a.redactorOf(b)
	if err != nil {
		return r, err
	}
	if r.writer, err = a.Blobs.Create(); err != nil {
		return r, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.writer.Discard())
		}
	}()
	source := &watchedReader{r: file}
	buffered := bufio.NewReader(source)
	if !b.rawAllowed && !wasRedacted(buffered) {
		return r, errRawForbidden
	}
	out := bufio.NewWriterSize(r.writer, 64<<10)
	r.report, err = redactor.HAR(out, buffered, capture.Limits{TotalBytes: MaxCaptureBytes, Entries: MaxCaptureEntries})
	if source.err != nil {
		return r, interrupted(source.err)
	}
	if err != nil {
		return r, err
	}
	if err := out.Flush(); err != nil {
		return r, fmt.Errorf("writing a transcript: %w", err)
	}
	if hits, err := redact.Check(r.writer.Reader()); err != nil {
		return r, refuseSecrets(hits, err)
	}
	if r.transcript, err = transcript.Read(r.writer.Reader()); err != nil {
		return r, fmt.Errorf("reading a new transcript: %w", err)
	}
	if !b.rawAllowed && (r.report.Again < r.report.Entries || r.transcript.Meta.Round != b.round.ID.String()) {
		return r, errRawForbidden
	}
	r.names, err = json.Marshal(redactor.Names())
	return r, err
}

// redactorOf makes the redactor of the round from its sealed key and its names.
func (a *App) redactorOf(b captureBase) (*redact.Redactor, error) {
	key, err := a.Keys.Open(b.round.SealedKey, roundContext(b.round.ID))
	if err != nil {
		return nil, fmt.Errorf("opening a round's key: %w", err)
	}
	if len(key) != roundKeySize {
		return nil, errors.New("opening a round's key: it has another length")
	}
	names := redact.NewNameTable()
	if err := json.Unmarshal(b.round.Names, names); err != nil {
		return nil, fmt.Errorf("reading a round's names: %w", err)
	}
	return redact.New(redact.Options{Config: &b.integration.Config, Digest: b.integration.ConfigDigest, Key: [roundKeySize]byte(key),
		Round: b.round.ID.String(), Names: names, Version: a.Version}), nil
}

var errRawForbidden = apperr.New(apperr.Invalid,
	"Your team's setting forbids raw uploads: only files that were redacted for this round are taken. Nothing was stored. An admin of your team can change the setting.")

// redactedHead is how every file begins that Proofwalk redacted.
const redactedHead = `{"log":{"version":"1.2","creator":{"name":"proofwalk"`

// wasRedacted tells whether the file begins as a redacted one does.
func wasRedacted(r *bufio.Reader) bool {
	head, err := r.Peek(len(redactedHead))
	return err == nil && string(head) == redactedHead
}

// refuseSecrets names the places, by entry, in which a redacted file still
// holds what looks like a secret.
func refuseSecrets(hits []redact.Hit, cause error) error {
	if len(hits) == 0 {
		return cause
	}
	var fields []apperr.Field
	for _, h := range hits[:min(len(hits), 10)] {
		fields = append(fields, apperr.Field{Name: "file", Text: fmt.Sprintf("Entry %d, %s: looks like %s.", h.Entry+1, h.Place, strings.ReplaceAll(h.Rule, "_", " "))})
	}
	return &apperr.Error{Kind: apperr.Invalid, Text: apperr.TextOf(cause), Fields: fields, Cause: cause}
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

// entryRows lays the transcript's entries out as they are drawn and searched.
func entryRows(cfg integration.Config, t *transcript.Transcript) ([]store.Entry, error) {
	hops := analysis.Hops(cfg, t)
	rows := make([]store.Entry, len(t.Entries))
	for n := range t.Entries {
		e, h := &t.Entries[n], hops[n]
		encoded, err := transcript.EncodeEntry(e)
		if err != nil {
			return nil, err
		}
		row := store.Entry{N: n, Method: e.Request.Method, Role: string(h.Role), Kind: string(h.Kind), IsHop: h.Kind != analysis.HopSubRequest,
			Part: string(h.Part), PageName: h.Name, Parent: h.Parent, Entry: encoded}
		row.Scheme, row.Host, row.Path = address(e.Request.URL)
		if e.Response != nil {
			row.Status = e.Response.Status
		}
		if at := e.StartedAt; !at.IsZero() {
			row.HappenedAt, row.CapturedAt = &at, &at
		}
		rows[n] = row
	}
	return rows, nil
}

// address cuts a redacted URL; one that is none is all path.
func address(raw string) (scheme, host, path string) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "", "", raw
	}
	path = u.EscapedPath()
	if path == "" {
		path = "/"
	}
	return u.Scheme, u.Host, path
}
