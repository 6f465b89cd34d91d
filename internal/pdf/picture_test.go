package pdf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"strings"
	"testing"
)

// orange is the colour of the test pictures.
var orange = color.NRGBA{0xE0, 0x80, 0x20, 0xFF}

// pictures are files of every kind that must work, orange or its grey where
// the kind allows.
func pictures(t testing.TB) map[string][]byte {
	t.Helper()
	rect := image.Rect(0, 0, 24, 16)
	fill := func(set func(x, y int)) {
		for y := range rect.Dy() {
			for x := range rect.Dx() {
				set(x, y)
			}
		}
	}
	rgb, deep, gray := image.NewNRGBA(rect), image.NewNRGBA64(rect), image.NewGray(rect)
	clear, deepGray := image.NewNRGBA(rect), image.NewGray16(rect)
	pal := image.NewPaletted(rect, color.Palette{color.White, orange, color.Transparent})
	fill(func(x, y int) {
		rgb.Set(x, y, orange)
		deep.Set(x, y, orange)
		gray.Set(x, y, orange)
		deepGray.Set(x, y, orange)
		pal.SetColorIndex(x, y, 1)
		clear.SetNRGBA(x, y, color.NRGBA{0xC1, 0x01, 0x00, 0x80}) // half over white
	})
	out := map[string][]byte{}
	for name, img := range map[string]image.Image{"rgb": rgb, "deep": deep, "gray": gray, "deep gray": deepGray, "palette": pal, "half clear": clear} {
		var buf bytes.Buffer
		if err := png.Encode(&buf, img); err != nil {
			t.Fatal(err)
		}
		out[name] = buf.Bytes()
	}
	for name, img := range map[string]image.Image{"jpeg": rgb, "gray jpeg": gray} {
		var buf bytes.Buffer
		if err := jpeg.Encode(&buf, img, nil); err != nil {
			t.Fatal(err)
		}
		out[name] = buf.Bytes()
	}
	out["jpeg with position"] = withExif(out["jpeg"])
	out["interlaced"] = interlaced(t)
	return out
}

// withExif puts a comment, an Exif segment and a tail into a JPEG.
func withExif(b []byte) []byte {
	exif := append([]byte{0xFF, 0xE1, 0, 22}, "Exif\x00\x00secret-position"[:20]...)
	note := append([]byte{0xFF, 0xFE, 0, 16}, "secret-comment"...)
	out := append(append(append([]byte(nil), b[:2]...), exif...), note...)
	return append(append(out, b[2:]...), "secret-tail\xFF\xD9"...)
}

// interlaced is a picture of one pixel, for which both orders are the same.
func interlaced(t testing.TB) []byte {
	one := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	one.Set(0, 0, orange)
	var buf bytes.Buffer
	if err := png.Encode(&buf, one); err != nil {
		t.Fatal(err)
	}
	return patched(buf.Bytes(), 28, 1)
}

