package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// fingerprintName names how fingerprints are made, with the version of it.
const fingerprintName = "proofwalkFinding/v1"

// numberedName is what stands for an undeclared host or path segment: which
// number it gets depends on what else a capture holds.
var numberedName = regexp.MustCompile(`\bhost-\d+\.invalid\b|/s\d+\b`)

// fingerprints knows findings again in another call, which has another key, and
// in another recording: by rule, verdict and place, the place being method and
// address of the first entry without parameters. Findings that are alike in
// these count up.
type fingerprints struct {
	inputs map[string]*transcript.Transcript
	times  map[string]int
}

func newFingerprints(inputs []analysis.Input) *fingerprints {
	f := &fingerprints{inputs: map[string]*transcript.Transcript{}, times: map[string]int{}}
	for i := range inputs {
		f.inputs[inputs[i].ID] = inputs[i].T
	}
	return f
}

func (f *fingerprints) of(finding *analysis.Finding) map[string]string {
	about := finding.Rule + "\n" + string(finding.Verdict) + "\n" + f.place(finding.Refs)
	f.times[about]++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d", about, f.times[about]))
	return map[string]string{fingerprintName: hex.EncodeToString(sum[:16])}
}

func (f *fingerprints) place(refs []analysis.Ref) string {
	if len(refs) == 0 || f.inputs[refs[0].Capture] == nil {
		return ""
	}
	ref := refs[0]
	for _, e := range f.inputs[ref.Capture].Entries {
		if e.Index == ref.Entry {
			address, _, _ := strings.Cut(e.Request.URL, "#")
			address, _, _ = strings.Cut(address, "?")
			return e.Request.Method + " " + numberedName.ReplaceAllString(address, "*") + " " + withoutPseudonyms(ref.Param)
		}
	}
	return ""
}

// withoutPseudonyms leaves the clear parts of a text.
func withoutPseudonyms(text string) string {
	var clear strings.Builder
	for _, v := range transcript.Pieces(text) {
		if v.Kind == transcript.Clear {
			clear.WriteString(v.Text)
		}
	}
	return clear.String()
}
