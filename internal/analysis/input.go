package analysis

import "github.com/proofwalk/proofwalk/internal/transcript"

// CaptureKind says where a capture was made, in the words of the captures table.
type CaptureKind string

// The kinds of captures.
const (
	KindBrowser     CaptureKind = "browser"
	KindRecorder    CaptureKind = "recorder"
	KindBackChannel CaptureKind = "back_channel"
	KindProbe       CaptureKind = "probe"
)

// ByServer is the RedactedBy of a capture that our server redacted itself.
const ByServer = "server"

// Input is one capture that is judged. Inputs are only read.
type Input struct {
	ID       string // names the capture in Ref
	Scenario string // of its test run; empty when unknown
	TestUser string // label of the test user of its test run; empty when unknown
	// Kind is empty when nobody said it; then a capture in which no browser
	// shows itself counts as back channel.
	Kind CaptureKind
	// RedactedBy says who computed the facts: server, partner_browser,
	// partner_cli, partner_recorder or partner_server.
	RedactedBy string
	T          *transcript.Transcript
}

// backChannel tells whether the calls in the capture are those of a server.
func (in *Input) backChannel() bool {
	if in.Kind != "" {
		return in.Kind == KindBackChannel
	}
	for i := range in.T.Entries {
		e := &in.T.Entries[i]
		if e.ResourceType != "" || header(e.Request.Headers, "Sec-Fetch-Mode") != "" || mainFrame(e) {
			return false
		}
	}
	return len(in.T.Entries) > 0
}

// cannotShow tells whether the exporter left the thing out; see the capture.Limit words.
func (in *Input) cannotShow(limit string) bool {
	for _, l := range in.T.Meta.Source.Limits {
		if l == limit {
			return true
		}
	}
	return false
}
