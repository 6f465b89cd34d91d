package audit

import (
	"bytes"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write testdata/entries.jsonl again")

// vectors are the entries of testdata/entries.jsonl, one a line. The file's
// bytes may never change: entries of that form are in databases and packets.
func vectors() []Entry {
	at := time.Date(2026, 11, 21, 22, 4, 5, 123456789, time.FixedZone("CST", -6*3600))
	return []Entry{
		{
			ID: "019a0b1c-2d3e-7f40-8a1b-2c3d4e5f6071", PartnerID: "019a0b1c-0000-7000-8000-000000000001",
			IntegrationID: "019a0b1c-0000-7000-8000-000000000002",
			Actor:         Actor{ID: "019a0b1c-0000-7000-8000-000000000003", Kind: "user"},
			Action:        "item.claim", Object: Object{ID: "TST-09", Kind: "item"}, RequestID: "req-01", At: at,
			Details:  map[string]Value{"from": Text("open"), "to": Text("claimed"), "evidence": Int(3), "stale": Bool(false)},
			Personal: map[string]string{"actor_name": strings.Repeat("0a", 32)},
		},
		{
			ID: "019a0b1c-2d3e-7f40-9a1b-2c3d4e5f6072", Actor: Actor{Kind: "system"},
			Action: "keys.init", Object: Object{ID: "sha256:00ff", Kind: "key"}, At: at.Add(time.Hour),
		},
		{
			ID: "019a0b1c-2d3e-7f40-aa1b-2c3d4e5f6073", PartnerID: "019a0b1c-0000-7000-8000-000000000001",
			Actor: Actor{ID: "link-7", Kind: "link"}, Action: "packet.download",
			Object: Object{ID: "r3.1", Kind: "packet"}, RequestID: "a/b+c_d", At: time.Unix(0, 0),
			Details: map[string]Value{"size": Int(-maxInt), "z": Int(maxInt)},
		},
	}
}

func TestVectors(t *testing.T) {
	t.Parallel()
	path := filepath.Join("testdata", "entries.jsonl")
	var got bytes.Buffer
	for _, e := range vectors() {
		b, err := Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		got.Write(b)
		got.WriteByte('\n')
	}
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("the encoding moved (-file +now):\n%s", diff)
	}
	lines := bytes.Split(bytes.TrimSuffix(want, []byte("\n")), []byte("\n"))
	if len(lines) != len(vectors()) {
		t.Fatalf("%d lines, want %d", len(lines), len(vectors()))
	}
	for i, line := range lines {
		e, err := Parse(line)
		if err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		again, err := Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(again, line) {
			t.Errorf("line %d: parsed and encoded again it differs", i+1)
		}
		want := vectors()[i]
		want.At = want.At.UTC().Truncate(time.Microsecond)
		if diff := cmp.Diff(want, e); diff != "" {
			t.Errorf("line %d (-made +parsed):\n%s", i+1, diff)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	t.Parallel()
	const secret = "Hugo Brandt <hugo@kestrel.example>"
	tests := map[string]func(*Entry){
		"prose in details":    func(e *Entry) { e.Details = map[string]Value{"name": Text(secret)} },
		"address in object":   func(e *Entry) { e.Object.ID = "hugo@kestrel.example" },
		"clear personal":      func(e *Entry) { e.Personal = map[string]string{"actor_name": secret} },
		"UUIDv4":              func(e *Entry) { e.ID = "019a0b1c-2d3e-4f40-8a1b-2c3d4e5f6071" },
		"upper-case UUID":     func(e *Entry) { e.ID = strings.ToUpper(e.ID) },
		"no action":           func(e *Entry) { e.Action = "" },
		"number of 54 bits":   func(e *Entry) { e.Details = map[string]Value{"n": Int(maxInt + 1)} },
		"empty value":         func(e *Entry) { e.Details = map[string]Value{"n": {}} },
		"partner not a UUID":  func(e *Entry) { e.PartnerID = "7" },
		"year beyond four":    func(e *Entry) { e.At = time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC) },
		"name in upper case":  func(e *Entry) { e.Details = map[string]Value{"Name": Int(1)} },
		"text over the limit": func(e *Entry) { e.RequestID = strings.Repeat("a", MaxText+1) },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := vectors()[0]
			spoil(&e)
			_, err := Encode(e)
			if err == nil {
				t.Fatal("encoded")
			}
			if strings.Contains(err.Error(), "Hugo") || strings.Contains(err.Error(), "kestrel") {
				t.Errorf("the error repeats the value: %v", err)
			}
		})
	}
}

