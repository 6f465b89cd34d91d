package verify

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Write writes the answer for people: a line for each check, the verdict, and
// what it means. The packet's own words are shown only where nothing failed.
func (r Result) Write(w io.Writer) error {
	var b strings.Builder
	writeChecks(&b, r.Checks, r.Verdict)
	if r.Verdict == Invalid {
		b.WriteString("Do not rely on this packet. Ask for it again from where it was made.\n")
		_, err := io.WriteString(w, b.String())
		return err
	}
	c := r.Claims
	if r.Excerpt != nil {
		fmt.Fprintf(&b, "%s\n", r.Excerpt)
	}
	fmt.Fprintf(&b, "\nPacket %s, %s of %s, made %s\n", printable(c.Name), printable(c.Integration), printable(c.Partner), printable(c.MadeAt))
	fmt.Fprintf(&b, "Review decision: %s. ", printable(c.Decision))
	if c.Outcome != "" {
		fmt.Fprintf(&b, "Outcome of the walkthrough: %s.\n", printable(c.Outcome))
	} else {
		b.WriteString("The walkthrough is not in this packet.\n")
	}
	for _, s := range c.SignOffs {
		fmt.Fprintf(&b, "Signed off for the %s by %s, %s\n", roleWords(s.Role), printable(s.By), printable(s.At))
	}
	fmt.Fprintf(&b, "sha256 %s\nroot   %s\n", r.SHA256, r.Root)
	switch {
	case r.Excerpt != nil:
		b.WriteString("That sha256 is the excerpt's. Whether the packet is current its server says at an address that ends with the\n" +
			"packet's own sha256, which the excerpt does not hold: ask whoever has the packet.\n")
	case c.Address != "":
		fmt.Fprintf(&b, "Whether it is current, superseded or withdrawn, its server says at %s\n", printable(c.Address))
	}
	if r.Verdict == SignerUnknown {
		b.WriteString("\nNothing was changed since it was sealed. By whom it was sealed nobody vouches for: give --fingerprint with the\n" +
			"root's fingerprint, got by another way than this packet (the server's page /keys, or a person you know).\n")
	}
	b.WriteString("\nThe signature proves what was sealed and by which server; the time is the server's own word.\n")
	if s := r.Stamp; s != nil {
		fmt.Fprintf(&b, "That it was sealed by %s says the time-stamp authority %s,\nwhose certificate has the sha256 %s: ask another source whether it is theirs.\n", s.At, printable(s.Authority), s.Certificate)
	}
	if len(c.NotProven) > 0 {
		b.WriteString("It does not prove everything. The packet itself says:\n")
		for _, s := range c.NotProven {
			fmt.Fprintf(&b, "  - %s\n", printable(s))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// marks stand before the lines of checks. What could not be made has none: its
// words say so.
var marks = map[State]string{Holds: "ok", Fails: "FAIL", NotChecked: "-", None: "none", NotKnown: "?"}

// writeChecks writes a line for each check, and the verdict.
func writeChecks(b *strings.Builder, checks []Check, verdict Verdict) {
	for _, c := range checks {
		fmt.Fprintf(b, "%-4s  %-10s %s\n", marks[c.State], c.Name, c.Detail)
	}
	fmt.Fprintf(b, "\n%s\n", verdict)
}

// roleWords says for whom somebody signed off.
func roleWords(role string) string {
	if role == "account_team" {
		return "account team"
	}
	return printable(role)
}

// printable keeps a packet from writing to the terminal what is not text.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '\uFFFD'
	}, s)
	const most = 300
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + " ..."
	}
	return s
}
