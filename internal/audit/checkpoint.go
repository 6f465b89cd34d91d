package audit

import (
	"crypto"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint says what the log was at a time: its size and its root. Written
// and signed it is a signed note (C2SP tlog-checkpoint) with one line more for
// the time.
type Checkpoint struct {
	Origin string // the log's name: see Origin
	Head
	At time.Time // UTC, whole microseconds
}

// MaxCheckpoint bounds a signed checkpoint in bytes.
const MaxCheckpoint = 1024

// Origin is the name of the log of the server whose root key has the fingerprint.
func Origin(fingerprint string) string { return "proofwalk/" + fingerprint[:16] }

// Text is what gets signed: four lines.
func (c Checkpoint) Text() string {
	return c.Origin + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + c.Root.String() + "\ntime " + c.At.UTC().Format(timeLayout) + "\n"
}

// Sign gives the signed note. The key is Ed25519.
func (c Checkpoint) Sign(key crypto.Signer) ([]byte, error) {
	if c.Size < 1 || c.Size > MaxSize {
		return nil, errors.New("signing a checkpoint: there is no entry")
	}
	verifier, err := newVerifier(c.Origin, key.Public())
	if err != nil {
		return nil, err
	}
	signed, err := note.Sign(&note.Note{Text: c.Text()}, noteSigner{verifier, key})
	if err != nil {
		return nil, fmt.Errorf("signing a checkpoint: %w", err)
	}
	if _, err := OpenCheckpoint(signed, c.Origin, key.Public()); err != nil {
		return nil, fmt.Errorf("signing a checkpoint: %w", err)
	}
	return signed, nil
}

// noteSigner lets any Ed25519 signer sign notes.
type noteSigner struct {
	note.Verifier
	key crypto.Signer
}

func (s noteSigner) Sign(message []byte) ([]byte, error) {
	return s.key.Sign(nil, message, crypto.Hash(0))
}

func newVerifier(origin string, key crypto.PublicKey) (note.Verifier, error) {
	text, err := VerifierKey(origin, key)
	if err != nil {
		return nil, err
	}
	return note.NewVerifier(text)
}

// OpenCheckpoint reads a signed note of the log with the origin. One of the
// keys must have signed it. Only the one spelling that Sign writes is taken.
func OpenCheckpoint(signed []byte, origin string, keys ...crypto.PublicKey) (Checkpoint, error) {
	if len(signed) > MaxCheckpoint {
		return Checkpoint{}, errors.New("opening a checkpoint: too long")
	}
	known := make([]note.Verifier, 0, len(keys))
	for _, key := range keys {
		verifier, err := newVerifier(origin, key)
		if err != nil {
			return Checkpoint{}, err
		}
		known = append(known, verifier)
	}
	opened, err := note.Open(signed, note.VerifierList(known...))
	if err != nil {
		// The library's errors repeat names out of the note.
		return Checkpoint{}, errors.New("opening a checkpoint: it is not a note that a checkpoint key of this server signed")
	}
	c, err := parseCheckpoint(opened.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	if c.Origin != origin || len(opened.Sigs) != 1 || len(opened.UnverifiedSigs) != 0 {
		return Checkpoint{}, errors.New("opening a checkpoint: it is of another log, or has other signatures beside that of the log")
	}
	return c, nil
}

// parseCheckpoint reads the four lines in their one spelling.
func parseCheckpoint(text string) (Checkpoint, error) {
	malformed := errors.New("opening a checkpoint: it has not the four lines of one")
	lines := strings.Split(text, "\n")
	if len(lines) != 5 {
		return Checkpoint{}, malformed
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 1 || size > MaxSize {
		return Checkpoint{}, malformed
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return Checkpoint{}, malformed
	}
	at, err := time.Parse("time "+timeLayout, lines[3])
	if err != nil {
		return Checkpoint{}, malformed
	}
	c := Checkpoint{Origin: lines[0], Head: Head{Size: size, Root: root}, At: at}
	if c.Text() != text {
		return Checkpoint{}, malformed
	}
	return c, nil
}

// VerifierKey is the key of the log as tools for signed notes take it
// (NAME+HASH+BASE64).
func VerifierKey(origin string, key crypto.PublicKey) (string, error) {
	public, ok := key.(ed25519.PublicKey)
	if !ok {
		return "", errors.New("the checkpoint key is not Ed25519")
	}
	return note.NewEd25519VerifierKey(origin, public)
}

// ProofsFormat is the version of what EncodeProofs writes.
const ProofsFormat = 1

// EncodeProofs writes audit/proofs.json: canonical JSON with the tree's size
// and, for each position, its inclusion proof.
func EncodeProofs(size int64, positions []int64, proofs [][]Hash) []byte {
	var b strings.Builder
	b.WriteString(`{"entries":[`)
	for i, position := range positions {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"hashes":`)
		writeHashes(&b, proofs[i])
		b.WriteString(`,"index":` + strconv.FormatInt(position, 10) + `}`)
	}
	b.WriteString(`],"format":` + strconv.Itoa(ProofsFormat) + `,"size":` + strconv.FormatInt(size, 10) + `}`)
	return []byte(b.String())
}

// writeHashes writes a JSON array of hashes in hex.
func writeHashes(b *strings.Builder, hashes []Hash) {
	b.WriteByte('[')
	for i, h := range hashes {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(b, `"%x"`, h[:])
	}
	b.WriteByte(']')
}
