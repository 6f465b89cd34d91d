package e2e

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/store"
)

// TestCoverage reads in the browser what the demo's recorded captures show
// together, follows the links, and finds the same numbers in packet.json.
func TestCoverage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.newBrowser(t)
	lake, quick := s.integration(t, "Lakeshore Benefits"), s.integration(t, "Quickpass Tickets")
	lakeshore, tickets := "/integrations/"+lake.String(), "/integrations/"+quick.String()
	leaves := s.packetLeaves(t, "Lakeshore Benefits")

	b.signIn(partner)
	t.Run("error paths", func(t *testing.T) {
		b.t = t
		b.open(lakeshore)
		if got := b.text("#coverage .section-head"); !strings.Contains(got, "2 of 9 documented refusals handled") {
			t.Errorf("the overview says %q", got)
		}
		b.follow(`#coverage .path-map a[href$="#path-access-denied"]`, "What all test runs show together")
		for row, want := range map[string]string{
			"#path-access-denied": "Handled", "#path-invalid-grant": "Handled", "#path-invalid-client": "Exercised, cannot be told", "#path-provider-down": "Not exercised",
		} {
			if got := b.text(row + " .status"); !strings.HasPrefix(got, want) {
				t.Errorf("%s says %q, want %s", row, got, want)
			}
		}
		if got := b.text("#path-invalid-client"); !strings.Contains(got, "leads nobody back") {
			t.Errorf("the stranger's request says %q", got)
		}
		var paths packet.ErrorPaths
		leaves.read(t, "error-paths", &paths)
		key := b.text("#error-paths .key")
		n := paths.Counts
		sameNumbers(t, key, map[string]int{"Handled": n.Handled, "Mishandled": n.Mishandled, "Exercised, cannot be told": n.Untold, "Not exercised": n.NotExercised})
		leaves.holds(t, paths.Paths[0].Shown[0].Run, paths.Paths[0].Shown[0].At)

		b.follow(`#path-provider-down a[href*="runs/new"]`, "One walk through one scenario")
		var scenario string
		b.run("reading the scenario", chromedp.Value("input[name=scenario]:checked", &scenario, chromedp.ByQuery))
		if scenario != "provider-down" {
			t.Errorf("the new run begins with %q", scenario)
		}
		b.open(lakeshore + "/coverage")
		b.follow("#path-access-denied .pin", "Run 3: consent denied")
		b.run("reading the hop", chromedp.WaitVisible(`.hop:target, .hop[aria-current]`, chromedp.ByQuery))
	})
	t.Run("null values", func(t *testing.T) {
		b.t = t
		b.open(lakeshore)
		b.follow(`#coverage a[href$="#null-values"]`, "What all test runs show together")
		cell := `#null-values tbody tr:nth-child(6) td[data-head="passport"]` // street
		if got := b.text("#null-values tbody tr:nth-child(6) th code"); got != "street" {
			t.Fatalf("the sixth attribute is %q", got)
		}
		if got := b.text(cell); !strings.HasPrefix(got, "Empty, page loaded") || !strings.Contains(got, "the document is a passport") {
			t.Errorf("the street of a passport: %q", got)
		}
		if got := b.text(`#null-values tbody tr:nth-child(6) td[data-head="driver licence"]`); !strings.HasPrefix(got, "With a value") {
			t.Errorf("the street of a driver's licence: %q", got)
		}
		var nulls packet.NullValues
		leaves.read(t, "null-values", &nulls)
		n := nulls.Counts
		sameNumbers(t, b.text("#null-values .key"), map[string]int{"Empty, page loaded": n.Handled, "Empty, error page": n.Broken, "Cannot be told": n.Untold,
			"Only with a value": n.ValueOnly, "Never seen": n.NeverSeen})
		if n.Handled != 4 || n.Total != 4 {
			t.Errorf("packet.json counts %+v, want the four parts of the address", n)
		}
		b.follow(cell+" .pin", "Run 2: passport without address")
	})
	t.Run("data minimization", func(t *testing.T) {
		b.t = t
		b.open(lakeshore + "/coverage")
		if got := b.text("#data-minimization .section-head"); !strings.Contains(got, "0 surplus, 0 without purpose, 0 never received") {
			t.Errorf("Lakeshore: %q", got)
		}
		var minimal packet.Minimization
		leaves.read(t, "data-minimization", &minimal)
		if len(minimal.Surplus) != 0 || len(minimal.Declared) != 9 || minimal.Known != 3 {
			t.Errorf("packet.json holds %+v", minimal)
		}
		b.signIn(quickpass)
		b.open(tickets + "/coverage")
		if got := b.text("#data-minimization .surplus"); !strings.Contains(got, "received, not declared") || !strings.Contains(got, "an attribute whose name was redacted") && !strings.Contains(got, "email") {
			t.Errorf("Quickpass receives %q beyond what it declares", got)
		}
		for _, value := range []string{"Wilhelmina", "Oakhurst", "43440", "mailbox.example"} {
			if strings.Contains(b.text("main"), value) {
				t.Errorf("the page shows %s", value)
			}
		}
		b.follow("#data-minimization .surplus .pin", "Run 1: happy path")
	})
	t.Run("a mishandled refusal leads to its finding and rule", func(t *testing.T) {
		b.t = t
		b.open(tickets + "/coverage")
		if got := b.text("#path-access-denied .status"); !strings.HasPrefix(got, "Mishandled") {
			t.Errorf("Quickpass: %q", got)
		}
		b.follow(`#path-access-denied .said a[href*="#finding-"]`, "Run 2: consent denied")
		b.run("reading the finding", chromedp.WaitVisible("article.finding.fail:target", chromedp.ByQuery))
		b.open(tickets + "/coverage")
		b.follow(`#path-access-denied .said a[href$="#ER-04"]`, "speaks in the partner's own words")
	})
	if got := b.complaints(); len(got) > 0 {
		t.Errorf("the browser complains: %s", strings.Join(got, "\n"))
	}
}

