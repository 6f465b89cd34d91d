// Package docs_test keeps the documents true: what they name must exist.
package docs_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = ".."

// The documents together name far more than this; fewer would mean that the
// patterns below no longer recognise anything.
const (
	minPaths   = 20
	minTargets = 6
	minCalls   = 15
)

var (
	codeSpan = regexp.MustCompile("`([^`\n]+)`")
	// A path of the repository: one of its top folders, then names; the first
	// word only, so that `scripts/setup.sh demo` counts too.
	repoPath = regexp.MustCompile(`^(?:\./)?((?:\.ci|cmd|docs|examples|internal|migrations|scripts|tools|views)/[\w./*-]*)(?:\s|$)`)
	// A file at the root, such as Makefile, go.mod or .golangci.yml.
	rootFile  = regexp.MustCompile(`^(?:Makefile|LICENSE|go\.(?:mod|sum)|[\w.]+\.(?:md|yml))$`)
	mdLink    = regexp.MustCompile(`\]\(([^)#\s]+)(?:#[^)]*)?\)`)
	makeCall  = regexp.MustCompile(`(?m)(?:^\s*(?:\$ )?|` + "`" + `)make ([a-z][a-z-]*)`)
	makeRule  = regexp.MustCompile(`(?m)^([a-z][a-z-]*):`)
	directReq = regexp.MustCompile(`(?m)^\t(\S+) v\S+$`)
	// A call of one of the two binaries, at the beginning of a line or a code
	// span, and a command as the command line's structs name it.
	call    = regexp.MustCompile("(?m)(?:^\\s*|`|bin/)(proofwalkd?) ([a-z]+)(?: ([a-z]+))?")
	command = regexp.MustCompile("(?m)^\t(\\w+) +(\\w+) +`cmd:\"\"")
	depLine = regexp.MustCompile("`((?:[a-z0-9-]+\\.)+[a-z]+/[\\w./-]+)`")
)

// documents returns every Markdown file by its path from the root.
func documents(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{"README.md": "", "CONTRIBUTING.md": ""}
	err := fs.WalkDir(os.DirFS(root), "docs", func(name string, _ fs.DirEntry, err error) error {
		if err == nil && path.Ext(name) == ".md" {
			found[name] = ""
		}
		return err
	})
	if err != nil {
		t.Fatalf("listing documents: %v", err)
	}
	for name := range found {
		found[name] = read(t, name)
	}
	return found
}

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatalf("reading document: %v", err)
	}
	return string(content)
}

// exists reports whether a path from the root, perhaps with a *, is there.
func exists(t *testing.T, name string) bool {
	t.Helper()
	matches, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatalf("matching %s: %v", name, err)
	}
	return len(matches) > 0
}

func TestNamedPathsExist(t *testing.T) {
	t.Parallel()
	checked := 0
	for doc, text := range documents(t) {
		var names []string
		for _, span := range codeSpan.FindAllStringSubmatch(text, -1) {
			if m := repoPath.FindStringSubmatch(span[1]); m != nil {
				names = append(names, m[1])
			} else if rootFile.MatchString(span[1]) && path.Dir(doc) == "." {
				names = append(names, span[1])
			}
		}
		for _, link := range mdLink.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(link[1], ":") {
				names = append(names, path.Join(path.Dir(doc), link[1]))
			}
		}
		for _, name := range names {
			if strings.Contains(name, "NNNNNN") {
				continue // a pattern for names to come
			}
			checked++
			if !exists(t, name) {
				t.Errorf("%s names %s, which does not exist", doc, name)
			}
		}
	}
	if checked < minPaths {
		t.Errorf("checked %d paths, want at least %d", checked, minPaths)
	}
}

func TestNamedMakeTargetsExist(t *testing.T) {
	t.Parallel()
	targets := map[string]bool{}
	for _, rule := range makeRule.FindAllStringSubmatch(read(t, "Makefile"), -1) {
		targets[rule[1]] = true
	}
	called := map[string]map[string]bool{}
	checked := 0
	for doc, text := range documents(t) {
		called[doc] = map[string]bool{}
		for _, call := range makeCall.FindAllStringSubmatch(text, -1) {
			checked++
			called[doc][call[1]] = true
			if !targets[call[1]] {
				t.Errorf("%s names make %s, which the Makefile lacks", doc, call[1])
			}
		}
	}
	if checked < minTargets {
		t.Errorf("checked %d make targets, want at least %d", checked, minTargets)
	}
	for _, target := range []string{"demo", "test"} {
		if !called["README.md"][target] {
			t.Errorf("README.md does not name make %s", target)
		}
	}
}

// commandsOf gives the commands of a binary, "keys list" among them, as they
// stand in its source.
func commandsOf(t *testing.T, binary string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "cmd", binary, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("listing the source of %s: %d files, %v", binary, len(files), err)
	}
	of := map[string][][]string{} // by the struct that names them
	for _, file := range files {
		for _, part := range strings.Split(read(t, filepath.ToSlash(strings.TrimPrefix(file, root))), "\ntype ")[1:] {
			name, _, _ := strings.Cut(part, " ")
			of[name] = append(of[name], command.FindAllStringSubmatch(part, -1)...)
		}
	}
	known := map[string]bool{}
	for _, c := range of["commands"] {
		known[strings.ToLower(c[1])] = true
		for _, sub := range of[c[2]] {
			known[strings.ToLower(c[1]+" "+sub[1])] = true
		}
	}
	return known
}

func TestNamedCommandsExist(t *testing.T) {
	t.Parallel()
	known := map[string]map[string]bool{"proofwalk": commandsOf(t, "proofwalk"), "proofwalkd": commandsOf(t, "proofwalkd")}
	hasParts := func(binary, name string) bool {
		for other := range known[binary] {
			if strings.HasPrefix(other, name+" ") {
				return true
			}
		}
		return false
	}
	checked := 0
	for doc, text := range documents(t) {
		for _, c := range call.FindAllStringSubmatch(text, -1) {
			checked++
			name := c[2]
			if c[3] != "" && hasParts(c[1], name) {
				name += " " + c[3]
			}
			if !known[c[1]][name] {
				t.Errorf("%s names %s %s, which is no command", doc, c[1], name)
			}
		}
	}
	if checked < minCalls {
		t.Errorf("checked %d commands, want at least %d", checked, minCalls)
	}
}

// Every direct dependency has its reason in the decisions, and no reason
// outlives its dependency.
func TestDependenciesHaveReasons(t *testing.T) {
	t.Parallel()
	required := map[string]bool{}
	for _, line := range directReq.FindAllStringSubmatch(read(t, "go.mod"), -1) {
		required[line[1]] = true
	}
	if len(required) == 0 {
		t.Fatal("found no direct dependency in go.mod")
	}
	explained := map[string]bool{}
	for _, line := range strings.Split(read(t, "docs/decisions/dependencies.md"), "\n") {
		cell, _, _ := strings.Cut(strings.TrimPrefix(line, "| "), " |")
		for _, name := range depLine.FindAllStringSubmatch(cell, -1) {
			if strings.HasPrefix(line, "| `") {
				explained[name[1]] = true
			}
		}
	}
	for name := range required {
		if !explained[name] {
			t.Errorf("dependencies.md has no line for %s", name)
		}
	}
	for name := range explained {
		if !required[name] {
			t.Errorf("dependencies.md explains %s, which go.mod does not require", name)
		}
	}
}
