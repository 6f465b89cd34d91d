package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/redact"
)

// uploadRedacted sends what the upload page sends: the file redacted for the
// round on this side, here by the same code in this process, before it is timed.
func (s *server) uploadRedacted(file string, n int) (m measured, size int64, err error) {
	form, err := s.newRun(n)
	if err != nil {
		return m, 0, err
	}
	redactor, err := s.redactor(strings.TrimSuffix(form, "/capture") + "/redactor")
	if err != nil {
		return m, 0, err
	}
	f, err := os.Open(file)
	if err != nil {
		return m, 0, fmt.Errorf("opening the capture: %w", err)
	}
	defer f.Close()
	raw, err := captureOf(f, n)
	if err != nil {
		return m, 0, err
	}
	var redacted bytes.Buffer
	if _, err := redactor.HAR(&redacted, raw, capture.Limits{}); err != nil {
		return m, 0, err
	}
	names, err := json.Marshal(redactor.Names())
	if err != nil {
		return m, 0, err
	}
	size = int64(redacted.Len())
	body, err := formOf(names, sized{Reader: bytes.NewReader(redacted.Bytes()), bytes: size})
	if err != nil {
		return m, 0, err
	}
	m, err = s.send(form, body)
	return m, size, err
}

// redactor asks for the round's key and names, as the upload page does.
func (s *server) redactor(path string) (*redact.Redactor, error) {
	req, err := http.NewRequest(http.MethodPost, s.origin+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	res, err := s.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("asking for the round's key: %w", err)
	}
	defer res.Body.Close()
	var setup struct {
		Round             string             `json:"round"`
		Key               []byte             `json:"key"`
		Names             json.RawMessage    `json:"names"`
		Integration       integration.Config `json:"integration"`
		IntegrationDigest string             `json:"integration_digest"`
	}
	if err := json.NewDecoder(res.Body).Decode(&setup); err != nil || len(setup.Key) != 32 {
		return nil, fmt.Errorf("reading the round's key: status %d", res.StatusCode)
	}
	table := redact.NewNameTable()
	if err := json.Unmarshal(setup.Names, table); err != nil {
		return nil, err
	}
	return redact.New(redact.Options{Config: &setup.Integration, Digest: setup.IntegrationDigest, Key: [32]byte(setup.Key),
		Round: setup.Round, Names: table, Name: redact.BrowserName, Version: "bench"}), nil
}
