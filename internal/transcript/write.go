package transcript

import (
	"encoding/json"
	"fmt"
	"io"
)

// Writer writes a transcript entry by entry in the one encoding: one line per
// entry, members in a fixed order, what is known only at the end (pages and
// log._proofwalk) after the entries. The same transcript gives the same bytes.
type Writer struct {
	w       io.Writer
	buf     []byte
	names   []string // scratch of appendEntry
	entries int
}

// NewWriter begins a transcript on w; redactorVersion becomes log.creator.version.
func NewWriter(w io.Writer, redactorVersion string) (*Writer, error) {
	tw := &Writer{w: w}
	tw.add(`{"log":{"version":"1.2","creator":{"name":`)
	tw.buf = AppendString(tw.buf, Creator)
	tw.add(`,"version":`)
	tw.buf = AppendString(tw.buf, redactorVersion)
	tw.add(`},"entries":[`)
	return tw, tw.flush()
}

// WriteEntry writes the next entry, at once and in one call; its Index is not
// written, the order is.
func (w *Writer) WriteEntry(e *Entry) error {
	if w.entries > 0 {
		w.buf = append(w.buf, ',')
	}
	w.buf = append(w.buf, '\n')
	w.entries++
	var err error
	if w.buf, w.names, err = appendEntry(w.buf, e, w.names); err != nil {
		return fmt.Errorf("encoding a part of the transcript: %w", err)
	}
	return w.flush()
}

// Close writes pages and marker and ends the file; it does not close the
// underlying writer.
func (w *Writer) Close(pages []Page, m Meta) error {
	if m.Source.Limits == nil {
		m.Source.Limits = []string{}
	}
	if err := checkMeta(&m); err != nil {
		return fmt.Errorf("writing the transcript's marker: %w", err)
	}
	w.add("\n],\"pages\":[")
	for i, p := range pages {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.add(`{"startedDateTime":`)
		w.buf = appendTime(w.buf, p.StartedAt)
		w.add(`,"id":`)
		w.buf = AppendString(w.buf, p.ID)
		w.add(`,"title":`)
		w.buf = AppendString(w.buf, p.Title)
		w.add(`,"pageTimings":{}}`)
	}
	w.add("],\"_proofwalk\":")
	marker, err := json.Marshal(m) // words of letters, digits and a few marks: nothing to escape
	if err != nil {
		return fmt.Errorf("encoding a part of the transcript: %w", err)
	}
	w.buf = append(w.buf, marker...)
	w.add("}}\n")
	return w.flush()
}

func (w *Writer) add(s string) { w.buf = append(w.buf, s...) }

func (w *Writer) flush() error {
	_, err := w.w.Write(w.buf)
	w.buf = w.buf[:0]
	if err != nil {
		return fmt.Errorf("writing the transcript: %w", err)
	}
	return nil
}

// Write writes a whole transcript.
func Write(w io.Writer, t *Transcript) error {
	tw, err := NewWriter(w, t.Meta.Redactor.Version)
	if err != nil {
		return err
	}
	for i := range t.Entries {
		if err := tw.WriteEntry(&t.Entries[i]); err != nil {
			return err
		}
	}
	return tw.Close(t.Pages, t.Meta)
}
