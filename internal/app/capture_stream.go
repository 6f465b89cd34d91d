package app

import (
	"errors"
	"io"
	"sync"
)

// Blocks that are under way between a capture's redaction and its two ends.
const (
	streamBlocks     = 3
	streamBlockBytes = 128 << 10
)

// readAhead reads in a goroutine of its own, some blocks ahead of who takes
// them, so that receiving a file and redacting it overlap.
type readAhead struct {
	full, free chan []byte
	stop       chan struct{}
	err        error // of reading, once full is closed
	block      []byte
	rest       []byte // of block, not taken yet
	done       sync.WaitGroup
}

func newReadAhead(r io.Reader) *readAhead {
	a := &readAhead{full: make(chan []byte, streamBlocks), free: make(chan []byte, streamBlocks), stop: make(chan struct{})}
	for range streamBlocks {
		a.free <- make([]byte, streamBlockBytes)
	}
	a.done.Go(func() { a.fill(r) })
	return a
}

// fill reads block after block until the input ends or nobody wants more.
func (a *readAhead) fill(r io.Reader) {
	defer close(a.full)
	for {
		select {
		case <-a.stop:
			return
		case block := <-a.free:
			n, err := io.ReadFull(r, block)
			if n > 0 {
				a.full <- block[:n]
			}
			if err != nil {
				if errors.Is(err, io.ErrUnexpectedEOF) {
					err = io.EOF
				}
				a.err = err
				return
			}
		}
	}
}

// Read implements io.Reader.
func (a *readAhead) Read(p []byte) (int, error) {
	if len(a.rest) == 0 {
		if a.block != nil {
			a.free <- a.block[:streamBlockBytes]
		}
		if a.block = <-a.full; a.block == nil {
			return 0, a.err
		}
		a.rest = a.block
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// Close waits until nothing reads the input any more. Reading on is not allowed.
func (a *readAhead) Close() {
	close(a.stop)
	a.done.Wait()
}

// writeBehind writes in a goroutine of its own, so that storing a transcript
// and redacting the rest of it overlap.
type writeBehind struct {
	full, free chan []byte
	block      []byte
	err        error // of writing, once done
	failed     chan struct{}
	done       sync.WaitGroup
}

func newWriteBehind(w io.Writer) *writeBehind {
	b := &writeBehind{full: make(chan []byte, streamBlocks), free: make(chan []byte, streamBlocks), failed: make(chan struct{})}
	for range streamBlocks {
		b.free <- make([]byte, 0, streamBlockBytes)
	}
	b.block = <-b.free
	b.done.Go(func() { b.drain(w) })
	return b
}

// drain writes what comes; after an error it only takes it.
func (b *writeBehind) drain(w io.Writer) {
	for block := range b.full {
		if b.err == nil {
			if _, b.err = w.Write(block); b.err != nil {
				close(b.failed)
			}
		}
		b.free <- block[:0]
	}
}

// errWriteFailed ends the writing early; Close gives the cause.
var errWriteFailed = errors.New("an earlier block could not be written")

// Write implements io.Writer.
func (b *writeBehind) Write(p []byte) (int, error) {
	total := len(p)
	for len(p) > 0 {
		n := min(len(p), streamBlockBytes-len(b.block))
		b.block = append(b.block, p[:n]...)
		p = p[n:]
		if len(b.block) < streamBlockBytes {
			break
		}
		select {
		case <-b.failed:
			return 0, errWriteFailed
		default:
		}
		b.full <- b.block
		b.block = <-b.free
	}
	return total, nil
}

// Close writes what is left and gives the error of writing. It must be called
// once, whatever happened.
func (b *writeBehind) Close() error {
	b.full <- b.block
	close(b.full)
	b.done.Wait()
	return b.err
}
