package web

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/store"
)

// objectWords names an entry's object for people: labels as they are, ids not at all.
func objectWords(e store.AuditRow) string {
	if _, err := uuid.Parse(e.ObjectID); err == nil {
		return strings.ReplaceAll(e.ObjectKind, "_", " ")
	}
	return e.ObjectID
}

// detailWords lists an entry's details in a fixed order.
func detailWords(details map[string]any) string {
	parts := make([]string, 0, len(details))
	for _, name := range slices.Sorted(maps.Keys(details)) {
		parts = append(parts, fmt.Sprintf("%s: %v", strings.ReplaceAll(name, "_", " "), details[name]))
	}
	return strings.Join(parts, ", ")
}
