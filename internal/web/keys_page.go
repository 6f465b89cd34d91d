package web

import (
	"context"
	"encoding/pem"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/keys"
	view "github.com/proofwalk/proofwalk/views/packet"
)

// keyRoutes are public: a stranger compares the fingerprint here.
func (s *Server) keyRoutes(g *echo.Group) {
	g.GET(pathKeys, s.showKeys)
	g.GET(pathKeysFile, s.downloadKeys)
	g.GET("/keys/:key/certificate.pem", s.downloadCertificate)
}

func pathCertificate(id string) string { return pathKeys + "/" + id + "/certificate.pem" }

// fingerprint is that of the root; empty where the server has had no keys.
func (s *Server) fingerprint(ctx context.Context) (string, error) {
	f, _, err := s.App.PublicKeys(ctx)
	if apperr.Is(err, apperr.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return f.Root.ID, nil
}

func (s *Server) showKeys(c echo.Context) error {
	ctx := c.Request().Context()
	m := view.KeysModel{Shell: s.strangerShell("Keys"), FileHref: pathKeysFile}
	m.Shell.Nav = strangerNav(pathKeys)
	f, _, err := s.App.PublicKeys(ctx)
	switch {
	case apperr.Is(err, apperr.NotFound):
		m.Missing = true
		return s.render(c, http.StatusOK, view.Keys(m))
	case err != nil:
		return err
	}
	_, err = s.App.SigningKeys(ctx)
	m.Missing, m.Fingerprint, m.IssuedAt = errors.Is(err, app.ErrNoSigningKey), f.Root.ID, f.IssuedAt.Time
	for _, k := range f.Keys {
		m.Keys = append(m.Keys, keyModel(k, s.Now()))
	}
	return s.render(c, http.StatusOK, view.Keys(m))
}

// useWords say what keys of a use sign.
var useWords = map[keys.Use]string{keys.UsePDF: "Reports (PDF)", keys.UseBundle: "Packets", keys.UseCheckpoint: "The audit log"}

func keyModel(k keys.Key, now time.Time) view.KeyModel {
	m := view.KeyModel{ID: k.ID, Use: useWords[k.Use], Algorithm: k.Algorithm, Status: view.KeyStatus(k.Status), NotBefore: k.NotBefore.Time}
	if k.RetiredAt != nil {
		m.RetiredAt, m.StillActive = k.RetiredAt.Time, k.RetiredAt.After(now)
	}
	if k.CompromisedAt != nil {
		m.CompromisedAt = k.CompromisedAt.Time
	}
	if k.Certificate != nil {
		m.Certificate = pathCertificate(k.ID)
	}
	return m
}

func (s *Server) downloadKeys(c echo.Context) error {
	_, encoded, err := s.App.PublicKeys(c.Request().Context())
	if err != nil {
		return err
	}
	attach(c, "keys.json")
	return c.Blob(http.StatusOK, "application/json", encoded)
}

// downloadCertificate gives the certificate of a PDF key, for readers of PDFs
// that are told whom to trust.
func (s *Server) downloadCertificate(c echo.Context) error {
	f, _, err := s.App.PublicKeys(c.Request().Context())
	if err != nil {
		return err
	}
	for _, k := range f.Keys {
		if k.ID == c.Param("key") && k.Certificate != nil {
			attach(c, "proofwalk-pdf-"+k.ID[:16]+".crt.pem")
			return c.Blob(http.StatusOK, "application/x-pem-file", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: k.Certificate}))
		}
	}
	return apperr.New(apperr.NotFound, "No key of this server has a certificate under this address.")
}
