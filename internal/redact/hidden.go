package redact

import (
	"cmp"
	"maps"
	"slices"
)

// Bounds of what Hidden keeps: an exporter's noise must not fill the memory.
const (
	maxHiddenNames = 1000
	maxHiddenBytes = 300
)

// Hidden collects, in clear, the hosts, paths and page titles that a redaction
// hid and that an integration may declare. It is for the holder of the capture
// alone: nothing of it may be stored, sent or logged.
type Hidden struct {
	hosts, paths, titles map[string]int
}

// HiddenName is one name in clear and how often it was hidden.
type HiddenName struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// Hosts gives the undeclared hosts, the most frequent first.
func (h *Hidden) Hosts() []HiddenName { return hiddenNames(h.hosts) }

// Paths gives the paths with undeclared segments, the most frequent first.
func (h *Hidden) Paths() []HiddenName { return hiddenNames(h.paths) }

// Titles gives the undeclared page titles, the most frequent first.
func (h *Hidden) Titles() []HiddenName { return hiddenNames(h.titles) }

func hiddenNames(m map[string]int) []HiddenName {
	out := make([]HiddenName, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, HiddenName{name, m[name]})
	}
	slices.SortStableFunc(out, func(a, b HiddenName) int { return cmp.Compare(b.Count, a.Count) })
	return out
}

// note counts a name in one of the lists; h is nil where nobody asked.
func (h *Hidden) note(list func(*Hidden) *map[string]int, name string) {
	if h == nil || name == "" || len(name) > maxHiddenBytes {
		return
	}
	m := list(h)
	if *m == nil {
		*m = map[string]int{}
	}
	if _, known := (*m)[name]; known || len(*m) < maxHiddenNames {
		(*m)[name]++
	}
}

func hiddenHosts(h *Hidden) *map[string]int  { return &h.hosts }
func hiddenPaths(h *Hidden) *map[string]int  { return &h.paths }
func hiddenTitles(h *Hidden) *map[string]int { return &h.titles }
