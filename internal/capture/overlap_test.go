package capture

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
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
	for _, pointer := range []any{e.Response, e.Request.Body} {
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
				if got := recover(); got != "of the callback" {
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

// An entry stays as it is while its callback works, however far the reader is.
func TestReadOverlappedLeavesEntriesAlone(t *testing.T) {
	t.Parallel()
	var doc strings.Builder
	doc.WriteString(`{"log":{"entries":[`)
	const entries = 50
	for n := range entries {
		fmt.Fprintf(&doc, `{"request":{"method":"POST","url":"https://a.example/%[1]d","headers":[{"name":"n","value":"%[1]d"}],"postData":{"text":"%[1]d"}},`+
			`"response":{"status":200,"headers":[{"name":"n","value":"%[1]d"}],"content":{"text":"%[1]d"}}},`, n)
	}
	doc.WriteString(`]}}`)
	_, err := ReadOverlapped(strings.NewReader(doc.String()), Limits{}, nil, func(e *Entry) error {
		want := fmt.Sprint(e.Index)
		for range 3 {
			if got := []string{e.Request.Headers[0].Value, string(e.Request.Body.Text), e.Response.Headers[0].Value, string(e.Response.Body.Text)}; strings.Join(got, ",") != strings.Join([]string{want, want, want, want}, ",") {
				return fmt.Errorf("entry %s has %v", want, got)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
