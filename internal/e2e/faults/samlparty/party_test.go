package samlparty_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"github.com/proofwalk/proofwalk/internal/e2e/faults/hosts"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/samlidp"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/samlparty"
)

const (
	partyHost, providerHost     = "party.example", "provider.example"
	partyOrigin, providerOrigin = "https://" + partyHost, "https://" + providerHost
)

// visitor walks as a browser does, less its scripts and its rules about cookies
// that come from another site.
type visitor struct {
	t    *testing.T
	http *http.Client
	at   *url.URL
	code int
	page *html.Node
}

var keys = sync.OnceValues(func() (tls.Certificate, error) { return samlidp.MakeKeys("samlparty_test") })

// visit puts a provider and a party on the net.
func visit(t *testing.T, provider samlidp.Config, party samlparty.Config) *visitor {
	t.Helper()
	pair, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	front, err := hosts.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = front.Close() })
	provider.Origin, provider.Keys = providerOrigin, pair
	idp, err := samlidp.New(provider)
	if err != nil {
		t.Fatal(err)
	}
	party.Origin, party.PlainOrigin, party.Provider = partyOrigin, "http://"+partyHost, idp.Metadata()
	sp, err := samlparty.New(party)
	if err != nil {
		t.Fatal(err)
	}
	idp.Know(sp.Metadata())
	front.Serve(providerHost, idp)
	front.Serve(partyHost, sp)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t: t, http: &http.Client{Transport: front.Transport(), Jar: jar}}
}

func (v *visitor) take(res *http.Response, err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	if err = res.Body.Close(); err != nil {
		v.t.Fatal(err)
	}
	if v.page, err = html.Parse(bytes.NewReader(body)); err != nil {
		v.t.Fatal(err)
	}
	v.at, v.code = res.Request.URL, res.StatusCode
}

func (v *visitor) open(address string) {
	v.t.Helper()
	v.take(v.http.Get(address))
}

// press sends the form of the button with these words.
func (v *visitor) press(words string) {
	v.t.Helper()
	for _, form := range cascadia.QueryAll(v.page, cascadia.MustCompile("form")) {
		for _, button := range cascadia.QueryAll(form, cascadia.MustCompile("button")) {
			if button.FirstChild.Data != words {
				continue
			}
			values := url.Values{}
			for _, field := range append(cascadia.QueryAll(form, cascadia.MustCompile("input")), button) {
				if name := attribute(field, "name"); name != "" {
					values.Set(name, attribute(field, "value"))
				}
			}
			to, err := v.at.Parse(attribute(form, "action"))
			if err != nil {
				v.t.Fatal(err)
			}
			v.take(v.http.PostForm(to.String(), values))
			return
		}
	}
	v.t.Fatalf("no button %q at %s", words, v.at)
}

// says gives the heading of the page.
func (v *visitor) says() string {
	if h := cascadia.Query(v.page, cascadia.MustCompile("h1")); h != nil {
		return h.FirstChild.Data
	}
	return ""
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	pair, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	for name, party := range map[string]samlparty.Config{"in clear": {}, "encrypted": {Keys: pair}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := visit(t, samlidp.Config{}, party)
			v.open(partyOrigin + samlparty.SignInPath)
			v.press(samlidp.SignInButton)
			v.press(samlidp.AllowButton)
			v.press(samlidp.SendButton)
			if v.at.Path != samlparty.LandingPath || v.says() != samlparty.LandingHeading {
				t.Fatalf("ends on %s: %q", v.at, v.says())
			}
			v.open(providerOrigin + samlidp.AgainPath)
			v.press(samlidp.SendButton)
			if v.says() != samlparty.ProblemHeading {
				t.Errorf("the Response is taken again: %s, %q", v.at, v.says())
			}
			v.open(partyOrigin + samlparty.SignInPath)
			v.press(samlidp.SignInButton)
			v.press(samlidp.DenyButton)
			v.press(samlidp.SendButton)
			if v.says() != samlparty.DeniedHeading {
				t.Errorf("a refusal ends on %s: %q", v.at, v.says())
			}
		})
	}
}

