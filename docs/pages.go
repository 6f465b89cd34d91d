// Package docs holds the documents that the programs show.
package docs

import "embed"

//go:embed rules/*.md
var pages embed.FS

// RulePage gives the page of a rule in Markdown, empty where there is none.
func RulePage(id string) string {
	page, err := pages.ReadFile("rules/" + id + ".md")
	if err != nil {
		return ""
	}
	return string(page)
}
