package pdf

import (
	"runtime"
	"testing"
	"time"
)

// TestHelpersEnd: helpers come to their end on any number of processors, and where they had
// nothing to do, or did not even begin before they were told to stop.
func TestHelpersEnd(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
	for _, processors := range []int{1, 2, 3, 4, 8} {
		runtime.GOMAXPROCS(processors)
		ended := make(chan error, 1)
		go func() {
			for range 500 {
				newPress().stop()
			}
			var err error
			for range 20 {
				d := plainDoc()
				d.Add(Paragraph{Spans: []Span{T("one page")}})
				if _, err = d.Render(); err != nil {
					break
				}
			}
			ended <- err
		}()
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("%d processors: %v", processors, err)
			}
		case <-time.After(time.Minute):
			t.Fatalf("%d processors: the helpers do not end", processors)
		}
	}
}
