package redact_test

import (
	"slices"
	"testing"

	"github.com/proofwalk/proofwalk/internal/redact"
)

// The holder of a capture sees which hosts, paths and titles were hidden; once
// they are declared, they are no longer.
func TestHiddenNamesCanBeDeclared(t *testing.T) {
	t.Parallel()
	raw := []byte(`{"log":{"pages":[{"id":"p","title":"Our sign-in","startedDateTime":"2026-03-01T10:00:00.000Z"}],"entries":[
		{"pageref":"p","startedDateTime":"2026-03-01T10:00:00.000Z","request":{"method":"GET","url":"https://shop.example.net/members/area"},"response":{"status":200}},
		{"startedDateTime":"2026-03-01T10:00:01.000Z","request":{"method":"GET","url":"https://shop.example.net/login"},"response":{"status":200}}]}}`)
	cfg := config(t, "right")
	hidden := &redact.Hidden{}
	o := options(cfg)
	o.Hidden = hidden
	redacted(t, redact.New(o), raw)
	if got, want := hidden.Hosts(), (redact.HiddenName{Name: "shop.example.net", Count: 2}); !slices.Contains(got, want) {
		t.Errorf("hidden hosts %v, want %v among them", got, want)
	}
	if got, want := hidden.Paths(), []redact.HiddenName{{Name: "/members/area", Count: 1}}; !slices.Equal(got, want) {
		t.Errorf("hidden paths %v, want %v", got, want)
	}
	if got, want := hidden.Titles(), []redact.HiddenName{{Name: "Our sign-in", Count: 1}}; !slices.Equal(got, want) {
		t.Errorf("hidden titles %v, want %v", got, want)
	}

	cfg.Hosts.Own = append(cfg.Hosts.Own, "shop.example.net")
	cfg.Reveal.Paths = append(cfg.Reveal.Paths, "/members/area")
	cfg.Reveal.Titles = append(cfg.Reveal.Titles, "Our sign-in")
	declared := &redact.Hidden{}
	o = options(cfg)
	o.Hidden = declared
	redacted(t, redact.New(o), raw)
	if len(declared.Hosts())+len(declared.Paths())+len(declared.Titles()) != 0 {
		t.Errorf("still hidden once declared: %v %v %v", declared.Hosts(), declared.Paths(), declared.Titles())
	}
}
