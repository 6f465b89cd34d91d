package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/config"
	"github.com/proofwalk/proofwalk/internal/demo"
)

// demoCommand takes no database address: the demo lets everybody be anybody,
// so it must never show data that is real.
type demoCommand struct {
	Listen  string `default:"localhost:8080" help:"Address to serve on; loopback only."`
	DataDir string `name:"data-dir" help:"Folder of the demo. It is filled on the first start and kept."`
}

// Run fills the demo's folder on its first start and serves it.
func (c *demoCommand) Run(ctx context.Context, out io.Writer) error {
	cfg := config.Serve{Listen: c.Listen, DataDir: c.DataDir}
	if cfg.DataDir == "" {
		cfg.DataDir = defaultDataDir() + "-demo"
	}
	if err := cfg.Check(); err != nil { // nothing else is set that it could refuse
		return apperr.New(apperr.Invalid, "The demo lets everybody sign in as anybody, so it is served on this machine only: listen on localhost.")
	}
	folder, err := openDemoFolder(cfg)
	if err != nil {
		return err
	}
	defer folder.close()
	filled, err := folder.isFilled()
	if err != nil {
		return err
	}
	return serve(ctx, out, cfg, serveOptions{demo: true, prepare: func(ctx context.Context, a *app.App) error {
		if filled {
			return nil
		}
		if err := demo.Seed(ctx, a, os.Stderr); err != nil {
			return err
		}
		return folder.noteFilled()
	}})
}

// demoFolder is the demo's data folder. A file in it, locked while the demo
// runs, says that the folder is the demo's and whether it was filled to the end.
type demoFolder struct {
	parts []string // the folders that a server makes
	note  *os.File
}

// What the file says; it is empty while the demo is filled.
const demoFilled = "filled\n"

// openDemoFolder makes the folder where it is not there yet. One with the data
// of another server is refused, and so is a second demo.
func openDemoFolder(cfg config.Serve) (*demoFolder, error) {
	f := &demoFolder{parts: []string{cfg.DatabaseDir(), cfg.BlobDir(), cfg.KeyDir(), cfg.SecretDir()}}
	path := filepath.Join(cfg.DataDir, "demo")
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) && f.isUsed() {
		return nil, apperr.New(apperr.Conflict, "The folder given with --data-dir holds the data of a server that is not the demo: name another one.")
	}
	// The account of the private PostgreSQL passes through the folder.
	if err := os.MkdirAll(cfg.DataDir, 0o711); err != nil {
		return nil, fmt.Errorf("making the demo's folder: %w", err)
	}
	if f.note, err = os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return nil, fmt.Errorf("opening the demo's folder: %w", err)
	}
	if err := syscall.Flock(int(f.note.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.close()
		return nil, apperr.Wrap(apperr.Conflict, "The demo runs from this folder already.", err)
	}
	return f, nil
}

// isFilled tells whether an earlier start filled the folder to the end; what
// one that was interrupted left is thrown away.
func (f *demoFolder) isFilled() (bool, error) {
	said, err := io.ReadAll(f.note)
	if err != nil {
		return false, fmt.Errorf("reading the demo's folder: %w", err)
	}
	if string(said) == demoFilled {
		return true, nil
	}
	for _, part := range f.parts {
		if err := os.RemoveAll(part); err != nil {
			return false, fmt.Errorf("clearing the demo's folder: %w", err)
		}
	}
	return false, nil
}

func (f *demoFolder) isUsed() bool {
	return slices.ContainsFunc(f.parts, func(part string) bool {
		_, err := os.Lstat(part)
		return err == nil
	})
}

// noteFilled says that the folder was filled to the end.
func (f *demoFolder) noteFilled() error {
	if _, err := f.note.WriteString(demoFilled); err != nil {
		return fmt.Errorf("noting that the demo is filled: %w", err)
	}
	return nil
}

// close ends the lock; what matters of the file was written before.
func (f *demoFolder) close() { _ = f.note.Close() }
