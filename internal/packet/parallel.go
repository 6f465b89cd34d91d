package packet

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// inParallel begins n pieces of work, as many at a time as there are processors. done
// waits for all and gives their errors in the order of the pieces.
func inParallel(n int, work func(i int) error) (done func() []error) {
	errs := make([]error, n)
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				errs[i] = work(i)
			}
		})
	}
	return func() []error { wait.Wait(); return errs }
}

// firstOf is the first error of several pieces of work, with what they do and their
// number: the same error however the pieces came to their ends.
func firstOf(doing string, errs []error) error {
	for i, err := range errs {
		if err != nil {
			return fmt.Errorf("%s %d: %w", doing, i+1, err)
		}
	}
	return nil
}
