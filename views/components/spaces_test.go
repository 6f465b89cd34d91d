package components_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A line of text before a component is drawn without a space between them: "Held" and
// a date are "HeldMon 2 Mar". Text that needs one is given by components.Text, or as a
// string, with the space in it.
func TestSpaceBeforeATime(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../*/*.templ")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	isTime := regexp.MustCompile(`^@components\.(Moment|MomentSeconds|Clock|Day)\(`)
	bare := regexp.MustCompile(`^[\pL\pN,.;(]`)
	opens := regexp.MustCompile(`[{:]$`) // of a block: if, for, case
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		before := ""
		for n, line := range strings.Split(string(text), "\n") {
			line = strings.TrimSpace(line)
			ends := strings.HasPrefix(before, `{ "`) && strings.HasSuffix(before, `" }`) && !strings.HasSuffix(before, ` " }`)
			if isTime.MatchString(line) && (bare.MatchString(before) && !opens.MatchString(before) || ends) {
				t.Errorf("%s:%d: no space is drawn between %q and the time", file, n+1, before)
			}
			before = line
		}
	}
}
