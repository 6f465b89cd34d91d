package packet

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

// testReserve is what a signature without a stamp needs: each byte that is
// reserved stands in packets of which every byte is flipped.
const testReserve = 1100

// fewBytes stands for the report where its bytes do not matter: the smallest
// signed PDF of the shape that internal/pdf gives it.
func fewBytes(s *sheet) ([]byte, error) {
	reserve := testReserve
	if s.seal.Reserve > 4<<10 { // with a time stamp
		reserve = s.seal.Reserve
	}
	return newSmallPDF(s.manifestSHA256, reserve).sign(s.seal.Sign)
}

// smallPDF is a PDF in the making, with the places that tests spoil.
type smallPDF struct {
	packed    []string // objects from 1 on, in an object stream
	signature string   // inside of the signature dictionary, without range and contents
	reserve   int
	extra     string // objects behind the signature
	title     string
}

func newSmallPDF(title string, reserve int) *smallPDF {
	return &smallPDF{
		packed: []string{
			"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]/SigFlags 3>>>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Annots[4 0 R]>>", "<</Type/Annot/Subtype/Widget/FT/Sig/T<53>/F 132/Rect[0 0 0 0]/V 5 0 R>>",
		},
		signature: "/Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached", reserve: reserve, title: title,
	}
}

func (p *smallPDF) sign(sign func([sha256.Size]byte) ([]byte, error)) ([]byte, error) {
	var b bytes.Buffer
	offsets := map[int]int{}
	put := func(number int, body string) {
		offsets[number] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", number, body)
	}
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	var head, body strings.Builder
	for i, o := range p.packed {
		fmt.Fprintf(&head, "%d %d ", i+1, body.Len())
		body.WriteString(o + "\n")
	}
	put(6, stream(fmt.Sprintf("/Type/ObjStm/N %d/First %d", len(p.packed), head.Len()), head.String()+body.String()))
	put(7, "<</Title<"+hex.EncodeToString([]byte(p.title))+">>>")

	offsets[5] = b.Len()
	fmt.Fprintf(&b, "5 0 obj\n<<%s/ByteRange[0 ", p.signature)
	rangeAt := b.Len()
	b.WriteString(strings.Repeat(" ", 32) + "]/Contents")
	start := b.Len()
	b.WriteString("<" + strings.Repeat("00", p.reserve) + ">")
	end := b.Len()
	b.WriteString(">>\nendobj\n" + p.extra)

	offsets[8] = b.Len()
	rows := []byte{0, 0, 0, 0, 0xff, 0xff}
	for number := 1; number <= 8; number++ {
		row := []byte{2, 0, 0, 6, 0, byte(number - 1)}
		if at, plain := offsets[number]; plain {
			row = []byte{1, byte(at >> 16), byte(at >> 8), byte(at), 0, 0}
		}
		rows = append(rows, row...)
	}
	put(8, stream("/Type/XRef/W[1 3 2]/Size 9/Root 1 0 R/Info 7 0 R", string(rows)))
	fmt.Fprintf(&b, "startxref\n%d\n%%%%EOF\n", offsets[8])

	all := b.Bytes()
	copy(all[rangeAt:], fmt.Sprintf("%d %d %d", start, end, len(all)-end))
	h := sha256.New()
	h.Write(all[:start])
	h.Write(all[end:])
	cms, err := sign([sha256.Size]byte(h.Sum(nil)))
	if err != nil {
		return nil, err
	}
	if len(cms) > p.reserve {
		return nil, fmt.Errorf("a signature of %d bytes", len(cms))
	}
	hex.Encode(all[start+1:], cms)
	return all, nil
}

// stream is a deflated stream object.
func stream(dict, data string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write([]byte(data)) // into memory
	_ = z.Close()
	return fmt.Sprintf("<<%s/Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream", dict, b.Len(), b.String())
}

// TestSmallPDF: what stands for the report is a PDF for others too.
func TestSmallPDF(t *testing.T) {
	t.Parallel()
	p := mustBuild(t, smallContent(t), ring(t))
	dir := t.TempDir()
	unpack(t, p.Zip, dir)
	if out := command(t, dir, "qpdf", "--check", "packet.pdf"); !strings.Contains(out, "No syntax or stream encoding errors found") {
		t.Error(out)
	}
}
