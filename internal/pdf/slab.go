package pdf

// slab gives room for many small values that live as long as the document: one
// allocation serves hundreds of them.
type slab[T any] struct {
	buf  []T
	used int
}

// slabSize is how many values one allocation holds.
const slabSize = 512

// take gives an empty slice with room for n values.
func (s *slab[T]) take(n int) []T {
	if s.used+n > len(s.buf) {
		s.buf, s.used = make([]T, max(n, slabSize)), 0
	}
	out := s.buf[s.used : s.used : s.used+n]
	s.used += n
	return out
}

// one gives a zero value.
func (s *slab[T]) one() *T { return &s.take(1)[:1][0] }