// patched changes a byte of the header chunk of a PNG and mends its sum.
func patched(b []byte, at int, v byte) []byte {
	b = bytes.Clone(b)
	b[at] = v
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

func TestPicturesLookRight(t *testing.T) {
	t.Parallel()
	for name, data := range pictures(t) {
		img, err := NewImage(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		d := New(Options{Title: "Picture", Created: made, Page: Size{W: 100, H: 100}, Margins: Margins{Top: 5, Right: 5, Bottom: 5, Left: 5}})
		d.Add(Figure{Image: img, Alt: name, Width: 40})
		_, path := rendered(t, d)
		tool(t, "pdftoppm", "-r", "72", "-png", "-singlefile", path, path)
		file, err := os.ReadFile(path + ".png")
		if err != nil {
			t.Fatal(err)
		}
		page, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		want := color.RGBAModel.Convert(orange).(color.RGBA)
		if strings.Contains(name, "gray") {
			want = color.RGBAModel.Convert(color.GrayModel.Convert(orange)).(color.RGBA)
		}
		if name == "half clear" {
			want = color.RGBA{0xE0, 0x80, 0x7F, 0xFF} // no darker than half of the white below
		}
		got := color.RGBAModel.Convert(page.At(20, 15)).(color.RGBA)
		if far(got.R, want.R) || far(got.G, want.G) || far(got.B, want.B) {
			t.Errorf("%s: printed as %v, want %v", name, got, want)
		}
		outside := color.RGBAModel.Convert(page.At(90, 90)).(color.RGBA)
		if outside != (color.RGBA{255, 255, 255, 255}) {
			t.Errorf("%s: the page is %v", name, outside)
		}
	}
}

func far(a, b uint8) bool { return max(a, b)-min(a, b) > 4 }

func TestPicturesAreKept(t *testing.T) {
	t.Parallel()
	files := pictures(t)
	img, err := NewImage(files["rgb"])
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(files["rgb"], img.data) {
		t.Error("the rows of an RGB picture were changed")
	}
	photo, err := NewImage(files["jpeg with position"])
	if err != nil {
		t.Fatal(err)
	}
	if !photo.jpeg || bytes.Contains(photo.data, []byte("secret")) {
		t.Error("the JPEG was changed or kept its metadata")
	}
	d := plainDoc()
	for range 5 {
		d.Add(Figure{Image: img, Alt: "the same"})
	}
	_, path := rendered(t, d)
	if got := strings.Count(tool(t, "qpdf", "--json", "--json-key=qpdf", path), `"/Subtype": "/Image"`); got != 1 {
		t.Errorf("a picture used five times is stored %d times", got)
	}
}

func TestBadPictures(t *testing.T) {
	t.Parallel()
	good := pictures(t)["rgb"]
	long := bytes.Clone(good)
	long[len(long)-20]++
	wide := patched(patched(good, 16, 0x7F), 20, 0x7F)
	for name, tc := range map[string]struct {
		data []byte
		want error
	}{
		"empty": {nil, ErrImageFormat}, "text": {[]byte("not a picture"), ErrImageFormat},
		"cut": {good[:len(good)-30], ErrImageDamaged}, "head only": {good[:33], ErrImageDamaged}, "flipped": {long, ErrImageDamaged},
		"huge": {wide, ErrImageTooBig}, "rows missing": {patched(good, 23, 200), ErrImageDamaged}, "rows too many": {patched(good, 23, 3), ErrImageDamaged},
		"cut jpeg": {pictures(t)["jpeg"][:300], ErrImageDamaged}, "too long": {make([]byte, MaxImageBytes+1), ErrImageTooBig},
	} {
		if _, err := NewImage(tc.data); !errors.Is(err, tc.want) {
			t.Errorf("%s: got %v, want %v", name, err, tc.want)
		}
	}
}

// FuzzNewImage reads damaged pictures. What is accepted must be within the limits,
// render without complaint, and be the same each time.
func FuzzNewImage(f *testing.F) {
	seeds := 0
	for _, data := range pictures(f) {
		f.Add(data)
		f.Add(data[:len(data)*2/3])
		seeds += 2
	}
	if seeds != 20 {
		f.Fatalf("%d seeds, want 20", seeds)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		img, err := NewImage(data)
		if err != nil {
			if !errors.Is(err, ErrImageDamaged) && !errors.Is(err, ErrImageFormat) && !errors.Is(err, ErrImageTooBig) {
				t.Fatalf("unknown error: %v", err)
			}
			return
		}
		if withinLimits(img.Width, img.Height) != nil {
			t.Fatalf("accepted %d x %d pixels", img.Width, img.Height)
		}
		if again, err := NewImage(data); err != nil || again.key != img.key {
			t.Fatalf("the second reading differs: %v", err)
		}
		d := plainDoc()
		d.Add(Figure{Image: img, Alt: "fuzz"})
		if _, err := d.Render(); err != nil {
			t.Fatalf("rendering: %v", err)
		}
	})
}
