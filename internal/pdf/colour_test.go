package pdf

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"
)

// profile makes an ICC profile of version 2.1 (ICC.1:2001-04) for sRGB, with its
// primaries adapted to D50 and its curve at 256 places.
func profile() []byte {
	be := binary.BigEndian
	xyz := func(x, y, z float64) []byte {
		b := []byte("XYZ \x00\x00\x00\x00")
		for _, v := range []float64{x, y, z} {
			b = be.AppendUint32(b, uint32(math.Round(v*65536)))
		}
		return b
	}
	const label = "sRGB IEC61966-2.1\x00"
	desc := be.AppendUint32([]byte("desc\x00\x00\x00\x00"), uint32(len(label)))
	desc = append(append(desc, label...), make([]byte, 4+4+2+1+67)...)
	curve := be.AppendUint32([]byte("curv\x00\x00\x00\x00"), 256)
	for i := range 256 {
		v := float64(i) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		curve = be.AppendUint16(curve, uint16(math.Round(v*65535)))
	}
	tags := []struct {
		name string
		data []byte
	}{
		{"desc", desc},
		{"cprt", []byte("text\x00\x00\x00\x00No copyright is claimed.\x00")},
		{"wtpt", xyz(0.95045, 1, 1.08905)},
		{"rXYZ", xyz(0.43607, 0.22249, 0.01392)},
		{"gXYZ", xyz(0.38515, 0.71687, 0.09708)},
		{"bXYZ", xyz(0.14307, 0.06061, 0.71410)},
		{"rTRC", curve}, {"gTRC", nil}, {"bTRC", nil}, // the same curve
	}
	head := make([]byte, 128)
	be.PutUint32(head[8:], 0x02100000)
	copy(head[12:], "mntrRGB XYZ ")
	for i, v := range []uint16{2026, 11, 1, 0, 0, 0} {
		be.PutUint16(head[24+2*i:], v)
	}
	copy(head[36:], "acsp")
	copy(head[68:], xyz(0.9642, 1, 0.8249)[8:])
	table := be.AppendUint32(nil, uint32(len(tags)))
	var body []byte
	at, size := 0, 0
	for _, tag := range tags {
		if tag.data != nil {
			at, size = 128+4+12*len(tags)+len(body), len(tag.data)
			body = append(body, tag.data...)
			for len(body)%4 != 0 {
				body = append(body, 0)
			}
		}
		table = be.AppendUint32(be.AppendUint32(append(table, tag.name...), uint32(at)), uint32(size))
	}
	out := append(append(head, table...), body...)
	be.PutUint32(out, uint32(len(out)))
	return out
}

func TestProfile(t *testing.T) {
	t.Parallel()
	want := profile()
	if !bytes.Equal(srgb, want) {
		t.Errorf("the profile is another than the one that is computed here:\n%x", want)
	}
}

func TestVisible(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain ⟨x⟩": "plain ⟨x⟩", "a\tb": "a b", "line\nfeed": "line\nfeed", "over\u202Eride\x00": "overU+202ErideU+0000", "\U000E0041": "U+E0041",
	} {
		if got := visible(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if got := len([]rune(visible(string(make([]rune, 9000))))); got > maxUnits+8 {
		t.Errorf("9,000 NULs give %d characters", got)
	}
}
