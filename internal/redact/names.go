package redact

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// NameTable numbers the undeclared hosts and path segments of a round: equal
// names get equal numbers over all its captures. It knows names by a keyed
// digest only, so its stored form holds none of them in clear.
type NameTable struct {
	hosts, segments numbers
}

type numbers struct {
	Last  int            `json:"last"`
	Known map[string]int `json:"known"`
}

// MaxNames is the most hosts, and the most segments, that a round numbers; what
// comes later is host-0.invalid or ~str.
const MaxNames = 20_000

// NewNameTable gives an empty table.
func NewNameTable() *NameTable {
	return &NameTable{hosts: numbers{Known: map[string]int{}}, segments: numbers{Known: map[string]int{}}}
}

type storedNames struct {
	Hosts    numbers `json:"hosts"`
	Segments numbers `json:"segments"`
}

// MarshalJSON gives the stored form.
func (t *NameTable) MarshalJSON() ([]byte, error) {
	return json.Marshal(storedNames{t.hosts, t.segments})
}

// UnmarshalJSON reads the stored form.
func (t *NameTable) UnmarshalJSON(b []byte) error {
	var s storedNames
	if err := json.Unmarshal(b, &s); err != nil {
		return errors.New("a name table that is not in its stored form")
	}
	*t = *NewNameTable()
	for i, from := range []numbers{s.Hosts, s.Segments} {
		to := []*numbers{&t.hosts, &t.segments}[i]
		if from.Last < 0 || from.Last > transcript.MaxOrdinal || len(from.Known) > MaxNames {
			return errors.New("a name table with a number out of range")
		}
		to.Last = from.Last
		taken := make(map[int]bool, len(from.Known))
		for digest, n := range from.Known {
			if n < 1 || n > from.Last || taken[n] || !isNameDigest(digest) {
				return errors.New("a name table with a number out of range, given twice or without its digest")
			}
			taken[n] = true
			to.Known[digest] = n
		}
	}
	return nil
}

// Extends tells whether the table holds all that base holds, with the same
// numbers, and went on no further than redacting takes it: what another redactor
// of the round added to it may be taken over.
func (t *NameTable) Extends(base *NameTable) bool {
	return t.hosts.extends(&base.hosts) && t.segments.extends(&base.segments)
}

func (n *numbers) extends(base *numbers) bool {
	more := len(n.Known) - len(base.Known)
	if n.Last < base.Last || n.Last > max(base.Last+more, MaxNames+len(n.Known)) {
		return false
	}
	for digest, number := range base.Known {
		if n.Known[digest] != number {
			return false
		}
	}
	return true
}

// number gives the number of a name, 0 when the table is full.
func (n *numbers) number(digest string) int {
	if known, ok := n.Known[digest]; ok {
		return known
	}
	if len(n.Known) == MaxNames || n.Last == transcript.MaxOrdinal {
		return 0
	}
	n.Last++
	n.Known[digest] = n.Last
	return n.Last
}

// reserve keeps a number that a transcript already uses from being given again.
// No table gives one above MaxNames by itself: a transcript that claims such a
// number takes none away. So there are numbers left for MaxNames names, whatever
// is sent.
func (n *numbers) reserve(used int) {
	if used <= MaxNames {
		n.Last = max(n.Last, used)
	}
}

func isNameDigest(s string) bool {
	for i := range len(s) {
		if !isHex(s[i]) {
			return false
		}
	}
	return len(s) == 2*nameDigestBytes
}

const nameDigestBytes = 16

// nameDigest is the keyed digest under which the table knows a name.
func nameDigest(key [32]byte, kind, name string) string {
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte("proofwalk name\x00" + kind + "\x00" + name))
	return hex.EncodeToString(mac.Sum(nil)[:nameDigestBytes])
}
