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
		if b, err = packetCheckpoint(b); err != nil {
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

// packetCheckpoint takes the checkpoint out of a packet's archive.
func packetCheckpoint(b []byte) ([]byte, error) {
	archive, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, fmt.Errorf("reading a packet: %w", err)
	}
	f, err := archive.Open("audit/checkpoint")
	if err != nil {
		return nil, fmt.Errorf("reading a packet's checkpoint: %w", err)
	}
	defer func() { _ = f.Close() }()
	note, err := io.ReadAll(io.LimitReader(f, audit.MaxCheckpoint+1))
	if err != nil {
		return nil, fmt.Errorf("reading a packet's checkpoint: %w", err)
	}
	return note, nil
}
