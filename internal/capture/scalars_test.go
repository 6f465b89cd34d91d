package capture

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

func TestPlainNumberIsThatOfParseFloat(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	texts := []string{"0", "00", "0.0", "9", "1.5", "0.1", "182.4", "123456789012345", "999999999999.99", "0.00000000001"}
	for range 20_000 {
		digits := strconv.FormatUint(rng.Uint64N(1e14), 10)
		if at := rng.IntN(len(digits)); at > 0 {
			digits = digits[:at] + "." + digits[at:]
		}
		texts = append(texts, digits)
	}
	for _, s := range texts {
		want, err := strconv.ParseFloat(s, 64)
		got, ok := plainNumber([]byte(s))
		if err != nil || !ok || got != want {
			t.Fatalf("%s: %v, %v; want %v, %v", s, got, ok, want, err)
		}
	}
	for _, s := range []string{"", ".", "1.", ".5", "1.2.3", "-1", "+1", "1e3", " 1", "1 ", "x", "1234567890123456", "12345678901234.5"} {
		if n, ok := plainNumber([]byte(s)); ok {
			t.Errorf("%q is read by hand as %v", s, n)
		}
	}
}

func TestDecodeBase64IsThatOfTheLibrary(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	for n := range 200 {
		raw := make([]byte, n)
		for i := range raw {
			raw[i] = byte(rng.Uint32())
		}
		for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
			text := enc.EncodeToString(raw)
			got, ok := decodeBase64(nil, []byte(text), false)
			if !ok || !bytes.Equal(got, raw) {
				t.Fatalf("%q: %x, %v; want %x", text, got, ok, raw)
			}
			at := rng.IntN(len(text) + 1)
			got, ok = decodeBase64(nil, []byte(text[:at]+"\r\n "+text[at:]), false)
			if !ok || !bytes.Equal(got, raw) {
				t.Fatalf("%q with white space: %x, %v; want %x", text, got, ok, raw)
			}
			whole := strings.TrimRight(text, "=")
			cut := rng.IntN(len(whole) + 1)
			got, ok = decodeBase64(nil, []byte(whole[:cut]), true)
			if !ok || !bytes.Equal(got, raw[:cut/4*3]) {
				t.Fatalf("%q cut at %d: %x, %v; want %x", text, cut, got, ok, raw[:cut/4*3])
			}
		}
	}
	for _, s := range []string{"A", "AAAAA", "AA*A", "AAAA\x80", "é"} {
		if got, ok := decodeBase64(nil, []byte(s), false); ok {
			t.Errorf("%q: %x", s, got)
		}
	}
}

func TestTextsKeepWhatTheyGave(t *testing.T) {
	t.Parallel()
	var texts Texts
	var kept, want []string
	for n := range 5000 {
		b := []byte(strings.Repeat(fmt.Sprint(n, ","), n%97))
		kept = append(kept, texts.Keep(b))
		want = append(want, string(b))
		clear(b) // the string must not lean on the bytes
	}
	long := bytes.Repeat([]byte("x"), textBlock+1)
	if got := texts.Keep(long); got != string(long) {
		t.Error("a long text is another one")
	}
	for i := range kept {
		if kept[i] != want[i] {
			t.Fatalf("text %d: %q, want %q", i, kept[i], want[i])
		}
	}
}

func TestWordsAreTheirBytes(t *testing.T) {
	t.Parallel()
	var w words
	for round := range 2 {
		for n := range 3000 {
			s := fmt.Sprintf("%c%d", 'a'+n%26, n*n)
			if got := w.of([]byte(s)); got != s {
				t.Fatalf("round %d: %q, want %q", round, got, s)
			}
		}
	}
	if w.of(nil) != "" {
		t.Error("no bytes are no word")
	}
}
