// Package leaktest_test tests the two halves of the leak test against each
// other: what the generator plants, the decoder finds.
package leaktest_test

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/leaktest/canary"
	"github.com/proofwalk/proofwalk/internal/leaktest/dig"
)

// seeds are the captures of a run; their alphabets differ.
var seeds = []uint64{1, 2, 3}

// The generator plants in as many positions as the product promises, no
// position twice, no value inside another.
func TestPlanted(t *testing.T) {
	t.Parallel()
	const wanted = 800
	for _, seed := range seeds {
		c := canary.HAR(seed)
		positions, people := map[string]bool{}, 0
		for _, planted := range c.Canaries {
			if positions[planted.Position] {
				t.Errorf("position %q is there twice", planted.Position)
			}
			positions[planted.Position] = true
			if planted.PII {
				people++
			}
			if len(planted.Value) < 8 {
				t.Errorf("%s: a value of %d characters", planted.Position, len(planted.Value))
			}
		}
		if len(positions) < wanted || people < 80 {
			t.Errorf("seed %d: %d positions, %d with personal data", seed, len(positions), people)
		}
		t.Logf("seed %d: %d values planted, %d in the form of personal data, %d bytes", seed, len(c.Canaries), people, len(c.JSON))
	}
}

// The decoder finds all that the other formats have planted.
func TestOtherFormats(t *testing.T) {
	t.Parallel()
	planted := 0
	for name, c := range map[string]canary.Capture{"SAML-tracer": canary.SAMLTracer(1), "Playwright's zip": canary.AttachedZip(1)} {
		values := make([]string, len(c.Canaries))
		for i, canary := range c.Canaries {
			values[i] = canary.Value
		}
		found := dig.NewSet(values).Find(dig.Texts(c.JSON))
		for i, canary := range c.Canaries {
			if !found[i] {
				t.Errorf("%s: %s is not found", name, canary.Position)
			}
		}
		planted += len(values)
	}
	if planted < 120 {
		t.Errorf("%d values planted", planted)
	}
}

// The same seed gives the same capture, another seed other values.
func TestSeeded(t *testing.T) {
	t.Parallel()
	a, b, other := canary.HAR(7), canary.HAR(7), canary.HAR(8)
	if string(a.JSON) != string(b.JSON) {
		t.Error("one seed gives two captures")
	}
	for i, c := range a.Canaries {
		if c.Value == other.Canaries[i].Value {
			t.Errorf("%s: two seeds plant the same value", c.Position)
		}
	}
}

// The decoder finds all that was planted, in every file.
func TestDecoderFindsEverything(t *testing.T) {
	t.Parallel()
	for _, seed := range seeds {
		c := canary.HAR(seed)
		values := make([]string, len(c.Canaries))
		for i, planted := range c.Canaries {
			values[i] = planted.Value
		}
		set := dig.NewSet(values)
		for i, f := range c.Files() {
			if i > 0 && seed != seeds[0] {
				break
			}
			found := set.Find(dig.Texts(f.Bytes))
			for i, planted := range c.Canaries {
				if !found[i] && !f.Cut {
					t.Errorf("seed %d, %s: %s is not found", seed, f.Name, planted.Position)
				}
			}
			if f.Cut && (len(found) < len(values)-60 || len(found) == len(values)) {
				t.Errorf("seed %d, %s: %d of %d are found", seed, f.Name, len(found), len(values))
			}
		}
		if seed == seeds[0] {
			t.Logf("%d of %d found in each whole file", len(values), len(values))
		}
	}
}

// Generator and decoder know neither each other nor the program.
func TestImports(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*/*.go")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		src, err := os.ReadFile(filepath.Clean(name))
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			if err != nil || strings.Contains(path, ".") {
				t.Errorf("%s imports %s: only the standard library is known here", name, path)
			}
		}
	}
}
