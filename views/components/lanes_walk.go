package components

// stroke is how a piece of the walked line is drawn.
type stroke string

const (
	noStroke stroke = ""
	solid    stroke = "solid"
	dashedSt stroke = "dashed" // a sub-request: the browser stays
	dottedSt stroke = "dotted" // hops left out
)

// cell is one lane in one row: which pieces of the walked line cross it.
// In comes from above to the height of the node, out leads from there down,
// left and right run sideways at that height.
type cell struct {
	in, out, left, right stroke
	// arrow is "from-left" or "from-right" where the line enters the node.
	arrow string
	node  bool
}

// corner says that the line turns here without a node.
func (c cell) corner() bool {
	return !c.node && c.in == solid && (c.left != noStroke || c.right != noStroke)
}

// walk computes the pieces of the walked line for every row. The line is in
// the lane of the last hop that was not a sub-request; it comes down that lane,
// turns at the height of the next hop's node and enters its lane there.
func walk(lanes int, rows []HopModel) [][]cell {
	cells := make([][]cell, len(rows))
	at := -1 // the lane the line is in, -1 before the first hop
	for i, row := range rows {
		line := make([]cell, lanes)
		cells[i] = line
		ahead := strokeAhead(rows[i+1:])
		if row.LeftOut > 0 {
			if at >= 0 {
				line[at].in, line[at].out = dottedSt, dottedSt
			}
			continue
		}
		if row.Lane < 0 || row.Lane >= lanes {
			// A hop of an unknown party has no place; the line passes by.
			if at >= 0 {
				line[at].in, line[at].out = ahead, ahead
			}
			continue
		}
		line[row.Lane].node = true
		if at < 0 {
			at = row.Lane
			line[at].out = ahead
			continue
		}
		if row.SubRequest {
			down := ahead
			if down == noStroke {
				down = dashedSt
			}
			line[at].in = down
			line[at].out = ahead
			across(line, at, row.Lane, dashedSt)
			continue
		}
		line[at].in = solid
		across(line, at, row.Lane, solid)
		at = row.Lane
		line[at].out = ahead
	}
	return cells
}

// strokeAhead is how the line goes on below a row: solid to another hop,
// dashed if only sub-requests follow, none at the end.
func strokeAhead(rest []HopModel) stroke {
	ahead := noStroke
	for _, row := range rest {
		switch {
		case row.LeftOut > 0:
			continue
		case !row.SubRequest:
			return solid
		default:
			ahead = dashedSt
		}
	}
	return ahead
}

// across draws the line sideways from one lane to another, with an arrow where
// it arrives.
func across(line []cell, from, to int, s stroke) {
	switch {
	case from < to:
		line[from].right = s
		for i := from + 1; i < to; i++ {
			line[i].left, line[i].right = s, s
		}
		line[to].left, line[to].arrow = s, "from-left"
	case from > to:
		line[from].left = s
		for i := from - 1; i > to; i-- {
			line[i].left, line[i].right = s, s
		}
		line[to].right, line[to].arrow = s, "from-right"
	}
}
