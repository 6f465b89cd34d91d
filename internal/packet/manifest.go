package packet

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/gowebpki/jcs"

	"github.com/proofwalk/proofwalk/internal/audit"
)

// SaltSize is the length of a leaf's salt in bytes.
const SaltSize = 16

// The kinds of leaves, in the order in which they stand in packet.json.
const (
	KindConfiguration = "configuration"
	KindItem          = "item"
	KindFinding       = "finding"
	KindErrorPaths    = "error_paths"
	KindNullValues    = "null_values"
	KindMinimization  = "minimization"
	KindRemark        = "remark"
	KindTestRun       = "test_run"
	KindTranscript    = "transcript"
	KindScreenshot    = "screenshot"
	KindPass          = "credential_pass"
	KindMinutes       = "minutes_entry"
	KindQuestion      = "question"
)

// The anchors of the leaves of which there is one at most.
const (
	anchorErrorPaths   = "error-paths"
	anchorNullValues   = "null-values"
	anchorMinimization = "data-minimization"
)

// NewSalts gives the salts for n leaves. They are kept by the caller: built
// again with the same salts, a packet has the same bytes; without a leaf's
// salt nobody can guess a withheld leaf from its digest.
func NewSalts(random io.Reader, n int) ([]byte, error) {
	salts := make([]byte, n*SaltSize)
	if _, err := io.ReadFull(random, salts); err != nil {
		return nil, fmt.Errorf("making salts: %w", err)
	}
	return salts, nil
}

// LeafCount checks the content and tells how many leaves, and so how many
// salts, its packet has.
func LeafCount(c *Content) (int, error) {
	if err := Check(c); err != nil {
		return 0, err
	}
	return len(leaves(c)), nil
}

// leaf is one part of the packet that can be shown or withheld by itself.
type leaf struct {
	Anchor string `json:"anchor"`
	Body   any    `json:"body"`
	Kind   string `json:"kind"`
	Salt   string `json:"salt"` // hex
}

// head is the part of packet.json that no excerpt can withhold.
type head struct {
	Address     *string      `json:"address"` // what the archive's SHA-256 completes; null for none
	Name        string       `json:"name"`    // r3.1
	Revision    int          `json:"revision"`
	Edition     int          `json:"edition"`
	MadeAt      Time         `json:"made_at"`
	Template    int          `json:"template"`
	RuleSet     int          `json:"rule_set"`
	Integration Integration  `json:"integration"`
	Decision    *Decision    `json:"decision"`
	Outcome     *Outcome     `json:"outcome"`
	Supersedes  *Supersedes  `json:"supersedes"`
	Walkthrough *Walkthrough `json:"walkthrough"`
	Sections    []Section    `json:"sections"`
	SignOffs    []SignOff    `json:"sign_offs"`
	Summary
}

// manifest is packet.json with what the statement says about it.
type manifest struct {
	json   []byte
	head   [sha256.Size]byte // SHA-256 of the head's canonical form
	root   [sha256.Size]byte // of the Merkle tree over the leaves
	leaves int
}

