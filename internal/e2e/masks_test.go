package e2e

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
)

var (
	secret = color.RGBA{R: 220, G: 30, B: 40, A: 255} // what has to be covered
	around = color.RGBA{R: 30, G: 160, B: 90, A: 255}
	veil   = color.RGBA{A: 255}
)

// The areas that the test covers, in pixels of the picture, one way each.
var (
	byMouse = image.Rect(40, 40, 120, 90)
	byTouch = image.Rect(200, 40, 280, 90)
	byKeys  = image.Rect(140, 120, 260, 180) // where a new mask stands in a picture of 400 × 300
)

// shot writes a picture with the three areas in another colour than the rest.
func shot(t *testing.T) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 400, 300))
	for x := range 400 {
		for y := range 300 {
			img.Set(x, y, around)
			if p := image.Pt(x, y); p.In(byMouse) || p.In(byTouch) || p.In(byKeys) {
				img.Set(x, y, secret)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "shot.png")
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestMasks covers three areas of a screenshot before it is sent, with the
// mouse, a finger and keys, and looks into what is stored.
func TestMasks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.newBrowser(t)
	b.signIn(quickpass)
	id := s.integration(t, "Quickpass Tickets")
	item := s.openScreenshotItem(t, id)
	b.look(1000, "light")
	b.open("/integrations/" + id.String() + "/checklist/" + item)
	b.refusesWhatIsNoPicture()
	b.run("choosing the picture", chromedp.Evaluate(`document.querySelector("[data-masks-input]").closest("details").open = true`, nil),
		chromedp.SetUploadFiles(`[data-masks-input]`, []string{shot(t)}, chromedp.ByQuery), shows("This is the picture, 400 by 300."))

	b.drag("with the mouse", byMouse, mouse)
	b.wantsMasks(1, "Mask 1, 80 by 50 pixels at 40, 40")
	b.run("letting it feel fingers", emulation.SetTouchEmulationEnabled(true))
	b.drag("with a finger", byTouch, touch)
	b.wantsMasks(2, "Mask 2, 80 by 50 pixels at 200, 40")
	b.byKeys()

	for _, width := range []int64{1000, 360} {
		for _, scheme := range []string{"light", "dark"} {
			b.lookOnce(visit{name: "masks"}, width, scheme, allOfAxe)
		}
	}
	b.press("Add the screenshot", shows("has new evidence."))
	if got := b.complaints(); len(got) > 0 {
		t.Errorf("the browser complains: %s", strings.Join(got, "\n"))
	}
	s.lookUnderMasks(t, id, item)
}

// refusesWhatIsNoPicture chooses a file that cannot be shown: it is not kept.
func (b *browser) refusesWhatIsNoPicture() {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), "no.png")
	if err := os.WriteFile(path, []byte("no picture"), 0o600); err != nil {
		b.t.Fatal(err)
	}
	var left int
	b.run("choosing what is no picture", chromedp.Evaluate(`document.querySelector("[data-masks-input]").closest("details").open = true`, nil),
		chromedp.SetUploadFiles(`[data-masks-input]`, []string{path}, chromedp.ByQuery), shows("This file cannot be shown as a picture, so it is not sent."),
		chromedp.Evaluate(`document.querySelector("[data-masks-input]").files.length`, &left))
	if left != 0 {
		b.t.Error("the field keeps what cannot be shown")
	}
}

