package pdf

import (
	"bytes"
	"compress/zlib"
	"runtime"
	"sync"
)

// deflateLevel is where time is still well spent: level 1 gives a tenth more bytes, and
// 4, which looks for a better match before it takes one, takes two thirds more time to
// save four percent.
const deflateLevel = 2

// press compresses the streams of a file beside the drawing of its pages: a third of
// the work of a document, which nothing waits for until the file is put together.
// Each stream is compressed by itself and has its place in the file already, so the
// bytes are the same however many take part and in whatever order they come to an end.
//
// The helpers live from the first stream until stop. Where all are busy, and on a
// single processor, the caller compresses its stream itself; so there are never more
// than a few pages waiting, and nobody waits for a helper that does not come.
type press struct {
	jobs    chan *fileObject // nil without helpers
	helpers sync.WaitGroup
}

// maxHelpers bounds the helpers of one document; each has most of a megabyte.
const maxHelpers = 3

// waiting is how many streams may wait for a helper.
const waiting = 4

// deflaters are kept between documents.
var deflaters = sync.Pool{New: func() any {
	w, _ := zlib.NewWriterLevel(nil, deflateLevel) // fails only for levels that do not exist
	return &deflater{w: w}
}}

// deflater is a writer with the buffer that it fills.
type deflater struct {
	w   *zlib.Writer
	out bytes.Buffer
}

// blanks are buffers for streams that are not compressed yet.
var blanks sync.Pool

// blank is an empty buffer. It goes back when an object that reuses it is compressed.
func blank() []byte {
	if b, ok := blanks.Get().(*[]byte); ok {
		return (*b)[:0]
	}
	return nil
}

func newPress() *press {
	p := &press{}
	n := min(runtime.GOMAXPROCS(0)-1, maxHelpers)
	if n < 1 {
		return p
	}
	jobs := make(chan *fileObject, waiting)
	p.jobs = jobs
	for range n {
		p.helpers.Go(func() { // it may begin after stop has taken p.jobs away
			for o := range jobs {
				p.now(o)
				close(o.ready)
			}
		})
	}
	return p
}

// stop ends the helpers when nothing waits for them any more. It may be called again.
func (p *press) stop() {
	if p.jobs != nil {
		close(p.jobs)
		p.jobs = nil
	}
	p.helpers.Wait()
}

// take has an object compressed, by a helper if one has time.
func (p *press) take(o *fileObject) {
	if p.jobs != nil {
		o.ready = make(chan struct{})
		select {
		case p.jobs <- o:
			return
		default:
			o.ready = nil
		}
	}
	p.now(o)
}

// now compresses an object.
func (p *press) now(o *fileObject) {
	d, _ := deflaters.Get().(*deflater)
	d.out.Reset()
	d.w.Reset(&d.out)
	for _, part := range o.raw {
		_, _ = d.w.Write(part) // a bytes.Buffer returns no error
	}
	_ = d.w.Close()
	o.data = bytes.Clone(d.out.Bytes())
	deflaters.Put(d)
	if o.reuse {
		b := o.raw[len(o.raw)-1]
		blanks.Put(&b)
	}
	o.raw = nil
}

// wait returns when an object has its data.
func (o *fileObject) wait() {
	if o.ready != nil {
		<-o.ready
	}
}
