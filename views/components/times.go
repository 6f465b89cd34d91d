package components

import (
	"time"

	"github.com/a-h/templ"
)

// Moment writes an instant: in UTC as sent, in the reader's own zone once the
// page's script has run. The zone always stands with it. The zero time is
// "no date".
func Moment(t time.Time) templ.Component {
	return instant(t, "minute", "Mon 2 Jan 2006, 15:04 UTC")
}

// MomentSeconds is Moment to the second, for captures and the audit log.
func MomentSeconds(t time.Time) templ.Component {
	return instant(t, "second", "Mon 2 Jan 2006, 15:04:05 UTC")
}

// Clock is the time of day to the second, for rows under a date that names
// the zone.
func Clock(t time.Time) templ.Component { return instant(t, "clock", "15:04:05") }

// ClockZone is the time of day to the minute with its zone, for rows under a date.
func ClockZone(t time.Time) templ.Component { return instant(t, "clock-zone", "15:04 UTC") }

// Day writes a calendar date, such as a target date, which is the same day in
// every zone. The zero time is "no date".
func Day(t time.Time) templ.Component {
	if t.IsZero() {
		return Text("no date")
	}
	return templ.Raw(`<time datetime="` + t.Format(time.DateOnly) + `">` + t.Format("Mon 2 Jan 2006") + `</time>`)
}

func instant(t time.Time, precision, layout string) templ.Component {
	if t.IsZero() {
		return Text("no date")
	}
	t = t.UTC()
	return templ.Raw(`<time datetime="` + t.Format(time.RFC3339) + `" data-precision="` + precision + `">` + t.Format(layout) + `</time>`)
}
