package web_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
)

// Whoever asks for what is in a packet whose stored bytes are damaged is told what
// happened, that nothing of theirs is lost and what to do; pages that need none of
// it go on.
func TestADamagedPacketIsToldInWords(t *testing.T) {
	t.Parallel()
	v := newStoredPacket(t)
	path := v.path + "/packets/" + v.made.ID.String()
	marcus := v.as(t, v.account)
	changed := bytes.Clone(v.archive)
	changed[len(changed)/2] ^= 1
	for name, damage := range map[string]func() error{
		"a byte changed": func() error { return os.WriteFile(v.file, changed, 0o600) },
		"cut off":        func() error { return os.WriteFile(v.file, v.archive[:len(v.archive)-100], 0o600) },
		"missing":        func() error { return nil },
		"unreadable":     func() error { return os.Mkdir(v.file, 0o700) },
	} {
		if err := errors.Join(os.RemoveAll(v.file), damage()); err != nil {
			t.Fatal(err)
		}
		for _, route := range []string{path + "/read", path + "/download", path + "/report.pdf", path + "/summary.pdf", path + "/pictures/s-001.png", "/packets/" + *v.made.Digest + "/download"} {
			p := marcus.get(route)
			p.wants(http.StatusConflict, "What is stored here is damaged")
			said := p.text("main")
			for _, want := range []string{"Packet r1.1", "is not what was made", "nothing that you wrote is lost", "puts it back from a backup", "downloaded before"} {
				if !strings.Contains(said, want) {
					t.Errorf("%s, %s: the page does not say %q: %s", name, route, want, said)
				}
			}
			if next := marcus.get(p.attr("main .actions a", "href")); next.Status != http.StatusOK || !strings.Contains(next.text("h1"), "acket") {
				t.Errorf("%s, %s leads to %s: %d", name, route, next.Path, next.Status)
			}
		}
		marcus.get(path).wants(http.StatusOK, "Packet r1.1")
		p := marcus.get(path + "/questions?at=RDY-02")
		if p.Status != http.StatusConflict || !strings.Contains(p.text(".notice"), "puts it back from a backup") || len(p.all("#ask")) != 0 || len(p.all("#all-questions")) != 1 {
			t.Errorf("%s: where to ask: %d %s", name, p.Status, p.text("main"))
		}
		p = marcus.post(path+"/questions", url.Values{"anchor": {"RDY-02"}, "question": {"Who moves the date?"}})
		if p.Status != http.StatusConflict || !strings.Contains(p.text("#ask textarea"), "Who moves the date?") || !strings.Contains(p.text(".notice"), "puts it back") || len(p.all(".error-summary")) != 1 {
			t.Errorf("%s: asking: %d %s", name, p.Status, p.text("main"))
		}
		if p := marcus.get(v.path + "/walkthrough"); p.Status != http.StatusOK || !strings.Contains(p.text("main"), "Packet r1.1 is damaged here") {
			t.Errorf("%s: the walkthrough: %d %s", name, p.Status, p.text("main"))
		}
		if p := marcus.get("/packets/" + *v.made.Digest + "/status.json"); p.Status != http.StatusOK {
			t.Errorf("%s: its status: %d", name, p.Status)
		}
	}
}

// What a download finds damaged, the packet's page says too, whatever was known
// before.
func TestDamageThatADownloadFinds(t *testing.T) {
	t.Parallel()
	v := newStoredPacket(t)
	path := v.path + "/packets/" + v.made.ID.String()
	marcus := v.as(t, v.account)
	if p := marcus.get(path + "/read"); p.Status != http.StatusOK || marcus.get(path).text(".banner-title") != "Genuine and unchanged" {
		t.Fatalf("before: %d", p.Status)
	}
	info, err := os.Stat(v.file)
	if err != nil {
		t.Fatal(err)
	}
	v.damage(t)
	if err := os.Chtimes(v.file, info.ModTime(), info.ModTime()); err != nil { // as a disk that loses a byte
		t.Fatal(err)
	}
	marcus.get(path+"/download").wants(http.StatusConflict, "What is stored here is damaged")
	if p := marcus.get(path); p.text(".banner-title") != "Not to be relied on" {
		t.Errorf("its page says %s", p.text(".banner"))
	}
	marcus.get(path+"/read").wants(http.StatusConflict, "What is stored here is damaged")
}
