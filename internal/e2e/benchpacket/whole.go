package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/proofwalk/proofwalk/internal/e2e/benchpacket/shape"
	"github.com/proofwalk/proofwalk/internal/packet"
)

// least is how many times faster than the best other program the report is to be.
const least = 5

// program makes a PDF of the content in a whole process.
type program struct {
	name    string
	needs   string // a file or command without which it is not measured
	command []string
	pdf     string
	took    []time.Duration
	cpu     []time.Duration // of all its threads; other work on the machine changes it less
}

// wholeProcesses runs ours and the others in turn, so that all have the same
// machine.
func (b *bench) wholeProcesses() error {
	c, err := shape.Content(shape.Usual)
	if err != nil {
		return err
	}
	if err := b.writeInputs("usual", c); err != nil {
		return err
	}
	if err := writeFonts(filepath.Join(b.dir, "fonts")); err != nil {
		return err
	}
	programs := b.programs()
	for range b.repeats {
		for i := range programs {
			p := &programs[i]
			used, err := b.time(p.command)
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			p.took, p.cpu = append(p.took, used.wall), append(p.cpu, used.cpu)
		}
	}
	b.printf("The report as a PDF, whole processes, p50 of %d: %d items, %d hop rows, %d screenshots\n\n", b.repeats, shape.Usual.Items, shape.Usual.Hops, shape.Usual.Screenshots)
	ours, best := median(programs[0].took), time.Duration(0)
	for i, p := range programs {
		pages, err := b.check(p, c)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		info, err := os.Stat(p.pdf)
		if err != nil {
			return err
		}
		mid := median(p.took)
		b.printf("  %-42s %9s  %5.1f times ours   CPU %9s  %3d pages  %8d bytes\n", p.name, millis(mid), float64(mid)/float64(ours), millis(median(p.cpu)), pages, info.Size())
		if i > 0 && (best == 0 || mid < best) {
			best = mid
		}
	}
	b.printf("\n")
	if best == 0 {
		return errors.New("there is no other program to compare with: `make bench-packet` installs one")
	}
	times := float64(best) / float64(ours)
	b.goal("whole process, times faster than the best other", fmt.Sprintf("%.1f", times), fmt.Sprintf(">= %d", least), times >= least)
	return nil
}

// programs are ours, first, and the others that this machine has.
func (b *bench) programs() []program {
	in := func(name string) string { return filepath.Join(b.dir, name) }
	const compiler = "bin/tools/typst/node_modules/@myriaddreamin/typst-ts-node-compiler"
	all := []program{
		{name: "proofwalkd packet build --pdf-only", command: []string{b.server, "packet", "build", "--from", in("usual.json"), "--screenshots", in("usual-screenshots"), "--pdf-only", "-o", in("ours.pdf")}, pdf: in("ours.pdf")},
		{name: "Typst 0.14.2, npm compiler in Node.js", needs: compiler, command: []string{"node", "internal/e2e/benchpacket/typst.mjs", compiler, b.dir, "usual.typ", in("typst.pdf"), in("fonts")}, pdf: in("typst.pdf")},
		{name: "Chromium, cold, --print-to-pdf", needs: "chromium", command: []string{"chromium", "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=" + in("profile"), "--no-pdf-header-footer", "--print-to-pdf=" + in("chromium.pdf"), "file://" + absolute(in("usual.html"))}, pdf: in("chromium.pdf")},
		{name: "WeasyPrint", needs: "weasyprint", command: []string{"weasyprint", "-q", in("usual.html"), in("weasyprint.pdf")}, pdf: in("weasyprint.pdf")},
	}
	return slices.DeleteFunc(all, func(p program) bool {
		if p.needs == "" {
			return false
		}
		_, notInPath := exec.LookPath(p.needs)
		_, noFile := os.Stat(p.needs)
		if notInPath != nil && noFile != nil {
			b.printf("%s is not on this machine and not measured\n", p.name)
			return true
		}
		return false
	})
}

func absolute(name string) string {
	if full, err := filepath.Abs(name); err == nil {
		return full
	}
	return name
}

