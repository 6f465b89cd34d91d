package dig

import "strings"

// Set is a number of values to look for at once, in any case of letters.
type Set struct {
	byHead map[[headBytes]byte][]int // the values that begin so
	begins [1 << 16]bool             // whether any begins with these two bytes: asked first, since it is cheap
	values []string                  // in small letters
	short  []int                     // those shorter than a head
}

const headBytes = 6

// NewSet makes a set.
func NewSet(values []string) *Set {
	s := &Set{byHead: map[[headBytes]byte][]int{}}
	for i, v := range values {
		v = strings.ToLower(v)
		s.values = append(s.values, v)
		if len(v) < headBytes {
			s.short = append(s.short, i)
			continue
		}
		head := [headBytes]byte([]byte(v[:headBytes]))
		s.byHead[head] = append(s.byHead[head], i)
		s.begins[uint16(head[0])<<8|uint16(head[1])] = true
	}
	return s
}

// Find gives the positions, in the list that made the set, of the values that
// any of the texts holds.
func (s *Set) Find(texts []string) map[int]bool {
	found := map[int]bool{}
	for _, text := range texts {
		text = strings.ToLower(text)
		for _, i := range s.short {
			if strings.Contains(text, s.values[i]) {
				found[i] = true
			}
		}
		b := []byte(text)
		for at := 0; at+headBytes <= len(b); at++ {
			if !s.begins[uint16(b[at])<<8|uint16(b[at+1])] {
				continue
			}
			for _, i := range s.byHead[[headBytes]byte(b[at:])] {
				if strings.HasPrefix(text[at:], s.values[i]) {
					found[i] = true
				}
			}
		}
	}
	return found
}

// Runs gives the runs of at least n characters [A-Za-z0-9_-] of a text.
func Runs(text string, n int) map[string]bool {
	out := map[string]bool{}
	for _, run := range strings.FieldsFunc(text, func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-')
	}) {
		if len(run) >= n {
			out[run] = true
		}
	}
	return out
}
