package verify

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// Kinds of proofs about the audit log, which the server hands out one by one.
const (
	// KindEntry: one entry is in the log.
	KindEntry = "audit_entry"
	// KindExtension: the log begins with the one of an older checkpoint.
	KindExtension = "audit_extension"
)

// ProofResult is the answer about one proof.
type ProofResult struct {
	Verdict Verdict `json:"verdict"`
	Checks  []Check `json:"checks"`
	Root    string  `json:"root"` // fingerprint, as in Result
}

// ExitCode is what a command line returns: 0 for VALID, 1 for all else.
func (r ProofResult) ExitCode() int { return Result{Verdict: r.Verdict}.ExitCode() }

// IsProof tells a proof from a packet by its first byte.
func IsProof(b []byte) bool { return len(b) > 0 && b[0] == '{' }

// VerifyProof checks a proof about the audit log. It carries the list of keys,
// so that it can be checked with nothing but the root's fingerprint.
func VerifyProof(b []byte, trust Trust) ProofResult {
	v := &verifier{trust: trust}
	p := &proof{verifier: v}
	v.check("proof", func() (string, error) { return p.read(b) })
	v.check("keys", p.readKeys)
	v.check("checkpoint", func() (string, error) { return p.readCheckpoint("checkpoint", p.note, &v.checkpoint) })
	if p.kind == KindExtension {
		v.check("older", func() (string, error) { return p.readCheckpoint("older checkpoint", p.older, &p.olderCheckpoint) })
	}
	v.check("log", p.holds)
	v.check("times", func() (string, error) { return "the list of keys in it vouches for the checkpoint", p.vouched(v.list) })
	known := v.checkSigner(p.vouched)
	return ProofResult{Verdict: v.verdict(known), Checks: v.result.Checks, Root: v.result.Root}
}

// proof carries what is read of one.
type proof struct {
	*verifier
	kind            string
	keys            string
	note, older     string
	entry           string
	index           int64
	path            node
	olderCheckpoint *checkpoint
}

// read takes the proof apart.
func (p *proof) read(b []byte) (string, error) {
	n, err := parseJSON(b)
	if err != nil {
		return "", err
	}
	var r reader
	kind := r.text("the proof's kind", r.member("the proof's kind", n, "kind"))
	switch {
	case r.err != nil:
		return "", r.err
	case kind == KindEntry:
		m := r.object("the proof", n, "checkpoint", "entry", "format", "hashes", "index", "keys", "kind")
		r.format("the proof", m[2])
		p.note, p.entry, p.path = r.text("the checkpoint", m[0]), r.text("the entry", m[1]), m[3]
		p.index, p.keys = r.number("the index", m[4]), r.text("the list of keys", m[5])
	case kind == KindExtension:
		m := r.object("the proof", n, "checkpoint", "format", "hashes", "keys", "kind", "older")
		r.format("the proof", m[1])
		p.note, p.path, p.keys, p.older = r.text("the checkpoint", m[0]), m[2], r.text("the list of keys", m[3]), r.text("the older checkpoint", m[5])
	default:
		return "", errors.New("the proof is of a kind that this program does not know")
	}
	if r.err != nil {
		return "", r.err
	}
	p.kind = kind
	return "a proof about the audit log in its one encoding", nil
}

func (p *proof) readKeys() (string, error) {
	if p.kind == "" {
		return "", notChecked("there is no readable proof")
	}
	list, err := parseKeys([]byte(p.keys))
	if err != nil {
		return "", err
	}
	p.list, p.result.Root = list, list.rootID
	return "the list of keys is signed by the root in it", nil
}

// readCheckpoint reads one of the two checkpoints.
func (p *proof) readCheckpoint(what, text string, into **checkpoint) (string, error) {
	if p.list == nil {
		return "", notChecked("there is no readable list of keys")
	}
	c, err := parseCheckpoint([]byte(text))
	if err != nil {
		return "", fmt.Errorf("the %s: %w", what, err)
	}
	key, err := c.signer(p.list)
	if err != nil {
		return "", err
	}
	*into = c
	return fmt.Sprintf("%d entries at %s, signed by key %s", c.size, c.at.Format(timeLayout), key.id[:16]), nil
}

// holds checks the proof itself.
func (p *proof) holds() (string, error) {
	if p.checkpoint == nil || p.kind == KindExtension && p.olderCheckpoint == nil {
		return "", notChecked("there is no readable checkpoint")
	}
	var r reader
	path := r.hashes(p.path)
	if r.err != nil {
		return "", r.err
	}
	if p.kind == KindExtension {
		if p.olderCheckpoint.at.After(p.checkpoint.at) || !extends(p.olderCheckpoint, p.checkpoint, path) {
			return "", errors.New("the log does not begin with the older one")
		}
		return fmt.Sprintf("the log of %d entries begins with the one of %d", p.checkpoint.size, p.olderCheckpoint.size), nil
	}
	if _, err := parseJSON([]byte(p.entry)); err != nil {
		return "", fmt.Errorf("the entry: %w", err)
	}
	if !proves(p.checkpoint, p.index, path, []byte(p.entry)) {
		return "", errors.New("the proof that the entry is in the log does not hold")
	}
	return fmt.Sprintf("the entry is number %d of the log, counted from 0", p.index), nil
}

// vouched demands that a list vouches for the checkpoints.
func (p *proof) vouched(list *keyList) error {
	if p.checkpoint == nil || list == nil {
		return notChecked("there is no readable checkpoint or no readable list of keys")
	}
	key, err := p.checkpoint.signer(list)
	if err != nil {
		return err
	}
	// What a compromised key says of a time nothing else confirms here. The key of
	// an older checkpoint may be one: the newer checkpoint says the same of the log.
	if list.compromised(useCheckpoint, key.id) {
		return errors.New("the checkpoint's key is marked compromised: whoever has it writes any time and any log into a checkpoint")
	}
	if p.olderCheckpoint != nil {
		if _, err := p.olderCheckpoint.signer(list); err != nil {
			return err
		}
	}
	return nil
}

// Write writes the answer for people.
func (r ProofResult) Write(w io.Writer) error {
	var b strings.Builder
	writeChecks(&b, r.Checks, r.Verdict)
	switch r.Verdict {
	case Invalid:
		b.WriteString("Do not rely on this proof.\n")
	case SignerUnknown:
		fmt.Fprintf(&b, "\nroot   %s\nThe proof holds. Whose log it is about nobody vouches for: give --fingerprint with the root's fingerprint,\n"+
			"got by another way than this file (the server's page /keys, or a person you know).\n", r.Root)
	default:
		fmt.Fprintf(&b, "\nroot   %s\nIt proves what the log had at the checkpoint's time. That the server shows everybody the same log it proves only\n"+
			"to who keeps checkpoints: hold them against each other.\n", r.Root)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
