package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// The budget of a page, and how it is measured.
const (
	maxMedian  = 50 * time.Millisecond
	maxQueries = 15
	repeats    = 30
)

// page is a kind of page, asked for by one person.
type page struct {
	name string
	as   auth.Actor
	path string
}

// result is what one page took.
type result struct {
	page
	median, p95 time.Duration
	queries     int64
	bytes       int
}

func (r result) over() bool { return r.median > maxMedian || r.queries > maxQueries }

// pages lists every kind of page, on the largest data that it can show.
func (w world) pages() []page {
	full, lake := "/integrations/"+w.full.String(), "/integrations/"+w.lakeshore.String()
	run, capture := full+"/runs/"+w.run.String(), full+"/captures/"+w.capture.String()
	return []page{
		{"board, provider", w.consultant, "/"},
		{"board, partner", w.partner, "/"},
		{"queue of reviews", w.consultant, "/reviews"},
		{"new integration", w.partner, "/integrations/new"},
		{"overview, submitted", w.consultant, full},
		{"overview, with packet", w.lakeshoreAdmin, lake},
		{"description", w.partner, full + "/description"},
		{"versions", w.partner, full + "/versions"},
		{"integration.yaml", w.partner, full + "/integration.yaml"},
		{"checklist", w.partner, full + "/checklist"},
		{"item, partner", w.partner, full + "/checklist/TST-05"},
		{"item, in review", w.consultant, full + "/checklist/TST-05"},
		{"test runs", w.partner, full + "/runs"},
		{"test run, 4,000 entries", w.partner, run},
		{"new test run", w.partner, full + "/runs/new"},
		{"upload", w.partner, run + "/capture"},
		{"transcript, 4,000 entries", w.partner, capture},
		{"transcript, sub-requests", w.partner, capture + "?show=resources"},
		{"transcript, findings", w.partner, capture + "?show=findings"},
		{"transcript, searched", w.partner, capture + "?q=authorize"},
		{"transcript, at its end", w.partner, capture + "?after=3900"},
		{"review, submitted", w.consultant, full + "/review"},
		{"review, decided", w.lakeshoreAdmin, lake + "/review"},
		{"walkthrough, live", w.consultant, lake + "/walkthrough"},
		{"packet", w.lakeshoreAdmin, lake + "/packets"},
		{"packet, every file", w.lakeshoreAdmin, lake + "/packets?files=all"},
		{"history of a packet", w.lakeshoreAdmin, lake + "/history?packet=r1.1"},
		{"history", w.consultant, full + "/history"},
		{"people", w.admin, "/people"},
		{"a partner", w.admin, "/partners/" + w.partnerID.String()},
		{"settings", w.admin, "/settings"},
		{"account", w.partner, "/account"},
		{"keys", auth.Actor{}, "/keys"},
		{"sign in", auth.Actor{}, "/sign-in"},
	}
}

// measure asks for every page, once to warm up and then repeatedly.
func (s *server) measure(ctx context.Context, w world) ([]result, error) {
	cookies := map[string]string{}
	var results []result
	for _, p := range w.pages() {
		if _, known := cookies[p.as.Name]; !known && !p.as.IsSystem() {
			cookie, err := s.signIn(ctx, p.as)
			if err != nil {
				return nil, err
			}
			cookies[p.as.Name] = cookie
		}
		r, err := s.measurePage(ctx, p, cookies[p.as.Name])
		if err != nil {
			return nil, err
		}
		results = append(results, r)
	}
	return results, nil
}

func (s *server) measurePage(ctx context.Context, p page, cookie string) (result, error) {
	r := result{page: p}
	times := make([]time.Duration, 0, repeats)
	for n := range repeats + 1 {
		counting, queries := store.CountQueries(ctx)
		began := time.Now()
		answer := s.ask(counting, http.MethodGet, p.path, cookie, "", nil)
		took := time.Since(began)
		if answer.Code != http.StatusOK {
			return r, fmt.Errorf("asking for %s: status %d", p.name, answer.Code)
		}
		if n == 0 {
			continue // fills the plans of the connections and the caches
		}
		times = append(times, took)
		r.queries, r.bytes = max(r.queries, queries.Load()), answer.Body.Len()
	}
	slices.Sort(times)
	r.median, r.p95 = times[len(times)/2], times[len(times)*95/100]
	return r, nil
}

// signIn gives the session cookie of a person, by a one-time link.
func (s *server) signIn(ctx context.Context, actor auth.Actor) (string, error) {
	link, err := s.app.NewSignInLinkFor(ctx, app.Command{Actor: auth.System()}, actor.UserID)
	if err != nil {
		return "", err
	}
	answer := s.ask(ctx, http.MethodPost, strings.TrimPrefix(link.Address, origin), "", "application/x-www-form-urlencoded", nil)
	for _, c := range answer.Result().Cookies() { // a recorded answer has no connection to close
		return c.Name + "=" + c.Value, nil
	}
	return "", fmt.Errorf("signing in: status %d without a session", answer.Code)
}

// ask serves one request without a network.
func (s *server) ask(ctx context.Context, method, path, cookie, contentType string, body io.Reader) *httptest.ResponseRecorder {
	if body == nil {
		body = &bytes.Buffer{}
	}
	req := httptest.NewRequestWithContext(ctx, method, origin+path, body)
	req.Header.Set("Cookie", cookie)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	answer := httptest.NewRecorder()
	s.handler.ServeHTTP(answer, req)
	return answer
}

// report prints the table and tells whether all pages are within the budget.
func report(out io.Writer, results []result) (bool, error) {
	within := true
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(t, "page\tmedian\tp95\tqueries\tkB\t\t")
	for _, r := range results {
		mark := ""
		if r.over() {
			mark, within = "OVER", false
		}
		_, _ = fmt.Fprintf(t, "%s\t%.1f ms\t%.1f ms\t%d\t%d\t%s\t\n", r.name, ms(r.median), ms(r.p95), r.queries, r.bytes/1000, mark)
	}
	if err := t.Flush(); err != nil {
		return false, fmt.Errorf("printing the table: %w", err)
	}
	verdict := "all pages are"
	if !within {
		verdict = "NOT all pages are"
	}
	_, err := fmt.Fprintf(out, "\n%s within %d ms (median of %d) and %d queries\n", verdict, maxMedian.Milliseconds(), repeats, maxQueries)
	return within, err
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
