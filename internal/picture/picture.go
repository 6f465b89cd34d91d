// Package picture makes an uploaded picture anew: PNG or JPEG in, PNG out, with
// the pixels as a person sees them and nothing else. Metadata, colour profiles,
// thumbnails, further frames, unused palette entries, what lies under
// transparent pixels and what follows the picture are not carried over. Pure:
// bytes in, bytes out, in bounded memory.
package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// Limits of a picture.
const (
	MaxBytes  = 5 << 20    // of the file
	MaxPixels = 25_000_000 // width times height
	// maxMemory bounds what is held meanwhile, in bytes: 25 million pixels of a
	// screen shot fit, a progressive JPEG of 10 million.
	maxMemory = 200_000_000
	// copied is what a copy of a pixel takes, in bytes.
	copied = 4
)

// Picture is a picture made anew.
type Picture struct {
	PNG           []byte
	Width, Height int // as shown
}

// Remake decodes a PNG or JPEG under the limits and encodes its pixels as PNG,
// turned as the camera's orientation says and on white where it is transparent.
// Errors are *apperr.Error of kind Invalid or TooLarge.
func Remake(raw []byte) (Picture, error) {
	if len(raw) > MaxBytes {
		return Picture{}, apperr.New(apperr.TooLarge, "The picture is larger than 5 MB. Save it smaller and add it again.")
	}
	header, read, err := readHeader(raw)
	if err != nil {
		return Picture{}, apperr.Wrap(apperr.Invalid, "The file is no PNG or JPEG picture. Save the screenshot as one of them.", err)
	}
	if header.width <= 0 || header.height <= 0 || header.width > MaxPixels/header.height {
		return Picture{}, apperr.New(apperr.TooLarge, "The picture has more than 25 million pixels. Save it smaller and add it again.")
	}
	memory := header.depth + copied
	if header.orientation != upright {
		memory += copied
	}
	if header.width*header.height*memory > maxMemory {
		return Picture{}, apperr.New(apperr.TooLarge, "The picture takes too much memory in this form. Save it smaller, or as an ordinary PNG, and add it again.")
	}
	decoded, err := read()
	if err != nil {
		return Picture{}, apperr.Wrap(apperr.Invalid, "The picture is damaged. Save it again and add it.", err)
	}
	seen := turn(onWhite(decoded), header.orientation)
	var out bytes.Buffer
	if err := png.Encode(&out, seen); err != nil {
		return Picture{}, fmt.Errorf("encoding a picture: %w", err)
	}
	return Picture{PNG: out.Bytes(), Width: seen.Rect.Dx(), Height: seen.Rect.Dy()}, nil
}

// header is what is known of a picture before it is decoded.
type header struct {
	width, height int
	depth         int // bytes that the decoder holds per pixel
	orientation   orientation
}

// readHeader tells the format by the first bytes, and how to decode it.
func readHeader(raw []byte) (header, func() (image.Image, error), error) {
	in := bytes.NewReader(raw)
	if bytes.HasPrefix(raw, []byte("\x89PNG\r\n\x1a\n")) {
		c, err := png.DecodeConfig(in)
		return header{c.Width, c.Height, pixelBytes(c.ColorModel), upright}, func() (image.Image, error) { return png.Decode(bytes.NewReader(raw)) }, err
	}
	c, err := jpeg.DecodeConfig(in)
	if err != nil {
		return header{}, nil, err
	}
	h := header{c.Width, c.Height, pixelBytes(c.ColorModel), upright}
	progressive := false
	progressive, h.orientation = scanJPEG(raw)
	if progressive {
		h.depth *= 5 // each value is kept as a coefficient of four bytes until the end
	}
	return h, func() (image.Image, error) { return jpeg.Decode(bytes.NewReader(raw)) }, nil
}

func pixelBytes(m color.Model) int {
	switch m {
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	case color.Gray16Model:
		return 2
	case color.GrayModel:
		return 1
	case color.YCbCrModel:
		return 3
	}
	if _, palette := m.(color.Palette); palette {
		return 1
	}
	return 4
}

// onWhite copies a picture as it is seen on white paper: opaque, eight bits deep,
// from the origin.
func onWhite(img image.Image) *image.RGBA {
	b := img.Bounds()
	out := image.NewRGBA(image.Rectangle{Max: b.Size()})
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, img, b.Min, draw.Over)
	return out
}

// turn gives a picture upright.
func turn(img *image.RGBA, o orientation) *image.RGBA {
	if o == upright {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	size := image.Pt(w, h)
	if o.isLying() {
		size = image.Pt(h, w)
	}
	out := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			sx, sy := o.from(x, y, w, h)
			copy(out.Pix[out.PixOffset(x, y):][:4], img.Pix[img.PixOffset(sx, sy):][:4])
		}
	}
	return out
}
