package app

import (
	"bytes"
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
	method             string
	scheme, host, path string
	searched           string // host, path and names of parameters, in lower case
	status             int
	at                 time.Time // zero when unknown
	place              transcript.Place
	hop                *analysis.Hop // of the one list that layOut makes
	json               []byte        // nil where it is read from the transcript
}

// captureRows takes the entries of a transcript while it is written and keeps
// of each what is judged and what is indexed.
type captureRows struct {
	keeper  analysis.Keeper
	checker *redact.Checker
	hosts   names

	kept   []transcript.Entry
	others []analysis.Resource
	rows   [][]captureRow // in blocks, so that growing copies nothing
	count  int
}

// names holds one copy of each text, so that a host is kept once and not with
// every entry.
type names map[string]string

func (n names) of(s string) string {
	if _, known := n[s]; !known {
		s = strings.Clone(s)
		n[s] = s
	}
	return n[s]
}

// rowsPerBlock is how many rows are in each block.
const rowsPerBlock = 512

// add takes the next redacted entry and refuses one that still holds what looks
// like a credential.
func (r *captureRows) add(e *transcript.Entry) error {
	if hits := r.checker.Entry(e); len(hits) > 0 {
		return refuseSecrets(hits)
	}
	row := captureRow{method: strings.Clone(e.Request.Method), at: e.StartedAt}
	if e.Response != nil {
		row.status = e.Response.Status
	}
	scheme, host, path := address(e.Request.URL)
	row.searched = searched(host, path, e)
	row.scheme, row.host, row.path = r.hosts.of(scheme), r.hosts.of(host), strings.Clone(path)
	kept, judged := r.keeper.Keep(e)
	if err := r.keeper.Err(); err != nil {
		return err
	}
	if judged {
		r.kept = append(r.kept, kept)
	} else {
		r.others = append(r.others, analysis.Resource{Index: e.Index, Scheme: row.scheme, Host: row.host, HostRole: e.Facts.Code(transcript.FactHostRole)})
	}
	if r.count%rowsPerBlock == 0 {
		r.rows = append(r.rows, make([]captureRow, 0, rowsPerBlock))
	}
	block := &r.rows[len(r.rows)-1]
	*block = append(*block, row)
	r.count++
	return nil
}

// row gives the row of an entry by its number.
func (r *captureRows) row(n int) *captureRow { return &r.rows[n/rowsPerBlock][n%rowsPerBlock] }

// finish gives each row the place of its entry in the file that was written.
func (r *captureRows) finish(places []transcript.Place, file io.ReaderAt) error {
	if len(places) != r.count {
		return errors.New("indexing a transcript: its file holds another number of entries")
	}
	for n := range places {
		r.row(n).place = places[n]
	}
	if n := len(r.others); n > 0 && r.others[n-1].Index == r.count-1 {
		r.others = r.others[:n-1]
		return r.keepLast(file)
	}
	return nil
}

// keepLast keeps the last entry too, although it is a resource of a page.
func (r *captureRows) keepLast(file io.ReaderAt) error {
	n := r.count - 1
	b, err := r.row(n).read(file)
	if err != nil {
		return err
	}
	e, err := transcript.DecodeEntry(b, n)
	if err != nil {
		return err
	}
	r.kept = append(r.kept, analysis.KeepLast(&e))
	return nil
}

// read gives the entry's bytes from the transcript that is being made.
func (r *captureRow) read(file io.ReaderAt) ([]byte, error) {
	b := make([]byte, r.place.Bytes)
	if _, err := file.ReadAt(b, r.place.First); err != nil {
		return nil, fmt.Errorf("reading an entry of a new transcript: %w", err)
	}
	return b, nil
}

// entry gives the row as it is stored.
func (r *captureRow) entry(n int) store.Entry {
	e := store.Entry{N: n, Method: r.method, Status: r.status, Role: string(r.hop.Role), Kind: string(r.hop.Kind), IsHop: r.hop.Kind != analysis.HopSubRequest,
		Part: string(r.hop.Part), PageName: r.hop.Name, Parent: r.hop.Parent, Entry: r.json,
		Scheme: r.scheme, Host: r.host, Path: r.path, Searched: r.searched,
		FirstByte: &r.place.First, ByteCount: &r.place.Bytes, Digest: r.place.Digest[:]}
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

// searched gives what a search looks through, in lower case and in memory of its
// own: host, path, and the names of parameters that can be read, each after a space.
func searched(host, path string, e *transcript.Entry) string {
	b := append([]byte(host), path...)
	for _, list := range [][]transcript.Field{e.Request.Query, e.Request.Form} {
		for _, f := range list {
			if !strings.HasPrefix(f.Name, "~") {
				b = append(append(b, ' '), f.Name...)
			}
		}
	}
	return string(bytes.ToLower(b))
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
func (r *redactedCapture) layOut(cfg integration.Config, kind analysis.CaptureKind) error {
	drawn := 0
	hops := analysis.Hops(cfg, analysis.Input{Kind: kind, T: r.transcript}, r.rows.others)
	for n := range hops {
		row, h := r.rows.row(n), &hops[n]
		if row.hop = h; h.Kind == analysis.HopSubRequest || drawn == maxPackedHops {
			continue
		}
		drawn++
		b, err := row.read(r.writer)
		if err != nil {
			return err
		}
		row.json = b
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
		return transcript.Entry{}, blob.ErrDamaged
	}
	return transcript.DecodeEntry(b, row.N)
}
