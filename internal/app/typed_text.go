package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/store"
)

// maxTypedText is the longest text that people type into one field, in characters.
const maxTypedText = 4000

// place says where typed texts belong, so that a refusal names it.
type place struct {
	// integration is Nil where the texts belong to none.
	integration uuid.UUID
	// item is the requirement of the item they belong to, empty for none.
	item string
	// begins is true for the write that makes the integration.
	begins bool
}

// gate looks through the texts that people typed before a write stores them:
// there, not too long, and without a credential. It gathers what is wrong in
// all of them. What looks like a credential and is none passes with the
// command's reason, or because the very text was passed before.
type gate struct {
	app *App
	ctx context.Context
	cmd *Command
	at  place

	title  string
	fields []apperr.Field
	known  []store.CredentialPass
	loaded bool
	err    error
}

func (a *App) gate(ctx context.Context, cmd *Command, at place) *gate {
	return &gate{app: a, ctx: ctx, cmd: cmd, at: at}
}

// typedText looks through one text; field is the form's name of it.
func (a *App) typedText(ctx context.Context, cmd *Command, at place, field, text string) (string, error) {
	g := a.gate(ctx, cmd, at)
	text = g.text(field, text)
	return text, g.refusal()
}

// text gives a text of sentences as it is stored; it must be there.
func (g *gate) text(field, text string) string {
	text = plainLines(text)
	if text == "" {
		g.refuse("One field is empty.", apperr.Field{Name: field, Text: "Write a sentence or two."})
	}
	return g.optional(field, text)
}

// optional is text that may be left out.
func (g *gate) optional(field, text string) string {
	text = plainLines(text)
	switch {
	case utf8.RuneCountInString(text) > maxTypedText:
		g.refuse("One text is too long.", apperr.Field{Name: field, Text: "Shorten it to 4,000 characters."})
	case !isPlain(text):
		g.refuse("One text holds characters that cannot be shown.",
			apperr.Field{Name: field, Text: "Type it anew, or paste it as plain text: it holds " + firstHidden(text) + "."})
	default:
		g.look(field, text)
	}
	return text
}

// config looks through every text of a description.
func (g *gate) config(cfg integration.Config) {
	for _, t := range integration.Texts(cfg) {
		g.look(t.Field, t.Text)
	}
}

// look looks only for credentials in a text whose form is checked elsewhere.
func (g *gate) look(field, text string) { g.judge(field, redact.CheckText(text), text) }

// judge says what was found in a text that a pass knows by known.
func (g *gate) judge(field string, hits []redact.Hit, known string) {
	if len(hits) == 0 || g.wasPassed(known) {
		return
	}
	f := apperr.Field{Name: field, Text: "This looks like " + credentialWords(hits) + ". Take it out: the text must stand without it."}
	f.Passable = !slices.ContainsFunc(hits, func(h redact.Hit) bool { return h.Final }) && (g.at.begins || g.at.integration != uuid.Nil)
	reason := plainLines(g.cmd.PassReason)
	switch {
	case f.Passable && reason == "":
		f.Text += " If it is no credential, say why below."
	case f.Passable && !isPassReason(reason):
		g.refuse(g.refusedCredential(), f)
		f = apperr.Field{Name: FieldPassReason, Text: passReasonText}
	case f.Passable:
		g.cmd.passed = append(g.cmd.passed, passedText{item: g.at.item, field: field, text: known, rules: rulesOf(hits), reason: reason})
		return
	}
	if !slices.Contains(g.fields, f) {
		g.refuse(g.refusedCredential(), f)
	}
}

func (g *gate) refusedCredential() string {
	text := "The text holds something that looks like a credential. It was not stored."
	if g.at.item != "" {
		return g.at.item + ": " + strings.ToLower(text[:1]) + text[1:]
	}
	return text
}

// wasPassed tells whether somebody passed the very text before, and reads the
// passes when the first text asks for it.
func (g *gate) wasPassed(text string) bool {
	if g.at.integration == uuid.Nil || g.err != nil {
		return false
	}
	if !g.loaded {
		g.loaded = true
		g.known, g.err = store.ListCredentialPasses(g.ctx, g.app.Store.Reader(), g.cmd.Actor.Scope(), g.at.integration)
	}
	return IsPassed(g.known, text)
}

func (g *gate) refuse(title string, f apperr.Field) {
	if len(g.fields) == 0 {
		g.title = title
	}
	g.fields = append(g.fields, f)
}

// refusal gives what is wrong as one error, nil when nothing is.
func (g *gate) refusal() error {
	if g.err != nil || len(g.fields) == 0 {
		return g.err
	}
	return apperr.InvalidFields(g.title, g.fields...)
}

// plainLines gives a text without space around it, with the line ends of Unix.
func plainLines(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
}

// isPlain tells whether a text shows what it holds: it is UTF-8 without control
// characters other than line ends and tabs, and without those that turn the
// direction of what follows, which would show a report another way round.
func isPlain(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, isHidden)
}

func isHidden(r rune) bool {
	turns := r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
	return turns || unicode.IsControl(r) && r != '\n' && r != '\t'
}

// firstHidden names the first character that keeps a text from being plain, and where
// it stands: nobody finds by eye what is not shown.
func firstHidden(text string) string {
	at := strings.IndexFunc(text, isHidden)
	if at < 0 || !utf8.ValidString(text) {
		return "bytes that are not UTF-8"
	}
	before := text[:at]
	r, _ := utf8.DecodeRuneInString(text[at:])
	line := strings.Count(before, "\n") + 1
	column := utf8.RuneCountInString(before[strings.LastIndex(before, "\n")+1:]) + 1
	return fmt.Sprintf("the control character %U in line %d, as character %d", r, line, column)
}