func TestParseTakesOneSpelling(t *testing.T) {
	t.Parallel()
	good, err := Encode(vectors()[0])
	if err != nil {
		t.Fatal(err)
	}
	replace := func(old, new string) []byte {
		out := bytes.Replace(good, []byte(old), []byte(new), 1)
		if bytes.Equal(out, good) {
			t.Fatalf("%q is not in the vector", old)
		}
		return out
	}
	for name, b := range map[string][]byte{
		"space":           replace(`{"action"`, `{ "action"`),
		"newline":         append(bytes.Clone(good), '\n'),
		"second value":    append(bytes.Clone(good), good...),
		"unknown name":    replace(`{"action"`, `{"aaa":1,"action"`),
		"name twice":      replace(`{"action"`, `{"action":"item.claim","action"`),
		"escaped letter":  replace(`item.claim`, `item.cl\u0061im`),
		"float":           replace(`"evidence":3`, `"evidence":3.0`),
		"fraction":        replace(`"evidence":3`, `"evidence":3.5`),
		"list":            replace(`"evidence":3`, `"evidence":[3]`),
		"null":            replace(`"evidence":3`, `"evidence":null`),
		"other version":   replace(`"v":1`, `"v":2`),
		"empty partner":   replace(`"partner_id":"019a0b1c-0000-7000-8000-000000000001"`, `"partner_id":""`),
		"time in seconds": replace(`.123456Z`, `Z`),
		"empty":           {},
	} {
		if _, err := Parse(b); err == nil {
			t.Errorf("%s: parsed", name)
		}
	}
}

func TestPersonal(t *testing.T) {
	t.Parallel()
	salt := [SaltSize]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	got, err := Personal(salt, "Zoë <z> \u2028")
	if err != nil {
		t.Fatal(err)
	}
	// SHA-256 of the salt and the bytes `"Zoë <z> \u2028"` unescaped.
	want := wantDigest(t, "000102030405060708090a0b0c0d0e0f"+hex.EncodeToString([]byte("\"Zoë <z> \u2028\"")))
	if got != want {
		t.Errorf("Personal = %s, want %s", got, want)
	}
	other, err := Personal([SaltSize]byte{1}, "Zoë <z> \u2028")
	if err != nil {
		t.Fatal(err)
	}
	if other == got {
		t.Error("two salts give one digest")
	}
}

func wantDigest(t *testing.T, hexIn string) string {
	t.Helper()
	b, err := hex.DecodeString(hexIn)
	if err != nil {
		t.Fatal(err)
	}
	d := Digest(b)
	return hex.EncodeToString(d[:])
}

func FuzzParse(f *testing.F) {
	seeds := 0
	for _, e := range vectors() {
		b, err := Encode(e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add(bytes.Replace(b, []byte(`"`), []byte(`\"`), 1))
		f.Add(b[:len(b)/2])
		seeds += 3
	}
	if seeds != 9 {
		f.Fatalf("%d seeds, want 9", seeds)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := Parse(b)
		if err != nil {
			return
		}
		again, err := Encode(e)
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("what was parsed encodes to other bytes (%v)", err)
		}
	})
}

// What Encode writes Parse reads: an entry that is none would stay in the log for good.
func TestEncodeRefusesWhatParseDoes(t *testing.T) {
	t.Parallel()
	e := vectors()[0]
	e.At = time.Date(9999, time.December, 31, 23, 30, 0, 0, time.FixedZone("", -3600)) // in UTC a year later
	if b, err := Encode(e); err == nil {
		_, err = Parse(b)
		t.Errorf("a time after the last year was encoded; parsing it: %v", err)
	}
	e = vectors()[0]
	e.Details, e.Personal = map[string]Value{}, map[string]string{}
	for i := range MaxFields {
		name := strings.Repeat("x", MaxWord-2) + string(rune('a'+i/26)) + string(rune('a'+i%26))
		e.Details[name], e.Personal[name] = Text(strings.Repeat("y", MaxText)), strings.Repeat("0a", 32)
	}
	b, err := Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Parse(b); err != nil {
		t.Errorf("the largest entry: %v", err)
	}
}
