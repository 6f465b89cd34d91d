package capture

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "captures", "formats", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What each recorded sample shows of one and the same sign-in, and what it says
// that it cannot show.
func TestReadRecordedFormats(t *testing.T) {
	t.Parallel()
	type shown struct {
		Kind, Exporter string
		Entries        int
		Pages          int // responses with a page's content
		Forms          int // requests with the values of a form
		Calls          int // requests and responses with JSON
		Cookies        int // requests with cookies, and responses that set some
		Bearer         bool
		Failed         int
		CannotShow     []string
	}
	har := func(exporter string, pages, forms, calls, cookies, failed int, limits ...string) shown {
		return shown{"har", exporter, 11, pages, forms, calls, cookies, true, failed, limits}
	}
	firefox := shown{"har", "firefox", 14, 4, 2, 2, 12, true, 0, nil}
	tracer := shown{"saml_tracer", "saml_tracer", 14, 0, 2, 0, 12, true, 0, []string{LimitBodies, LimitTimes}}
	for name, want := range map[string]shown{
		"playwright-embed.har":    har("playwright", 4, 2, 2, 9, 1, LimitFragments),
		"playwright-embed.har.gz": har("playwright", 4, 2, 2, 9, 1, LimitFragments),
		"playwright-attach.har":   har("playwright", 0, 2, 0, 9, 1, LimitFragments, LimitBodies),
		"playwright-attach.zip":   har("playwright", 4, 2, 2, 9, 1, LimitFragments),
		"playwright-omit.har":     har("playwright", 0, 2, 0, 9, 1, LimitFragments, LimitBodies),
		"playwright-minimal.har":  har("playwright", 4, 2, 2, 9, 1, LimitFragments),
		"chrome.har":              {"har", "chrome", 13, 4, 2, 2, 10, true, 1, []string{LimitFragments}},
		"chrome-sanitized.har":    {"har", "chrome", 13, 4, 2, 2, 0, false, 1, []string{LimitCookies, LimitAuthorization, LimitFragments}},
		"firefox.har":             firefox,
		"saml-tracer.json":        tracer,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := shown{}
			each := func(e *Entry) error {
				got.Entries++
				form := e.Request.Body != nil && (len(e.Request.Body.Params) > 0 && e.Request.Body.Params[0].Value != "" || strings.Contains(string(e.Request.Body.Text), "="))
				if form {
					got.Forms++
				}
				if e.Request.Body != nil && strings.HasPrefix(string(e.Request.Body.Text), "{") {
					got.Calls++
				}
				if hasHeader(e.Request.Headers, "cookie") {
					got.Cookies++
				}
				got.Bearer = got.Bearer || hasHeader(e.Request.Headers, "authorization")
				if e.Failed {
					got.Failed++
				}
				if e.Response == nil {
					return nil
				}
				if hasHeader(e.Response.Headers, "set-cookie") {
					got.Cookies++
				}
				if b := e.Response.Body; b != nil && bytes.HasPrefix(b.Text, []byte("<!doctype html>")) {
					got.Pages++
				} else if b != nil && bytes.HasPrefix(b.Text, []byte("{")) {
					got.Calls++
				}
				return nil
			}
			src, err := Read(bytes.NewReader(sample(t, name)), Limits{}, each)
			if err != nil {
				t.Fatal(err)
			}
			got.Kind, got.Exporter, got.CannotShow = src.Kind, src.Exporter, src.CannotShow
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("differs (-want +got):\n%s", d)
			}
			if src.Truncated || src.Duplicates != 0 || src.Entries != got.Entries {
				t.Errorf("source %+v", src)
			}
		})
	}
}

// Playwright's zip gives the bodies that its HAR with embedded content has;
// from a stream they are missing, and said to be.
func TestReadPlaywrightZip(t *testing.T) {
	t.Parallel()
	texts := func(r io.Reader) (out []string, src Source) {
		got, src, err := entries(t, r, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range got {
			text := e.Request.Method + " " + strings.SplitN(e.Request.URL, "?", 2)[0]
			if b := e.Request.Body; b != nil {
				text += " " + string(b.Text)
			}
			out = append(out, text+" "+string(e.Response.Body.Text))
		}
		return out, src
	}
	want, _ := texts(bytes.NewReader(sample(t, "playwright-embed.har")))
	got, _ := texts(bytes.NewReader(sample(t, "playwright-attach.zip")))
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the zip differs from embedded content (-embedded +zip):\n%s", d)
	}
	got, src := texts(stream(sample(t, "playwright-attach.zip")))
	if !slices.Contains(src.CannotShow, LimitBodies) || strings.Contains(strings.Join(got, ""), "<") {
		t.Errorf("from a stream: cannot show %v", src.CannotShow)
	}
}

