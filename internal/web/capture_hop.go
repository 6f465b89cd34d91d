package web

import (
	"fmt"
	"strings"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/transcript"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/run"
)

// laneOf is the lane of each role, from left to right.
var laneOf = map[string]int{string(analysis.RolePartner): 0, string(analysis.RoleProvider): 1, string(analysis.RoleThirdParty): 2}

// lanes draws the entries of this page, and folds what lies between two hops.
func (p capturePage) lanes() (components.LanesModel, error) {
	m := components.LanesModel{Label: fmt.Sprintf("Hops of capture %d", p.capture.Number), Lanes: []components.LaneModel{
		{Name: p.Summary.PartnerName, Note: "partner"}, {Name: "ID.me", Note: p.Summary.Environment}, {Name: "Third parties", Note: "declared or not"},
	}}
	folds := p.query.text == "" && p.query.show != showFindings && p.query.show != showResources
	before := p.query.after
	if p.query.from > 0 && len(p.entries) > 0 {
		before = p.entries[0].N - 1
	}
	for _, e := range p.entries {
		if folds && e.N > before+1 {
			m.Rows = append(m.Rows, p.fold(before, e.N))
		}
		before = e.N
		row, err := p.hop(e)
		if err != nil {
			return m, err
		}
		m.Rows = append(m.Rows, row)
	}
	if last := p.query.from+len(p.entries) == p.counts.Matching; folds && last && p.counts.All > before+1 && len(p.entries) > 0 {
		m.Rows = append(m.Rows, p.fold(before, p.counts.All))
	}
	return m, nil
}

// fold stands for the page resources between two rows.
func (p capturePage) fold(before, next int) components.HopModel {
	n := next - before - 1
	return components.HopModel{LeftOut: n, LeftOutText: "Show " + components.Plural(n, "page resource", "page resources"),
		LeftOutHref: pathEntries(p.capture.IntegrationID, p.capture.ID, entriesQuery{show: showResources, after: before})}
}

// hop draws one entry with the findings that rest on it.
func (p capturePage) hop(row store.Entry) (components.HopModel, error) {
	e, err := p.read(row)
	if err != nil {
		return components.HopModel{}, err
	}
	number := row.N + 1
	h := components.HopModel{
		Number: number, Lane: laneOf[row.Role], Status: row.Status, Redirect: row.Kind == string(analysis.HopRedirect),
		SubRequest: row.Kind == string(analysis.HopSubRequest), Method: row.Method, Host: p.labels.text(row.Host, row.N), Path: p.labels.text(row.Path, row.N),
		Note: hopNote(row, e), Params: p.params(e), At: e.StartedAt,
	}
	for _, f := range p.findings {
		if n, ok := p.hopOf(f.Finding); !ok || n != row.N {
			continue
		}
		fm := findingModel(p.capture.IntegrationID, p.labels.finding(f.Finding))
		fm.ID = findingAnchor(f.Position)
		if isProblem(f.Finding) {
			h.Findings = append(h.Findings, fm)
		} else if f.Finding.Verdict == analysis.Pass {
			h.Checks = append(h.Checks, components.CheckModel{Verdict: fm.Verdict, Text: fm.Title, Rule: fm.Rule})
		}
	}
	if facts := hopFacts(e); len(facts) > 0 {
		h.Extra = view.HopFacts(facts)
	}
	return h, nil
}

// hopNote says what the partner calls the page, what came back, and how long it took.
func hopNote(row store.Entry, e transcript.Entry) string {
	var parts []string
	if row.PageName != "" {
		parts = append(parts, row.PageName)
	}
	if row.Kind == string(analysis.HopBackChannel) {
		parts = append(parts, "back channel")
	}
	if e.Failed {
		parts = append(parts, "no answer")
	}
	if e.Response != nil && e.Response.BodySize > 0 {
		kind := e.Facts.Code(transcript.FactBodyKind)
		if kind == "" || kind == "none" {
			kind = "body"
		}
		parts = append(parts, kind+" of "+sizeWords(int64(e.Response.BodySize)))
	}
	if e.TimeMS >= 0 {
		parts = append(parts, components.Number(e.TimeMS)+" ms")
	}
	return strings.Join(parts, ", ")
}

