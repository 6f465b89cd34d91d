package redact

import (
	"fmt"
	"strings"
	"testing"
)

func TestMemoForgetsAndNeverMixesUp(t *testing.T) {
	t.Parallel()
	m := newMemo()
	for round := range 2 {
		for n := range 3 * memoSlots {
			for _, class := range []string{"state", "token"} {
				key := fmt.Sprint("value ", n)
				seen, known := m.find(class, key)
				if want := class + key; known && seen.text != want {
					t.Fatalf("round %d: %q, want %q", round, seen.text, want)
				} else if !known && (seen.text != "" || seen.n != 0) {
					t.Fatalf("round %d: a value that is not known has %q", round, seen.text)
				}
				seen.text, seen.n = class+key, n
			}
		}
	}
	if seen, known := m.find("state", fmt.Sprint("value ", 3*memoSlots-1)); !known || seen.n != 3*memoSlots-1 {
		t.Error("the last value is not known")
	}
}

func TestMemoBoundsItsKeys(t *testing.T) {
	t.Parallel()
	m := newMemo()
	for _, c := range []struct {
		size  int
		known bool
	}{{memoKeyBytes, true}, {memoKeyBytes + 1, false}} {
		key := strings.Repeat("x", c.size)
		seen, _ := m.find("id", key)
		seen.text = "text"
		if _, known := m.find("id", key); known != c.known {
			t.Errorf("a value of %d bytes: known is %v, want %v", c.size, known, c.known)
		}
	}
}

func TestHeaderDatesThatStandAsTheyArePrinted(t *testing.T) {
	t.Parallel()
	r := New(Options{}).newRun(newSameLines())
	for value, want := range map[string]string{
		"Tue, 15 Nov 2005 08:12:31 GMT": "2005-11-15T08:12:31.000Z", "Thu, 29 Feb 2024 23:59:59 GMT": "2024-02-29T23:59:59.000Z",
		"Mon, 01 Jan 2001 00:00:00 GMT": "2001-01-01T00:00:00.000Z", "Wed, 15 Nov 2005 08:12:31 GMT": "", "Tue, 15 nov 1994 08:12:31 GMT": "",
		"Tue, 15 Nov 2005 24:12:31 GMT": "", "Tue, 15 Nov 2005 08:60:31 GMT": "", "Tue, 15 Nov 2005 08:12:60 GMT": "", "Wed, 30 Feb 2005 08:12:31 GMT": "",
		"Tue, 00 Nov 2005 08:12:31 GMT": "", "Tue, 15 Nov 2005 08:12:31 UTC": "", "Tue, 15-Nov-2005 08:12:31 GMT": "", "Tue, +5 Nov 2005 08:12:31 GMT": "", "": "",
	} {
		if got := r.cookieTime(value); got != want {
			t.Errorf("%q: %q, want %q", value, got, want)
		}
		if want != "" && r.date(value, "response.header") != value {
			t.Errorf("%q is printed as %q", value, r.date(value, "response.header"))
		}
	}
}
