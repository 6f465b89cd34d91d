package verify

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
	"time"
)

// changedByte is the golden packet with one byte of the report changed.
func changedByte(t *testing.T) []byte {
	t.Helper()
	zip, _ := golden(t)
	changed := bytes.Clone(zip)
	changed[len(changed)/2] ^= 1
	return changed
}

// stateIn gives the state of a check, empty without it.
func stateIn(r Result, name string) State {
	for _, c := range r.Checks {
		if c.Name == name {
			return c.State
		}
	}
	return ""
}

// fileIn gives a file of a packet.
func fileIn(t *testing.T, zip []byte, name string) []byte {
	t.Helper()
	files, err := readEntries(zip)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.name == name {
			return f.data
		}
	}
	t.Fatalf("no %s", name)
	return nil
}

// One changed byte is one reason. What could not be checked because of it does
// not fail, and makes the verdict no better.
func TestNotCheckedIsNotFailed(t *testing.T) {
	t.Parallel()
	_, fingerprint := golden(t)
	for _, trust := range []Trust{{}, {Fingerprint: fingerprint}} {
		got := Verify(changedByte(t), trust)
		if got.Verdict != Invalid {
			t.Errorf("%+v: %s", trust, got.Verdict)
		}
		for _, c := range got.Checks {
			want := NotChecked
			switch {
			case c.Name == "archive":
				want = Fails
			case c.Name == "signer" && trust.Fingerprint == "":
				want = NotKnown
			}
			if c.State != want || c.OK {
				t.Errorf("%s is %s, %t; want %s", c.Name, c.State, c.OK, want)
			}
		}
		var text strings.Builder
		if err := got.Write(&text); err != nil {
			t.Fatal(err)
		}
		if strings.Count(text.String(), "FAIL") != 1 || !strings.Contains(text.String(), "\n-     files      not checked: ") {
			t.Errorf("as text:\n%s", &text)
		}
	}
}

// Where all is well every check holds; without a root the last is not known. Of a
// time stamp that is not there nothing holds, and that is no fault.
func TestStatesOfAGoodPacket(t *testing.T) {
	t.Parallel()
	zip, fingerprint := golden(t)
	for _, c := range Verify(zip, Trust{Fingerprint: fingerprint}).Checks {
		want := Holds
		if c.Name == "stamp" {
			want = None
		}
		if c.State != want || !c.OK {
			t.Errorf("%s is %s, %t; want %s", c.Name, c.State, c.OK, want)
		}
	}
	var text strings.Builder
	if err := Verify(zip, Trust{Fingerprint: fingerprint}).Write(&text); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text.String(), "\nnone  stamp      no time stamp: ") {
		t.Errorf("as text:\n%s", &text)
	}
	if got := stateIn(Verify(zip, Trust{}), "signer"); got != NotKnown {
		t.Errorf("without a root: %s", got)
	}
}

// With a wrong fingerprint nobody can mistake which of the two is whose.
func TestWhichRootIsWhose(t *testing.T) {
	t.Parallel()
	zip, fingerprint := golden(t)
	given := strings.Repeat("ab", 32)
	for name, tt := range map[string]struct {
		trust Trust
		says  string
	}{
		"the packet's list": {Trust{Fingerprint: given}, "the root in this file is " + fingerprint + ", and you gave the fingerprint " + given + ": someone else sealed this"},
		"a given list":      {Trust{Fingerprint: given, Keys: fileIn(t, zip, keysName)}, "the root of the given keys.json is " + fingerprint + ", and you gave the fingerprint " + given + ": the two do not belong together"},
	} {
		got := Verify(zip, tt.trust)
		if last := got.Checks[len(got.Checks)-1]; got.Verdict != Invalid || last.State != Fails || !strings.HasPrefix(last.Detail, tt.says) {
			t.Errorf("%s: %s, %q", name, got.Verdict, last.Detail)
		}
	}
}

// repacked is the packet as people make it of its unpacked files.
func repacked(t *testing.T, zipped []byte, header zip.FileHeader) []byte {
	t.Helper()
	files, err := readEntries(zipped)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		h := header
		h.Name = f.name
		to, err := w.CreateHeader(&h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(f.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A packet that was unpacked and zipped again is not the original, and no file of
// it is said to have been changed. A byte that was changed is not called so.
func TestPackedAgain(t *testing.T) {
	t.Parallel()
	good, fingerprint := golden(t)
	when := time.Date(2026, 11, 27, 15, 4, 6, 0, time.UTC)
	oneByte := func(at int) []byte {
		b := bytes.Clone(good)
		b[at] ^= 1
		return b
	}
	const says = "was unpacked and packed again"
	for name, tt := range map[string]struct {
		zip  []byte
		want bool
	}{
		"compressed":         {repacked(t, good, zip.FileHeader{Method: zip.Deflate, Modified: when}), true},
		"stored":             {repacked(t, good, zip.FileHeader{Method: zip.Store, Modified: when}), true},
		"without its time":   {repacked(t, good, zip.FileHeader{Method: zip.Deflate}), true},
		"a byte of the time": {oneByte(10), false},
		"a method":           {oneByte(8), false},
		"a byte of a file":   {oneByte(len(good) / 2), false},
		"nothing but a head": {good[:20], false},
	} {
		got := Verify(tt.zip, Trust{Fingerprint: fingerprint})
		if detail := got.Checks[0].Detail; got.Verdict != Invalid || got.Checks[0].State != Fails || strings.Contains(detail, says) != tt.want {
			t.Errorf("%s: %s, %q", name, got.Verdict, detail)
		}
	}
}

// What is neither packet nor proof is told from both before anything is checked.
func TestWhatIsNoPacket(t *testing.T) {
	t.Parallel()
	zip, _ := golden(t)
	for name, tt := range map[string]struct {
		file []byte
		says string
	}{
		"a packet":                     {zip, ""},
		"a packet without its end":     {zip[:len(zip)/2], ""},
		"a packet without its begin":   {zip[len(zip)/2:], ""},
		"a proof":                      {[]byte(`{"kind":"audit_entry"}`), ""},
		"its report":                   {fileIn(t, zip, pdfName), "a PDF cannot be checked alone"},
		"a PDF that attaches a packet": {append([]byte("%PDF-1.7\n"), zip...), "a PDF cannot be checked alone"},
		"a text":                       {[]byte("packet"), "no zip file"},
		"nothing":                      {nil, "no zip file"},
	} {
		if got := WhyNoPacket(tt.file); (got == "") != (tt.says == "") || !strings.Contains(got, tt.says) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// Of a proof that is none nothing else can be checked.
func TestStatesOfAProof(t *testing.T) {
	t.Parallel()
	got := VerifyProof([]byte(`{"kind":"audit_other"}`), Trust{})
	for i, c := range got.Checks {
		want := NotChecked
		switch {
		case i == 0:
			want = Fails
		case c.Name == "signer":
			want = NotKnown
		}
		if c.State != want {
			t.Errorf("%s is %s, want %s", c.Name, c.State, want)
		}
	}
	if got.Verdict != Invalid {
		t.Error(got.Verdict)
	}
}
