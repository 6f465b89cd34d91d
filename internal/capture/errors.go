package capture

import (
	"errors"
	"fmt"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

const saveAgain = "In the browser's developer tools open the Network panel, tick Preserve log, repeat the sign-in and choose \"Save all as HAR\"."

const exportAgain = "docs/back_channel.md describes the lines."

// refuse makes the error for an input that gives no entries. The text names a
// byte offset at most, never a byte of the input.
func refuse(kind apperr.Kind, cause error, format string, args ...any) error {
	return apperr.Wrap(kind, fmt.Sprintf(format, args...), cause)
}

// finish turns what stopped the lexer into the result of the whole reading.
// Complete entries before a missing or damaged tail are kept and said so.
func (r *reader) finish() error {
	at := r.lex.offset()
	switch err := r.lex.err; {
	case err == nil:
	case errors.Is(err, errTooManyBytes):
		return refuse(apperr.TooLarge, err, "The file is larger than %d bytes, which is the most that is read. Record only the sign-in and save it again.", r.lim.TotalBytes)
	case errors.Is(err, errTooManyEntries):
		return refuse(apperr.TooLarge, err, "The file has more than %d entries, which is the most that is read. Record only the sign-in and save it again.", r.lim.Entries)
	case errors.Is(err, errTwoLists):
		return refuse(apperr.Invalid, err, "The file has two lists of entries, the second at byte %d: programs differ in which of them they read. %s", at, saveAgain)
	case errors.Is(err, errLineFormat):
		return refuse(apperr.Unsupported, err, "The back-channel line that ends at byte %d has no format that is read: it must begin with {\"back_channel\":%d. %s", at, BackChannelFormat, exportAgain)
	case errors.Is(err, errTwoRounds):
		return refuse(apperr.Invalid, err, "The back-channel line that ends at byte %d names no round, or another one than the first line. Hand in the lines of each round as a file of their own.", at)
	case errors.Is(err, errDeep):
		return refuse(apperr.TooLarge, err, "The file is nested deeper than %d levels at byte %d, which no exporter writes. %s", r.lim.Depth, at, saveAgain)
	case errors.Is(err, errCut), errors.Is(err, errSyntax):
		if r.src.Entries > 0 {
			r.src.Truncated, r.src.StoppedAt = true, at
			return nil
		}
		return r.refuseBroken(err, at)
	default:
		return err // the callback's own, or wrapped where it was read
	}
	if !r.sawEntries {
		return refuse(apperr.Invalid, nil, "This is JSON but not a HAR: it has no log.entries. %s", saveAgain)
	}
	if r.src.Entries == 0 {
		if r.sawRequests {
			return refuse(apperr.Invalid, nil, "The SAML-tracer export has no requests: nothing was recorded. Open SAML-tracer, repeat the sign-in and export again.")
		}
		return refuse(apperr.Invalid, nil, "The HAR has no entries: nothing was recorded. %s", saveAgain)
	}
	return nil
}

// refuseBroken words the refusal of a document that ends or breaks before its
// first complete entry.
func (r *reader) refuseBroken(err error, at int64) error {
	switch {
	case r.in.n == 0:
		return refuse(apperr.Invalid, err, "The file is empty. %s", saveAgain)
	case !r.sawObject:
		return refuse(apperr.Invalid, err, "This is not a HAR: a HAR is a JSON document that begins with {. %s", saveAgain)
	case errors.Is(err, errCut):
		return refuse(apperr.Invalid, err, "The file is cut off at byte %d, before its first complete entry. Save or copy it again.", at)
	}
	return refuse(apperr.Invalid, err, "The file is not valid JSON: it breaks at byte %d, before its first complete entry. %s", at, saveAgain)
}
