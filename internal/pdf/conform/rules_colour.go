package conform

import (
	"bytes"
	"encoding/binary"
)

var colourRules = []Rule{
	{"intent", "", "", "6.2.3", "A PDF/A output intent names its output condition and has a colour profile."},
	{"intent-profile", "", "", "6.2.3", "The profile of the output intent is an ICC profile of version 2 or 4 for a monitor or printer."},
	{"intent-single", "", "", "6.2.3", "All output intents have the same profile."},
	{"icc-components", "", "", "6.2.4.2", "The N of a profile's stream is the number of its components."},
	{"icc-profile", "", "", "6.2.4.2", "The profile of an ICCBased colour space is an ICC profile of version 2 or 4."},
	{"device-rgb", "", "", "6.2.4.3", "DeviceRGB is used only with an RGB output intent or a DefaultRGB."},
	{"device-cmyk", "", "", "6.2.4.3", "DeviceCMYK is used only with a CMYK output intent or a DefaultCMYK."},
	{"device-gray", "", "", "6.2.4.3", "DeviceGray is used only with an output intent or a DefaultGray."},
	{"devicen-components", "", "", "6.1.13", "DeviceN colour spaces have at most 32 colourants."},
	{"devicen-colorants", "", "", "6.2.4.4", "Every spot colour of DeviceN stands in its Colorants dictionary."},
	{"separation-same", "", "", "6.2.4.4", "Separations of one name have one alternate space and one tint transform."},
}

// outputIntent is the PDF/A output intent.
type outputIntent struct{ space string }

// icc is the header of a colour profile (ISO 15076-1, 7.2).
type icc struct {
	major        byte
	class, space string
	tags         map[string]bool
}

// maxICCTags is the most tags of a profile; real ones have a few dozen.
const maxICCTags = 1000

// readICC checks the form of a profile; nil if it is none.
func readICC(b []byte) *icc {
	if len(b) < 132 || int64(binary.BigEndian.Uint32(b)) != int64(len(b)) || string(b[36:40]) != "acsp" {
		return nil
	}
	p := &icc{major: b[8], class: string(b[12:16]), space: string(b[16:20]), tags: map[string]bool{}}
	n := int(binary.BigEndian.Uint32(b[128:]))
	if n > maxICCTags || n > (len(b)-132)/12 {
		return nil
	}
	for i := range n {
		e := b[132+12*i:]
		offset, size := int64(binary.BigEndian.Uint32(e[4:])), int64(binary.BigEndian.Uint32(e[8:]))
		if offset+size > int64(len(b)) {
			return nil
		}
		p.tags[string(e[:4])] = true
	}
	return p
}

// components is the number of components of a profile's colour space.
func (p *icc) components() int {
	switch p.space {
	case "GRAY":
		return 1
	case "RGB ", "Lab ":
		return 3
	case "CMYK":
		return 4
	}
	return 0
}

// valid tells whether a profile has what its class needs, for one of the classes.
func (p *icc) valid(classes ...string) bool {
	if p == nil || p.major != 2 && p.major != 4 || p.components() == 0 || !p.tags["desc"] || !p.tags["cprt"] || !p.tags["wtpt"] {
		return false
	}
	matrix := p.tags["rXYZ"] && p.tags["gXYZ"] && p.tags["bXYZ"] && p.tags["rTRC"] && p.tags["gTRC"] && p.tags["bTRC"]
	if p.class == "mntr" && p.space == "RGB " && !matrix && !p.tags["A2B0"] {
		return false
	}
	for _, c := range classes {
		if p.class == c {
			return true
		}
	}
	return false
}

func (c *checker) checkIntents() {
	first := 0
	for _, v := range c.f.array(c.catalog["OutputIntents"]) {
		d := c.f.dict(v)
		profile, ok := d["DestOutputProfile"]
		if ok {
			if first != 0 && first != number(profile) {
				c.add("intent-single", "catalogue", "the output intents have several profiles")
			}
			first = number(profile)
		}
		if c.f.name(d["S"]) != "GTS_PDFA1" {
			continue
		}
		if s, _ := c.f.text(d["OutputConditionIdentifier"]); s == "" {
			c.add("intent", "catalogue", "the output intent names no condition")
		}
		if ok {
			c.destProfile(profile)
		} else {
			c.add("intent", "catalogue", "the output intent has no profile")
		}
	}
}

func (c *checker) destProfile(v any) {
	at := where(number(v))
	s := c.f.stream(v)
	if s == nil {
		c.add("intent-profile", at, "the profile is no stream")
		return
	}
	data, err := c.data(s)
	p := readICC(data)
	if err != nil || !p.valid("mntr", "prtr") || p.space == "Lab " {
		c.add("intent-profile", at, "the profile is no ICC profile of version 2 or 4 for a monitor or printer")
		return
	}
	c.components(s, p, at)
	if c.intent == nil {
		c.intent = &outputIntent{p.space}
	}
}

func (c *checker) components(s *stream, p *icc, at string) {
	if n, ok := c.f.int(s.dict["N"]); !ok || n != p.components() {
		c.add("icc-components", at, "N is %d, the profile has %d components", n, p.components())
	}
}

