package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// input is a file to measure on.
type input struct {
	name string
	path string
	size int64
}

// The real HAR files whose entries the inputs are made of, and at least how many
// of them there must be.
const (
	realFiles     = "testdata/hars/*.har"
	minReal       = 8
	recordedFiles = "testdata/captures/recorded/*.har"
	minRecorded   = 5
)

// readEntries reads the entries of every file that is plain JSON, indented as a
// browser exports them.
func readEntries(pattern string, least int) ([][]byte, error) {
	names, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", pattern, err)
	}
	var entries [][]byte
	files := 0
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading a capture: %w", err)
		}
		var doc struct {
			Log struct{ Entries []json.RawMessage }
		}
		if json.Unmarshal(bytes.TrimPrefix(text, []byte("\ufeff")), &doc) != nil {
			continue // broken on purpose
		}
		files++
		for _, raw := range doc.Log.Entries {
			var b bytes.Buffer
			if err := json.Indent(&b, raw, "      ", "  "); err != nil {
				return nil, fmt.Errorf("indenting an entry of %s: %w", name, err)
			}
			entries = append(entries, b.Bytes())
		}
	}
	if files < least {
		return nil, fmt.Errorf("%s are %d readable captures, want %d", pattern, files, least)
	}
	return entries, nil
}

// mainBytes is the size of the inputs of the main rows, judgedBytes that of the
// one that is judged: about 4,000 entries.
const (
	mainBytes   = 200_000_000
	judgedBytes = 50_000_000
)

// makeInputs makes the files of the main rows.
func (b *bench) makeInputs() (err error) {
	if b.entries, err = readEntries(realFiles, minReal); err != nil {
		return err
	}
	recorded, err := readEntries(recordedFiles, minRecorded)
	if err != nil {
		return err
	}
	if b.har, err = b.makeHAR("200 MB of real entries", mainBytes, b.entries, false); err != nil {
		return err
	}
	if b.fresh, err = b.makeHAR("200 MB, all cookies and tokens new", mainBytes, b.entries, true); err != nil {
		return err
	}
	if b.signIns, err = b.makeHAR("200 MB of sign-ins, all new", mainBytes, recorded, true); err != nil {
		return err
	}
	if b.judged, err = b.makeJudged(recorded); err != nil {
		return err
	}
	b.big, err = b.makeBig()
	return err
}

// makeHAR writes a HAR of at least size bytes: the entries again and again with
// changed URLs; fresh changes cookies and tokens as well.
func (b *bench) makeHAR(name string, size int64, entries [][]byte, fresh bool) (input, error) {
	variants := make([]variant, len(entries))
	for i, raw := range entries {
		v, err := newVariant(raw, fresh)
		if err != nil {
			return input{}, err
		}
		variants[i] = v
	}
	return b.write(name, func(w io.Writer, written func() int64) error {
		for n := 0; written() < size; n++ {
			v := &variants[n%len(variants)]
			if err := writeEntry(w, n, v.text(n/len(variants))); err != nil {
				return err
			}
		}
		return nil
	})
}

// makeJudged writes recorded sign-ins, each once, and real entries behind them.
func (b *bench) makeJudged(recorded [][]byte) (input, error) {
	return b.write("50 MB, sign-ins and real entries", func(w io.Writer, written func() int64) error {
		for n := 0; written() < judgedBytes; n++ {
			entry := b.entries[n%len(b.entries)]
			if n < len(recorded) {
				entry = recorded[n]
			}
			if err := writeEntry(w, n, entry); err != nil {
				return err
			}
		}
		return nil
	})
}

// makeBig writes a HAR of 159 MB whose middle entry has a body of 150 MB.
func (b *bench) makeBig() (input, error) {
	const around, body = 4_500_000, 150_000_000
	return b.write("159 MB with one body of 150 MB", func(w io.Writer, written func() int64) error {
		n := 0
		fill := func(size int64) error {
			for end := written() + size; written() < end; n++ {
				if err := writeEntry(w, n, b.entries[n%len(b.entries)]); err != nil {
					return err
				}
			}
			return nil
		}
		if err := fill(around); err != nil {
			return err
		}
		long := bytes.Repeat([]byte(`<p class=\"line\">One line of a page that is much too long.</p>\n`), body/63)
		entry := `{"startedDateTime": "2026-03-01T10:00:00.000Z", "time": 1, "request": {"method": "GET", "url": "https://long.example/page"},
			"response": {"status": 200, "headers": [], "content": {"size": 150000000, "mimeType": "text/html", "text": "%s"}}}`
		if err := writeEntry(w, 1, fmt.Appendf(nil, entry, long)); err != nil {
			return err
		}
		return fill(around)
	})
}

func writeEntry(w io.Writer, n int, entry []byte) error {
	separator := ",\n      "
	if n == 0 {
		separator = "\n      "
	}
	_, err := io.WriteString(w, separator)
	if err == nil {
		_, err = w.Write(entry)
	}
	return err
}

// write makes a HAR file around the entries that fill writes.
func (b *bench) write(name string, fill func(w io.Writer, written func() int64) error) (input, error) {
	path := filepath.Join(b.dir, strings.ReplaceAll(name, " ", "-")+".har")
	f, err := os.Create(path)
	if err != nil {
		return input{}, fmt.Errorf("making an input: %w", err)
	}
	w := &countingWriter{w: bufio.NewWriterSize(f, 1<<20)}
	_, err = io.WriteString(w, `{
  "log": {
    "version": "1.2",
    "creator": {
      "name": "WebInspector",
      "version": "537.36"
    },
    "pages": [],
    "entries": [`)
	if err == nil {
		err = fill(w, func() int64 { return w.n })
	}
	if err == nil {
		_, err = io.WriteString(w, "\n    ]\n  }\n}\n")
	}
	if err := errors.Join(err, w.w.Flush(), f.Close()); err != nil {
		return input{}, fmt.Errorf("writing an input: %w", err)
	}
	return input{name: name, path: path, size: w.n}, nil
}

type countingWriter struct {
	w *bufio.Writer
	n int64
}

// Write implements io.Writer.
func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
