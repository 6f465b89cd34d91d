package packet

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// inParallel begins n pieces of work, as many at a time as there are processors. done
// waits for all and gives their errors in the order of the pieces; a panic over one of
// them comes up there, since in a goroutine of its own it would end the server.
func inParallel(n int, work func(i int) error) (done func() []error) {
	errs := make([]error, n)
	var panicked atomic.Pointer[piecePanic]
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wait.Go(func() {
			defer func() {
				if value := recover(); value != nil {
					panicked.Store(&piecePanic{value, debug.Stack()})
				}
			}()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				errs[i] = work(i)
			}
		})
	}
	return func() []error {
		wait.Wait()
		if p := panicked.Load(); p != nil {
			panic(p)
		}
		return errs
	}
}

// piecePanic is a panic over a piece of work, with the place where it was.
type piecePanic struct {
	value any
	stack []byte
}

// Error has nothing of the value, which may be private.
func (p *piecePanic) Error() string {
	return fmt.Sprintf("a panic of type %T over a piece of work", p.value)
}

// StackTrace gives the stack as the runtime prints it.
func (p *piecePanic) StackTrace() []byte { return p.stack }

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
