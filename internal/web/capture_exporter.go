package web

import (
	"net/http"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	view "github.com/proofwalk/proofwalk/views/run"
)

// showExporter says how a partner's server records its own calls, and offers the
// key of the round without holding it.
func showExporter(r *request) error { return r.exporter("") }

// showExporterKey shows the key, once for each press and never in an address;
// each time is in the audit log.
func showExporterKey(r *request) error {
	id, run, err := r.runIDs()
	if err != nil {
		return err
	}
	key, err := r.server.App.HandOverExporterKey(r.ctx(), r.command(), id, run)
	if err != nil {
		return err
	}
	return r.exporter(key)
}

func (r *request) exporter(key string) error {
	p, err := r.runPage("Record on your server")
	if err != nil {
		return err
	}
	if !r.actor.Can(auth.RunTests, p.run.PartnerID) {
		return apperr.New(apperr.Forbidden, "Only the partner's admins and members record for a test run.")
	}
	return r.render(http.StatusOK, view.Exporter(view.ExporterModel{
		Shell: p.Shell, Run: runTitle(p.run.Number, p.run.Scenario), RunHref: pathRun(p.Summary.ID, p.run.ID), Round: p.run.RoundNumber,
		Action: pathExporter(p.Summary.ID, p.run.ID), UploadHref: pathUpload(p.Summary.ID, p.run.ID), Decided: !p.run.RoundOpen, Key: key,
	}))
}
