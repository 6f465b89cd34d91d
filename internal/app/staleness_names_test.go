package app

import (
	"fmt"
	"testing"

	"github.com/proofwalk/proofwalk/internal/audit"
)

// However many items turn stale, their names fit into an audit entry.
func TestStaleNamesFitIntoAnEntry(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, mostNames, mostNames + 1, 45} {
		var names []string
		for i := range n {
			names = append(names, fmt.Sprintf("TST-%02d", i))
		}
		details := noteStale(map[string]audit.Value{}, names)
		seen := 0
		for field, v := range details {
			text := v.String()
			if len(text) > audit.MaxText || len(field) > audit.MaxWord {
				t.Errorf("%d items: %s holds %d bytes", n, field, len(text))
			}
			seen += (len(text) + 1) / 7
		}
		if seen != n {
			t.Errorf("%d items: %d names are noted", n, seen)
		}
	}
}
