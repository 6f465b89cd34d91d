package picture_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"slices"
	"testing"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/picture"
)

// corners is a picture of four colours, so that each turn of it shows.
func corners(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		for y := range h {
			img.Set(x, y, cornerColours[2*(2*y/h)+2*x/w])
		}
	}
	return img
}

var cornerColours = []color.NRGBA{{R: 200, A: 255}, {G: 200, A: 255}, {B: 200, A: 255}, {R: 200, G: 200, B: 200, A: 255}}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func jpegOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func remade(t testing.TB, raw []byte) (picture.Picture, image.Image) {
	t.Helper()
	p, err := picture.Remake(raw)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(p.PNG))
	if err != nil {
		t.Fatal(err)
	}
	return p, img
}

// chunk is one chunk of a PNG.
func chunk(kind, data string) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	body := kind + data
	return binary.BigEndian.AppendUint32(append(out, body...), crc32.ChecksumIEEE([]byte(body)))
}

// segment is one segment of a JPEG.
func segment(marker byte, data string) []byte {
	return append([]byte{0xff, marker, byte((len(data) + 2) >> 8), byte(len(data) + 2)}, data...)
}

// afterHead puts parts behind the first n bytes of a file.
func afterHead(raw []byte, n int, parts ...[]byte) []byte {
	return append(append(bytes.Clone(raw[:n]), bytes.Join(parts, nil)...), raw[n:]...)
}

// exif is an EXIF segment with an orientation and a text.
func exif(orientation uint16, text string) []byte {
	tiff := binary.LittleEndian.AppendUint32([]byte("II*\x00"), 8)
	tiff = binary.LittleEndian.AppendUint16(tiff, 2)
	for _, field := range []struct {
		tag, kind    uint16
		count, value uint32
	}{{0x010e, 2, uint32(len(text)), 38}, {0x0112, 3, 1, uint32(orientation)}} {
		tiff = binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(tiff, field.tag), field.kind)
		tiff = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(tiff, field.count), field.value)
	}
	return segment(0xe1, "Exif\x00\x00"+string(append(tiff, "\x00\x00\x00\x00"+text...)))
}

const canary = "CANARY-9f3b7c2e"

// deflated is how some chunks hold their text.
func deflated(text string) string {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	_, _ = w.Write([]byte(text)) // a buffer never gives an error
	_ = w.Close()
	return out.String()
}

// Nothing but pixels is carried over: a canary in each place for metadata, in
// further frames, behind the end and in another file glued to it is gone, also
// where it was compressed.
func TestMetadataIsGone(t *testing.T) {
	t.Parallel()
	const ihdrEnd = 8 + 25
	shot, photo := pngOf(t, corners(16, 8)), jpegOf(t, corners(16, 8))
	frame := binary.BigEndian.AppendUint32(nil, 1)
	sizes := string(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 16), 8))
	plants := map[string][]byte{
		"tEXt":            afterHead(shot, ihdrEnd, chunk("tEXt", "Comment\x00"+canary)),
		"zTXt":            afterHead(shot, ihdrEnd, chunk("zTXt", "Comment\x00\x00"+deflated(canary))),
		"iTXt and XMP":    afterHead(shot, ihdrEnd, chunk("iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00"+canary)),
		"iCCP":            afterHead(shot, ihdrEnd, chunk("iCCP", "profile\x00\x00"+deflated(canary))),
		"eXIf":            afterHead(shot, ihdrEnd, chunk("eXIf", "II*\x00"+canary)),
		"tIME":            afterHead(shot, ihdrEnd, chunk("tIME", canary[:7])),
		"pHYs":            afterHead(shot, ihdrEnd, chunk("pHYs", canary[:9])),
		"a private chunk": afterHead(shot, ihdrEnd, chunk("prVt", canary)),
		"a further frame": afterHead(afterHead(shot, len(shot)-12, chunk("fcTL", string(frame)+sizes+"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x01\x00\x00"),
			chunk("fdAT", string(frame)+deflated(canary))), ihdrEnd, chunk("acTL", "\x00\x00\x00\x02\x00\x00\x00\x00")),
		"after IEND":         append(bytes.Clone(shot), canary...),
		"a zip after it":     append(bytes.Clone(shot), "PK\x03\x04"+canary...),
		"EXIF":               afterHead(photo, 2, exif(1, canary)),
		"XMP":                afterHead(photo, 2, segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>"+canary)),
		"ICC":                afterHead(photo, 2, segment(0xe2, "ICC_PROFILE\x00\x01\x01"+canary)),
		"IPTC":               afterHead(photo, 2, segment(0xed, "Photoshop 3.0\x008BIM"+canary)),
		"a comment":          afterHead(photo, 2, segment(0xfe, canary)),
		"JFIF thumbnail":     afterHead(photo, 2, segment(0xe0, "JFXX\x00\x10"+canary)),
		"APP15":              afterHead(photo, 2, segment(0xef, canary)),
		"after EOI":          append(bytes.Clone(photo), canary...),
		"HTML after it":      append(bytes.Clone(photo), "<script>"+canary+"</script>"...),
		"a PDF in a comment": afterHead(photo, 2, segment(0xfe, "%PDF-1.7\n"+canary)),
	}
	packed := []string{"zTXt", "iCCP", "tIME", "pHYs", "a further frame"} // or cut
	for name, raw := range plants {
		p, img := remade(t, raw)
		if !bytes.Contains(raw, []byte(canary)) && !slices.Contains(packed, name) {
			t.Fatalf("%s: the test plants nothing", name)
		}
		if bytes.Contains(p.PNG, []byte(canary[:7])) || len(p.PNG) > 400 {
			t.Errorf("%s: something is left in %d bytes", name, len(p.PNG))
		}
		for _, kind := range chunkKinds(t, p.PNG) {
			if kind != "IHDR" && kind != "IDAT" && kind != "IEND" {
				t.Errorf("%s: chunk %s is left", name, kind)
			}
		}
		if img.Bounds().Dx() != 16 || img.Bounds().Dy() != 8 {
			t.Errorf("%s: now %v", name, img.Bounds())
		}
	}
}

