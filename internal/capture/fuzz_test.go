package capture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

var errStop = errors.New("stop")

// FuzzRead: no input makes the reader panic, give more entries than it says,
// pass a limit, give text that is not UTF-8, or read otherwise in small pieces;
// errors are of the documented kinds and end in a sentence.
func FuzzRead(f *testing.F) {
	seeds := 0
	for _, doc := range public(f) {
		f.Add(doc[:min(len(doc), 8<<10)]) // the mutator is slow on long seeds
		seeds++
	}
	for _, doc := range []string{
		wrap(`"comment":"\ud83d\ude00\u0000"`), "\xff\xfe{\x00}\x00", "\xfe\xff\x00{\x00}", "a({});",
		`{"log":{"_proofwalk":{"round":"r","source":{"limits":["cookies"]}},"entries":[{"_facts":{"a":1}}]}}`,
		`{"log":{"entries":[{"request":{"headers":{"a":["b"]},"cookies":{"a":"b"}}}]}}`,
		`{"log":{"entries":[{"response":{"status":"-2","content":{"encoding":"base64","text":"YQ"}}},{"time":NaN`,
		`{"log":{"entries":[{"request":{"url":"a"}}],"entries":[{}]}}`,
	} {
		f.Add([]byte(doc))
		seeds++
	}
	if want := publicFiles + 8; seeds != want {
		f.Fatalf("%d seeds, want %d", seeds, want)
	}
	lim := Limits{StringBytes: 64, EntryBytes: 256, Depth: 32, Children: 4, Entries: 8, TotalBytes: 1 << 14}
	f.Fuzz(func(t *testing.T, doc []byte) {
		got, src, err := fuzzed(t, bytes.NewReader(doc), lim)
		again, src2, err2 := fuzzed(t, &trickle{r: bytes.NewReader(doc)}, lim)
		if src.Entries != src2.Entries || src.Truncated != src2.Truncated || src.StoppedAt != src2.StoppedAt ||
			(err == nil) != (err2 == nil) || strings.Join(got, "\n") != strings.Join(again, "\n") {
			t.Fatalf("read otherwise in small pieces: %+v %v, %+v %v", src, err, src2, err2)
		}
		stopped := 0
		if _, err := Read(bytes.NewReader(doc), lim, func(*Entry) error { stopped++; return errStop }); stopped > 1 || stopped == 1 && !errors.Is(err, errStop) {
			t.Fatalf("went on after the callback's error: %d, %v", stopped, err)
		}
	})
}

// trickle gives one byte at first and then seven at a time.
type trickle struct {
	r    io.Reader
	more bool
}

func (tr *trickle) Read(p []byte) (int, error) {
	n := 1
	if tr.more {
		n = 7
	}
	tr.more = true
	return tr.r.Read(p[:min(n, len(p))])
}

func fuzzed(t *testing.T, r io.Reader, lim Limits) ([]string, Source, error) {
	var all []string
	src, err := Read(r, lim, func(e *Entry) error {
		all = append(all, checkEntry(t, e, lim))
		return nil
	})
	switch kind := apperr.KindOf(err); kind {
	case "":
		if src.Entries == 0 || src.Entries != len(all) {
			t.Fatalf("%d entries given, source %+v", len(all), src)
		}
	case apperr.Invalid, apperr.Unsupported, apperr.TooLarge:
		if text := apperr.TextOf(err); !strings.HasSuffix(text, ".") {
			t.Fatalf("error text %q is no sentence", text)
		}
		// A limit and a second list may be met behind entries that were given.
		if kind != apperr.TooLarge && !errors.Is(err, errTwoLists) && len(all) > 0 {
			t.Fatalf("%d entries given with %v", len(all), err)
		}
	default:
		t.Fatalf("error of another kind: %v", err)
	}
	if len(src.Pages) > lim.Children {
		t.Fatalf("%d pages", len(src.Pages))
	}
	return all, src, err
}

// checkEntry holds an entry against the limits and gives it as one string.
func checkEntry(t *testing.T, e *Entry, lim Limits) string {
	var b strings.Builder
	kept := 0
	add := func(parts ...string) {
		for _, s := range parts {
			if len(s) > 3*lim.StringBytes || strings.ToValidUTF8(s, "?") != s {
				t.Fatalf("string of %d bytes is too long or no UTF-8", len(s))
			}
			kept += len(s)
			fmt.Fprintf(&b, "%q ", s)
		}
	}
	body := func(x *Body) {
		if x == nil {
			return
		}
		kept += len(x.Text)
		fmt.Fprintf(&b, "%q %v %v %v ", x.Text, x.Size, x.Truncated, x.Omitted)
		add(x.MIME)
		for _, p := range x.Params {
			add(p.Name, p.Value)
		}
		if x.Size < int64(len(x.Text)) || len(x.Params) > lim.Children {
			t.Fatalf("body of %d bytes has size %d and %d parameters", len(x.Text), x.Size, len(x.Params))
		}
	}
	add(e.PageRef, e.ResourceType, e.InitiatorURL, e.Comment)
	add(e.Request.Method, e.Request.URL, e.Request.HTTPVersion)
	fields := append([]Field(nil), e.Request.Headers...)
	body(e.Request.Body)
	lists := []int{len(e.Request.Headers), len(e.Request.Query), len(e.Request.Cookies), len(e.WebSocketMessages), len(e.EventMessages), len(e.Facts)}
	if p := e.Response; p != nil {
		add(p.StatusText, p.HTTPVersion, p.RedirectURL)
		fields = append(fields, p.Headers...)
		lists = append(lists, len(p.Headers), len(p.Cookies))
		body(p.Body)
		if p.Status != 0 && (p.Status < 100 || p.Status > 999) {
			t.Fatalf("status %d", p.Status)
		}
	}
	for _, f := range fields {
		add(f.Value)
	}
	for _, n := range lists {
		if n > lim.Children {
			t.Fatalf("list of %d", n)
		}
	}
	if kept > 4*lim.EntryBytes {
		t.Fatalf("entry keeps %d bytes", kept)
	}
	return b.String()
}