// params lists the parameters and cookies of an entry by name.
func (p capturePage) params(e transcript.Entry) []components.ParamModel {
	var out []components.ParamModel
	// add begins a group: its lead stands before the first only.
	add := func(lead string, fields []transcript.Field, after func(i int) string) {
		for i, f := range fields {
			param := components.ParamModel{Name: p.labels.text(f.Name, e.Index)}
			if i == 0 {
				param.Lead = lead
			}
			if after != nil {
				param.After = after(i)
			}
			out = append(out, p.labels.param(param, f.Value, e.Index))
		}
	}
	add("", e.Request.Query, nil)
	add("after #", e.Request.Fragment, nil)
	add("form", e.Request.Form, nil)
	for _, f := range e.Request.Headers {
		if strings.EqualFold(f.Name, "referer") {
			add("sends", []transcript.Field{{Name: "referer", Value: f.Value}}, nil)
		}
	}
	add("sends cookies", cookieFields(e.Request.Cookies), nil)
	if e.Response != nil {
		add("sets cookies", cookieFields(e.Response.Cookies), func(i int) string { return cookieFlags(e.Response.Cookies[i]) })
	}
	return out
}

func cookieFields(cookies []transcript.Cookie) []transcript.Field {
	fields := make([]transcript.Field, len(cookies))
	for i, c := range cookies {
		fields[i] = transcript.Field{Name: c.Name, Value: c.Value}
	}
	return fields
}

// cookieFlags says how a cookie is protected, or that it is not.
func cookieFlags(c transcript.Cookie) string {
	var flags []string
	if c.Value == "" {
		flags = append(flags, "emptied")
	}
	if c.Secure {
		flags = append(flags, "Secure")
	}
	if c.HTTPOnly {
		flags = append(flags, "HttpOnly")
	}
	if c.SameSite != "" {
		flags = append(flags, "SameSite="+c.SameSite)
	}
	if len(flags) == 0 {
		return "no flags"
	}
	return strings.Join(flags, ", ")
}

// hopFacts lists what was computed before redaction, in the order of the format.
func hopFacts(e transcript.Entry) []components.FactModel {
	var out []components.FactModel
	for _, spec := range transcript.FactList() {
		v, known := e.Facts[spec.Name]
		if !known {
			continue
		}
		words := fmt.Sprint(v)
		if b, ok := v.(bool); ok {
			words = "no"
			if b {
				words = "yes"
			}
		} else if n, ok := v.(int); ok {
			words = components.Number(n)
		}
		out = append(out, components.FactModel{Name: strings.ReplaceAll(string(spec.Name), "_", " "), Value: words})
	}
	return out
}

// facts sums up the first sign-in: what was computed of its request and what
// the rules say of it.
func (p capturePage) facts() ([]components.FactModel, error) {
	if len(p.requests) == 0 {
		return nil, nil
	}
	e, err := p.read(p.requests[0])
	if err != nil {
		return nil, err
	}
	return p.requestFacts(e), nil
}

func (p capturePage) requestFacts(e transcript.Entry) []components.FactModel {
	out := []components.FactModel{
		{Name: "state", Value: strength(e.Facts, transcript.FactStateChars, transcript.FactStateBits), Verdict: p.worst("AR-02", "AR-03", "CB-01")},
		{Name: "nonce", Value: strength(e.Facts, transcript.FactNonceChars, ""), Verdict: p.worst("AR-06")},
		{Name: "PKCE", Value: pkceWords(e), Verdict: p.worst("AR-08", "AR-09")},
	}
	if registered, known := e.Facts.Bool(transcript.FactRedirectRegistered); known {
		words := "not one of the registered"
		if registered {
			words = "as registered"
		}
		out = append(out, components.FactModel{Name: "redirect URI", Value: words, Verdict: p.worst("TR-06", "TR-08")})
	}
	if pii, _ := e.Facts.Bool(transcript.FactPII); pii {
		out = append(out, components.FactModel{Name: "Personal data", Value: "in the address of the request", Verdict: components.VerdictFail})
	}
	return out
}

func strength(f transcript.Facts, chars, bits transcript.Fact) string {
	n, known := f.Number(chars)
	if !known {
		return "not sent"
	}
	words := components.Plural(n, "character", "characters")
	if b, known := f.Number(bits); known {
		words += ", about " + components.Plural(b, "bit", "bits")
	}
	return words
}

func pkceWords(e transcript.Entry) string {
	method, challenge := "", false
	for _, f := range e.Request.Query {
		switch f.Name {
		case "code_challenge_method":
			method = f.Value
		case "code_challenge":
			challenge = true
		}
	}
	switch {
	case !challenge:
		return "not sent"
	case method == "":
		return "sent without a method"
	}
	return method
}

// worst is the worst verdict of some rules about this capture, empty without any.
func (p capturePage) worst(rules ...string) components.Verdict {
	rank := map[analysis.Verdict]int{analysis.Pass: 1, analysis.NotSeen: 2, analysis.Warn: 3, analysis.Fail: 4}
	worst := analysis.Verdict("")
	for _, f := range p.findings {
		for _, rule := range rules {
			if f.Finding.Rule == rule && rank[f.Finding.Verdict] > rank[worst] {
				worst = f.Finding.Verdict
			}
		}
	}
	return components.Verdict(worst)
}
