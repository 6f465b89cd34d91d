package conform

// The objects of ISO 32000-1, 7.3. An object is one of: nil, bool, int64,
// float64, str, name, array, dict, *stream, ref; in content streams also
// keyword.
type (
	str     string // bytes of a string object
	name    string // name without its slash, escapes resolved
	array   []any
	dict    map[name]any
	ref     struct{ num, gen int }
	keyword string
)

// stream is a stream object; raw is the data as it stands in the file.
type stream struct {
	dict dict
	raw  []byte
	num  int // object number
}

// get resolves an object: references are followed, a missing object is nil.
func (f *file) get(v any) any {
	for range 32 {
		r, ok := v.(ref)
		if !ok {
			return v
		}
		v = f.object(r.num)
	}
	return nil
}

// dict resolves to a dictionary, that of a stream included; nil if it is none.
func (f *file) dict(v any) dict {
	switch o := f.get(v).(type) {
	case dict:
		return o
	case *stream:
		return o.dict
	}
	return nil
}

func (f *file) array(v any) array {
	a, _ := f.get(v).(array)
	return a
}

func (f *file) name(v any) name {
	n, _ := f.get(v).(name)
	return n
}

// text is a text string (7.9.2.2) as UTF-8; ok is false if v is no string.
func (f *file) text(v any) (string, bool) {
	s, ok := f.get(v).(str)
	if !ok {
		return "", false
	}
	return decodeText(string(s)), true
}

func (f *file) bytes(v any) (str, bool) {
	s, ok := f.get(v).(str)
	return s, ok
}

func (f *file) stream(v any) *stream {
	s, _ := f.get(v).(*stream)
	return s
}

func (f *file) int(v any) (int, bool) {
	switch n := f.get(v).(type) {
	case int64:
		if n >= -1<<31 && n < 1<<31 {
			return int(n), true
		}
	case float64:
		if n == float64(int32(n)) {
			return int(n), true
		}
	}
	return 0, false
}

func (f *file) num(v any) (float64, bool) {
	switch n := f.get(v).(type) {
	case int64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}

// nums resolves an array of exactly n numbers; nil if it is none.
func (f *file) nums(v any, n int) []float64 {
	a := f.array(v)
	if len(a) != n {
		return nil
	}
	out := make([]float64, n)
	for i := range a {
		var ok bool
		if out[i], ok = f.num(a[i]); !ok {
			return nil
		}
	}
	return out
}

// list resolves to the elements of an array, or to the one object there is.
func (f *file) list(v any) array {
	switch o := f.get(v).(type) {
	case nil:
		return nil
	case array:
		return o
	}
	return array{v}
}

// number is the object number of a reference, 0 for a direct object.
func number(v any) int {
	r, _ := v.(ref)
	return r.num
}
