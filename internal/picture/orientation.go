package picture

import "encoding/binary"

// orientation is that of EXIF, tag 0x0112: where the first row and the first
// column of the stored pixels are in the picture.
type orientation int

const upright orientation = 1

// isLying tells whether width and height are exchanged.
func (o orientation) isLying() bool { return o >= 5 && o <= 8 }

// from gives the stored pixel that is seen at (x, y); w and h are the stored
// width and height.
func (o orientation) from(x, y, w, h int) (sx, sy int) {
	switch o {
	case 2: // mirrored
		return w - 1 - x, y
	case 3: // upside down
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6: // turned to the left: the seen right edge is the stored top
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	}
	return x, y
}

// The markers of JPEG that are looked at.
const (
	markerAPP1 = 0xe1 // EXIF
	markerSOF2 = 0xc2 // a progressive frame
	markerSOS  = 0xda // the pixels begin
)

// scanJPEG looks through the segments before the pixels. What it cannot read
// counts as not there: the decoder judges the file.
func scanJPEG(raw []byte) (progressive bool, o orientation) {
	o = upright
	for at := 2; at+4 <= len(raw) && raw[at] == 0xff; {
		marker := raw[at+1]
		if marker == 0xff { // filling
			at++
			continue
		}
		length := int(binary.BigEndian.Uint16(raw[at+2:]))
		if marker == markerSOS || length < 2 || at+2+length > len(raw) {
			return progressive || marker == markerSOF2, o
		}
		segment := raw[at+4 : at+2+length]
		switch marker {
		case markerSOF2:
			progressive = true
		case markerAPP1:
			if found := exifOrientation(segment); found != 0 {
				o = found
			}
		}
		at += 2 + length
	}
	return progressive, o
}

// maxTags is how many fields of an EXIF directory are looked at.
const maxTags = 200

// exifOrientation reads the orientation out of an EXIF segment; 0 for none.
func exifOrientation(segment []byte) orientation {
	const begin = "Exif\x00\x00"
	if len(segment) < len(begin)+8 || string(segment[:len(begin)]) != begin {
		return 0
	}
	tiff := segment[len(begin):]
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 0
	}
	first := int64(order.Uint32(tiff[4:]))
	if first+2 > int64(len(tiff)) {
		return 0
	}
	directory := tiff[first:]
	count := int(order.Uint16(directory))
	for n := range min(count, maxTags) {
		field := directory[2:]
		if (n+1)*12 > len(field) {
			return 0
		}
		field = field[n*12:]
		const tag, short = 0x0112, 3
		if order.Uint16(field) == tag && order.Uint16(field[2:]) == short {
			if v := orientation(order.Uint16(field[8:])); v >= 1 && v <= 8 {
				return v
			}
			return 0
		}
	}
	return 0
}