// TestProviderFaults proves that each fault is in what is sent: a party without
// fault refuses it, by the library; one that checks nothing takes it.
func TestProviderFaults(t *testing.T) {
	t.Parallel()
	refused, taken := samlparty.ProblemHeading, samlparty.LandingHeading
	for fault, want := range map[samlidp.Fault]string{
		samlidp.ByRedirect: refused, samlidp.OtherDestination: refused, samlidp.NoDestination: refused, samlidp.OtherRecipient: refused,
		samlidp.NoRecipient: refused, samlidp.OtherAudience: refused, samlidp.OtherRequest: refused, samlidp.NoRequest: refused,
		samlidp.OtherRelayState: refused, samlidp.NoRelayState: refused, samlidp.Unsigned: refused, samlidp.Expired: refused,
		samlidp.NoAudience: taken, samlidp.SHA1: taken, samlidp.InClear: taken, // the library lets these pass
	} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			for _, tc := range []struct {
				faults []samlparty.Fault
				want   string
			}{{nil, want}, {[]samlparty.Fault{samlparty.TakesAll}, taken}} {
				v := visit(t, samlidp.Config{Faults: []samlidp.Fault{fault}}, samlparty.Config{Faults: tc.faults})
				v.open(partyOrigin + samlparty.SignInPath)
				v.press(samlidp.SignInButton)
				v.press(samlidp.AllowButton)
				if fault != samlidp.ByRedirect {
					v.press(samlidp.SendButton)
				}
				if v.says() != tc.want {
					t.Errorf("with %q it ends on %s: %q, want %q", tc.faults, v.at, v.says(), tc.want)
				}
			}
		})
	}
}

// TestPartyFaults looks at what a party with a fault asks, takes or shows.
func TestPartyFaults(t *testing.T) {
	t.Parallel()
	for fault, want := range map[samlparty.Fault]func(v *visitor) bool{
		samlparty.OtherIssuer:    func(v *visitor) bool { return v.code == http.StatusBadRequest },
		samlparty.BrokenRequest:  func(v *visitor) bool { return v.code == http.StatusBadRequest },
		samlparty.LongRelayState: func(v *visitor) bool { return len(v.at.Query().Get("RelayState")) > 80 },
		samlparty.OpenRelayState: func(v *visitor) bool { return v.at.Query().Get("RelayState") == samlparty.LandingPath },
		samlparty.NoRelayState:   func(v *visitor) bool { return !v.at.Query().Has("RelayState") },
	} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			v := visit(t, samlidp.Config{}, samlparty.Config{Faults: []samlparty.Fault{fault}})
			v.open(partyOrigin + samlparty.SignInPath)
			if v.at.Host != providerHost || !want(v) {
				t.Errorf("ends on %s with status %d: %q", v.at, v.code, v.says())
			}
		})
	}
	for fault, want := range map[samlparty.Fault]func(v *visitor) bool{
		samlparty.BlankRefusal:    func(v *visitor) bool { return v.says() == "" },
		samlparty.RawRefusal:      func(v *visitor) bool { return strings.Contains(v.text(), "at step consent_2") },
		samlparty.TraceOnRefusal:  func(v *visitor) bool { return strings.Contains(v.text(), "goroutine 41") },
		samlparty.BreaksOnRefusal: func(v *visitor) bool { return v.code == http.StatusInternalServerError },
		samlparty.DeadEnd:         func(v *visitor) bool { return cascadia.Query(v.page, cascadia.MustCompile("a")) == nil },
		samlparty.AsksAgain:       func(v *visitor) bool { return v.at.Host == providerHost },
		samlparty.OpensAnyway:     func(v *visitor) bool { return v.says() == samlparty.LandingHeading },
	} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			v := visit(t, samlidp.Config{Refusal: "RequestDenied"}, samlparty.Config{Faults: []samlparty.Fault{fault}})
			v.open(partyOrigin + samlparty.SignInPath)
			v.press(samlidp.SignInButton)
			v.press(samlidp.DenyButton)
			v.press(samlidp.SendButton)
			if !want(v) {
				t.Errorf("ends on %s with status %d: %q", v.at, v.code, v.says())
			}
		})
	}
}

// text is all text of the page.
func (v *visitor) text() string {
	var b strings.Builder
	for n := range v.page.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
	}
	return b.String()
}
