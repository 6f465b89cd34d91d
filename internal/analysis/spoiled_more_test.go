package analysis_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// again appends a copy of an entry.
func (r *recording) again(t *testing.T, n int) int {
	t.Helper()
	r.entries = append(r.entries, copied(t, r.entries[n]))
	return len(r.entries) - 1
}

func copied(t *testing.T, entry any) any {
	t.Helper()
	var out any
	if err := json.Unmarshal(marshal(t, entry.(map[string]any)), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// block puts the callback before itself as a browser records one that was
// blocked, so that 13 is what a tester opens then and 14 the page after it.
func (r *recording) block(t *testing.T) {
	t.Helper()
	blocked := copied(t, r.entries[12])
	p := blocked.(map[string]any)["response"].(map[string]any)
	p["status"], p["_failureText"], p["_error"], p["headers"], p["content"] = 0, "net::ERR_BLOCKED_BY_CLIENT", "net::ERR_BLOCKED_BY_CLIENT", []any{}, map[string]any{"size": 0}
	r.entries = slices.Insert(r.entries, 12, blocked)
}

// address changes a text in the address of a request.
func (r *recording) address(n int, from, to string) {
	q := r.part(n, "request")
	q["url"], q["queryString"] = strings.Replace(q["url"].(string), from, to, 1), []any{}
}

// location changes a text in where an answer leads.
func (r *recording) location(n int, from, to string) {
	r.set(n, "response", "Location", strings.Replace(r.part(n, "response")["redirectURL"].(string), from, to, 1))
}

// TestSpoiledPages does for the rules about answers, pages and signing out what
// TestSpoiledRecordings does for the others.
func TestSpoiledPages(t *testing.T) {
	t.Parallel()
	const happy, denied = "right-happy-path", "right-consent-denied"
	const evil = "https://evil.example/"
	for _, tc := range []struct {
		name, file string
		edit       func(*recording)
		want       string
	}{
		{"another client", happy, func(r *recording) {
			r.location(2, "5d1f0c7b", "6d1f0c7b")
			r.address(3, "5d1f0c7b", "6d1f0c7b")
		}, "AR-18 fail"},
		{"an error before any screen", denied, func(r *recording) {
			r.address(12, "access_denied", "invalid_scope")
			r.set(3, "response", "Location", r.part(12, "request")["url"].(string))
			r.entries = slices.Delete(r.entries, 4, 12)
		}, "PG-01 fail"},
		{"an error page of the provider", happy, func(r *recording) { r.part(4, "response")["status"] = 400 }, "PG-01 fail"},
		{"in a frame", happy, func(r *recording) { r.set(3, "request", "Sec-Fetch-Dest", "iframe") }, "PG-02 fail"},
		{"the wrong page at the end", happy, func(r *recording) {
			r.location(12, "/account", "/help")
			r.url(13, rightHost+"/help")
		}, "PG-03 fail"},
		{"no page at the end", happy, func(r *recording) { r.part(13, "response")["status"] = 404 }, "PG-03 fail"},
		{"a picture for a button", happy, func(r *recording) {
			r.content(0, func(s string) string { return strings.Replace(s, "Verify my identity", `<img src="/verify.png">`, 1) })
		}, "PG-04 fail"},
		{"nothing says who the provider is", happy, func(r *recording) {
			r.content(0, func(s string) string { return strings.Replace(s, `href="/help"`, `href="/terms"`, 1) })
		}, "PG-05 fail"},
		{"an open redirect", happy, func(r *recording) {
			r.url(2, rightHost+"/sign-in?return_to="+evil)
			r.location(12, "/account", "")
			r.set(12, "response", "Location", evil)
			r.url(13, evil)
		}, "CB-22 fail"},
		{"led to a host of nobody", happy, func(r *recording) {
			r.set(12, "response", "Location", evil)
			r.url(13, evil)
		}, "CB-22 warn"},
		{"more than the answer", happy, func(r *recording) {
			r.location(11, "&state=", "&lang=en&state=")
			r.address(12, "&state=", "&lang=en&state=")
		}, "CB-26 warn"},
		{"a prefix that is not kept", happy, func(r *recording) {
			r.set(2, "response", "Set-Cookie", recordedSignIn+"; Path=/auth; Secure; HttpOnly; SameSite=Lax")
		}, "CB-19 fail"},
		{"a session that is not sent", happy, func(r *recording) { r.set(13, "request", "Cookie", "") }, "CB-19 warn"},
		{"another issuer is taken", happy, func(r *recording) {
			r.location(11, "&state=", "&iss=https%3A%2F%2Fidp.localhost%3A8081&state=")
			r.address(12, "&state=", "&iss=https%3A%2F%2Fother.example&state=")
		}, "CB-16 fail"},
		{"an error beside the code is let be", happy, func(r *recording) {
			r.block(t)
			r.address(13, "&state=", "&error=access_denied&state=")
		}, "CB-17 fail"},
		{"an error with another state signs in", denied, func(r *recording) {
			r.block(t)
			r.address(13, "state=", "state=a")
			r.set(13, "response", "Location", "/account")
			r.url(14, rightHost+"/account")
		}, "ER-09 fail"},
		{"markup comes back", denied, func(r *recording) {
			const canary = `<b id="canary">canary</b>`
			r.url(12, rightHost+"/auth/callback?error=access_denied&error_description=%3Cb%20id%3D%22canary%22%3Ecanary%3C%2Fb%3E&state="+between(r.part(12, "request")["url"].(string), "state="))
			r.part(12, "request")["queryString"] = []any{}
			r.content(13, func(s string) string { return strings.Replace(s, "</body>", canary+"</body>", 1) })
		}, "ER-06 fail"},
		{"another code is not handled", denied, func(r *recording) {
			n := r.again(t, 12)
			r.address(n, "access_denied", "server_error")
			r.set(n, "response", "Location", "")
			p := r.part(n, "response")
			p["status"], p["redirectURL"] = 500, ""
		}, "ER-07 fail"},
		{"signing out to an address of nobody", happy, func(r *recording) {
			n := r.again(t, 13)
			r.url(n, "https://idp.localhost:8081/oauth/logout?client_id=5d1f0c7be24a49d08c6a3f92b7e81d04&redirect_uri=https%3A%2F%2Fright.localhost%3A8082%2Fbye")
		}, "LO-01 fail"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, spoiled(t, tc.file, tc.edit)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// between gives what stands in an address behind a name, up to the next parameter.
func between(address, name string) string {
	_, rest, _ := strings.Cut(address, name)
	rest, _, _ = strings.Cut(rest, "&")
	return rest
}
