package capture

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"
)

// short reads a string outside of entries.
func (r *reader) short() string {
	b, _ := r.scalar(shortBytes)
	return string(b)
}

// text reads a string of the entry within its budget.
func (r *reader) text() string {
	b, cut := r.scalar(min(r.lim.StringBytes, r.budget))
	r.budget -= len(b)
	return r.whole(r.texts.Keep(b), cut)
}

// whole notes a string that was cut; of one that is empty nothing can be taken
// for the whole.
func (r *reader) whole(s string, cut bool) string {
	if cut {
		r.entry.Cut = true
		if s != "" {
			r.entry.CutTexts = append(r.entry.CutTexts, s)
		}
	}
	return s
}

// name reads a string that is likely to come again, as names of headers are.
func (r *reader) name() string {
	b, cut := r.scalar(min(r.lim.StringBytes, r.budget))
	r.budget -= len(b)
	return r.whole(r.intern(b), cut)
}

// words remembers strings that came lately, one for each hash.
type words [512]string

// of gives a string for b, the same for equal names as long as it is remembered.
func (w *words) of(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	hash := uint(len(b))*31 + uint(b[0])*7 + uint(b[len(b)/2])*13 + uint(b[len(b)-1])
	slot := &w[hash%uint(len(w))]
	if *slot != string(b) {
		*slot = string(b)
	}
	return *slot
}

// intern gives one string for equal names and remembers a bounded number.
func (r *reader) intern(b []byte) string {
	const longest = 48
	if len(b) > longest {
		return r.texts.Keep(b)
	}
	return r.names.of(b)
}

// scalar reads a string, or a number or boolean as it is printed; null and the
// values that JSON lacks are empty, as are objects and arrays.
func (r *reader) scalar(max int) (b []byte, cut bool) {
	max = maxZero(max)
	switch c := r.lex.peek(); {
	case c == '"':
		b, _, cut = r.lex.str(max)
		return b, cut
	case c == '{' || c == '[':
		r.lex.skip()
		return nil, false
	}
	b = r.lex.word()
	switch string(b) {
	case "null", "undefined", "NaN", "Infinity", "-Infinity":
		return nil, false
	}
	return b, false
}

func maxZero(n int) int { return max(n, 0) }

// num reads a number, also one in a string; ok is false for all else.
func (r *reader) num() (n float64, ok bool) {
	b, _ := r.scalar(wordBytes)
	if n, ok = plainNumber(b); ok {
		return n, true
	}
	n, err := strconv.ParseFloat(string(bytes.TrimSpace(b)), 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0, false
	}
	return n, true
}

// plainNumber reads digits with at most one point among them, as few as a
// float64 holds exactly: both the digits and the power of ten then divide
// without an error but the last rounding, which is what ParseFloat gives.
func plainNumber(b []byte) (float64, bool) {
	const most = 15
	if len(b) == 0 || len(b) > most {
		return 0, false
	}
	digits, point := int64(0), -1
	for i, c := range b {
		switch {
		case c >= '0' && c <= '9':
			digits = digits*10 + int64(c-'0')
		case c == '.' && point < 0 && i > 0 && i+1 < len(b):
			point = i
		default:
			return 0, false
		}
	}
	if point < 0 {
		return float64(digits), true
	}
	return float64(digits) / powersOfTen[len(b)-point-1], true
}

var powersOfTen = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14}

// ms reads a duration in milliseconds, -1 when unknown.
func (r *reader) ms() float64 {
	if n, ok := r.num(); ok && n >= 0 {
		return n
	}
	return -1
}

// int reads a whole number, -1 when unknown; it keeps to what a float64 holds
// exactly.
func (r *reader) int() int64 {
	const exact = 1 << 53
	n, ok := r.num()
	if !ok {
		return -1
	}
	return int64(math.Max(-exact, math.Min(exact, n)))
}

// bool reads a boolean, also one in a string.
func (r *reader) bool() bool {
	b, _ := r.scalar(wordBytes)
	return string(b) == "true"
}

// parseTime takes RFC 3339 and what exporters write instead: an offset without
// colon, no offset (read as UTC), a blank for the T, milliseconds since 1970.
// What is none of these is the zero time.
func parseTime(s string) time.Time {
	if len(s) >= 11 && s[10] == ' ' {
		s = s[:10] + "T" + s[11:]
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	if ms, err := strconv.ParseFloat(strings.TrimSpace(s), 64); err == nil && ms > 1e11 && ms < 1e13 {
		return time.UnixMilli(int64(ms)).UTC()
	}
	return time.Time{}
}
