package conform

var actionRules = []Rule{
	{"action-type", "", "", "6.5.1", "Actions only go to places and addresses or send forms: no Launch, Sound, Movie, ResetForm, ImportData, Hide, SetOCGState, Rendition, Trans, GoTo3DView, JavaScript."},
	{"action-named", "", "", "6.5.1", "Named actions are NextPage, PrevPage, FirstPage and LastPage."},
	{"action-target", "7.17", "", "", "Links lead somewhere: to an address or to a page of the document (ISO 32000-1, 12.3.2)."},
}

func (c *checker) checkActions() {
	const target = "action-target"
	open := c.f.get(c.catalog["OpenAction"])
	if a, ok := open.(array); ok {
		c.destination(target, a, "catalogue")
	} else {
		c.action(target, open, "catalogue")
	}
	for _, a := range c.annots {
		c.action(target, a.dict["A"], a.where())
		if v, ok := a.dict["Dest"]; ok {
			c.destination(target, v, a.where())
		} else if a.sub == "Link" && c.f.dict(a.dict["A"]) == nil {
			c.add(target, a.where(), "the link leads nowhere")
		}
		aa := c.f.dict(a.dict["AA"])
		for _, k := range keys(aa) {
			c.action(target, aa[k], a.where())
		}
	}
}

// action checks an action and those that follow it. rule is the one that a
// destination without a page breaks.
func (c *checker) action(rule string, v any, at string) {
	seen := map[int]bool{}
	todo := array{v}
	for len(todo) > 0 && c.step() {
		v, todo = todo[0], todo[1:]
		d := c.f.dict(v)
		n := number(v)
		if d == nil || n != 0 && seen[n] {
			continue
		}
		seen[n] = true
		switch kind := c.f.name(d["S"]); kind {
		case "GoTo":
			c.destination(rule, d["D"], at)
		case "URI":
			if s, _ := c.f.bytes(d["URI"]); s == "" {
				c.add(rule, at, "an address is missing")
			}
		case "GoToR", "GoToE", "Thread", "SubmitForm":
		case "Named":
			switch c.f.name(d["N"]) {
			case "NextPage", "PrevPage", "FirstPage", "LastPage":
			default:
				c.add("action-named", at, "the action is named %s", quoted(c.f.name(d["N"])))
			}
		default:
			c.add("action-type", at, "there is an action of the kind %s", quoted(kind))
		}
		todo = append(todo, c.f.list(d["Next"])...)
	}
}

// destination checks that a destination leads to a page.
func (c *checker) destination(rule string, v any, at string) {
	v = c.f.get(v)
	switch d := v.(type) {
	case str:
		v = c.namedDest(string(d))
	case name:
		v = c.f.dict(c.catalog["Dests"])[d]
	}
	a := c.f.array(v)
	if a == nil {
		a = c.f.array(c.f.dict(v)["D"])
	}
	if len(a) == 0 || c.pageOf[number(a[0])] == nil {
		c.add(rule, at, "a destination leads to no page")
	}
}

// namedDest is the destination of a name, nil if there is none.
func (c *checker) namedDest(n string) any {
	if c.dests == nil {
		c.dests = map[string]any{}
		c.leaves(c.f.dict(c.catalog["Names"])["Dests"], "Names", func(k, v any) {
			if s, ok := k.(str); ok {
				c.dests[string(s)] = v
			}
		})
	}
	return c.dests[n]
}
