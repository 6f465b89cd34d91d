package conform

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
)

// maxDump bounds what is compared of an object.
const maxDump = 1 << 20

// dump writes an object with all it refers to, so that two can be compared
// without regard to what is indirect.
func (c *checker) dump(b *bytes.Buffer, v any, depth int) {
	if depth > 16 || b.Len() > maxDump || !c.step() {
		return
	}
	switch o := c.f.get(v).(type) {
	case array:
		b.WriteByte('[')
		for _, e := range o {
			c.dump(b, e, depth+1)
			b.WriteByte(' ')
		}
		b.WriteByte(']')
	case dict:
		b.WriteString("<<")
		for _, k := range slices.Sorted(maps.Keys(o)) {
			fmt.Fprintf(b, "/%q ", string(k))
			c.dump(b, o[k], depth+1)
		}
		b.WriteString(">>")
	case *stream:
		data, err := c.data(o)
		if err != nil {
			data = o.raw
		}
		b.Write(data[:min(len(data), maxDump)])
	default:
		fmt.Fprintf(b, "%T %v", o, o)
	}
}
