package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"

	"github.com/proofwalk/proofwalk/views/assets"
)

type sizes struct{ plain, gzip, brotli int }

// moduleSizes asks the handler of the assets for each form of the module.
func moduleSizes() (s sizes, err error) {
	for coding, to := range map[string]*int{"": &s.plain, "gzip": &s.gzip, "br": &s.brotli} {
		r := httptest.NewRequest(http.MethodHead, assets.Path("gen/redact.wasm"), nil)
		r.Header.Set("Accept-Encoding", coding)
		w := httptest.NewRecorder()
		assets.Handler().ServeHTTP(w, r)
		if got := w.Header().Get("Content-Encoding"); got != coding {
			return s, fmt.Errorf("the module is served as %q, asked for as %q", got, coding)
		}
		if *to, err = strconv.Atoi(w.Header().Get("Content-Length")); err != nil {
			return s, fmt.Errorf("reading the module's length: %w", err)
		}
	}
	return s, nil
}
