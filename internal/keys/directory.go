package keys

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// ErrMissing is in the chain of an error when keys cannot be read: files are
// missing, damaged or locked. Putting the right files there mends it. Errors
// without it say that the files contradict each other or the clock.
var ErrMissing = errors.New("the signing keys cannot be read")

// Directory is a key directory that is read again when its files have changed,
// so that a rotation needs no restart. It is safe for concurrent use, also by
// several processes.
type Directory struct {
	vault vault
	now   func() time.Time

	mu   sync.Mutex
	seen string // state of the files that ring was opened from
	ring *Ring
}

// NewDirectory gives the directory without reading it. An empty identityFile
// means identity.txt in it; elsewhere, a copy of the directory alone opens nothing.
func NewDirectory(dir, identityFile string, now func() time.Time) *Directory {
	if identityFile == "" {
		identityFile = filepath.Join(dir, "identity.txt")
	}
	return &Directory{vault: vault{dir: dir, identityFile: identityFile}, now: now}
}

// Make makes the keys where there is no directory or an empty one, valid from
// now. A directory that is incomplete is refused, never repaired: keys that are
// made anew would leave old packets without a signer.
func (d *Directory) Make() error {
	return d.change("making keys", func(now time.Time) error { return d.vault.prepare(now) })
}

// Ring opens the keys as they are on the disk now; unchanged files are read
// once. Every opened key has signed and verified when it returns. Take the time
// that a signature is to state before asking for the ring: then it cannot be
// later than the moment at which a rotation retires the key.
func (d *Directory) Ring() (*Ring, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	seen := d.vault.state()
	if d.ring != nil && seen == d.seen {
		return d.ring, nil
	}
	r, err := d.vault.open()
	if err != nil {
		return nil, fmt.Errorf("opening keys: %w: %w", ErrMissing, err)
	}
	if err := r.selfTest(d.now()); err != nil {
		return nil, fmt.Errorf("testing keys: %w", err)
	}
	// A change between state and open is read again next time.
	d.ring, d.seen = r, seen
	return r, nil
}

// Public gives keys.json as it is on the disk, whether or not its private keys
// can be opened. The error has ErrMissing in its chain.
func (d *Directory) Public() (*File, []byte, error) {
	b, err := readFile(d.vault.path(listName))
	if err != nil {
		return nil, nil, fmt.Errorf("reading keys.json: %w: %w", ErrMissing, err)
	}
	f, err := ParseFile(b)
	if err != nil {
		return nil, nil, fmt.Errorf("reading keys.json: %w: %w", ErrMissing, err)
	}
	return f, b, nil
}

// change runs fn under the directory's lock.
func (d *Directory) change(what string, fn func(now time.Time) error) error {
	if err := os.MkdirAll(d.vault.dir, 0o700); err != nil {
		return fmt.Errorf("making key directory: %w", err)
	}
	unlock, err := lock(d.vault.path("lock"))
	if err != nil {
		return fmt.Errorf("locking key directory: %w", err)
	}
	defer unlock()
	if err := fn(d.now()); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// state describes the files that keys are opened from, so that another state
// means another file. Files are replaced, never written in place.
func (v vault) state() string {
	var b strings.Builder
	names, err := v.sealed()
	if err != nil {
		fmt.Fprintf(&b, "sealed keys not listed, missing %t\n", errors.Is(err, fs.ErrNotExist))
	}
	for _, name := range append(names, v.path(listName), v.identityFile) {
		info, err := os.Stat(name)
		if err != nil {
			fmt.Fprintf(&b, "%s missing %t\n", filepath.Base(name), errors.Is(err, fs.ErrNotExist))
			continue
		}
		fmt.Fprintf(&b, "%s %d %s %d %d\n", filepath.Base(name), info.Size(), info.Mode(), info.ModTime().UnixNano(), inode(info))
	}
	return b.String()
}