// deviceUse notes the use of a device colour space.
func (c *checker) deviceUse(space name, resources dict, at string) {
	def := c.f.dict(resources["ColorSpace"])
	switch space {
	case "DeviceRGB", "RGB":
		if _, ok := def["DefaultRGB"]; !ok && (c.intent == nil || c.intent.space != "RGB ") {
			c.add("device-rgb", at, "DeviceRGB is used without an RGB output intent")
		}
	case "DeviceCMYK", "CMYK":
		if _, ok := def["DefaultCMYK"]; !ok && (c.intent == nil || c.intent.space != "CMYK") {
			c.add("device-cmyk", at, "DeviceCMYK is used without a CMYK output intent")
		}
	case "DeviceGray", "G":
		if _, ok := def["DefaultGray"]; !ok && c.intent == nil {
			c.add("device-gray", at, "DeviceGray is used without an output intent")
		}
	}
}

// space checks a colour space that is used and gives the number of its
// components, 0 if that is not known.
func (c *checker) space(v any, resources dict, at string, depth int) int {
	if depth > 8 || !c.step() {
		return 0
	}
	v = c.f.get(v)
	if n, ok := v.(name); ok {
		return c.namedSpace(n, resources, at, depth)
	}
	a, _ := v.(array)
	if len(a) == 0 {
		return 0
	}
	// The same array is met again and again on a page.
	key := spaceKey{&a[0], at}
	n, known := c.spaces[key]
	if !known {
		n = c.arraySpace(a, resources, at, depth)
		c.spaces[key] = n
	}
	return n
}

// spaceKey is a colour space where it is used.
type spaceKey struct {
	array *any
	where string
}

func (c *checker) arraySpace(a array, resources dict, at string, depth int) int {
	kind := c.f.name(a[0])
	if len(a) == 1 {
		return c.namedSpace(kind, resources, at, depth)
	}
	switch kind {
	case "ICCBased":
		return c.iccSpace(a[1], at)
	case "CalGray":
		return 1
	case "CalRGB", "Lab":
		return 3
	case "Indexed", "I":
		c.space(a[1], resources, at, depth+1)
		return 1
	case "Separation":
		if len(a) == 4 {
			c.separation(a, at)
			c.space(a[2], resources, at, depth+1)
		}
		return 1
	case "DeviceN":
		return c.deviceN(a, resources, at, depth)
	case "Pattern":
		c.space(a[1], resources, at, depth+1)
	}
	return 0
}

func (c *checker) namedSpace(n name, resources dict, at string, depth int) int {
	switch n {
	case "DeviceGray", "G":
		c.deviceUse(n, resources, at)
		return 1
	case "DeviceRGB", "RGB":
		c.deviceUse(n, resources, at)
		return 3
	case "DeviceCMYK", "CMYK":
		c.deviceUse(n, resources, at)
		return 4
	case "Pattern", "":
		return 0
	}
	v, ok := c.f.dict(resources["ColorSpace"])[n]
	switch c.f.get(v).(type) {
	case name, array:
	default:
		ok = false
	}
	if !ok {
		c.add("resource-missing", at, "the colour space %q is not in the resources", n)
		return 0
	}
	return c.space(v, resources, at, depth+1)
}

func (c *checker) iccSpace(v any, at string) int {
	s := c.f.stream(v)
	if s == nil {
		c.add("icc-profile", at, "an ICCBased colour space has no profile")
		return 0
	}
	data, err := c.data(s)
	p := readICC(data)
	if err != nil || !p.valid("mntr", "prtr", "scnr", "spac") {
		c.add("icc-profile", where(s.num), "the profile is no ICC profile of version 2 or 4")
		return 0
	}
	c.components(s, p, where(s.num))
	return p.components()
}

func (c *checker) deviceN(a array, resources dict, at string, depth int) int {
	names := c.f.array(a[1])
	if len(names) > 32 {
		c.add("devicen-components", at, "a DeviceN colour space has %d colourants", len(names))
	}
	var colorants dict
	if len(a) > 4 {
		colorants = c.f.dict(c.f.dict(a[4])["Colorants"])
	}
	for _, v := range names {
		n := c.f.name(v)
		switch n {
		case "Cyan", "Magenta", "Yellow", "Black", "None":
			continue
		}
		if _, ok := colorants[n]; !ok {
			c.add("devicen-colorants", at, "a spot colour is not in Colorants")
			break
		}
	}
	if len(a) > 2 {
		c.space(a[2], resources, at, depth+1)
	}
	return len(names)
}

// separation compares separations of one name.
func (c *checker) separation(a array, at string) {
	n := c.f.name(a[1])
	if n == "All" || n == "None" {
		return
	}
	key := string(n)
	var print bytes.Buffer
	c.dump(&print, array{a[2], a[3]}, 0)
	if old, ok := c.separations[key]; ok && old != print.String() {
		c.add("separation-same", at, "separations of one name are not the same")
	}
	c.separations[key] = print.String()
}
