package checklist

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/integration"
)

func TestApplicability(t *testing.T) {
	t.Parallel()
	saml := []string{"TST-03", "TST-04", "TST-05", "TST-06", "TST-07", "TST-08", "TST-09", "TST-10", "TST-11", "TST-12", "TST-13"}
	for name, tt := range map[string]struct {
		cfg   integration.Config
		drops []string // in the template's order
	}{
		"openid connect for identity": {
			cfg:   integration.Config{Protocol: integration.OIDC, UseCases: []integration.UseCase{integration.Identity}},
			drops: []string{"TST-13", "TST-14", "TST-17", "TST-19", "TST-20", "ERR-02", "SES-08", "DAT-01"},
		},
		"oauth for groups": {
			cfg:   integration.Config{Protocol: integration.OAuth, UseCases: []integration.UseCase{integration.Group}},
			drops: []string{"TST-06", "TST-13", "TST-14", "TST-15", "TST-17", "TST-19", "TST-20", "ERR-02", "SES-08", "DAT-02"},
		},
		"openid connect for authentication": {
			cfg: integration.Config{Protocol: integration.OIDC, UseCases: []integration.UseCase{integration.Authentication}},
			drops: []string{"TST-13", "TST-14", "TST-17", "TST-18", "TST-19", "TST-20", "ERR-02", "ERR-05", "SES-08",
				"DAT-02", "DAT-03"},
		},
		"openid connect with everything": {
			cfg: integration.Config{Protocol: integration.OIDC, PayloadEncryption: true, Uses: integration.Uses{Refresh: true, Logout: true},
				UseCases: []integration.UseCase{integration.Group, integration.Identity, integration.Authentication}},
			drops: []string{"TST-17", "TST-19", "TST-20", "ERR-02"},
		},
		"oauth with refresh alone": {
			cfg: integration.Config{Protocol: integration.OAuth, Uses: integration.Uses{Refresh: true},
				UseCases: []integration.UseCase{integration.Group}},
			drops: []string{"TST-06", "TST-14", "TST-15", "TST-17", "TST-19", "TST-20", "ERR-02", "SES-08", "DAT-02"},
		},
		"saml for identity": {
			cfg:   integration.Config{Protocol: integration.SAML2, UseCases: []integration.UseCase{integration.Identity}},
			drops: append(saml[:11:11], "ERR-01", "ERR-03", "ERR-04", "SES-08", "DAT-01"),
		},
		"saml for authentication with logout, and a refresh that saml does not have": {
			cfg: integration.Config{Protocol: integration.SAML2, Uses: integration.Uses{Refresh: true, Logout: true},
				UseCases: []integration.UseCase{integration.Authentication}},
			drops: append(saml[:11:11], "TST-18", "ERR-01", "ERR-03", "ERR-04", "ERR-05", "DAT-02", "DAT-03"),
		},
		"no use case stated": {
			cfg: integration.Config{Protocol: integration.OIDC},
			drops: []string{"TST-13", "TST-14", "TST-17", "TST-18", "TST-19", "TST-20", "ERR-02", "ERR-05", "SES-08",
				"DAT-01", "DAT-02", "DAT-03"},
		},
		"assertion encryption counts as encryption": {
			cfg: integration.Config{Protocol: integration.OIDC, SAML: integration.SAML{Encryption: true},
				UseCases: []integration.UseCase{integration.Identity}},
			drops: []string{"TST-13", "TST-17", "TST-19", "TST-20", "ERR-02", "SES-08", "DAT-01"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			applies := Builtin().Applicability(tt.cfg)
			if len(applies) != 45 {
				t.Fatalf("applicability of %d requirements, want 45", len(applies))
			}
			var drops []string
			for _, r := range Builtin().Requirements {
				if r.Applies(tt.cfg) != applies[r.ID] {
					t.Errorf("%s: Applies and Applicability differ", r.ID)
				}
				if !applies[r.ID] {
					drops = append(drops, r.ID)
				}
			}
			if diff := cmp.Diff(tt.drops, drops); diff != "" {
				t.Errorf("dropped requirements (-want +got):\n%s", diff)
			}
		})
	}
}
