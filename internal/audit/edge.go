package audit

import (
	"crypto/sha256"
	"errors"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a hash of the tree: of a leaf, of a node or of the whole (RFC 6962,
// section 2.1).
type Hash = tlog.Hash

// LeafHash is the hash of an encoded entry as a leaf.
func LeafHash(encoded []byte) Hash { return tlog.RecordHash(encoded) }

// The tree is kept in levels of 256 children: leaves are nodes of level 0, a
// node of level n stands for 256^n leaves and is kept once they are complete.
const (
	nodeBits  = 8
	nodeWidth = 1 << nodeBits
	// MaxLevel is the highest level of the largest tree, 2^53 leaves.
	MaxLevel = 6
)

// MaxSize is the largest number of leaves: what every JSON reader counts.
const MaxSize = maxInt

// Node is a complete subtree of 256^Level leaves, number Position from the left.
type Node struct {
	Level    int
	Position int64
	Hash     Hash
}

// Edge is the right edge of a tree: all that appending needs to know of it. The
// zero Edge is that of the empty tree.
type Edge struct {
	size   int64
	hashes []Hash // of the largest complete subtrees, from the left
}

// NewEdge reads an edge as Bytes wrote it.
func NewEdge(size int64, b []byte) (Edge, error) {
	if size < 0 || size > MaxSize || len(b) != bits.OnesCount64(uint64(size))*sha256.Size {
		return Edge{}, errors.New("reading the edge of the audit tree: it is not one of its size")
	}
	e := Edge{size: size}
	for ; len(b) > 0; b = b[sha256.Size:] {
		e.hashes = append(e.hashes, Hash(b[:sha256.Size]))
	}
	return e, nil
}

// Size is the number of leaves.
func (e *Edge) Size() int64 { return e.size }

// Bytes are the edge's hashes, one after the other.
func (e *Edge) Bytes() []byte {
	b := make([]byte, 0, len(e.hashes)*sha256.Size)
	for _, h := range e.hashes {
		b = append(b, h[:]...)
	}
	return b
}

// Append adds a leaf and gives the nodes of level 1 and above that it completes.
func (e *Edge) Append(leaf Hash) []Node {
	var done []Node
	h := leaf
	for level := 1; e.size>>(level-1)&1 == 1; level++ {
		last := len(e.hashes) - 1
		h = tlog.NodeHash(e.hashes[last], h)
		e.hashes = e.hashes[:last]
		if level%nodeBits == 0 {
			done = append(done, Node{Level: level / nodeBits, Position: e.size >> level, Hash: h})
		}
	}
	e.hashes = append(e.hashes, h)
	e.size++
	return done
}

// Root is the hash of the whole tree.
func (e *Edge) Root() Hash {
	if len(e.hashes) == 0 {
		return sha256.Sum256(nil)
	}
	root := e.hashes[len(e.hashes)-1]
	for i := len(e.hashes) - 2; i >= 0; i-- {
		root = tlog.NodeHash(e.hashes[i], root)
	}
	return root
}
