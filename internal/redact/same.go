package redact

import (
	"bytes"
	"hash/maphash"
	"io"
	"sync"
)

// sameLines compares what is read with what is written, line by line, in a
// memory that does not grow. The second pass over a file of ours writes the same
// bytes but for its own name and version; what else differs was put into the
// file by hand, and neither the reader nor the redactor need have a place for it.
type sameLines struct {
	both    sync.Mutex // what is read may be ahead in a goroutine of its own
	in, out lineSums
	begin   []byte // of what is read, until it is known whose it is
	ours    bool   // the file begins as ours do
	asked   bool   // whether it does is known
	compare int    // lines compared
	differ  int    // lines that differ
	first   int    // the first of them
	lost    bool   // one side is further ahead than lines of ours can be
}

// headOfOurs is how every file begins that this program redacted.
const headOfOurs = `{"log":{"version":"1.2","creator":{"name":"proofwalk","version":"`

func newSameLines() *sameLines {
	s := &sameLines{}
	seed := maphash.MakeSeed()
	s.in.hash.SetSeed(seed)
	s.out.hash.SetSeed(seed)
	return s
}

// Write takes what was read; it never fails.
func (s *sameLines) Write(p []byte) (int, error) {
	s.both.Lock()
	defer s.both.Unlock()
	n := len(p)
	if !s.asked {
		s.begin = append(s.begin, p...)
		if p = s.begin; len(p) < len(headOfOurs) {
			return n, nil
		}
		s.asked, s.ours = true, bytes.HasPrefix(p, []byte(headOfOurs))
		s.begin = nil
	}
	if s.ours && !s.lost {
		s.in.write(p)
		s.match()
	}
	return n, nil
}

// isOurs tells whether the file begins as ours do, as far as is known.
func (s *sameLines) isOurs() bool {
	s.both.Lock()
	defer s.both.Unlock()
	return s.ours
}

// writer gives a writer to dst that is watched.
func (s *sameLines) writer(dst io.Writer) io.Writer { return sameWriter{s, dst} }

type sameWriter struct {
	same *sameLines
	dst  io.Writer
}

// Write implements io.Writer.
func (w sameWriter) Write(p []byte) (int, error) {
	w.same.wrote(p)
	return w.dst.Write(p)
}

func (s *sameLines) wrote(p []byte) {
	s.both.Lock()
	defer s.both.Unlock()
	if (!s.asked || s.ours) && !s.lost {
		s.out.write(p)
		s.match()
	}
}

// match compares the lines that both sides have.
func (s *sameLines) match() {
	n := min(len(s.in.sums), len(s.out.sums))
	for i := range n {
		if s.in.sums[i] != s.out.sums[i] {
			if s.differ++; s.differ == 1 {
				s.first = s.compare
			}
		}
		s.compare++
	}
	s.in.sums = append(s.in.sums[:0], s.in.sums[n:]...)
	s.out.sums = append(s.out.sums[:0], s.out.sums[n:]...)
	if len(s.in.sums) > maxAhead || len(s.out.sums) > maxAhead {
		if s.differ++; s.differ == 1 {
			s.first = s.compare
		}
		s.lost, s.in, s.out = true, lineSums{}, lineSums{}
	}
}

// maxAhead is more than the reader is ahead of the writer in lines, which have
// some hundred bytes each.
const maxAhead = 10_000

// finish tells whether the file is ours and unchanged, and else the entry in
// which it first differs, -1 outside of entries.
func (s *sameLines) finish(entries int) (same bool, entry int) {
	if s.in.begun && !s.lost { // the reader stops behind the document
		s.in.end()
		s.match()
	}
	switch {
	case !s.ours:
		return false, -1
	case s.differ == 0:
		return len(s.in.sums) == 0 && len(s.out.sums) == 0, -1
	case s.first > entries: // pages and marker
		return false, -1
	}
	return false, s.first - 1
}

// lineSums makes a sum of each line. Of the first line and the last it leaves
// out what each program writes of itself.
type lineSums struct {
	hash  maphash.Hash
	begun bool
	lines int
	kept  []byte // the first or the last line
	keep  bool
	sums  []uint64
}

// maxKept is more than the first line has and than the last one has with the
// most pages.
const maxKept = 4 << 20

func (l *lineSums) write(p []byte) {
	for {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			l.add(p)
			return
		}
		l.add(p[:i])
		l.end()
		p = p[i+1:]
	}
}

func (l *lineSums) add(p []byte) {
	if len(p) == 0 {
		return
	}
	if !l.begun {
		l.begun, l.keep = true, l.lines == 0 || p[0] == ']'
	}
	if l.keep && len(l.kept)+len(p) <= maxKept {
		l.kept = append(l.kept, p...)
		return
	}
	// A hash never fails.
	_, _ = l.hash.Write(p)
}

func (l *lineSums) end() {
	_, _ = l.hash.Write(withoutSelf(l.kept))
	l.sums = append(l.sums, l.hash.Sum64())
	l.hash.Reset()
	l.kept = l.kept[:0]
	l.begun, l.keep = false, false
	l.lines++
}

// withoutSelf leaves out the words that a second pass writes anew: the policy,
// and name and version of the program.
func withoutSelf(line []byte) []byte {
	for _, member := range []string{`"creator":{"name":"proofwalk","version":"`, `"format":1,"policy":`, `"redactor":{"name":"`, `","version":"`} {
		at := bytes.Index(line, []byte(member))
		if at < 0 {
			continue
		}
		at += len(member)
		n := 0
		for at+n < len(line) && isMetaChar(line[at+n]) {
			n++
		}
		line = append(line[:at:at], line[at+n:]...)
	}
	return line
}

func isMetaChar(c byte) bool { return isWordChar(c) || c == '.' || c == '+' }
