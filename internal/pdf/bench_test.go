package pdf

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// The shape of the packet that other writers were measured with: 48 items, each
// with its table of hops, 406 hops in all, six screenshots of 1280 by 800.
const (
	benchItems = 48
	benchHops  = 406
	benchShots = 6
)

// benchNames are people of several scripts.
var benchNames = []string{"Hugo Brandt", "Łucja Świątek", "Ελένη Παπαδοπούλου", "Олександр Їжакевич", "Đặng Thị Ngọc Ánh", "Işık Çağlar", "Þórður Ægir"}

// busyScreenshot is a picture that compresses about as badly as a real page.
func busyScreenshot(tb testing.TB, seed uint64) *Image {
	tb.Helper()
	src := image.NewRGBA(image.Rect(0, 0, 1280, 800))
	random := rand.New(rand.NewPCG(seed, 7))
	for y := range 800 {
		for x := range 1280 {
			c := color.RGBA{250, 250, 250, 255}
			if y > 200 && y < 460 && x > 100 && x < 1100 {
				c.R, c.G, c.B = uint8(random.IntN(256)), uint8(random.IntN(128)), uint8(y)
			}
			src.SetRGBA(x, y, c)
		}
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, src); err != nil {
		tb.Fatal(err)
	}
	img, err := NewImage(buf.Bytes())
	if err != nil {
		tb.Fatal(err)
	}
	return img
}

// hopRow is a row of a transcript table.
func hopRow(i int) Row {
	return Row{Anchor: "e" + itoa(i), Cells: []Cell{{Spans: []Span{T(itoa(i))}}, {Spans: []Span{M("GET")}},
		{Spans: []Span{M("api.idmelabs.com"), {Text: "/oauth/authorize/" + itoa(i), Mono: true, Bold: true}}},
		{Spans: []Span{T("client_id, state of hop " + itoa(i))}},
		{Spans: Verdict(MarkPass, "Pass", Pass)}}}
}

// packetDoc is a document of that shape, times as long.
func packetDoc(shots []*Image, times int) *Doc {
	d := New(Options{Title: "Readiness packet", Created: made, Header: header, Footer: footer,
		Attachments: []Attachment{{Name: "packet.json", Type: "application/json", Relationship: "Source",
			Data: bytes.Repeat([]byte(`{"id":"TST-09","state":"accepted","title":"Redirect URI is registered"},`), 1830)}}})
	list := Table{Columns: []Column{{Width: 60}, {Weight: 3}, {Weight: 2}, {Width: 60, Align: Right}}, Head: Cells("Item", "Title", "By", "Page")}
	d.Add(Heading{Level: 1, Text: "First responder sale", Anchor: "top"})
	for i := range benchItems {
		name := benchNames[i%len(benchNames)]
		list.Rows = append(list.Rows, Row{Cells: []Cell{{Spans: []Span{To("TST-"+itoa(i), "TST-"+itoa(i))}, Header: true},
			{Spans: []Span{T("Requirement " + itoa(i) + ": what the user sees is clear")}}, {Spans: []Span{T(name)}}, {Spans: []Span{PageOf("TST-" + itoa(i))}}}})
	}
	d.Add(list, PageBreak{})
	hop := 0
	for i := range benchItems * times {
		tb := Table{Columns: []Column{{Width: 28}, {Width: 40}, {Weight: 2}, {Weight: 2}, {Fit: true}}, Pad: 2.2, Size: 9,
			Head: Cells("Hop", "Method", "Address", "Parameters", "Verdict")}
		for hop < benchHops*(i+1)/benchItems {
			tb.Rows = append(tb.Rows, hopRow(hop))
			hop++
		}
		d.Add(Heading{Level: 2, Text: "TST-" + itoa(i) + " Requirement", Anchor: "TST-" + itoa(i)},
			Paragraph{Spans: []Span{T("Claimed by " + benchNames[i%len(benchNames)] + ", accepted by Dana Whitlock. " + strings.Repeat("Both paths were seen. ", i%4))}}, tb)
		if i%8 == 7 && i/8 < len(shots) {
			d.Add(Figure{Image: shots[i/8], Alt: "Page " + itoa(i), Width: 190, Border: Edge})
		}
	}
	return d
}

