package app

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/store"
)

// LogReport is what checking the audit log found.
type LogReport struct {
	Entries     int64  `json:"entries"` // in the tree
	Waiting     int64  `json:"waiting"` // for their positions
	Held        int64  `json:"held"`    // back: no leaf can be made of them
	Root        string `json:"root"`    // hex, computed from the entries
	Checkpoints int    `json:"checkpoints"`
	Personal    int    `json:"personal_fields"`
	// Kept is the checkpoint that was given; nil for none.
	Kept *KeptCheckpoint `json:"kept_checkpoint"`
	ProblemList
	// Unseen are the ways of tampering that this check cannot see.
	Unseen []Unseen `json:"not_seen"`
}

// KeptCheckpoint is a checkpoint that was kept outside the database.
type KeptCheckpoint struct {
	Size int64     `json:"size"`
	At   time.Time `json:"at"`
	// Holds says that the log still begins with that tree.
	Holds bool `json:"holds"`
}

// Unseen is a way of tampering that a check cannot see.
type Unseen struct {
	Case string `json:"case"` // a word
	Text string `json:"text"`
}

// unseenAlone are the cases that only a checkpoint kept outside shows.
var unseenAlone = []Unseen{
	{"rollback", "The whole database set back to an older state, such as a snapshot or a backup."},
	{"truncate", "The newest entries taken away together with all positions, nodes and checkpoints made of them."},
	{"fork", "The database set back, and other entries appended since, signed by the server itself."},
	{"re_sign", "Entries changed, added, moved or taken away, and the whole tree and its checkpoints made and signed anew with the checkpoint key."},
}

// unseenAlways are the cases that no check of the log shows.
var unseenAlways = []Unseen{
	{"before_the_log", "What the server itself left out or wrote falsely when it happened."},
}

// pageSize is how many rows a check reads at a time.
const pageSize = 5_000

// CheckLog computes the whole audit log anew from its entries and compares: the
// encodings parse and the columns agree with them, positions have no gap, leaf
// hashes, nodes and head are those of the entries, every checkpoint is signed
// and is of this tree, personal fields have the digests of their entries. kept
// is a checkpoint from before, nil for none; see OpenKept. It changes nothing.
func (a *App) CheckLog(ctx context.Context, kept *audit.Checkpoint) (LogReport, error) {
	own, err := a.ownLogKeys()
	if err != nil {
		return LogReport{}, err
	}
	c := &logCheck{keys: own, ctx: ctx, roots: map[int64][]claim{}, nodes: map[int][]audit.Hash{}, holds: map[string]int{}}
	c.report.Problems = []string{}
	if kept != nil {
		c.report.Kept = &KeptCheckpoint{Size: kept.Size, At: kept.At}
		c.claim(kept.Head, "the kept checkpoint")
		c.kept = kept
	} else {
		c.report.Unseen = append(c.report.Unseen, unseenAlone...)
	}
	err = a.Store.InSnapshot(ctx, func(q store.Querier) error {
		c.q = q
		for _, step := range []func() error{c.checkpoints, c.packets, c.leaves, c.storedNodes, c.head, c.waiting, c.held, c.personal} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
	if kept != nil && c.edge.Size() > kept.Size {
		c.report.Unseen = append(c.report.Unseen, Unseen{"after_the_checkpoint", fmt.Sprintf(
			"The same done to the %d entries after the kept checkpoint only: keep a newer one too.", c.edge.Size()-kept.Size)})
	}
	c.report.Unseen = append(c.report.Unseen, unseenAlways...)
	return c.report, err
}

// claim is somebody's word about the root of the tree at a size.
type claim struct {
	root audit.Hash
	who  string
}

// logCheck is one check in progress.
type logCheck struct {
	keys   logKeys
	ctx    context.Context
	q      store.Querier
	report LogReport
	kept   *audit.Checkpoint

	roots map[int64][]claim // by size
	edge  audit.Edge
	nodes map[int][]audit.Hash // computed, by level
	holds map[string]int       // what the log's own entries say is held back
}

func (c *logCheck) claim(h audit.Head, who string) {
	c.roots[h.Size] = append(c.roots[h.Size], claim{h.Root, who})
}

// checkpoints opens every stored checkpoint and collects what they claim.
func (c *logCheck) checkpoints() error {
	var last store.CheckpointRow
	var at, smaller time.Time // the latest time so far, and that of smaller trees: rotated keys sign one tree again
	for {
		rows, err := store.ListCheckpointsAfter(c.ctx, c.q, last.Size, last.KeyID, pageSize)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			if row.Size > last.Size {
				smaller = at
			}
			last = row
			c.report.Checkpoints++
			opened, key, err := c.keys.open([]byte(row.Note))
			if err != nil {
				c.report.problem("checkpoint of %d entries: its signature does not hold", row.Size)
				continue
			}
			if opened.Size != row.Size || !bytes.Equal(opened.Root[:], row.Root) || !opened.At.Equal(row.SignedAt) || key.ID != row.KeyID {
				c.report.problem("checkpoint of %d entries: its columns do not say what is signed", row.Size)
			}
			if opened.At.Before(smaller) {
				c.report.problem("checkpoint of %d entries: it is older than one of a smaller tree", row.Size)
			}
			if opened.At.After(at) {
				at = opened.At
			}
			c.claim(opened.Head, fmt.Sprintf("the checkpoint of %d entries", row.Size))
		}
	}
}

// packets collects what the checkpoints in packets claim.
func (c *logCheck) packets() error {
	rows, err := store.ListPacketCheckpoints(c.ctx, c.q)
	for _, row := range rows {
		opened, _, err := c.keys.open([]byte(row.Checkpoint))
		if err != nil {
			c.report.problem("packet %s: the signature of its checkpoint does not hold", row.PacketID)
			continue
		}
		c.claim(opened.Head, fmt.Sprintf("the checkpoint in packet %s", row.PacketID))
	}
	return err
}

// leaves grows the tree anew from the entries.
func (c *logCheck) leaves() error {
	next := int64(0)
	for {
		rows, err := store.ListAuditLeaves(c.ctx, c.q, next, pageSize)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if row.Position != next {
				c.report.problem("positions %d to %d are missing", next, row.Position-1)
			}
			next = row.Position + 1
			c.grow(c.leaf(row))
		}
		if len(rows) < pageSize {
			break
		}
	}
	for size, claims := range c.roots {
		for _, claim := range claims {
			c.report.problem("the log has %d entries, but %s counts %d: entries were taken away, or the database was set back", c.edge.Size(), claim.who, size)
		}
	}
	c.report.Entries = c.edge.Size()
	root := c.edge.Root()
	c.report.Root = hex.EncodeToString(root[:])
	return nil
}

