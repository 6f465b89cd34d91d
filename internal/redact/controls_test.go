package redact_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

func TestControlFacts(t *testing.T) {
	t.Parallel()
	names := []transcript.Fact{transcript.FactBrandControl, transcript.FactNamelessControls, transcript.FactAboutLink}
	facts := func(brand bool, nameless int, about bool) transcript.Facts {
		return transcript.Facts{transcript.FactBrandControl: brand, transcript.FactNamelessControls: nameless, transcript.FactAboutLink: about}
	}
	for page, want := range map[string]transcript.Facts{
		`<p>Verify with ID.me</p>`:                                                                       facts(false, 0, false),
		`<a href="/login">Verify with <b>ID.me</b></a>`:                                                  facts(true, 0, false),
		`<a href="/login"><img src="b.png" alt="Sign in with ID.me"></a>`:                                facts(true, 0, false),
		`<button aria-label="Continue with ID.me"><svg></svg></button>`:                                  facts(true, 0, false),
		`<a href="/help">Help</a><a href="/login">Try again</a><button>Verify  with&nbsp;ID.me</button>`: facts(true, 0, false),
		`<input type="image" src="b.png" alt="Verify with ID.me">`:                                       facts(true, 0, false),
		`<input type="submit" value="Verify with ID.me">`:                                                facts(true, 0, false),
		`<a href="/login">Verify my identity</a>`:                                                        facts(false, 0, false),
		`<a href="/login"><img src="b.png"></a><button><img src="c.png" alt=""></button>`:                facts(false, 2, false),
		`<input type=image src=b.png>`:                                                                   facts(false, 1, false),
		`<a name="top"></a><a href="/x" aria-hidden="true"></a><button hidden></button>`:                 facts(false, 0, false),
		`<a href="/x" title="Menu"><i></i></a><a href="/y"><svg><title>Close</title></svg></a><a href="/z"><span aria-label="More"></span></a>`: facts(false, 0, false),
		`<a href="https://www.id.me/about">About</a>`:                    facts(false, 0, true),
		`<p>What is <em>ID.me</em>?</p>`:                                 facts(false, 0, true),
		`<a href="https://id.me.evil.example/about">About</a>`:           facts(false, 0, false),
		`<a href="https://right.localhost:8082/help">Questions</a>`:      facts(false, 0, true),
		`<a href="/help">Questions</a>`:                                  facts(false, 0, false), // of another host than that of the FAQ
		`<p>We use ID.me. Learn more about privacy.</p><a href=/a>A</a>`: facts(false, 0, false),
	} {
		if diff := cmp.Diff(want, factsOf(t, config(t, "right"), []map[string]any{withBody("text/html", page)}, names)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", page, diff)
		}
	}
}

func TestMarkupEchoed(t *testing.T) {
	t.Parallel()
	const markup = `<b id="canary">no</b>`
	callback := func(description string) map[string]any {
		return harEntry("GET", "https://right.localhost:8082/auth/callback?error=access_denied&error_description="+description, "")
	}
	sent := callback("So%20%3Cb%20id%3D%22canary%22%3Eno%3C%2Fb%3E!")
	for _, c := range []struct {
		name    string
		request map[string]any
		page    string
		want    transcript.Facts
	}{
		{"as markup", sent, "<p>Error: So " + markup + "!</p>", transcript.Facts{transcript.FactMarkupEchoed: true}},
		{"escaped", sent, "<p>Error: So &lt;b id=&quot;canary&quot;&gt;no&lt;/b&gt;!</p>", transcript.Facts{transcript.FactMarkupEchoed: false}},
		{"not shown", sent, "<p>Something went wrong</p>", transcript.Facts{transcript.FactMarkupEchoed: false}},
		{"none sent", callback("So"), "<p>" + markup + "</p>", transcript.Facts{}},
		{"too little to tell", callback("%3Cb%3E"), "<b>x</b>", transcript.Facts{}},
	} {
		sent := factsOf(t, config(t, "right"), []map[string]any{c.request}, []transcript.Fact{transcript.FactErrorMarkup})
		if said := sent[transcript.FactErrorMarkup] == true; said != (len(c.want) > 0) {
			t.Errorf("%s: the request carries markup: %v", c.name, said)
		}
		got := factsOf(t, config(t, "right"), []map[string]any{c.request, withBody("text/html", c.page)}, []transcript.Fact{transcript.FactMarkupEchoed})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestDevice(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]transcript.Facts{
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36":                                   {transcript.FactDevice: "desktop"},
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36":                         {transcript.FactDevice: "mobile"},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1": {transcript.FactDevice: "mobile"},
		"Go-http-client/2.0": {},
	} {
		e := withHeaders([]any{field("User-Agent", agent)}, nil)
		if diff := cmp.Diff(want, factsOf(t, nil, []map[string]any{e}, []transcript.Fact{transcript.FactDevice})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", agent, diff)
		}
		e["_resourceType"] = "image"
		if diff := cmp.Diff(transcript.Facts{}, factsOf(t, nil, []map[string]any{e}, []transcript.Fact{transcript.FactDevice})); diff != "" {
			t.Errorf("of a picture (-want +got):\n%s", diff)
		}
	}
}
