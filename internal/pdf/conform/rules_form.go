package conform

import (
	"encoding/asn1"
	"encoding/hex"
	"strings"
)

var formRules = []Rule{
	{"form-appearances", "", "", "6.4.1", "The form does not ask viewers to make appearances: NeedAppearances is false."},
	{"form-actions", "", "", "6.4.1", "Widgets have no A and AA, fields have no AA."},
	{"field-name", "7.18.1", "28-005", "", "A field has an alternative name (TU), or its element an alternative text."},
	{"field-form", "7.18.4", "", "6.4.1", "Every widget is a field of the form, with a type and a name (ISO 32000-1, 12.7.3)."},
	{"signature-dict", "", "", "6.4.3", "A signature has a filter and a known sub-filter, and the form says that there are signatures."},
	{"signature-range", "", "", "6.4.3", "The byte range of a signature covers the whole file but the signature."},
	{"signature-reference", "", "", "6.1.12", "With DocMDP permissions, signature references have no digests of their own."},
	{"signature-cms", "", "", "6.4.3", "A signature is a CMS message with the certificate of its one signer."},
}

// inherited is a field's entry, its own or that of a field above.
func (c *checker) inherited(d dict, key name) any {
	for range maxNesting {
		if v, ok := d[key]; ok || d == nil {
			return v
		}
		d = c.f.dict(d["Parent"])
	}
	return nil
}

func (c *checker) checkForms() {
	form := c.f.dict(c.catalog["AcroForm"])
	if c.f.get(form["NeedAppearances"]) == true {
		c.add("form-appearances", "catalogue", "NeedAppearances is true")
	}
	for _, a := range c.annots {
		if a.sub != "Widget" {
			continue
		}
		_, action := a.dict["A"]
		_, more := a.dict["AA"]
		if action || more {
			c.add("form-actions", a.where(), "a widget has actions")
		}
		tu, _ := c.f.text(c.inherited(a.dict, "TU"))
		if a.visible && blank(tu) && (a.parent == nil || blank(c.says(a.parent, "Alt"))) {
			c.add("field-name", a.where(), "the field has no alternative name")
		}
	}
	seen := map[int]bool{}
	for _, v := range c.f.array(form["Fields"]) {
		c.field(v, seen, 0)
	}
	for _, a := range c.annots {
		t, _ := c.f.text(c.inherited(a.dict, "T"))
		switch kind := c.f.name(c.inherited(a.dict, "FT")); {
		case a.sub != "Widget":
		case kind != "Btn" && kind != "Tx" && kind != "Ch" && kind != "Sig":
			c.add("field-form", a.where(), "the field has no type")
		case t == "" || !seen[a.num]:
			c.add("field-form", a.where(), "the field has no name or is not in the form")
		}
	}
}

// subFilters are the encodings of signatures that PDF 1.7 and PAdES know.
var subFilters = set("adbe.pkcs7.detached", "adbe.pkcs7.sha1", "adbe.x509.rsa_sha1", "ETSI.CAdES.detached", "ETSI.RFC3161")

func (c *checker) field(v any, seen map[int]bool, depth int) {
	num, d := number(v), c.f.dict(v)
	if d == nil || num != 0 && seen[num] || depth > maxTreeDepth || !c.step() {
		return
	}
	seen[num] = true
	if _, ok := d["AA"]; ok && c.f.name(d["Subtype"]) != "Widget" {
		c.add("form-actions", where(num), "a field has additional actions")
	}
	if c.f.name(c.inherited(d, "FT")) == "Sig" {
		if s := c.f.dict(d["V"]); s != nil {
			c.signature(s, where(number(d["V"])))
		}
	}
	for _, k := range c.f.array(d["Kids"]) {
		c.field(k, seen, depth+1)
	}
}

func (c *checker) signature(s dict, at string) {
	flags, _ := c.f.int(c.f.dict(c.catalog["AcroForm"])["SigFlags"])
	if c.f.name(s["Filter"]) == "" || !subFilters[c.f.name(s["SubFilter"])] || flags&1 == 0 {
		c.add("signature-dict", at, "there is no filter, no known sub-filter, or SigFlags is not set")
	}
	c.objectType(s, "Sig", false, at)
	contents, ok := c.f.bytes(s["Contents"])
	r := c.f.nums(s["ByteRange"], 4)
	size := float64(len(c.f.data))
	if !ok || r == nil || r[0] != 0 || r[1] < 1 || r[2] < r[1]+2 || r[2] > size || r[2]+r[3] != size || r[3] < 0 ||
		!c.hole(int(r[1]), int(r[2]), string(contents)) {
		c.add("signature-range", at, "the byte range leaves out more or less than the signature")
	}
	if _, certified := c.f.dict(c.catalog["Perms"])["DocMDP"]; certified {
		for _, v := range c.f.array(s["Reference"]) {
			d := c.f.dict(v)
			for _, k := range []name{"DigestLocation", "DigestMethod", "DigestValue"} {
				if _, ok := d[k]; ok {
					c.add("signature-reference", at, "a reference has the key %s", k)
				}
			}
		}
	}
	if !signedOnce([]byte(contents)) {
		c.add("signature-cms", at, "the signature is no CMS message of one signer with a certificate")
	}
}

// hole tells whether what a byte range leaves out is the hexadecimal string.
func (c *checker) hole(from, to int, contents string) bool {
	b := string(c.f.data[from:to])
	return strings.HasPrefix(b, "<") && strings.HasSuffix(b, ">") && strings.EqualFold(b[1:len(b)-1], hex.EncodeToString([]byte(contents)))
}

// signedOnce reads the outside of a CMS message (RFC 5652).
func signedOnce(der []byte) bool {
	var info struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,tag:0"`
	}
	if _, err := asn1.Unmarshal(der, &info); err != nil || !info.Type.Equal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}) {
		return false
	}
	var signed struct {
		Version      int
		Digests      []asn1.RawValue `asn1:"set"`
		Encap        asn1.RawValue
		Certificates asn1.RawValue   `asn1:"optional,tag:0"`
		CRLs         asn1.RawValue   `asn1:"optional,tag:1"`
		Signers      []asn1.RawValue `asn1:"set"`
	}
	_, err := asn1.Unmarshal(info.Content.Bytes, &signed)
	return err == nil && len(signed.Certificates.Bytes) > 0 && len(signed.Signers) == 1
}
