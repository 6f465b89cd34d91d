package components

import "time"

// DateChartModel is a line of target dates.
type DateChartModel struct {
	// From is today, at the left; Until the end of the line.
	From, Until time.Time
	Points      []DatePoint
}

// DatePoint is the target date of one integration.
type DatePoint struct {
	On   time.Time
	Risk Risk
}

// The drawing is 400 wide; marks are 16 wide and piled up where they would
// cover each other.
const (
	dateChartWidth = 400
	dateAxisY      = 92
	dateMarkStep   = 20
)

type placedPoint struct {
	x, y int
	risk Risk
}

type placedMonth struct {
	x    int
	word string
}

// x is where a day stands on the line.
func (m DateChartModel) x(on time.Time) int {
	span := m.Until.Sub(m.From)
	if span <= 0 {
		return 0
	}
	at := int(float64(on.Sub(m.From)) / float64(span) * (dateChartWidth - 24))
	return 8 + min(max(at, 0), dateChartWidth-24)
}

// points places the marks, each on the lowest level where it covers no other.
func (m DateChartModel) points() []placedPoint {
	var placed []placedPoint
	for _, p := range m.Points {
		x, y := m.x(p.On)-8, dateAxisY-dateMarkStep
		for covers(placed, x, y) && y > 0 {
			y -= dateMarkStep
		}
		placed = append(placed, placedPoint{x: x, y: y, risk: p.Risk})
	}
	return placed
}

func covers(placed []placedPoint, x, y int) bool {
	for _, p := range placed {
		if p.y == y && p.x-x < 17 && x-p.x < 17 {
			return true
		}
	}
	return false
}

// months are the first days of the months on the line, but not so near to the
// left that they cover "Today".
func (m DateChartModel) months() []placedMonth {
	var out []placedMonth
	for at := time.Date(m.From.Year(), m.From.Month()+1, 1, 0, 0, 0, 0, m.From.Location()); at.Before(m.Until); at = at.AddDate(0, 1, 0) {
		if x := m.x(at); x > 48 && x < dateChartWidth-24 {
			out = append(out, placedMonth{x: x, word: at.Format("Jan")})
		}
	}
	return out
}
