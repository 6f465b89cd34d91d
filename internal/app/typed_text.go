package app

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/redact"
)

// maxTypedText is the longest text that people type into one field, in characters.
const maxTypedText = 4000

// typedText checks what a person typed before it is stored: there, not too
// long, and without a credential in it. field is the form's name of it.
func typedText(field, text string) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch {
	case text == "":
		return "", apperr.InvalidFields("One field is empty.", apperr.Field{Name: field, Text: "Write a sentence or two."})
	case utf8.RuneCountInString(text) > maxTypedText:
		return "", apperr.InvalidFields("One text is too long.", apperr.Field{Name: field, Text: "Shorten it to 4,000 characters."})
	case !isPlain(text):
		return "", apperr.InvalidFields("One text holds characters that cannot be shown.",
			apperr.Field{Name: field, Text: "Type it anew, or paste it as plain text: it holds control characters."})
	case len(redact.CheckText(text)) > 0:
		return "", apperr.InvalidFields("The text holds something that looks like a credential. It was not stored.",
			apperr.Field{Name: field, Text: "Take the token, key, cookie or password out: the text must stand without it."})
	}
	return text, nil
}

// isPlain tells whether a text shows what it holds: it is UTF-8 without control
// characters other than line ends and tabs, and without those that turn the
// direction of what follows, which would show a report another way round.
func isPlain(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		turns := r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
		return turns || unicode.IsControl(r) && r != '\n' && r != '\t'
	})
}
