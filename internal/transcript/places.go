package transcript

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"io"
)

// Place is where one entry's JSON stands in a transcript file.
type Place struct {
	First  int64 // offset of its first byte
	Bytes  int
	Digest [sha256.Size]byte // SHA-256 of these bytes
}

// Places passes the bytes of one transcript on and notes where its entries
// stand: each on a line of its own between the file's first line and the one
// that closes the list, as Writer writes them.
type Places struct {
	w      io.Writer
	places []Place
	at     int64  // offset of the next byte
	line   int    // from 0
	begun  int64  // offset of the line
	first  byte   // the line's first byte
	held   []byte // its last byte
	sum    hash.Hash
}

// NewPlaces gives a writer to w that notes places.
func NewPlaces(w io.Writer) *Places { return &Places{w: w, sum: sha256.New()} }

// List gives the places of the entries, in their order, once the whole file is written.
func (p *Places) List() []Place { return p.places }

// Write implements io.Writer.
func (p *Places) Write(b []byte) (int, error) {
	n, err := p.w.Write(b)
	for rest := b[:n]; len(rest) > 0; {
		part, after, ends := bytes.Cut(rest, []byte{'\n'})
		p.more(part)
		if ends {
			p.endLine()
		}
		rest = after
	}
	return n, err
}

// more takes a piece of the current line. The last byte is held back, since a
// comma at the end is the list's and not the entry's.
func (p *Places) more(part []byte) {
	if len(part) == 0 {
		return
	}
	if p.at == p.begun {
		p.first = part[0]
	}
	p.sum.Write(p.held)
	p.sum.Write(part[:len(part)-1])
	p.held = append(p.held[:0], part[len(part)-1])
	p.at += int64(len(part))
}

// endLine notes the line when it is an entry: all lines are that begin with a
// brace, but the first.
func (p *Places) endLine() {
	length := int(p.at - p.begun)
	if string(p.held) == "," {
		length--
	} else {
		p.sum.Write(p.held)
	}
	if p.line > 0 && p.first == '{' {
		place := Place{First: p.begun, Bytes: length}
		p.sum.Sum(place.Digest[:0])
		p.places = append(p.places, place)
	}
	p.sum.Reset()
	p.held = p.held[:0]
	p.at++
	p.begun = p.at
	p.line++
}
