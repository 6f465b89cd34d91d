package web_test

import (
	"archive/zip"
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/capture"
)

// Archives are taken as browsers send them, and refused with a sentence where
// they cannot be; the page says what each format cannot show.
func TestUploadsOfEveryContainer(t *testing.T) {
	t.Parallel()
	r := newRecorded(t, "right", "happy-path")
	v := r.as(t, r.member)
	sample := func(name string) []byte { return testFile(t, "captures", "formats", name) }
	for _, tt := range []struct {
		name, media string
		limits      []string
		says        string
	}{
		{"playwright-embed.har.gz", "application/gzip", []string{capture.LimitFragments}, "what follows # in addresses"},
		{"playwright-attach.zip", "application/zip", []string{capture.LimitFragments, capture.LimitBodies}, "contents of pages"},
		{"saml-tracer.json", "application/json", []string{capture.LimitBodies, capture.LimitTimes}, "times"},
		{"chrome-sanitized.har", "", []string{capture.LimitCookies, capture.LimitAuthorization, capture.LimitFragments}, "Authorization headers"},
	} {
		before := len(r.captures(t))
		p := v.send(r.uploadPath(r.run), "browser", upload{name: tt.name, media: tt.media, body: sample(tt.name)})
		p.wants(http.StatusOK, "Run 1: happy path")
		captures := r.captures(t)
		if len(captures) != before+1 {
			t.Fatalf("%s: %d captures are stored", tt.name, len(captures))
		}
		last := captures[len(captures)-1]
		if !slices.Equal(last.CannotShow, tt.limits) {
			t.Errorf("%s: stored as unable to show %v", tt.name, last.CannotShow)
		}
		p = v.get("/integrations/" + r.integration.String() + "/captures/" + last.ID.String())
		p.wants(http.StatusOK, "Run 1: happy path, capture "+string(rune('0'+len(captures))))
		if !strings.Contains(p.text("main"), tt.says) {
			t.Errorf("%s: the page does not say that it cannot show %s", tt.name, tt.says)
		}
	}
	var two bytes.Buffer
	z := zip.NewWriter(&two)
	for _, name := range []string{"a.har", "b.har"} {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(sample("firefox.har"))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	stored := len(r.captures(t))
	p := v.send(r.uploadPath(r.run), "browser", upload{name: "two.zip", media: "application/zip", body: two.Bytes()})
	p.wants(http.StatusUnsupportedMediaType, "Add a capture")
	if got := p.text("[data-focus]"); !strings.Contains(got, "more than one capture") {
		t.Errorf("the page says %q", got)
	}
	if len(r.captures(t)) != stored {
		t.Error("a part of the archive was stored")
	}
}
