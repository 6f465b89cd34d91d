package packet

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/proofwalk/proofwalk/internal/pdf"
)

func TestReadManifest(t *testing.T) {
	t.Parallel()
	r := ring(t)
	for name, c := range map[string]*Content{"small": smallContent(t), "large": largeContent(t)} {
		p := mustBuild(t, c, r)
		got, err := ReadManifest(p.Manifest)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := AddFiles(got, func(name string) ([]byte, error) { return unzip(t, p.Zip, nil)[name], nil }); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(withFiles(c), got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if again := mustBuild(t, got, r); !bytes.Equal(again.Zip, p.Zip) {
			t.Errorf("%s: built again from packet.json it is another packet", name)
		}
	}
}

// TestReadManifestOfAnything: whatever content there can be, what was written is
// read and written again to the same bytes. It fills every field there is, so it
// fails for a new one that is written and not read.
func TestReadManifestOfAnything(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	for n := range 300 {
		c := new(Content)
		fill(random, reflect.ValueOf(c).Elem(), 0)
		salts, err := NewSalts(chaCha(n), len(leaves(c)))
		if err != nil {
			t.Fatal(err)
		}
		m, err := newManifest(c, salts)
		if err != nil {
			t.Fatal(err)
		}
		got, gotSalts, err := readManifest(m.json)
		if err != nil {
			t.Fatalf("content %d: %v", n, err)
		}
		again, err := newManifest(got, gotSalts)
		if err != nil || !bytes.Equal(again.json, m.json) || !bytes.Equal(salts, gotSalts) {
			t.Fatalf("content %d: written again it is another packet.json (%v)", n, err)
		}
	}
}

func chaCha(n int) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{byte(n), byte(n >> 8)}) }

// fill gives every field a random value: texts with hostile characters, lists of
// none to three, pointers and times that are there or not.
func fill(random *rand.Rand, v reflect.Value, depth int) {
	if v.Type() == reflect.TypeFor[Time]() {
		if random.IntN(3) > 0 {
			v.Set(reflect.ValueOf(At(time.UnixMicro(random.Int64N(1 << 51)))))
		}
		return
	}
	if v.Type() == reflect.TypeFor[*pdf.FontSet]() { // no part of what the packet says
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(random, v.Field(i), depth+1)
		}
	case reflect.Pointer:
		if v.Type().Elem().PkgPath() != reflect.TypeFor[Content]().PkgPath() {
			return // serves the report and is no part of what the packet says
		}
		if random.IntN(4) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(random, v.Elem(), depth+1)
		}
	case reflect.Slice:
		for range random.IntN(4) {
			v.Set(reflect.Append(v, reflect.New(v.Type().Elem()).Elem()))
			fill(random, v.Index(v.Len()-1), depth+1)
		}
	case reflect.String:
		v.SetString(hostileText(random))
	case reflect.Int, reflect.Int64:
		v.SetInt(random.Int64N(1<<40) * random.Int64N(2))
	case reflect.Bool:
		v.SetBool(random.IntN(2) == 0)
	case reflect.Uint8:
		v.SetUint(random.Uint64N(256))
	default:
		panic(fmt.Sprintf("a packet has no %s", v.Type()))
	}
}

func hostileText(random *rand.Rand) string {
	parts := []string{"a", "Ż", "\u202e", "\x00", "\n", `"`, `\`, "<b>&", "\u2028", "🦉", "\uffff", "é", "e\u0301", "\x7f", " ", "\ufeff", "/"}
	var b strings.Builder
	for range random.IntN(6) {
		b.WriteString(parts[random.IntN(len(parts))])
	}
	if s := b.String(); utf8.ValidString(s) {
		return s
	}
	panic("not UTF-8")
}

func TestReadManifestRefuses(t *testing.T) {
	t.Parallel()
	good := string(mustBuild(t, largeContent(t), ring(t)).Manifest)
	replace := func(old, with string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("the fixture has no %s", old)
		}
		return strings.Replace(good, old, with, 1)
	}
	for name, bad := range map[string]string{
		"nothing":              "",
		"another value":        "[]",
		"two values":           good + good,
		"a space":              good + " ",
		"cut":                  good[:len(good)-1],
		"another format":       replace(`"format":1,"head"`, `"format":2,"head"`),
		"a member more":        replace(`"format":1,"head"`, `"extra":1,"format":1,"head"`),
		"a member of a body":   replace(`"by":"both",`, `"because":"x","by":"both",`),
		"a member of a head":   replace(`"edition":2,`, `"edition":2,"extra":null,`),
		"a member in capitals": replace(`"edition":2,`, `"Edition":2,`),
		"a count":              replace(`"accepted":`, `"accepted":1`),
		"an anchor less":       replace(`"anchors":["configuration",`, `"anchors":[`),
		"another anchor":       replace(`{"anchor":"f-001"`, `{"anchor":"f-999"`),
		"an unknown kind":      replace(`"kind":"finding"`, `"kind":"opinion"`),
		"a short salt":         replace(`"salt":"30`, `"salt":"`),
		"a time with a zone":   replace(`T22:04:05.000000Z"`, `T22:04:05.000000+00:00"`),
		"minutes of nothing":   replace(`"walkthrough":{`, `"walkthrough":null,"x":{`),
		"spelled differently":  replace(`"edition":2,`, `"edition": 2,`),
	} {
		if _, err := ReadManifest([]byte(bad)); err == nil {
			t.Errorf("%s: read", name)
		}
	}
}

func TestAddFilesRefuses(t *testing.T) {
	t.Parallel()
	p := mustBuild(t, smallContent(t), ring(t))
	files := unzip(t, p.Zip, nil)
	for name, get := range map[string]func(string) ([]byte, error){
		"a file that is not there": func(string) ([]byte, error) { return nil, errors.New("no such file") },
		"another transcript":       func(n string) ([]byte, error) { return append(bytes.Clone(files[n]), ' '), nil },
		"another picture": func(n string) ([]byte, error) {
			if strings.HasPrefix(n, "screenshots/") {
				return []byte("x"), nil
			}
			return files[n], nil
		},
	} {
		c, err := ReadManifest(p.Manifest)
		if err != nil {
			t.Fatal(err)
		}
		if AddFiles(c, get) == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
