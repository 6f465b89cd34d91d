package run

import "strconv"

// Places in the drawing of the developer tools, in units of its view box.
const (
	tabWidth = 84
	tabLeft  = 14
)

func tabX(i int) string { return strconv.Itoa(tabLeft + i*tabWidth) }

func tabLine(i int) string {
	return "M" + strconv.Itoa(tabLeft-4+i*tabWidth) + " 27h" + strconv.Itoa(tabWidth-16)
}

// boxLeft is where the box to tick stands: left, or under the gear at the right.
func boxLeft(p panel) int {
	if p.SaveRight {
		return 116
	}
	return 14
}

func saveLeft(p panel) int {
	if p.SaveRight {
		return 234
	}
	return 128
}

func boxX(p panel) string { return strconv.Itoa(boxLeft(p)) }

func boxTextX(p panel) string { return strconv.Itoa(boxLeft(p) + 20) }

func boxTick(p panel) string { return "m" + strconv.Itoa(boxLeft(p)+3) + " 43 3 4 5-7" }

func saveX(p panel) string { return strconv.Itoa(saveLeft(p)) }

func saveTextX(p panel) string { return strconv.Itoa(saveLeft(p) + 22) }

func saveArrow(p panel) string {
	return "M" + strconv.Itoa(saveLeft(p)+11) + " 37v9m-4-4 4 4 4-4m-8 8h8"
}
