package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

type inspectCommand struct {
	Files       []string `arg:"" name:"file" help:"The captures of one test run."`
	Integration string   `placeholder:"I.yaml" help:"The integration that they are judged against."`
	Format      string   `enum:"text,json,sarif,junit" default:"text" help:"text, json, sarif (2.1.0) or junit."`
}

// Help shows examples.
func (inspectCommand) Help() string {
	return `The captures are redacted in memory and judged together as one test run; nothing is written and nothing leaves.
Examples:
  proofwalk inspect --integration integration.yaml sign-in.har
  proofwalk inspect --format json browser.har backchannel.har
  proofwalk inspect --format sarif sign-in.har > findings.sarif
A warning passes in JUnit and says so in system-out; what was not seen is skipped there, and open in SARIF.`
}

// inspection is the answer as JSON has it.
type inspection struct {
	RuleSet  int                      `json:"rule_set"`
	Captures []inspected              `json:"captures"`
	Summary  map[analysis.Verdict]int `json:"summary"`
	Findings []analysis.Finding       `json:"findings"`

	inputs []analysis.Input
}

type inspected struct {
	ID        string   `json:"id"`
	File      string   `json:"file"`
	Entries   int      `json:"entries"`
	Exporter  string   `json:"exporter"`
	Truncated bool     `json:"truncated"`
	Limits    []string `json:"limits"` // what the capture cannot show
}

// Run judges the captures.
func (c *inspectCommand) Run(s *streams) error {
	cfg, err := readIntegration(c.Integration)
	if err != nil {
		return err
	}
	answer := inspection{RuleSet: analysis.RuleSet, Summary: map[analysis.Verdict]int{}}
	redactor := newRedactor(cfg, nil)
	for i, name := range c.Files {
		in, err := open(name, s)
		if err != nil {
			return inputError(name, err)
		}
		t, report, err := judged(redactor, in)
		if err = errors.Join(err, in.Close()); err != nil {
			return inputError(name, err)
		}
		if err := doubted(cfg, &report); err != nil {
			return inputError(name, err)
		}
		id := fmt.Sprintf("t-%03d", i+1)
		one := analysis.Input{ID: id, RedactedBy: "partner_cli", T: t}
		if report.ByPartnerServer() {
			one.RedactedBy, one.Kind = "partner_server", analysis.KindBackChannel
		}
		answer.inputs = append(answer.inputs, one)
		answer.Captures = append(answer.Captures, inspected{id, name, report.Entries, report.Exporter, report.Truncated, report.Limits})
	}
	if cfg == nil {
		cfg = &integration.Config{}
	}
	answer.Findings = analysis.Judge(*cfg, answer.inputs, nil)
	for _, f := range answer.Findings {
		answer.Summary[f.Verdict]++
	}
	if err := answer.writeAs(c.Format, s.out); err != nil {
		return err
	}
	if answer.Summary[analysis.Fail] > 0 {
		return answerNo{}
	}
	return nil
}

// judged redacts a capture and keeps what rules read of it.
func judged(redactor *redact.Redactor, in io.Reader) (*transcript.Transcript, redact.Report, error) {
	kept := analysis.Collector{Keeper: analysis.Keeper{Unsaid: true}}
	report, err := redactor.Stream(io.Discard, in, capture.Limits{}, func(e *transcript.Entry) error {
		kept.Add(e)
		return kept.Err()
	})
	return &transcript.Transcript{Meta: report.Meta, Entries: kept.Entries()}, report, err
}

// writeAs writes the answer in one of the formats.
func (a *inspection) writeAs(format string, w io.Writer) error {
	switch format {
	case "json":
		return writeJSON(w, a)
	case "sarif":
		return writeJSON(w, a.sarif())
	case "junit":
		return a.writeJUnit(w)
	}
	return a.write(w)
}

// doubted refuses a file that says it was redacted and is not as redaction makes
// it: the rules would rest on facts that somebody wrote by hand.
func doubted(cfg *integration.Config, report *redact.Report) error {
	if report.Before == nil || report.Confirmed() {
		return nil
	}
	digest := ""
	if cfg != nil {
		digest = integration.Digest(*cfg)
	}
	if report.Meta.IntegrationDigest != digest {
		return errors.New("it was redacted for another integration than the one given, and what it says cannot be checked")
	}
	if len(report.Contradictions) > 0 {
		c := report.Contradictions[0]
		return fmt.Errorf("it was changed after it was redacted: in entry %d, the fact %s is not what the entry shows", c.Entry+1, c.Fact)
	}
	return fmt.Errorf("it says that it was redacted, but it is not what redaction makes%s", firstPlace(report.Items))
}

// firstPlace names what the second pass took away first.
func firstPlace(items []redact.Item) string {
	if len(items) == 0 {
		return ""
	}
	it := slices.MinFunc(items, func(a, b redact.Item) int { return cmp.Compare(a.Entry, b.Entry) })
	where := fmt.Sprintf(": %s takes away something in %s", it.Rule, strings.ReplaceAll(it.Place, ".", " "))
	if it.Entry >= 0 {
		where += fmt.Sprintf(" of entry %d", it.Entry+1)
	}
	return where
}
