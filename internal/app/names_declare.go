package app

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

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
// partner's admins. What is declared already changes nothing. One click declares
// them, so what would make items stale is refused: the description page asks.
func (a *App) DeclareNames(ctx context.Context, cmd Command, id uuid.UUID, d Declaration) (version int, err error) {
	texts := a.gate(ctx, &cmd, place{}) // one click declares them: there is no form for a reason
	for _, list := range d.lists() {
		for n, name := range list.names {
			texts.look(list.field(n), name)
		}
	}
	if err := nothingDeclared(texts.fields); err != nil {
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
		cfg := d.additions().AddTo(i.Config)
		if err := nothingDeclared(d.fieldsOf(cfg)); err != nil {
			return uuid.Nil, err
		}
		version, _, err = a.saveChanges(ctx, w, i, integration.Diff(i.Config, cfg), cfg, "")
		if void := new(WouldVoid); errors.As(err, &void) {
			return uuid.Nil, apperr.New(apperr.Conflict, apperr.TextOf(void)+" Declare the names on the description page, which asks first.")
		}
		if err != nil {
			return uuid.Nil, err
		}
		w.Audit("integration.declare", i.PartnerID, i.ID, audit.Object{ID: i.ID.String(), Kind: "integration"}, map[string]audit.Value{
			"configuration_version": audit.Int(version), "hosts": audit.Int(len(d.OwnHosts) + len(d.ThirdPartyHosts)),
			"paths": audit.Int(len(d.Paths)), "titles": audit.Int(len(d.Titles)),
		})
		return i.ID, nil
	})
	return version, err
}

func (d Declaration) additions() integration.Additions {
	return integration.Additions{OwnHosts: d.OwnHosts, ThirdPartyHosts: d.ThirdPartyHosts, Paths: d.Paths, Titles: d.Titles}
}

// declaredList is a list of the form, with what it is called there and in the
// description.
type declaredList struct {
	form, config string
	names        []string
	of           func(integration.Config) []string
}

func (l declaredList) field(n int) string { return l.form + "[" + strconv.Itoa(n) + "]" }

func (d Declaration) lists() []declaredList {
	return []declaredList{
		{"own_host", "hosts.own", d.OwnHosts, func(c integration.Config) []string { return c.Hosts.Own }},
		{"third_party_host", "hosts.third_party", d.ThirdPartyHosts, func(c integration.Config) []string { return c.Hosts.ThirdParty }},
		{"path", "reveal.paths", d.Paths, func(c integration.Config) []string { return c.Reveal.Paths }},
		{"title", "reveal.titles", d.Titles, func(c integration.Config) []string { return c.Reveal.Titles }},
	}
}

// fieldsOf gives what is wrong with the description as the names make it, by the
// form's names of them: "path[2]". What is wrong elsewhere keeps its own.
func (d Declaration) fieldsOf(cfg integration.Config) []apperr.Field {
	fields := integration.Validate(cfg)
	for k := range fields {
		fields[k].Name = d.formField(cfg, fields[k].Name)
	}
	return fields
}

func (d Declaration) formField(cfg integration.Config, name string) string {
	for _, list := range d.lists() {
		rest, ok := strings.CutPrefix(name, list.config)
		if !ok {
			continue
		}
		at, err := strconv.Atoi(strings.Trim(rest, "[]"))
		if err != nil {
			return list.form // the list as a whole
		}
		wrong := list.of(cfg)[at]
		is := func(sent string) bool { return strings.EqualFold(strings.TrimSpace(sent), wrong) }
		if n := slices.IndexFunc(list.names, is); n >= 0 {
			return list.field(n)
		}
		if n := slices.IndexFunc(d.OwnHosts, is); n >= 0 { // it contradicts one that stood there
			return d.lists()[0].field(n)
		}
	}
	return name
}

// nothingDeclared refuses all names for the sake of the wrong ones, nil for none.
func nothingDeclared(fields []apperr.Field) error {
	if len(fields) == 0 {
		return nil
	}
	return apperr.InvalidFields("Nothing was declared.", fields...)
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
