// Package transcript is redacted HAR, format 1: the only form in which a
// capture is stored, shown, judged and packed. A transcript file is a valid HAR
// 1.2 with two vendor fields, log._proofwalk and entry._facts; the types here
// are that file, read strictly and written in one encoding.
// docs/redacted_har.md describes the format.
package transcript

import "time"

// Format and policy versions of this build.
const (
	Format = 1 // log._proofwalk.format
	Policy = 3 // log._proofwalk.policy, the redaction policy's version
)

// Creator is log.creator.name of every transcript.
const Creator = "proofwalk"

// Transcript is one redacted capture.
type Transcript struct {
	Meta    Meta
	Pages   []Page
	Entries []Entry
}

// Meta is log._proofwalk.
type Meta struct {
	Format            int      `json:"format"`
	Policy            int      `json:"policy"`
	Round             string   `json:"round"` // captures of different rounds compare with nothing
	Redactor          Redactor `json:"redactor"`
	Source            Source   `json:"source"`
	IntegrationDigest string   `json:"integration_digest"` // SHA-256 hex of the integration.yaml used, empty without one
}

// Redactor names the program that redacted.
type Redactor struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Source says what the capture was and what it cannot show.
type Source struct {
	Kind     string   `json:"kind"`
	Exporter string   `json:"exporter"`
	Limits   []string `json:"limits"` // capture.Limit* words
}

// Page is a HAR page; titles are kept only when declared.
type Page struct {
	ID        string
	StartedAt time.Time
	Title     string
}

// Entry is one redacted request/response pair. Values are vocabulary, grammar
// or pseudonyms; see Value. ResourceType and Failed stand in the file as the
// facts resource_type and failed, and only there.
type Entry struct {
	Index        int // from 0
	PageRef      string
	StartedAt    time.Time // in UTC, to the millisecond; zero when unknown
	TimeMS       int       // -1 when unknown
	ResourceType string    // a word of ResourceTypes, or empty
	Failed       bool      // a network error was recorded instead of a response
	Request      Request
	Response     *Response // nil when no response was recorded
	Facts        Facts
}

// Request is the redacted request. Query and Form hold the decoded redacted
// parameters in order; URL is scheme, host and path with them put back. Derived
// fields (see DerivedNames) follow the parameter they were computed from.
type Request struct {
	Method      string
	URL         string
	HTTPVersion string
	Headers     []Field
	Cookies     []Cookie
	Query       []Field
	Fragment    []Field // parameters of a fragment that looks like a query
	Form        []Field // parameters of a form body
	BodyMIME    string
	BodyText    string // redacted skeleton of a JSON body, empty for all else
	BodySize    int
}

// Response is the redacted response.
type Response struct {
	Status      int
	HTTPVersion string
	Headers     []Field
	Cookies     []Cookie
	RedirectURL string
	BodyMIME    string
	BodyText    string // redacted skeleton of JSON, empty for all else
	BodySize    int
}

// Field is a name and a redacted value.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Cookie is a redacted cookie with its attributes. Attributes that HAR does not
// know (Partitioned, Max-Age) stand in the Set-Cookie header only.
type Cookie struct {
	Name, Value, Path, Domain, SameSite string
	Expires                             string
	Secure, HTTPOnly                    bool
}
