package conform

import "bytes"

// inlineImage reads an image in the content (8.9.7): its dictionary up to ID,
// then data up to EI.
func (m *machine) inlineImage() {
	d := dict{}
	for {
		k, err := m.lex.next(0)
		if err != nil {
			m.c.add("content-syntax", m.where, "an inline image does not end")
			m.lex.at = len(m.lex.b)
			return
		}
		if k == keyword("ID") {
			break
		}
		key, ok := k.(name)
		v, err := m.lex.next(0)
		if err != nil || !ok || !m.c.step() {
			m.c.add("content-syntax", m.where, "the dictionary of an inline image is damaged")
			m.lex.at = len(m.lex.b)
			return
		}
		d[longKey(key)] = v
	}
	m.paint("BI")
	if m.c.f.get(d["Interpolate"]) == true {
		m.c.add("image-interpolate", m.where, "an inline image is interpolated")
	}
	for _, v := range m.c.f.list(d["Filter"]) {
		switch m.c.f.name(v) {
		case "ASCIIHexDecode", "AHx", "ASCII85Decode", "A85", "FlateDecode", "Fl", "RunLengthDecode", "RL", "CCITTFaxDecode", "CCF", "DCTDecode", "DCT":
		default:
			m.c.add("inline-filter", m.where, "an inline image has the filter %s", quoted(m.c.f.name(v)))
		}
	}
	if v, ok := d["ColorSpace"]; ok {
		m.c.space(v, m.resources, m.where, 0)
	}
	m.skipImage()
}

// longKey is the full name of an abbreviated key.
func longKey(k name) name {
	switch k {
	case "I":
		return "Interpolate"
	case "F":
		return "Filter"
	case "CS":
		return "ColorSpace"
	}
	return k
}

// skipImage finds the EI behind the data: it stands alone, and text follows.
func (m *machine) skipImage() {
	b := m.lex.b
	for at := m.lex.at; ; {
		n := bytes.Index(b[at:], []byte("EI"))
		if n < 0 {
			m.c.add("content-syntax", m.where, "an inline image does not end")
			m.lex.at = len(b)
			return
		}
		at += n
		end := at + 2
		if at > 0 && isSpace(b[at-1]) && (end == len(b) || isSpace(b[end])) && plain(b[end:min(end+12, len(b))]) {
			m.lex.at = end
			return
		}
		at = end
	}
}

func plain(b []byte) bool {
	for _, c := range b {
		if c > 126 || c < 32 && !isSpace(c) {
			return false
		}
	}
	return true
}
