package app

import (
	"bytes"
	"html"
	"strings"
	"unicode/utf8"
)

// The types of documents. Each is given out as bytes to keep, whatever it says
// it is.
const (
	documentPDF     = "application/pdf"
	documentSVG     = "image/svg+xml"
	documentHTML    = "text/html"
	documentPlain   = "text/plain"
	documentPicture = "image/png" // PNG or JPEG, stored as PNG
)

// documentEndings are the endings of names that each type is taken with.
var documentEndings = map[string][]string{
	documentPDF: {".pdf"}, documentSVG: {".svg"}, documentHTML: {".html", ".htm"}, documentPlain: {".txt", ".log"},
	documentPicture: {".png", ".jpg", ".jpeg"},
}

// isTextDocument tells whether a document is looked through for credentials.
func isTextDocument(mediaType string) bool {
	return mediaType == documentSVG || mediaType == documentHTML || mediaType == documentPlain
}

// sniffDocument tells what bytes are by their beginning, and of text by all of
// them; the empty string is nothing that is taken.
func sniffDocument(raw []byte) string {
	switch {
	case bytes.HasPrefix(raw, []byte("%PDF-")):
		return documentPDF
	case bytes.HasPrefix(raw, []byte("\x89PNG\r\n\x1a\n")), bytes.HasPrefix(raw, []byte("\xff\xd8\xff")):
		return documentPicture
	case !isText(raw):
		return ""
	}
	switch root := markupRoot(raw); root {
	case "svg":
		return documentSVG
	case "html", "head", "body":
		return documentHTML
	}
	return documentPlain
}

// isText: UTF-8 without control characters that no log excerpt needs.
func isText(raw []byte) bool {
	if !utf8.Valid(raw) {
		return false
	}
	for _, c := range raw {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' || c == 0x7f {
			return false
		}
	}
	return true
}

// markupRoot gives the name of the first element of a markup document, in lower
// case, behind comments, declarations and the XML head; empty for plain text.
func markupRoot(raw []byte) string {
	rest := bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	for range 20 {
		rest = bytes.TrimLeft(rest, " \t\r\n\f")
		var end string
		switch {
		case bytes.HasPrefix(rest, []byte("<!--")):
			end = "-->"
		case bytes.HasPrefix(rest, []byte("<?")):
			end = "?>"
		case bytes.HasPrefix(rest, []byte("<!")):
			if word := strings.ToLower(string(rest[:min(len(rest), 14)])); word == "<!doctype html" {
				return "html"
			}
			end = ">"
		default:
			return elementName(rest)
		}
		_, after, closed := bytes.Cut(rest, []byte(end))
		if !closed {
			return ""
		}
		rest = after
	}
	return ""
}

func elementName(rest []byte) string {
	name, opens := bytes.CutPrefix(rest, []byte("<"))
	if !opens {
		return ""
	}
	if end := bytes.IndexAny(name[:min(len(name), 32)], " \t\r\n/>"); end >= 0 {
		name = name[:end]
	}
	_, local, prefixed := bytes.Cut(name, []byte(":"))
	if prefixed {
		name = local
	}
	return strings.ToLower(string(name[:min(len(name), 32)]))
}

// documentText is what is looked through of a document that is text: as it
// stands, and with the references of markup resolved.
func documentText(raw []byte) string {
	text := string(raw)
	if plain := html.UnescapeString(text); plain != text {
		return text + "\n" + plain
	}
	return text
}