// chunkKinds lists the chunks of a PNG that ends where it says.
func chunkKinds(t *testing.T, raw []byte) (kinds []string) {
	t.Helper()
	for at := 8; at < len(raw); {
		n := int(binary.BigEndian.Uint32(raw[at:]))
		kinds = append(kinds, string(raw[at+4:at+8]))
		at += 12 + n
	}
	return kinds
}

// A colour that no pixel shows is metadata as well: what lies under transparent
// pixels and in a palette that nothing uses.
func TestHiddenColoursAreGone(t *testing.T) {
	t.Parallel()
	under := image.NewNRGBA(image.Rect(0, 0, 4, 4))
	for n := range 16 {
		under.Set(n%4, n/4, color.NRGBA{R: uint8(n), G: 77, B: 99, A: 0})
	}
	p, img := remade(t, pngOf(t, under))
	for n := range 16 {
		if r, g, b, a := img.At(n%4, n/4).RGBA(); r&g&b&a != 0xffff {
			t.Fatalf("pixel %d shows what was transparent", n)
		}
	}
	palette := image.NewPaletted(image.Rect(0, 0, 4, 4), color.Palette{color.Black, color.RGBA{'C', 'A', 'N', 255}, color.RGBA{'A', 'R', 'Y', 255}})
	p, _ = remade(t, pngOf(t, palette))
	if bytes.Contains(p.PNG, []byte("CANARY")) || bytes.Contains(p.PNG, []byte("PLTE")) {
		t.Error("the palette is kept")
	}
	half := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	half.Set(0, 0, color.NRGBA{A: 128})
	if _, img := remade(t, pngOf(t, half)); img.At(0, 0) != (color.RGBA{R: 127, G: 127, B: 127, A: 255}) {
		t.Errorf("half a black pixel on white is %v", img.At(0, 0))
	}
}

// The camera's orientation is applied, then forgotten.
func TestOrientation(t *testing.T) {
	t.Parallel()
	// What is seen at the top left, top right, bottom left, bottom right.
	seen := map[uint16][4]int{1: {0, 1, 2, 3}, 2: {1, 0, 3, 2}, 3: {3, 2, 1, 0}, 4: {2, 3, 0, 1}, 5: {0, 2, 1, 3}, 6: {2, 0, 3, 1}, 7: {3, 1, 2, 0}, 8: {1, 3, 0, 2},
		0: {0, 1, 2, 3}, 9: {0, 1, 2, 3}}
	photo := jpegOf(t, corners(64, 32))
	for o, want := range seen {
		p, img := remade(t, afterHead(photo, 2, exif(o, canary)))
		w, h := 64, 32
		if o >= 5 && o <= 8 {
			w, h = 32, 64
		}
		if p.Width != w || p.Height != h || img.Bounds().Dx() != w || img.Bounds().Dy() != h {
			t.Errorf("orientation %d: %d × %d", o, p.Width, p.Height)
		}
		for n, corner := range want {
			x, y := w/4+n%2*w/2, h/4+n/2*h/2
			if got := nearest(img.At(x, y)); got != corner {
				t.Errorf("orientation %d: corner %d shows colour %d, want %d", o, n, got, corner)
			}
		}
	}
}

func nearest(c color.Color) int {
	r, g, b, _ := c.RGBA()
	best, least := -1, uint32(1<<31)
	for n, k := range cornerColours {
		kr, kg, kb, _ := k.RGBA()
		if d := max(r, kr) - min(r, kr) + max(g, kg) - min(g, kg) + max(b, kb) - min(b, kb); d < least {
			best, least = n, d
		}
	}
	return best
}

