package packet

import (
	"fmt"
	"strings"

	"github.com/proofwalk/proofwalk/internal/pdf"
)

// mark is how a state or verdict looks: shape, word and colour.
type mark struct {
	icon   *pdf.Icon
	word   string
	colour pdf.Colour
}

func (m mark) spans() []pdf.Span { return pdf.Verdict(m.icon, m.word, m.colour) }

// verdictMark: squares and other corners, for what a rule says.
func verdictMark(verdict string) mark {
	switch verdict {
	case "pass":
		return mark{pdf.MarkPass, "Pass", pdf.Pass}
	case "fail":
		return mark{pdf.MarkFail, "Fail", pdf.Fail}
	case "warn":
		return mark{pdf.MarkWarn, "Warn", pdf.Warn}
	default:
		return mark{pdf.MarkNotSeen, "Not seen", pdf.NotSeen}
	}
}

// stateMark is the mark of the item's state; what was accepted with a waiver has
// another one than what was mended.
func (s *sheet) stateMark(it *Item) mark {
	if s.summary.WithWaiver(it) {
		return waiverMark
	}
	return stateMark(it)
}

var waiverMark = mark{pdf.MarkWaived, "Accepted, with a waiver", pdf.Warn}

// stateMark: circles, for what a person set. Stale is said in words.
func stateMark(it *Item) mark {
	m := map[string]mark{
		"accepted":       {pdf.MarkAccepted, "Accepted", pdf.Pass},
		"returned":       {pdf.MarkReturned, "Returned", pdf.Warn},
		"claimed":        {pdf.MarkClaimed, "Claimed", pdf.Accent},
		"not_applicable": {pdf.MarkNotApplicable, "Not applicable", pdf.NotSeen},
		"open":           {pdf.MarkOpen, "Open", pdf.Ink2},
	}[it.State]
	if it.Stale {
		m = mark{staleIcon, m.word + ", stale", pdf.Warn}
	}
	return m
}

// staleIcon is a clock in a dashed circle: what was set once may not hold now.
var staleIcon = &pdf.Icon{Width: 1.1, Height: 1.1, Drop: 0.2, Draw: func(c *pdf.Canvas) {
	w := c.W
	c.Circle(w/2, w/2, 0.44*w, pdf.Stroke{Line: pdf.Warn, Width: 0.1 * w, Dash: []float64{0.16 * w, 0.1 * w}})
	c.Polyline(pdf.Stroke{Line: pdf.Warn, Width: 0.1 * w}, 0.5*w, 0.24*w, 0.5*w, 0.53*w, 0.7*w, 0.62*w)
}}

// minutesMark: circles too.
func minutesMark(word string) mark {
	switch word {
	case "confirmed":
		return mark{pdf.MarkAccepted, "Confirmed", pdf.Pass}
	case "not_confirmed":
		return mark{pdf.MarkReturned, "Not confirmed", pdf.Fail}
	case "with_condition":
		return mark{pdf.MarkWaived, "With a condition", pdf.Warn}
	default:
		return mark{pdf.MarkOpen, "Note", pdf.Ink2}
	}
}

// headline is how page one's answer looks.
type headline struct {
	icon         *pdf.Icon
	fill, border pdf.Colour
}

func headlineOf(tone string) headline {
	switch tone {
	case "pass":
		return headline{pdf.MarkAccepted, pdf.PassTint, pdf.Pass}
	case "conditions":
		return headline{pdf.MarkWaived, pdf.WarnTint, pdf.Warn}
	case "returned":
		return headline{pdf.MarkReturned, pdf.WarnTint, pdf.Warn}
	case "fail":
		return headline{pdf.MarkReturned, pdf.FailTint, pdf.Fail}
	default:
		return headline{pdf.MarkOpen, pdf.Sunken, pdf.Edge}
	}
}

// names give the words of the format a form for readers.
var names = map[string]string{
	"oauth": "OAuth 2.0", "oidc": "OpenID Connect", "saml": "SAML",
	"review": "review", "walkthrough": "walkthrough", "go_live": "go-live",
	"partner": "partner", "both": "partner and consultant", "consultant": "consultant", "account_team": "account team",
	"redirect": "Redirect", "error": "Error", "screenshot": "Screenshot", "back_channel": "Back channel",
	"declaration": "Declaration", "observation": "Observation",
	"configuration": "configuration", "partner_code": "partner's code", "provider": "provider", "test_setup": "test set-up",
	"server": "the server", "partner_browser": "the partner's browser", "partner_cli": "the partner's proofwalk command",
	"partner_recorder": "the partner's recorder", "partner_server": "the partner's server",
	"open": "Open", "answered": "Answered", "closed": "Closed", "waived": "Waived",
	"third_party": "Third party",
}

// name gives a word's form for readers, or the word itself.
func name(word string) string {
	if n, ok := names[word]; ok {
		return n
	}
	return strings.ReplaceAll(word, "_", " ")
}

// moment writes a time for readers, with its zone.
func moment(t Time) string {
	if t.IsZero() {
		return "not known"
	}
	return oneWord(t.UTC().Format("Mon 2 Jan 2006, 15:04 MST"))
}

// stamp writes a time without the day of the week, for lines with several facts.
func stamp(t Time) string {
	if t.IsZero() {
		return "not known"
	}
	return oneWord(t.UTC().Format("2 Jan 2006, 15:04 MST"))
}

// second writes a time with seconds, for what was recorded.
func second(t Time) string {
	if t.IsZero() {
		return "not known"
	}
	return oneWord(t.UTC().Format("Mon 2 Jan 2006, 15:04:05 MST"))
}

// oneWord keeps the parts of a time on one line: a lone "UTC" on the next one
// would read as something of its own.
func oneWord(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") }

func day(t Time) string { return t.UTC().Format("Mon 2 Jan 2006") }

// date writes a day without its name, for narrow columns.
func date(t Time) string { return t.UTC().Format("2 Jan 2006") }

// count words a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// groups writes a digest in groups of four.
func groups(digest string) string {
	var b strings.Builder
	for i := 0; i < len(digest); i += 4 {
		switch {
		case i == len(digest)/2:
			b.WriteByte('\n')
		case i > 0:
			b.WriteByte(' ')
		}
		b.WriteString(digest[i:min(i+4, len(digest))])
	}
	return b.String()
}

// shorten cuts a text to a number of characters.
func shorten(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most-1]) + "…"
}

// Size writes a number of bytes with the unit that fits.
func Size(n int) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f KB", float64(n)/1000)
}
