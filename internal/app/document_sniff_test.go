package app

import (
	"testing"
	"unicode/utf8"
)

// FuzzSniffDocument: whatever the bytes are, they are one of the types or none,
// and what is called text is text.
func FuzzSniffDocument(f *testing.F) {
	seeds := []string{"", "%PDF-1.7", "\x89PNG\r\n\x1a\n", "\xff\xd8\xff", "<svg/>", "<!-- <svg> --><html>", "<?xml version='1.0'?><!DOCTYPE svg><a:svg", "<!doctype HTML>", "<!-- ", "plain", "\xef\xbb\xbf<", "a\x00b", "&#103;hp_"}
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	if len(seeds) != 13 {
		f.Fatalf("%d seeds, want 13", len(seeds))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		kind := sniffDocument(raw)
		if _, known := documentEndings[kind]; !known && kind != "" {
			t.Fatalf("type %q", kind)
		}
		if isTextDocument(kind) && (!utf8.Valid(raw) || !utf8.ValidString(documentText(raw))) {
			t.Fatal("text that is none")
		}
	})
}
