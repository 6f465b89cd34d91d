package web

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
	"github.com/proofwalk/proofwalk/views/people"
)

// showAccount shows the reader's own name, roles and passkeys.
func showAccount(r *request) error {
	keys, err := store.ListPasskeys(r.ctx(), r.reader(), r.actor.UserID)
	if err != nil {
		return err
	}
	partners, err := store.ListPartners(r.ctx(), r.reader(), r.scope())
	if err != nil {
		return err
	}
	m := people.AccountModel{Shell: r.shell("Account", pathAccount), Name: r.actor.Name, Email: r.actor.Email, AddHref: pathNewPasskey}
	if r.actor.IsProvider() {
		m.Roles = append(m.Roles, roleWords(r.actor))
	}
	for _, p := range partners {
		if role, ok := r.actor.Memberships[p.ID]; ok {
			m.Roles = append(m.Roles, p.Name+", "+string(role))
		}
	}
	if r.actor.Can(auth.EditSettings, uuid.Nil) {
		m.SettingsHref = pathSettings
	}
	for _, k := range keys {
		m.Passkeys = append(m.Passkeys, people.PasskeyRow{Name: k.Name, CreatedAt: k.CreatedAt, LastUsedAt: k.LastUsedAt,
			RemoveAction: pathRemovePasskey(k.ID), Key: formKey()})
	}
	return r.render(http.StatusOK, people.Account(m))
}

// showNewPasskey asks for a passkey.
func showNewPasskey(r *request) error { return r.newPasskeyPage(http.StatusOK, "") }

func (r *request) newPasskeyPage(status int, refused string) error {
	m := people.NewPasskeyModel{
		Shell: r.shell("Add a passkey", ""), Action: pathPasskeys, Begin: pathPasskeyBegin, SkipHref: pathBoard,
		Skip: "Go on without one", Refused: refused, NoPasskeys: r.server.noPasskeys(), Key: formKey(), Provider: r.actor.IsProvider(),
		Name: components.FieldModel{Name: "name", Label: "Name of the passkey", Hint: "Such as “work laptop”, to tell it from others.",
			Optional: true, Value: r.FormValue("name"), Autocomplete: "off"},
	}
	m.Shell.NoHTMX, m.Shell.Scripts = true, []string{passkeyScript}
	return r.render(status, people.NewPasskey(m))
}

// beginPasskeyRegistration gives the browser what it needs to make a passkey.
func beginPasskeyRegistration(r *request) error {
	owner, err := passkeyOwner(r.ctx(), r.reader(), r.actor.UserID)
	if err != nil {
		return err
	}
	options, ceremony, err := r.server.Passkeys.BeginRegistration(owner)
	return r.server.answerCeremony(r.Context, sessionRegistration, options, ceremony, err)
}

// addPasskey checks the browser's answer and keeps the passkey.
func addPasskey(r *request) error {
	answer, err := passkeyAnswer(r.Context)
	if err != nil {
		return r.newPasskeyPage(http.StatusUnprocessableEntity, apperr.TextOf(err))
	}
	owner, err := passkeyOwner(r.ctx(), r.reader(), r.actor.UserID)
	if err != nil {
		return err
	}
	made, err := r.server.Passkeys.FinishRegistration(owner, r.server.Sessions.PopBytes(r.ctx(), sessionRegistration), answer)
	if err == nil {
		_, err = r.server.App.AddPasskey(r.ctx(), r.command(), made, r.FormValue("name"))
	}
	switch {
	case apperr.Is(err, apperr.Invalid), apperr.Is(err, apperr.Conflict), apperr.Is(err, apperr.Unsupported):
		return r.newPasskeyPage(http.StatusUnprocessableEntity, apperr.TextOf(err))
	case err != nil:
		return err
	}
	return r.see(pathAccount)
}

// removePasskey removes one of the reader's passkeys.
func removePasskey(r *request) error {
	id, err := r.id("passkey")
	if err != nil {
		return err
	}
	if err := r.server.App.RemovePasskey(r.ctx(), r.command(), id); err != nil {
		return err
	}
	return r.see(pathAccount)
}

// showSettings shows the provider's settings.
func showSettings(r *request) error {
	contact, err := store.FindSetting(r.ctx(), r.reader(), store.SettingProviderContact)
	if err != nil {
		return err
	}
	var saved *components.ConfirmationModel
	if r.QueryParam("saved") != "" {
		saved = &components.ConfirmationModel{Now: "The settings are saved.", Next: "Partners without a consultant see the new contact from now on."}
	}
	return r.settingsPage(http.StatusOK, contact, saved, nil)
}

func (r *request) settingsPage(status int, contact string, saved *components.ConfirmationModel, cause error) error {
	if !r.actor.Can(auth.EditSettings, uuid.Nil) {
		return apperr.New(apperr.Forbidden, "Only an admin of the provider changes the settings.")
	}
	m := people.SettingsModel{
		Shell: r.shell("Settings", pathSettings), Saved: saved, Action: pathSettings, Key: formKey(),
		Contact: components.FieldModel{Name: "contact", Label: "Contact for partners", Type: "email", Value: contact, Autocomplete: "off",
			Hint: "Partners whose integration has no consultant yet are told to write to it.", Error: errorOf(apperr.FieldsOf(cause), "contact")},
	}
	m.Errors = errorSummary(cause, m.Contact)
	return r.render(status, people.Settings(m))
}

// saveSettings saves the provider's settings.
func saveSettings(r *request) error {
	err := r.server.App.SaveProviderContact(r.ctx(), r.command(), r.FormValue("contact"))
	if apperr.Is(err, apperr.Invalid) {
		return r.settingsPage(http.StatusUnprocessableEntity, r.FormValue("contact"), nil, err)
	}
	if err != nil {
		return err
	}
	return r.see(pathSettings + "?saved=1")
}

// errorSummary lists the messages of a form's fields, in the form's order.
func errorSummary(cause error, fields ...components.FieldModel) components.ErrorSummaryModel {
	if cause == nil {
		return components.ErrorSummaryModel{}
	}
	m := components.ErrorSummaryModel{Kept: apperr.TextOf(cause)}
	for _, f := range fields {
		if f.Error != "" {
			id := f.ID
			if id == "" {
				id = f.Name
			}
			m.Errors = append(m.Errors, components.FieldError{FieldID: id, Text: f.Label + ": " + f.Error})
		}
	}
	return m
}
