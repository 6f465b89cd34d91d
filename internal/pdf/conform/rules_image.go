package conform

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
)

var imageRules = []Rule{
	{"image-alternates", "", "", "6.2.8", "Images have no Alternates and no OPI."},
	{"image-interpolate", "", "", "6.2.8", "Images are not interpolated."},
	{"image-bits", "", "", "6.2.8", "Images have 1, 2, 4, 8 or 16 bits for each component; masks have 1."},
	{"image-space", "", "", "6.2.8", "An image has the colour space of its data."},
	{"image-data", "", "", "6.2.8", "The data of an image is as long as its size says."},
	{"inline-filter", "", "", "6.1.10", "Inline images use only filters of ISO 32000-1, but not LZWDecode and Crypt."},
}

// image checks an image where it is drawn.
func (c *checker) image(s *stream, resources dict, at string) {
	c.clear = c.clear || c.f.stream(s.dict["SMask"]) != nil
	if c.formUses[s.num] > 0 {
		return
	}
	c.formUses[s.num]++
	c.imageDict(s.dict, resources, at, where(s.num))
	if ri, ok := s.dict["Intent"]; ok {
		c.intentName(c.f.name(ri), where(s.num))
	}
	for _, key := range []name{"SMask", "Mask"} {
		mask := c.f.stream(s.dict[key])
		if mask == nil {
			continue
		}
		if c.formUses[mask.num] == 0 {
			c.formUses[mask.num]++
			c.imageDict(mask.dict, resources, at, where(mask.num))
		}
	}
	names, _ := c.f.filters(s.dict)
	for _, n := range names {
		switch n {
		case "DCTDecode":
			c.jpeg(s, resources, at)
		case "JPXDecode", "JBIG2Decode", "CCITTFaxDecode":
			c.unknown(where(s.num), "the data of the filter %s is not looked at", n)
		}
	}
}

func (c *checker) imageDict(d, resources dict, at, own string) {
	_, alternates := d["Alternates"]
	_, opi := d["OPI"]
	if alternates || opi {
		c.add("image-alternates", own, "the image has alternates or OPI")
	}
	if c.f.get(d["Interpolate"]) == true {
		c.add("image-interpolate", own, "the image is interpolated")
	}
	mask := c.f.get(d["ImageMask"]) == true
	bits, ok := c.f.int(d["BitsPerComponent"])
	names, _ := c.f.filters(d)
	jpx := len(names) > 0 && names[len(names)-1] == "JPXDecode"
	switch {
	case mask && ok && bits != 1, !mask && !jpx && bits != 1 && bits != 2 && bits != 4 && bits != 8 && bits != 16:
		c.add("image-bits", own, "the image has %d bits for each component", bits)
	}
	if mask || jpx {
		return
	}
	if _, ok := d["ColorSpace"]; !ok {
		c.add("image-space", own, "the image has no colour space")
		return
	}
	switch c.f.get(d["ColorSpace"]).(type) {
	case name, array:
		c.space(d["ColorSpace"], resources, at, 0)
	default:
		c.add("image-space", own, "the colour space is neither a name nor an array")
	}
}

// jpeg compares the components of a JPEG file with the colour space.
func (c *checker) jpeg(s *stream, resources dict, at string) {
	want := c.space(s.dict["ColorSpace"], resources, at, 0)
	got := jpegComponents(s.raw)
	if names, _ := c.f.filters(s.dict); len(names) != 1 {
		return
	}
	if got == 0 || want != 0 && got != want {
		c.add("image-space", where(s.num), "the picture has %d components, its colour space %d", got, want)
	}
}

// jpegComponents finds the frame header of a JPEG file; 0 if there is none.
func jpegComponents(b []byte) int {
	if !bytes.HasPrefix(b, []byte{0xFF, 0xD8}) {
		return 0
	}
	for at := 2; at+9 < len(b) && b[at] == 0xFF; {
		m := b[at+1]
		if m == 0xFF {
			at++
			continue
		}
		if m >= 0xC0 && m <= 0xCF && m != 0xC4 && m != 0xC8 && m != 0xCC {
			return int(b[at+9])
		}
		n := int(b[at+2])<<8 | int(b[at+3])
		if n < 2 {
			return 0
		}
		at += 2 + n
	}
	return 0
}

// maxPixelBytes bounds the bytes of all pictures of a file.
const maxPixelBytes = 4 << 30

// imageLength compares the data of a deflated image with its size. The data is
// counted, not kept.
func (c *checker) imageLength(s *stream) {
	names, parms := c.f.filters(s.dict)
	w, ok1 := c.f.int(s.dict["Width"])
	h, ok2 := c.f.int(s.dict["Height"])
	bits, ok3 := c.f.int(s.dict["BitsPerComponent"])
	if c.f.get(s.dict["ImageMask"]) == true {
		bits, ok3 = 1, true
	}
	if !ok1 || !ok2 || !ok3 || w < 1 || h < 1 || w > 1<<20 || h > 1<<20 || bits < 1 || bits > 16 {
		c.add("image-data", where(s.num), "the image has no size")
		return
	}
	n := c.imageComponents(s.dict)
	want := int64((w*n*bits+7)/8) * int64(h)
	if len(names) == 0 && n > 0 && int64(len(s.raw)) != want {
		c.add("image-data", where(s.num), "the image has another length than its size says")
	}
	if len(names) != 1 || names[0] != "FlateDecode" || n == 0 {
		return
	}
	switch p := c.f.parm(parms[0], "Predictor", 1); {
	case p == 1:
	case p != 2 && (p < 10 || p > 15) || c.f.parm(parms[0], "Colors", 1) != n || c.f.parm(parms[0], "BitsPerComponent", 8) != bits || c.f.parm(parms[0], "Columns", 1) != w:
		c.add("image-data", where(s.num), "the predictor is not that of the image")
		return
	case p >= 10:
		want += int64(h)
	}
	if c.pixelBytes += want; c.pixelBytes > maxPixelBytes {
		c.f.fail(ErrLimit)
		return
	}
	got, err := deflatedLength(s.raw, want)
	if err != nil || got != want {
		c.add("image-data", where(s.num), "the image has another length than its size says")
	}
}

// deflatedLength counts what deflated data holds, up to one byte more than wanted.
func deflatedLength(raw []byte, want int64) (int64, error) {
	if len(raw) < 2 || raw[0]&0x0F != 8 {
		return 0, errors.New("no zlib data")
	}
	return io.Copy(io.Discard, io.LimitReader(flate.NewReader(bytes.NewReader(raw[2:])), want+1))
}

// imageComponents is the number of components of an image where its colour space
// says it by itself, else 0.
func (c *checker) imageComponents(d dict) int {
	if c.f.get(d["ImageMask"]) == true {
		return 1
	}
	cs := c.f.get(d["ColorSpace"])
	if a, ok := cs.(array); ok && len(a) > 0 {
		switch c.f.name(a[0]) {
		case "Indexed", "CalGray", "Separation":
			return 1
		case "CalRGB", "Lab":
			return 3
		case "ICCBased":
			if len(a) > 1 {
				n, _ := c.f.int(c.f.dict(a[1])["N"])
				return max(0, min(n, 4))
			}
		}
		return 0
	}
	n, _ := cs.(name)
	return map[name]int{"DeviceGray": 1, "DeviceRGB": 3, "DeviceCMYK": 4}[n]
}
