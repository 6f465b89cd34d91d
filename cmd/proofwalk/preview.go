package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/redact"
)

// preview shows the holder of a capture what would be left of it and what was
// hidden, and lets names be declared.
type preview struct {
	command  *redactCommand
	streams  *streams
	terminal *terminal
	config   *integration.Config // with what was declared so far
	declared integration.Additions
}

// preview looks and declares until the person is content, and gives the
// configuration to redact with.
func (c *redactCommand) preview(cfg *integration.Config, s *streams) (_ *integration.Config, err error) {
	if c.File == "-" {
		return nil, errors.New("--preview reads the capture more than once: give it as a file, not on standard input")
	}
	term, err := openTerminal()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, term.close()) }()
	p := &preview{command: c, streams: s, terminal: term, config: cfg}
	for {
		seen, err := p.look()
		if err != nil {
			return nil, err
		}
		if err := seen.show(term, firstShown); err != nil {
			return nil, err
		}
		more, err := p.choose(seen)
		if errors.Is(err, io.EOF) {
			return nil, errors.New("stopped at the preview; nothing was written")
		}
		if err != nil {
			return nil, err
		}
		if more.Count() == 0 {
			break
		}
		if err := p.declare(more); err != nil {
			return nil, err
		}
	}
	return p.config, p.keep()
}

// look redacts the capture and throws the result away.
func (p *preview) look() (seen, error) {
	in, err := open(p.command.File, p.streams)
	if err != nil {
		return seen{}, inputError(p.command.File, err)
	}
	hidden := &redact.Hidden{}
	var left counter
	report, err := newRedactor(p.config, hidden).HAR(&left, in, capture.Limits{})
	if err := errors.Join(err, in.Close()); err != nil {
		return seen{}, inputError(p.command.File, err)
	}
	return seen{name: filepath.Base(p.command.File), report: report, left: int64(left),
		groups: []group{{"Hosts", "they leave as host-1, host-2 and so on", hidden.Hosts()}, {"Paths", "what is hidden of them leaves as s1, s2 and so on", hidden.Paths()},
			{"Page titles", "they are dropped", hidden.Titles()}}}, nil
}

// counter counts what is written and keeps nothing.
type counter int64

// Write implements io.Writer.
func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// choose asks until the answer can be read; none chosen means content.
func (p *preview) choose(seen seen) (integration.Additions, error) {
	if seen.hidden() == 0 {
		return integration.Additions{}, nil
	}
	for {
		answer, err := p.terminal.ask("\nDeclare which? Numbers such as 1 3-5, 2t for a host of a third party, all to list every name, Enter for none: ")
		if err != nil {
			return integration.Additions{}, err
		}
		if answer == "all" {
			if err := seen.showHidden(p.terminal, seen.hidden()); err != nil {
				return integration.Additions{}, err
			}
			continue
		}
		chosen, err := seen.chosen(answer)
		if err == nil {
			return chosen, nil
		}
		if _, err := fmt.Fprintln(p.terminal, err.Error()); err != nil {
			return integration.Additions{}, err
		}
	}
}

// declare adds to the configuration, where it stays valid.
func (p *preview) declare(more integration.Additions) error {
	var cfg integration.Config
	if p.config != nil {
		cfg = *p.config
	}
	next := more.AddTo(cfg)
	before := len(integration.Validate(cfg))
	if fields := integration.Validate(next); len(fields) > before {
		_, err := fmt.Fprintf(p.terminal, "Not declared: with these names %s is not valid: %s\n", fields[len(fields)-1].Name, fields[len(fields)-1].Text)
		return err
	}
	p.config = &next
	p.declared.OwnHosts = append(p.declared.OwnHosts, more.OwnHosts...)
	p.declared.ThirdPartyHosts = append(p.declared.ThirdPartyHosts, more.ThirdPartyHosts...)
	p.declared.Paths = append(p.declared.Paths, more.Paths...)
	p.declared.Titles = append(p.declared.Titles, more.Titles...)
	_, err := fmt.Fprintf(p.terminal, "\nDeclared %d; redacted again.\n\n", more.Count())
	return err
}

// keep offers to write what was declared into the integration.yaml, or shows it
// as it would stand there.
func (p *preview) keep() error {
	if p.declared.Count() == 0 {
		return nil
	}
	file := p.command.Integration
	if file != "" {
		answer, err := p.terminal.ask(fmt.Sprintf("Write the %d declared names into %s? [y/N] ", p.declared.Count(), plain(file)))
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if answer == "y" || answer == "yes" {
			return p.extend(file)
		}
	}
	snippet, err := p.declared.Snippet()
	if err != nil {
		return err
	}
	if file == "" {
		snippet = fmt.Appendf(nil, "format: %s\nname: the name of your integration\n%s", integration.Format, snippet)
		_, err = fmt.Fprintf(p.terminal, "To keep them, write this into a file, such as integration.yaml, and give it with --integration:\n\n%s\n", snippet)
		return err
	}
	_, err = fmt.Fprintf(p.terminal, "To keep them, put this into your integration.yaml:\n\n%s\n", snippet)
	return err
}

// extend writes the declared names into the file, whole or not at all.
func (p *preview) extend(name string) error {
	doc, err := readLimited(name, maxIntegration)
	if err == nil {
		doc, err = p.declared.Extend(doc)
	}
	if err != nil {
		return inputError(name, err)
	}
	out, err := createOut(name)
	if err != nil {
		return inputError(name, err)
	}
	defer out.discard()
	if _, err := out.Write(doc); err != nil {
		return inputError(name, err)
	}
	if err := out.commit(); err != nil {
		return inputError(name, err)
	}
	_, err = fmt.Fprintf(p.terminal, "%s has them now.\n\n", plain(name))
	return err
}

