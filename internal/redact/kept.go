package redact

import (
	"bytes"
	"io"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// keep counts what an earlier redaction replaced or dropped here.
func (r *run) keep(rule, place string) {
	if r.again && !r.report.quiet && !r.uncounted {
		r.report.kept.add(rule, place, r.report.at)
	}
}

// kept takes over a value that was redacted before, see pseudonyms.kept, and
// counts it.
func (r *run) kept(value, rule, place string) (text string, ok bool) {
	if text, ok = r.values.kept(value); ok {
		switch text {
		case "~num":
			rule = "N1"
		case "~opaque":
			rule = "U1"
		}
		r.keep(rule, place)
	}
	return text, ok
}

// keptBody counts a body that is gone: its size tells that it was there.
func (r *run) keptBody(e *capture.Entry, out *transcript.Entry) {
	if out.Response == nil || e.Response.Body == nil || e.Response.Body.Size == 0 || out.Response.BodyText != "" {
		return
	}
	if _, missing := r.facts[transcript.FactTruncatedBody]; !missing { // else the capture may not have had it
		r.keep("B1", "response.body")
	}
}

// Count counts what stands replaced in a transcript, as a second pass does in
// Report.Kept. It needs neither the key nor the integration.
func Count(file []byte) ([]Item, error) {
	report, err := New(Options{}).HAR(io.Discard, bytes.NewReader(file), capture.Limits{})
	return report.Kept, err
}