// benchPictures are the screenshots and what they take in the file.
func benchPictures(tb testing.TB) (shots []*Image, size int) {
	tb.Helper()
	for i := range benchShots {
		img := busyScreenshot(tb, uint64(i))
		shots, size = append(shots, img), size+img.size()
	}
	return shots, size
}

// cpu is the processor time of the process in seconds: it stands still while
// others have the processor.
func cpu(tb testing.TB) float64 {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

func BenchmarkRender(b *testing.B) {
	shots, size := benchPictures(b)
	for name, times := range map[string]int{"packet": 1, "400pages": 25} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			pages, beyond := 0, 0
			before := cpu(b)
			for b.Loop() {
				out, err := packetDoc(shots, times).Render()
				if err != nil {
					b.Fatal(err)
				}
				pages, beyond = out.Pages, len(out.Bytes)-size
			}
			b.ReportMetric(1000*(cpu(b)-before)/float64(b.N), "cpu-ms/op")
			b.ReportMetric(float64(pages), "pages")
			b.ReportMetric(float64(beyond), "bytes-beyond-pictures")
			b.ReportMetric(float64(pages)*float64(b.N)/b.Elapsed().Seconds(), "pages/s")
		})
	}
}

// BenchmarkMemory builds 200 pages in a process of its own and reports the most
// memory that it had, pictures and all.
func BenchmarkMemory(b *testing.B) {
	for b.Loop() {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), digestOnly+"=200pages")
		out, err := cmd.Output()
		if err != nil {
			b.Fatal(err)
		}
		kB, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(kB/1024, "peak-MB")
	}
}

// TestKeepingChangesNothing: a document that keeps nothing between the passes is the
// one that keeps all.
func TestKeepingChangesNothing(t *testing.T) {
	t.Parallel()
	build := func(keeps int) string {
		d := packetDoc([]*Image{screenshot(300, 200)}, 1)
		d.Add(Later(func() Block { return Paragraph{Spans: []Span{T("page "), PageOf("TST-3"), T(" \u27e8")}} }))
		d.keeps = keeps
		out, err := d.Render()
		if err != nil {
			t.Fatal(err)
		}
		if out.Unprintable != 1 {
			t.Errorf("%d characters are unprintable, want 1", out.Unprintable)
		}
		return digest(out.Bytes)
	}
	if all, none := build(1<<20), build(0); all != none {
		t.Errorf("with everything kept it is %s, with nothing %s", all, none)
	}
}

var builds = flag.Int("builds", 12, "how many builds TestBuildsAreIdentical compares")

// TestBuildsAreIdentical builds one document again and again, several at a time.
func TestBuildsAreIdentical(t *testing.T) {
	t.Parallel()
	img, set := screenshot(300, 200), folder(t)
	build := func() string {
		d := packetDoc([]*Image{img}, 1)
		d.opt.Fonts, d.opt.Seal = set, &Seal{Reserve: 100, Sign: func(sum [32]byte) ([]byte, error) { return sum[:], nil }}
		for _, script := range slices.Sorted(maps.Keys(names)) {
			d.Add(Paragraph{Spans: []Span{T(strings.Join(names[script], ", "))}})
		}
		d.Add(Paragraph{Spans: []Span{T(strings.Join(eastern, ", "))}}, SealBox{Spans: []Span{T("sealed")}})
		out, err := d.Render()
		if err != nil {
			t.Error(err)
			return ""
		}
		return digest(out.Bytes)
	}
	first := build()
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for range *builds / 2 {
				if got := build(); got != first {
					t.Errorf("a build gives %s, the first one %s", got, first)
					return
				}
			}
		})
	}
	wg.Wait()
}
