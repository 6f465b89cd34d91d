package packet

import (
	"slices"
	"testing"
)

func TestRedactionClauses(t *testing.T) {
	t.Parallel()
	got := RedactionClauses([]Redaction{{"V1", "page.title", 1}, {"X9", "somewhere_else", 3}, {"C1", "request.cookie", 4}, {"C1", "response.cookie", 2}, {"X9", "here", 1}})
	want := []RedactionClause{
		{"Cookies 6", "request cookie 4, response cookie 2"}, {"Titles and comments 1", "page title 1"}, {"X9 4", "somewhere else 3, here 1"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("the clauses are %q, want %q", got, want)
	}
}
