package main

import (
	"io"
	"os"
	"slices"
	"testing"

	"github.com/proofwalk/proofwalk/internal/e2e/faults/matrix"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/party"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/provider"
)

const kept = "../../../testdata/captures/faults"

func allCases() (all []matrix.Case) {
	for _, g := range groups() {
		all = append(all, g.cases...)
	}
	return all
}

// TestKeptRecordings holds the recordings of the last live run to what is
// expected of them: a rule that changes its mind shows here first.
func TestKeptRecordings(t *testing.T) {
	t.Parallel()
	for _, c := range allCases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			r := runner{out: io.Discard}
			r.judgeKept(kept, []matrix.Case{c})
			if !r.matrix.Right() {
				if err := r.matrix.Write(t.Output()); err != nil {
					t.Fatal(err)
				}
				t.Fail()
			}
		})
	}
}

// TestCases checks the tables themselves.
func TestCases(t *testing.T) {
	t.Parallel()
	names, faults := map[string]bool{}, map[string]bool{}
	faultless := map[string]bool{}
	for _, c := range allCases() {
		if names[c.Name] {
			t.Errorf("two cases are called %s", c.Name)
		}
		names[c.Name] = true
		if (c.Fault == "") != (len(c.Expected) == 0) {
			t.Errorf("%s: a fault must be found, and only a fault", c.Name)
		}
		if c.Fault == "" {
			faultless[string(c.Protocol)+" at "+c.Provider] = true
		} else {
			faults[string(c.Protocol)+" "+c.Fault] = true
		}
	}
	for _, c := range allCases() {
		if about := string(c.Protocol) + " at " + c.Provider; !faultless[about] {
			t.Errorf("no case is faultless for %s", about)
		}
	}
	if len(faults) < 40 {
		t.Errorf("%d faults, not 40", len(faults))
	}
	committed := func(fault string) bool { return faults["oauth "+fault] || faults["oidc "+fault] }
	for _, f := range party.Faults() {
		if !committed(string(f)) {
			t.Errorf("no case lets the relying party commit %s", f)
		}
	}
	for _, f := range provider.Faults() {
		if !committed(f) {
			t.Errorf("no case lets the provider commit %s", f)
		}
	}
	dirs, err := os.ReadDir(kept)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		if d.IsDir() && !names[d.Name()] {
			t.Errorf("%s is kept and no case is called so", d.Name())
		}
	}
	if !slices.ContainsFunc(dirs, os.DirEntry.IsDir) {
		t.Error("nothing is kept")
	}
}
