package transcript

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// Writer writes a transcript entry by entry in the one encoding: one line per
// entry, members in a fixed order, what is known only at the end (pages and
// log._proofwalk) after the entries. The same transcript gives the same bytes.
type Writer struct {
	w       io.Writer
	buf     bytes.Buffer
	entries int
}

// NewWriter begins a transcript on w; redactorVersion becomes log.creator.version.
func NewWriter(w io.Writer, redactorVersion string) (*Writer, error) {
	tw := &Writer{w: w}
	tw.buf.WriteString("{\"log\":{\"version\":\"1.2\",\"creator\":")
	if err := tw.encode(wireCreator{Creator, redactorVersion}); err != nil {
		return nil, err
	}
	tw.buf.WriteString(",\"entries\":[")
	return tw, tw.flush()
}

// WriteEntry writes the next entry; its Index is not written, the order is.
func (w *Writer) WriteEntry(e *Entry) error {
	if w.entries > 0 {
		w.buf.WriteByte(',')
	}
	w.buf.WriteByte('\n')
	w.entries++
	if err := w.encode(toWire(e)); err != nil {
		return err
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
	w.buf.WriteString("\n],\"pages\":")
	list := make([]wirePage, 0, len(pages))
	for _, p := range pages {
		list = append(list, wirePage{Started: formatTime(p.StartedAt), ID: p.ID, Title: p.Title})
	}
	if err := w.encode(list); err != nil {
		return err
	}
	w.buf.WriteString(",\"_proofwalk\":")
	if err := w.encode(m); err != nil {
		return err
	}
	w.buf.WriteString("}}\n")
	return w.flush()
}

// encode appends the JSON of v without a newline and without escaping <, > and &.
func (w *Writer) encode(v any) error {
	enc := json.NewEncoder(&w.buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("encoding a part of the transcript: %w", err)
	}
	w.buf.Truncate(w.buf.Len() - 1)
	return nil
}

func (w *Writer) flush() error {
	_, err := w.w.Write(w.buf.Bytes())
	w.buf.Reset()
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
