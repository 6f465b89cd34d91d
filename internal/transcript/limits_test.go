package transcript_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// Every limit of the reader holds at its value and bites one over.
func TestLimitsAtTheLimit(t *testing.T) {
	t.Parallel()
	write := func(t *testing.T, entries, pages int, edit func(*transcript.Meta)) []byte {
		t.Helper()
		var b bytes.Buffer
		w, err := transcript.NewWriter(&b, "1")
		if err != nil {
			t.Fatal(err)
		}
		e := sample().Entries[1]
		for range entries {
			if err := w.WriteEntry(&e); err != nil {
				t.Fatal(err)
			}
		}
		m := sample().Meta
		edit(&m)
		if err := w.Close(make([]transcript.Page, pages), m); err != nil {
			return nil // the writer refuses what the reader does
		}
		return b.Bytes()
	}
	as := func(*transcript.Meta) {}
	for name, c := range map[string]struct {
		limit int
		file  func(t *testing.T, n int) []byte
	}{
		"entries": {transcript.MaxEntries, func(t *testing.T, n int) []byte { return write(t, n, 0, as) }},
		"pages":   {transcript.MaxPages, func(t *testing.T, n int) []byte { return write(t, 1, n, as) }},
		"limits": {16, func(t *testing.T, n int) []byte {
			return write(t, 1, 0, func(m *transcript.Meta) { m.Source.Limits = repeated("tail", n) })
		}},
		"length of a limit": {32, func(t *testing.T, n int) []byte {
			return write(t, 1, 0, func(m *transcript.Meta) { m.Source.Limits = []string{strings.Repeat("a", n)} })
		}},
		"round": {64, func(t *testing.T, n int) []byte {
			return write(t, 1, 0, func(m *transcript.Meta) { m.Round = strings.Repeat("a", n) })
		}},
		"kind": {32, func(t *testing.T, n int) []byte {
			return write(t, 1, 0, func(m *transcript.Meta) { m.Source.Kind = strings.Repeat("a", n) })
		}},
		"exporter": {32, func(t *testing.T, n int) []byte {
			return write(t, 1, 0, func(m *transcript.Meta) { m.Source.Exporter = strings.Repeat("a", n) })
		}},
		"name": {64, func(t *testing.T, n int) []byte {
			return write(t, 1, 0, func(m *transcript.Meta) { m.Redactor.Name = strings.Repeat("a", n) })
		}},
		"version": {64, func(t *testing.T, n int) []byte {
			return write(t, 1, 0, func(m *transcript.Meta) { m.Redactor.Version = strings.Repeat("a", n) })
		}},
		"digest": {64, func(t *testing.T, n int) []byte {
			return write(t, 1, 0, func(m *transcript.Meta) { m.IntegrationDigest = strings.Repeat("a", n) })
		}},
		"policy": {transcript.Policy, func(t *testing.T, n int) []byte {
			return write(t, 1, 0, func(m *transcript.Meta) { m.Policy = n })
		}},
		"number of a fact": {transcript.MaxFactNumber, func(_ *testing.T, n int) []byte {
			return []byte(strings.Replace(written(t), `"state_chars":8`, fmt.Sprintf(`"state_chars":%d`, n), 1))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := transcript.Read(bytes.NewReader(c.file(t, c.limit))); err != nil {
				t.Errorf("at the limit of %d: %v", c.limit, err)
			}
			if over := c.file(t, c.limit+1); over != nil {
				if _, err := transcript.Read(bytes.NewReader(over)); !apperr.Is(err, apperr.Invalid) && !apperr.Is(err, apperr.TooLarge) {
					t.Errorf("one over the limit of %d: %v", c.limit, err)
				}
			}
		})
	}
}

func repeated(s string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = s
	}
	return out
}

// An entry of the length that is taken passes. The decoder reads ahead of the
// entry before it, so that the limit is met up to one of its blocks early.
func TestEntryBytesAtTheLimit(t *testing.T) {
	t.Parallel()
	const readAhead = 64 << 10
	file := written(t)
	for n, kind := range map[int]apperr.Kind{transcript.MaxEntryBytes - readAhead: "", transcript.MaxEntryBytes + 1: apperr.TooLarge} {
		long := strings.Replace(file, "Accept", strings.Repeat("A", n-1000), 1)
		if n > transcript.MaxEntryBytes {
			long = strings.Replace(file, "Accept", strings.Repeat("A", n), 1)
		}
		if _, err := transcript.Read(strings.NewReader(long)); apperr.KindOf(err) != kind {
			t.Errorf("an entry of some %d bytes: %v", n, err)
		}
	}
}

// Ordinals have five digits, pseudonyms sixteen characters.
func TestValueLimits(t *testing.T) {
	t.Parallel()
	for n, kind := range map[int]transcript.Kind{transcript.MaxOrdinal: transcript.Ordinal, transcript.MaxOrdinal + 1: transcript.Clear} {
		if got := transcript.ParseValue(fmt.Sprintf("~state#%d", n)).Kind; got != kind {
			t.Errorf("~state#%d is %s", n, got)
		}
	}
	for n, kind := range map[int]transcript.Kind{transcript.KeyChars: transcript.Pseudonym, transcript.KeyChars + 1: transcript.Clear, transcript.KeyChars - 1: transcript.Clear} {
		if got := transcript.ParseValue("~state." + strings.Repeat("A", n)).Kind; got != kind {
			t.Errorf("a key of %d characters is %s", n, got)
		}
	}
}
