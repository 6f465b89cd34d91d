package capture

import "encoding/binary"

// rememberedNames is how many names of one object are told apart; objects that
// are read have fewer. Later ones take no part in the count of duplicates.
const rememberedNames = 24

// nameSet tells a name that stood before in the same object. It keeps 64 bits
// of each name and lives on the stack.
type nameSet struct {
	n    int
	sums [rememberedNames]uint64
}

// repeated notes a name and tells whether it stood before.
func (s *nameSet) repeated(name []byte) bool {
	sum := nameSum(name)
	for _, known := range s.sums[:s.n] {
		if known == sum {
			return true
		}
	}
	if s.n < rememberedNames {
		s.sums[s.n] = sum
		s.n++
	}
	return false
}

// nameSum mixes a name into 64 bits; the names that formats have differ in them.
func nameSum(name []byte) uint64 {
	const prime = 0x9e3779b97f4a7c15
	sum := uint64(len(name))
	for ; len(name) >= 8; name = name[8:] {
		sum = (sum ^ binary.LittleEndian.Uint64(name)) * prime
		sum ^= sum >> 32
	}
	var tail uint64
	for _, c := range name {
		tail = tail<<8 | uint64(c)
	}
	sum = (sum ^ tail) * prime
	return sum ^ sum>>29
}
