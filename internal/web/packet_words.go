package web

import (
	"fmt"
	"strings"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/packet"
)

// checkGroup is a line of the page: checks of the verifier that belong together.
// What shows of them is what the named ones found, or what is wrong.
type checkGroup struct {
	title         string
	checks, shown []string
}

// checkGroups hold every check that the verifier makes, each once.
var checkGroups = []checkGroup{
	{"The stored archive is the one that was made", []string{app.CheckStored}, []string{app.CheckStored}},
	{"Every file has the digest that was signed", []string{"archive", "files", "digests", "sums"}, []string{"digests"}},
	{"Statement signed, key on file", []string{"keys", "statement", "signature", "times", "signer"}, []string{"signature", "signer"}},
	{"PDF signed, nothing added after it", []string{"pdf"}, []string{"pdf"}},
	{"Content and statement belong together", []string{"content"}, []string{"content"}},
	{"Time stamp", []string{"stamp"}, []string{"stamp"}},
	{"In the audit log", []string{"checkpoint", "audit", "log"}, []string{"log"}},
}

// checkBanners are the verdicts in words, as the verify page has them.
var checkBanners = map[verify.Verdict]components.BannerModel{
	verify.Valid:         {Verdict: components.VerdictPass, Title: "Genuine and unchanged"},
	verify.SignerUnknown: {Verdict: components.VerdictWarn, Title: "Unchanged, but who sealed it?"},
	verify.Invalid:       {Verdict: components.VerdictFail, Title: "Not to be relied on"},
}

// checkModel says what a check found. fresh tells that the reader asked for it.
func checkModel(c app.PacketCheck, fresh bool) view.CheckModel {
	if c.At.IsZero() {
		return view.CheckModel{Sound: true, Banner: components.BannerModel{Verdict: components.VerdictNotSeen, Title: "Not checked yet",
			Text: "The archive is large: checking it takes some seconds and is done when you ask for it."}}
	}
	m := view.CheckModel{Banner: checkBanners[c.Result.Verdict], At: c.At, Text: c.Text}
	byName := map[string]verify.Check{}
	for _, k := range c.Result.Checks {
		byName[k.Name] = k
	}
	for _, g := range checkGroups {
		if row := g.row(byName); row != nil {
			m.Rows = append(m.Rows, *row)
		}
	}
	m.Sound, m.Advice = byName[app.CheckStored].OK, checkAdvice(c.Result.Verdict, byName[app.CheckStored].OK)
	m.Rows = append(m.Rows, view.CheckRow{Verdict: components.VerdictNotSeen, Title: "Witness over the audit log",
		With: "none set up: whoever runs this server could show two logs"})
	m.Banner.Text, m.Banner.Fresh = countChecks(m.Rows), fresh
	m.Banner.More = templJoin("Checked on ", components.MomentSeconds(c.At), ", from the stored file.")
	return m
}

// What to do about a stored file that is damaged, and what a copy of a packet is still good for.
const (
	putBack = "Whoever runs this server puts it back from a backup; a damaged file is given to nobody until then."
	ownCopy = " A copy that was downloaded before is not touched by this: check it with the command on "
)

// checkAdvice says what to do about a packet that does not hold; empty for one that does.
func checkAdvice(v verify.Verdict, stored bool) string {
	switch {
	case !stored:
		return "What is stored here is not what was made. " + putBack + ownCopy + "this page."
	case v == verify.Invalid:
		return "Not a byte has changed since it was made, but with the keys that are published now it does not hold."
	}
	return ""
}

// row is the group's line; nil where none of its checks was made.
func (g checkGroup) row(checks map[string]verify.Check) *view.CheckRow {
	var wrong, unmade, found []string
	made := false
	for _, name := range g.checks {
		c, known := checks[name]
		made = made || known
		switch c.State {
		case verify.NotChecked, verify.NotKnown:
			unmade = append(unmade, c.Detail)
		case verify.Fails:
			wrong = append(wrong, c.Detail)
		default: // it holds, or what it is about need not be there
		}
	}
	none := true
	for _, name := range g.shown {
		none = none && checks[name].State == verify.None
		if c := checks[name]; c.Detail != "" {
			found = append(found, strings.Replace(c.Detail, "the given keys.json", "the published keys.json", 1))
		}
	}
	row := &view.CheckRow{Verdict: components.VerdictPass, Title: g.title}
	switch {
	case !made:
		return nil
	case len(wrong) > 0:
		row.Verdict, found = components.VerdictFail, wrong
	case len(unmade) > 0:
		row.Verdict, found = components.VerdictNotSeen, unmade[:1]
	case none:
		row.Verdict = components.VerdictNotSeen
	}
	row.With = strings.Join(found, "; ")
	return row
}

// countChecks says how many checks hold, of how many that could be made.
func countChecks(rows []view.CheckRow) string {
	hold, unseen := 0, 0
	for _, row := range rows {
		switch row.Verdict {
		case components.VerdictPass:
			hold++
		case components.VerdictNotSeen:
			unseen++
		}
	}
	return fmt.Sprintf("%d of %s, %d could not be made.", hold, holdWords(len(rows)-unseen), unseen)
}

func holdWords(made int) string {
	if made == 1 {
		return "1 check holds"
	}
	return fmt.Sprintf("%d checks hold", made)
}

// resultModel is what a packet records, in the words and numbers of its page one.
func resultModel(c *packet.Content) *view.ResultModel {
	a, s := c.Answer(), packet.Summarize(c)
	tones := map[string]components.Verdict{"pass": components.VerdictPass, "conditions": components.VerdictWarn, "returned": components.VerdictWarn,
		"fail": components.VerdictFail}
	m := &view.ResultModel{Verdict: tones[a.Tone], Title: a.Title}
	if m.Verdict == "" {
		m.Verdict = components.VerdictNotSeen
	}
	n := s.Counts
	m.Facts = []components.FactModel{
		{Name: "Items", Value: fmt.Sprintf("%d of %d accepted, %s", c.AcceptedNow(), n.Items.Total, s.OtherStates(c))},
		{Name: "Findings", Content: components.Counts(components.VerdictCounts{Pass: n.Findings.Pass, Fail: n.Findings.Fail, Warn: n.Findings.Warn, NotSeen: n.Findings.NotSeen})},
	}
	if c.ErrorPaths != nil {
		p := c.ErrorPaths.Counts
		m.Facts = append(m.Facts, components.FactModel{Name: "Error paths", Value: fmt.Sprintf("%d of %d handled, %d not exercised", p.Handled, p.Total, p.NotExercised)})
	}
	if w := c.Walkthrough; w != nil {
		m.Facts = append(m.Facts, components.FactModel{Name: "Walkthrough",
			Content: templJoin("", components.Day(w.HeldAt.Time), fmt.Sprintf(", %s, %d confirmed", components.Plural(n.Minutes, "entry", "entries"), c.Confirmed()))})
	} else {
		m.Facts = append(m.Facts, components.FactModel{Name: "Walkthrough", Value: "not in this packet"})
	}
	for _, x := range s.NotProven {
		m.NotProven = append(m.NotProven, components.LimitModel{Title: x.Text, Note: someAnchors(x.Anchors)})
	}
	return m
}

// someAnchors names a few places and counts the rest.
func someAnchors(anchors []string) string {
	const most = 6
	words := strings.Join(anchors[:min(most, len(anchors))], ", ")
	if len(anchors) > most {
		words += fmt.Sprintf(" and %d more", len(anchors)-most)
	}
	return words
}
