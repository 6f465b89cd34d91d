package analysis_test

import (
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// What is kept for judging gives the same findings, hops and sign-ins as the
// whole transcript, for every recording and every public capture.
func TestKeepJudgesTheSame(t *testing.T) {
	t.Parallel()
	configs := map[string]string{"right-": "right", "faulty": "faulty", "piyush": "okta_sample"}
	var files []string
	for _, pattern := range []string{"captures/recorded/*.har", "hars/*.har*"} {
		found, err := filepath.Glob(testdata + pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	judged, resources := 0, 0
	for _, file := range files {
		base := filepath.Base(file)
		if base == "mitmproxy_mitmproxy__test_mitmproxy_data_corrupted_har_brokenfile.har" {
			continue
		}
		var cfg integration.Config
		if name := configs[base[:6]]; name != "" {
			cfg = readConfig(t, name)
		}
		whole := redacted(t, redactor(&cfg), base, readFile(t, file))
		unsaid := whole // as the kit judges it
		collector := analysis.Collector{Keeper: analysis.Keeper{Unsaid: true}}
		for i := range whole.T.Entries {
			collector.Add(&whole.T.Entries[i])
		}
		unsaid.T = &transcript.Transcript{Meta: whole.T.Meta, Entries: collector.Entries()}
		if diff := cmp.Diff(analysis.Judge(cfg, []analysis.Input{whole}, nil), analysis.Judge(cfg, []analysis.Input{unsaid}, nil)); diff != "" {
			t.Errorf("%s, of whom nobody says who recorded it: findings differ (-whole +kept):\n%s", base, diff)
		}
		whole.Kind = analysis.KindBrowser // as the server always knows it
		if strings.Contains(base, "backchannel") {
			whole.Kind = analysis.KindBackChannel
		}
		kept, others := keptOf(t, whole)
		resources += len(others)
		if diff := cmp.Diff(analysis.Judge(cfg, []analysis.Input{whole}, nil), analysis.Judge(cfg, []analysis.Input{kept}, nil)); diff != "" {
			t.Errorf("%s: findings differ (-whole +kept):\n%s", base, diff)
		}
		if diff := cmp.Diff(analysis.Hops(cfg, whole, nil), analysis.Hops(cfg, kept, others)); diff != "" {
			t.Errorf("%s: hops differ (-whole +kept):\n%s", base, diff)
		}
		if diff := cmp.Diff(analysis.Flows(cfg, []analysis.Input{whole}), analysis.Flows(cfg, []analysis.Input{kept})); diff != "" {
			t.Errorf("%s: sign-ins differ (-whole +kept):\n%s", base, diff)
		}
		judged++
	}
	if judged < 19 || resources < 15 {
		t.Errorf("%d captures judged, %d resources left out: want at least 19 and 15", judged, resources)
	}
}

// So do the fixtures of all rules, with the roles of hosts that the redactor writes.
func TestKeepJudgesFixturesTheSame(t *testing.T) {
	t.Parallel()
	left := 0
	for _, fx := range loadFixtures(t) {
		for _, c := range fx.cases {
			kept := make([]analysis.Input, len(c.run))
			for i := range c.run {
				in := &c.run[i]
				if in.Kind == "" {
					in.Kind = analysis.KindBrowser
				}
				markHosts(t, c.cfg, in.T)
				var others []analysis.Resource
				kept[i], others = keptOf(t, *in)
				left += len(others)
			}
			if diff := cmp.Diff(analysis.Judge(c.cfg, c.run, c.round), analysis.Judge(c.cfg, kept, c.round)); diff != "" {
				t.Errorf("%s, %s: findings differ (-whole +kept):\n%s", fx.rule, c.name, diff)
			}
		}
	}
	if left < 3 {
		t.Errorf("only %d entries were left out", left)
	}
}

// What is kept of one capture has a limit, near to what it takes in memory.
func TestKeeperIsBounded(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("x", 1<<20)
	e := transcript.Entry{ResourceType: "document", Request: transcript.Request{Method: "GET", URL: "https://rp.example/"}, Response: &transcript.Response{Status: 200, BodyText: body}}
	var keeper analysis.Keeper
	n := 0
	for ; keeper.Err() == nil; n++ {
		if _, ok := keeper.Keep(&e); !ok {
			t.Fatal("a page is not kept")
		}
	}
	if got := n << 20; got < analysis.MaxKeptBytes-1<<20 || got > analysis.MaxKeptBytes+1<<20 {
		t.Errorf("%d bytes are kept before it is too much", got)
	}
	if !apperr.Is(keeper.Err(), apperr.TooLarge) {
		t.Errorf("%v", keeper.Err())
	}
}

// keptOf gives what is kept of a capture, and what is not.
func keptOf(t *testing.T, whole analysis.Input) (kept analysis.Input, others []analysis.Resource) {
	t.Helper()
	kept = whole
	kept.T = &transcript.Transcript{Meta: whole.T.Meta, Pages: whole.T.Pages}
	keeper := analysis.Keeper{BackChannel: whole.Kind == analysis.KindBackChannel}
	for i := range whole.T.Entries {
		raw := &whole.T.Entries[i]
		e, judged := keeper.Keep(raw)
		switch {
		case judged:
			kept.T.Entries = append(kept.T.Entries, e)
			continue
		case i == len(whole.T.Entries)-1:
			kept.T.Entries = append(kept.T.Entries, analysis.KeepLast(raw))
			continue
		}
		u, err := url.Parse(raw.Request.URL)
		if err != nil {
			t.Fatal(err)
		}
		others = append(others, analysis.Resource{Index: i, Scheme: u.Scheme, Host: u.Host, HostRole: raw.Facts.Code(transcript.FactHostRole)})
	}
	return kept, others
}

// markHosts gives entries without it the fact of whose their host is.
func markHosts(t *testing.T, cfg integration.Config, tr *transcript.Transcript) {
	t.Helper()
	registered := integration.RegisteredValues(cfg)
	for i := range tr.Entries {
		e := &tr.Entries[i]
		u, err := url.Parse(e.Request.URL)
		if err != nil {
			t.Fatal(err)
		}
		role := string(registered.Host(u.Scheme, u.Host).Role)
		if _, known := transcript.CheckFact(transcript.FactHostRole, role); known && e.Facts.Code(transcript.FactHostRole) == "" {
			e.Facts[transcript.FactHostRole] = role
		}
	}
}
