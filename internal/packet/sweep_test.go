package packet

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/testkit/authority"
)

// place is where a byte of an archive belongs.
type place struct {
	what       string
	begin, end int
}

// places cuts an archive into the headers and contents of its files, the
// entries of its directory and the end record.
func places(t testing.TB, zip []byte) (headers, contents []place) {
	t.Helper()
	le := binary.LittleEndian
	at := 0
	for ; le.Uint32(zip[at:]) == localSignature; at = contents[len(contents)-1].end {
		size, name := int(le.Uint32(zip[at+22:])), int(le.Uint16(zip[at+26:]))
		begin := at + 30 + name
		headers = append(headers, place{"header of " + string(zip[at+30:begin]), at, begin})
		contents = append(contents, place{string(zip[at+30 : begin]), begin, begin + size})
	}
	for le.Uint32(zip[at:]) == centralSignature {
		end := at + 46 + int(le.Uint16(zip[at+28:]))
		headers = append(headers, place{"directory entry", at, end})
		at = end
	}
	if le.Uint32(zip[at:]) != endSignature || len(zip)-at != 22 {
		t.Fatalf("byte %d is not the end record", at)
	}
	return append(headers, place{"end record", at, len(zip)}), contents
}

// sweep verifies changed copies of a packet on all cores; every one must be
// INVALID, with the fingerprint and a plain sentence for each failed check.
type sweep struct {
	t       *testing.T
	zip     []byte
	trust   verify.Trust
	caught  atomic.Int64
	changes []change
}

type change struct {
	what string
	make func(zip []byte) []byte // may change its argument, which is a copy
}

func (s *sweep) flip(what string, at int, mask byte) {
	s.changes = append(s.changes, change{fmt.Sprintf("%s, byte %d by %#x", what, at, mask), func(zip []byte) []byte {
		zip[at] ^= mask
		return zip
	}})
}

func (s *sweep) run() {
	workers := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			scratch := make([]byte, len(s.zip))
			for i := w; i < len(s.changes); i += workers {
				copy(scratch, s.zip)
				s.judge(s.changes[i].what, s.changes[i].make(scratch))
			}
		})
	}
	wg.Wait()
}

func (s *sweep) judge(what string, zip []byte) {
	got := verify.Verify(zip, s.trust)
	if got.Verdict != verify.Invalid {
		s.t.Errorf("%s: %s", what, got.Verdict)
		return
	}
	fails := false
	for _, c := range got.Checks {
		fails = fails || c.State == verify.Fails
		if !c.OK && len(c.Detail) < 10 {
			s.t.Errorf("%s: check %s says %q", what, c.Name, c.Detail)
		}
	}
	if !fails {
		s.t.Errorf("%s: no check says what is wrong: %+v", what, got.Checks)
	}
	s.caught.Add(1)
}

// TestSweep changes a packet as a reader gets it, with the whole report and a
// time stamp: single bytes at random over all files, every byte of the zip's
// own structure, files and bytes added and removed.
func TestSweep(t *testing.T) {
	t.Parallel()
	r := ring(t)
	c := smallContent(t)
	seal := sealFor(t, c, r)
	seal.Stamp = stampBy(t, authority.New(t))
	p, err := Build(c, seal)
	if err != nil {
		t.Fatal(err)
	}
	s := &sweep{t: t, zip: p.Zip, trust: verify.Trust{Fingerprint: r.Fingerprint()}}
	if got := verify.Verify(p.Zip, s.trust); got.Verdict != verify.Valid {
		t.Fatalf("%+v", got)
	}
	headers, contents := places(t, p.Zip)
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))

	const flips = 1200
	for i := range flips {
		// Half of them even over the files, so that small ones get their share; half over the bytes.
		f := contents[i%len(contents)]
		at := f.begin + random.IntN(f.end-f.begin)
		if i%2 == 1 {
			at = random.IntN(len(p.Zip))
		}
		s.flip("at random", at, byte(1+random.IntN(255)))
	}
	structural := 0
	for _, h := range headers {
		for at := h.begin; at < h.end; at++ {
			s.flip(h.what, at, 1<<random.IntN(8))
			structural++
		}
	}
	cuts := 0
	for _, h := range append(headers, contents...) {
		for _, at := range []int{h.begin, h.end - 1} {
			s.changes = append(s.changes,
				change{h.what + ": cut off", func(zip []byte) []byte { return zip[:at] }},
				change{h.what + ": a byte removed", func(zip []byte) []byte { return append(zip[:at], zip[at+1:]...) }},
				change{h.what + ": a byte added", func(zip []byte) []byte {
					return append(append(bytes.Clone(zip[:at]), 'x'), zip[at:]...)
				}},
			)
			cuts += 3
		}
	}
	s.run()
	t.Logf("seed %d: %d of %d changes of a packet of %d bytes caught: %d bytes at random, %d bytes of headers, directory and end, %d added, removed or cut",
		seed, s.caught.Load(), len(s.changes), len(p.Zip), flips, structural, cuts)
}

// TestNoFalseAlarm builds many good packets, no two alike, and believes each.
func TestNoFalseAlarm(t *testing.T) {
	t.Parallel()
	const many = 1000
	r := ring(t)
	trust := verify.Trust{Fingerprint: r.Fingerprint()}
	stamp := stampBy(t, authority.New(t))
	var mu sync.Mutex
	seen := map[string]bool{}
	workers := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < many; i += workers {
				c := variedContent(t, i)
				seal := sealWith(t, c, r, bytes.Repeat([]byte{byte(i), byte(i >> 8)}, len(sealFor(t, c, r).Salts)/2))
				switch {
				case i%50 == 0:
					seal.Stamp = stamp
				case i%3 == 0:
					seal.Stamp = func([32]byte) ([]byte, error) { return nil, nil }
				}
				p, err := build(c, seal, fewBytes)
				if err != nil {
					t.Error(err)
					return
				}
				if got := verify.Verify(p.Zip, trust); got.Verdict != verify.Valid {
					t.Errorf("packet %d: %+v", i, got)
				}
				mu.Lock()
				seen[p.SHA256] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	t.Logf("%d good packets, %d of them different, no false alarm", many, len(seen))
	if len(seen) != many {
		t.Error("packets are alike")
	}
}

// variedContent is a packet with other words, people, files and parts for each i.
func variedContent(t testing.TB, i int) *Content {
	t.Helper()
	c := smallContent(t)
	words := []string{"sale", "Zażółć gęślą", "Ελληνικά", "日本語", "עברית", "\"quoted\" \\ /", "<b>&amp;</b>", "\u2028\t", "🙂", "%PDF /ByteRange[0 1 2 3]"}
	c.Integration.Name = fmt.Sprintf("%s %d", words[i%len(words)], i)
	c.Integration.Partner = words[i/len(words)%len(words)]
	c.Items[0].Title = fmt.Sprintf("%s, asked for the %dth time", words[(i+3)%len(words)], i)
	c.Transcripts[0].HAR = fmt.Appendf(nil, `{"log":{"version":"1.2","entries":[%d]}}`, i)
	c.Revision = 1 + i%40
	if i%4 == 0 {
		c.ErrorPaths, c.NullValues, c.Minimization = coverage()
	}
	if i%5 == 0 {
		c.Screenshots, c.Items[0].Evidence = c.Screenshots[:0], c.Items[0].Evidence[:1]
	}
	return c
}
