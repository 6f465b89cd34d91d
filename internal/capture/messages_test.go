package capture

import (
	"slices"
	"strings"
	"testing"
)

// Messages of any length take nothing from the rest of their entry, wherever
// they stand in it, and their sizes are those of the whole.
func TestMessagesCostNothing(t *testing.T) {
	t.Parallel()
	const n, length = 5, 250_000
	message := `{"type":"send","opcode":1,"data":"` + strings.Repeat(`m\n`, length/2) + `"}`
	for _, name := range []string{"_webSocketMessages", "_eventSourceMessages"} {
		doc := wrap(`"` + name + `":[` + strings.Repeat(message+",", n-1) + message + `],"request":{"method":"GET","url":"https://localhost/?code=abc"},"comment":"` + strings.Repeat("c", 200_000) + `"`)
		e := one(t, doc)
		if e.Cut || e.Request.URL != "https://localhost/?code=abc" || len(e.Comment) != 200_000 {
			t.Errorf("%s: cut %v, url %q, %d bytes of comment", name, e.Cut, e.Request.URL, len(e.Comment))
		}
		all := slices.Concat(e.WebSocketMessages, e.EventMessages)
		if len(all) != n || all[n-1].Size != length || !all[0].Send {
			t.Errorf("%s: %d messages: %+v", name, len(all), all)
		}
	}
}
