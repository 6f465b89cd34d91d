package capture

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
)

// entryMemory is what one entry is read into; the next uses it again.
type entryMemory struct {
	entry    Entry
	response Response
	reqBody  body
	respBody body
}

// overlapEntries is how many entries wait at most between the reading and the
// work; with the one that is read and the one that is worked on, two more are in
// memory.
const overlapEntries = 2

// ReadOverlapped is ReadWatched that calls fn in a goroutine of its own and reads
// on meanwhile, at most a few entries ahead. It takes the time of the slower of
// both on two cores, and the memory of those entries. fn is not called any more
// when it returns. A panic of fn goes to the caller as a *Panic.
func ReadOverlapped(r io.Reader, lim Limits, watch io.Writer, fn func(*Entry) error) (Source, error) {
	o := &overlap{fn: fn, full: make(chan *entryMemory, overlapEntries), free: make(chan *entryMemory, overlapEntries+1), stopped: make(chan struct{})}
	for range overlapEntries + 1 {
		o.free <- &entryMemory{}
	}
	go o.work()
	defer o.end()
	source, err := read(r, lim, stopWriter{o, watch}, o.give)
	o.end()
	if o.err != nil {
		return Source{Kind: source.Kind, Entries: source.Entries, Bytes: source.Bytes}, o.err
	}
	return source, err
}

// Panic is a panic of another goroutine, with the place where it was.
type Panic struct {
	Value any
	stack []byte
}

// StackTrace gives the stack as the runtime prints it.
func (p *Panic) StackTrace() []byte { return p.stack }

// Error implements error; the text has nothing of the value, which may be private.
func (p *Panic) Error() string { return fmt.Sprintf("a panic of type %T", p.Value) }

// Unwrap gives the value where it is an error.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// errStopped ends the reading where the work has ended, which has its own error.
var errStopped = errors.New("entries are not worked on any more")

// overlap is the goroutine that works on entries, and what goes there and back.
type overlap struct {
	fn         func(*Entry) error
	full, free chan *entryMemory
	stopped    chan struct{} // closed once nothing is worked on any more
	err        error         // of fn, once stopped
	panicked   *Panic        // of fn, once stopped
	ended      bool
}

// work works on each entry until there are no more, or one fails.
func (o *overlap) work() {
	defer close(o.stopped)
	o.err = errStopped // for a goroutine that ends without a word, as t.FailNow ends it
	defer func() {
		if p := recover(); p != nil {
			o.panicked = &Panic{Value: p, stack: debug.Stack()}
		}
	}()
	for m := range o.full {
		if err := o.fn(&m.entry); err != nil {
			o.err = err
			return
		}
		o.free <- m
	}
	o.err = nil
}

// give hands an entry over and gives the memory for the next.
func (o *overlap) give(m *entryMemory) (*entryMemory, error) {
	select {
	case o.full <- m:
	case <-o.stopped:
		return m, errStopped
	}
	select {
	case next := <-o.free:
		return next, nil
	case <-o.stopped:
		return &entryMemory{}, errStopped
	}
}

// stopWriter ends the reading of a long rest once nothing is worked on any more:
// the reader writes to it what it reads.
type stopWriter struct {
	o     *overlap
	watch io.Writer // nil for nobody
}

// Write implements io.Writer.
func (w stopWriter) Write(p []byte) (int, error) {
	select {
	case <-w.o.stopped:
		return 0, errStopped
	default:
	}
	if w.watch == nil {
		return len(p), nil
	}
	return w.watch.Write(p)
}

// end waits until all that was handed over is worked on.
func (o *overlap) end() {
	if o.ended {
		return
	}
	o.ended = true
	close(o.full)
	<-o.stopped
	if o.panicked != nil {
		panic(o.panicked)
	}
}
