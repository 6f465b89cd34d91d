package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

var findingHead = regexp.MustCompile(`^(FAIL|WARN|NOT SEEN|PASS) +[A-Z]{2}-\d\d  `)

// Of many sign-ins that are alike each answer stands once, with the sign-ins
// that it is about; one sign-in alone is not numbered.
func TestInspectTextOfManySignIns(t *testing.T) {
	t.Parallel()
	heads := func(files ...string) (heads []string, lines int) {
		a := call(t, nil, append([]string{"inspect", "--integration", integrations + "/faulty.yaml"}, files...)...)
		for line := range strings.Lines(a.stdout) {
			lines++
			if findingHead.MatchString(line) {
				heads = append(heads, strings.TrimSpace(line))
			}
		}
		return heads, lines
	}
	one, few := heads(captures + "/recorded/faulty-happy-path.har")
	many, more := heads(slices.Repeat([]string{captures + "/recorded/faulty-happy-path.har"}, 12)...)
	if len(one) < 40 || len(many) > len(one)+10 || more > few+40 {
		t.Errorf("one sign-in has %d answers in %d lines, twelve have %d in %d", len(one), few, len(many), more)
	}
	if all := strings.Join(one, "\n"); strings.Contains(all, "sign-in 1") {
		t.Errorf("the only sign-in is numbered:\n%s", all)
	}
	want := "FAIL      CB-02  The state is not bound to the browser (high)  [sign-in 1: t-001 entry 13; sign-in 2: t-002 entry 13; sign-in 3: t-003 entry 13; sign-in 4: t-004 entry 13; and 8 more]"
	if !slices.Contains(many, want) {
		t.Errorf("no line is %s in\n%s", want, strings.Join(many, "\n"))
	}
	seen := map[string]bool{}
	for _, head := range many {
		if seen[head] {
			t.Errorf("twice: %s", head)
		}
		seen[head] = true
	}
}
