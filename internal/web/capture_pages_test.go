package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/web"
)

// maxQueries is the most statements that a page may take.
const maxQueries = 15

// longHAR is a recorded sign-in with as many page resources as make up n entries.
func longHAR(tb testing.TB, recording []byte, n int) []byte {
	tb.Helper()
	var doc struct {
		Log map[string]any `json:"log"`
	}
	if err := json.Unmarshal(recording, &doc); err != nil {
		tb.Fatal(err)
	}
	entries := doc.Log["entries"].([]any)
	for i := len(entries); i < n; i++ {
		entries = append(entries, map[string]any{
			"startedDateTime": "2026-11-20T16:00:00.000Z", "time": 12, "_resourceType": "image",
			"request": map[string]any{"method": "GET", "url": fmt.Sprintf("https://right.localhost:8082/pictures/%d.png?size=2", i),
				"httpVersion": "HTTP/1.1", "headers": []any{}, "queryString": []any{}, "cookies": []any{}, "headersSize": -1, "bodySize": 0},
			"response": map[string]any{"status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "headers": []any{}, "cookies": []any{},
				"content": map[string]any{"size": 900, "mimeType": "image/png"}, "redirectURL": "", "headersSize": -1, "bodySize": 900},
			"cache": map[string]any{}, "timings": map[string]any{"send": 1, "wait": 10, "receive": 1},
		})
	}
	doc.Log["entries"] = entries
	b, err := json.Marshal(doc)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// counted asks pages of a site directly, with the statements counted.
type counted struct {
	handler http.Handler
	cookies []*http.Cookie
}

func (c counted) get(tb testing.TB, path string) (status int, queries int64) {
	tb.Helper()
	ctx, n := store.CountQueries(tb.Context())
	req := httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	for _, cookie := range c.cookies {
		req.AddCookie(cookie)
	}
	answer := httptest.NewRecorder()
	c.handler.ServeHTTP(answer, req)
	return answer.Code, n.Load()
}

// longRun is a site with a capture of 4,000 entries, and its pages.
func longRun(tb testing.TB) (counted, map[string]string) {
	tb.Helper()
	r := newRecorded(tb, "right", "happy-path")
	v := r.as(tb, r.member)
	base := "/integrations/" + r.integration.String()
	id, err := r.AddCapture(tb.Context(), app.Command{Actor: r.member}, app.NewCapture{Integration: r.integration, Run: r.run, Kind: store.CaptureBrowser,
		File: bytes.NewReader(longHAR(tb, testFile(tb, "captures", "recorded", "right-happy-path.har"), 4000))})
	if err != nil {
		tb.Fatal(err)
	}
	pages, err := web.New(r.config)
	if err != nil {
		tb.Fatal(err)
	}
	origin, err := url.Parse(r.Origin)
	if err != nil {
		tb.Fatal(err)
	}
	capture := base + "/captures/" + id.String()
	return counted{handler: pages.Handler(), cookies: v.client.Jar.Cookies(origin)}, map[string]string{
		"runs": base + "/runs", "new run": base + "/runs/new", "run": base + "/runs/" + r.run.String(),
		"upload": r.uploadPath(r.run), "transcript": capture, "resources": capture + "?show=resources",
		"last resources": capture + "?show=resources&from=3800", "search": capture + "?q=state", "findings": capture + "?show=findings",
	}
}

func TestPagesOfALongRunTakeFewQueries(t *testing.T) {
	t.Parallel()
	site, paths := longRun(t)
	for name, path := range paths {
		status, queries := site.get(t, path)
		if status != http.StatusOK || queries > maxQueries || queries == 0 {
			t.Errorf("page %s: status %d after %d queries, want 200 and at most %d", name, status, queries, maxQueries)
		}
	}
}

// BenchmarkPagesOfALongRun measures pages at the server, over 4,000 entries.
func BenchmarkPagesOfALongRun(b *testing.B) {
	site, paths := longRun(b)
	for name, path := range paths {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if status, _ := site.get(b, path); status != http.StatusOK {
					b.Fatalf("status %d", status)
				}
			}
		})
	}
}
