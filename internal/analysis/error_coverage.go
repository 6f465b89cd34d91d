package analysis

import (
	"cmp"
	"slices"

	"github.com/proofwalk/proofwalk/internal/integration"
)

// ErrorPath is one documented refusal and what the test runs show of it.
type ErrorPath struct {
	DocumentedRefusal
	State PathState
	// Shown are its error transcripts, the newest run first.
	Shown []ShownError
}

// ShownError is an error transcript with the number of its test run.
type ShownError struct {
	Run int
	ErrorTranscript
}

// PathState is what the test runs show of a refusal.
type PathState string

// The states of a refusal. PathUntold is never shown as PathHandled.
const (
	PathHandled      PathState = "handled"
	PathMishandled   PathState = "mishandled"
	PathUntold       PathState = "untold" // exercised, and no run can tell
	PathNotExercised PathState = "not_exercised"
)

// PathStates gives the states in the order in which they are counted.
func PathStates() []PathState {
	return []PathState{PathHandled, PathMishandled, PathUntold, PathNotExercised}
}

// ErrorCoverage gives the documented refusals of a protocol with what the test
// runs show of each. The newest run that can tell decides; in it what is
// mishandled once is mishandled.
func ErrorCoverage(protocol integration.Protocol, runs []RunSignIns) []ErrorPath {
	runs = newestFirst(runs)
	var out []ErrorPath
	for _, refusal := range Refusals(protocol) {
		p := ErrorPath{DocumentedRefusal: refusal, State: PathNotExercised}
		for _, r := range runs {
			p.add(r)
		}
		if p.State != PathNotExercised || !refusal.OnlyWhenSeen {
			out = append(out, p)
		}
	}
	return out
}

// newestFirst sorts a copy of the runs.
func newestFirst(runs []RunSignIns) []RunSignIns {
	runs = slices.Clone(runs)
	slices.SortStableFunc(runs, func(a, b RunSignIns) int { return cmp.Compare(b.Run, a.Run) })
	return runs
}

// add adds what an older run shows.
func (p *ErrorPath) add(r RunSignIns) {
	state := PathNotExercised
	for _, s := range r.SignIns {
		for _, t := range s.Errors {
			if t.Refusal == p.Refusal {
				p.Shown = append(p.Shown, ShownError{Run: r.Run, ErrorTranscript: t})
				state = state.with(t.Handling)
			}
		}
	}
	if state != PathNotExercised && (p.State == PathNotExercised || p.State == PathUntold) {
		p.State = state
	}
}

// with adds an error transcript of the same run.
func (s PathState) with(h Handling) PathState {
	switch {
	case s == PathMishandled || h == Mishandled:
		return PathMishandled
	case s == PathHandled || h == Handled:
		return PathHandled
	}
	return PathUntold
}

// DeciderFirst gives at most so many of its error transcripts: the one that the
// state rests on, then the newest others.
func (p ErrorPath) DeciderFirst(most int) []ShownError {
	shown := slices.Clone(p.Shown)
	if at := slices.IndexFunc(shown, func(s ShownError) bool { return string(s.Handling) == string(p.State) }); at > 0 {
		decider := shown[at]
		shown = slices.Insert(slices.Delete(shown, at, at+1), 0, decider)
	}
	return shown[:min(len(shown), most)]
}

// CountPaths counts the refusals by their state.
func CountPaths(paths []ErrorPath) map[PathState]int {
	n := map[PathState]int{}
	for _, p := range paths {
		n[p.State]++
	}
	return n
}
