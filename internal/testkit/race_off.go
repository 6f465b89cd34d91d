//go:build !race

package testkit

// Race says whether the race detector watches this process. What a test asks of
// the browser alone (axe, widths, colours) is the same with and without it and
// takes minutes, so under it such looks are left out; every page is still opened
// and every flow still walked. Nothing else may depend on it.
const Race = false
