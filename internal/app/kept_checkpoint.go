package app

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
)

// OpenKept reads a checkpoint of this server's log that was kept outside the
// database: the signed note itself, or a packet, which holds one.
func (a *App) OpenKept(b []byte) (*audit.Checkpoint, error) {
	if bytes.HasPrefix(b, []byte("PK")) {
		var err error
		if b, err = archivedFile(b, checkpointFile, audit.MaxCheckpoint); err != nil {
			return nil, apperr.Wrap(apperr.Invalid, "The file is neither a checkpoint nor a packet with one.", err)
		}
	}
	own, err := a.ownLogKeys()
	if err != nil {
		return nil, err
	}
	c, _, err := own.open(b)
	if err != nil {
		return nil, apperr.Wrap(apperr.Invalid, "The file is no checkpoint that this server's keys signed.", err)
	}
	return &c, nil
}

// checkpointFile is the name of the checkpoint in a packet.
const checkpointFile = "audit/checkpoint"

// archivedFile takes a file of at most limit bytes out of a packet's archive.
func archivedFile(archived []byte, name string, limit int64) ([]byte, error) {
	archive, err := zip.NewReader(bytes.NewReader(archived), int64(len(archived)))
	if err != nil {
		return nil, fmt.Errorf("reading a packet: %w", err)
	}
	f, err := archive.Open(name)
	if err != nil {
		return nil, fmt.Errorf("reading a packet: %w", err)
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("%s is longer than %d bytes", name, limit)
	}
	if err != nil {
		return nil, fmt.Errorf("reading a packet: %w", err)
	}
	return b, nil
}