// TestLargePicture sends a picture that is larger than the limit once it is PNG:
// it is made smaller in the browser, not refused.
func TestLargePicture(t *testing.T) {
	t.Parallel()
	noise := image.NewRGBA(image.Rect(0, 0, 1600, 1400))
	_, _ = rand.NewChaCha8([32]byte{}).Read(noise.Pix) // it never gives an error
	for n := 3; n < len(noise.Pix); n += 4 {
		noise.Pix[n] = 255
	}
	path := filepath.Join(t.TempDir(), "noise.jpg")
	var out bytes.Buffer
	if err := jpeg.Encode(&out, noise, &jpeg.Options{Quality: 50}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newSite(t)
	b := s.newBrowser(t)
	b.signIn(quickpass)
	id := s.integration(t, "Quickpass Tickets")
	b.open("/integrations/" + id.String() + "/checklist/" + s.openScreenshotItem(t, id))
	b.run("choosing the picture", chromedp.Evaluate(`document.querySelector("[data-masks-input]").closest("details").open = true`, nil),
		chromedp.SetUploadFiles(`[data-masks-input]`, []string{path}, chromedp.ByQuery), shows("This is the picture, 1600 by 1400."))
	b.press("Add the screenshot", shows("has new evidence."))
	evidence, err := store.ListEvidence(t.Context(), s.Store.Reader(), auth.System().Scope(), id)
	if err != nil {
		t.Fatal(err)
	}
	if last := evidence[len(evidence)-1]; last.Width >= 1600 || last.Width < 800 || max(last.Width*7-last.Height*8, last.Height*8-last.Width*7) > 8 {
		t.Errorf("stored as %d × %d", last.Width, last.Height)
	}
}

// openScreenshotItem is an item that takes a screenshot now.
func (s *site) openScreenshotItem(t *testing.T, id uuid.UUID) string {
	t.Helper()
	items, err := store.ListChecklistItems(t.Context(), s.Store.Reader(), auth.System().Scope(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range items {
		requirement, _ := checklist.Builtin().Requirement(i.RequirementID)
		for _, slot := range requirement.Evidence {
			if slot.Kind == checklist.EvidenceScreenshot && i.Applies && i.State == checklist.Open {
				return i.RequirementID
			}
		}
	}
	t.Fatal("no open item takes a screenshot")
	return ""
}

// pointer moves from a corner to the other one, in pixels of the window.
type pointer func(ctx context.Context, fromX, fromY, toX, toY float64) error

func mouse(ctx context.Context, fromX, fromY, toX, toY float64) error {
	for _, e := range []*input.DispatchMouseEventParams{
		input.DispatchMouseEvent(input.MousePressed, fromX, fromY).WithButton(input.Left).WithClickCount(1),
		input.DispatchMouseEvent(input.MouseMoved, (fromX+toX)/2, (fromY+toY)/2).WithButton(input.Left),
		input.DispatchMouseEvent(input.MouseMoved, toX, toY).WithButton(input.Left),
		input.DispatchMouseEvent(input.MouseReleased, toX, toY).WithButton(input.Left).WithClickCount(1),
	} {
		if err := e.Do(ctx); err != nil {
			return err
		}
	}
	return nil
}

func touch(ctx context.Context, fromX, fromY, toX, toY float64) error {
	at := func(x, y float64) []*input.TouchPoint { return []*input.TouchPoint{{X: x, Y: y}} }
	for _, e := range []*input.DispatchTouchEventParams{
		input.DispatchTouchEvent(input.TouchStart, at(fromX, fromY)), input.DispatchTouchEvent(input.TouchMove, at((fromX+toX)/2, (fromY+toY)/2)),
		input.DispatchTouchEvent(input.TouchMove, at(toX, toY)), input.DispatchTouchEvent(input.TouchEnd, []*input.TouchPoint{}),
	} {
		if err := e.Do(ctx); err != nil {
			return err
		}
	}
	return nil
}

// drag draws a mask over an area of the picture.
func (b *browser) drag(step string, area image.Rectangle, p pointer) {
	b.t.Helper()
	b.run(step, chromedp.ScrollIntoView("[data-masks-stage]", chromedp.ByQuery), chromedp.ActionFunc(func(ctx context.Context) error {
		var frame struct{ X, Y, Scale float64 }
		if err := chromedp.Evaluate(`(() => { const c = document.querySelector("[data-masks-stage] canvas"), r = c.getBoundingClientRect();
			return {X: r.left, Y: r.top, Scale: r.width / c.width}; })()`, &frame).Do(ctx); err != nil {
			return err
		}
		x, y := func(n int) float64 { return frame.X + float64(n)*frame.Scale }, func(n int) float64 { return frame.Y + float64(n)*frame.Scale }
		return p(ctx, x(area.Min.X), y(area.Min.Y), x(area.Max.X), y(area.Max.Y))
	}))
}

// wantsMasks demands so many masks, and what is said of the last act.
func (b *browser) wantsMasks(count int, says string) {
	b.t.Helper()
	var got string
	b.run("reading what is said", chromedp.Evaluate(`document.querySelectorAll(".mask").length + " " + document.querySelector("[data-masks-says]").textContent`, &got))
	if want := fmt.Sprintf("%d %s", count, says); got != want {
		b.t.Errorf("there stands %q, want %q", got, want)
	}
}

// byKeys puts a mask there, moves and sizes it to and fro, removes one and takes
// that back, without a pointer.
func (b *browser) byKeys() {
	b.t.Helper()
	b.run("adding a mask", chromedp.Focus(`[data-masks-act=add]`, chromedp.ByQuery), chromedp.KeyEvent(kb.Enter))
	b.wantsMasks(3, "Mask 3 stands in the middle. Arrow keys move it, with Shift they change its size.")
	b.run("moving it", chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowDown))
	b.wantsMasks(3, "Mask 3, 120 by 60 pixels at 144, 124")
	b.run("moving it back", chromedp.KeyEvent(kb.ArrowLeft), chromedp.KeyEvent(kb.ArrowUp))
	b.run("sizing it", chromedp.KeyEvent(kb.ArrowRight, chromedp.KeyModifiers(input.ModifierShift)), chromedp.KeyEvent(kb.ArrowRight, chromedp.KeyModifiers(input.ModifierCtrl)))
	b.wantsMasks(3, "Mask 3, 124 by 60 pixels at 141, 120")
	b.run("removing it", chromedp.KeyEvent(kb.Delete))
	b.wantsMasks(2, "Mask 3 is gone. 2 are left.")
	for range 3 { // the removal, the step, the size
		b.run("taking it back", chromedp.Focus(`[data-masks-act=undo]`, chromedp.ByQuery), chromedp.KeyEvent(kb.Enter))
	}
	b.wantsMasks(3, "Undone. 3 masks cover the picture.")
}

// lookUnderMasks reads the picture as it is stored: what was covered is gone,
// all else is there.
func (s *site) lookUnderMasks(t *testing.T, id uuid.UUID, requirement string) {
	t.Helper()
	evidence, err := store.ListEvidence(t.Context(), s.Store.Reader(), auth.System().Scope(), id)
	if err != nil {
		t.Fatal(err)
	}
	last := evidence[len(evidence)-1]
	if last.Kind != checklist.EvidenceScreenshot || last.ArtifactDigest == nil {
		t.Fatalf("the last evidence of %s is %s", requirement, last.Kind)
	}
	if last.Masks != 3 {
		t.Errorf("%d covered areas are counted, want 3", last.Masks)
	}
	raw, err := s.Blobs.Read(t.Context(), *last.ArtifactDigest)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if img.Bounds() != image.Rect(0, 0, 400, 300) {
		t.Fatalf("stored as %v", img.Bounds())
	}
	wrong := 0
	for x := range 400 {
		for y := range 300 {
			p, got := image.Pt(x, y), color.RGBAModel.Convert(img.At(x, y))
			covered := p.In(byMouse) || p.In(byTouch) || p.In(byKeys)
			if covered && got != veil || !covered && got != around && !near(p) || got == secret {
				wrong++
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d pixels are not as they should be", wrong)
	}
}

// near is where a mask may reach over the border of its area by a pixel.
func near(p image.Point) bool {
	return p.In(byMouse.Inset(-2)) || p.In(byTouch.Inset(-2)) || p.In(byKeys.Inset(-2))
}
