package analysis

import "cmp"

// tampering is what was done to a callback.
type tampering int

const (
	untouched tampering = iota
	otherState
	noState
	sameState
	// Of these the state is that of the request, or the request sent none.
	withIssuer   // with an iss, which may be another provider's
	codeAndError // with a code and an error
	// An error with a state that no request of the run sent.
	errorOtherState
)

// load is a load of a sign-in's redirect URI with a code or an error.
type load struct {
	s    *step
	kind tampering
}

// loads knows the loads of redirect URIs in a run: what each is, and what became of its code.
type loads struct {
	of     map[*flow][]load
	issued map[valueKey]int // the first step that shows a code, by its position
	spent  map[valueKey]int // the first step with which a code may be spent
	hidden int              // the first call of a server that may redeem any code, or the number of steps
	signed map[*Input]int
}

// loadsOf looks at every step once: a capture may hold thousands of either.
func loadsOf(r *run) *loads {
	l := &loads{of: map[*flow][]load{}, issued: map[valueKey]int{}, spent: map[valueKey]int{}, hidden: len(r.steps), signed: map[*Input]int{}}
	callbacks, authorizes, states := map[*step]*flow{}, map[*step]*flow{}, map[valueKey][]*flow{}
	for _, f := range r.flows {
		authorizes[f.authorize] = f
		if m, ok := keyOf(f.authorize, f.authorize.value("state")); ok {
			states[m] = append(states[m], f)
		}
		if f.callback == nil {
			continue
		}
		callbacks[f.callback] = f
		if first, found := l.signed[f.callback.in]; taken(f.callback) && f.outcome() == OutcomeCode && (!found || f.callback.seq < first) {
			l.signed[f.callback.in] = f.callback.seq
		}
	}
	latest := map[address]*flow{} // by redirect URI
	for _, s := range r.steps {
		if f := authorizes[s]; f != nil {
			latest[parseAddress(s.value("redirect_uri"), address{})] = f
		}
		at := latest[s.at]
		if at != nil && s.main {
			l.sort(s, at, callbacks[s], states)
		}
		l.follow(s, at != nil && s.main && s.status() != 0)
	}
	return l
}

// sort notes what a load of the latest sign-in's redirect URI brings.
func (l *loads) sort(s *step, latest, own *flow, states map[valueKey][]*flow) {
	code, refused := s.value("code") != "", s.value("error") != ""
	if code && !refused {
		l.add(s, latest, own, states)
	}
	f := cmp.Or(own, latest)
	m, ok := keyOf(s, s.value("state"))
	if own == nil && ok && len(states[m]) > 0 {
		f = states[m][0]
	}
	same, comparable := equal(f.authorize, f.authorize.value("state"), s, s.value("state"))
	right := same && comparable || f.authorize.value("state") == "" && s.value("state") == ""
	switch {
	case code && refused && right:
		l.of[f] = append(l.of[f], load{s, codeAndError})
	case code && s.value("iss") != "" && right:
		l.of[f] = append(l.of[f], load{s, withIssuer})
	case refused && !code && ok && len(states[m]) == 0 && comparable:
		l.of[f] = append(l.of[f], load{s, errorOtherState})
	}
}

// add notes a load: of the sign-in whose callback it is, else of one whose state
// it brings, else of the latest one.
func (l *loads) add(s *step, latest, own *flow, states map[valueKey][]*flow) {
	f := latest
	m, ok := keyOf(s, s.value("state"))
	switch {
	case own != nil:
		f = own
	case ok && len(states[m]) > 0:
		for _, f := range states[m] {
			if f.callback != nil && f.callback.seq < s.seq && taken(f.callback) && returnsTo(s, f.authorize) {
				l.of[f] = append(l.of[f], load{s, sameState})
				return
			}
		}
		return
	}
	if s.value("state") == "" {
		l.of[f] = append(l.of[f], load{s, noState})
		return
	}
	_, comparable := equal(f.authorize, f.authorize.value("state"), s, s.value("state"))
	if comparable && len(states[m]) == 0 { // else it is that of this sign-in or of another
		l.of[f] = append(l.of[f], load{s, otherState})
	}
}

// follow notes what a step does to the codes that it carries.
func (l *loads) follow(s *step, answeredLoad bool) {
	note := func(to map[valueKey]int, m valueKey) {
		if _, found := to[m]; !found {
			to[m] = s.seq
		}
	}
	code, redeemed := s.value("code"), redeems(s)
	if redeemed {
		code = s.sent("code")
	}
	if m, ok := keyOf(s, code); ok {
		note(l.issued, m)
		if answeredLoad || redeemed {
			note(l.spent, m)
		}
	}
	if s.role == RoleProvider {
		for _, p := range queryOf(s.location()) {
			if m, ok := keyOf(s, p.Value); ok && p.Name == "code" {
				note(l.issued, m)
			}
		}
	}
	if s.back && hidesForm(s) {
		l.hidden = min(l.hidden, s.seq)
	}
}

// codeOf tells of the code of a load whether the provider issued it in this run,
// and whether it may be spent: the partner had got it before, or it was redeemed.
func (l *loads) codeOf(s *step) (issued, spent bool) {
	m, ok := keyOf(s, s.value("code"))
	if !ok {
		return false, true
	}
	issuedAt, issued := l.issued[m]
	spentAt, spent := l.spent[m]
	return issued && issuedAt < s.seq, spent && spentAt < s.seq || l.hidden < s.seq
}

// signedInBefore tells whether the same browser had completed a sign-in before.
func (l *loads) signedInBefore(s *step) bool {
	first, found := l.signed[s.in]
	return found && first < s.seq
}

// taken tells whether the partner took a callback in: it answered, and with no server error.
func taken(callback *step) bool { return callback.status() != 0 && callback.status() < 500 }
