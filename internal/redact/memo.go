package redact

import (
	"hash/maphash"
	"strings"
)

// Bounds of a memo.
const (
	memoSlots    = 1 << 12
	memoKeyBytes = 256 // a longer value is worked out each time
)

// memo remembers what lately seen values became: the same cookies, hosts and
// header values stand in entry after entry, and a pseudonym costs two runs of
// SHA-256. Each value has one slot, which the next value of the same hash takes
// over; nothing else of it grows.
type memo struct {
	seed  maphash.Seed
	slots []memoSlot
	spare memoSlot
}

// memoSlot is what one value became: a text, a number or both.
type memoSlot struct {
	class, key string
	text       string
	n          int
}

func newMemo() *memo {
	return &memo{seed: maphash.MakeSeed(), slots: make([]memoSlot, memoSlots)}
}

// find gives the slot of a value in its class, and whether it holds the value;
// if not, the slot is empty and its text and number are to be set.
func (m *memo) find(class, key string) (slot *memoSlot, known bool) {
	if len(key) > memoKeyBytes {
		m.spare = memoSlot{}
		return &m.spare, false
	}
	hash := maphash.String(m.seed, key) + uint64(len(class))*0x9e3779b97f4a7c15 + uint64(class[0])
	slot = &m.slots[hash%memoSlots]
	if slot.key == key && slot.class == class {
		return slot, true
	}
	*slot = memoSlot{class: class, key: strings.Clone(key)} // the value may be a part of a large text
	return slot, false
}
