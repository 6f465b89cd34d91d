package app

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/store"
)

// What a partner allows about captures that arrive unredacted.
const (
	RawUploadsAllowed   = "allowed"
	RawUploadsForbidden = "forbidden"
)

// CreatePartner adds a partner, by provider admins; a name in use is
// apperr.Invalid at the field "partner".
func (a *App) CreatePartner(ctx context.Context, cmd Command, name string) (uuid.UUID, error) {
	if err := allow(cmd.Actor, auth.InviteAnybody, uuid.Nil); err != nil {
		return uuid.Nil, err
	}
	name, ok := oneLine(name)
	if !ok {
		return uuid.Nil, errField("partner", "Type the partner's name in one line of at most 120 letters: it stands over all their pages.", nil)
	}
	return a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		p := store.Partner{ID: store.NewID(), Name: name, RawUploads: RawUploadsForbidden, CreatedAt: w.Now}
		if err := store.InsertPartner(ctx, w.Tx, p); err != nil {
			if apperr.Is(err, apperr.Conflict) {
				err = errField("partner", "Choose another name: a partner has this one.", err)
			}
			return uuid.Nil, err
		}
		w.Audit("partner.create", p.ID, uuid.Nil, audit.Object{ID: p.ID.String(), Kind: "partner"}, nil)
		return p.ID, nil
	})
}

// SaveRawUploads says whether captures of the partner may arrive unredacted
// and be redacted while they stream in. rowVersion is that of the form.
func (a *App) SaveRawUploads(ctx context.Context, cmd Command, partner uuid.UUID, rowVersion int, rawUploads string) error {
	if err := allow(cmd.Actor, auth.EditPartner, partner); err != nil {
		return err
	}
	if rawUploads != RawUploadsAllowed && rawUploads != RawUploadsForbidden {
		return errField("raw_uploads", "Choose one of the two.", nil)
	}
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		if err := store.SaveRawUploads(ctx, w.Tx, cmd.Actor.Scope(), partner, rowVersion, rawUploads); err != nil {
			return uuid.Nil, err
		}
		w.Audit("partner.save", partner, uuid.Nil, audit.Object{ID: partner.String(), Kind: "partner"},
			map[string]audit.Value{"raw_uploads": audit.Text(rawUploads)})
		return partner, nil
	})
	return err
}

// SaveProviderContact sets whom a partner without a consultant writes to, by
// provider admins.
func (a *App) SaveProviderContact(ctx context.Context, cmd Command, address string) error {
	if err := allow(cmd.Actor, auth.EditSettings, uuid.Nil); err != nil {
		return err
	}
	address = strings.TrimSpace(address)
	if !isAddress(address) {
		return errField("contact", "Type one e-mail address: partners without a consultant are told to write to it.", nil)
	}
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		if err := store.SaveSetting(ctx, w.Tx, store.SettingProviderContact, address); err != nil {
			return uuid.Nil, err
		}
		w.Audit("setting.save", uuid.Nil, uuid.Nil, audit.Object{ID: string(store.SettingProviderContact), Kind: "setting"}, nil)
		w.AuditPersonal("value", address)
		return cmd.Actor.UserID, nil
	})
	return err
}

// oneLine gives a name without spaces around; ok is false when nothing is left,
// or too much, or more than a line, or what looks like a credential. Names have
// no reason to look like one: there is nothing to pass.
func oneLine(s string) (string, bool) {
	s = strings.TrimSpace(s)
	return s, s != "" && len(s) <= maxName && isPlain(s) && !strings.ContainsAny(s, "\n\t") && len(redact.CheckText(s)) == 0
}

func errField(name, text string, cause error) error {
	return &apperr.Error{Kind: apperr.Invalid, Text: "Nothing was saved yet. Your entries are kept below.",
		Fields: []apperr.Field{{Name: name, Text: text}}, Cause: cause}
}