// leaves gives the content's leaves in their order, without salts.
func leaves(c *Content) []leaf {
	var out []leaf
	add := func(kind, anchor string, body any) {
		out = append(out, leaf{Anchor: anchor, Body: body, Kind: kind})
	}
	facts := c.Integration.Facts
	if facts == nil {
		facts = []Fact{}
	}
	add(KindConfiguration, KindConfiguration, facts)
	for i := range c.Items {
		add(KindItem, c.Items[i].ID, &c.Items[i])
	}
	for i := range c.Findings {
		add(KindFinding, c.Findings[i].ID, &c.Findings[i])
	}
	if c.ErrorPaths != nil {
		add(KindErrorPaths, anchorErrorPaths, c.ErrorPaths)
	}
	if c.NullValues != nil {
		add(KindNullValues, anchorNullValues, c.NullValues)
	}
	if c.Minimization != nil {
		add(KindMinimization, anchorMinimization, c.Minimization)
	}
	for i := range c.Remarks {
		add(KindRemark, c.Remarks[i].ID, &c.Remarks[i])
	}
	for i := range c.TestRuns {
		add(KindTestRun, c.TestRuns[i].ID, &c.TestRuns[i])
	}
	for i := range c.Transcripts {
		add(KindTranscript, c.Transcripts[i].ID, &c.Transcripts[i])
	}
	for i := range c.Screenshots {
		add(KindScreenshot, c.Screenshots[i].ID, &c.Screenshots[i])
	}
	for i := range c.CredentialPasses {
		add(KindPass, c.CredentialPasses[i].ID, &c.CredentialPasses[i])
	}
	if c.Walkthrough != nil {
		for i := range c.Walkthrough.Minutes {
			add(KindMinutes, c.Walkthrough.Minutes[i].ID, &c.Walkthrough.Minutes[i])
		}
	}
	for i := range c.Questions {
		add(KindQuestion, c.Questions[i].ID, &c.Questions[i])
	}
	return out
}

// Anchors lists the places that the packet's PDF can be linked to, in its
// order: each leaf, and each drawn entry after its transcript. With the
// packet's name they are addresses: r3.1#TST-09, r3.1#t-001.e4.
func Anchors(c *Content) []string {
	hops := map[string][]Hop{}
	for _, t := range c.Transcripts {
		hops[t.ID] = t.Hops
	}
	var out []string
	for _, l := range leaves(c) {
		out = append(out, l.Anchor)
		if l.Kind == KindTranscript {
			for _, h := range hops[l.Anchor] {
				out = append(out, HopAnchor(l.Anchor, h.N))
			}
		}
	}
	return out
}

// newManifest writes packet.json. The pieces are canonical by themselves and
// are put together in the canonical order of their names.
func newManifest(c *Content, salts []byte) (*manifest, error) {
	all := leaves(c)
	if len(salts) != len(all)*SaltSize {
		return nil, errors.New("writing packet.json: the salts are not as many as the leaves")
	}
	anchors, err := canonical(Anchors(c))
	if err != nil {
		return nil, err
	}
	headJSON, err := canonical(newHead(c))
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	fmt.Fprintf(&buf, `{"anchors":%s,"format":%d,"head":%s,"leaves":[`, anchors, Format, headJSON)
	var tree audit.Edge
	written := make([][]byte, len(all))
	done := inParallel(len(all), func(i int) (err error) {
		l := all[i]
		l.Salt = hex.EncodeToString(salts[i*SaltSize : (i+1)*SaltSize])
		written[i], err = canonical(l)
		return err
	})
	if err := firstOf("writing leaf", done()); err != nil {
		return nil, err
	}
	for i, b := range written {
		tree.Append(audit.LeafHash(b))
		if i > 0 {
			buf.WriteByte(',')
		}
		buf.Write(b)
	}
	buf.WriteString("]}")
	return &manifest{json: buf.Bytes(), head: sha256.Sum256(headJSON), root: tree.Root(), leaves: len(all)}, nil
}

func newHead(c *Content) head {
	h := head{
		Name: c.Name(), Revision: c.Revision, Edition: c.Edition, MadeAt: c.MadeAt,
		Template: c.Template, RuleSet: c.RuleSet, Integration: c.Integration,
		Decision: c.Decision, Outcome: c.Outcome, Supersedes: c.Supersedes, Walkthrough: c.Walkthrough,
		Sections: c.Sections, SignOffs: c.SignOffs, Summary: Summarize(c),
	}
	if c.Address != "" {
		h.Address = &c.Address
	}
	if h.Sections == nil {
		h.Sections = []Section{}
	}
	if h.SignOffs == nil {
		h.SignOffs = []SignOff{}
	}
	return h
}

// canonical gives a value's canonical JSON (RFC 8785).
func canonical(v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encoding JSON: %w", err)
	}
	out, err := jcs.Transform(plain)
	if err != nil {
		return nil, fmt.Errorf("canonicalizing JSON: %w", err)
	}
	return out, nil
}
