package pdf

import (
	"encoding/binary"
	"math/bits"
	"sync"
)

// inflater checks the rows of a picture: data of zlib (RFC 1950, 1951) that gives so
// many rows of so many bytes, each with a known filter, and has nothing behind them.
// It is there because compress/zlib, which accepts the same data, takes twice
// as long, and checking pictures was a fifth of the work of a report.
type inflater struct {
	in        []byte   // what is left of the part being read
	parts     [][]byte // that come then
	buf       uint64   // bits read, the next one lowest
	n         int      // how many; below 0 when more were taken than there are
	win       []byte   // the last bytes that came out
	pos       int      // where the next one goes
	checked   int      // of win
	left      int      // bytes that rows still lack
	row       int      // bytes of a row with its filter
	inRow     int      // bytes of the row being checked so far
	sum       adler
	lit, dist huffman
}

const (
	windowSize = 32 << 10 // how far back copies reach
	longest    = 258      // bytes of one copy
	maxFilter  = 4        // of PNG
)

// inflaters are kept between pictures; one takes a seventh of a megabyte.
var inflaters = sync.Pool{New: func() any { return &inflater{win: make([]byte, 3*windowSize+longest)} }}

// checkRows tells whether the data is whole.
func checkRows(parts [][]byte, row, rows int) bool {
	z, _ := inflaters.Get().(*inflater)
	whole := z.run(parts, row, rows)
	z.in, z.parts = nil, nil
	inflaters.Put(z)
	return whole
}

func (z *inflater) run(parts [][]byte, row, rows int) bool {
	z.in, z.parts, z.buf, z.n, z.pos, z.checked = nil, parts, 0, 0, 0, 0
	z.left, z.row, z.inRow, z.sum = row*rows, row, 0, adler{1, 0}
	head := z.take(16)
	if method := head & 0xFF; method&15 != 8 || method>>4 > 7 || head>>8&0x20 != 0 || (method<<8|head>>8)%31 != 0 {
		return false
	}
	for last := false; !last; {
		last = z.take(1) == 1
		if !z.block(z.take(2)) {
			return false
		}
	}
	if !z.check() || z.left != 0 {
		return false
	}
	z.take(z.n & 7) // up to the next byte
	sum := bits.ReverseBytes32(uint32(z.take(16) | z.take(16)<<16))
	z.refill()
	return z.n == 0 && sum == z.sum.value()
}

// refill reads as many bytes as fit.
func (z *inflater) refill() {
	for z.n >= 0 && z.n <= 56 {
		for len(z.in) == 0 {
			if len(z.parts) == 0 {
				return
			}
			z.in, z.parts = z.parts[0], z.parts[1:]
		}
		z.buf |= uint64(z.in[0]) << z.n
		z.in = z.in[1:]
		z.n += 8
	}
}

// take takes up to 16 bits; behind the end they are zeros and n is below 0.
func (z *inflater) take(n int) int {
	z.refill()
	v := int(z.buf & (1<<n - 1))
	z.buf >>= n
	z.n -= n
	return v
}

// block reads a block of one of the three kinds.
func (z *inflater) block(kind int) bool {
	switch kind {
	case 0:
		return z.stored()
	case 1:
		var lens [288 + 30]uint8
		for i := range lens {
			switch {
			case i >= 288:
				lens[i] = 5
			case i < 144 || i >= 280:
				lens[i] = 8
			case i < 256:
				lens[i] = 9
			default:
				lens[i] = 7
			}
		}
		return z.lit.build(lens[:288], &litMeans) && z.dist.build(append(lens[288:], 5, 5), &distMeans) && z.symbols()
	case 2:
		return z.readCodes() && z.symbols()
	}
	return false
}

// stored copies bytes that are not compressed.
func (z *inflater) stored() bool {
	z.take(z.n & 7)
	size := z.take(16)
	if z.take(16) != size^0xFFFF || z.n < 0 {
		return false
	}
	for range size {
		z.win[z.pos] = byte(z.take(8))
		if z.pos++; z.n < 0 || z.pos > len(z.win)-longest && !z.check() {
			return false
		}
	}
	return true
}

