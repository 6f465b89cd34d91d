package app

import (
	"bytes"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
)

// OpenKept reads a checkpoint of this server's log that was kept outside the
// database: the signed note itself, or a packet, which holds one.
func (a *App) OpenKept(b []byte) (*audit.Checkpoint, error) {
	if bytes.HasPrefix(b, []byte("PK")) {
		var err error
		if b, err = archivedFile(b, checkpointFile); err != nil {
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

// archivedFile takes a file out of a packet's archive.
func archivedFile(archive []byte, name string) ([]byte, error) {
	files, err := archiveFiles(archive)
	if err != nil {
		return nil, err
	}
	return (&openedPacket{files: files}).file(name)
}
