package capture

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// Read one after the other or overlapped, every sample gives the same entries,
// the same source and the same error.
func TestReadOverlappedIsRead(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("../../testdata/hars/*")
	if err != nil || len(names) < 12 {
		t.Fatalf("%d samples, %v", len(names), err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, lim := range []Limits{{}, {Entries: 3}, {StringBytes: 40}} {
			var plain, overlapped []string
			note := func(to *[]string) func(*Entry) error {
				return func(e *Entry) error {
					*to = append(*to, describe(e))
					return nil
				}
			}
			want, wantErr := ReadWatched(strings.NewReader(string(text)), lim, nil, note(&plain))
			got, gotErr := ReadOverlapped(strings.NewReader(string(text)), lim, nil, note(&overlapped))
			if fmt.Sprint(gotErr) != fmt.Sprint(wantErr) || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
				t.Fatalf("%s: %+v %v, want %+v %v", name, got, gotErr, want, wantErr)
			}
			if strings.Join(overlapped, "\n") != strings.Join(plain, "\n") {
				t.Fatalf("%s: other entries than without", name)
			}
		}
	}
}

// describe writes out an entry with what its pointers lead to.
func describe(e *Entry) string {
	s := fmt.Sprintf("%+v", *e)
	if b := e.Request.Body; b != nil {
		s += fmt.Sprintf(" %+v", *b)
	}
	if p := e.Response; p != nil {
		s += fmt.Sprintf(" %+v", *p)
		if p.Body != nil {
			s += fmt.Sprintf(" %+v", *p.Body)
		}
	}
	for _, pointer := range []any{e.Response, e.Request.Body, e.Redacted} {
		s = strings.ReplaceAll(s, fmt.Sprintf("%p", pointer), "")
	}
	if e.Response != nil {
		s = strings.ReplaceAll(s, fmt.Sprintf("%p", e.Response.Body), "")
	}
	return s
}

// many is a HAR of n entries.
func many(n int) string {
	entry := `{"request":{"method":"GET","url":"https://a.example/"},"response":{"status":200}}`
	return `{"log":{"entries":[` + strings.TrimSuffix(strings.Repeat(entry+",", n), ",") + `]}}`
}

// The callback's error ends the reading wherever it stands, is given as it is,
// and is the last call.
func TestReadOverlappedStopsAtAnError(t *testing.T) {
	t.Parallel()
	const entries = 20
	for stop := range entries {
		calls := 0
		_, err := ReadOverlapped(strings.NewReader(many(entries)), Limits{}, nil, func(e *Entry) error {
			if calls++; e.Index == stop {
				return errStop
			}
			return nil
		})
		if !errors.Is(err, errStop) || calls != stop+1 {
			t.Fatalf("stopped at %d: %d calls, %v", stop, calls, err)
		}
	}
}

// A panic of the callback reaches the caller, who may have what to put away.
func TestReadOverlappedPanicsInTheCaller(t *testing.T) {
	t.Parallel()
	for _, at := range []int{0, 7, 19} {
		func() {
			defer func() {
				got, ok := recover().(*Panic)
				if !ok || got.Value != "of the callback" || !strings.Contains(string(got.StackTrace()), "TestReadOverlappedPanicsInTheCaller") {
					t.Errorf("at %d: recovered %v", at, got)
				}
			}()
			_, err := ReadOverlapped(strings.NewReader(many(20)), Limits{}, nil, func(e *Entry) error {
				if e.Index == at {
					panic("of the callback")
				}
				return nil
			})
			t.Errorf("at %d: no panic, %v", at, err)
		}()
	}
}

// A refusal ends the reading at once, not with the next whole entry: what stands
// behind may be long.
func TestReadOverlappedStopsInALongRest(t *testing.T) {
	t.Parallel()
	failed := make(chan struct{})
	rest := &endless{head: strings.NewReader(many(1)[:len(many(1))-3] + `,{"comment":"`), after: failed}
	_, err := ReadOverlapped(rest, Limits{}, nil, func(*Entry) error {
		close(failed)
		return errStop
	})
	if !errors.Is(err, errStop) {
		t.Fatalf("%v, want the callback's error", err)
	}
}

// endless gives its head, waits, and then gives letters without an end.
type endless struct {
	head  io.Reader
	after chan struct{}
}

func (e *endless) Read(p []byte) (int, error) {
	if n, err := e.head.Read(p); err == nil {
		return n, nil
	}
	<-e.after
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

// What the callback says of an entry counts before what the reader says of what
// stands behind it.
func TestReadOverlappedTellsTheFirstError(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]string{
		"too many entries": many(9), "a second list": strings.TrimSuffix(many(3), "}}") + `,"entries":[]}}`,
	} {
		_, err := ReadOverlapped(strings.NewReader(doc), Limits{Entries: 4}, nil, func(e *Entry) error {
			if e.Index == 2 {
				return errStop
			}
			return nil
		})
		if !errors.Is(err, errStop) {
			t.Errorf("%s: %v, want the callback's error", name, err)
		}
	}
}

// An entry stays as it is while its callback works, however far the reader is.
func TestReadOverlappedLeavesEntriesAlone(t *testing.T) {
	t.Parallel()
	const entries = 50
	var doc strings.Builder
	doc.WriteString(`{"log":{"entries":[`)
	var ends [entries]int
	for n := range entries {
		fmt.Fprintf(&doc, `{"request":{"method":"POST","url":"https://a.example/%[1]d","headers":[{"name":"n","value":"%[1]d"}],"postData":{"text":"%[1]d"}},`+
			`"response":{"status":200,"headers":[{"name":"n","value":"%[1]d"}],"content":{"text":"%[1]d"}}},`, n)
		ends[n] = doc.Len()
	}
	doc.WriteString(`]}}`)
	source := &watched{r: strings.NewReader(doc.String()), changed: make(chan struct{}, 1)}
	_, err := ReadOverlapped(source, Limits{}, nil, func(e *Entry) error {
		for last := ends[min(e.Index+1, entries-1)]; source.read.Load() < int64(last); {
			<-source.changed // the reader is to be one entry ahead
		}
		want := fmt.Sprint(e.Index)
		if got := []string{e.Request.Headers[0].Value, string(e.Request.Body.Text), e.Response.Headers[0].Value, string(e.Response.Body.Text)}; strings.Join(got, ",") != strings.Join([]string{want, want, want, want}, ",") {
			return fmt.Errorf("entry %s has %v", want, got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// watched gives a few bytes at a time and tells how many it gave.
type watched struct {
	r       io.Reader
	read    atomic.Int64
	changed chan struct{}
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p[:min(len(p), 100)])
	w.read.Add(int64(n))
	select {
	case w.changed <- struct{}{}:
	default:
	}
	return n, err
}
