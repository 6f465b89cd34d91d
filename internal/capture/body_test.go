package capture

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// Of what a page looks like only the beginning is kept; kind, size and whether
// a limit was met are told as of any other body.
func TestHeadsOfPicturesAndStyles(t *testing.T) {
	t.Parallel()
	encode := base64.StdEncoding.EncodeToString
	for _, tc := range []struct {
		name, content string
		text          int
		size          int64
		cut           bool
	}{
		{"style at the limit", content("text/css; charset=utf-8", strings.Repeat("p", bodyHead), ""), bodyHead, bodyHead, false},
		{"style one over", content("text/css", strings.Repeat("p", bodyHead+1), ""), bodyHead, bodyHead + 1, false},
		{"page of the same size", content("text/html", strings.Repeat("p", bodyHead+1), ""), bodyHead + 1, bodyHead + 1, false},
		{"picture", content("image/png", encode(make([]byte, 5000)), `,"encoding":"base64","size":5000`), bodyHead / 4 * 3, 5000, false},
		{"small picture", content("image/png", encode(make([]byte, 100)), `,"encoding":"base64"`), 100, 100, false},
		{"style over the string limit", content("text/css", strings.Repeat("p", 20_001), ""), bodyHead, 20_001, true},
		{"style at the string limit", content("text/css", strings.Repeat("p", 20_000), ""), bodyHead, 20_000, false},
	} {
		got, _, err := entries(t, strings.NewReader(tc.content), Limits{StringBytes: 20_000})
		if err != nil || len(got) != 1 {
			t.Fatalf("%s: %d entries, %v", tc.name, len(got), err)
		}
		b := got[0].Response.Body
		if len(b.Text) != tc.text || b.Size != tc.size || b.Truncated != tc.cut || got[0].Cut != tc.cut {
			t.Errorf("%s: %d bytes of %d, cut %v and %v; want %d of %d, %v", tc.name, len(b.Text), b.Size, b.Truncated, got[0].Cut, tc.text, tc.size, tc.cut)
		}
	}
}

func content(mime, text, more string) string {
	return fmt.Sprintf(`{"log":{"entries":[{"request":{"url":"https://a.example/"},"response":{"status":200,"content":{"mimeType":%q,"text":%q%s}}}]}}`, mime, text, more)
}
