package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/proofwalk/proofwalk/internal/redact"
)

// kit is the built proofwalk.
type kit struct{ program, dir string }

func buildKit(ctx context.Context, dir string) (kit, error) {
	k := kit{filepath.Join(dir, "proofwalk"), dir}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", k.program, "./cmd/proofwalk")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return k, fmt.Errorf("building the kit: %w: %s", err, out)
	}
	return k, nil
}

// redact runs the kit once over the sample, as a whole process.
func (k kit) redact(ctx context.Context, sample string) (m measured, err error) {
	report := filepath.Join(k.dir, "report.json")
	cmd := exec.CommandContext(ctx, k.program, "redact", "-o", filepath.Join(k.dir, "out.har"), "--report", report, sample)
	began := time.Now()
	out, err := cmd.CombinedOutput()
	m.took = time.Since(began)
	if err != nil {
		return m, fmt.Errorf("running the kit: %w: %s", err, out)
	}
	m.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	b, err := os.ReadFile(report)
	if err != nil {
		return m, err
	}
	var r redact.Report
	if err := json.Unmarshal(b, &r); err != nil {
		return m, err
	}
	m.values = r.Total()
	return m, nil
}
