package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"text/tabwriter"
	"time"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/config"
	"github.com/proofwalk/proofwalk/internal/keys"
)

type keysCommand struct {
	Init        keysInitCommand        `cmd:"" help:"Make the keys where there are none, and print the root's fingerprint."`
	List        keysListCommand        `cmd:"" help:"List the public keys."`
	Export      keysExportCommand      `cmd:"" help:"Print keys.json, the list that strangers verify packets with."`
	Rotate      keysRotateCommand      `cmd:"" help:"Make new keys and retire the active ones; running servers go on with the new ones."`
	Compromised keysCompromisedCommand `cmd:"" help:"Mark a key that somebody else may have; an active one gets a successor at once."`
}

// keyDir says where the keys are; only the data folder matters here.
type keyDir struct {
	DataDir     string `name:"data-dir" env:"PROOFWALK_DATA_DIR" help:"Folder for keys, stored files and the private PostgreSQL."`
	KeyIdentity string `name:"key-identity" env:"PROOFWALK_KEY_IDENTITY" help:"File of the age identity that opens the signing keys. Default: in the folder of the keys."`
}

// directory is where the keys are, or will be.
func (d keyDir) directory() *keys.Directory {
	return keys.NewDirectory(d.keyFolder(), d.KeyIdentity, time.Now)
}

// keyFolder is the path of the keys in the data folder.
func (d keyDir) keyFolder() string {
	dir := d.DataDir
	if dir == "" {
		dir = defaultDataDir()
	}
	return config.Serve{DataDir: dir}.KeyDir()
}

// existing is the directory with the keys that are there; it makes none.
func (d keyDir) existing() (*keys.Directory, *keys.File, error) {
	directory := d.directory()
	list, _, err := directory.Public()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, apperr.New(apperr.NotFound, "There are no keys in the folder "+d.keyFolder()+" yet. `proofwalkd keys init` makes them; --data-dir names another data folder.")
	}
	return directory, list, err
}

type keysInitCommand struct{ keyDir }

// Run prints the fingerprint that strangers compare.
func (c *keysInitCommand) Run(out io.Writer) error {
	directory := c.directory()
	if err := directory.Make(); err != nil {
		return err
	}
	ring, err := directory.Ring()
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
	_, list, err := c.existing()
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(out).Encode(struct {
			Root string     `json:"root"`
			Keys []keys.Key `json:"keys"`
		}{list.Root.ID, list.Keys})
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(table, "USE\tSTATUS\tALGORITHM\tSINCE\tID\nroot\tactive\t%s\t\t%s\n", keys.AlgorithmEd25519, list.Root.ID) // Flush tells
	for _, k := range list.Keys {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", k.Use, statusWords(k, time.Now()), k.Algorithm, k.NotBefore.UTC().Format(time.DateOnly), k.ID)
	}
	return table.Flush()
}

type keysExportCommand struct{ keyDir }

// Run prints keys.json as it goes into packets.
func (c *keysExportCommand) Run(out io.Writer) error {
	directory, _, err := c.existing()
	if err != nil {
		return err
	}
	_, encoded, err := directory.Public()
	if err != nil {
		return err
	}
	_, err = out.Write(encoded)
	return err
}

// statusWords is a key's status with the moment that goes with it.
func statusWords(k keys.Key, now time.Time) string {
	switch {
	case k.CompromisedAt != nil:
		return "compromised since " + k.CompromisedAt.UTC().Format(time.RFC3339)
	case k.RetiredAt != nil && k.RetiredAt.After(now):
		return "retires at " + k.RetiredAt.UTC().Format(time.RFC3339)
	case k.RetiredAt != nil:
		return "retired since " + k.RetiredAt.UTC().Format(time.RFC3339)
	}
	return string(k.Status)
}
