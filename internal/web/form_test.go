package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/store"
)

func (v reviewed) comments(t *testing.T) int {
	t.Helper()
	item := v.ref(t, "RDY-02")
	found, err := store.FindChecklistItem(t.Context(), v.Store.Reader(), v.member.Scope(), item.Integration, item.Requirement)
	if err != nil {
		t.Fatal(err)
	}
	list, err := store.ListItemComments(t.Context(), v.Store.Reader(), v.member.Scope(), v.id, found.ID)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// The same form twice is one act; what was typed anew after the back button, or
// sent elsewhere under the same key, is another.
func TestAFormSentAgain(t *testing.T) {
	t.Parallel()
	v := newReviewed(t)
	sam := v.as(t, v.member)
	path := v.path + "/checklist/RDY-02"
	opened := sam.get(path).form("form[action$='/comment']", "comment", "The build is 2.17.0.")
	for range 2 {
		if p := sam.post(path+"/comment", opened); p.Status != http.StatusOK {
			t.Fatalf("commenting: status %d", p.Status)
		}
	}
	if n := v.comments(t); n != 1 {
		t.Errorf("the same form sent twice made %d comments", n)
	}
	opened.Set("comment", "No, it is 2.18.0.")
	if p := sam.post(path+"/comment", opened); p.Status != http.StatusOK {
		t.Errorf("commenting after the back button: status %d", p.Status)
	}
	if n := v.comments(t); n != 2 {
		t.Errorf("%d comments after another text was sent, want 2", n)
	}
	opened.Set("reason", "Not part of this integration.")
	if p := sam.post(path+"/not-applicable", opened); p.Status != http.StatusOK || v.state(t, "RDY-02") != "not_applicable" {
		t.Errorf("another act under the same key: status %d, the item is %s", p.Status, v.state(t, "RDY-02"))
	}
}

func (v reviewed) state(t *testing.T, requirement string) string {
	t.Helper()
	for _, i := range v.items(t) {
		if i.RequirementID == requirement {
			return string(i.State)
		}
	}
	return ""
}

// Bytes that no text has are refused as a form's error, never a fault of ours.
func TestTextThatNoFormSends(t *testing.T) {
	t.Parallel()
	v := newReviewed(t)
	sam := v.as(t, v.member)
	path := v.path + "/checklist/RDY-02"
	version := sam.get(path).form("form[action$='/comment']").Get("row_version")
	for name, text := range map[string]string{"character U+0000 in line 1, as character 2": "a\x00b", "bytes that are not UTF-8": "a\xffb\x00",
		"character U+001B in line 2, as character 3": "first\n\u00e9b\x1b[2Jb", "character U+202E in line 1, as character 2": "a\u202eb\nc\x00"} {
		p := sam.post(path+"/comment", url.Values{"row_version": {version}, "key": {"k"}, "comment": {text}})
		if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.text(".error-summary"), name) {
			t.Errorf("%s: status %d, want 422; %s", name, p.Status, p.text(".error-summary"))
		}
	}
	for name, path := range map[string]string{"an item": v.path + "/checklist/%00", "a search": v.path + "/checklist?q=%00", "the board": "/?q=%ff&show=%00", "an anchor": v.path + "/history?before=%00",
		"a long key": v.path + "/review?item=" + strings.Repeat("x", 4000)} {
		if p := sam.get(path); p.Status >= 500 {
			t.Errorf("%s: status %d", name, p.Status)
		}
	}
	if p := sam.post(path+"/comment", url.Values{"row_version": {version}, "key": {strings.Repeat("long \x00", 10000)}, "comment": {"Fine."}}); p.Status != http.StatusOK {
		t.Errorf("a strange key: status %d", p.Status)
	}
	if n := v.comments(t); n != 1 {
		t.Errorf("%d comments are stored, want 1", n)
	}
}

func TestAPictureThatIsTooLarge(t *testing.T) {
	t.Parallel()
	v := newReviewed(t)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("row_version", "1") // a buffer never gives an error
	part, _ := form.CreateFormFile("picture", "shot.png")
	_, _ = part.Write(make([]byte, app.MaxPictureBytes+1<<20))
	_ = form.Close()
	p := v.as(t, v.member).sendRaw(v.path+"/checklist/RDY-02/screenshot", form.FormDataContentType(), &body)
	if p.Status != http.StatusRequestEntityTooLarge || !strings.Contains(p.Body, "larger than 5 MB") {
		t.Errorf("status %d: %s", p.Status, p.text("h1"))
	}
}

// A form answered with what another form of its key did would be a lie.
func TestOtherFilesUnderTheSameKey(t *testing.T) {
	t.Parallel()
	r := newRecorded(t, "right", "happy-path")
	cmd := app.Command{Actor: r.member, Key: "the key of a form"}
	for n, name := range []string{"right-happy-path.har", "faulty-consent-denied.har"} {
		_, err := r.AddCapture(t.Context(), cmd, app.NewCapture{Integration: r.integration, Run: r.run, Kind: store.CaptureBrowser,
			File: bytes.NewReader(testFile(t, "captures", "recorded", name))})
		if got := len(r.captures(t)); err != nil || got != n+1 {
			t.Errorf("after %s there are %d captures: %v", name, got, err)
		}
	}
}
