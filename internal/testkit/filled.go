package testkit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/pgembed"
)

// Filled is an app at rest that was filled once per process: a database, files
// and keys. Each test gets a copy of all three, which takes a small part of the
// time that filling takes. Tests may use it at the same time.
type Filled struct {
	fill func(context.Context, *app.App) error

	once     sync.Once
	original *original // what is copied, once it is made
	err      error
}

// original has nobody connected to its database and nobody writing to its folder.
type original struct {
	server   *server
	database string
	folder   string
}

// NewFilled gives what fill makes of an empty app. It is called when the first
// test asks for an App; to begin at another time than App does, it sets the app's
// clock. What it stores is the same in every copy: it cannot depend on the
// address that a copy is served at, and jobs that it enqueues are in every copy.
func NewFilled(fill func(context.Context, *app.App) error) *Filled { return &Filled{fill: fill} }

// App gives the test a copy that is its own until it ends. As with the function
// App, its clock stands still and its jobs are enqueued and not worked.
func (f *Filled) App(tb testing.TB) *app.App {
	tb.Helper()
	server := testServer(tb)
	f.once.Do(func() { f.original, f.err = makeOriginal(server, f.fill) })
	if f.err != nil {
		tb.Fatalf("filling an app: %v", f.err)
	}
	folder := tb.TempDir()
	if err := copyFolder(folder, f.original.folder); err != nil {
		tb.Fatalf("copying the files of a filled app: %v", err)
	}
	database := server.newDatabase(tb, f.original.database)
	opened, err := openApp(tb.Context(), database.AppURL, folder)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(opened.Store.Close)
	return opened
}

// Remove removes the original, where one was made. Call it after the last test.
func (f *Filled) Remove() error {
	if f.original == nil {
		return nil
	}
	return f.original.remove()
}

func (o *original) remove() error {
	return errors.Join(o.server.dropDatabase(o.database), os.RemoveAll(o.folder))
}

// makeOriginal leaves nothing behind when it fails.
func makeOriginal(s *server, fill func(context.Context, *app.App) error) (*original, error) {
	ctx, cancel := context.WithTimeout(context.Background(), databaseTimeout)
	defer cancel()
	template, err := s.template()
	if err != nil {
		return nil, err
	}
	made := &original{server: s}
	if made.folder, err = os.MkdirTemp("", "proofwalk-filled-"); err != nil {
		return nil, err
	}
	if made.database, err = s.createDatabase(ctx, template); err != nil {
		return nil, errors.Join(err, os.RemoveAll(made.folder))
	}
	if err := made.fill(ctx, fill); err != nil {
		return nil, errors.Join(err, made.remove())
	}
	return made, nil
}

func (o *original) fill(ctx context.Context, fill func(context.Context, *app.App) error) error {
	a, err := openApp(ctx, o.server.address(pgembed.AppRole, o.database), o.folder)
	if err != nil {
		return err
	}
	err = fill(ctx, a)
	a.Store.Close() // waits until all connections are given back
	if err != nil {
		return err
	}
	// Without connections it can be copied at any time.
	_, err = o.server.admin.Exec(ctx, "ALTER DATABASE "+o.database+" WITH ALLOW_CONNECTIONS false")
	return err
}

// copyFolder copies folders and files with their modes: files of keys must not
// be open to others. Links are not used, so that a test may damage a file.
func copyFolder(to, from string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		switch {
		case entry.IsDir() && name == ".":
			return nil
		case entry.IsDir():
			return os.Mkdir(target, info.Mode().Perm())
		case info.Mode().IsRegular():
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			return os.WriteFile(target, content, info.Mode().Perm())
		}
		return fmt.Errorf("%s is neither a file nor a folder", name)
	})
}
