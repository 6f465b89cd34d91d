package pgembed

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// maxSocketPath is what fits into sockaddr_un with its closing zero byte.
const maxSocketPath = 107

// account is the operating system user that the server runs as.
type account struct {
	uid, gid uint32
	// drop is set when this process is root and the server must not be.
	drop bool
}

// chooseAccount picks the server's account for the data directory.
func chooseAccount(data string) (account, error) {
	owner, exists, err := ownerOf(data)
	if err != nil {
		return account{}, fmt.Errorf("looking up the owner of the data: %w", err)
	}
	self := account{uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}
	switch {
	case self.uid != 0 && exists && owner.uid != self.uid:
		return account{}, fmt.Errorf("the data belongs to uid %d, this process runs as uid %d: run it under that account, or as root", owner.uid, self.uid)
	case self.uid != 0:
		return self, nil
	case exists && owner.uid != 0:
		owner.drop = true
		return owner, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(found.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(found.Gid, 10, 32)
		if uidErr == nil && gidErr == nil && uid != 0 {
			return account{uid: uint32(uid), gid: uint32(gid), drop: true}, nil
		}
	}
	return account{}, fmt.Errorf("%w: PostgreSQL refuses to run as root, and there is neither an account postgres nor nobody: make one, or set DATABASE_URL", ErrNoAccount)
}

func ownerOf(path string) (account, bool, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return account{}, false, nil
	}
	if err != nil {
		return account{}, false, err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() {
		return account{}, false, errors.New("not a folder")
	}
	return account{uid: stat.Uid, gid: stat.Gid}, true, nil
}

// checkName says early what initdb would say late: it needs a name for its uid.
func (a account) checkName() error {
	if _, err := user.LookupId(strconv.FormatUint(uint64(a.uid), 10)); err != nil {
		return fmt.Errorf("%w: PostgreSQL cannot be set up under uid %d: add the uid to /etc/passwd, or set DATABASE_URL", ErrNoAccount, a.uid)
	}
	return nil
}

// attributes makes a child process run under the account.
func (a account) attributes() *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{}
	if a.drop {
		attributes.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	return attributes
}

// shell runs a script under the account and returns what it printed.
func (a account) shell(ctx context.Context, script string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", script, "sh"}, args...)...)
	command.SysProcAttr = a.attributes()
	command.Dir = "/"
	output, err := command.Output()
	return string(output), err
}

// checkReach tries whether the account can enter and write the folder: the
// folders above it may be closed to it, as /root is.
func (a account) checkReach(ctx context.Context, dir string) error {
	if _, err := a.shell(ctx, `cd "$1" && test -w .`, dir); err != nil {
		return fmt.Errorf("%w: uid %d cannot work in %s: open the folders above it (chmod o+x), or choose another data directory such as /var/lib/proofwalk",
			ErrUnreachableDir, a.uid, dir)
	}
	return nil
}

// makeDir makes a private folder for the account, or checks the one that is
// there. It never follows a link that somebody else may have put there.
func (a account) makeDir(dir string) error {
	err := os.Mkdir(dir, 0o700)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	owner, exists, err := ownerOf(dir)
	if err != nil || !exists {
		return fmt.Errorf("looking up the owner of %s: %w", dir, err)
	}
	if owner.uid != a.uid && owner.uid != uint32(os.Geteuid()) {
		return fmt.Errorf("%s belongs to uid %d, expected uid %d", dir, owner.uid, a.uid)
	}
	if owner.uid != a.uid {
		if err := os.Lchown(dir, int(a.uid), int(a.gid)); err != nil {
			return err
		}
	}
	return os.Chmod(dir, 0o700)
}

// socketDirFor is DIR/run, or a folder with a hashed name under the temporary
// directory where DIR/run cannot hold a socket: the path is too long, or has a
// character that is a separator in a connection address.
func socketDirFor(dir string) string {
	run := filepath.Join(dir, "run")
	if len(filepath.Join(run, ".s.PGSQL."+socketPort)) <= maxSocketPath && !strings.ContainsAny(run, `,"`) {
		return run
	}
	sum := sha256.Sum256([]byte(dir))
	return filepath.Join(os.TempDir(), "proofwalk-pg-"+hex.EncodeToString(sum[:8]))
}
