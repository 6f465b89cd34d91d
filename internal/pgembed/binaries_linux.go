package pgembed

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// usualBinDirs are where distributions put the server programs: Debian, the
// PostgreSQL project's RPMs, Alpine.
var usualBinDirs = []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*"}

// version output looks like "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)".
var versionOutput = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

type binaries struct {
	dir   string
	major int
}

func (b binaries) path(program string) string { return filepath.Join(b.dir, program) }

// findBinaries returns the programs that fit the data directory: of the major
// that made it, or the newest where there is no data yet.
func findBinaries(ctx context.Context, binDir, data string) (binaries, error) {
	wanted, err := dataMajor(data)
	if err != nil {
		return binaries{}, err
	}
	found := installedBinaries(ctx, binDir)
	var best binaries
	var majors []string
	for _, b := range found {
		majors = append(majors, strconv.Itoa(b.major))
		if b.major >= MinMajor && b.major > best.major && (wanted == 0 || b.major == wanted) {
			best = b
		}
	}
	switch {
	case best.major != 0:
		return best, nil
	case wanted != 0 && wanted < MinMajor:
		return binaries{}, fmt.Errorf("%w: it was made by PostgreSQL %d, and %d is the oldest supported: dump it with that version and restore it into a new data directory",
			ErrOtherMajor, wanted, MinMajor)
	case wanted != 0:
		return binaries{}, fmt.Errorf("%w: it was made by PostgreSQL %d, installed here: %s: install the Debian package postgresql-%d",
			ErrOtherMajor, wanted, orNone(majors), wanted)
	default:
		return binaries{}, fmt.Errorf("%w: need version %d or newer, found: %s: install the Debian package postgresql, or set DATABASE_URL",
			ErrNotInstalled, MinMajor, orNone(majors))
	}
}

// dataMajor reads which major version made the cluster; 0 means no cluster.
func dataMajor(data string) (int, error) {
	content, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("reading the version of the data: %w", err)
	}
	// Before version 10 a major had two numbers, such as 9.6.
	first, _, _ := strings.Cut(strings.TrimSpace(string(content)), ".")
	major, err := strconv.Atoi(first)
	if err != nil {
		return 0, errors.New("reading the version of the data: PG_VERSION holds no number")
	}
	return major, nil
}

func installedBinaries(ctx context.Context, binDir string) []binaries {
	var dirs []string
	if binDir != "" {
		dirs = []string{binDir}
	} else {
		for _, pattern := range usualBinDirs {
			matches, err := filepath.Glob(pattern)
			if err == nil {
				dirs = append(dirs, matches...)
			}
		}
		// What is on the PATH may be a link into a folder that holds the rest.
		if path, err := exec.LookPath("postgres"); err == nil {
			if real, err := filepath.EvalSymlinks(path); err == nil {
				dirs = append(dirs, filepath.Dir(real))
			}
		}
	}
	var found []binaries
	seen := map[string]bool{}
	for _, dir := range dirs {
		if seen[dir] {
			continue
		}
		seen[dir] = true
		output, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
		match := versionOutput.FindSubmatch(output)
		_, initErr := os.Stat(filepath.Join(dir, "initdb"))
		if err != nil || match == nil || initErr != nil {
			continue
		}
		major, err := strconv.Atoi(string(match[1]))
		if err == nil {
			found = append(found, binaries{dir: dir, major: major})
		}
	}
	return found
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}