// The kinds of JPEG that scanners and programs write show what they show
// elsewhere.
func TestKindsOfFiles(t *testing.T) {
	t.Parallel()
	read := func(name string) []byte {
		raw, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	for name, like := range map[string]string{
		"video-001.cmyk.jpeg": "video-001.cmyk.png", "video-001.progressive.jpeg": "video-001.png", "video-001.rgb.jpeg": "video-001.png",
		"video-005.gray.jpeg": "", "video-001.png": "video-001.png",
	} {
		p, img := remade(t, read(name))
		if p.Width != 150 || p.Height != 103 {
			t.Errorf("%s: %d × %d", name, p.Width, p.Height)
		}
		if like == "" {
			continue
		}
		want, err := png.Decode(bytes.NewReader(read(like)))
		if err != nil {
			t.Fatal(err)
		}
		if d := distance(img, want); d > 12 {
			t.Errorf("%s: differs from %s by %d of 255 on average", name, like, d)
		}
	}
	deep := image.NewRGBA64(image.Rect(0, 0, 3, 3))
	deep.Set(1, 1, color.RGBA64{R: 0xabcd, A: 0xffff})
	if _, img := remade(t, pngOf(t, deep)); img.At(1, 1) != (color.RGBA{R: 0xab, A: 255}) {
		t.Errorf("sixteen bits became %v", img.At(1, 1))
	}
	moved := corners(8, 8).SubImage(image.Rect(4, 4, 8, 8))
	if _, img := remade(t, pngOf(t, moved)); nearest(img.At(1, 1)) != 3 {
		t.Error("a part of a picture shows another part")
	}
}

func distance(a, b image.Image) int {
	sum, n := 0, 0
	for x := range a.Bounds().Dx() {
		for y := range a.Bounds().Dy() {
			ar, ag, ab, _ := a.At(x, y).RGBA()
			br, bg, bb, _ := b.At(x, y).RGBA()
			for _, p := range [][2]uint32{{ar, br}, {ag, bg}, {ab, bb}} {
				sum += int(max(p[0], p[1])-min(p[0], p[1])) >> 8
				n++
			}
		}
	}
	return sum / n
}

// Cut off anywhere, or with any byte changed, a file is a picture or refused.
func TestDamagedFiles(t *testing.T) {
	t.Parallel()
	for _, raw := range [][]byte{pngOf(t, corners(16, 8)), afterHead(jpegOf(t, corners(16, 8)), 2, exif(6, canary))} {
		for n := range raw {
			changed := bytes.Clone(raw)
			changed[n] ^= 0xff
			for _, damaged := range [][]byte{raw[:n], changed} {
				p, err := picture.Remake(damaged)
				if err != nil && !apperr.Is(err, apperr.Invalid) && !apperr.Is(err, apperr.TooLarge) {
					t.Fatalf("byte %d: %v", n, err)
				}
				if err == nil && p.Width*p.Height == 0 {
					t.Fatalf("byte %d: an empty picture", n)
				}
			}
		}
	}
}

// chunkTypes names the chunks of a PNG file in their order.
func chunkTypes(file []byte) (out []string) {
	for at := 8; at+12 <= len(file); at += 12 + int(binary.BigEndian.Uint32(file[at:])) {
		out = append(out, string(file[at+4:at+8]))
	}
	return out
}

// FuzzRemake: whatever is sent, it is refused with a text for people or becomes
// a PNG of pixels alone.
func FuzzRemake(f *testing.F) {
	seeds := [][]byte{nil, pngOf(f, corners(4, 4)), jpegOf(f, corners(16, 8)), afterHead(jpegOf(f, corners(16, 8)), 2, exif(6, canary)), header(60_000, 60_000, 2),
		jpegHeader(0xc2, 4000, 4000), []byte("\x89PNG\r\n\x1a\n"), {0xff, 0xd8, 0xff, 0xe1, 0, 8, 'E', 'x', 'i', 'f', 0, 0}}
	for _, s := range seeds {
		f.Add(s)
	}
	if len(seeds) != 8 {
		f.Fatalf("%d seeds, want 8", len(seeds))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := picture.Remake(raw)
		if err != nil {
			if k := apperr.KindOf(err); k != apperr.Invalid && k != apperr.TooLarge {
				t.Fatalf("an error of kind %s", k)
			}
			return
		}
		c, err := png.DecodeConfig(bytes.NewReader(p.PNG))
		if err != nil || c.Width != p.Width || c.Height != p.Height || !slices.Equal(slices.Compact(chunkTypes(p.PNG)), []string{"IHDR", "IDAT", "IEND"}) {
			t.Fatalf("%d × %d, %v, %v", c.Width, c.Height, err, chunkTypes(p.PNG))
		}
	})
}
