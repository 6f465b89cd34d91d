package keys

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// Uses are all uses, in the order of keys.json.
func Uses() []Use { return []Use{UsePDF, UseBundle, UseCheckpoint} }

// retiredAfter is how long a key that has a successor still counts for what is
// being signed with it: who took it before the new list was there may finish.
const retiredAfter = time.Minute

// Rotate makes a new key for each of the uses, valid from now, and retires the
// active ones from a minute later on, so that whoever signs at this moment can
// finish; an active key whose private half is lost is replaced so too.
// The private halves of retired keys stay in the directory; nothing signs with
// them again. It gives the new keys.
func (d *Directory) Rotate(uses ...Use) (made []Key, err error) {
	err = d.edit("rotating keys", func(e *edit) error {
		retired := Time{e.now.Add(retiredAfter)}
		for _, u := range uses {
			for n := range e.file.Keys {
				if k := &e.file.Keys[n]; k.Use == u && k.Status == Active {
					k.Status, k.RetiredAt = Retired, &retired
				}
			}
			k, err := d.vault.makeKey(u, e.now, e.identity)
			if err != nil {
				return err
			}
			made = append(made, k)
		}
		e.file.Keys = append(e.file.Keys, made...)
		return nil
	})
	return made, err
}

// Compromise marks the key whose id begins with id as compromised from since
// on, which may not be in the future; the root cannot be marked. An active key gets a successor at once,
// which is given. A mark can be moved back in time, never forward.
func (d *Directory) Compromise(id string, since time.Time) (marked Key, successor *Key, err error) {
	err = d.edit("marking a key", func(e *edit) error {
		if len(id) >= minPrefix && strings.HasPrefix(e.file.Root.ID, strings.ToLower(id)) {
			return apperr.New(apperr.Invalid, "This is the root, which cannot be marked: whoever believes it must be told by another way.")
		}
		n, err := findPrefix(e.file.Keys, id)
		if err != nil {
			return err
		}
		k := &e.file.Keys[n]
		from := Time{since.UTC().Truncate(time.Microsecond)}
		switch {
		case from.After(e.now.Time):
			return apperr.New(apperr.Invalid, "A key is compromised from now or earlier on, not from a moment to come.")
		case k.CompromisedAt != nil && from.After(k.CompromisedAt.Time):
			return apperr.New(apperr.Conflict, "The key is marked compromised from an earlier moment already. A mark is never moved forward.")
		}
		active := k.Status == Active
		k.Status, k.CompromisedAt = Compromised, &from
		marked = *k
		if !active {
			return nil
		}
		made, err := d.vault.makeKey(k.Use, e.now, e.identity)
		if err != nil {
			return err
		}
		successor = &made
		e.file.Keys = append(e.file.Keys, made)
		return nil
	})
	return marked, successor, err
}

// minPrefix is how much of a key's id names it at least.
const minPrefix = 8

func findPrefix(list []Key, id string) (int, error) {
	matches := func(k Key) bool { return strings.HasPrefix(k.ID, strings.ToLower(id)) }
	n := slices.IndexFunc(list, matches)
	if len(id) < minPrefix || n < 0 {
		return 0, apperr.New(apperr.NotFound, "No key has this id. `proofwalkd keys list` shows them; the first 8 digits are enough.")
	}
	if slices.ContainsFunc(list[n+1:], matches) {
		return 0, apperr.New(apperr.Invalid, "Several keys have ids that begin like this: give more of it.")
	}
	return n, nil
}

// maxKeys is how many keys a list has at most: packet/verify refuses more.
const maxKeys = 1000

// edit is a change of the list in progress.
type edit struct {
	file     *File
	identity *age.X25519Identity
	now      Time
}

// edit changes the list under the lock: new private keys are on the disk before
// the list that names them, so that a reader always finds all of a list's keys.
func (d *Directory) edit(what string, fn func(*edit) error) error {
	return d.change(what, func(now time.Time) error {
		opened, identity, err := d.vault.openRoot()
		if err != nil {
			return fmt.Errorf("%w: %w", ErrMissing, err)
		}
		if err := opened.testRoot(); err != nil {
			return err
		}
		e := &edit{file: opened.file, identity: identity, now: Time{now.UTC().Truncate(time.Microsecond)}}
		if !e.now.After(e.file.IssuedAt.Time) {
			return errors.New("the list of keys is younger than the clock says: is the clock right?")
		}
		if len(e.file.Keys)+len(Uses()) > maxKeys {
			return apperr.New(apperr.Conflict, "The list of keys is full: verifiers take no longer one.")
		}
		if err := fn(e); err != nil {
			return err
		}
		return d.vault.publish(e, opened.root)
	})
}

// publish signs the changed list and puts it in the place of the old one.
func (v vault) publish(e *edit, root ed25519.PrivateKey) error {
	e.file.IssuedAt = e.now
	list, err := e.file.sign(root)
	if err != nil {
		return err
	}
	if _, err := ParseFile(list); err != nil {
		return err
	}
	return writeFile(v.path(listName), list)
}
