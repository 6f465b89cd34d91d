package main

import (
	"strings"
	"testing"
)

// A file that cannot be read is named with what is wrong and where, in a line
// that a terminal shows whole.
func TestErrorLinesAreShort(t *testing.T) {
	t.Parallel()
	const widest = 160
	for name, file := range map[string]string{
		"empty": "", "no JSON": "jane.doe@example.com", "no HAR": `{"a":1}`, "no entries": `{"log":{"entries":[]}}`, "cut off": `{"log":{"entries":[{"a":`,
		"broken": `{"log":{"entries":[{"a":]`, "nested": `{"log":` + strings.Repeat("[", 600), "packed twice": "PK\x03\x04", "tracer": `{"requests":[]}`,
		"two lists": `{"log":{"entries":[{}],"entries":[{}]}}`, "facts": `{"log":{"version":"1.2","creator":{"name":"proofwalk","version":"1"},"entries":[{"_facts":{"failed":true}}]}}`,
		"lines": `{"back_channel":7}`,
	} {
		for _, command := range []string{"inspect", "redact"} {
			a := call(t, []byte(file), command, "-")
			checkRefusal(t, name+", "+command, a, "standard input")
			if line := strings.TrimSpace(a.messages); len(line) > widest || strings.Contains(line, "jane") {
				t.Errorf("%s, %s: %d characters: %s", name, command, len(line), line)
			}
		}
	}
}
