package analysis

// SignIn is what is kept of a sign-in beside its findings, so that pictures over
// many test runs need no transcripts.
type SignIn struct {
	Number    int      `json:"number"` // within the run, from 1; the Flow of findings
	Protocol  Protocol `json:"protocol"`
	Start     Start    `json:"start"`
	Outcome   Outcome  `json:"outcome"`
	ErrorCode string   `json:"error_code,omitempty"`
	Authorize Ref      `json:"authorize"`
	Callback  *Ref     `json:"callback,omitempty"`
	Final     *Ref     `json:"final,omitempty"`
	// FinalStatus is that of the page on which the user ended, 0 when unknown.
	FinalStatus int `json:"final_status"`
	// Errors are the refusals that the sign-in met.
	Errors []ErrorTranscript `json:"errors"`
	// Received is which attributes it brought.
	Received SignInAttributes `json:"received"`
}

// RunSignIns is what is kept of the sign-ins of one test run.
type RunSignIns struct {
	Run                int // number of the test run
	Scenario, TestUser string
	SignIns            []SignIn
}

// signIns gives the sign-ins of a run as they are kept, in their order, at most
// as many as the rules judge one by one. findings are those of the same run.
func (r *run) signIns(findings []Finding) []SignIn {
	out := make([]SignIn, 0, len(r.flows))
	for _, f := range r.flows[:min(len(r.flows), maxFlows)] {
		s := SignIn{
			Number: f.number, Protocol: f.dialect.protocol, Start: f.start(), Outcome: f.outcome(), ErrorCode: f.errorCode(),
			Authorize: f.authorize.ref(""), Callback: refTo(f.callback), Final: refTo(f.final), Errors: f.errorTranscripts(findings), Received: f.received(),
		}
		if f.final != nil {
			s.FinalStatus = f.final.status()
		}
		out = append(out, s)
	}
	return out
}
