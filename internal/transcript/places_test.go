package transcript_test

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// Each place holds exactly its entry, however the bytes come in.
func TestPlacesHoldTheEntries(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	if err := transcript.Write(&file, sample()); err != nil {
		t.Fatal(err)
	}
	for _, step := range []int{1, 2, 7, 64, file.Len()} {
		var out bytes.Buffer
		p := transcript.NewPlaces(&out)
		for b := file.Bytes(); len(b) > 0; {
			n, err := p.Write(b[:min(step, len(b))])
			if err != nil {
				t.Fatal(err)
			}
			b = b[n:]
		}
		if !bytes.Equal(out.Bytes(), file.Bytes()) {
			t.Fatalf("steps of %d: other bytes were passed on", step)
		}
		places := p.List()
		if len(places) != len(sample().Entries) {
			t.Fatalf("steps of %d: %d places, want %d", step, len(places), len(sample().Entries))
		}
		for i, at := range places {
			part := file.Bytes()[at.First : at.First+int64(at.Bytes)]
			if sha256.Sum256(part) != at.Digest {
				t.Errorf("steps of %d, entry %d: another digest", step, i)
			}
			got, err := transcript.DecodeEntry(part, i)
			if err != nil {
				t.Fatalf("steps of %d, entry %d: %v", step, i, err)
			}
			want, err := transcript.Read(bytes.NewReader(file.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.Entries[i], got); diff != "" {
				t.Errorf("steps of %d, entry %d:\n%s", step, i, diff)
			}
		}
	}
}

// A transcript without entries has no places.
func TestPlacesOfNoEntries(t *testing.T) {
	t.Parallel()
	empty := sample()
	empty.Entries = nil
	p := transcript.NewPlaces(&bytes.Buffer{})
	if err := transcript.Write(p, empty); err != nil {
		t.Fatal(err)
	}
	if len(p.List()) != 0 {
		t.Errorf("%d places", len(p.List()))
	}
}
