package pdf

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
)

// Limits of a picture. They are checked before any pixel is decoded.
const (
	MaxImageBytes  = 32 << 20 // of the file
	MaxImagePixels = 40_000_000
	MaxImageSide   = 16_384
)

// Errors of pictures.
var (
	ErrImageFormat  = errors.New("picture is neither PNG nor JPEG")
	ErrImageTooBig  = errors.New("picture is over the limits")
	ErrImageDamaged = errors.New("picture is damaged")
)

// Image is a picture: of [NewImage] a checked one, of [ScanImage] one whose Check
// is due. It is never changed and may be used in several documents at once.
type Image struct {
	Width, Height int // pixels
	gray          bool
	jpeg          bool
	depth         int      // bits of a sample
	palette       []byte   // colours of three bytes, nil when the samples are colours
	data          [][]byte // deflated rows with PNG filters, or a JPEG file; in parts, as PNG files have them
	rowBytes      int      // of a row with its filter, as long as Check has to inflate them; else 0
	key           [sha256.Size]byte
}

// NewImage reads a PNG or JPEG file. The whole picture is checked, so that a
// viewer does not stumble over it later, and everything but the pixels
// (positions, dates, comments, cameras, colour profiles) is dropped. The data of
// PNG files of grey, RGB or palette colours in any depth and of JPEG files of grey
// or YCbCr colours, baseline or progressive, is kept as it is. PNG files that are
// interlaced or let what is below shine through, and JPEG files of other colours,
// are decoded, laid on white and encoded anew. The result refers to data, which must
// not be changed.
func NewImage(data []byte) (*Image, error) {
	img, err := ScanImage(data)
	if err != nil {
		return nil, err
	}
	if err := img.Check(); err != nil {
		return nil, err
	}
	return img, nil
}

// ScanImage is NewImage without the inflating of rows that are kept, which Check
// does. A document can be laid out from its result, but must not be given away
// before Check has said that the picture is whole.
func ScanImage(data []byte) (*Image, error) {
	if len(data) > MaxImageBytes {
		return nil, fmt.Errorf("reading picture of %d bytes: %w", len(data), ErrImageTooBig)
	}
	var img *Image
	var err error
	switch {
	case bytes.HasPrefix(data, []byte(pngSignature)):
		img, err = readPNG(data)
	case bytes.HasPrefix(data, []byte{0xFF, 0xD8, 0xFF}):
		img, err = readJPEG(data)
	default:
		err = ErrImageFormat
	}
	if err != nil {
		return nil, fmt.Errorf("reading picture: %w", err)
	}
	sum := sha256.New()
	sum.Write([]byte(img.dict()))
	for _, part := range img.data {
		sum.Write(part)
	}
	sum.Sum(img.key[:0])
	return img, nil
}

func withinLimits(w, h int) error {
	switch {
	case w <= 0 || h <= 0:
		return ErrImageDamaged
	case w > MaxImageSide || h > MaxImageSide || w*h > MaxImagePixels:
		return ErrImageTooBig
	}
	return nil
}

const pngSignature = "\x89PNG\r\n\x1a\n"

// pngHead is the IHDR chunk.
type pngHead struct {
	w, h                    int
	depth, kind, interlaced byte
	plain                   bool // no transparent colour
	palette                 []byte
}

// samples is how many samples a pixel has when its row can be kept, 0 when it
// cannot.
func (h *pngHead) samples() int {
	deep := h.depth == 8 || h.depth == 16
	switch {
	case h.interlaced != 0 || !h.plain:
		return 0
	case h.kind == 0 && (deep || h.depth == 1 || h.depth == 2 || h.depth == 4):
		return 1
	case h.kind == 2 && deep:
		return 3
	case h.kind == 3 && len(h.palette) > 0 && (h.depth == 1 || h.depth == 2 || h.depth == 4 || h.depth == 8):
		return 1
	}
	return 0
}

// readPNG keeps the rows of a simple file, else decodes it.
func readPNG(data []byte) (*Image, error) {
	head, rows, err := scanPNG(data)
	if err != nil {
		return nil, err
	}
	if n := head.samples(); n > 0 {
		return &Image{
			Width: head.w, Height: head.h, gray: head.kind == 0, depth: int(head.depth), palette: head.palette, data: rows,
			rowBytes: 1 + (n*int(head.depth)*head.w+7)/8,
		}, nil
	}
	src, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, ErrImageDamaged
	}
	return encode(src)
}

