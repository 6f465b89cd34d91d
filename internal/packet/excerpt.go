package packet

import (
	"archive/zip"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/pdf"
)

// excerptName is the file that an excerpt has in place of packet.json.
const excerptName = "excerpt.json"

// Excerpt is a packet with parts withheld: a hash stands in the place of each, so
// that the rest still verifies against the packet's own statement. Anybody who
// has the packet can cut one; nothing is signed anew.
type Excerpt struct {
	Name  string // file name of the archive: "excerpt-first-responder-r3.2.zip"
	Zip   []byte
	Parts int // of the packet
	Shown int
	// Referring are the anchors of shown parts that refer to withheld ones.
	Referring []string
	// Fonts serve [Excerpt.PDF] beside the built-in ones; nil for none.
	Fonts *pdf.FontSet

	content  *Content // of the shown parts
	summary  Summary  // of the whole packet
	withheld map[string]bool
}

// headWords are what somebody may want to withhold and nobody can.
var headWords = []string{"head", "decision", "outcome", "counts", "waivers", "not_proven", "not-proven", "sign_offs", "sign-offs", "walkthrough", "sections", "integration"}

// CutExcerpt cuts the parts with these anchors (TST-09, t-001, r3.2#f-012) out of a
// packet. With a transcript or picture goes its file. The packet must have been
// verified: what is wrong with it is found here only as far as it is in the way.
func CutExcerpt(archived []byte, withhold []string) (*Excerpt, error) {
	files, err := readFiles(archived)
	if err != nil {
		return nil, fmt.Errorf("cutting excerpt: %w", err)
	}
	byName := map[string][]byte{}
	for _, f := range files {
		byName[f.name] = f.data
	}
	if _, there := byName[excerptName]; there {
		return nil, errors.New("cutting excerpt: this is an excerpt already; cut from the packet")
	}
	c, err := ReadManifest(byName["packet.json"])
	if err != nil {
		return nil, fmt.Errorf("cutting excerpt: %w", err)
	}
	if err := AddFiles(c, func(name string) ([]byte, error) { return byName[name], nil }); err != nil {
		return nil, fmt.Errorf("cutting excerpt: %w", err)
	}
	if err := Check(c); err != nil {
		return nil, fmt.Errorf("cutting excerpt: %w", err)
	}
	x := &Excerpt{
		Name:    "excerpt-" + c.Integration.Slug + "-" + c.Name() + ".zip",
		summary: Summarize(c), withheld: map[string]bool{},
	}
	if err := x.choose(c, withhold); err != nil {
		return nil, fmt.Errorf("cutting excerpt: %w", err)
	}
	out, err := x.cut(byName["packet.json"])
	if err != nil {
		return nil, fmt.Errorf("cutting excerpt: %w", err)
	}
	if err := AddPictures(x.content, func(name string) ([]byte, error) { return byName[name], nil }); err != nil {
		return nil, fmt.Errorf("cutting excerpt: %w", err)
	}
	x.Referring = x.referring()
	x.Zip, err = archive(x.files(out, files))
	return x, err
}

// choose finds the parts that are named, or says why one cannot be withheld.
func (x *Excerpt) choose(c *Content, withhold []string) error {
	known := map[string]bool{}
	for _, l := range leaves(c) {
		known[l.Anchor] = true
	}
	for _, address := range withhold {
		packet, anchor, found := strings.Cut(address, "#")
		if !found {
			anchor = address
		}
		part, _, isHop := strings.Cut(anchor, ".e")
		switch {
		case found && packet != c.Name():
			return fmt.Errorf("%s is an address in another packet than %s", quoted(address), c.Name())
		case known[anchor]:
			x.withheld[anchor] = true
		case isHop && known[part]:
			return fmt.Errorf("%s is an entry of a transcript: only the whole of %s can be withheld", quoted(anchor), part)
		case slices.Contains(headWords, anchor):
			return fmt.Errorf("%s cannot be withheld: decision, outcome, counts, waivers, sign-offs and what is not proven stay", quoted(anchor))
		default:
			return fmt.Errorf("the packet has no part with the anchor %s", quoted(anchor))
		}
	}
	if len(x.withheld) == 0 {
		return errors.New("nothing to withhold was named")
	}
	return nil
}

// quoted shows an anchor as it was typed, cut to what a line has room for.
func quoted(anchor string) string { return strconv.Quote(shorten(anchor, 40)) }

