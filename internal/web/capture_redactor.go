package web

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/integration"
)

// redactorSetup is what the redactor of the upload page works with.
type redactorSetup struct {
	Round                string             `json:"round"`
	Key                  []byte             `json:"key"` // base64
	Names                json.RawMessage    `json:"names"`
	Integration          integration.Config `json:"integration"`
	IntegrationDigest    string             `json:"integration_digest"`
	ConfigurationVersion int                `json:"configuration_version"`
	MaxBytes             int64              `json:"max_bytes"`
	MaxEntries           int                `json:"max_entries"`
	MayDeclare           bool               `json:"may_declare"`
}

// handOverRedactor gives the round's key to the upload page of somebody who may
// add captures.
func handOverRedactor(r *request) error {
	id, run, err := r.runIDs()
	if err != nil {
		return err
	}
	setup, err := r.server.App.HandOverRedactor(r.ctx(), r.command(), id, run)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, redactorSetup{Round: setup.Round.String(), Key: setup.Key[:], Names: setup.Names,
		Integration: setup.Config, IntegrationDigest: setup.ConfigDigest, ConfigurationVersion: setup.ConfigurationVersion,
		MaxBytes: app.MaxCaptureBytes, MaxEntries: app.MaxCaptureEntries, MayDeclare: r.actor.Can(auth.EditPartner, setup.PartnerID) && r.actor.Can(auth.EditIntegration, setup.PartnerID)})
}

// maxDeclared bounds how many names one form declares.
const maxDeclared = 500

// declareNames adds what a preview hid to the description.
func declareNames(r *request) error {
	id, err := r.id("integration")
	if err != nil {
		return err
	}
	form, err := r.declaration()
	if err != nil {
		return err
	}
	version, err := r.server.App.DeclareNames(r.ctx(), r.command(), id, form)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]int{"configuration_version": version})
}

// declaration reads the form of declareNames.
func (r *request) declaration() (d app.Declaration, err error) {
	form, err := r.FormParams()
	if err != nil {
		return d, apperr.Wrap(apperr.Invalid, "The form could not be read.", err)
	}
	d = app.Declaration{OwnHosts: form["own_host"], ThirdPartyHosts: form["third_party_host"], Paths: form["path"], Titles: form["title"]}
	if n := len(d.OwnHosts) + len(d.ThirdPartyHosts) + len(d.Paths) + len(d.Titles); n == 0 || n > maxDeclared {
		return d, apperr.New(apperr.Invalid, "Choose between one and "+strconv.Itoa(maxDeclared)+" names to declare.")
	}
	if d.ConfigurationVersion, err = strconv.Atoi(form.Get("configuration_version")); err != nil {
		return d, apperr.New(apperr.Invalid, "The form does not say which version of the description it belongs to. Load the page again.")
	}
	return d, nil
}
