package transcript

import "strconv"

// Labels gives pseudonyms the short names by which people tell them apart:
// class and letter, "state A", in the order in which they are asked for. One
// Labels serves one drawing: a page, or a transcript in a report.
type Labels struct {
	names map[string]string
	first map[string]int
	count map[string]int
}

// NewLabels gives an empty set.
func NewLabels() *Labels {
	return &Labels{names: map[string]string{}, first: map[string]int{}, count: map[string]int{}}
}

// Label names a value that was seen at an entry. chip is false for clear values,
// whose name is their text. sameAs is the entry where an equal value was first
// seen, -1 here and for values that compare with nothing.
func (l *Labels) Label(v Value, entry int) (name string, chip bool, sameAs int) {
	switch v.Kind {
	case Clear:
		return v.Text, false, -1
	case Constant:
		return "not kept", true, -1
	}
	if v.Kind == Ordinal {
		return v.Class + " #" + v.Key, true, l.seen("#"+v.Key, entry)
	}
	name, ok := l.names[v.Key]
	if !ok {
		name = v.Class + " " + letters(l.count[v.Class])
		l.count[v.Class]++
		l.names[v.Key] = name
	}
	return name, true, l.seen(v.Key, entry)
}

// seen gives the first entry of a key, -1 when this is it.
func (l *Labels) seen(key string, entry int) int {
	first, ok := l.first[key]
	if !ok {
		l.first[key] = entry
		return -1
	}
	if first == entry {
		return -1
	}
	return first
}

// letters counts A to Z, then A2 to Z2 and so on.
func letters(n int) string {
	letter := string(rune('A' + n%26))
	if n >= 26 {
		letter += strconv.Itoa(n/26 + 1)
	}
	return letter
}
