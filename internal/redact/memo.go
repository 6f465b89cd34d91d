package redact

import "strings"

// Bounds of a memo.
const (
	memoSlots    = 1 << 12
	memoKeyBytes = 256 // a longer value is worked out each time
)

// memo remembers what lately seen values became: the same cookies, hosts and
// header values stand in entry after entry, and a pseudonym costs two runs of
// SHA-256. The values of one hash share two slots, of which the one that was not
// asked for last is taken over by the next value; nothing of it grows.
type memo struct {
	slots [memoSlots / 2][2]memoSlot
	spare memoSlot
}

// memoSlot is what one value became: a text, a number or both.
type memoSlot struct {
	class, key string
	text       string
	n          int
	last       bool // asked for after the other of the two
}

func newMemo() *memo { return &memo{} }

// looks is a hash of a few bytes of a text. It is for tables that compare the
// whole text and lose no more than time where texts look the same.
func looks(s string) uint64 {
	const prime = 0x9e3779b97f4a7c15
	n := len(s)
	if n == 0 {
		return 0
	}
	h := uint64(n)<<56 | uint64(s[0])<<48 | uint64(s[n/8])<<40 | uint64(s[n/4])<<32 |
		uint64(s[n/2])<<24 | uint64(s[n-1-n/4])<<16 | uint64(s[n-1-n/8])<<8 | uint64(s[n-1])
	h *= prime
	h ^= h >> 32 // the upper bytes have no part in the lower bits yet
	return h * prime >> 32
}

// find gives the slot of a value in its class, and whether it holds the value;
// if not, the slot is empty and its text and number are to be set.
func (m *memo) find(class, key string) (slot *memoSlot, known bool) {
	if len(key) > memoKeyBytes {
		m.spare = memoSlot{}
		return &m.spare, false
	}
	hash := looks(key) + uint64(len(class))*0x9e3779b97f4a7c15 + uint64(class[0])
	two := &m.slots[hash%uint64(len(m.slots))]
	for i := range two {
		if slot = &two[i]; slot.key == key && slot.class == class {
			slot.last, two[1-i].last = true, false
			return slot, true
		}
	}
	i := 0
	if two[0].last {
		i = 1
	}
	two[1-i].last = false
	two[i] = memoSlot{class: class, key: strings.Clone(key), last: true} // the value may be a part of a large text
	return &two[i], false
}
