package keys

import (
	"errors"
	"os"
	"syscall"
)

// lock holds the directory's lock until unlock is called or the process dies:
// two servers that start together make one set of keys.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { _ = f.Close() }, nil // nothing was written: closing only frees the lock
}

// inode numbers the file itself: of two files that took one name after each
// other, the numbers differ, even within a tick of the clock.
func inode(info os.FileInfo) uint64 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return stat.Ino
	}
	return 0
}