// grow appends a leaf and compares with all that was claimed of that size.
func (c *logCheck) grow(leaf audit.Hash) {
	for _, n := range c.edge.Append(leaf) {
		c.nodes[n.Level] = append(c.nodes[n.Level], n.Hash)
	}
	claims, root := c.roots[c.edge.Size()], c.edge.Root()
	for _, claim := range claims {
		if claim.root != root {
			c.report.problem("the first %d entries are not those of %s", c.edge.Size(), claim.who)
		}
	}
	if c.kept != nil && c.kept.Size == c.edge.Size() {
		c.report.Kept.Holds = c.kept.Root == root
	}
	delete(c.roots, c.edge.Size())
}

// leaf checks one leaf and gives the hash that it must have.
func (c *logCheck) leaf(row store.AuditLeafRow) audit.Hash {
	if row.ID == nil {
		c.report.problem("position %d: its entry %s is gone", row.Position, row.EntryID)
		return hashOr(row.LeafHash)
	}
	hash := audit.LeafHash(row.Encoded)
	if !bytes.Equal(hash[:], row.LeafHash) {
		c.report.problem("position %d: entry %s was changed: it has not the hash of its leaf", row.Position, row.EntryID)
	}
	e, err := audit.Parse(row.Encoded)
	if err != nil {
		c.report.problem("position %d: entry %s is not in its one encoding", row.Position, row.EntryID)
		return hash
	}
	if e.Action == holdAction {
		c.holds[holdOf(e.Object.ID, e.Details["reason"].String(), e.Details["leaf_hash"].String())]++
	}
	if column := differs(e, row); column != "" {
		c.report.problem("position %d: entry %s: the column %s does not say what the encoding says", row.Position, row.EntryID, column)
	}
	return hash
}

func hashOr(b []byte) audit.Hash {
	var h audit.Hash
	copy(h[:], b)
	return h
}

