package pdf

import (
	"bytes"
	"compress/zlib"
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
	clear, deepGray, deepClear := image.NewNRGBA(rect), image.NewGray16(rect), image.NewNRGBA64(rect)
	pal := image.NewPaletted(rect, color.Palette{color.White, orange, color.Transparent})
	fill(func(x, y int) {
		rgb.Set(x, y, orange)
		deep.Set(x, y, orange)
		gray.Set(x, y, orange)
		deepGray.Set(x, y, orange)
		pal.SetColorIndex(x, y, 1)
		clear.SetNRGBA(x, y, color.NRGBA{0xC1, 0x01, 0x00, 0x80}) // half over white
		deepClear.SetNRGBA64(x, y, color.NRGBA64{0xC1C1, 0x0101, 0x0000, 0x8080})
	})
	out := map[string][]byte{}
	for name, img := range map[string]image.Image{"rgb": rgb, "deep": deep, "gray": gray, "deep gray": deepGray, "palette": pal, "half clear": clear, "deep half clear": deepClear} {
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
	for _, name := range []string{"progressive.jpg", "cmyk.jpg"} {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = data
	}
	flat := bytes.Repeat([]byte{orange.R, orange.G, orange.B}, 24)
	out["interlaced"] = interlaced(flat)
	out["plain palette"] = rawPNG(8, 3, []byte{255, 255, 255, orange.R, orange.G, orange.B}, bytes.Repeat([]byte{1}, 24))
	out["four colours"] = rawPNG(2, 3, []byte{0, 0, 0, 9, 9, 9, orange.R, orange.G, orange.B}, bytes.Repeat([]byte{0xAA}, 6))
	for depth, row := range map[byte][]byte{1: bytes.Repeat([]byte{0xFF}, 3), 2: bytes.Repeat([]byte{0xAA}, 6), 4: bytes.Repeat([]byte{0x99}, 12)} {
		out["gray of "+itoa(int(depth))] = rawPNG(depth, 0, nil, row)
	}
	return out
}

// rawPNG is a picture of 24 by 16 whose rows are all the same.
func rawPNG(depth, kind byte, palette, row []byte) []byte {
	return chunked(depth, kind, 0, palette, bytes.Repeat(append([]byte{0}, row...), 16))
}

// interlaced is a picture of one row's colour in the seven passes of Adam7.
func interlaced(row []byte) []byte {
	var rows []byte
	for _, pass := range [][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
		for y := pass[1]; y < 16; y += pass[3] {
			rows = append(rows, 0)
			for x := pass[0]; x < 24; x += pass[2] {
				rows = append(rows, row[3*x:3*x+3]...)
			}
		}
	}
	return chunked(8, 2, 1, nil, rows)
}

// chunked is a PNG file of 24 by 16 pixels.
func chunked(depth, kind, interlace byte, palette, rows []byte) []byte {
	out := []byte(pngSignature)
	chunk := func(kind string, body []byte) {
		out = binary.BigEndian.AppendUint32(out, uint32(len(body)))
		out = append(append(out, kind...), body...)
		out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[len(out)-len(body)-4:]))
	}
	chunk("IHDR", []byte{0, 0, 0, 24, 0, 0, 0, 16, depth, kind, 0, 0, interlace})
	if palette != nil {
		chunk("PLTE", palette)
	}
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	_, _ = w.Write(rows)
	_ = w.Close()
	chunk("IDAT", z.Bytes())
	chunk("IEND", nil)
	return out
}

// withExif puts a comment, an Exif segment and a tail into a JPEG.
func withExif(b []byte) []byte {
	exif := append([]byte{0xFF, 0xE1, 0, 22}, "Exif\x00\x00secret-position"[:20]...)
	note := append([]byte{0xFF, 0xFE, 0, 16}, "secret-comment"...)
	out := append(append(append([]byte(nil), b[:2]...), exif...), note...)
	return append(append(out, b[2:]...), "secret-tail\xFF\xD9"...)
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
		switch name {
		case "gray", "deep gray", "gray jpeg":
			want = color.RGBAModel.Convert(color.GrayModel.Convert(orange)).(color.RGBA)
		case "gray of 1":
			want = color.RGBA{255, 255, 255, 255}
		case "gray of 2":
			want = color.RGBA{170, 170, 170, 255}
		case "gray of 4":
			want = color.RGBA{153, 153, 153, 255}
		}
		if strings.HasSuffix(name, "half clear") {
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

// kept tells whether the data of a picture is that of a file.
func kept(file []byte, img *Image) bool {
	for _, part := range img.data {
		if !bytes.Contains(file, part) {
			return false
		}
	}
	return true
}

func TestPicturesAreKept(t *testing.T) {
	t.Parallel()
	files := pictures(t)
	img, err := NewImage(files["rgb"])
	if err != nil {
		t.Fatal(err)
	}
	if !kept(files["rgb"], img) {
		t.Error("the rows of an RGB picture were changed")
	}
	photo, err := NewImage(files["jpeg with position"])
	if err != nil {
		t.Fatal(err)
	}
	if !photo.jpeg || bytes.Contains(bytes.Join(photo.data, nil), []byte("secret")) {
		t.Error("the JPEG was changed or kept its metadata")
	}
	for name, data := range files {
		img, err := NewImage(data)
		if err != nil {
			t.Fatal(err)
		}
		encoded := name == "interlaced" || name == "palette" || name == "cmyk.jpg" || strings.HasSuffix(name, "half clear")
		if kept := img.size() <= len(data) && (img.jpeg || kept(data, img)); kept == encoded {
			t.Errorf("%s: its data is kept: %v", name, kept)
		}
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
	if seeds != 36 {
		f.Fatalf("%d seeds, want 36", seeds)
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
