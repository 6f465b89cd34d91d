package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/store"
)

// checkKeys makes the keys at the first start of a database, and then seals and
// verifies a sample. Where a database has seen keys already, none are made:
// others would be a new root without anybody having said so. If they cannot be
// read, the server starts and packets wait; whatever else is wrong with them
// refuses to start.
func (p *parts) checkKeys(ctx context.Context, log *slog.Logger) error {
	used, err := store.KeysInUse(ctx, p.app.Store.Reader())
	if err != nil {
		return err
	}
	if !used {
		if err := p.app.Keys.Make(); err != nil {
			return err
		}
	}
	err = p.app.CheckSealing(ctx)
	if used && errors.Is(err, keys.ErrMissing) {
		log.Error("no signing key: packets wait unsigned until it is there again, everything else works", "cause", err.Error())
		return nil
	}
	if err != nil {
		return fmt.Errorf("the server cannot seal packets: %w", err)
	}
	return nil
}

// keyWatch is how often the files of the keys are looked at while nothing is signed.
const keyWatch = 5 * time.Second

// watchKeys notices a changed list of keys, which is then audited, and says in
// the log when keys go and come back.
func (p *parts) watchKeys(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(keyWatch)
	defer tick.Stop()
	said := ""
	for {
		_, err := p.app.SigningKeys(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && err.Error() != said:
			said = err.Error()
			log.Error("reading the signing keys", "cause", said)
		case err == nil && said != "":
			said = ""
			log.Info("the signing keys are there again")
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