// differs names the first column that does not agree with the encoding.
func differs(e audit.Entry, row store.AuditLeafRow) string {
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	id := func(u *uuid.UUID) string {
		if u == nil {
			return ""
		}
		return u.String()
	}
	for _, c := range []struct {
		column string
		equal  bool
	}{
		{"id", id(row.ID) == e.ID}, {"partner_id", id(row.PartnerID) == e.PartnerID}, {"integration_id", id(row.IntegrationID) == e.IntegrationID},
		{"actor_id", id(row.ActorID) == e.Actor.ID}, {"action", text(row.Action) == e.Action}, {"object_kind", text(row.ObjectKind) == e.Object.Kind},
		{"object_id", text(row.ObjectID) == e.Object.ID}, {"at", row.At != nil && row.At.Equal(e.At)}, {"details", sameDetails(row.Details, e.Details)},
	} {
		if !c.equal {
			return c.column
		}
	}
	return ""
}

// sameDetails compares the details' column with those of the encoding.
func sameDetails(column []byte, want map[string]audit.Value) bool {
	var got map[string]any
	if err := json.Unmarshal(column, &got); err != nil || len(got) != len(want) {
		return false
	}
	for name, v := range want {
		value := v.Any()
		if n, ok := value.(int64); ok {
			value = float64(n) // exact: 53 bits at most
		}
		if got[name] != value {
			return false
		}
	}
	return true
}

// storedNodes compares the stored nodes with the computed ones.
func (c *logCheck) storedNodes() error {
	for level := 1; level <= audit.MaxLevel; level++ {
		next := int64(0)
		for {
			rows, err := store.ListAuditNodes(c.ctx, c.q, int16(level), next, pageSize)
			if err != nil {
				return err
			}
			for _, row := range rows {
				if row.Position != next {
					c.report.problem("nodes %d to %d of level %d of the tree are missing", next, row.Position-1, level)
				}
				next = row.Position + 1
				if row.Position >= int64(len(c.nodes[level])) {
					c.report.problem("node %d of level %d of the tree is one too many", row.Position, level)
				} else if want := c.nodes[level][row.Position]; !bytes.Equal(row.Hash, want[:]) {
					c.report.problem("node %d of level %d of the tree is not that of the entries", row.Position, level)
				}
			}
			if len(rows) < pageSize {
				break
			}
		}
		if missing := int64(len(c.nodes[level])) - next; missing > 0 {
			c.report.problem("the last %d nodes of level %d of the tree are missing", missing, level)
		}
	}
	return nil
}

// head compares the stored head with the computed one.
func (c *logCheck) head() error {
	head, err := store.ReadAuditHead(c.ctx, c.q)
	if err != nil {
		return err
	}
	root := c.edge.Root()
	if head.Size != c.edge.Size() || !bytes.Equal(head.Root, root[:]) || !bytes.Equal(head.Edge, c.edge.Bytes()) {
		c.report.problem("the head of the log is not that of the entries: it counts %d", head.Size)
	}
	return nil
}

// waiting looks for entries that will never have a position.
func (c *logCheck) waiting() error {
	rows, err := store.ListUnplacedAudit(c.ctx, c.q)
	for _, row := range rows {
		switch {
		case !row.Exists:
			c.report.problem("entry %s is gone: it waited for its position", row.EntryID)
		case row.Placed:
			c.report.problem("entry %s waits for a position and has one", row.EntryID)
		case !row.Waits && row.Held: // see held
		case !row.Waits:
			c.report.problem("entry %s is in no tree and does not wait for a position: it was not written by the server", row.EntryID)
		default:
			c.report.Waiting++
		}
	}
	return err
}

// personal compares the personal fields with the digests in the entries.
func (c *logCheck) personal() error {
	var after uuid.UUID
	field := ""
	for {
		rows, err := store.ListAuditPersonal(c.ctx, c.q, after, field, pageSize)
		if err != nil {
			return err
		}
		for _, row := range rows {
			after, field = row.EntryID, row.Field
			c.report.Personal++
			if !hasDigest(row) {
				c.report.problem("entry %s: the personal field %q is not the one of its digest", row.EntryID, row.Field)
			}
		}
		if len(rows) < pageSize {
			return nil
		}
	}
}

func hasDigest(row store.PersonalRow) bool {
	e, err := audit.Parse(row.Encoded)
	if err != nil || len(row.Salt) != audit.SaltSize {
		return false
	}
	digest, err := audit.Personal([audit.SaltSize]byte(row.Salt), row.Value)
	return err == nil && digest == e.Personal[row.Field]
}
