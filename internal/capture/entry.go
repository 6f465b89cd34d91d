// Package capture reads captures as they come from browsers and tools and gives
// their entries one at a time, under limits, whatever the exporter got wrong.
// What it gives is raw: it holds secrets and personal data, lives in memory
// only, and goes to internal/redact and nowhere else.
package capture

import "time"

// Limits bound what one capture may cost; the zero value of a field means the
// default of DefaultLimits.
type Limits struct {
	StringBytes int   // longest string kept; the rest is skipped
	EntryBytes  int   // most bytes of strings kept of one entry
	Depth       int   // deepest nesting of the document; deeper is refused
	Children    int   // most members of one object or array that are kept (headers, cookies)
	Entries     int   // most entries of a capture; more are refused
	TotalBytes  int64 // most bytes read in all, and most that come out of a container; more are refused
	Ratio       int   // most bytes that come out of a container for each byte in it, beyond the first MiB; more are refused
	Files       int   // most files of a zip; more are refused
}

// DefaultLimits are large enough for every recording that a browser can make
// and keep one entry under about two megabytes of memory.
func DefaultLimits() Limits {
	return Limits{
		StringBytes: 256 << 10,
		EntryBytes:  1 << 20,
		Depth:       512,
		Children:    2000,
		Entries:     1_000_000,
		TotalBytes:  4 << 30,
		Ratio:       200,
		Files:       10_000,
	}
}

// orDefault fills the fields that are zero or negative.
func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	if l.StringBytes <= 0 {
		l.StringBytes = d.StringBytes
	}
	if l.EntryBytes <= 0 {
		l.EntryBytes = d.EntryBytes
	}
	if l.Depth <= 0 {
		l.Depth = d.Depth
	}
	if l.Children <= 0 {
		l.Children = d.Children
	}
	if l.Entries <= 0 {
		l.Entries = d.Entries
	}
	if l.TotalBytes <= 0 {
		l.TotalBytes = d.TotalBytes
	}
	if l.Ratio <= 0 {
		l.Ratio = d.Ratio
	}
	if l.Files <= 0 {
		l.Files = d.Files
	}
	return l
}

// Source says what a capture is and what it cannot show.
type Source struct {
	Kind      string // har, saml_tracer or back_channel
	Exporter  string // a word from a closed list: chrome, firefox, safari, playwright, charles, fiddler, mitmproxy, saml_tracer, back_channel, proofwalk, other
	Truncated bool   // the tail is missing or damaged; the entries given are complete
	StoppedAt int64  // where reading stopped when Truncated: byte offset in the text, as UTF-8
	Entries   int
	Bytes     int64 // bytes read from the input
	// Duplicates counts members whose name stood before in the same object: the
	// last one counts, and what reads the first sees another capture.
	Duplicates int
	// CannotShow lists what this exporter or this export leaves out, from the
	// closed list of Limit* constants: rules that need it answer not_seen.
	CannotShow []string
	Pages      []Page
	Redacted   *RedactedMeta // log._proofwalk, or what back-channel lines say of themselves; nil for a raw capture
}

// RedactedMeta is log._proofwalk of a capture that was redacted before, as the
// file has it: claims of whoever wrote the file.
type RedactedMeta struct {
	Format, Policy    int
	Round             string
	RedactorName      string
	RedactorVersion   string
	SourceKind        string
	SourceExporter    string
	SourceLimits      []string // only Limit* words
	IntegrationDigest string
}

// What a capture may be unable to show.
const (
	LimitCookies       = "cookies"       // Cookie and Set-Cookie were dropped by the exporter, or their values replaced
	LimitAuthorization = "authorization" // Authorization headers were dropped by the exporter
	LimitFragments     = "fragments"     // URLs are cut at #
	LimitForms         = "forms"         // values of posted forms were replaced by the exporter
	LimitBodies        = "bodies"        // no response has its content
	LimitTimes         = "times"         // no entry says when it was made
	LimitTail          = "tail"          // the file is cut off
)

// LimitWords are the Limit* words, in the order in which they are given.
var LimitWords = []string{LimitCookies, LimitAuthorization, LimitFragments, LimitForms, LimitBodies, LimitTimes, LimitTail}

// Page is one HAR page.
type Page struct {
	ID        string
	Title     string
	StartedAt time.Time
}

// Entry is one raw request/response pair. It and all it points to are valid
// only until the callback that received it returns. Its strings share blocks of
// memory, so that one that is kept for longer should be cloned.
// Where a document has a member twice, the last one counts, as in JSON.parse,
// and nothing of the others is given, also where the last is null. Of headers
// and cookies that are one object instead of a list, all are given. A second
// list of entries is refused.
type Entry struct {
	Index             int // from 0, in the order of the file
	PageRef           string
	StartedAt         time.Time // zero when the file does not say
	TimeMS            float64   // negative when unknown
	Timings           Timings
	ResourceType      string // as the exporter names it: document, xhr, image ...
	Failed            bool   // the exporter recorded a network error instead of a response
	InitiatorURL      string
	Comment           string
	WebSocketMessages []Message
	EventMessages     []Message
	AtSource          bool           // a line of a back channel, which says that the partner's server redacted it
	Strange           int            // members of such a line that the format does not have
	Facts             map[string]any // entry._facts of a capture that was redacted before, with bool, float64 or string values; nil otherwise
	Redacted          *RedactedMeta  // log._proofwalk where it stands before the entries, as our own writer puts it; else nil
	Cut               bool           // a limit was met: a string, a list or a body of this entry is not whole
	CutTexts          []string       // the strings of this entry that are only a beginning, without bodies and empty ones
	Request           Request
	Response          *Response // nil when the file has none
}

// Timings are in milliseconds, negative when unknown.
type Timings struct{ Blocked, DNS, Connect, Send, Wait, Receive float64 }

// Message is a WebSocket or EventSource message, without what it says.
type Message struct {
	Send bool
	Size int
}

// Request is the raw request.
type Request struct {
	Method      string
	URL         string
	HTTPVersion string
	Headers     []Field
	Cookies     []Cookie
	Query       []Field // as listed by the exporter; the URL is what counts
	Body        *Body   // nil when there is none
	BodySize    int64
}

// Response is the raw response.
type Response struct {
	Status      int // 0 when the exporter saw none; -2 and the like become 0
	StatusText  string
	HTTPVersion string
	Headers     []Field
	Cookies     []Cookie
	RedirectURL string
	Body        *Body
	BodySize    int64
}

// Field is one header, query parameter or form field, in the order of the file.
type Field struct{ Name, Value string }

// Cookie is one parsed cookie as the exporter lists it.
type Cookie struct {
	Name, Value, Path, Domain, Expires, SameSite string
	Secure, HTTPOnly                             bool
}

// Body is content as bytes, base64 already undone.
type Body struct {
	MIME      string
	Text      []byte // of pictures, fonts, sound and styles the first bytes
	Params    []Field
	Size      int64 // of the whole, also where Text was cut
	Truncated bool  // Text is only the beginning
	Omitted   bool  // the exporter kept none (attach or omit mode, evicted content)
}
