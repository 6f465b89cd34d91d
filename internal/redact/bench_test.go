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
		b.Run(c.name, func(b *testing.B) {
			raw := readFile(b, c.file)
			redactor := redact.New(options(nil))
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := redactor.HAR(io.Discard, bytes.NewReader(raw), capture.Limits{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