// lengthOrder is the order in which the lengths of length codes stand.
var lengthOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// readCodes reads the codes of a block.
func (z *inflater) readCodes() bool {
	lits, dists, count := 257+z.take(5), 1+z.take(5), 4+z.take(4)
	if lits > 286 || dists > 30 {
		return false
	}
	var few [19]uint8
	for _, at := range lengthOrder[:count] {
		few[at] = uint8(z.take(3))
	}
	if !z.dist.build(few[:], &lengthMeans) {
		return false
	}
	var lens [286 + 30]uint8
	for i := 0; i < lits+dists; {
		z.refill()
		e := z.dist.find(z.buf)
		z.take(int(e & 15))
		if e == 0 || z.n < 0 {
			return false
		}
		v, again := uint8(e>>16), 1
		switch v {
		case 16:
			if i == 0 {
				return false
			}
			v, again = lens[i-1], 3+z.take(2)
		case 17:
			v, again = 0, 3+z.take(3)
		case 18:
			v, again = 0, 11+z.take(7)
		}
		if again > lits+dists-i {
			return false
		}
		for range again {
			lens[i] = v
			i++
		}
	}
	return lens[endOfBlock] != 0 && z.lit.build(lens[:lits], &litMeans) && z.dist.build(lens[lits:lits+dists], &distMeans)
}

// symbols reads the literals and copies of a block. It keeps the state that changes
// with each of them in variables of its own, for speed.
func (z *inflater) symbols() bool {
	buf, n, in, pos, win := z.buf, z.n, z.in, z.pos, z.win
	full := len(win) - longest
	for n >= 0 {
		if n < 48 { // the most that a copy takes
			if len(in) >= 8 {
				buf |= binary.LittleEndian.Uint64(in) << n
				in = in[(63-n)>>3:]
				n |= 56
			} else {
				z.buf, z.n, z.in = buf, n, in
				z.refill()
				buf, n, in = z.buf, z.n, z.in
			}
		}
		e := z.lit.find(buf)
		buf >>= e & 15
		n -= int(e & 15)
		if e&literal != 0 {
			win[pos] = byte(e >> 16)
			pos++
		} else {
			if e == 0 || e>>16 == 0 { // no code, or the end
				z.buf, z.n, z.in, z.pos = buf, n, in, pos
				return e != 0 && n >= 0
			}
			extra := e >> 4 & 15
			size := int(e>>16) + int(buf&(1<<extra-1))
			buf >>= extra
			d := z.dist.find(buf)
			buf >>= d & 15
			more := d >> 4 & 15
			back := int(d>>16) + int(buf&(1<<more-1))
			buf >>= more
			n -= int(extra + d&15 + more)
			if d == 0 || back > pos {
				return false
			}
			for from, end := pos-back, pos+size; pos < end; {
				pos += copy(win[pos:end], win[from:pos])
			}
		}
		if pos > full {
			if z.pos = pos; !z.check() {
				return false
			}
			pos = z.pos
		}
	}
	return false
}

// check looks at what came out since it was last called, and makes room.
func (z *inflater) check() bool {
	out := z.win[z.checked:z.pos]
	if z.left -= len(out); z.left < 0 || z.n < 0 {
		return false
	}
	z.sum.add(out)
	for len(out) > 0 {
		if z.inRow == 0 && out[0] > maxFilter {
			return false
		}
		n := min(len(out), z.row-z.inRow)
		out, z.inRow = out[n:], (z.inRow+n)%z.row
	}
	if z.pos > windowSize {
		z.pos = copy(z.win, z.win[z.pos-windowSize:z.pos])
	}
	z.checked = z.pos
	return true
}

// huffman finds what a code means: by its first bits, and for longer codes by the
// rest of them in a table of their own. An entry has the length of the code in its
// lowest 4 bits, how many bits follow it in the next 4, and what it means from bit 16
// on: a literal, or the least length or distance. It is 0 where there is no code.
type huffman [1<<firstBits + 144<<restBits]uint32

const (
	firstBits, restBits = 10, 5 // codes have 15 bits at most
	literal             = 1 << 8
	longer              = 1 << 9 // the rest stands from the entry that bits 16 on tell
	endOfBlock          = 256
)

