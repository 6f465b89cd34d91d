//go:build js && wasm

package main

import (
	"encoding/json"
	"errors"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// maxShown bounds the entries that the page can leaf through, maxHits the places
// of secrets that it names.
const (
	maxShown = 5000
	maxHits  = 100
)

// job is what the server handed over for the round.
type job struct {
	Version    string              `json:"version"`
	Round      string              `json:"round"`
	Key        []byte              `json:"key"`
	Names      json.RawMessage     `json:"names"`
	Config     *integration.Config `json:"integration"`
	Digest     string              `json:"integration_digest"`
	MaxBytes   int64               `json:"max_bytes"`
	MaxEntries int                 `json:"max_entries"`
	Files      int                 `json:"files"`
}

// result is what the page shows; nothing of hidden may leave the page.
type result struct {
	Error  string       `json:"error,omitempty"`
	Files  []fileResult `json:"files"`
	Hidden hidden       `json:"hidden"`
	// Rules are the rules of the report in words.
	Rules map[string]string `json:"rules"`
}

type hidden struct {
	Hosts  []redact.HiddenName `json:"hosts"`
	Paths  []redact.HiddenName `json:"paths"`
	Titles []redact.HiddenName `json:"titles"`
}

type fileResult struct {
	Error  string         `json:"error,omitempty"`
	Report *redact.Report `json:"report,omitempty"`
	// Names is the table of numbered hosts and segments after this file.
	Names *redact.NameTable `json:"names,omitempty"`
	// Entries are the first ones of the output, for looking at.
	Entries []shownEntry `json:"entries,omitempty"`
	// Hits are the places of the output that still look like a secret.
	Hits []redact.Hit `json:"hits"`
}

// shownEntry is where one entry of the output stands, and what it is, redacted.
type shownEntry struct {
	At     int64  `json:"at"`
	Method string `json:"method"`
	URL    string `json:"url"`
	Status int    `json:"status"`
}

// run does the job and gives the result as JSON.
func run(h host) string {
	res, err := redactAll(h)
	if err != nil {
		res = result{Error: textOf(err)}
	}
	out, err := json.Marshal(res)
	if err != nil {
		return `{"error":"The result could not be written down."}`
	}
	return string(out)
}

func redactAll(h host) (result, error) {
	var j job
	if err := json.Unmarshal([]byte(h.job()), &j); err != nil {
		return result{}, errors.New("reading what the server handed over")
	}
	opts := redact.Options{Config: j.Config, Digest: j.Digest, Round: j.Round, Names: redact.NewNameTable(),
		Hidden: &redact.Hidden{}, Name: redact.BrowserName, Version: j.Version}
	if len(j.Key) != len(opts.Key) {
		return result{}, errors.New("reading the key that the server handed over")
	}
	opts.Key = [len(opts.Key)]byte(j.Key)
	if err := json.Unmarshal(j.Names, opts.Names); err != nil {
		return result{}, errors.New("reading the names that the server handed over")
	}
	redactor := redact.New(opts)
	res := result{Rules: map[string]string{}}
	for i := range j.Files {
		one, err := redactFile(h, redactor, i, capture.Limits{TotalBytes: j.MaxBytes, Entries: j.MaxEntries})
		if err != nil {
			one = fileResult{Error: textOf(err), Hits: []redact.Hit{}}
		}
		res.Files = append(res.Files, one)
	}
	res.Hidden = hidden{opts.Hidden.Hosts(), opts.Hidden.Paths(), opts.Hidden.Titles()}
	for _, r := range redact.Rules {
		res.Rules[r.ID] = r.Text
	}
	return res, nil
}

// redactFile redacts one file and looks at each entry that came out, as the server will.
func redactFile(h host, redactor *redact.Redactor, i int, lim capture.Limits) (fileResult, error) {
	out := newOutput(h, i)
	r, checker := fileResult{Hits: []redact.Hit{}}, redact.NewChecker()
	report, err := redactor.Stream(out, newFile(h, i), lim, func(e *transcript.Entry) error {
		if len(r.Entries) < maxShown {
			r.Entries = append(r.Entries, shown(e, out.total, len(r.Entries)))
		}
		if len(r.Hits) < maxHits {
			r.Hits = append(r.Hits, checker.Entry(e)...)
		}
		return nil
	})
	if err != nil {
		return fileResult{}, err
	}
	out.finish()
	r.Report = &report
	r.Names, err = copyNames(redactor.Names())
	return r, err
}

// shown says where an entry begins that is about to be written at total: after
// a comma, but for the first, and a line feed.
func shown(e *transcript.Entry, total int64, before int) shownEntry {
	s := shownEntry{At: total + 1, Method: e.Request.Method, URL: e.Request.URL}
	if before > 0 {
		s.At++
	}
	if e.Response != nil {
		s.Status = e.Response.Status
	}
	return s
}

// copyNames keeps the table as it stands now, since the next file extends it.
func copyNames(t *redact.NameTable) (*redact.NameTable, error) {
	b, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	c := redact.NewNameTable()
	return c, json.Unmarshal(b, c)
}

// textOf is the text for people of a known error; others are said in general.
func textOf(err error) string {
	var known *apperr.Error
	if errors.As(err, &known) {
		return known.Text
	}
	return "The redactor of this page could not do it: " + err.Error() + "."
}
