package analysis

import (
	"cmp"
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/integration"
)

// asksToSignIn tells whether an entry has the shape of an authorization request.
func asksToSignIn(s *step) bool {
	if m := s.e.Request.Method; m != "GET" && m != "POST" {
		return false
	}
	return s.value("client_id") != "" && (s.value("response_type") != "" || sealed(s))
}

// ours tells whether an authorization request is one of the integration: by its
// client, its redirect URI or the host it is sent to. Without an integration every one is.
func ours(cfg integration.Config, s *step) bool {
	if cfg.Client.ID == "" && len(cfg.RedirectURIs) == 0 && cfg.ExpectedAPIHost == "" {
		return true
	}
	return cfg.Client.ID != "" && s.value("client_id") == cfg.Client.ID ||
		slices.Contains(cfg.RedirectURIs, s.value("redirect_uri")) ||
		cfg.ExpectedAPIHost != "" && strings.EqualFold(s.at.host, cfg.ExpectedAPIHost)
}

// joinFlows finds the sign-ins of the run and gives each its callback, its way and its calls.
func (r *run) joinFlows() {
	spoken := dialectsOf(r.cfg)
	for _, d := range spoken {
		for _, s := range r.steps {
			if s.main && d.asks(s) && d.ours(r.cfg, s) && !r.goesOn(d, s) {
				r.flows = append(r.flows, &flow{run: r, dialect: d, authorize: s})
			}
		}
	}
	r.numberFlows()
	taken := map[*step]bool{}
	for _, d := range spoken {
		r.nameRequests(d)
		for _, t := range d.ties {
			r.joinByTie(d, t, taken)
		}
	}
	r.joinByOrder(taken)
	if slices.Contains(spoken, &saml) {
		r.joinUnasked(taken)
		r.numberFlows()
	}
	owned := map[*step]bool{}
	for _, f := range r.flows { // the way of one sign-in ends where another begins or is answered
		owned[f.authorize], owned[f.callback] = true, true
	}
	for i, f := range r.flows {
		var next *flow
		if i+1 < len(r.flows) {
			next = r.flows[i+1]
		}
		f.walk(owned, next)
	}
	r.shareEntries()
	for _, f := range r.flows {
		f.findCalls()
	}
}

// numberFlows puts the sign-ins in the order of their requests.
func (r *run) numberFlows() {
	slices.SortStableFunc(r.flows, func(a, b *flow) int { return cmp.Compare(a.authorize.seq, b.authorize.seq) })
	for i, f := range r.flows {
		f.number = i + 1
	}
}

// goesOn tells whether a request only carries an earlier one on: the provider
// redirects to itself with the same parameters, and nobody else was asked between.
func (r *run) goesOn(d *dialect, s *step) bool {
	name := d.ties[0].sent
	for p := s.prev; p != nil; p = p.prev {
		if d.asks(p) && d.ours(r.cfg, p) {
			same, comparable := equal(p, p.value(name), s, s.value(name))
			return same || !comparable
		}
		if p.at.host != s.at.host && r.lanes.roleOf(p) != RoleProvider {
			return false
		}
	}
	return false
}

// returnsTo tells whether a step is a load of the redirect URI that the request named.
func returnsTo(s, authorize *step) bool {
	uri := authorize.value("redirect_uri")
	return s.main && uri != "" && s.at == parseAddress(uri, address{})
}

// carriesAnswer tells whether a step brings what an authorization response brings.
func carriesAnswer(s *step) bool {
	return s.value("code") != "" || s.value("error") != "" || s.value("id_token") != "" || s.value("access_token") != ""
}

// joinByTie gives each callback the latest request before it that sent the same
// value, such as the state.
func (r *run) joinByTie(d *dialect, t tie, taken map[*step]bool) {
	senders := r.senders(d, t)
	for _, s := range r.steps {
		if !s.main || taken[s] || !d.answers(s) {
			continue
		}
		key, comparable := keyOf(s, s.value(t.back))
		if !comparable {
			continue
		}
		for _, f := range slices.Backward(senders[key]) {
			if f.callback != nil || f.authorize.seq >= s.seq || f.barred(s) {
				continue
			}
			onTarget := d.returns(r.cfg, s, f.authorize)
			if t.onTarget && !onTarget {
				continue
			}
			f.callback, f.onTarget, f.joinedBy = s, onTarget, t.name
			taken[s] = true
			break
		}
	}
}

// senders finds the sign-ins by the value that their requests sent.
func (r *run) senders(d *dialect, t tie) map[valueKey][]*flow {
	out := map[valueKey][]*flow{}
	for _, f := range r.flows {
		if f.dialect != d {
			continue
		}
		if key, comparable := keyOf(f.authorize, f.authorize.value(t.sent)); comparable {
			out[key] = append(out[key], f)
		}
	}
	return out
}

// nameRequests notes which sign-in an answer names, so that it is joined to no other.
func (r *run) nameRequests(d *dialect) {
	for _, t := range d.ties {
		if !t.exclusive {
			continue
		}
		senders := r.senders(d, t)
		for key, flows := range senders {
			for _, f := range flows {
				f.sent = key
			}
		}
		for _, s := range r.steps {
			if key, comparable := keyOf(s, s.value(t.back)); comparable && len(senders[key]) > 0 {
				s.names = key
			}
		}
	}
}

