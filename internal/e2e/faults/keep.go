package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/matrix"
	"github.com/proofwalk/proofwalk/internal/integration"
)

// A case is kept in a folder of its name: the integration, and the captures in
// their order, each named by its kind. Redacted captures repeat themselves, so
// that packing makes a sixth of them; the kit reads them as they are.
const (
	integrationFile = "integration.yaml"
	captureSuffix   = ".har.gz"
)

// write keeps a recording.
func (rec recording) write(dir, name string) error {
	dir = filepath.Join(dir, name)
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	text, err := integration.Marshal(rec.config)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, integrationFile), text, 0o644); err != nil {
		return err
	}
	for i, f := range rec.files {
		har, err := packed(f.har)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d-%s%s", i+1, f.kind, captureSuffix)), har, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func packed(har []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(har)
	err = errors.Join(err, w.Close())
	return b.Bytes(), err
}

// read gives a recording that was kept.
func read(dir, name string) (rec recording, err error) {
	dir = filepath.Join(dir, name)
	text, err := os.ReadFile(filepath.Join(dir, integrationFile))
	if err != nil {
		return rec, fmt.Errorf("reading what was kept: %w", err)
	}
	if rec.config, err = integration.Parse(text); err != nil {
		return rec, err
	}
	names, err := filepath.Glob(filepath.Join(dir, "*"+captureSuffix))
	if err != nil {
		return rec, err
	}
	for _, path := range names { // in their order
		_, kind, _ := strings.Cut(strings.TrimSuffix(filepath.Base(path), captureSuffix), "-")
		har, err := os.ReadFile(path)
		if err != nil {
			return rec, err
		}
		rec.files = append(rec.files, captured{analysis.CaptureKind(kind), har})
	}
	return rec, nil
}

// judgeKept judges what was kept of the cases.
func (r *runner) judgeKept(dir string, cases []matrix.Case) {
	for _, c := range cases {
		recorded, err := read(dir, c.Name)
		r.add(c, recorded, err)
	}
}
