package main

import (
	"regexp"
	"strings"
)

const heading = "-- The schema that the migrations make. Written by `go run ./internal/testkit/dumpschema`; do not edit.\n"

var (
	// entryHead begins every object of a dump and names it.
	entryHead = regexp.MustCompile(`(?m)^--\n-- (?:Data for )?Name: (.*); Type: .*; Schema: .*; Owner: .*\n--\n`)
	// versionLine is what depends on the programs that made the dump: session
	// settings, comments on versions, and psql's guard with its random word.
	versionLine = regexp.MustCompile(`(?m)^(SET [a-z_]+ = .*;|SELECT pg_catalog\.set_config\(.*|\\(un)?restrict .*|-- (PostgreSQL database dump|Dumped ).*|--)\n`)
	blankLines  = regexp.MustCompile(`\n{3,}`)
	// othersName is an object of the job queue or of the migration library.
	othersName = regexp.MustCompile(`\b(river_[a-z_]+|schema_migrations)\b`)
)

// normalise keeps of pg_dump's output what the product's migrations made.
func normalise(dump string) string {
	heads := entryHead.FindAllStringSubmatchIndex(dump, -1)
	var kept strings.Builder
	kept.WriteString(heading)
	for i, head := range heads {
		end := len(dump)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		if name := dump[head[2]:head[3]]; !othersName.MatchString(name) {
			kept.WriteString("\n")
			kept.WriteString(versionLine.ReplaceAllString(dump[head[1]:end], ""))
		}
	}
	text := blankLines.ReplaceAllString(kept.String(), "\n\n")
	return strings.TrimSpace(text) + "\n"
}

// firstDifference returns the first line, counted from 1, in which two texts
// differ.
func firstDifference(a, b string) (line int, same bool) {
	if a == b {
		return 0, true
	}
	before, after := strings.Split(a, "\n"), strings.Split(b, "\n")
	for line < len(before) && line < len(after) && before[line] == after[line] {
		line++
	}
	return line + 1, false
}
