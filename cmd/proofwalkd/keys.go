package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/config"
	"github.com/proofwalk/proofwalk/internal/keys"
)

type keysCommand struct {
	Init   keysInitCommand   `cmd:"" help:"Make the keys where there are none, and print the root's fingerprint."`
	List   keysListCommand   `cmd:"" help:"List the public keys."`
	Export keysExportCommand `cmd:"" help:"Print keys.json, the list that strangers verify packets with."`
}

// keyDir says where the keys are; only the data folder matters here.
type keyDir struct {
	DataDir string `name:"data-dir" env:"PROOFWALK_DATA_DIR" help:"Folder for keys, stored files and the private PostgreSQL."`
}

// path is where the keys are.
func (d keyDir) path() string {
	if d.DataDir == "" {
		d.DataDir = defaultDataDir()
	}
	return config.Serve{DataDir: d.DataDir}.KeyDir()
}

// open opens the keys that are there; it makes none.
func (d keyDir) open() (*keys.Ring, error) {
	if _, err := os.Stat(filepath.Join(d.path(), "keys.json")); errors.Is(err, fs.ErrNotExist) {
		return nil, apperr.New(apperr.NotFound, "There are no keys in this data folder yet. `proofwalkd keys init` makes them.")
	}
	return keys.Open(d.path(), time.Now())
}

type keysInitCommand struct{ keyDir }

// Run prints the fingerprint that strangers compare.
func (c *keysInitCommand) Run(out io.Writer) error {
	ring, err := keys.Open(c.path(), time.Now())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, ring.Fingerprint())
	return err
}

type keysListCommand struct {
	keyDir
	JSON bool `name:"json" help:"Print JSON."`
}

// Run lists the keys, the root first.
func (c *keysListCommand) Run(out io.Writer) error {
	ring, err := c.open()
	if err != nil {
		return err
	}
	list := ring.List()
	if c.JSON {
		return json.NewEncoder(out).Encode(struct {
			Root string     `json:"root"`
			Keys []keys.Key `json:"keys"`
		}{ring.Fingerprint(), list})
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(table, "USE\tSTATUS\tALGORITHM\tSINCE\tID\nroot\tactive\t%s\t\t%s\n", keys.AlgorithmEd25519, ring.Fingerprint()) // Flush tells
	for _, k := range list {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", k.Use, k.Status, k.Algorithm, k.NotBefore.UTC().Format(time.DateOnly), k.ID)
	}
	return table.Flush()
}

type keysExportCommand struct{ keyDir }

// Run prints keys.json as it goes into packets.
func (c *keysExportCommand) Run(out io.Writer) error {
	ring, err := c.open()
	if err != nil {
		return err
	}
	_, err = out.Write(ring.KeysJSON())
	return err
}