// writeInputs writes packet.json, the pictures, and the same content for the others.
func (b *bench) writeInputs(name string, c *packet.Content) error {
	manifest, err := manifestOf(c)
	if err != nil {
		return err
	}
	pictures := filepath.Join(b.dir, name+"-screenshots")
	if err := os.MkdirAll(pictures, 0o700); err != nil {
		return err
	}
	for _, s := range c.Screenshots {
		if err := os.WriteFile(filepath.Join(pictures, s.ID+".png"), s.PNG, 0o600); err != nil {
			return err
		}
	}
	for ending, text := range map[string][]byte{".json": manifest, ".html": []byte(asHTML(c, name+"-screenshots/")), ".typ": []byte(asTypst(c, name+"-screenshots/"))} {
		if err := os.WriteFile(filepath.Join(b.dir, name+ending), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// writeFonts puts the built-in fonts, unpacked, where the other programs find them.
func writeFonts(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	files, err := filepath.Glob("internal/pdf/fonts/*.ttf*")
	if err != nil {
		return err
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		plain, packed := strings.CutSuffix(filepath.Base(name), ".gz")
		if packed {
			z, err := gzip.NewReader(bytes.NewReader(data))
			if err != nil {
				return fmt.Errorf("unpacking %s: %w", name, err)
			}
			if data, err = io.ReadAll(z); err != nil {
				return fmt.Errorf("unpacking %s: %w", name, err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, plain), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// usage is what a process took, with its children.
type usage struct {
	wall, cpu time.Duration
	peak      int64 // memory in bytes
}

// time runs a process to its end.
func (b *bench) time(command []string) (usage, error) {
	var said bytes.Buffer
	cmd := exec.CommandContext(b.ctx, command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr = &said, &said
	start := time.Now()
	err := cmd.Run()
	took := time.Since(start)
	if err != nil {
		return usage{}, fmt.Errorf("%w: %s", err, said.String())
	}
	used, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return usage{}, errors.New("this system does not tell what a process used")
	}
	return usage{took, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), used.Maxrss << 10}, nil
}

var pagesLine = regexp.MustCompile(`(?m)^Pages:\s+(\d+)$`)

// check demands that a PDF holds what the content says, and gives its pages.
func (b *bench) check(p program, c *packet.Content) (int, error) {
	text, err := exec.CommandContext(b.ctx, "pdftotext", p.pdf, "-").Output()
	if err != nil {
		return 0, fmt.Errorf("pdftotext: %w", err)
	}
	hops := 0
	for _, t := range c.Transcripts {
		for _, h := range t.Hops {
			if h.Path == "/oauth/authorize" {
				hops++
			}
		}
	}
	squashed := strings.Join(strings.Fields(string(text)), "") // cells are broken anywhere
	if got := strings.Count(squashed, "/oauth/authorize"); got < hops {
		return 0, fmt.Errorf("its PDF has %d of %d hops of one kind", got, hops)
	}
	for _, it := range c.Items {
		if !strings.Contains(squashed, it.ID) {
			return 0, fmt.Errorf("its PDF lacks item %s", it.ID)
		}
	}
	return b.pages(p.pdf)
}

// pages counts the pages of a PDF.
func (b *bench) pages(pdf string) (int, error) {
	info, err := exec.CommandContext(b.ctx, "pdfinfo", pdf).Output()
	if err != nil {
		return 0, fmt.Errorf("pdfinfo: %w", err)
	}
	m := pagesLine.FindSubmatch(info)
	if m == nil {
		return 0, errors.New("pdfinfo counts no pages")
	}
	return strconv.Atoi(string(m[1]))
}

// at gives the value below which the given share of all lies.
func at(all []time.Duration, share float64) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(int(share*float64(len(sorted))), len(sorted)-1)]
}

func median(all []time.Duration) time.Duration { return at(all, 0.5) }

func millis(d time.Duration) string {
	return strconv.FormatFloat(float64(d.Microseconds())/1000, 'f', 1, 64) + " ms"
}
