package redact_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// Reading ahead changes nothing that comes out: neither of the first pass nor of
// the second, which compares what it reads with what it writes.
func TestOverlapChangesNothing(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("../../testdata/hars/*.har")
	if err != nil || len(names) < 10 {
		t.Fatalf("%d samples, %v", len(names), err)
	}
	redacted := 0
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for pass := range 2 {
			plain, plainSays := stream(text, false)
			overlapped, overlappedSays := stream(text, true)
			if overlappedSays != plainSays || !bytes.Equal(overlapped, plain) {
				t.Fatalf("%s, pass %d: %s, want %s; same bytes: %v", name, pass+1, overlappedSays, plainSays, bytes.Equal(overlapped, plain))
			}
			if len(plain) == 0 {
				break
			}
			if pass == 1 && !bytes.Equal(plain, text) {
				t.Fatalf("%s: the second pass writes other bytes", name)
			}
			redacted++
			text = plain
		}
	}
	if redacted < 16 {
		t.Fatalf("only %d passes gave a file", redacted)
	}
}

// stream redacts a file, and gives what came out and what is said of it: report
// and number of entries shown, or the error.
func stream(text []byte, overlap bool) ([]byte, string) {
	var out bytes.Buffer
	shown := 0
	r := redact.New(redact.Options{Key: [32]byte{1}, Round: strings.Repeat("r", redact.RoundChars), Overlap: overlap, Version: "test"})
	report, err := r.Stream(&out, bytes.NewReader(text), capture.Limits{}, func(*transcript.Entry) error { shown++; return nil })
	if err != nil {
		return nil, err.Error()
	}
	says, err := json.Marshal(report)
	if err != nil {
		return nil, err.Error()
	}
	return out.Bytes(), fmt.Sprintf("%d entries shown, %s", shown, says)
}
