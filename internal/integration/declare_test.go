package integration_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/integration"
)

const smallDoc = `# Ours, kept by the web team.
format: proofwalk/integration/v1
name: Northfall sign-up # short
protocol: oidc
hosts:
  own: ["login.northfall.example"] # the front door
reveal:
`

var someNames = integration.Additions{OwnHosts: []string{"shop.northfall.example", "login.northfall.example"},
	ThirdPartyHosts: []string{"cdn.example.org"}, Paths: []string{"/members/area"}, Titles: []string{`Our "members"`}}

func TestAdditionsKeepTheDocument(t *testing.T) {
	t.Parallel()
	out, err := someNames.Extend([]byte(smallDoc))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"# Ours, kept by the web team.", "# short", "# the front door"} {
		if !strings.Contains(string(out), part) {
			t.Errorf("the comment %q is lost:\n%s", part, out)
		}
	}
	cfg, err := integration.Parse(out)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"login.northfall.example", "shop.northfall.example"}; !slices.Equal(cfg.Hosts.Own, want) {
		t.Errorf("own hosts are %v, want %v", cfg.Hosts.Own, want)
	}
	if !slices.Equal(cfg.Hosts.ThirdParty, someNames.ThirdPartyHosts) || !slices.Equal(cfg.Reveal.Paths, someNames.Paths) || !slices.Equal(cfg.Reveal.Titles, someNames.Titles) {
		t.Errorf("the document has %+v and %+v", cfg.Hosts, cfg.Reveal)
	}
	again, err := someNames.Extend(out)
	if err != nil || string(again) != string(out) {
		t.Errorf("added twice it is another document, %v:\n%s", err, again)
	}
}

func TestAdditionsThatAreRefused(t *testing.T) {
	t.Parallel()
	bad := integration.Additions{OwnHosts: []string{"no host at all"}}
	if _, err := bad.Extend([]byte(smallDoc)); err == nil {
		t.Error("a host that is none is added")
	}
	if _, err := someNames.Extend([]byte("a: [")); err == nil {
		t.Error("a document that is none is extended")
	}
}

func TestSnippetReadsAsPartOfADocument(t *testing.T) {
	t.Parallel()
	snippet, err := someNames.Snippet()
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := integration.Parse([]byte("format: proofwalk/integration/v1\nname: x\n" + string(snippet)))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(cfg.Hosts.Own, someNames.OwnHosts) || !slices.Equal(cfg.Reveal.Titles, someNames.Titles) {
		t.Errorf("the snippet is\n%s", snippet)
	}
}

// Space around a name does not count: it is added once, as it is compared.
func TestAdditionsAreTrimmed(t *testing.T) {
	t.Parallel()
	spaced := integration.Additions{OwnHosts: []string{" shop.northfall.example", "shop.northfall.example"}, Paths: []string{"/members/area "},
		Titles: []string{"\tOur  members\u00a0"}}
	cfg := spaced.AddTo(integration.Config{Format: integration.Format, Name: "x"})
	if !slices.Equal(cfg.Hosts.Own, []string{"shop.northfall.example"}) || !slices.Equal(cfg.Reveal.Paths, []string{"/members/area"}) ||
		!slices.Equal(cfg.Reveal.Titles, []string{"Our  members"}) {
		t.Errorf("added as %q and %q", cfg.Hosts.Own, cfg.Reveal)
	}
	doc, err := spaced.Extend([]byte(smallDoc))
	if err != nil {
		t.Fatal(err)
	}
	if read, err := integration.Parse(doc); err != nil || !slices.Equal(read.Reveal.Titles, cfg.Reveal.Titles) {
		t.Errorf("extended with %q, %v", read.Reveal.Titles, err)
	}
	cfg.Reveal.Titles, cfg.Reveal.ErrorText = []string{"Our members "}, []string{" No."}
	if fields := integration.Validate(cfg); len(fields) != 2 || fields[0].Name != "reveal.titles[0]" || fields[1].Name != "reveal.error_text[0]" {
		t.Errorf("with space around them: %v", fields)
	}
}
