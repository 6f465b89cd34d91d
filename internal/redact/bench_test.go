package redact_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/redact"
)

// BenchmarkHAR redacts real captures in memory; `make bench` measures whole
// processes on large files.
func BenchmarkHAR(b *testing.B) {
	for _, c := range []struct{ name, file string }{
		{"recorded", captures + "/recorded/right-happy-path.har"},
		{"firefox", "../../testdata/hars/mitmproxy_mitmproxy__test_mitmproxy_data_har_files_firefox.har"},
		{"fiddler", "../../testdata/hars/janodvarko_harviewer__selenium_tests_hars_issue-61_ie11.fiddler.har"},
	} {
		raw := readFile(b, c.file)
		redactor := redact.New(options(nil))
		b.Run(c.name, func(b *testing.B) { redactAll(b, redactor, raw) })
		again := redacted(b, redactor, raw)
		b.Run(c.name+" again", func(b *testing.B) { redactAll(b, redactor, again) })
	}
}

func redactAll(b *testing.B, redactor *redact.Redactor, raw []byte) {
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := redactor.HAR(io.Discard, bytes.NewReader(raw), capture.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}