// seen is what one redaction showed.
type seen struct {
	name   string
	report redact.Report
	left   int64
	groups []group
}

type group struct {
	title, note string
	names       []redact.HiddenName
}

// firstShown is how many names of a group are shown before somebody asks for all.
const firstShown = 25

func (s seen) hidden() (n int) {
	for _, g := range s.groups {
		n += len(g.names)
	}
	return n
}

// limitWords say what a capture cannot show, and what would.
var limitWords = map[string]string{
	capture.LimitCookies:       "cookies: this export left them out; in Chrome and Edge choose the export with sensitive data",
	capture.LimitAuthorization: "Authorization headers: this export left them out",
	capture.LimitFragments:     "tokens after # in addresses: this exporter cuts addresses there",
	capture.LimitForms:         "values of posted forms: the exporter replaced them before it saved the file",
	capture.LimitBodies:        "contents of pages: the file was saved without them",
	capture.LimitTimes:         "times: no entry says when it was made",
	capture.LimitTail:          "what came after the cut: the file breaks off, its complete entries are kept",
}

// show writes the whole preview.
func (s seen) show(w io.Writer, first int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, before and after redaction\n\n", plain(s.name))
	fmt.Fprintf(&b, "%-10s%14s%14s\n%-10s%14d%14d\n%-10s%14d%14d\n%d values were replaced or dropped.\n", "", "in the file", "leaves",
		"bytes", s.report.Bytes, s.left, "entries", s.report.Entries, s.report.Entries, s.report.Total())
	b.WriteString("\nTaken out\n")
	for _, rule := range redact.Rules {
		n := 0
		for _, item := range s.report.Items {
			if item.Rule == rule.ID {
				n += item.Count
			}
		}
		if n > 0 {
			fmt.Fprintf(&b, "%8d  %s (%s)\n", n, rule.Text, rule.ID)
		}
	}
	b.WriteString("\nCannot be judged from this file (shown as not seen, never as pass)\n")
	for _, limit := range s.report.Limits {
		word, known := limitWords[limit]
		if !known {
			word = limit
		}
		fmt.Fprintf(&b, "          %s\n", word)
	}
	if s.report.Cut > 0 {
		fmt.Fprintf(&b, "          %d entries hold more than is read of one: what was cut off there\n", s.report.Cut)
	}
	if len(s.report.Limits) == 0 && s.report.Cut == 0 {
		b.WriteString("          nothing known\n")
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	return s.showHidden(w, first)
}

// showHidden numbers the hidden names through all groups.
func (s seen) showHidden(w io.Writer, first int) error {
	var b strings.Builder
	if s.hidden() == 0 {
		b.WriteString("\nNo host, path or title is hidden.\n")
	} else {
		b.WriteString("\nHidden, and readable if you declare it (in clear on this terminal only; behind each how often it occurs)\n")
	}
	number := 0
	for _, g := range s.groups {
		if len(g.names) > 0 {
			fmt.Fprintf(&b, "  %s: %s\n", g.title, g.note)
		}
		for i, name := range g.names {
			number++
			if i < first {
				fmt.Fprintf(&b, "%8d  %s (%d)\n", number, plain(name.Name), name.Count)
			}
		}
		if more := len(g.names) - first; more > 0 {
			fmt.Fprintf(&b, "          and %d more\n", more)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// chosen reads an answer such as "1 3-5 2t".
func (s seen) chosen(answer string) (a integration.Additions, err error) {
	for word := range strings.FieldsFuncSeq(answer, func(r rune) bool { return r == ' ' || r == ',' }) {
		numbers, thirdParty := strings.CutSuffix(word, "t")
		from, to, isRange := strings.Cut(numbers, "-")
		if !isRange {
			to = from
		}
		first, err1 := strconv.Atoi(from)
		last, err2 := strconv.Atoi(to)
		if err1 != nil || err2 != nil || first < 1 || last < first || last > s.hidden() {
			return a, fmt.Errorf("there is no %q in the list: numbers go from 1 to %d", plain(word), s.hidden())
		}
		for n := first; n <= last; n++ {
			if err := s.choose(&a, n, thirdParty); err != nil {
				return a, err
			}
		}
	}
	return a, nil
}

func (s seen) choose(a *integration.Additions, number int, thirdParty bool) error {
	at, list := number-1, 0
	for at >= len(s.groups[list].names) {
		at -= len(s.groups[list].names)
		list++
	}
	name := s.groups[list].names[at].Name
	switch {
	case list == 0 && thirdParty:
		a.ThirdPartyHosts = append(a.ThirdPartyHosts, name)
	case thirdParty:
		return fmt.Errorf("%d is no host: t stands behind numbers of hosts only", number)
	case list == 0:
		a.OwnHosts = append(a.OwnHosts, name)
	case list == 1:
		a.Paths = append(a.Paths, name)
	default:
		a.Titles = append(a.Titles, name)
	}
	return nil
}

// goesNowhere tells whether the redacted HAR would only scroll over the preview.
func (c *redactCommand) goesNowhere(s *streams) bool {
	return c.Preview && c.Out == "" && isTerminal(s.out)
}
