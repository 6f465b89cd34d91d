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
	"time"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/blob"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// captureRow is what is indexed of one entry, small since there are thousands.
type captureRow struct {
	method, url string
	names       string // of parameters, for the search
	status      int
	at          time.Time // zero when unknown
	place       transcript.Place
	hop         analysis.Hop
	json        []byte // nil where it is read from the transcript
}

// captureRows takes a transcript while it is written: its bytes go on to the
// blob, and of each entry it keeps what is judged and what is indexed.
type captureRows struct {
	out    *bufio.Writer
	places *transcript.Places
	kept   []transcript.Entry
	last   transcript.Entry // the last entry, as far as kept has it not
	others []analysis.Resource
	rows   []captureRow
}

func newCaptureRows(w *blob.Writer) *captureRows {
	places := transcript.NewPlaces(w)
	return &captureRows{places: places, out: bufio.NewWriterSize(places, 64<<10)}
}

// Write implements io.Writer.
func (r *captureRows) Write(b []byte) (int, error) { return r.out.Write(b) }

// add takes the next redacted entry and refuses one that still holds what looks
// like a credential.
func (r *captureRows) add(e *transcript.Entry) error {
	if hits := redact.CheckEntry(e); len(hits) > 0 {
		return refuseSecrets(hits)
	}
	row := captureRow{method: strings.Clone(e.Request.Method), names: parameterNames(e), at: e.StartedAt}
	if e.Response != nil {
		row.status = e.Response.Status
	}
	kept, judged := analysis.Keep(e)
	row.url = kept.Request.URL
	if judged {
		r.kept = append(r.kept, kept)
	} else {
		scheme, host, _ := address(row.url)
		r.others = append(r.others, analysis.Resource{Index: e.Index, Scheme: scheme, Host: host, HostRole: e.Facts.Code(transcript.FactHostRole)})
	}
	r.last = kept
	r.rows = append(r.rows, row)
	return nil
}

// finish gives the rows with the places of their entries, once all is written.
func (r *captureRows) finish() error {
	if err := r.out.Flush(); err != nil {
		return fmt.Errorf("writing a transcript: %w", err)
	}
	places := r.places.List()
	if len(places) != len(r.rows) {
		return errors.New("indexing a transcript: its file holds another number of entries")
	}
	if n := len(r.others); n > 0 && r.others[n-1].Index == r.last.Index { // rules ask whether anything came after a page
		r.kept, r.others = append(r.kept, r.last), r.others[:n-1]
	}
	for n := range r.rows {
		r.rows[n].place = places[n]
	}
	return nil
}

// entry gives the row as it is stored.
func (r *captureRow) entry(n int) store.Entry {
	e := store.Entry{N: n, Method: r.method, Status: r.status, Role: string(r.hop.Role), Kind: string(r.hop.Kind), IsHop: r.hop.Kind != analysis.HopSubRequest,
		Part: string(r.hop.Part), PageName: r.hop.Name, Parent: r.hop.Parent, Entry: r.json,
		FirstByte: &r.place.First, ByteCount: &r.place.Bytes, Digest: r.place.Digest[:]}
	e.Scheme, e.Host, e.Path = address(r.url)
	e.Searched = strings.ToLower(e.Host + e.Path + r.names)
	if !r.at.IsZero() {
		e.HappenedAt, e.CapturedAt = &r.at, &r.at
	}
	return e
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

// parameterNames gives the names of an entry's parameters, each after a space.
func parameterNames(e *transcript.Entry) string {
	var b strings.Builder
	for _, list := range [][]transcript.Field{e.Request.Query, e.Request.Form} {
		for _, f := range list {
			b.WriteString(" " + f.Name)
		}
	}
	return b.String()
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

// layOut fills in how each entry is drawn. The JSON of what a packet may draw
// goes into the row; that of all else is read from the transcript.
func (r *redactedCapture) layOut(cfg integration.Config) error {
	drawn := 0
	for n, h := range analysis.Hops(cfg, r.transcript, r.others) {
		row := &r.rows[n]
		if row.hop = h; h.Kind == analysis.HopSubRequest || drawn == maxPackedHops {
			continue
		}
		drawn++
		row.json = make([]byte, row.place.Bytes)
		if _, err := r.writer.ReadAt(row.json, row.place.First); err != nil {
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
