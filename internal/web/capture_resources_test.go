package web_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// Page resources are read from the stored transcript, each as it was stored:
// one that was changed on disk is not shown, and what is drawn by itself still is.
func TestPageResourcesAreReadAsTheyWereStored(t *testing.T) {
	t.Parallel()
	r := newRecorded(t, "right", "happy-path")
	v := r.as(t, r.member)
	v.send(r.uploadPath(r.run), "browser", har("firefox.har", testFile(t, "hars", "mitmproxy_mitmproxy__test_mitmproxy_data_har_files_firefox.har"))).
		wants(http.StatusOK, "Run 1: happy path")
	c := r.captures(t)[0]
	entries, err := store.ListEntries(t.Context(), r.Store.Reader(), auth.System().Scope(), r.partner, c.ID, store.EntryFilter{SubRequests: true, After: -1}, 100)
	if err != nil || len(entries) == 0 || entries[0].Entry != nil {
		t.Fatalf("%d page resources, %v; want some that stand in the transcript only", len(entries), err)
	}
	path := "/integrations/" + r.integration.String() + "/captures/" + c.ID.String()
	p := v.get(path + "?show=resources")
	p.wants(http.StatusOK, "Run 1: happy path, capture 1")
	if got := len(p.all("li.hop:not(.left-out)")); got != len(entries) {
		t.Errorf("%d rows for %d page resources", got, len(entries))
	}

	file := filepath.Join(r.files, c.Digest[:2], c.Digest)
	stored, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	stored[*entries[0].FirstByte+int64(*entries[0].ByteCount)-2] ^= 1
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, stored, 0o600); err != nil {
		t.Fatal(err)
	}
	v.get(path+"?show=resources").wants(http.StatusConflict, "What is stored here is damaged")
	v.get(path).wants(http.StatusOK, "Run 1: happy path, capture 1")
}
