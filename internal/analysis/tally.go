package analysis

// tally counts the values of one parameter over the sign-ins of a round, for
// rules that compare each with all others.
type tally struct {
	sent   int                  // sign-ins that send a value
	bySame map[valueKey][]*flow // in their order
	// Values that compare, with and without an ordinal, by the capture, and those
	// without by the round.
	ordinal, plain map[*Input]int
	round          map[string]int
}

func tallyOf(param string, flows []*flow) *tally {
	t := &tally{bySame: map[valueKey][]*flow{}, ordinal: map[*Input]int{}, plain: map[*Input]int{}, round: map[string]int{}}
	for _, f := range flows {
		value := f.authorize.value(param)
		if value == "" {
			continue
		}
		t.sent++
		m, ok := keyOf(f.authorize, value)
		switch {
		case !ok:
			continue
		case m.in != nil:
			t.ordinal[m.in]++
		default:
			t.plain[f.authorize.in]++
			t.round[m.round]++
		}
		t.bySame[m] = append(t.bySame[m], f)
	}
	return t
}

// against says of a sign-in which other one sends the same value, nil when none
// does, from how many others it differs, and with how many it cannot be compared.
func (t *tally) against(f *flow, param string) (same *flow, differ, dark int) {
	m, ok := keyOf(f.authorize, f.authorize.value(param))
	if !ok {
		return nil, 0, t.sent - 1
	}
	for _, o := range t.bySame[m] {
		if o != f {
			return o, 0, 0
		}
	}
	in := f.authorize.in
	differ = t.round[m.round] + t.ordinal[in]
	if m.in != nil {
		differ = t.plain[in] + t.ordinal[in]
	}
	differ-- // itself
	return nil, differ, t.sent - 1 - differ
}
