package capture

import (
	"errors"
	"io"
)

// entryMemory is what one entry is read into; the next uses it again.
type entryMemory struct {
	entry    Entry
	response Response
	reqBody  body
	respBody body
}

// overlapEntries is how many entries may be read and not yet worked on.
const overlapEntries = 2

// ReadOverlapped is ReadWatched that calls fn in a goroutine of its own and reads
// on meanwhile, at most a few entries ahead. It takes the time of the slower of
// both on two cores, and the memory of those entries. fn is not called any more
// when it returns, and a panic of fn goes to the caller.
func ReadOverlapped(r io.Reader, lim Limits, watch io.Writer, fn func(*Entry) error) (Source, error) {
	o := &overlap{fn: fn, full: make(chan *entryMemory, overlapEntries), free: make(chan *entryMemory, overlapEntries+1), stopped: make(chan struct{})}
	for range overlapEntries + 1 {
		o.free <- &entryMemory{}
	}
	go o.work()
	defer o.end()
	source, err := read(r, lim, watch, o.give)
	o.end()
	if o.err != nil {
		return Source{Kind: source.Kind, Entries: source.Entries, Bytes: source.Bytes}, o.err
	}
	return source, err
}

// errStopped ends the reading where the work has ended; its own error is told.
var errStopped = errors.New("entries are not worked on any more")

// overlap is the goroutine that works on entries, and what goes there and back.
type overlap struct {
	fn         func(*Entry) error
	full, free chan *entryMemory
	stopped    chan struct{} // closed once nothing is worked on any more
	err        error         // of fn, once stopped
	panicked   any           // by fn, once stopped
	ended      bool
}

// work works on each entry until there are no more, or one fails.
func (o *overlap) work() {
	defer close(o.stopped)
	defer func() { o.panicked = recover() }()
	for m := range o.full {
		if o.err = o.fn(&m.entry); o.err != nil {
			return
		}
		o.free <- m
	}
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
