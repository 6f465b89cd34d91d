package capture

import "strings"

// textBlock is how many bytes of strings are allocated at once.
const textBlock = 32 << 10

// Texts makes strings out of bytes, many in one block of memory, so that an
// entry's strings cost a handful of allocations. A string that is kept keeps its
// whole block: what outlives the entry must be cloned. The zero value is ready.
type Texts struct{ block strings.Builder }

// Keep gives b as a string.
func (t *Texts) Keep(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if len(b) > textBlock/2 {
		return string(b)
	}
	if t.block.Len()+len(b) > t.block.Cap() {
		t.block = strings.Builder{}
		t.block.Grow(textBlock)
	}
	start := t.block.Len()
	t.block.Write(b)
	return t.block.String()[start:]
}
