package audit

import (
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Head is a tree as a checkpoint names it.
type Head struct {
	Size int64
	Root Hash
}

// Tile is a run of up to 256 nodes of one level: those with the numbers
// 256 * Number and following.
type Tile struct {
	Level  int
	Number int64
}

// Tiles reads tiles. Each has as many nodes as the tree has of them, 256 at the
// most.
type Tiles func(tiles []Tile) (map[Tile][]Hash, error)

// Prover makes proofs about one tree. It keeps the tiles that it has read, so
// proofs of neighbours cost little. It is used by one goroutine.
type Prover struct {
	head  Head
	read  Tiles
	tiles map[Tile][]Hash
	inner map[int64]Hash // nodes between the tiles' levels by tlog's numbers, as far as they were asked for
}

// NewProver makes proofs about the tree of the head, which may have grown since.
func NewProver(head Head, read Tiles) *Prover {
	return &Prover{head: head, read: read, tiles: map[Tile][]Hash{}, inner: map[int64]Hash{}}
}

// Records proves for each position, whose leaf hash stands at the same place,
// that the tree has that leaf there. Every proof has been checked against the
// head when it is given.
func (p *Prover) Records(positions []int64, leaves []Hash) ([][]Hash, error) {
	if err := p.Load(positions); err != nil {
		return nil, err
	}
	proofs := make([][]Hash, len(positions))
	for i, position := range positions {
		if position < 0 || position >= p.head.Size {
			return nil, errors.New("proving an audit entry: the tree has no such position")
		}
		proof, err := tlog.ProveRecord(p.head.Size, position, tlog.HashReaderFunc(p.hashes))
		if err != nil {
			return nil, fmt.Errorf("proving an audit entry: %w", err)
		}
		if err := tlog.CheckRecord(proof, p.head.Size, p.head.Root, position, leaves[i]); err != nil {
			return nil, errors.New("proving an audit entry: the stored tree is not the one of the checkpoint")
		}
		proofs[i] = proof
	}
	return proofs, nil
}

// Load reads at once all that proofs of the positions need.
func (p *Prover) Load(positions []int64) error {
	var need []Tile
	for _, position := range append(slices.Clone(positions), p.head.Size-1) {
		for level := 0; level <= MaxLevel; level++ {
			need = append(need, Tile{level, position >> (nodeBits * (level + 1))})
		}
	}
	return p.load(need)
}

// Extends proves that the tree begins with all leaves of the older one. The
// proof has been checked when it is given.
func (p *Prover) Extends(older Head) ([]Hash, error) {
	if older.Size < 1 || older.Size > p.head.Size {
		return nil, errors.New("proving that the audit log grew: the older tree is not the smaller one")
	}
	proof, err := tlog.ProveTree(p.head.Size, older.Size, tlog.HashReaderFunc(p.hashes))
	if err != nil {
		return nil, fmt.Errorf("proving that the audit log grew: %w", err)
	}
	if err := tlog.CheckTree(proof, p.head.Size, p.head.Root, older.Size, older.Root); err != nil {
		return nil, errors.New("proving that the audit log grew: it does not begin with the older tree")
	}
	return proof, nil
}

// hashes gives nodes of the binary tree by the numbers that tlog has for them.
func (p *Prover) hashes(indexes []int64) ([]Hash, error) {
	need := make([]Tile, len(indexes))
	for i, index := range indexes {
		level, n := tlog.SplitStoredHashIndex(index)
		need[i] = Tile{level / nodeBits, n << (level % nodeBits) >> nodeBits}
	}
	if err := p.load(need); err != nil {
		return nil, err
	}
	out := make([]Hash, len(indexes))
	for i, index := range indexes {
		if node, known := p.inner[index]; known {
			out[i] = node
			continue
		}
		level, n := tlog.SplitStoredHashIndex(index)
		first, count := n<<(level%nodeBits)%nodeWidth, int64(1)<<(level%nodeBits)
		nodes := p.tiles[need[i]]
		if int64(len(nodes)) < first+count {
			return nil, errors.New("a part of the stored tree is missing")
		}
		out[i] = join(nodes[first : first+count])
		if count > 1 {
			p.inner[index] = out[i]
		}
	}
	return out, nil
}

// join is the hash over a power of two of nodes.
func join(nodes []Hash) Hash {
	if len(nodes) == 1 {
		return nodes[0]
	}
	half := len(nodes) / 2
	return tlog.NodeHash(join(nodes[:half]), join(nodes[half:]))
}

// load reads the tiles that are not here yet and that the tree can have.
func (p *Prover) load(need []Tile) error {
	var missing []Tile
	for _, t := range need {
		_, known := p.tiles[t]
		complete := p.head.Size >> (nodeBits * t.Level) // nodes of the level
		if !known && t.Number*nodeWidth < complete {
			p.tiles[t] = nil
			missing = append(missing, t)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	read, err := p.read(missing)
	for t, nodes := range read {
		p.tiles[t] = nodes
	}
	return err
}
