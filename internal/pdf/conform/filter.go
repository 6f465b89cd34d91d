package conform

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
)

// errOpaque is returned for data that only a picture decoder understands.
var errOpaque = errors.New("data is a picture")

// filters lists the names of a stream's filters with their parameters.
func (f *file) filters(d dict) ([]name, []dict) {
	var names []name
	var parms []dict
	p := f.list(d["DecodeParms"])
	for i, v := range f.list(d["Filter"]) {
		names = append(names, f.name(v))
		var one dict
		if i < len(p) {
			one = f.dict(p[i])
		}
		parms = append(parms, one)
	}
	return names, parms
}

// decode takes the filters off a stream. It counts what it inflates.
func (f *file) decode(s *stream) ([]byte, error) {
	names, parms := f.filters(s.dict)
	if len(names) > maxFilters {
		return nil, ErrLimit
	}
	data := s.raw
	for i, n := range names {
		var err error
		switch n {
		case "FlateDecode", "Fl":
			if data, err = inflate(data); err == nil {
				data, err = f.unpredict(data, parms[i])
			}
		case "ASCIIHexDecode", "AHx":
			data, err = fromHex(data)
		case "ASCII85Decode", "A85":
			data, err = fromASCII85(data)
		case "RunLengthDecode", "RL":
			data, err = fromRuns(data)
		case "Crypt":
		default:
			return nil, errOpaque
		}
		if err != nil {
			return nil, err
		}
		if f.total += len(data); f.total > maxTotal {
			return nil, ErrLimit
		}
	}
	return data, nil
}

// inflate reads zlib data. A missing or wrong check sum is forgiven, as all
// viewers do; damaged data is not.
func inflate(data []byte) ([]byte, error) {
	if len(data) < 2 || data[0]&0x0F != 8 {
		return nil, ErrDamaged
	}
	z := flate.NewReader(bytes.NewReader(data[2:]))
	var out bytes.Buffer
	n, err := io.Copy(&out, io.LimitReader(z, maxInflated+1))
	if n > maxInflated {
		return nil, ErrLimit
	}
	if err != nil {
		return nil, ErrDamaged
	}
	return out.Bytes(), nil
}

// unpredict undoes a predictor (7.4.4.4).
func (f *file) unpredict(data []byte, p dict) ([]byte, error) {
	predictor := f.parm(p, "Predictor", 1)
	if predictor < 2 {
		return data, nil
	}
	colors, bits, columns := f.parm(p, "Colors", 1), f.parm(p, "BitsPerComponent", 8), f.parm(p, "Columns", 1)
	if colors < 1 || colors > 32 || bits < 1 || bits > 16 || columns < 1 || columns > 1<<20 {
		return nil, ErrDamaged
	}
	unit, row := (colors*bits+7)/8, (colors*bits*columns+7)/8
	if predictor == 2 {
		if bits != 8 {
			return nil, errOpaque
		}
		out := bytes.Clone(data)
		for at := 0; at < len(out); at++ {
			if at%row >= unit {
				out[at] += out[at-unit]
			}
		}
		return out, nil
	}
	return unfilter(data, unit, row)
}

func (f *file) parm(p dict, key name, def int) int {
	if n, ok := f.int(p[key]); ok {
		return n
	}
	return def
}

// unfilter undoes the PNG filters; a last row may be short.
func unfilter(data []byte, unit, row int) ([]byte, error) {
	out := make([]byte, 0, len(data))
	above := make([]byte, row)
	for len(data) > 0 {
		kind := data[0]
		n := min(row, len(data)-1)
		start := len(out)
		out = append(out, data[1:1+n]...)
		data = data[1+n:]
		line := out[start:]
		for i := range line {
			var left, corner byte
			if i >= unit {
				left, corner = line[i-unit], above[i-unit]
			}
			switch kind {
			case 0:
			case 1:
				line[i] += left
			case 2:
				line[i] += above[i]
			case 3:
				line[i] += byte((int(left) + int(above[i])) / 2)
			case 4:
				line[i] += paeth(left, above[i], corner)
			default:
				return nil, ErrDamaged
			}
		}
		clear(above)
		copy(above, line)
	}
	return out, nil
}

func paeth(a, b, c byte) byte {
	p := int(a) + int(b) - int(c)
	pa, pb, pc := abs(p-int(a)), abs(p-int(b)), abs(p-int(c))
	if pa <= pb && pa <= pc {
		return a
	}
	if pb <= pc {
		return b
	}
	return c
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

func fromHex(data []byte) ([]byte, error) {
	var out []byte
	digits, high := 0, 0
	for _, c := range data {
		if c == '>' {
			break
		}
		v := unhex(c)
		switch {
		case v < 0 && isSpace(c):
		case v < 0:
			return nil, ErrDamaged
		case digits%2 == 0:
			high = v
			digits++
		default:
			out = append(out, byte(high<<4|v))
			digits++
		}
	}
	if digits%2 == 1 {
		out = append(out, byte(high<<4))
	}
	return out, nil
}

func fromASCII85(data []byte) ([]byte, error) {
	var out []byte
	var group uint64
	n := 0
	for _, c := range data {
		switch {
		case isSpace(c):
			continue
		case c == '~':
			if n == 1 {
				return nil, ErrDamaged
			}
			for i := n; n > 0 && i < 5; i++ {
				group = group*85 + 84
			}
			for i := 0; i+1 < n; i++ {
				out = append(out, byte(group>>(24-8*i)))
			}
			return out, nil
		case c == 'z' && n == 0:
			out = append(out, 0, 0, 0, 0)
			continue
		case c < '!' || c > 'u':
			return nil, ErrDamaged
		}
		group = group*85 + uint64(c-'!')
		if n++; n == 5 {
			out = append(out, byte(group>>24), byte(group>>16), byte(group>>8), byte(group))
			group, n = 0, 0
		}
	}
	return nil, ErrDamaged
}

func fromRuns(data []byte) ([]byte, error) {
	var out []byte
	for len(data) > 0 {
		n := int(data[0])
		data = data[1:]
		switch {
		case n == 128:
			return out, nil
		case n < 128 && len(data) > n:
			out = append(out, data[:n+1]...)
			data = data[n+1:]
		case n > 128 && len(data) > 0:
			out = append(out, bytes.Repeat(data[:1], 257-n)...)
			data = data[1:]
		default:
			return nil, ErrDamaged
		}
		if len(out) > maxInflated {
			return nil, ErrLimit
		}
	}
	return out, nil
}
