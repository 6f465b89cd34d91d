// Package blob keeps bytes under their SHA-256 digest. What is stored never
// changes and is only ever redacted transcripts, re-encoded pictures and packets.
package blob

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// ErrDamaged says that a file on the disk has not the digest that it is named after.
var ErrDamaged = apperr.New(apperr.Damaged, "A stored file is damaged. It was not used.")

// Directory is a blob store in one directory tree. A blob is either wholly
// there or not: it is written beside, synced, renamed, and its folder synced.
type Directory struct{ root string }

// OpenDirectory makes the tree if it is missing.
func OpenDirectory(root string) (*Directory, error) {
	if err := os.MkdirAll(filepath.Join(root, "incoming"), 0o700); err != nil {
		return nil, fmt.Errorf("opening blob directory: %w", err)
	}
	return &Directory{root: root}, nil
}

// Writer takes the bytes of one blob of unknown digest.
type Writer struct {
	dir  *Directory
	file *os.File
	hash interface {
		io.Writer
		Sum([]byte) []byte
	}
	size int64
}

// Create begins a blob; finish with Commit or Discard.
func (d *Directory) Create() (*Writer, error) {
	name := filepath.Join(d.root, "incoming", rand.Text())
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("creating blob: %w", err)
	}
	return &Writer{dir: d, file: f, hash: sha256.New()}, nil
}

// Write adds bytes.
func (w *Writer) Write(p []byte) (int, error) {
	n, err := w.file.Write(p)
	w.size += int64(n)
	_, _ = w.hash.Write(p[:n]) // a hash never answers with an error
	return n, err
}

// ReadAt implements io.ReaderAt over what was written so far.
func (w *Writer) ReadAt(p []byte, off int64) (int, error) { return w.file.ReadAt(p, off) }

// Commit makes the blob durable and gives its digest and size.
func (w *Writer) Commit() (digest string, size int64, err error) {
	digest = hex.EncodeToString(w.hash.Sum(nil))
	path := w.dir.path(digest)
	steps := []func() error{
		w.file.Sync,
		w.file.Close,
		func() error { return os.MkdirAll(filepath.Dir(path), 0o700) },
		func() error { return os.Rename(w.file.Name(), path) },
		func() error { return syncFolder(filepath.Dir(path)) },
		func() error { return syncFolder(w.dir.root) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return "", 0, errors.Join(fmt.Errorf("committing blob: %w", err), w.Discard())
		}
	}
	return digest, w.size, nil
}

// Discard drops what was written; after Commit it does nothing.
func (w *Writer) Discard() error {
	if err := w.file.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return fmt.Errorf("discarding blob: %w", err)
	}
	if err := os.Remove(w.file.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("discarding blob: %w", err)
	}
	return nil
}

// Put stores bytes that are in memory.
func (d *Directory) Put(_ context.Context, b []byte) (digest string, err error) {
	w, err := d.Create()
	if err != nil {
		return "", err
	}
	if _, err := w.Write(b); err != nil {
		return "", errors.Join(fmt.Errorf("writing blob: %w", err), w.Discard())
	}
	digest, _, err = w.Commit()
	return digest, err
}

// Open gives the bytes of a blob. A missing blob is apperr.Damaged with
// fs.ErrNotExist in its chain.
func (d *Directory) Open(_ context.Context, digest string) (io.ReadSeekCloser, error) {
	if !isDigest(digest) {
		return nil, apperr.New(apperr.NotFound, "There is no such file.")
	}
	f, err := os.Open(d.path(digest))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, apperr.Wrap(apperr.Damaged, "A file is missing from storage.", err)
	}
	if err != nil {
		return nil, fmt.Errorf("opening blob: %w", err)
	}
	return f, nil
}

// Read gives all bytes of a blob and checks them against the digest: what was
// changed on disk is refused.
func (d *Directory) Read(ctx context.Context, digest string) ([]byte, error) {
	f, err := d.Open(ctx, digest)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // reading only: nothing to lose
	b, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("reading blob: %w", err)
	}
	sum := sha256.Sum256(b)
	if hex.EncodeToString(sum[:]) != digest {
		return nil, ErrDamaged
	}
	return b, nil
}

// Verified opens a blob whose bytes were read once and are those of the digest:
// what was changed on disk is refused.
func (d *Directory) Verified(ctx context.Context, digest string) (io.ReadSeekCloser, error) {
	f, err := d.Open(ctx, digest)
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	_, err = io.Copy(h, f)
	if err == nil && hex.EncodeToString(h.Sum(nil)) != digest {
		err = ErrDamaged
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("reading blob: %w", err), f.Close())
	}
	return f, nil
}

// State describes the file of a blob without reading it: another state means that
// it was written again or is gone. Bytes that a disk loses by itself change none.
func (d *Directory) State(digest string) string {
	if !isDigest(digest) {
		return "missing"
	}
	info, err := os.Stat(d.path(digest))
	if err != nil {
		return "missing"
	}
	return fmt.Sprintf("%d %d", info.Size(), info.ModTime().UnixNano())
}

func isDigest(s string) bool {
	return len(s) == 2*sha256.Size && strings.Trim(s, "0123456789abcdef") == ""
}

func (d *Directory) path(digest string) string {
	return filepath.Join(d.root, digest[:2], digest)
}

func syncFolder(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
