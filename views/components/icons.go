package components

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// shapes are the drawings, each in a field of 16 by 16. "solid" is filled with
// the text colour, "line" is stroked with it, "cut" is stroked in the colour
// of the ground.
var shapes = map[string]string{
	// Computed by a rule: corners.
	"pass":     `<rect class="solid" x="1" y="1" width="14" height="14" rx="2"/><path class="cut" d="M4.5 8.2 7 10.7 11.6 5.4"/>`,
	"fail":     `<path class="solid" d="M5 .7h6L15.3 5v6L11 15.3H5L.7 11V5z"/><path class="cut" d="m5.6 5.6 4.8 4.8m0-4.8-4.8 4.8"/>`,
	"warn":     `<path class="solid" d="M8 1 15.6 14.6H.4z" stroke="currentColor" stroke-width="1" stroke-linejoin="round"/><path class="cut" d="M8 6v3.6"/><circle class="cut-fill" cx="8" cy="12.2" r="1.1"/>`,
	"not-seen": `<rect class="line" x="1.6" y="1.6" width="12.8" height="12.8" rx="2" stroke-dasharray="2.4 2.1"/><path class="line" d="M6.2 6.4C6.3 4 9.9 4 9.9 6.4c0 1.5-1.9 1.5-1.9 3"/><circle class="solid" cx="8" cy="11.8" r=".95"/>`,
	// Set by a person: round.
	"open":           `<circle class="line" cx="8" cy="8" r="6.2"/>`,
	"claimed":        `<circle class="line" cx="8" cy="8" r="6.2"/><path class="solid" d="M8 1.8a6.2 6.2 0 0 1 0 12.4z"/>`,
	"accepted":       `<circle class="solid" cx="8" cy="8" r="7"/><path class="cut" d="M4.9 8.2 7.1 10.4 11.2 5.8"/>`,
	"returned":       `<circle class="line" cx="8" cy="8" r="6.4"/><path class="line" d="M6.3 4.9 4.5 6.7l1.8 1.8M4.7 6.7h4.1a2 2 0 0 1 0 4.1H6.9"/>`,
	"not-applicable": `<circle class="line" cx="8" cy="8" r="6.2"/><path class="line" d="m3.8 12.2 8.4-8.4"/>`,
	"stale":          `<circle class="line" cx="8" cy="8" r="6.4" stroke-dasharray="2.3 1.72"/><path class="line" d="M8 4.8V8l2.2 1.6"/>`,
	"confirmed":      `<circle class="solid" cx="8" cy="8" r="7"/><path class="cut" d="M4.9 8.2 7.1 10.4 11.2 5.8"/>`,
	"not-confirmed":  `<circle class="solid" cx="8" cy="8" r="7"/><path class="cut" d="m5.6 5.6 4.8 4.8m0-4.8-4.8 4.8"/>`,
	"with-condition": `<circle class="solid" cx="8" cy="8" r="7"/><path class="cut" d="M8 4.2v4.4"/><circle class="cut-fill" cx="8" cy="11.4" r="1.15"/>`,
	"to-be-repeated": `<circle class="line" cx="8" cy="8" r="6.4"/><path class="line" d="M10.9 8a2.9 2.9 0 1 1-1-2.2M10.2 3.9v2.2H8"/>`,
	// Risk of an integration.
	"on-track": `<path class="line" d="M2.5 8h10.4M9 4l4 4-4 4"/>`,
	"at-risk":  `<path class="solid" d="M8 1 15.6 14.6H.4z" stroke="currentColor" stroke-width="1" stroke-linejoin="round"/><path class="cut" d="M8 6v3.6"/><circle class="cut-fill" cx="8" cy="12.2" r="1.1"/>`,
	"late":     `<path class="solid" d="M5 .7h6L15.3 5v6L11 15.3H5L.7 11V5z"/><path class="cut" d="M8 4.2V8l2.4 1.7"/>`,
	// Things and acts.
	"flag":      `<path class="line" d="M3 14.5V2h9.6l-2.2 3.2 2.2 3.2H3"/>`,
	"clock":     `<circle class="line" cx="8" cy="8" r="6.4" stroke-dasharray="2.3 1.72"/><path class="line" d="M8 4.8V8l2.2 1.6"/>`,
	"pin":       `<path class="line" d="M5.2 1.7h5.6M6.2 1.7v4.6L4 9h8L9.8 6.3V1.7M8 9v5.4"/>`,
	"walk":      `<path class="line" d="M1.5 4.5h4.2v4h4.2v3.8h4.6"/><path class="solid" d="M.4 3h3v3h-3zm12.2 7.8h3v3h-3z"/><circle class="solid" cx="5.7" cy="4.6" r="1.6"/>`,
	"page":      `<rect class="line" x="1.6" y="2.4" width="12.8" height="11.2" rx="1.4"/><path class="line" d="M1.6 5.4h12.8M4.2 8.2h7.6M4.2 10.8h5"/>`,
	"speech":    `<path class="line" d="M2 2.6h12v8.2H7.4L4.4 13.6v-2.8H2z"/>`,
	"observed":  `<path class="line" d="M1 8c2.6-5 11.4-5 14 0-2.6 5-11.4 5-14 0z"/><circle class="line" cx="8" cy="8" r="2"/>`,
	"channel":   `<path class="line" d="M2 5h11.6m-3-3 3 3-3 3M14 11H2.4m3-3-3 3 3 3"/>`,
	"file":      `<path class="line" d="M4 1.6h5l3.4 3.4v9.4H4z"/><path class="line" d="M9 1.6V5h3.4"/>`,
	"download":  `<path class="line" d="M8 2v7.6M4.8 6.6 8 9.8l3.2-3.2M2.4 13.6h11.2"/>`,
	"find":      `<circle class="line" cx="6.8" cy="6.8" r="4.6"/><path class="line" d="m10.4 10.4 4 4"/>`,
	"key":       `<circle class="line" cx="4.6" cy="8" r="3"/><path class="line" d="M7.6 8h7.2m-2.4 0v2.6"/>`,
	"next":      `<path class="line" d="m5.8 3 5 5-5 5"/>`,
	"back":      `<path class="line" d="m10.2 3-5 5 5 5"/>`,
	"tick":      `<path class="line" d="m3 8.4 3.4 3.4L13 4.6" stroke-width="2"/>`,
	"leaves":    `<path class="line" d="M1 8h13.4M9.6 3.2 14.4 8l-4.8 4.8"/>`,
	"attention": `<path class="solid" d="M8 1 15.6 14.6H.4z" stroke="currentColor" stroke-width="1" stroke-linejoin="round"/><path class="cut" d="M8 6v3.6"/><circle class="cut-fill" cx="8" cy="12.2" r="1.1"/>`,
}

// icon draws one of the shapes, hidden from screen readers: a word always
// stands beside it. An unknown name panics, which the test that renders every
// component finds.
func icon(name, size string) templ.Component {
	shape, ok := shapes[name]
	if !ok {
		panic("components: no shape named " + name)
	}
	class := "mark"
	if size != "" {
		class += " " + size
	}
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<svg class="`+class+`" viewBox="0 0 16 16" aria-hidden="true" focusable="false">`+shape+`</svg>`)
		return err
	})
}

// Icon draws a thing or an act: flag, clock, pin, walk, page, speech,
// observed, channel, file, download, find, key, next, back, tick, leaves. It
// is hidden from screen readers, so a word must stand beside it.
func Icon(name string) templ.Component { return icon(name, "") }
