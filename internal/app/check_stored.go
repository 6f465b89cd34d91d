package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/blob"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/store"
)

// MaxProblems is how many problems a report spells out.
const MaxProblems = 50

// ProblemList is what a check found.
type ProblemList struct {
	// Problems are at most MaxProblems of the Found ones.
	Problems []string `json:"problems"`
	Found    int      `json:"problems_found"`
}

// problem adds one, as a line of text whatever stands in the rows that it quotes.
func (p *ProblemList) problem(format string, args ...any) {
	p.Found++
	if len(p.Problems) < MaxProblems {
		p.Problems = append(p.Problems, strings.Map(func(r rune) rune {
			if !unicode.IsPrint(r) {
				return unicode.ReplacementChar
			}
			return r
		}, fmt.Sprintf(format, args...)))
	}
}

// StoredReport is what checking the packets and the other stored files found.
type StoredReport struct {
	Packets int64 `json:"packets"`
	Files   int64 `json:"files"` // transcripts, pictures, documents
	ProblemList
}

// CheckStored reads every stored file, one at a time, and compares: each file
// has its digest, each packet that the log tells of is there, and is valid
// as `proofwalk verify` sees it, with the keys that it was sealed with. Whether
// the log is as it was written CheckLog tells. It changes nothing.
func (a *App) CheckStored(ctx context.Context) (StoredReport, error) {
	r := StoredReport{ProblemList: ProblemList{Problems: []string{}}}
	list, _, err := a.Keys.Public()
	if err != nil {
		return r, fmt.Errorf("reading the keys: %w", err)
	}
	var last store.MadePacket
	for {
		rows, err := store.ListMadePackets(ctx, a.Store.Reader(), last.ID, pageSize)
		if err != nil {
			return r, err
		}
		for _, row := range rows {
			last = row
			r.Packets++
			if err := a.checkPacket(ctx, row, verify.Trust{Fingerprint: list.Root.ID}); err != nil {
				r.problem("packet %s, %s: %v", row.Name(), row.Digest, err)
			}
			if ctx.Err() != nil {
				return r, ctx.Err()
			}
		}
		if len(rows) < pageSize {
			break
		}
	}
	if err := a.lostPackets(ctx, &r); err != nil {
		return r, err
	}
	return r, a.checkFiles(ctx, &r)
}

// lostPackets looks the other way: what the log says was made must be there.
func (a *App) lostPackets(ctx context.Context, r *StoredReport) error {
	var after uuid.UUID
	for {
		rows, err := store.ListLostPackets(ctx, a.Store.Reader(), after, pageSize)
		if err != nil {
			return err
		}
		for _, row := range rows {
			after = row.Entry
			r.problem("packet %s, %s: the log says that it was made, and there is none", row.Name, row.Digest)
		}
		if len(rows) < pageSize {
			return nil
		}
	}
}

// checkFiles reads what is no packet.
func (a *App) checkFiles(ctx context.Context, r *StoredReport) error {
	var partner uuid.UUID
	digest := ""
	for {
		rows, err := store.ListStoredFiles(ctx, a.Store.Reader(), partner, digest, pageSize)
		if err != nil {
			return err
		}
		for _, row := range rows {
			partner, digest = row.PartnerID, row.Digest
			r.Files++
			f, err := a.Blobs.Verified(ctx, row.Digest)
			if err == nil {
				err = f.Close()
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				r.problem("file %s: %s", row.Digest, storedText(err))
			}
		}
		if len(rows) < pageSize {
			return nil
		}
	}
}

// storedText says what is wrong with a file that could not be read as it was stored.
func storedText(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "it is missing"
	case errors.Is(err, blob.ErrDamaged):
		return "its bytes were changed: they have another digest"
	}
	return "it cannot be read: " + err.Error()
}

// checkPacket compares one packet with its row, the log and its own seals.
func (a *App) checkPacket(ctx context.Context, row store.MadePacket, trust verify.Trust) error {
	switch {
	case row.PacketJSON == nil || row.Bytes == nil:
		return errors.New("its row was changed: a digest or the length is missing")
	case !row.Sealed:
		return errors.New("no entry in the log seals its packet.json")
	case !row.Noted:
		return errors.New("no entry of the log says that it was made")
	}
	archive, err := a.readStored(ctx, row.Digest, *row.Bytes)
	if err != nil {
		return fmt.Errorf("its file: %s", storedText(err))
	}
	if int64(len(archive)) != *row.Bytes {
		return fmt.Errorf("its file: the %d bytes of its row are not its length", *row.Bytes)
	}
	if sum := sha256.Sum256(archive); hex.EncodeToString(sum[:]) != row.Digest {
		return fmt.Errorf("its file: %s", storedText(blob.ErrDamaged))
	}
	if err := mustVerify(archive, trust); err != nil {
		return err
	}
	manifest, err := archivedFile(archive, "packet.json")
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(manifest); hex.EncodeToString(sum[:]) != *row.PacketJSON {
		return errors.New("its packet.json is not the one that the log names")
	}
	note, err := archivedFile(archive, checkpointFile)
	if err != nil {
		return err
	}
	if row.Checkpoint == nil || string(note) != *row.Checkpoint {
		return errors.New("its checkpoint is not the one that was kept for it")
	}
	return nil
}
