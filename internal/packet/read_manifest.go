package packet

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// MaxManifest is the most that packet.json may weigh in bytes; packet/verify
// refuses more.
const MaxManifest = 64 << 20

// ReadManifest reads packet.json back into content: all that the packet says but
// the audit entries and the bytes of transcripts and pictures, whose names and
// digests are there (see AddFiles). Written again with the same salts the content
// gives the same bytes; whatever would give others is refused, so nothing in the
// file goes unread. Whether parts fit together Check tells. The salts are not kept.
func ReadManifest(b []byte) (*Content, error) {
	c, _, err := readManifest(b)
	return c, err
}

// WriteManifest gives packet.json as Build writes it, with SaltSize bytes of salt for
// each leaf.
func WriteManifest(c *Content, salts []byte) ([]byte, error) {
	if err := Check(c); err != nil {
		return nil, err
	}
	m, err := newManifest(withFiles(c), salts)
	if err != nil {
		return nil, err
	}
	return m.json, nil
}

// writtenLeaf is a leaf as packet.json has it.
type writtenLeaf struct {
	Anchor string          `json:"anchor"`
	Body   json.RawMessage `json:"body"`
	Kind   string          `json:"kind"`
	Salt   string          `json:"salt"`
}

// readManifest is ReadManifest with the salts.
func readManifest(b []byte) (*Content, []byte, error) {
	if len(b) > MaxManifest {
		return nil, nil, fmt.Errorf("reading packet.json: larger than %d MiB", MaxManifest>>20)
	}
	var top struct {
		Anchors json.RawMessage `json:"anchors"`
		Format  int             `json:"format"`
		Head    json.RawMessage `json:"head"`
		Leaves  []writtenLeaf   `json:"leaves"`
	}
	if strictly(b, &top) != nil {
		return nil, nil, errors.New("reading packet.json: it is no packet.json")
	}
	if top.Format != Format {
		return nil, nil, errors.New("reading packet.json: a format that this version does not know")
	}
	c, err := readHead(top.Head)
	if err != nil {
		return nil, nil, err
	}
	salts := make([]byte, 0, len(top.Leaves)*SaltSize)
	for i, l := range top.Leaves {
		salt, err := hex.DecodeString(l.Salt)
		if err != nil || len(salt) != SaltSize {
			return nil, nil, fmt.Errorf("reading packet.json: leaf %d has no salt of %d bytes", i+1, SaltSize)
		}
		salts = append(salts, salt...)
		if c.addLeaf(l.Kind, l.Body) != nil {
			return nil, nil, fmt.Errorf("reading packet.json: leaf %d cannot be read", i+1)
		}
	}
	again, err := newManifest(c, salts)
	if err != nil || !bytes.Equal(again.json, b) {
		return nil, nil, errors.New("reading packet.json: it is not in its one encoding, or says what this version cannot say")
	}
	return c, salts, nil
}

// readHead begins the content with what the head says.
func readHead(b []byte) (*Content, error) {
	var h head
	if strictly(b, &h) != nil {
		return nil, errors.New("reading packet.json: the head cannot be read")
	}
	c := &Content{
		Revision: h.Revision, Edition: h.Edition, MadeAt: h.MadeAt, Template: h.Template, RuleSet: h.RuleSet,
		Integration: h.Integration, Decision: h.Decision, Outcome: h.Outcome, Supersedes: h.Supersedes,
		Walkthrough: h.Walkthrough, Sections: h.Sections, SignOffs: h.SignOffs,
	}
	if h.Address != nil {
		c.Address = *h.Address
	}
	return c, nil
}

// addLeaf puts a leaf's body where it stands in the content.
func (c *Content) addLeaf(kind string, body []byte) error {
	switch kind {
	case KindConfiguration:
		return strictly(body, &c.Integration.Facts)
	case KindItem:
		return appendFrom(&c.Items, body)
	case KindFinding:
		return appendFrom(&c.Findings, body)
	case KindErrorPaths:
		return strictly(body, &c.ErrorPaths)
	case KindNullValues:
		return strictly(body, &c.NullValues)
	case KindMinimization:
		return strictly(body, &c.Minimization)
	case KindRemark:
		return appendFrom(&c.Remarks, body)
	case KindTestRun:
		return appendFrom(&c.TestRuns, body)
	case KindTranscript:
		return appendFrom(&c.Transcripts, body)
	case KindScreenshot:
		return appendFrom(&c.Screenshots, body)
	case KindPass:
		return appendFrom(&c.CredentialPasses, body)
	case KindMinutes:
		if c.Walkthrough == nil {
			return errors.New("minutes without a walkthrough")
		}
		return appendFrom(&c.Walkthrough.Minutes, body)
	case KindQuestion:
		return appendFrom(&c.Questions, body)
	default:
		return errors.New("a kind that no leaf has")
	}
}

// AddFiles puts the bytes of transcripts and pictures into content that was read
// from packet.json. get gives the bytes of a file by its name in the packet
// ("transcripts/t-001.har"); they must have the digest that the content names. It is called as AddPictures does.
func AddFiles(c *Content, get func(name string) ([]byte, error)) error {
	for i := range c.Transcripts {
		t := &c.Transcripts[i]
		data, err := namedFile(t.File, t.SHA256, get)
		if err != nil {
			return fmt.Errorf("reading the file of transcript %d: %w", i+1, err)
		}
		t.HAR = data
	}
	return AddPictures(c, get)
}

// AddPictures is AddFiles for the pictures alone: a report needs no more. It calls get
// for several pictures at a time.
func AddPictures(c *Content, get func(name string) ([]byte, error)) error {
	read := inParallel(len(c.Screenshots), func(i int) (err error) {
		s := &c.Screenshots[i]
		s.PNG, err = namedFile(s.File, s.SHA256, get)
		return err
	})
	return firstOf("reading the file of screenshot", read())
}

func namedFile(name, digest string, get func(name string) ([]byte, error)) ([]byte, error) {
	data, err := get(name)
	if err == nil && digestHex(data) != digest {
		err = errors.New("its digest is not the one in packet.json")
	}
	return data, err
}

// appendFrom reads one more part of a list.
func appendFrom[T any](list *[]T, b []byte) error {
	var v T
	if err := strictly(b, &v); err != nil {
		return err
	}
	*list = append(*list, v)
	return nil
}

// strictly reads one JSON value without members that the type does not have.
func strictly(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if len(bytes.TrimSpace(b[d.InputOffset():])) > 0 {
		return errors.New("more than one value")
	}
	return nil
}
