package packet

import (
	"strings"
	"testing"
)

// A panic over one piece comes up in whoever waits for all, who can do something about
// it; in a goroutine of its own it would end the server. It knows where it was.
func TestPanicOfAPieceIsTheCallers(t *testing.T) {
	t.Parallel()
	defer func() {
		where, ok := recover().(interface{ StackTrace() []byte })
		if !ok || !strings.Contains(string(where.StackTrace()), "TestPanicOfAPieceIsTheCallers") {
			t.Errorf("recovered %v", where)
		}
	}()
	inParallel(3, func(i int) error {
		if i == 1 {
			var none []int
			none[i] = i
		}
		return nil
	})()
	t.Error("nothing panicked")
}
