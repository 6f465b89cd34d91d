package capture

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// The limits that no caller sets: each holds at its value and bites one over.
func TestFixedLimits(t *testing.T) {
	t.Parallel()
	first := func(t *testing.T, doc string) (Entry, Source) {
		t.Helper()
		got, src, err := entries(t, strings.NewReader(doc), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		return got[0], src
	}
	for _, c := range []struct {
		name     string
		limit    int
		give     func(t *testing.T, n int) any
		at, over any
	}{
		{"length of a member's name", keyBytes, func(t *testing.T, n int) any {
			e, _ := first(t, wrap(`"request":{"headers":{"`+strings.Repeat("a", n)+`":"b"}}`))
			return len(e.Request.Headers[0].Name)
		}, keyBytes, 0},
		{"length of a number", wordBytes, func(t *testing.T, n int) any {
			e, src := first(t, `{"log":{"entries":[{"time":1},{"time":1.`+strings.Repeat("0", n-2)+`}]}}`)
			return []any{e.TimeMS, src.Entries, src.Truncated}
		}, []any{1.0, 2, false}, []any{1.0, 1, true}},
		{"length of a string outside of entries", shortBytes, func(t *testing.T, n int) any {
			_, src := first(t, `{"log":{"pages":[{"id":"`+strings.Repeat("a", n)+`"}],"entries":[{"time":1}]}}`)
			return len(src.Pages[0].ID)
		}, shortBytes, shortBytes},
		{"name of a JSONP call", wordBytes, func(t *testing.T, n int) any {
			_, _, err := entries(t, strings.NewReader(strings.Repeat("a", n)+`({"log":{"entries":[{"time":1}]}})`), Limits{})
			return apperr.KindOf(err)
		}, apperr.Kind(""), apperr.Invalid},
		{"pages", DefaultLimits().Children, func(t *testing.T, n int) any {
			_, src := first(t, `{"log":{"pages":[`+strings.TrimSuffix(strings.Repeat(`{"id":"a"},`, n), ",")+`],"entries":[{"time":1}]}}`)
			return len(src.Pages)
		}, DefaultLimits().Children, DefaultLimits().Children},
		{"facts", 3, func(t *testing.T, n int) any {
			list := ""
			for i := range n {
				list += fmt.Sprintf(`,"f%d":true`, i)
			}
			got, _, err := entries(t, strings.NewReader(wrap(`"_facts":{`+strings.TrimPrefix(list, ",")+`}`)), Limits{Children: 3})
			if err != nil {
				t.Fatal(err)
			}
			return []any{len(got[0].Facts), got[0].Cut}
		}, []any{3, false}, []any{3, true}},
		{"status", 999, func(t *testing.T, n int) any {
			e, _ := first(t, wrap(fmt.Sprintf(`"response":{"status":%d}`, n)))
			return e.Response.Status
		}, 999, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.at, c.give(t, c.limit)); diff != "" {
				t.Errorf("at the limit of %d (-want +got):\n%s", c.limit, diff)
			}
			if diff := cmp.Diff(c.over, c.give(t, c.limit+1)); diff != "" {
				t.Errorf("one over the limit of %d (-want +got):\n%s", c.limit, diff)
			}
		})
	}
}
