package analysis

var networkRules = []row{
	{
		Rule: Rule{
			ID: "TR-05", Family: FamilyTransport, Severity: High,
			Title:   "Every request of the browser's own way is answered",
			Needs:   []Need{NeedCallback, NeedFinalPage},
			Decides: "Fails when a hop of the sign-in ends in an error of network, name or TLS; warns when the sign-in went on all the same.",
			Clause:  "RFC 9110, 7.3; RFC 9700, 2.6",
		},
		judge: judgeAnswered,
	},
}

func judgeAnswered(_ *court, f *flow) ruling {
	const expected = "an answer to each request"
	for i, s := range f.way {
		if !s.unanswered() {
			continue
		}
		cause := ownerCause(s)
		why := "The browser recorded an error instead of an answer. Either " + s.at.host + " was not reached, by its name, its certificate or its server, or the network of the tester did not let the request through."
		if s.at.loopback() {
			cause, why = CauseTestSetup, "The browser recorded an error instead of an answer of a host on the tester's own machine: its server was not running, or its certificate was not accepted."
		}
		after := f.wentOn(i)
		if after != nil && s == f.callback {
			return unseen("The callback got no answer, and its address was loaded again. Either a tester blocked it so as to load it by hand, or the network failed for a moment. A sign-in that is recorded without a block would show it.", refs("", s, after)...)
		}
		if after != nil {
			return warns("A request of the sign-in got no answer at first", expected, "no answer from "+s.at.host+s.at.path, refs("", s, after)).
				because(CauseTestSetup, "The browser recorded an error instead of an answer, and the sign-in went on all the same. Either the network failed for a moment, or the tester clicked again before the answer came.",
					"Record the run again, and click once.")
		}
		return fails("A request of the sign-in got no answer", expected, "no answer from "+s.at.host+s.at.path, refs("", s)).
			because(cause, why, "Open the address in a fresh browser window, mend name, certificate or server, and record the run again.")
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

// unanswered tells whether the browser recorded an error instead of an answer. A
// download that it stops showing is recorded as an error beside an answer.
func (s *step) unanswered() bool {
	return s.status() == 0 && (s.e.Failed || s.e.Response != nil)
}

// wentOn gives the hop with which the sign-in went on after the one at i: the
// next of the way, or else a later load of the same address that got an answer,
// of a callback also one with its code in another window.
func (f *flow) wentOn(i int) *step {
	if i+1 < len(f.way) {
		return f.way[i+1]
	}
	s := f.way[i]
	for n := s.next; n != nil && !asksToSignIn(n); n = n.next {
		if n.at == s.at && n.status() > 0 {
			return n
		}
	}
	if s != f.callback {
		return nil
	}
	for _, n := range f.run.steps[s.seq+1:] {
		if same, comparable := equal(s, s.value("code"), n, n.value("code")); same && comparable && n.main && n.at == s.at && n.status() > 0 {
			return n
		}
	}
	return nil
}

// lost gives the last hop of the way where it got no answer and was not tried again.
func (f *flow) lost() *step {
	i := len(f.way) - 1
	if i < 0 || !f.way[i].unanswered() || f.wentOn(i) != nil {
		return nil
	}
	return f.way[i]
}
