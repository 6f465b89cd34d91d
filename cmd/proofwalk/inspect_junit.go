package main

import (
	"encoding/xml"
	"fmt"
	"io"

	"github.com/proofwalk/proofwalk/internal/analysis"
)

// JUnit's XML as build servers read it: a case per finding. It has no warning, so
// a warning is a case that passes and says so; what was not seen is skipped.
type (
	junitSuites struct {
		XMLName  xml.Name   `xml:"testsuites"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Skipped  int        `xml:"skipped,attr"`
		Suite    junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string     `xml:"classname,attr"`
		Name    string     `xml:"name,attr"`
		Failure *junitSaid `xml:"failure,omitempty"`
		Skipped *junitSaid `xml:"skipped,omitempty"`
		Out     string     `xml:"system-out,omitempty"`
	}
	junitSaid struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// writeJUnit writes the findings as JUnit XML.
func (a *inspection) writeJUnit(w io.Writer) error {
	suite := junitSuite{Name: "proofwalk", Tests: len(a.Findings), Failures: a.Summary[analysis.Fail], Skipped: a.Summary[analysis.NotSeen]}
	titles := map[string]analysis.Rule{}
	for _, r := range analysis.Catalogue() {
		titles[r.ID] = r
	}
	for i := range a.Findings {
		f := &a.Findings[i]
		rule := titles[f.Rule]
		c := junitCase{Class: "proofwalk." + string(rule.Family), Name: f.Rule + " " + rule.Title}
		if f.Flow > 0 {
			c.Name += fmt.Sprintf(" (sign-in %d)", f.Flow)
		}
		switch f.Verdict {
		case analysis.Fail:
			c.Failure = &junitSaid{Message: f.Title, Type: string(f.Severity), Text: said(f) + " " + f.Clause + "."}
		case analysis.NotSeen:
			c.Skipped = &junitSaid{Message: f.Why}
		case analysis.Warn:
			c.Out = "Warning: " + said(f) + " " + f.Clause + "."
		}
		suite.Cases = append(suite.Cases, c)
	}
	out, err := xml.MarshalIndent(junitSuites{Tests: suite.Tests, Failures: suite.Failures, Skipped: suite.Skipped, Suite: suite}, "", "  ")
	if err != nil {
		return fmt.Errorf("writing JUnit: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, out)
	return err
}
