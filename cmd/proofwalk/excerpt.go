package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/pdf"
)

type excerptCommand struct {
	Withhold anchors `required:"" placeholder:"ANCHOR ..." help:"Parts to withhold: TST-09, f-012, t-001, s-002 ..."`
	Out      string  `required:"" short:"o" placeholder:"OUT.zip" help:"The excerpt."`
	PDF      string  `name:"pdf" placeholder:"OUT.pdf" help:"Also write what is shown as a PDF. Nobody signs it, and each of its pages says so."`
	FontDir  string  `name:"font-dir" placeholder:"DIR" help:"Folder of TrueType fonts (.ttf, .ttc) for the PDF, for scripts without a built-in font."`
	JSON     bool    `name:"json" help:"Answer as JSON."`
	Packet   string  `arg:"" optional:"" help:"The packet, a zip file."`
}

// anchors is a flag that takes all words up to the next flag, with or without
// commas between them.
type anchors []string

// Decode implements kong.MapperValue.
func (a *anchors) Decode(ctx *kong.DecodeContext) error {
	for first := true; first || ctx.Scan.Peek().Type == kong.UntypedToken && !strings.HasPrefix(ctx.Scan.Peek().String(), "-"); first = false {
		var words string
		if err := ctx.Scan.PopValueInto("anchor", &words); err != nil {
			return err
		}
		*a = append(*a, strings.FieldsFunc(words, func(r rune) bool { return r == ',' })...)
	}
	return nil
}

// Help shows examples.
func (excerptCommand) Help() string {
	return `The rest still verifies: a hash stands where a part was. The file of a withheld transcript or picture is left out too, as are
packet.pdf and the audit entries. Decision, outcome, counts, waivers and what is not proven cannot be withheld. The packet
must be as it was sealed; who sealed it, "proofwalk verify" says. The network is never used.
Examples:
  proofwalk excerpt --withhold t-001 s-001 -o excerpt.zip packet-first-responder-r3.2.zip
  proofwalk excerpt --withhold r3.2#TST-09,f-012 --pdf excerpt.pdf -o excerpt.zip packet-first-responder-r3.2.zip`
}

// excerptAnswer is the answer as JSON.
type excerptAnswer struct {
	*verify.Excerpt
	// Referring are the shown parts that refer to withheld ones.
	Referring []string `json:"referring"`
	Out       string   `json:"out"`
}

// Run cuts the excerpt. It writes nothing that does not verify.
func (c *excerptCommand) Run(s *streams) error {
	name, withhold := c.Packet, c.Withhold
	if name == "" { // it stands behind the anchors, with no flag between
		name, withhold = withhold[len(withhold)-1], withhold[:len(withhold)-1]
	}
	if len(withhold) == 0 {
		return errors.New("excerpt: name the parts to withhold and the packet")
	}
	if sameFile(c.Out, name) || c.PDF != "" && (sameFile(c.PDF, name) || sameFile(c.PDF, c.Out)) {
		return errors.New("excerpt: the excerpt, its PDF and the packet need names of their own")
	}
	archived, err := readLimited(name, verify.MaxBytes)
	if err != nil {
		return inputError(name, err)
	}
	if verify.Verify(archived, verify.Trust{}).Verdict == verify.Invalid {
		return fmt.Errorf("%s: it is not a packet as it was sealed; `proofwalk verify` says what is wrong", shown(name))
	}
	x, err := packet.CutExcerpt(archived, withhold)
	if err != nil {
		return inputError(name, err)
	}
	result := verify.Verify(x.Zip, verify.Trust{})
	if result.Verdict == verify.Invalid || result.Excerpt == nil {
		return fmt.Errorf("%s: the excerpt does not verify, so it was not written", shown(name))
	}
	if err := c.write(x); err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(s.out, excerptAnswer{result.Excerpt, append([]string{}, x.Referring...), c.Out})
	}
	_, err = fmt.Fprintln(s.out, result.Excerpt)
	if err == nil {
		_, err = fmt.Fprint(s.messages, stockWords)
	}
	if err == nil && len(x.Referring) > 0 {
		_, err = fmt.Fprintf(s.messages, "Parts that are shown and refer to withheld ones: %s. Withhold them too if they say too much.\n", listed(x.Referring))
	}
	return err
}

// stockWords say what of VERIFY.md, which is the packet's, works on the excerpt.
const stockWords = "It is checked with `proofwalk verify`. Of the commands in its VERIFY.md, which is the packet's, the first one with openssl\n" +
	"works on it, and `sha256sum --check --ignore-missing SHA256SUMS` in place of the second; those about the root work too.\n"

// write writes the excerpt and, where it is asked for, its report.
func (c *excerptCommand) write(x *packet.Excerpt) error {
	if c.PDF != "" {
		if c.FontDir != "" {
			fonts, err := pdf.LoadFonts(os.DirFS(c.FontDir))
			if err != nil {
				return inputError(c.FontDir, err)
			}
			x.Fonts = fonts
		}
		report, err := x.PDF()
		if err != nil {
			return fmt.Errorf("excerpt: %w", err)
		}
		if err := writeWhole(c.PDF, report); err != nil {
			return inputError(c.PDF, err)
		}
	}
	if err := writeWhole(c.Out, x.Zip); err != nil {
		return inputError(c.Out, err)
	}
	return nil
}

// writeWhole writes a file that appears whole or not at all.
func writeWhole(name string, data []byte) error {
	f, err := createOut(name)
	if err != nil {
		return err
	}
	defer f.discard()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.commit()
}

// mostListed is how many anchors a line names.
const mostListed = 12

func listed(anchors []string) string {
	if more := len(anchors) - mostListed; more > 0 {
		return strings.Join(anchors[:mostListed], ", ") + fmt.Sprintf(" and %d more (--json lists them all)", more)
	}
	return strings.Join(anchors, ", ")
}
