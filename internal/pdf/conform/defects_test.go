package conform

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// defect is one planted fault. The checker has to find the rule, and besides it
// no rule that is not listed under also.
type defect struct {
	rule   string
	also   string                   // further rules that the fault breaks, apart by spaces
	object func(b *book)            // changes objects
	file   func(file []byte) []byte // changes bytes
}

func defects() []defect {
	return slices.Concat(fileDefects(), catalogDefects(), metadataDefects(), colourDefects(), structureDefects(), tableDefects(),
		contentDefects(), imageDefects(), markDefects(), fontDefects(), annotationDefects(), formDefects(), navigationDefects())
}

// TestDefects plants each fault into the good book.
func TestDefects(t *testing.T) {
	t.Parallel()
	for _, d := range defects() {
		b := good(t)
		if d.object != nil {
			d.object(b)
		}
		file := b.bytes()
		if d.file != nil {
			changed := d.file(bytes.Clone(file))
			if bytes.Equal(changed, file) {
				t.Errorf("%s: the fault was not planted", d.rule)
			}
			file = changed
		}
		r, err := Check(file)
		if err != nil {
			t.Errorf("%s: %v", d.rule, err)
			continue
		}
		want := append(strings.Fields(d.also), d.rule)
		slices.Sort(want)
		if got := r.Broken(); !slices.Equal(got, want) {
			t.Errorf("%s: the checker finds %v, want %v", d.rule, got, want)
			for _, v := range r.Violations {
				t.Log(v)
			}
		}
	}
}

// TestEveryRuleHasADefect: a rule without a planted fault is not known to work.
func TestEveryRuleHasADefect(t *testing.T) {
	t.Parallel()
	planted := map[string]bool{}
	for _, d := range defects() {
		planted[d.rule] = true
	}
	seen := map[string]bool{}
	for _, r := range Rules() {
		if !planted[r.ID] {
			t.Errorf("no fault is planted for the rule %s", r.ID)
		}
		if r.ID == "" || r.Text == "" || r.UA == "" && r.A == "" || seen[r.ID] || !strings.HasSuffix(r.Text, ".") || strings.Contains(r.Text, "\n") {
			t.Errorf("rule %q: no clause, no text of one line, or not the only one of its name", r.ID)
		}
		seen[r.ID] = true
	}
	for id := range planted {
		if !seen[id] {
			t.Errorf("a fault is planted for %s, which is no rule", id)
		}
	}
	if len(seen) < 60 {
		t.Errorf("there are %d rules", len(seen))
	}
}

// set, del, text and stream are the usual ways to plant a fault.

func put1(num int, path, src string) func(b *book) {
	return func(b *book) { b.put(num, path, src) }
}

func drop(num int, path string) func(b *book) {
	return func(b *book) { b.put(num, path, "") }
}

func swap(num int, from, to string) func(b *book) {
	return func(b *book) { b.replace(num, from, to) }
}

func swapBytes(from, to string) func([]byte) []byte {
	return func(file []byte) []byte { return bytes.Replace(file, []byte(from), []byte(to), 1) }
}

// both plants several changes.
func both(fs ...func(b *book)) func(b *book) {
	return func(b *book) {
		for _, f := range fs {
			f(b)
		}
	}
}
