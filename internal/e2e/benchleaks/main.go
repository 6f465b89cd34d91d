// Command benchleaks counts how many of the planted values of a capture are
// still found, in any decoding, after this kit and after others have taken
// secrets out of it. It exits with 1 when the kit leaves one, and with 2 when
// it could not count. `make bench` runs it.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/proofwalk/proofwalk/internal/leaktest/canary"
	"github.com/proofwalk/proofwalk/internal/leaktest/dig"
)

func main() {
	clean, err := run(os.Stdout)
	switch {
	case err != nil:
		_, _ = fmt.Fprintln(os.Stderr, "benchleaks:", err)
		os.Exit(2)
	case !clean:
		os.Exit(1)
	}
}

// run prints the table; clean tells whether the kit leaves nothing.
func run(out io.Writer) (clean bool, err error) {
	dir, err := os.MkdirTemp("", "proofwalk-bench-")
	if err != nil {
		return false, fmt.Errorf("making a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	kit, raw := filepath.Join(dir, "proofwalk"), filepath.Join(dir, "planted.har")
	if _, err := output("go", "build", "-o", kit, "./cmd/proofwalk"); err != nil {
		return false, err
	}
	planted := canary.HAR(1)
	if err := os.WriteFile(raw, planted.JSON, 0o600); err != nil {
		return false, fmt.Errorf("writing the planted capture: %w", err)
	}
	counter := newCounter(planted)
	if _, err := fmt.Fprintf(out, "%d planted values, %d of them in the form of personal data\n\n| tool | left | of them personal data |\n|---|---|---|\n",
		len(planted.Canaries), counter.personal(nil)); err != nil {
		return false, err
	}
	for _, tool := range []struct {
		name string
		run  func() ([]byte, error)
	}{
		{"none", func() ([]byte, error) { return planted.JSON, nil }},
		{"Chrome's sanitized export, by its rules", func() ([]byte, error) { return sanitizedByChrome(planted.JSON) }},
		{"har-sanitizer 2.0.0 (npm), without the entries it fails on", func() ([]byte, error) {
			return output("node", "tools/node/bench/har_sanitizer.mjs", raw)
		}},
		{"proofwalk redact", func() ([]byte, error) { return output(kit, "redact", raw) }},
	} {
		text, err := tool.run()
		if err != nil {
			return false, fmt.Errorf("%s: %w", tool.name, err)
		}
		left := counter.left(text)
		clean = len(left) == 0 // the kit is the last
		if _, err := fmt.Fprintf(out, "| %s | %d | %d |\n", tool.name, len(left), counter.personal(left)); err != nil {
			return false, err
		}
	}
	return clean, nil
}

// counter knows what was planted.
type counter struct {
	planted canary.Capture
	set     *dig.Set
}

func newCounter(planted canary.Capture) counter {
	values := make([]string, len(planted.Canaries))
	for i, c := range planted.Canaries {
		values[i] = c.Value
	}
	return counter{planted, dig.NewSet(values)}
}

func (c counter) left(text []byte) map[int]bool { return c.set.Find(dig.Texts(text)) }

// personal counts the personal data among some of the planted values, among all for nil.
func (c counter) personal(some map[int]bool) (n int) {
	for i, planted := range c.planted.Canaries {
		if planted.PII && (some == nil || some[i]) {
			n++
		}
	}
	return n
}

func output(name string, args ...string) ([]byte, error) {
	var stdout, messages bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = &stdout, io.MultiWriter(&messages, os.Stderr)
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w: %s", filepath.Base(name), err, strings.TrimSpace(messages.String()))
	}
	return stdout.Bytes(), nil
}

// sanitizedByChrome drops what the export of Chrome's developer tools drops
// when it leaves sensitive data out.
func sanitizedByChrome(raw []byte) ([]byte, error) {
	var doc struct {
		Log map[string]json.RawMessage `json:"log"`
	}
	var entries []any
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(doc.Log["entries"], &entries); err != nil {
		return nil, err
	}
	for _, entry := range entries {
		e, _ := entry.(map[string]any)
		for part, names := range map[string]string{"request": "authorization cookie", "response": "set-cookie"} {
			message, _ := e[part].(map[string]any)
			if message == nil {
				continue
			}
			message["cookies"] = []any{}
			headers, _ := message["headers"].([]any)
			kept := []any{}
			for _, h := range headers {
				fields, _ := h.(map[string]any)
				name, _ := fields["name"].(string)
				if !strings.Contains(" "+names+" ", " "+strings.ToLower(name)+" ") {
					kept = append(kept, h)
				}
			}
			message["headers"] = kept
		}
		messages, _ := e["_eventSourceMessages"].([]any)
		for _, m := range messages {
			if fields, ok := m.(map[string]any); ok {
				fields["data"] = ""
			}
		}
	}
	var err error
	if doc.Log["entries"], err = json.Marshal(entries); err != nil {
		return nil, err
	}
	return json.Marshal(doc)
}
