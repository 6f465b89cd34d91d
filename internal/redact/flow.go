package redact

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// flowMemory is what later entries of a capture are compared with, values of
// attributes by their digests, the rest in clear. It
// lives as long as the run.
type flowMemory struct {
	nonces, challenges lately // of authorization requests
	code               lately // authorization codes; the last counts
	received           receivedValues
}

// lately keeps the last values that it was given.
type lately struct{ values []string }

// maxLately is more than one capture has sign-ins.
const maxLately = 64

func (l *lately) note(value string) {
	if value == "" || len(value) > memoKeyBytes || slices.Contains(l.values, value) {
		return
	}
	if len(l.values) == maxLately {
		l.values = slices.Delete(l.values, 0, 1)
	}
	l.values = append(l.values, strings.Clone(value))
}

func (l *lately) has(value string) bool { return slices.Contains(l.values, value) }
func (l *lately) any() bool             { return len(l.values) > 0 }

// last gives the latest value, empty when there is none.
func (l *lately) last() string {
	if !l.any() {
		return ""
	}
	return l.values[len(l.values)-1]
}

// addressOf is a URL without its query and fragment.
func addressOf(u string) string {
	u, _, _ = strings.Cut(u, "#")
	u, _, _ = strings.Cut(u, "?")
	return u
}

// streamFacts counts the messages of WebSockets and event streams, rule W1.
func (r *run) streamFacts(e *capture.Entry) {
	if n := len(e.WebSocketMessages); n > 0 {
		sent, size := 0, int64(0)
		for i := range e.WebSocketMessages {
			m := &e.WebSocketMessages[i]
			if m.Send {
				sent++
			}
			size += int64(m.Size)
		}
		r.setFact(transcript.FactSocketSent, sent)
		r.setFact(transcript.FactSocketReceived, n-sent)
		r.setFact(transcript.FactSocketBytes, boundedSize(size))
	}
	if n := len(e.EventMessages); n > 0 {
		size := int64(0)
		for i := range e.EventMessages {
			size += int64(e.EventMessages[i].Size)
		}
		r.setFact(transcript.FactEvents, n)
		r.setFact(transcript.FactEventBytes, boundedSize(size))
	}
}

// boundedSize is a size as a fact may state it.
func boundedSize(n int64) int { return min(threeDigits(n), transcript.MaxFactNumber) }

// vendorFields counts what the exporter added and no transcript holds.
func (r *run) vendorFields(e *capture.Entry) {
	if e.Comment != "" {
		r.report.add("V1", "entry.comment")
	}
	if e.InitiatorURL != "" {
		r.report.add("V1", "entry.initiator")
	}
	for range e.WebSocketMessages {
		r.report.add("W1", "entry.websocket")
	}
	for range e.EventMessages {
		r.report.add("W1", "entry.events")
	}
	if e.Response != nil && e.Response.StatusText != "" {
		r.report.add("V1", "response.status_text")
	}
}

// carriedFacts takes over the facts that came with an entry, by the closed list.
func (r *run) carriedFacts(e *capture.Entry, out *transcript.Entry) {
	for name, raw := range e.Facts {
		v, ok := transcript.CheckFact(transcript.Fact(name), raw)
		switch {
		case !ok:
			r.report.add("F1", "entry.facts")
		case name == string(transcript.FactFailed):
			out.Failed = v.(bool)
		case name == string(transcript.FactResourceType):
			out.ResourceType = v.(string)
		default:
			r.facts[transcript.Fact(name)] = v
		}
	}
}
