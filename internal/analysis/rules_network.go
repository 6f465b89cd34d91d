package analysis

import (
	"strconv"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

var networkRules = []row{
	{
		Rule: Rule{
			ID: "TR-05", Family: FamilyTransport, Severity: High,
			Title:   "Every request of the browser's own way is answered",
			Needs:   []Need{NeedCallback, NeedFinalPage},
			Decides: "Fails when a hop of the sign-in ends in an error of network, name or TLS; warns when the same address answered a later try.",
			Clause:  "RFC 9110, 7.3; RFC 9700, 2.6",
		},
		judge: judgeAnswered,
	},
}

func judgeAnswered(_ *court, f *flow) ruling {
	const expected = "an answer to each request"
	for i, s := range f.way {
		if !s.e.Failed && (s.e.Response == nil || s.status() != 0) {
			continue
		}
		r := fails("A request of the sign-in got no answer", expected, "no answer from "+s.at.host+s.at.path, refs("", s))
		why := "The browser recorded an error instead of an answer. Either " + s.at.host + " was not reached, by its name, its certificate or its server, or the network of the tester did not let the request through."
		cause := ownerCause(s)
		if s.at.loopback() {
			cause, why = CauseTestSetup, "The browser recorded an error instead of an answer of a host on the tester's own machine: its server was not running, or its certificate was not accepted."
		}
		if again := answeredLater(f.way[i+1:], s); again != nil {
			r = warns("A request of the sign-in was answered only when it was sent again", expected, "no answer from "+s.at.host+" at first", refs("", s, again))
			why += " A later try was answered with " + strconv.Itoa(again.status()) + "."
		}
		return r.because(cause, why, "Open the address in a fresh browser window, mend name, certificate or server, and record the run again.")
	}
	if why := f.incomplete(); why != "" {
		return unseen(why, refs("", f.authorize)...)
	}
	for _, s := range f.way {
		if s.e.Response == nil {
			return unseen("The exporter wrote no answer for a request, nor an error. Save the capture with another exporter.", refs("", s)...)
		}
	}
	return passes("Every request is answered", expected, "an answer on "+count(len(f.way), "hop", "hops"), refs("", f.way...))
}

// answeredLater gives the later hop that loaded the same address well.
func answeredLater(later []*step, s *step) *step {
	for _, n := range later {
		if n.at == s.at && n.e.Request.Method == s.e.Request.Method && !n.e.Failed && n.status() > 0 && n.status() < 500 {
			if same, comparable := transcript.Comparable(n.e.Request.URL, s.e.Request.URL); same && comparable {
				return n
			}
		}
	}
	return nil
}
