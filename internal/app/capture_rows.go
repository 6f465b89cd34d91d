package app

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/blob"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// captureRows takes a transcript while it is written: its bytes go on to the
// blob, and of each entry it keeps what is judged and what is indexed.
type captureRows struct {
	blob    *blob.Writer
	out     *bufio.Writer
	places  *transcript.Places
	kept    []transcript.Entry
	entries []store.Entry
}

func newCaptureRows(w *blob.Writer) *captureRows {
	places := transcript.NewPlaces(w)
	return &captureRows{blob: w, places: places, out: bufio.NewWriterSize(places, 64<<10)}
}

// Write implements io.Writer.
func (r *captureRows) Write(b []byte) (int, error) { return r.out.Write(b) }

// add takes the next redacted entry and refuses one that still holds what looks
// like a credential.
func (r *captureRows) add(e *transcript.Entry) error {
	if hits := redact.CheckEntry(e); len(hits) > 0 {
		return refuseSecrets(hits)
	}
	r.kept = append(r.kept, analysis.Keep(e))
	e = &r.kept[len(r.kept)-1]
	row := store.Entry{N: e.Index, Method: e.Request.Method, Searched: searchedText(e)}
	row.Scheme, row.Host, row.Path = address(e.Request.URL)
	if e.Response != nil {
		row.Status = e.Response.Status
	}
	if at := e.StartedAt; !at.IsZero() {
		row.HappenedAt, row.CapturedAt = &at, &at
	}
	r.entries = append(r.entries, row)
	return nil
}

// finish gives the rows with the places of their entries, once all is written.
func (r *captureRows) finish() ([]store.Entry, error) {
	if err := r.out.Flush(); err != nil {
		return nil, fmt.Errorf("writing a transcript: %w", err)
	}
	places := r.places.List()
	if len(places) != len(r.entries) {
		return nil, errors.New("indexing a transcript: its file holds another number of entries")
	}
	for n := range r.entries {
		at := &places[n]
		r.entries[n].FirstByte, r.entries[n].ByteCount, r.entries[n].Digest = &at.First, &at.Bytes, at.Digest[:]
	}
	return r.entries, nil
}

// refuseSecrets names the places, by entry, in which a redacted file still
// holds what looks like a secret.
func refuseSecrets(hits []redact.Hit) error {
	e := apperr.New(apperr.Invalid, "The transcript still holds something that looks like a secret. It was not stored.")
	for _, h := range hits[:min(len(hits), maxPlaces)] {
		e.Fields = append(e.Fields, apperr.Field{Name: "file", Text: fmt.Sprintf("Entry %d, %s: looks like %s.", h.Entry+1, placeWords(h.Place), strings.ReplaceAll(h.Rule, "_", " "))})
	}
	return e
}

// searchedText is what a search looks through.
func searchedText(e *transcript.Entry) string {
	var b strings.Builder
	_, host, path := address(e.Request.URL)
	b.WriteString(host + path)
	for _, list := range [][]transcript.Field{e.Request.Query, e.Request.Form} {
		for _, f := range list {
			b.WriteString(" " + f.Name)
		}
	}
	return strings.ToLower(b.String())
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

// layOut fills in how each entry is drawn. The JSON of what is drawn by itself
// goes into the row; that of page resources is read from the transcript.
func (r *redactedCapture) layOut(cfg integration.Config) error {
	for n, h := range analysis.Hops(cfg, r.transcript) {
		row := &r.entries[n]
		row.Role, row.Kind, row.Part = string(h.Role), string(h.Kind), string(h.Part)
		row.IsHop, row.PageName, row.Parent = h.Kind != analysis.HopSubRequest, h.Name, h.Parent
		if !row.IsHop {
			continue
		}
		row.Entry = make([]byte, *row.ByteCount)
		if _, err := r.writer.ReadAt(row.Entry, *row.FirstByte); err != nil {
			return fmt.Errorf("reading an entry of a new transcript: %w", err)
		}
	}
	return nil
}

// ReadEntry gives an entry of a stored capture: from its row, or, of a page
// resource, from the transcript, where it must be as it was stored. digest is
// that of the capture.
func (a *App) ReadEntry(ctx context.Context, digest string, row store.Entry) (transcript.Entry, error) {
	if row.Entry != nil {
		return transcript.DecodeEntry(row.Entry, row.N)
	}
	if row.ByteCount == nil || row.FirstByte == nil || *row.ByteCount > transcript.MaxEntryBytes {
		return transcript.Entry{}, errors.New("reading an entry: its row does not say where it stands")
	}
	f, err := a.Blobs.Open(ctx, digest)
	if err != nil {
		return transcript.Entry{}, err
	}
	defer func() { _ = f.Close() }() // reading only: nothing to lose
	b := make([]byte, *row.ByteCount)
	if _, err := f.Seek(*row.FirstByte, io.SeekStart); err != nil {
		return transcript.Entry{}, fmt.Errorf("reading an entry: %w", err)
	}
	if _, err := io.ReadFull(f, b); err != nil {
		return transcript.Entry{}, fmt.Errorf("reading an entry: %w", err)
	}
	if sum := sha256.Sum256(b); string(sum[:]) != string(row.Digest) {
		return transcript.Entry{}, apperr.New(apperr.Internal, "A stored file is damaged. It was not used.")
	}
	return transcript.DecodeEntry(b, row.N)
}
