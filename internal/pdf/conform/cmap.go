package conform

import "errors"

// maxMapped is the most codes a map to Unicode may have.
const maxMapped = 1 << 17

// toUnicode reads the map from character codes to text (9.10.3). The values are
// UTF-16, big-endian.
func (c *checker) toUnicode(data []byte) (map[int]string, bool) {
	out := map[int]string{}
	l := &lexer{b: data, content: true}
	var stack []any
	for c.step() {
		v, err := l.next(0)
		if errors.Is(err, errEnd) {
			return out, true
		}
		if err != nil || len(out) > maxMapped || len(stack) > maxOperands {
			return out, false
		}
		k, ok := v.(keyword)
		if !ok {
			stack = append(stack, v)
			continue
		}
		switch k {
		case "endbfchar":
			ok = chars(out, stack)
		case "endbfrange":
			ok = c.ranges(out, stack)
		case "begincodespacerange", "endcodespacerange", "beginbfchar", "beginbfrange":
		case "usecmap":
			ok = false
		}
		if !ok {
			return out, false
		}
		stack = stack[:0]
	}
	return out, false
}

// code is the number that a string of one to four bytes is.
func code(v any) (int, bool) {
	s, ok := v.(str)
	if !ok || len(s) == 0 || len(s) > 4 {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		n = n<<8 | int(s[i])
	}
	return n, true
}

func chars(out map[int]string, stack []any) bool {
	for i := 0; i+1 < len(stack); i += 2 {
		from, ok1 := code(stack[i])
		to, ok2 := stack[i+1].(str)
		if !ok1 || !ok2 {
			return false
		}
		out[from] = string(to)
	}
	return len(stack)%2 == 0
}

func (c *checker) ranges(out map[int]string, stack []any) bool {
	for i := 0; i+2 < len(stack); i += 3 {
		from, ok1 := code(stack[i])
		to, ok2 := code(stack[i+1])
		if !ok1 || !ok2 || to < from || to-from > 0xFFFF || !c.grow(to-from) {
			return false
		}
		switch dst := stack[i+2].(type) {
		case array:
			for n, v := range dst {
				s, ok := v.(str)
				if !ok || n > to-from {
					return false
				}
				out[from+n] = string(s)
			}
		case str:
			if len(dst) < 2 {
				return false
			}
			b := []byte(dst)
			last := int(b[len(b)-2])<<8 | int(b[len(b)-1])
			for n := from; n <= to; n++ {
				u := last + n - from
				b[len(b)-2], b[len(b)-1] = byte(u>>8), byte(u)
				out[n] = string(b)
			}
		default:
			return false
		}
	}
	return len(stack)%3 == 0
}