// barred tells whether an answer names the request of another sign-in.
func (f *flow) barred(s *step) bool { return s.names != (valueKey{}) && s.names != f.sent }

// joinByOrder gives each request that is still open the first return after it:
// at the address that it named, or else wherever on the partner's side an answer arrived.
func (r *run) joinByOrder(taken map[*step]bool) {
	for i, f := range r.flows {
		if f.callback != nil {
			continue
		}
		end := len(r.steps)
		if i+1 < len(r.flows) {
			end = r.flows[i+1].authorize.seq
		}
		between := r.steps[f.authorize.seq+1 : end]
		open := func(s *step) bool { return !taken[s] && !f.barred(s) }
		at := slices.IndexFunc(between, func(s *step) bool { return f.dialect.returns(r.cfg, s, f.authorize) && open(s) })
		if at >= 0 {
			f.onTarget = true
		} else {
			at = slices.IndexFunc(between, func(s *step) bool {
				return s.main && s.role != RoleProvider && f.dialect.answers(s) && !f.dialect.asks(s) && open(s)
			})
		}
		if at >= 0 {
			f.callback, f.joinedBy = between[at], "order"
			taken[between[at]] = true
		}
	}
}

// maxFollow bounds how far a way is followed; browsers give up at 20 redirects.
const maxFollow = 40

// walk finds the hops of the flow: back to the page that led to the request, on
// to the callback, and after it to the page on which the user ended.
func (f *flow) walk(owned map[*step]bool, next *flow) {
	take := func(s *step) {
		owned[s] = true
		f.way = append(f.way, s)
	}
	for _, s := range f.lead(owned) {
		take(s)
	}
	if !f.unasked() {
		take(f.authorize)
	}
	for s := f.authorize.next; s != nil && s != f.callback; s = s.next {
		if f.callback != nil && s.seq > f.callback.seq || next != nil && f.leadsTo(s, next) {
			break
		}
		if !owned[s] {
			take(s)
		}
	}
	s := f.callback
	for range maxFollow {
		if s == nil || owned[s] && s != f.callback {
			return
		}
		take(s)
		following := s.follow()
		if following == nil {
			if !s.isRedirect() && s.status() > 0 { // a load that failed or was blocked shows no page
				f.final = s
			}
			return
		}
		s = following
	}
}

// lead gives the hops that led to the request, from the page where they began. A
// sign-in that the provider started has the provider's own pages before it.
func (f *flow) lead(owned map[*step]bool) []*step {
	var lead []*step
	for p := f.authorize.prev; p != nil && !owned[p] && len(lead) < maxFollow; p = p.prev {
		lead = append(lead, p)
		if !p.isRedirect() && !(f.unasked() && p.role == RoleProvider) {
			break
		}
	}
	slices.Reverse(lead)
	return lead
}

// leadsTo tells whether a hop belongs to the lead-in of the next flow.
func (f *flow) leadsTo(s *step, next *flow) bool {
	if s.in != next.authorize.in {
		return s.seq >= next.authorize.seq
	}
	for p := next.authorize; p != nil; p = p.prev {
		if p == s {
			return true
		}
		if p != next.authorize && !p.isRedirect() {
			return false
		}
	}
	return false
}

// shareEntries gives each flow all entries from its first hop up to the next flow's.
func (r *run) shareEntries() {
	for i, f := range r.flows {
		end := len(r.steps)
		if i+1 < len(r.flows) {
			end = max(r.flows[i+1].way[0].seq, f.authorize.seq+1)
		}
		f.entries = r.steps[min(f.way[0].seq, end):end]
	}
}

// findCalls finds the token requests that redeem the flow's code, wherever in
// the run they stand, and the calls for data that follow.
func (f *flow) findCalls() {
	if f.dialect != &oauth {
		return
	}
	code := ""
	if f.callback != nil {
		code = f.callback.value("code")
	}
	for _, s := range f.run.told.calls {
		if code == "" {
			break
		}
		if same, comparable := equal(s, s.sent("code"), f.callback, code); same && comparable {
			f.tokens = append(f.tokens, s)
		}
	}
	for _, s := range f.entries {
		if dataRequest(f.run.cfg, s) {
			f.data = append(f.data, s)
		}
	}
}

// tokenRequest tells whether an entry has the shape of a token request.
func tokenRequest(s *step) bool {
	return s.e.Request.Method == "POST" && s.value("grant_type") != ""
}

// dataRequest tells whether an entry reads claims or attributes with an access token.
func dataRequest(cfg integration.Config, s *step) bool {
	if s.e.Request.Method != "GET" || s.main || s.role != RoleProvider {
		return false
	}
	bearer := strings.HasPrefix(header(s.e.Request.Headers, "Authorization"), "Bearer")
	return bearer || s.value("access_token") != "" && strings.EqualFold(s.at.host, cfg.ExpectedAPIHost)
}