func (h *huffman) find(buf uint64) uint32 {
	e := h[buf&(1<<firstBits-1)]
	if e&longer != 0 {
		e = h[int(e>>16)+int(buf>>firstBits&(1<<restBits-1))]
	}
	return e
}

// build makes the tables for codes of these lengths (RFC 1951, 3.2.2); false when
// they are too many or too few. A single code of one bit is allowed.
func (h *huffman) build(lens []uint8, means *[288]uint32) bool {
	var count, next [16]int
	for _, l := range lens {
		count[l]++
	}
	codes, left := len(lens)-count[0], 1
	count[0] = 0
	for l := 1; l < 16; l++ {
		next[l] = (next[l-1] + count[l-1]) << 1
		if left = left<<1 - count[l]; left < 0 {
			return false
		}
	}
	if left > 0 && codes > 0 && (codes > 1 || count[1] != 1) {
		return false
	}
	clear(h[:1<<firstBits])
	used := 1 << firstBits
	for i, l := range lens {
		if l == 0 {
			continue
		}
		code := int(bits.Reverse16(uint16(next[l])) >> (16 - l))
		next[l]++
		table, step := h[:1<<firstBits], int(l)
		if l > firstBits {
			first := &h[code&(1<<firstBits-1)]
			if *first == 0 {
				*first = uint32(used)<<16 | longer
				clear(h[used : used+1<<restBits])
				used += 1 << restBits
			}
			from := int(*first >> 16)
			table, step, code = h[from:from+1<<restBits], step-firstBits, code>>firstBits
		}
		for ; code < len(table); code += 1 << step {
			table[code] = means[i] | uint32(l)
			if means[i] == 0 {
				table[code] = 0
			}
		}
	}
	return true
}

// What codes of the three kinds mean; 0 for those that are not used.
var litMeans, distMeans, lengthMeans = func() (lit, dist, length [288]uint32) {
	for i := range 256 {
		lit[i] = uint32(i)<<16 | literal
	}
	lit[endOfBlock] = 1 << 10 // nothing but not 0
	least := 3
	for i := 257; i < 285; i++ {
		extra := max((i-261)/4, 0)
		lit[i] = uint32(least<<16 | extra<<4)
		least += 1 << extra
	}
	lit[285] = longest << 16
	least = 1
	for i := range 30 {
		extra := max(i/2-1, 0)
		dist[i] = uint32(least<<16 | extra<<4)
		least += 1 << extra
	}
	for i := range 19 {
		length[i] = uint32(i)<<16 | 1<<10
	}
	return lit, dist, length
}()

// adler is the checksum of zlib: the sum of all bytes and one, and that of all such
// sums.
type adler struct{ bytes, sums uint64 }

const adlerModulus = 65521

func (a *adler) value() uint32 { return uint32(a.sums<<16 | a.bytes) }

// add adds up to a megabyte, 32 bytes at a time. They stand in words of four numbers,
// the even bytes of eight in one and the odd ones in another; a product has in its
// highest number the sum of all four, each times a weight of its own.
func (a *adler) add(b []byte) {
	const (
		numbers     = 0x00FF00FF00FF00FF
		ones        = 1 | 1<<16 | 1<<32 | 1<<48
		evens, odds = 2 | 4<<16 | 6<<32 | 8<<48, 1 | 3<<16 | 5<<32 | 7<<48
	)
	bytes, sums := a.bytes, a.sums
	for ; len(b) >= 32; b = b[32:] {
		var even, odd, before, all uint64 // before: what the words behind count eight times each
		for at := 0; at < 32; at += 8 {
			word := binary.LittleEndian.Uint64(b[at:])
			e, o := word&numbers, word>>8&numbers
			before += all
			even, odd, all = even+e, odd+o, all+e+o
		}
		sums += 32*bytes + even*evens>>48 + odd*odds>>48 + 8*(before*ones>>48)
		bytes += all * ones >> 48
	}
	for _, c := range b {
		bytes += uint64(c)
		sums += bytes
	}
	a.bytes, a.sums = bytes%adlerModulus, sums%adlerModulus
}
