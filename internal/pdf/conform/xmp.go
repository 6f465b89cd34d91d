package conform

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// Namespaces of XMP metadata.
const (
	nsRDF       = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	nsX         = "adobe:ns:meta/"
	nsDC        = "http://purl.org/dc/elements/1.1/"
	nsXMP       = "http://ns.adobe.com/xap/1.0/"
	nsPDF       = "http://ns.adobe.com/pdf/1.3/"
	nsUA        = "http://www.aiim.org/pdfua/ns/id/"
	nsA         = "http://www.aiim.org/pdfa/ns/id/"
	nsExtension = "http://www.aiim.org/pdfa/ns/extension/"
	nsSchema    = "http://www.aiim.org/pdfa/ns/schema#"
	nsProperty  = "http://www.aiim.org/pdfa/ns/property#"
	nsXML       = "http://www.w3.org/XML/1998/namespace"
)

// maxXMLNodes and maxXMLDepth bound the tree of a metadata packet.
const (
	maxXMLNodes = 20_000
	maxXMLDepth = 32
)

// node is an XML element or attribute with its namespace resolved.
type node struct {
	prefix, space, local string
	text                 string
	raw                  []byte // text so far
	attrs, kids          []*node
}

func (n *node) is(space, local string) bool { return n.space == space && n.local == local }

// child is the first child of a name.
func (n *node) child(space, local string) *node {
	for _, k := range n.kids {
		if k.is(space, local) {
			return k
		}
	}
	return nil
}

func (n *node) attr(space, local string) *node {
	for _, a := range n.attrs {
		if a.is(space, local) {
			return a
		}
	}
	return nil
}

// items are the members of an RDF container of a kind; nil if n holds none.
func (n *node) items(kind string) []*node {
	box := n.child(nsRDF, kind)
	if box == nil {
		return nil
	}
	out := []*node{}
	for _, k := range box.kids {
		if k.is(nsRDF, "li") {
			out = append(out, k)
		}
	}
	return out
}

var errXML = errors.New("XML is not well formed")

// xmlBuilder makes a tree of the tokens of encoding/xml. It works on raw tokens
// because the standards ask for certain prefixes.
type xmlBuilder struct {
	root   *node
	open   []*node
	scopes []map[string]string
	count  int
	header string // instruction of the xpacket
}

func parseXML(data []byte) (*xmlBuilder, error) {
	b := &xmlBuilder{}
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return b, errXML
		}
		if err := b.token(t); err != nil {
			return b, err
		}
	}
	if b.root == nil || len(b.open) > 0 {
		return b, errXML
	}
	return b, nil
}

func (b *xmlBuilder) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		return b.start(t)
	case xml.EndElement:
		if len(b.open) == 0 {
			return errXML
		}
		top := b.open[len(b.open)-1]
		if top.prefix != t.Name.Space || top.local != t.Name.Local {
			return errXML
		}
		top.text = string(top.raw)
		b.open, b.scopes = b.open[:len(b.open)-1], b.scopes[:len(b.scopes)-1]
	case xml.CharData:
		if len(b.open) > 0 {
			top := b.open[len(b.open)-1]
			top.raw = append(top.raw, t...)
		} else if strings.TrimSpace(strings.TrimPrefix(string(t), "\uFEFF")) != "" {
			return errXML
		}
	case xml.ProcInst:
		if t.Target == "xpacket" && b.header == "" {
			b.header = string(t.Inst)
		}
	case xml.Directive:
		return errXML // a document type: no entities in metadata
	}
	return nil
}

func (b *xmlBuilder) start(t xml.StartElement) error {
	b.count += 1 + len(t.Attr)
	if len(b.open) >= maxXMLDepth || b.count > maxXMLNodes || len(b.open) == 0 && b.root != nil {
		return errXML
	}
	scope := map[string]string{"xml": nsXML}
	if len(b.scopes) > 0 {
		scope = b.scopes[len(b.scopes)-1]
	}
	cloned := false
	for _, a := range t.Attr {
		if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" {
			if !cloned {
				scope, cloned = cloneScope(scope), true
			}
			prefix := a.Name.Local
			if a.Name.Space == "" {
				prefix = ""
			}
			scope[prefix] = a.Value
		}
	}
	n := &node{prefix: t.Name.Space, local: t.Name.Local}
	var ok bool
	if n.space, ok = scope[n.prefix]; !ok && n.prefix != "" {
		return errXML
	}
	for _, a := range t.Attr {
		if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" && a.Name.Space == "" {
			continue
		}
		at := &node{prefix: a.Name.Space, local: a.Name.Local, text: a.Value}
		if at.prefix != "" {
			if at.space, ok = scope[at.prefix]; !ok {
				return errXML
			}
		}
		n.attrs = append(n.attrs, at)
	}
	if len(b.open) == 0 {
		b.root = n
	} else {
		up := b.open[len(b.open)-1]
		up.kids = append(up.kids, n)
	}
	b.open, b.scopes = append(b.open, n), append(b.scopes, scope)
	return nil
}

func cloneScope(m map[string]string) map[string]string {
	out := make(map[string]string, len(m)+1)
	for k, v := range m {
		out[k] = v
	}
	return out
}

// metadata is the document's XMP: all properties of all descriptions.
type metadata struct {
	properties []*node
}

// properties lists what the descriptions of an RDF element say, attributes as
// well as elements.
func properties(root *node) ([]*node, bool) {
	rdf := root
	if root.is(nsX, "xmpmeta") {
		rdf = root.child(nsRDF, "RDF")
	}
	if rdf == nil || !rdf.is(nsRDF, "RDF") {
		return nil, false
	}
	out := []*node{}
	for _, d := range rdf.kids {
		if !d.is(nsRDF, "Description") {
			return nil, false
		}
		for _, a := range d.attrs {
			if a.space != nsRDF && a.space != nsXML && a.space != "" {
				out = append(out, a)
			}
		}
		out = append(out, d.kids...)
	}
	return out, true
}

func (m *metadata) find(space, local string) *node {
	if m == nil {
		return nil
	}
	for _, p := range m.properties {
		if p.is(space, local) {
			return p
		}
	}
	return nil
}

// text is the text of a property: of the first member if it is a container.
func (m *metadata) text(space, local string) (string, bool) {
	p := m.find(space, local)
	if p == nil {
		return "", false
	}
	for _, kind := range []string{"Alt", "Seq", "Bag"} {
		if items := p.items(kind); len(items) > 0 {
			return strings.TrimSpace(items[0].text), true
		}
	}
	return strings.TrimSpace(p.text), true
}
