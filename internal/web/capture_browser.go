package web

import (
	"strings"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/assets"
	view "github.com/proofwalk/proofwalk/views/run"
)

// offerRedactor adds the redactor for the browser to the upload page, where this
// build carries it: its parts, and a policy under which they run.
func (r *request) offerRedactor(m *view.UploadModel, p runPage) error {
	m.Shell.NoHTMX = true
	if !assets.HasRedactor() {
		return nil
	}
	members, err := store.ListMembers(r.ctx(), r.reader(), r.scope())
	if err != nil {
		return err
	}
	var admins []string
	for _, one := range members {
		if one.PartnerID == p.run.PartnerID && one.Role == auth.PartnerAdmin && !one.Disabled {
			admins = append(admins, one.Name)
		}
	}
	m.Shell.Scripts = append(m.Shell.Scripts, "upload.js")
	m.Redactor = &view.RedactorModel{
		Module: assets.Path("gen/redact.wasm"), Worker: assets.Path("redact_worker.js"), FileWorker: assets.Path("file_worker.js"),
		HandOver: pathRedactor(p.Summary.ID, p.run.ID), Reveal: pathReveal(p.Summary.ID), Version: r.server.Version, Admins: strings.Join(admins, ", "),
	}
	r.Response().Header().Set("Content-Security-Policy", modulePolicy(nonce(r.Context)))
	return nil
}
