package redact

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/capture"
)

// cutMark stands behind a text that is only a beginning, so that the last value
// in it is known for a part wherever it comes apart. It is no character, and a
// file that has it all the same loses comparisons, not secrets.
const cutMark = "\U0010FFFF"

// isCut tells whether a value is only the beginning of one.
func isCut(value string) bool { return strings.HasSuffix(value, cutMark) }

// markCut puts the mark behind all texts of an entry that reading cut and that
// values are taken from.
func (r *run) markCut(e *capture.Entry) {
	r.values.cut = e.Cut
	if !e.Cut {
		return
	}
	r.report.cut++
	mark := func(s *string) {
		if slices.Contains(e.CutTexts, *s) {
			*s += cutMark
		}
	}
	fields := func(list []capture.Field) {
		for i := range list {
			f := &list[i]
			mark(&f.Name)
			mark(&f.Value)
			// Of one that was folded into a header with others the last line stands here.
			last := func(text string) bool { return strings.HasSuffix(text, f.Value) }
			if equalFold(f.Name, "set-cookie") && slices.ContainsFunc(e.CutTexts, last) {
				f.Value += cutMark
			}
		}
	}
	cookies := func(list []capture.Cookie) {
		for i := range list {
			mark(&list[i].Name)
			mark(&list[i].Value)
		}
	}
	mark(&e.Request.URL)
	fields(e.Request.Headers)
	cookies(e.Request.Cookies)
	if e.Request.Body != nil {
		fields(e.Request.Body.Params)
	}
	if p := e.Response; p != nil {
		mark(&p.RedirectURL)
		fields(p.Headers)
		cookies(p.Cookies)
	}
}

// formText gives the text of a form, as much of it as is read.
func (r *run) formText(b *capture.Body) string {
	text := string(b.Text[:min(len(b.Text), maxFormBytes)])
	if b.Truncated || len(b.Text) > maxFormBytes {
		r.values.cut = true
		text += cutMark
	}
	return text
}
