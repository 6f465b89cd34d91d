package main

import (
	"fmt"
	"io"
	"time"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/keys"
)

type keysRotateCommand struct {
	keyDir
	Use []string `enum:"pdf,bundle,checkpoint" help:"Only the keys of this use: pdf, bundle or checkpoint. Can be given more than once. Default: all."`
}

// Run makes new keys. Running servers notice the changed list; it is they who
// write the audit entry, since the database need not be in reach here.
func (c *keysRotateCommand) Run(out io.Writer) error {
	directory, before, err := c.existing()
	if err != nil {
		return err
	}
	var uses []keys.Use
	for _, u := range keys.Uses() {
		for _, wanted := range c.Use {
			if wanted == string(u) {
				uses = append(uses, u)
				break
			}
		}
	}
	if len(c.Use) == 0 {
		uses = keys.Uses()
	}
	made, err := directory.Rotate(uses...)
	if err != nil {
		return err
	}
	for _, k := range made {
		line := fmt.Sprintf("new %s key %s", k.Use, k.ID)
		for _, old := range before.Keys {
			if old.Use == k.Use && old.Status == keys.Active {
				line += fmt.Sprintf(" replaces %s, which counts for one minute longer", old.ID)
			}
		}
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
	return nil
}

type keysCompromisedCommand struct {
	keyDir
	ID    string `arg:"" name:"key-id" help:"Id of the key, or its first 8 digits or more, as keys list shows it."`
	Since string `required:"" placeholder:"TIME" help:"From when on somebody else may have had it, such as 2026-11-27T10:00:00Z."`
}

// Run marks the key and says which one signs from now on.
func (c *keysCompromisedCommand) Run(out io.Writer) error {
	since, err := time.Parse(time.RFC3339, c.Since)
	if err != nil {
		return apperr.New(apperr.Invalid, "--since takes a time with its zone, such as 2026-11-27T10:00:00Z.")
	}
	directory, _, err := c.existing()
	if err != nil {
		return err
	}
	marked, successor, err := directory.Compromise(c.ID, since)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "%s key %s %s\n", marked.Use, marked.ID, statusWords(marked, time.Now())); err != nil || successor == nil {
		return err
	}
	_, err = fmt.Fprintf(out, "new %s key %s\n", successor.Use, successor.ID)
	return err
}
