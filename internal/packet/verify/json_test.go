package verify

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/gowebpki/jcs"
)

var canonicalSeeds = []string{
	`null`, `true`, `false`, `0`, `-1`, `9007199254740991`, `""`, `[]`, `{}`,
	`{"a":1,"b":[1,2,{"c":"é"}],"z":null}`, `"\"\\\b\f\n\r\t\u0000\u001f/<>&"`, "\"\u2028\U0001F600\"",
	"{\"\\n\":1,\"1\":2,\"\u0080\":3,\"ö\":4,\"€\":5,\"\U0001F600\":6,\"\ufb33\":7}",
}

var otherSeeds = []string{
	``, ` 1`, `1 `, `01`, `-0`, `1.0`, `1e2`, `9007199254740992`, `+1`, `-`, `nul`, `tru`, `"a`, `"\u0041"`, `"\/"`, `"\u000A"`, `"\u001F"`,
	"\"\n\"", "\"\xff\"", "\"\xed\xa0\x80\"", `[1,]`, `[,1]`, `[1 ,2]`, `{"b":1,"a":2}`, `{"a":1,"a":1}`, `{"a":1,}`, `{a:1}`, `{"a" :1}`, `[`, `{`, `{"a"`,
	`[1]]`, `1 2`, strings.Repeat("[", 100_000), strings.Repeat("[", maxDepth+2) + strings.Repeat("]", maxDepth+2),
}

func TestParseJSON(t *testing.T) {
	t.Parallel()
	for _, s := range canonicalSeeds {
		if _, err := parseJSON([]byte(s)); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, s := range otherSeeds {
		if _, err := parseJSON([]byte(s)); err == nil {
			t.Errorf("%.40q was taken for canonical", s)
		}
	}
}

// FuzzParseJSON: what is accepted is what another implementation of RFC 8785
// writes, and can be taken apart again.
func FuzzParseJSON(f *testing.F) {
	seeds := append(append([]string{}, canonicalSeeds...), otherSeeds...)
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	if len(seeds) != 48 {
		f.Fatalf("%d seeds, want 48", len(seeds))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := parseJSON(b)
		if err != nil {
			return
		}
		if want, err := jcs.Transform(b); err == nil && !bytes.Equal(want, b) {
			t.Fatalf("accepted %q, the canonical form is %q", b, want)
		}
		if members, ok := n.members(1 << 20); ok {
			var r reader
			for _, m := range members {
				if got := r.member("x", n, m.name); !bytes.Equal(got, m.value) {
					t.Fatalf("member %q reads as %q", m.value, got)
				}
			}
		}
		if elements, ok := n.elements(1 << 20); ok {
			joined := append(append([]byte{'['}, bytes.Join(nodes(elements), []byte(","))...), ']')
			if !bytes.Equal(joined, b) {
				t.Fatalf("the elements of %q are %q", b, joined)
			}
		}
	})
}

func nodes(in []node) [][]byte {
	out := make([][]byte, len(in))
	for i, n := range in {
		out[i] = n
	}
	return out
}

// An object of which only some members matter is read within bounds.
func TestObjectsOfManyMembers(t *testing.T) {
	t.Parallel()
	object := func(n int) node {
		var b strings.Builder
		b.WriteString(`{"a":1`)
		for i := range n - 1 {
			fmt.Fprintf(&b, `,"b%07d":0`, i)
		}
		return node(b.String() + "}")
	}
	for n, ok := range map[int]bool{1: true, maxMembers: true, maxMembers + 1: false} {
		var r reader
		if got := r.number("a", r.member("a", object(n), "a")); (r.err == nil) != ok || ok && got != 1 {
			t.Errorf("%d members: %d, %v", n, got, r.err)
		}
	}
}

// A packet has at most one sign-off of each role.
func TestSignOffsOfTheStatement(t *testing.T) {
	t.Parallel()
	of := func(roles ...string) node {
		var lines []string
		for _, role := range roles {
			lines = append(lines, `{"at":"2026-11-21T22:04:05.000000Z","by":"A","role":"`+role+`"}`)
		}
		return node("[" + strings.Join(lines, ",") + "]")
	}
	for _, tt := range []struct {
		roles []string
		ok    bool
	}{
		{nil, true}, {[]string{"partner", "consultant", "account_team"}, true}, {[]string{"account_team"}, true},
		{[]string{"partner", "partner"}, false}, {[]string{"owner"}, false},
	} {
		var r reader
		if got := r.signOffs(of(tt.roles...)); (r.err == nil) != tt.ok || tt.ok && len(got) != len(tt.roles) {
			t.Errorf("%v: %v, %v", tt.roles, got, r.err)
		}
	}
}
