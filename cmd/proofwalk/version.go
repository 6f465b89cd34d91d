package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// version is set when the binary is built.
var version = "dev"

// buildVersion is the version as transcripts name it.
func buildVersion() string { return version }

type versionCommand struct {
	JSON bool `name:"json" help:"Answer as JSON."`
}

type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
	Format   int    `json:"redacted_har_format"`
	Policy   int    `json:"redaction_policy"`
	RuleSet  int    `json:"rule_set"`
}

// Run says what this build is.
func (c *versionCommand) Run(s *streams) error {
	b := build{
		Version: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Format: transcript.Format, Policy: transcript.Policy, RuleSet: analysis.RuleSet,
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				b.Revision = setting.Value
			}
		}
	}
	if c.JSON {
		return writeJSON(s.out, b)
	}
	_, err := fmt.Fprintf(s.out, "proofwalk %s (%s, %s)\nredacted HAR format %d, redaction policy %d, rule set %d\n",
		b.Version, b.Go, b.Platform, b.Format, b.Policy, b.RuleSet)
	return err
}
