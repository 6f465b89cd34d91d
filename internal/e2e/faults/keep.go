package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/matrix"
	"github.com/proofwalk/proofwalk/internal/integration"
)

// A case is kept in a folder of its name: the integration, and the captures in
// their order, each named by its kind.
const integrationFile = "integration.yaml"

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
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d-%s.har", i+1, f.kind)), f.har, 0o644); err != nil {
			return err
		}
	}
	return nil
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
	names, err := filepath.Glob(filepath.Join(dir, "*.har"))
	if err != nil {
		return rec, err
	}
	for _, path := range names { // in their order
		_, kind, _ := strings.Cut(strings.TrimSuffix(filepath.Base(path), ".har"), "-")
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
