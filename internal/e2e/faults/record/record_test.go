package record_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/proofwalk/proofwalk/internal/e2e/faults/hosts"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/record"
)

type har struct {
	Log struct {
		Entries []struct {
			Request struct {
				Method, URL string
				Headers     []named
				PostData    *struct{ Text string }
			}
			Response struct {
				Status  int
				Headers []named
				Content struct{ Text string }
				Error   string `json:"_error"`
			}
		}
	}
}

type named struct{ Name, Value string }

func has(headers []named, name, value string) bool {
	return slices.Contains(headers, named{name, value})
}

// TestHops records what other recorders lose: cookies set by a redirect, cookies
// that were sent, fragments, the form of a post, and a chain without an end.
func TestHops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	front, err := hosts.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = front.Close() })
	front.Serve("one.example", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/start":
			http.SetCookie(w, &http.Cookie{Name: "first", Value: "1", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
			http.SetCookie(w, &http.Cookie{Name: "second", Value: "2", Secure: true, SameSite: http.SameSiteNoneMode})
			http.Redirect(w, r, "https://two.example/form", http.StatusSeeOther)
		case "/back":
			_, _ = w.Write([]byte("posted"))
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusSeeOther)
		}
	}))
	front.Serve("two.example", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`<link rel="icon" href="data:,"><form method="post" action="https://one.example/back#part"><input name="a" value="b"><button>go</button></form>`))
	}))
	browser, err := record.Start(ctx, front.Rules())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(browser.Close)
	tab, err := browser.Open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tab.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, step := range []func() error{
		func() error { return tab.Go(ctx, "https://one.example/start") },
		func() error { return tab.Arrive(ctx, "https://two.example/form") },
		func() error { return tab.Click(ctx, "button") },
		func() error { return tab.Arrive(ctx, "https://one.example/back#part") },
		func() error { return tab.Go(ctx, "https://one.example/loop") },
		func() error { return tab.Arrive(ctx, "https://one.example/loop") },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	all, err := tab.HARs(ctx)
	if err != nil {
		t.Fatal(err)
	}
	raw := all[0]
	var got har
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if n := len(got.Log.Entries); n < 3+20 {
		t.Fatalf("%d entries:\n%s", n, raw)
	}
	redirect, page, post := got.Log.Entries[0], got.Log.Entries[1], got.Log.Entries[2]
	if redirect.Response.Status != 303 || !has(redirect.Response.Headers, "Set-Cookie", "first=1; HttpOnly; Secure; SameSite=Lax") ||
		!has(redirect.Response.Headers, "Set-Cookie", "second=2; Secure; SameSite=None") {
		t.Errorf("the redirect: %+v", redirect)
	}
	if page.Request.URL != "https://two.example/form" || page.Response.Content.Text == "" {
		t.Errorf("the page: %+v", page)
	}
	// The cookie that may cross sites with a post comes along, the other does not.
	if post.Request.URL != "https://one.example/back#part" || post.Request.PostData == nil || post.Request.PostData.Text != "a=b" ||
		!has(post.Request.Headers, "Cookie", "second=2") || post.Response.Content.Text != "posted" {
		t.Errorf("the post: %+v", post)
	}
	if last := got.Log.Entries[len(got.Log.Entries)-1]; last.Response.Error != "net::ERR_TOO_MANY_REDIRECTS" {
		t.Errorf("the loop ends with %+v", last)
	}
}
