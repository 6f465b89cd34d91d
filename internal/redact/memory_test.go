package redact_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/redact"
)

// longEntries streams a capture of n entries, each with a value of its own that
// is nearly as long as one may be.
type longEntries struct {
	n, i  int
	value func(i int, long string) (pageref, query string)
	rest  string
	at    func()
}

var longFill = strings.Repeat("aB3dE6gH", 25_000)

func (l *longEntries) Read(b []byte) (int, error) {
	if l.rest == "" {
		switch {
		case l.i == 0:
			l.rest = `{"log":{"entries":[`
		case l.i <= l.n:
			page, query := l.value(l.i, longFill)
			l.rest = fmt.Sprintf(`{"pageref":%q,"request":{"method":"GET","url":"https://localhost/?%s"}},`, page, query)
		case l.i == l.n+1:
			l.at()
			l.rest = `]}}`
		default:
			return 0, io.EOF
		}
		l.i++
	}
	n := copy(b, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

// What is remembered of a capture does not grow with the length of its values.
func TestLongValuesAreNotKept(t *testing.T) { // not parallel: it looks at the heap of the process
	const n, most = 150, 10 << 20 // of 30 MB of values
	for name, value := range map[string]func(i int, long string) (string, string){
		"pages":    func(i int, long string) (string, string) { return fmt.Sprint(i) + long, "" },
		"carried":  func(i int, long string) (string, string) { return "", fmt.Sprintf("state=%d%s", i, long) },
		"ordinals": func(i int, long string) (string, string) { return "", fmt.Sprintf("state=%d@example.org%s", i, long) },
	} {
		live := func() uint64 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			return m.HeapAlloc
		}
		before, after := live(), uint64(0)
		in := &longEntries{n: n, value: value, at: func() { after = live() }}
		report, err := redact.New(options(nil)).HAR(io.Discard, in, capture.Limits{})
		if err != nil || report.Entries != n || report.Cut != 0 {
			t.Fatalf("%s: %v, %+v", name, err, report)
		}
		if after > before+most {
			t.Errorf("%s: the heap grew by %d MB", name, (after-before)>>20)
		}
	}
}

// Many Cookie headers are put together once, not once for each of them.
func TestManyCookieHeaders(t *testing.T) { // not parallel: it counts what the process allocates
	const n = 2000
	raw := harOf(withHeaders(repeatedFields(n, field("Cookie", "sid="+strings.Repeat("a", 400))), nil))
	r := redact.New(options(nil))
	allocs := testing.AllocsPerRun(1, func() {
		if _, err := r.HAR(io.Discard, bytes.NewReader(raw), capture.Limits{}); err != nil {
			t.Error(err)
		}
	})
	if allocs > n/2 {
		t.Errorf("%.0f allocations for %d headers", allocs, n)
	}
}