// sanitize does to a HAR of Chrome what Chrome's "sanitized" export does: it
// drops the headers authorization, cookie and set-cookie and both lists of
// cookies, and empties the data of event streams.
func sanitize(t testing.TB, doc []byte) []byte {
	t.Helper()
	var har map[string]any
	if err := json.Unmarshal(doc, &har); err != nil {
		t.Fatal(err)
	}
	for _, e := range har["log"].(map[string]any)["entries"].([]any) {
		entry := e.(map[string]any)
		for side, names := range map[string][]string{"request": {"authorization", "cookie"}, "response": {"set-cookie"}} {
			message := entry[side].(map[string]any)
			headers := message["headers"].([]any)
			message["headers"] = slices.DeleteFunc(headers, func(h any) bool {
				return slices.Contains(names, strings.ToLower(h.(map[string]any)["name"].(string)))
			})
			message["cookies"] = []any{}
		}
		if messages, ok := entry["_eventSourceMessages"].([]any); ok {
			for _, m := range messages {
				delete(m.(map[string]any), "data")
			}
		}
	}
	out, err := json.Marshal(har)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The rules of sanitize are those of Chrome: done to its full export they give
// what its sanitized export of the same recording holds.
func TestSanitizeIsWhatChromeDoes(t *testing.T) {
	t.Parallel()
	want, _, err := entries(t, bytes.NewReader(sample(t, "chrome-sanitized.har")), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := entries(t, bytes.NewReader(sanitize(t, sample(t, "chrome.har"))), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("differs (-Chrome's +ours):\n%s", d)
	}
}

// Chrome's export as it now is by default shows neither cookies nor
// Authorization, which must not be taken for a site without them.
func TestReadSanitizedPublicCapture(t *testing.T) {
	t.Parallel()
	chrome := public(t)["mitmproxy_mitmproxy__test_mitmproxy_data_har_files_chrome.har"]
	_, src, err := entries(t, bytes.NewReader(chrome), Limits{})
	if err != nil || !slices.Equal(src.CannotShow, []string{LimitFragments}) {
		t.Errorf("Chrome: cannot show %v, error %v", src.CannotShow, err)
	}
	got, src, err := entries(t, bytes.NewReader(sanitize(t, chrome)), Limits{})
	if err != nil || len(got) != 3 || src.Exporter != "chrome" || !slices.Equal(src.CannotShow, []string{LimitCookies, LimitAuthorization, LimitFragments}) {
		t.Errorf("sanitized: %d entries, source %+v, error %v", len(got), src, err)
	}
}

// filterTrace does to a SAML-tracer export what its profiles do: profile 2
// hashes, profile 3 numbers the values of forms and cookies, the name where
// there is no value, and both overwrite postData. saml and url stay.
func filterTrace(t testing.TB, doc []byte, profile int) []byte {
	t.Helper()
	var trace struct {
		Requests  []map[string]any `json:"requests"`
		Timestamp string           `json:"timestamp"`
	}
	if err := json.Unmarshal(doc, &trace); err != nil {
		t.Fatal(err)
	}
	numbers := map[string]int{}
	replace := func(v string) string {
		if profile == 2 {
			return fmt.Sprintf("{hash:%x}", sha256.Sum256([]byte(v)))
		}
		if _, known := numbers[v]; !known {
			numbers[v] = len(numbers)
		}
		return fmt.Sprintf("{obf:alternative_%d}", numbers[v])
	}
	for _, q := range trace.Requests {
		if post, ok := q["post"].([]any); ok {
			for _, p := range post {
				if pair := p.([]any); pair[1] != "" {
					pair[1] = replace(pair[1].(string))
				} else {
					pair[0] = replace(pair[0].(string))
				}
			}
			q["postData"] = "{overwritten}"
		}
		for list, name := range map[string]string{"requestHeaders": "cookie", "responseHeaders": "set-cookie"} {
			for _, h := range q[list].([]any) {
				field := h.(map[string]any)
				if !strings.EqualFold(field["name"].(string), name) {
					continue
				}
				parts := strings.Split(field["value"].(string), ";")
				for i, part := range parts {
					if k, v, ok := strings.Cut(part, "="); ok {
						parts[i] = k + "=" + replace(v)
					}
				}
				field["value"] = strings.Join(parts, ";")
			}
		}
	}
	out, err := json.Marshal(trace)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// legacyTrace writes headers as SAML-tracer did before version 1.0.
func legacyTrace(t testing.TB, doc []byte) []byte {
	t.Helper()
	var trace map[string]any
	if err := json.Unmarshal(doc, &trace); err != nil {
		t.Fatal(err)
	}
	for _, q := range trace["requests"].([]any) {
		request := q.(map[string]any)
		request["id"] = request["requestId"]
		delete(request, "requestId")
		for _, list := range []string{"requestHeaders", "responseHeaders"} {
			for i, h := range request[list].([]any) {
				field := h.(map[string]any)
				request[list].([]any)[i] = []any{field["name"], field["value"]}
			}
		}
	}
	out, err := json.Marshal(trace)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