// cut writes excerpt.json: the leaves that are shown as they stand in packet.json,
// byte for byte, and the hashes of the others. Of the former it makes the content.
func (x *Excerpt) cut(manifest []byte) ([]byte, error) {
	var top struct {
		Head   json.RawMessage   `json:"head"`
		Leaves []json.RawMessage `json:"leaves"`
	}
	err := json.Unmarshal(manifest, &top)
	if err != nil {
		return nil, errors.New("packet.json cannot be read")
	}
	if x.content, err = readHead(top.Head); err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	fmt.Fprintf(&buf, `{"format":%d,"head":%s,"leaves":[`, Format, top.Head)
	x.Parts = len(top.Leaves)
	for i, raw := range top.Leaves {
		if i > 0 {
			buf.WriteByte(',')
		}
		var l writtenLeaf
		if err := json.Unmarshal(raw, &l); err != nil {
			return nil, fmt.Errorf("leaf %d cannot be read", i+1)
		}
		if x.withheld[l.Anchor] {
			hash := audit.LeafHash(raw)
			fmt.Fprintf(&buf, `{"hash":"%s"}`, hex.EncodeToString(hash[:]))
			continue
		}
		if err := x.content.addLeaf(l.Kind, l.Body); err != nil {
			return nil, fmt.Errorf("leaf %d cannot be read", i+1)
		}
		x.Shown++
		buf.Write(raw)
	}
	fmt.Fprintf(&buf, `],"packet":"%s"}`, x.content.Name())
	return buf.Bytes(), nil
}

// files are those of the excerpt in their order.
func (x *Excerpt) files(excerptJSON []byte, packet []file) []file {
	out := []file{{excerptName, excerptJSON}}
	shown := map[string]bool{}
	for _, t := range x.content.Transcripts {
		shown[t.File] = true
	}
	for _, s := range x.content.Screenshots {
		shown[s.File] = true
	}
	for _, f := range packet {
		folder, _, inFolder := strings.Cut(f.name, "/")
		switch {
		case f.name == "packet.pdf" || f.name == "packet.json" || folder == "audit":
		case inFolder && folder != "validation" && !shown[f.name]:
		default:
			out = append(out, f)
		}
	}
	return out
}

// referring finds shown parts whose text names a withheld one: labels are unlike
// any other text that a reference can be.
func (x *Excerpt) referring() []string {
	var out []string
	for _, l := range leaves(x.content) {
		body, err := json.Marshal(l.Body)
		if err != nil {
			continue // it was read from JSON
		}
		body = bytes.ReplaceAll(body, []byte(`\n`), []byte(" ")) // the n belongs to no word
		for anchor := range x.withheld {
			if namesPart(body, anchor) && anchor != KindConfiguration {
				out = append(out, l.Anchor)
				break
			}
		}
	}
	return out
}

// namesPart tells whether a text has the anchor as a word of its own, as in "t-001",
// "t-001.e4" or "see t-001, please".
func namesPart(text []byte, anchor string) bool {
	inWord := func(c byte) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
	}
	for at := 0; ; at++ {
		next := bytes.Index(text[at:], []byte(anchor))
		if next < 0 {
			return false
		}
		at += next
		end := at + len(anchor)
		if (at == 0 || !inWord(text[at-1])) && (end == len(text) || !inWord(text[end])) {
			return true
		}
	}
}

// readFiles reads an archive whose files are stored, in their order.
func readFiles(archived []byte) ([]file, error) {
	if len(archived) > MaxBytes {
		return nil, fmt.Errorf("larger than %d MiB", MaxBytes>>20)
	}
	z, err := zip.NewReader(bytes.NewReader(archived), int64(len(archived)))
	if err != nil || len(z.File) > MaxFiles {
		return nil, errors.New("not the archive of a packet")
	}
	var files []file
	for i, f := range z.File {
		if f.Method != zip.Store || f.UncompressedSize64 > uint64(len(archived)) {
			return nil, fmt.Errorf("file %d is compressed: not the archive of a packet", i+1)
		}
		r, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("file %d cannot be read", i+1)
		}
		data, err := io.ReadAll(io.LimitReader(r, int64(f.UncompressedSize64)))
		if err = errors.Join(err, r.Close()); err != nil {
			return nil, fmt.Errorf("file %d cannot be read", i+1)
		}
		files = append(files, file{f.Name, data})
	}
	return files, nil
}