// follow clicks a link and waits for words of the page that it leads to.
func (b *browser) follow(link, words string) {
	b.t.Helper()
	b.run("following "+link, chromedp.Click(link, chromedp.ByQuery, chromedp.NodeVisible), shows(words))
}

// text gives the text of the first element that a selector matches, spaces joined.
func (b *browser) text(selector string) string {
	b.t.Helper()
	var text string
	b.run("reading "+selector, chromedp.Text(selector, &text, chromedp.ByQuery))
	return strings.Join(strings.Fields(text), " ")
}

// sameNumbers compares the numbers of a key with those of packet.json.
func sameNumbers(t *testing.T, key string, want map[string]int) {
	t.Helper()
	for word, n := range want {
		if !strings.Contains(key+" ", word+" "+strconv.Itoa(n)+" ") {
			t.Errorf("the page says %q; packet.json has %d of %q", key, n, word)
		}
	}
}

// packetLeaves are the leaves of packet.json, by anchor.
type packetLeaves map[string]json.RawMessage

// packetLeaves reads the newest packet of an integration.
func (s *site) packetLeaves(t *testing.T, name string) packetLeaves {
	t.Helper()
	id := s.integration(t, name)
	packets, err := store.ListPackets(t.Context(), s.Store.Reader(), auth.System().Scope(), id)
	if err != nil || len(packets) == 0 {
		t.Fatalf("%s has no packet: %v", name, err)
	}
	archive := s.as(t, partner).get("/integrations/" + id.String() + "/packets/" + packets[0].ID.String() + "/download").wants(http.StatusOK).Body
	files, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := files.Open("packet.json")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Leaves []struct {
			Anchor string
			Body   json.RawMessage
		}
	}
	if err := json.Unmarshal(b, &manifest); err != nil {
		t.Fatal(err)
	}
	out := packetLeaves{}
	for _, l := range manifest.Leaves {
		out[l.Anchor] = l.Body
	}
	return out
}

func (l packetLeaves) read(t *testing.T, anchor string, into any) {
	t.Helper()
	if err := json.Unmarshal(l[anchor], into); err != nil {
		t.Fatalf("reading %s of packet.json: %v", anchor, err)
	}
}

// holds demands that a run and the transcript of a reference are in the packet.
func (l packetLeaves) holds(t *testing.T, run string, at *packet.Ref) {
	t.Helper()
	if l[run] == nil || at == nil || l[at.Transcript] == nil {
		t.Errorf("packet.json names %s and %+v and does not hold both", run, at)
	}
}