// scanPNG reads the chunks it needs and checks their sums.
func scanPNG(data []byte) (head pngHead, rows [][]byte, err error) {
	head.plain = true
	for at := len(pngSignature); ; {
		if len(data)-at < 12 {
			return head, nil, ErrImageDamaged
		}
		n := int(binary.BigEndian.Uint32(data[at:]))
		if n > len(data)-at-12 {
			return head, nil, ErrImageDamaged
		}
		kind, body := string(data[at+4:at+8]), data[at+8:at+8+n]
		if crc32.ChecksumIEEE(data[at+4:at+8+n]) != binary.BigEndian.Uint32(data[at+8+n:]) {
			return head, nil, ErrImageDamaged
		}
		switch kind {
		case "IHDR":
			if n != 13 || head.w != 0 {
				return head, nil, ErrImageDamaged
			}
			w, h := binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[4:])
			head.w, head.h = int(min(w, MaxImageSide+1)), int(min(h, MaxImageSide+1))
			head.depth, head.kind, head.interlaced = body[8], body[9], body[12]
			if err := withinLimits(head.w, head.h); err != nil {
				return head, nil, err
			}
		case "PLTE":
			if n == 0 || n%3 != 0 || n > 3*256 || head.palette != nil {
				return head, nil, ErrImageDamaged
			}
			if head.kind == 3 { // for others it is a hint
				head.palette = bytes.Clone(body[:min(n, 3<<min(head.depth, 8))])
			}
		case "tRNS":
			head.plain = false
		case "IDAT":
			rows = append(rows, body)
		case "IEND":
			if head.w == 0 {
				return head, nil, ErrImageDamaged
			}
			return head, rows, nil
		}
		at += 12 + n
	}
}

// Check inflates kept rows once: as many as the header says, each with a known
// filter, and nothing behind them. Other pictures were decoded when they were read.
// It may run beside the layout of a document with the picture.
func (img *Image) Check() error {
	if img.rowBytes == 0 {
		return nil
	}
	if !checkRows(img.data, img.rowBytes, img.Height) {
		return fmt.Errorf("reading picture: %w", ErrImageDamaged)
	}
	return nil
}

// encode lays a decoded picture on white and keeps its rows as PNG has them.
func encode(src image.Image) (*Image, error) {
	b := src.Bounds()
	flat := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(flat, flat.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(flat, flat.Bounds(), src, b.Min, draw.Over)
	var buf bytes.Buffer
	if err := png.Encode(&buf, flat); err != nil {
		return nil, ErrImageDamaged
	}
	head, rows, err := scanPNG(buf.Bytes())
	if err != nil {
		return nil, err
	}
	return &Image{Width: head.w, Height: head.h, depth: 8, data: rows}, nil
}

// readJPEG checks a JPEG by decoding it and keeps the file without its metadata.
func readJPEG(data []byte) (*Image, error) {
	cfg, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, ErrImageDamaged
	}
	if err := withinLimits(cfg.Width, cfg.Height); err != nil {
		return nil, err
	}
	src, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, ErrImageDamaged
	}
	_, ycc := src.(*image.YCbCr)
	_, gray := src.(*image.Gray)
	kept, ok := stripJPEG(data)
	if !ok || !ycc && !gray {
		return encode(src) // RGB or CMYK samples: viewers disagree about them
	}
	return &Image{Width: cfg.Width, Height: cfg.Height, gray: gray, jpeg: true, depth: 8, data: [][]byte{kept}}, nil
}

// stripJPEG drops comments and application segments but JFIF, and everything
// behind the end of the picture.
func stripJPEG(data []byte) ([]byte, bool) {
	out := append([]byte(nil), data[:2]...)
	for at := 2; at+2 <= len(data) && data[at] == 0xFF; {
		marker := data[at+1]
		if marker == 0xD9 {
			return append(out, 0xFF, 0xD9), true
		}
		if at+4 > len(data) {
			return nil, false
		}
		n := int(binary.BigEndian.Uint16(data[at+2:]))
		end := at + 2 + n
		if marker < 0xC0 || n < 2 || end > len(data) {
			return nil, false
		}
		if marker == 0xDA {
			end = scanEnd(data, end)
		}
		if !(marker >= 0xE1 && marker <= 0xEF || marker == 0xFE) {
			out = append(out, data[at:end]...)
		}
		at = end
	}
	return nil, false
}

// scanEnd finds the next marker behind entropy-coded data.
func scanEnd(data []byte, at int) int {
	for ; at+1 < len(data); at++ {
		if m := data[at+1]; data[at] == 0xFF && m != 0 && m != 0xFF && (m < 0xD0 || m > 0xD7) {
			return at
		}
	}
	return len(data)
}

// size is how many bytes the data has.
func (i *Image) size() int {
	n := 0
	for _, part := range i.data {
		n += len(part)
	}
	return n
}

// dict is the inside of the image's dictionary (ISO 32000-1, 8.9.5).
func (i *Image) dict() string {
	w, h, depth := itoa(i.Width), itoa(i.Height), itoa(i.depth)
	space, colours := "/DeviceRGB", "3"
	switch {
	case i.palette != nil:
		space, colours = "[/Indexed/DeviceRGB "+itoa(len(i.palette)/3-1)+"<"+hex.EncodeToString(i.palette)+">]", "1"
	case i.gray:
		space, colours = "/DeviceGray", "1"
	}
	d := "/Type/XObject/Subtype/Image/Width " + w + "/Height " + h + "/BitsPerComponent " + depth + "/ColorSpace" + space
	if i.jpeg {
		return d + "/Filter/DCTDecode"
	}
	return d + "/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors " + colours + "/BitsPerComponent " + depth + "/Columns " + w + ">>"
}
