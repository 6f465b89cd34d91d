package app_test

import (
	"strconv"
	"sync"
	"testing"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
)

// Who waits for another one's save is told that the description changed, not
// that it is gone.
func TestConcurrentChangesConflict(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	before := m.find(t, id)
	declare := func(n int) error {
		_, err := m.app.DeclareNames(t.Context(), app.Command{Actor: m.admin}, id,
			app.Declaration{Paths: []string{"/members/" + strconv.Itoa(n)}, ConfigurationVersion: before.ConfigurationVersion})
		return err
	}
	save := func(n int) error {
		cfg := before.Config
		cfg.Release = strconv.Itoa(n)
		return m.app.SaveIntegration(t.Context(), app.Command{Actor: m.admin}, id, before.RowVersion, cfg)
	}
	const writes = 12
	errs := make([]error, writes)
	var wg sync.WaitGroup
	for n := range writes {
		wg.Go(func() { errs[n] = []func(int) error{declare, save}[n%2](n) })
	}
	wg.Wait()
	won := 0
	for n, err := range errs {
		if err == nil {
			won++
		} else if !apperr.Is(err, apperr.Conflict) {
			t.Errorf("write %d: %v, want a conflict", n, err)
		}
	}
	if now := m.find(t, id); won != 1 || now.ConfigurationVersion != before.ConfigurationVersion+1 {
		t.Errorf("%d writes were done, version %d, want one and the next version", won, now.ConfigurationVersion)
	}
}
