package app

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
)

// Declaration is what a partner's admin declares to be shown in clear, after a
// preview showed that it was hidden.
type Declaration struct {
	OwnHosts, ThirdPartyHosts, Paths, Titles []string
	// ConfigurationVersion is the one that the preview was made under.
	ConfigurationVersion int
}

// DeclareNames adds to the description what transcripts may show in clear, as
// the next configuration version, and gives its number. It is for the
// partner's admins. What is declared already changes nothing.
func (a *App) DeclareNames(ctx context.Context, cmd Command, id uuid.UUID, d Declaration) (version int, err error) {
	texts := a.gate(ctx, &cmd, place{}) // one click declares them: there is no form for a reason
	texts.config(d.addTo(integration.Config{}))
	if err := texts.refusal(); err != nil {
		return 0, err
	}
	_, err = a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		i, err := store.LockIntegration(ctx, w.Tx, cmd.Actor.Scope(), id)
		if err != nil {
			return uuid.Nil, err
		}
		for _, p := range []auth.Permission{auth.EditIntegration, auth.EditPartner} { // the partner's admin, not the provider's
			if err := allow(cmd.Actor, p, i.PartnerID); err != nil {
				return uuid.Nil, err
			}
		}
		if i.ConfigurationVersion != d.ConfigurationVersion {
			return uuid.Nil, apperr.New(apperr.Conflict, "The description was saved by somebody else after this preview was made. Nothing was declared: redact the file again and look once more.")
		}
		cfg := d.addTo(i.Config)
		if err := checkConfig(cfg); err != nil {
			return uuid.Nil, err
		}
		version = i.ConfigurationVersion
		if len(integration.Diff(i.Config, cfg)) > 0 {
			version++
			if err := a.saveConfiguration(ctx, w, i, version, cfg); err != nil {
				return uuid.Nil, err
			}
		}
		w.Audit("integration.declare", i.PartnerID, i.ID, audit.Object{ID: i.ID.String(), Kind: "integration"}, map[string]audit.Value{
			"configuration_version": audit.Int(version), "hosts": audit.Int(len(d.OwnHosts) + len(d.ThirdPartyHosts)),
			"paths": audit.Int(len(d.Paths)), "titles": audit.Int(len(d.Titles)),
		})
		return i.ID, nil
	})
	return version, err
}

func (d Declaration) addTo(cfg integration.Config) integration.Config {
	for _, list := range []struct {
		to   *[]string
		more []string
	}{
		{&cfg.Hosts.Own, d.OwnHosts}, {&cfg.Hosts.ThirdParty, d.ThirdPartyHosts}, {&cfg.Reveal.Paths, d.Paths}, {&cfg.Reveal.Titles, d.Titles},
	} {
		*list.to = slices.Clone(*list.to)
		for _, name := range list.more {
			if !slices.Contains(*list.to, name) {
				*list.to = append(*list.to, name)
			}
		}
	}
	return cfg
}

// checkReveal refuses a change of what is shown in clear by people who are no
// admins of the partner.
func checkReveal(actor auth.Actor, partner uuid.UUID, before, after integration.Reveal) error {
	if actor.Can(auth.EditPartner, partner) {
		return nil
	}
	var fields []apperr.Field
	for _, list := range []struct {
		name          string
		before, after []string
	}{
		{"reveal.paths", before.Paths, after.Paths}, {"reveal.titles", before.Titles, after.Titles}, {"reveal.error_text", before.ErrorText, after.ErrorText},
	} {
		if !slices.Equal(list.before, list.after) {
			fields = append(fields, apperr.Field{Name: list.name, Text: "Only an admin of your team declares what is shown in clear. Leave this as it was and ask one."})
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return apperr.InvalidFields("The description is kept here as you typed it. Change the marked fields and save again.", fields...)
}
