package transcript

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// Limits of reading.
const (
	// MaxEntries is the most entries that Read keeps in memory.
	MaxEntries = 20_000
	// MaxEntryBytes is the longest entry that Read and ReadEntries take.
	MaxEntryBytes = 2 << 20
	// MaxPages is the most pages of a transcript.
	MaxPages = 10_000
)

// Read reads a whole transcript of at most MaxEntries entries. It is strict:
// a file that is not of the format gives an *apperr.Error of kind Unsupported
// (not a transcript at all), Invalid (not by the format) or TooLarge.
func Read(r io.Reader) (*Transcript, error) {
	t := &Transcript{}
	meta, pages, err := ReadEntries(r, func(e *Entry) error {
		if len(t.Entries) == MaxEntries {
			return apperr.New(apperr.TooLarge, fmt.Sprintf("The transcript has more than %d entries.", MaxEntries))
		}
		t.Entries = append(t.Entries, *e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	t.Meta, t.Pages = meta, pages
	return t, nil
}

// ReadEntries reads a transcript of any length and gives its entries one at a
// time; an error of fn ends the reading and is given back. Meta and pages are
// known at the end only, where they stand in the file.
func ReadEntries(r io.Reader, fn func(*Entry) error) (Meta, []Page, error) {
	rd := &reader{fn: fn, limit: &entryLimit{r: r, left: MaxEntryBytes}}
	rd.dec = json.NewDecoder(rd.limit)
	rd.dec.DisallowUnknownFields()
	err := rd.read()
	if err == nil {
		return rd.meta, rd.pages, nil
	}
	if rd.fnErr != nil {
		return Meta{}, nil, rd.fnErr
	}
	var known *apperr.Error
	switch {
	case errors.As(err, &known):
		return Meta{}, nil, err
	case rd.limit.passed:
		text := fmt.Sprintf("Entry %d of the transcript is longer than %d bytes.", rd.index+1, MaxEntryBytes)
		return Meta{}, nil, apperr.New(apperr.TooLarge, text)
	case !rd.begun:
		return Meta{}, nil, apperr.New(apperr.Unsupported, "The file is not a redacted HAR of format 1.")
	}
	text := fmt.Sprintf("The file is not by the format: entry %d, near byte %d.", rd.index+1, rd.dec.InputOffset())
	return Meta{}, nil, apperr.New(apperr.Invalid, text)
}

type reader struct {
	dec   *json.Decoder
	limit *entryLimit
	fn    func(*Entry) error
	fnErr error
	index int
	begun bool // the head is that of a transcript
	meta  Meta
	pages []Page
	seen  map[string]bool
}

var errShape = errors.New("a member or token that the format does not have")

func (r *reader) read() error {
	if err := r.delim('{'); err != nil {
		return err
	}
	if name, err := r.dec.Token(); err != nil || name != "log" {
		return errShape
	}
	if err := r.delim('{'); err != nil {
		return err
	}
	r.seen = map[string]bool{}
	for r.dec.More() {
		name, err := r.dec.Token()
		if err != nil {
			return err
		}
		if err := r.member(name); err != nil {
			return err
		}
	}
	if err := r.delim('}'); err != nil {
		return err
	}
	if err := r.delim('}'); err != nil {
		return err
	}
	if !r.seen["entries"] || !r.seen["_proofwalk"] {
		return errShape
	}
	if _, err := r.dec.Token(); !errors.Is(err, io.EOF) {
		return errShape
	}
	return nil
}

func (r *reader) member(token json.Token) error {
	name, _ := token.(string)
	if r.seen[name] {
		return errShape
	}
	r.seen[name] = true
	switch name {
	case "version":
		var v string
		return r.dec.Decode(&v)
	case "creator":
		var c wireCreator
		if err := r.dec.Decode(&c); err != nil || c.Name != Creator {
			return errShape
		}
		r.begun = true
		return nil
	case "entries":
		return r.entries()
	case "pages":
		return r.readPages()
	case "_proofwalk":
		if err := r.dec.Decode(&r.meta); err != nil {
			return err
		}
		if err := checkMeta(&r.meta); err != nil {
			return apperr.Wrap(apperr.Invalid, "The transcript was written by a version of Proofwalk that this one does not read.", err)
		}
		return nil
	}
	return errShape
}

func (r *reader) entries() error {
	if !r.begun {
		return errShape
	}
	if err := r.delim('['); err != nil {
		return err
	}
	for r.dec.More() {
		r.limit.left = MaxEntryBytes
		var w wireEntry
		if err := r.dec.Decode(&w); err != nil {
			return err
		}
		e, err := fromWire(&w, r.index)
		if err != nil {
			return err
		}
		if err := r.fn(&e); err != nil {
			r.fnErr = err
			return err
		}
		r.index++
	}
	r.limit.left = MaxEntryBytes
	return r.delim(']')
}

func (r *reader) readPages() error {
	var ws []wirePage
	if err := r.dec.Decode(&ws); err != nil {
		return err
	}
	if len(ws) > MaxPages {
		return errShape
	}
	for _, w := range ws {
		started, err := parseTime(w.Started)
		if err != nil {
			return err
		}
		r.pages = append(r.pages, Page{ID: w.ID, StartedAt: started, Title: w.Title})
	}
	return nil
}

func (r *reader) delim(want json.Delim) error {
	t, err := r.dec.Token()
	if err != nil {
		return err
	}
	if d, ok := t.(json.Delim); !ok || d != want {
		return errShape
	}
	return nil
}

// entryLimit ends the reading when one entry is longer than the limit; the
// decoder would else hold any length in memory. It counts what was read since
// the entry began, which the decoder's own buffer makes a little less than exact.
type entryLimit struct {
	r      io.Reader
	left   int
	passed bool
}

func (l *entryLimit) Read(p []byte) (int, error) {
	if l.left <= 0 {
		l.passed = true
		return 0, io.ErrUnexpectedEOF
	}
	n, err := l.r.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}
