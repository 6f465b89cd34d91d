package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/store"
)

// CheckStored is the name of the check that the server makes before those of the
// verifier: what is stored is the archive that was made.
const CheckStored = "stored"

// How checks are kept and when they are made.
const (
	maxChecks = 4 << 20 // bytes of the kept ones
	// checkHolds is how long a check stands while nothing is known to have changed:
	// a disk can lose bytes without saying so.
	checkHolds = time.Hour
	// maxUnasked is the largest archive, in bytes, that is checked for whoever looks
	// at its page; a larger one is checked when somebody asks for it.
	maxUnasked = 32 << 20
)

// PacketCheck is what the verifier says of a packet as it is stored, held against
// the list of keys that is published now. It is shared and not to be changed.
type PacketCheck struct {
	// At is when the archive was read from the store; zero where it was not, since it
	// is large and nobody asked.
	At time.Time
	// Result has CheckStored before the verifier's own checks.
	Result verify.Result
	// Text is the result as proofwalk verify writes it.
	Text string
	// Parts are the files of the archive; none where the packet is not what was made.
	Parts []PacketPart
}

// PacketPart is a file of a packet's archive.
type PacketPart struct {
	Name   string
	Bytes  int64
	SHA256 string
}

// CheckPacket verifies a made packet from its stored bytes. What was found is kept
// as long as neither the list of keys nor the stored file has changed, for an hour
// at most; again asks for a new check. Whoever calls it has found p in the
// reader's scope. It changes nothing, so it is in no audit log.
func (a *App) CheckPacket(ctx context.Context, p store.Packet, again bool) (PacketCheck, error) {
	if p.Digest == nil {
		return PacketCheck{}, apperr.New(apperr.Conflict, "The packet is being made.")
	}
	trust, err := a.publishedTrust(ctx)
	if err != nil {
		return PacketCheck{}, err
	}
	key := func() string {
		sum := sha256.Sum256(trust.Keys)
		return p.Name() + " " + *p.Digest + " " + hex.EncodeToString(sum[:]) + " " + a.Blobs.State(*p.Digest)
	}
	began := a.Now()
	fresh := func(c PacketCheck) bool { return !again && began.Sub(c.At) < checkHolds || c.At.After(began) }
	if c, known := a.checked.get(key()); known && fresh(c) {
		return c, nil
	}
	if !again && p.Bytes != nil && *p.Bytes > maxUnasked {
		return PacketCheck{}, nil
	}
	a.checking.Lock() // one at a time: a check takes a whole core and the whole archive
	defer a.checking.Unlock()
	state := key()
	if c, known := a.checked.get(state); known && fresh(c) {
		return c, nil
	}
	if err := ctx.Err(); err != nil { // gave up waiting
		return PacketCheck{}, err
	}
	c, err := a.verifyStored(ctx, p, trust)
	if err != nil {
		return PacketCheck{}, err
	}
	if len(c.Result.Checks) > 1 { // it was read; where it was not, that may be mended unseen
		a.checked.put(state, c, c.size(), maxChecks)
	}
	return c, nil
}

// publishedTrust believes the list of keys that everybody can get from here.
func (a *App) publishedTrust(ctx context.Context) (verify.Trust, error) {
	list, encoded, err := a.PublicKeys(ctx)
	if apperr.Is(err, apperr.NotFound) {
		return verify.Trust{}, nil
	}
	if err != nil {
		return verify.Trust{}, err
	}
	return verify.Trust{Fingerprint: list.Root.ID, Keys: encoded}, nil
}

// verifyStored reads the archive, whatever its bytes are by now, and verifies it.
func (a *App) verifyStored(ctx context.Context, p store.Packet, trust verify.Trust) (PacketCheck, error) {
	c, digest, length := PacketCheck{At: a.Now()}, *p.Digest, int64(verify.MaxBytes)
	if p.Bytes != nil {
		length = *p.Bytes
	}
	archive, err := a.readStored(ctx, digest, length)
	stored := verify.Check{Name: CheckStored, OK: true, State: verify.Holds, Detail: "the archive has the SHA-256 that was noted when it was made"}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		stored.OK, stored.State, stored.Detail = false, verify.Fails, "the archive is missing from the store"
	case err != nil:
		a.Log.ErrorContext(ctx, "reading a stored packet", "digest", digest, "cause", err.Error())
		stored.OK, stored.State, stored.Detail = false, verify.Fails, "the archive could not be read from the store"
	default:
		c.Result = verify.Verify(archive, trust)
		switch {
		case c.Result.SHA256 != digest:
			stored.OK, stored.State, stored.Detail = false, verify.Fails, "the archive has another SHA-256 than the one that was noted when it was made"
		case c.Result.Verdict != verify.Invalid && c.Result.Claims.Name != p.Name(): // the row may be another's by now
			stored.OK, stored.State, stored.Detail = false, verify.Fails, "the archive is that of another packet"
		}
	}
	if !stored.OK {
		c.Result.Verdict = verify.Invalid
	}
	c.Result.Checks = slices.Insert(c.Result.Checks, 0, stored)
	var text strings.Builder
	if err := c.Result.Write(&text); err != nil {
		return c, fmt.Errorf("writing what was checked: %w", err)
	}
	c.Text = text.String()
	if !stored.OK {
		a.opened.forget(digest) // pages have nothing from memory that the store has lost
		return c, nil
	}
	files, err := archiveFiles(archive)
	if err != nil {
		return c, err
	}
	for _, f := range files {
		sum := sha256.Sum256(f.data)
		c.Parts = append(c.Parts, PacketPart{strings.Clone(f.name), int64(len(f.data)), hex.EncodeToString(sum[:])})
	}
	return c, nil
}

// readStored gives the bytes under a packet's digest, also where they are not those
// of the digest any more; of a file that is longer than the packet one byte more.
func (a *App) readStored(ctx context.Context, digest string, length int64) ([]byte, error) {
	f, err := a.Blobs.Open(ctx, digest)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // reading only
	b, err := io.ReadAll(io.LimitReader(f, min(length, verify.MaxBytes)+1))
	if err != nil {
		return nil, fmt.Errorf("reading a stored packet: %w", err)
	}
	return b, nil
}

// size is about how many bytes a kept check takes.
func (c PacketCheck) size() int64 {
	const perPart, rest = 200, 4096
	return int64(len(c.Text) + perPart*len(c.Parts) + rest)
}
