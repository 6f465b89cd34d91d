package conform

import "errors"

// literal reads a string in parentheses (7.3.4.2).
func (l *lexer) literal() (any, error) {
	l.at++
	var out []byte
	open := 1
	for l.at < len(l.b) {
		c := l.b[l.at]
		l.at++
		switch c {
		case '(':
			open++
		case ')':
			open--
			if open == 0 {
				return l.string(out), nil
			}
		case '\r':
			if l.at < len(l.b) && l.b[l.at] == '\n' {
				l.at++
			}
			c = '\n'
		case '\\':
			out = l.escape(out)
			continue
		}
		out = append(out, c)
	}
	return nil, ErrDamaged
}

// escape reads what stands behind a backslash.
func (l *lexer) escape(out []byte) []byte {
	if l.at >= len(l.b) {
		return out
	}
	c := l.b[l.at]
	l.at++
	switch c {
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'b':
		return append(out, '\b')
	case 'f':
		return append(out, '\f')
	case '\r':
		if l.at < len(l.b) && l.b[l.at] == '\n' {
			l.at++
		}
		return out
	case '\n':
		return out
	}
	if c < '0' || c > '7' {
		return append(out, c)
	}
	v := int(c - '0')
	for i := 0; i < 2 && l.at < len(l.b) && l.b[l.at] >= '0' && l.b[l.at] <= '7'; i++ {
		v = v<<3 | int(l.b[l.at]-'0')
		l.at++
	}
	return append(out, byte(v))
}

func (l *lexer) array(depth int) (any, error) {
	out := array{}
	for {
		v, err := l.next(depth + 1)
		if err != nil {
			return nil, inside(err)
		}
		if k, ok := v.(keyword); ok {
			if k == "]" {
				return out, nil
			}
			return nil, ErrDamaged
		}
		out = append(out, v)
	}
}

func (l *lexer) dict(depth int) (any, error) {
	out := dict{}
	for {
		k, err := l.next(depth + 1)
		if err != nil {
			return nil, inside(err)
		}
		if k == keyword(">>") {
			return out, nil
		}
		key, ok := k.(name)
		if !ok {
			return nil, ErrDamaged
		}
		v, err := l.next(depth + 1)
		if err != nil {
			return nil, inside(err)
		}
		if _, ok := v.(keyword); ok {
			return nil, ErrDamaged
		}
		if _, twice := out[key]; twice {
			l.note(ruleDictKeys, "a dictionary has a key twice")
		}
		out[key] = v
	}
}

// inside turns the end of data within an object into damage.
func inside(err error) error {
	if errors.Is(err, errEnd) {
		return ErrDamaged
	}
	return err
}
