package main

import (
	"crypto/sha256"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/testkit/authority"
)

// TestStamper asks a real authority over HTTP, then answers that are none.
func TestStamper(t *testing.T) {
	t.Parallel()
	imprint := sha256.Sum256([]byte("a signature"))
	tsa := authority.New(t)
	good := httptest.NewServer(tsa)
	defer good.Close()
	token, err := newStamper(good.URL)(t.Context(), imprint)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verify.ReadStamp(token, imprint); err != nil {
		t.Error(err)
	}

	var reached atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { reached.Store(true); tsa.ServeHTTP(w, r) }))
	defer other.Close()
	answer := func(kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = w.Write([]byte(body))
		}
	}
	const reply = "application/timestamp-reply"
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		}, "status 307"},
		"not found": {http.NotFound, "status 404"},
		"a page":    {answer("text/html", "<p>hello"), "another media type"},
		"too much":  {answer(reply, strings.Repeat("0", 64<<10+1)), "larger than 64 KiB"},
		"a long header": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-More", strings.Repeat("0", 64<<10))
			tsa.ServeHTTP(w, r)
		}, "headers exceeded"},
		"no DER":         {answer(reply, "hello"), "not DER"},
		"nothing":        {answer(reply, ""), "not DER"},
		"refused":        {answer(reply, "\x30\x05\x30\x03\x02\x01\x02"), "not granted, status 2"},
		"granted, empty": {answer(reply, "\x30\x05\x30\x03\x02\x01\x00"), "not a token"},
	} {
		server := httptest.NewServer(tt.handler)
		_, err := newStamper(server.URL+"/key-4711")(t.Context(), imprint)
		server.Close()
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "4711") {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
	if reached.Load() {
		t.Error("a redirect was followed")
	}
	good.Close()
	if _, err := newStamper(good.URL+"/key-4711")(t.Context(), imprint); err == nil || strings.Contains(err.Error(), "4711") {
		t.Errorf("a closed port: %v", err)
	}
}

// TestOldAnswer: the answer to an earlier request is none, though its imprint is right.
func TestOldAnswer(t *testing.T) {
	t.Parallel()
	imprint := sha256.Sum256([]byte("a signature"))
	tsa := authority.New(t)
	first := httptest.NewRecorder()
	asked := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !asked {
			asked = true
			tsa.ServeHTTP(first, r)
		}
		w.Header().Set("Content-Type", first.Header().Get("Content-Type"))
		_, _ = w.Write(first.Body.Bytes())
	}))
	defer server.Close()
	stamp := newStamper(server.URL)
	if _, err := stamp(t.Context(), imprint); err != nil {
		t.Fatal(err)
	}
	if _, err := stamp(t.Context(), imprint); err == nil || !strings.Contains(err.Error(), "another request") {
		t.Errorf("an answer given twice: %v", err)
	}
}
