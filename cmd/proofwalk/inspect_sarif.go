package main

import (
	"cmp"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/proofwalk/proofwalk/docs"
	"github.com/proofwalk/proofwalk/internal/analysis"
)

// The parts of SARIF 2.1.0 (OASIS) that findings need. A file of the format holds
// the whole catalogue, so that a viewer can show what was not violated too.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool       `json:"tool"`
		Artifacts  []sarifArtifact `json:"artifacts"`
		Results    []sarifResult   `json:"results"`
		ColumnKind string          `json:"columnKind"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID       string         `json:"id"`
		Short    sarifText      `json:"shortDescription"`
		Full     sarifText      `json:"fullDescription"`
		Help     sarifHelp      `json:"help"`
		Defaults sarifDefaults  `json:"defaultConfiguration"`
		More     map[string]any `json:"properties"`
	}
	sarifDefaults struct {
		Level string `json:"level"`
	}
	sarifArtifact struct {
		Location sarifURI `json:"location"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Kind      string          `json:"kind"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
		// Fingerprints tell a finding from others over several files of the format (3.27.17).
		Fingerprints map[string]string `json:"partialFingerprints,omitempty"`
		More         map[string]any    `json:"properties"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifHelp struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifLocation struct {
		Physical struct {
			Artifact sarifURI `json:"artifactLocation"`
		} `json:"physicalLocation"`
		Logical []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifURI struct {
		URI   string `json:"uri"`
		Index *int   `json:"index,omitempty"`
	}
	sarifLogical struct {
		Name string `json:"name"`
		Full string `json:"fullyQualifiedName"`
		Kind string `json:"kind"`
	}
)

// sarifVerdicts are a verdict's kind and level (3.27.9 and 3.27.10): what the
// captures cannot tell stays open, it is no pass.
var sarifVerdicts = map[analysis.Verdict][2]string{
	analysis.Fail: {"fail", "error"}, analysis.Warn: {"fail", "warning"},
	analysis.Pass: {"pass", "none"}, analysis.NotSeen: {"open", "none"},
}

// sarif gives the findings as a SARIF log.
func (a *inspection) sarif() sarifLog {
	run := sarifRun{
		Tool:       sarifTool{sarifDriver{Name: "proofwalk", Version: version}},
		Artifacts:  []sarifArtifact{},
		Results:    []sarifResult{},
		ColumnKind: "unicodeCodePoints",
	}
	indexes := map[string]int{}
	for i, r := range analysis.Catalogue() {
		indexes[r.ID] = i
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{
			ID: r.ID, Short: sarifText{r.Title}, Full: sarifText{r.Decides}, Help: helpOf(r),
			Defaults: sarifDefaults{sarifLevel(r.Severity)},
			More:     map[string]any{"severity": r.Severity, "needs": r.Needs, "family": r.Family},
		})
	}
	prints := newFingerprints(a.inputs)
	files := map[string]sarifURI{} // by the capture's id
	listed := map[string]int{}     // a file that was given twice stands once
	for _, c := range a.Captures {
		uri := fileURI(c.File)
		n, again := listed[uri]
		if !again {
			n = len(listed)
			listed[uri] = n
			run.Artifacts = append(run.Artifacts, sarifArtifact{sarifURI{URI: uri}})
		}
		files[c.ID] = sarifURI{URI: uri, Index: &n}
	}
	for i := range a.Findings {
		f := &a.Findings[i]
		words := sarifVerdicts[f.Verdict]
		result := sarifResult{RuleID: f.Rule, RuleIndex: indexes[f.Rule], Kind: words[0], Level: words[1], Message: sarifText{said(f)}, More: findingMore(f), Fingerprints: prints.of(f)}
		for _, ref := range f.Refs {
			if file, known := files[ref.Capture]; known {
				result.Locations = append(result.Locations, sarifPlace(&ref, file))
			}
		}
		if len(result.Locations) == 0 { // viewers leave out what is nowhere
			result.Locations = []sarifLocation{sarifPlace(nil, files[a.Captures[0].ID])}
		}
		run.Results = append(run.Results, result)
	}
	return sarifLog{Schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}}
}

// helpOf gives the rule's page of the documents: its beginning as plain text, for
// viewers that know no other, and the whole as Markdown. A rule has no helpUri:
// its page has no address that holds for every reader.
func helpOf(r analysis.Rule) sarifHelp {
	page := docs.RulePage(r.ID)
	_, text, _ := strings.Cut(page, "\n\n")
	decides, rest, _ := strings.Cut(text, "\n\n")
	needs, _, _ := strings.Cut(rest, "\n\n")
	return sarifHelp{Text: decides + " " + needs, Markdown: page}
}

// sarifLevel is how loud a rule's failure is, where nothing else is configured.
func sarifLevel(s analysis.Severity) string {
	if s == analysis.Low {
		return "warning"
	}
	return "error"
}

// said is a finding in sentences: what is so, what was expected, whose it is and
// how to mend it; or why it cannot be told.
func said(f *analysis.Finding) string {
	switch f.Verdict {
	case analysis.Fail, analysis.Warn:
		return fmt.Sprintf("%s. Expected: %s. Actual: %s. %s %s", f.Title, f.Expected, f.Actual, f.CauseWhy, f.Cure)
	case analysis.NotSeen:
		return f.Title + ". Not seen: " + f.Why
	}
	return f.Title + "."
}

// findingMore is what SARIF has no word for.
func findingMore(f *analysis.Finding) map[string]any {
	more := map[string]any{"verdict": f.Verdict, "severity": f.Severity, "clause": f.Clause}
	if f.Cause != "" {
		more["cause"] = f.Cause
	}
	if f.Flow > 0 {
		more["sign_in"] = f.Flow
	}
	return more
}

// sarifPlace is an entry of a capture, or the capture as a whole: a HAR has no
// lines to point to.
func sarifPlace(ref *analysis.Ref, file sarifURI) sarifLocation {
	var l sarifLocation
	l.Physical.Artifact = file
	if ref == nil {
		return l
	}
	name := fmt.Sprintf("entry %d", ref.Entry+1)
	if ref.Param != "" {
		name += ", " + ref.Param
	}
	l.Logical = []sarifLogical{{Name: name, Full: fmt.Sprintf("log.entries[%d]", ref.Entry), Kind: "element"}}
	return l
}

// fileURI gives a file's name as a reference that is relative to where the
// program was called, unless the name is whole.
func fileURI(name string) string {
	path := filepath.ToSlash(name)
	if filepath.IsAbs(name) {
		return (&url.URL{Scheme: "file", Path: "/" + strings.TrimLeft(path, "/")}).String() // a drive's letter needs the slash
	}
	return cmp.Or((&url.URL{Path: path}).String(), "-")
}
