package conform

// textOperator follows text objects and text.
func (m *machine) textOperator(op keyword) {
	switch op {
	case "BT":
		if m.inText {
			m.c.add("content-balance", m.where, "a text object begins in another")
		}
		m.inText = true
	case "ET":
		if !m.inText {
			m.c.add("content-balance", m.where, "a text object ends that did not begin")
		}
		m.inText = false
	case "Tf":
		n, _ := m.args[0].(name)
		if v, ok := m.resource("Font", n); ok {
			m.state.font = m.c.font(v, m.set.owner, n, m.where)
		}
	case "Tr":
		m.state.render, _ = m.c.f.int(m.args[0])
	default:
		m.show(op)
	}
}

// show handles the operators that show text.
func (m *machine) show(op keyword) {
	if !m.inText {
		m.c.add("content-balance", m.where, "text is shown outside of a text object")
	}
	shown := false
	each := func(v any) {
		if s, ok := v.(str); ok && s != "" {
			shown = true
			m.glyphs(string(s))
		}
	}
	if last := m.args[len(m.args)-1]; op == "TJ" {
		a, _ := last.(array)
		for _, v := range a {
			each(v)
		}
	} else {
		each(last)
	}
	if shown {
		m.paint(op)
	}
}

// Flags of a used character code.
const (
	usedCode    = 1 << iota
	usedVisible // in another rendering mode than 3
	usedBare    // without replacement text around it
)

// glyphs notes the codes of a shown string with its font.
func (m *machine) glyphs(s string) {
	f := m.state.font
	if f == nil {
		m.c.add("content-syntax", m.where, "text is shown without a font")
		return
	}
	flags := byte(usedCode)
	if m.state.render != 3 {
		flags |= usedVisible
	}
	if !m.top().actual {
		flags |= usedBare
	}
	if f.used == nil {
		f.used = map[int]byte{}
	}
	if !f.composite {
		for i := range len(s) {
			f.used[int(s[i])] |= flags
		}
		return
	}
	if !f.identity {
		return
	}
	if len(s)%2 != 0 {
		m.c.add("content-syntax", m.where, "a string has half a character code")
	}
	for i := 0; i+1 < len(s); i += 2 {
		f.used[int(s[i])<<8|int(s[i+1])] |= flags
	}
}
