// Package apperr holds the one error type that crosses package borders: a kind
// from a closed list, a sentence that may be shown to any user, and the cause
// for the log. Only internal/web and internal/api turn a kind into a status code.
package apperr

import (
	"errors"
	"fmt"
)

// Kind says what sort of error happened; the list is closed.
type Kind string

// The kinds, each with what its reader can do about it.
const (
	// Invalid: the input's shape is wrong; the sender changes it.
	Invalid Kind = "invalid"
	// Unauthenticated: nobody is signed in.
	Unauthenticated Kind = "unauthenticated"
	// Forbidden: the actor's role does not allow it.
	Forbidden Kind = "forbidden"
	// NotFound: there is no such object in the actor's scope of access.
	NotFound Kind = "not_found"
	// Conflict: the object's state or row version does not allow it.
	Conflict Kind = "conflict"
	// TooLarge: a documented limit was passed.
	TooLarge Kind = "too_large"
	// Unsupported: the bytes are of a format that is not read.
	Unsupported Kind = "unsupported"
	// Damaged: what is stored is missing or not what was stored; whoever runs the
	// server puts it back.
	Damaged Kind = "damaged"
	// TooSoon: it was asked for a moment ago; the text says when it may be again.
	TooSoon Kind = "too_soon"
	// Unavailable: something outside does not answer; try again later.
	Unavailable Kind = "unavailable"
	// Internal: a fault of ours.
	Internal Kind = "internal"
)

// Field is one message about one field of a form.
type Field struct {
	// Name is the field's name in the form or document.
	Name string
	// Text says what to change and why; it never repeats the value.
	Text string
	// Passable is true where the same form, sent with a reason, is taken: what
	// looks like a credential and is none.
	Passable bool
}

// Error carries kind, user-safe text and cause.
type Error struct {
	Kind Kind
	// Text is shown to users as it is; it never holds an input value.
	Text string
	// Fields holds the messages per field, in the order of the form.
	Fields []Field
	// Cause goes to the log only.
	Cause error
}

// Error gives kind, text and cause for the log.
func (e *Error) Error() string {
	if e.Cause == nil {
		return fmt.Sprintf("%s: %s", e.Kind, e.Text)
	}
	return fmt.Sprintf("%s: %s: %v", e.Kind, e.Text, e.Cause)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New makes an error of a kind with a text that users may see.
func New(kind Kind, text string) *Error { return &Error{Kind: kind, Text: text} }

// Wrap makes an error of a kind around a cause.
func Wrap(kind Kind, text string, cause error) *Error {
	return &Error{Kind: kind, Text: text, Cause: cause}
}

// InvalidFields makes an Invalid error from messages per field.
func InvalidFields(text string, fields ...Field) *Error {
	return &Error{Kind: Invalid, Text: text, Fields: fields}
}

// KindOf gives the kind of the first *Error in the chain, Internal for any
// other error and the empty kind for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is tells whether the error is of the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// TextOf gives the text for users; an error that is none of ours gives a fixed sentence.
func TextOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Text
	}
	return "Something went wrong on our side. Nothing was changed."
}

// FieldsOf gives the messages per field, if any.
func FieldsOf(err error) []Field {
	var e *Error
	if errors.As(err, &e) {
		return e.Fields
	}
	return nil
}
