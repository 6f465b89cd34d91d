package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// Setting names one setting of the provider.
type Setting string

// SettingProviderContact is whom a partner without a consultant writes to.
const SettingProviderContact Setting = "provider_contact"

// settingDefaults are the values of settings that nobody changed.
var settingDefaults = map[Setting]string{SettingProviderContact: "partnersupport@id.me"}

// FindSetting gives a setting's value, or its default.
func FindSetting(ctx context.Context, q Querier, name Setting) (string, error) {
	v, err := value[string](ctx, q, "finding a setting", `SELECT value FROM settings WHERE name = @name`,
		pgx.NamedArgs{"name": string(name)})
	if apperr.Is(err, apperr.NotFound) {
		return settingDefaults[name], nil
	}
	return v, err
}

// SaveSetting sets a setting.
func SaveSetting(ctx context.Context, tx Querier, name Setting, v string) error {
	return exec(ctx, tx, "saving a setting", `
		INSERT INTO settings (name, value) VALUES (@name, @value)
		ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value, row_version = settings.row_version + 1`,
		pgx.NamedArgs{"name": string(name), "value": v})
}
