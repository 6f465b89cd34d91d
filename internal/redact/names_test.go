package redact_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/redact"
)

const rawPath = "https://undeclared.example/hiddenplace"

// A table that was sent with a file goes on from the round's by new names and by
// numbers that transcripts of another pass use, and takes no numbers away.
func TestExtends(t *testing.T) {
	t.Parallel()
	read := func(hosts string) *redact.NameTable {
		names := redact.NewNameTable()
		if err := json.Unmarshal([]byte(`{"hosts":`+hosts+`,"segments":{"last":0,"known":{}}}`), names); err != nil {
			t.Fatal(err)
		}
		return names
	}
	digest := func(n int) string { return fmt.Sprintf("%032x", n) }
	one := fmt.Sprintf(`"%s":1`, digest(1))
	base := read(`{"last":2,"known":{` + one + `}}`)
	for _, tt := range []struct {
		hosts string
		want  bool
	}{
		{`{"last":2,"known":{` + one + `}}`, true},
		{`{"last":3,"known":{` + one + `,"` + digest(2) + `":3}}`, true},
		{`{"last":9,"known":{` + one + `,"` + digest(2) + `":9}}`, true}, // behind a transcript that uses 3 to 8
		{fmt.Sprintf(`{"last":%d,"known":{%s}}`, redact.MaxNames+1, one), true},
		{fmt.Sprintf(`{"last":%d,"known":{%s}}`, redact.MaxNames+2, one), false},
		{`{"last":99999,"known":{` + one + `}}`, false},
		{`{"last":99999,"known":{` + one + `,"` + digest(2) + `":99999}}`, false},
		{`{"last":1,"known":{` + one + `}}`, false},
		{`{"last":2,"known":{}}`, false},
		{`{"last":2,"known":{"` + digest(1) + `":2}}`, false},
	} {
		if got := read(tt.hosts).Extends(base); got != tt.want {
			t.Errorf("%s: %v", tt.hosts, got)
		}
	}
}

// A file that claims the last numbers there are leaves some for later files.
func TestClaimedNumbersAreLeft(t *testing.T) {
	t.Parallel()
	raw := oneEntry(t, "2026-03-01T10:00:00.000Z", rawPath, "text/plain", "")
	claimed := strings.NewReplacer("host-1.invalid", "host-99999.invalid", "/s1", "/s99999").Replace(string(redacted(t, redact.New(options(nil)), raw)))
	if !strings.Contains(claimed, "https://host-99999.invalid/s99999") {
		t.Fatal("the claim is not in the file")
	}
	second := redact.New(options(nil))
	if again := string(redacted(t, second, []byte(claimed))); again != claimed {
		t.Error("the second pass gives other bytes")
	}
	if got := parsed(t, redacted(t, second, raw)).Entries[0].Request.URL; got != "https://host-1.invalid/s1" {
		t.Errorf("the next file's address is %s", got)
	}
}

// The numbers that an honest table gives stay reserved, up to the last of them.
func TestNumbersStayReserved(t *testing.T) {
	t.Parallel()
	raw := oneEntry(t, "2026-03-01T10:00:00.000Z", rawPath, "text/plain", "")
	for _, used := range []int{1, redact.MaxNames} {
		file := strings.NewReplacer("host-1.invalid", fmt.Sprintf("host-%d.invalid", used), "/s1", fmt.Sprintf("/s%d", used)).
			Replace(string(redacted(t, redact.New(options(nil)), raw)))
		r := redact.New(options(nil))
		redacted(t, r, []byte(file))
		want := fmt.Sprintf("https://host-%d.invalid/s%d", used+1, used+1)
		if got := parsed(t, redacted(t, r, raw)).Entries[0].Request.URL; got != want {
			t.Errorf("behind %d comes %s", used, got)
		}
	}
}
