package app_test

import (
	"slices"
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
		return m.app.SaveIntegration(t.Context(), app.Command{Actor: m.admin}, id, before.RowVersion, cfg, "")
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

// One name that cannot be declared refuses all, and says which it is by its
// place in the form.
func TestWrongNamesAreNamed(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	cfg := sample("Member sign-up")
	cfg.Hosts.ThirdParty = []string{"cdn.example.org"}
	id, err := m.app.CreateIntegration(t.Context(), app.Command{Actor: m.admin}, m.partner, cfg)
	must(t, err)
	for _, tt := range []struct {
		d    app.Declaration
		want []string
	}{
		{app.Declaration{Paths: []string{"/fine", "no path", " /fine "}, Titles: []string{"Fine", "two\nlines"}}, []string{"path[1]", "title[1]"}},
		{app.Declaration{OwnHosts: []string{"fine.example", "login.northfall.example", "not a host"}}, []string{"own_host[2]"}},
		{app.Declaration{OwnHosts: []string{"fine.example", "CDN.example.org"}}, []string{"own_host[1]"}},
		{app.Declaration{ThirdPartyHosts: []string{"fine.example.org", "Login.northfall.example"}}, []string{"third_party_host[1]"}},
		{app.Declaration{Paths: []string{"/fine", "/" + canary}, Titles: []string{"Fine", "Fine too", canary}}, []string{"path[1]", "title[2]"}},
		{app.Declaration{Titles: []string{" "}}, []string{"title[0]"}},
		{app.Declaration{Paths: paths(201)}, []string{"path"}},
	} {
		tt.d.ConfigurationVersion = 1
		_, err := m.app.DeclareNames(t.Context(), app.Command{Actor: m.admin}, id, tt.d)
		var got []string
		for _, f := range apperr.FieldsOf(err) {
			got = append(got, f.Name)
		}
		if !apperr.Is(err, apperr.Invalid) || apperr.TextOf(err) != "Nothing was declared." || !slices.Equal(got, tt.want) {
			t.Errorf("%v: fields %v, want %v", err, got, tt.want)
		}
	}
	if i := m.find(t, id); i.ConfigurationVersion != 1 {
		t.Errorf("version %d was made", i.ConfigurationVersion)
	}
}

func paths(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = "/members/" + strconv.Itoa(i)
	}
	return out
}

// What was declared stays declared when the description is saved from its form.
func TestDeclaredNamesAreTrimmed(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	version, err := m.app.DeclareNames(t.Context(), app.Command{Actor: m.admin}, id,
		app.Declaration{Titles: []string{" Our  members\u00a0"}, ConfigurationVersion: 1})
	must(t, err)
	if got := m.find(t, id).Config.Reveal.Titles; version != 2 || !slices.Equal(got, []string{"Our  members"}) {
		t.Errorf("version %d has the titles %q", version, got)
	}
	version, err = m.app.DeclareNames(t.Context(), app.Command{Actor: m.admin}, id,
		app.Declaration{Titles: []string{"Our  members "}, ConfigurationVersion: 2})
	if err != nil || version != 2 {
		t.Errorf("declared again: version %d, %v", version, err)
	}
}
