package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/proofwalk/proofwalk/internal/e2e/benchpacket/shape"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/packet"
)

// The goals within one process, and how often each is measured.
const (
	reportP50, reportP99 = 30 * time.Millisecond, 90 * time.Millisecond
	packetP50, packetP99 = 60 * time.Millisecond, 200 * time.Millisecond
	pagesPerSecond       = 600
	beyondPictures       = 180_000 // bytes
	rounds               = 100
)

// zeros stands for random salts.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func saltsFor(c *packet.Content) ([]byte, error) {
	n, err := packet.LeafCount(c)
	if err != nil {
		return nil, err
	}
	return packet.NewSalts(zeros{}, n)
}

func manifestOf(c *packet.Content) ([]byte, error) {
	salts, err := saltsFor(c)
	if err != nil {
		return nil, err
	}
	return packet.WriteManifest(c, salts)
}

// within measures report, seal, archive and verifying in this process.
func (b *bench) within() error {
	c, err := shape.Content(shape.Usual)
	if err != nil {
		return err
	}
	manifest, err := manifestOf(c)
	if err != nil {
		return err
	}
	var pdf []byte
	report, err := measure(rounds, func() (err error) { pdf, err = packet.RenderUnsigned(c, manifest); return err })
	if err != nil {
		return err
	}
	ring, err := keys.Open(filepath.Join(b.dir, "keys"), c.MadeAt.Add(-time.Hour))
	if err != nil {
		return err
	}
	var built *packet.Packet
	whole, err := measure(rounds, func() (err error) { built, err = sealed(c, ring); return err })
	if err != nil {
		return err
	}
	verifying, err := measure(rounds, func() error { return verified(built, ring) })
	if err != nil {
		return err
	}
	pages, err := b.pages(filepath.Join(b.dir, "ours.pdf"))
	if err != nil {
		return err
	}
	b.under("report in process, p50", median(report), reportP50)
	b.under("report in process, p99", at(report, 0.99), reportP99)
	speed := float64(pages) / median(report).Seconds()
	b.goal(fmt.Sprintf("report, pages a second and core (%d pages)", pages), fmt.Sprintf("%.0f", speed), fmt.Sprintf(">= %d", pagesPerSecond), speed >= pagesPerSecond)
	b.under("whole packet: report, seals, archive, verifying; p50", median(whole), packetP50)
	b.under("whole packet, p99", at(whole, 0.99), packetP99)
	b.printf("%-58s %16s\n", "of it verifying, p50", millis(median(verifying)))
	beyond := len(pdf)
	for _, s := range c.Screenshots {
		beyond -= imageData(s.PNG)
	}
	b.goal("report, bytes beyond the pictures' data", fmt.Sprint(beyond), fmt.Sprintf("<= %d", beyondPictures), beyond <= beyondPictures)
	return nil
}

// under prints a time with the most that it may be.
func (b *bench) under(what string, got, most time.Duration) {
	b.goal(what, millis(got), "<= "+fmt.Sprint(most.Milliseconds())+" ms", got <= most)
}

// measure runs it a few times unmeasured, then n times.
func measure(n int, run func() error) ([]time.Duration, error) {
	var took []time.Duration
	for i := range n + 3 {
		start := time.Now()
		if err := run(); err != nil {
			return nil, err
		}
		if i >= 3 {
			took = append(took, time.Since(start))
		}
	}
	return took, nil
}

// imageData counts the bytes of a PNG's IDAT chunks.
func imageData(png []byte) int {
	total := 0
	for at := 8; at+12 <= len(png); {
		n := int(binary.BigEndian.Uint32(png[at:]))
		if string(png[at+4:at+8]) == "IDAT" {
			total += n
		}
		at += 12 + n
	}
	return total
}

// The sizes of the packets that are compared, and what a large one may cost.
const (
	largePages, largeTimes = 400, 22
	memoryPages            = 200
	mostMemory             = 64 << 20
)

// sizes measures how the time grows with the packet.
func (b *bench) sizes() error {
	usual, err := b.pages(filepath.Join(b.dir, "ours.pdf"))
	if err != nil {
		return err
	}
	times := func(pages int) shape.Shape { return shape.Usual.Times((pages + usual - 1) / usual) }
	small, _, err := b.inProcess(shape.Usual, rounds)
	if err != nil {
		return err
	}
	large, pages, err := b.inProcess(times(largePages), 5)
	if err != nil {
		return err
	}
	// The goal is for 400 pages against 19: the same price for a page, and a sixth more.
	ratio, most := float64(large)/float64(small), float64(largeTimes)/largePages*19*float64(pages)/float64(usual)
	b.goal(fmt.Sprintf("report of %d pages, times that of %d", pages, usual), fmt.Sprintf("%.1f", ratio), fmt.Sprintf("<= %.1f", most), ratio <= most)
	return nil
}

// inProcess gives the median time of a report and its pages.
func (b *bench) inProcess(s shape.Shape, n int) (time.Duration, int, error) {
	c, err := shape.Content(s)
	if err != nil {
		return 0, 0, err
	}
	manifest, err := manifestOf(c)
	if err != nil {
		return 0, 0, err
	}
	var pdf []byte
	took, err := measure(n, func() (err error) { pdf, err = packet.RenderUnsigned(c, manifest); return err })
	if err != nil {
		return 0, 0, err
	}
	if len(pdf) == 0 {
		return 0, 0, errors.New("the report is empty")
	}
	out := filepath.Join(b.dir, "in-process.pdf")
	if err := os.WriteFile(out, pdf, 0o600); err != nil {
		return 0, 0, err
	}
	pages, err := b.pages(out)
	return median(took), pages, err
}

// memory measures the peak of a large report's process. It comes before the parts
// within this process: Linux counts what the parent had when it forked.
func (b *bench) memory() error {
	usual, err := b.pages(filepath.Join(b.dir, "ours.pdf"))
	if err != nil {
		return err
	}
	var (
		used  usage
		pages int
		long  shape.Shape
	)
	for n := (memoryPages + usual - 1) / usual; pages < memoryPages; n++ {
		long = shape.Usual.Times(n)
		long.Screenshots = shape.Usual.Screenshots
		if used, pages, err = b.large(long); err != nil {
			return err
		}
	}
	b.goal(fmt.Sprintf("peak memory of the process, %d pages, %d screenshots", pages, long.Screenshots), fmt.Sprintf("%d MB", used.peak>>20), fmt.Sprintf("<= %d MB", mostMemory>>20), used.peak <= mostMemory)
	return nil
}

// large makes a report in a process of its own, and tells its pages.
func (b *bench) large(s shape.Shape) (usage, int, error) {
	c, err := shape.Content(s)
	if err != nil {
		return usage{}, 0, err
	}
	if err := b.writeInputs("large", c); err != nil {
		return usage{}, 0, err
	}
	out := filepath.Join(b.dir, "large.pdf")
	used, err := b.time([]string{b.server, "packet", "build", "--from", filepath.Join(b.dir, "large.json"), "--screenshots", filepath.Join(b.dir, "large-screenshots"), "--pdf-only", "-o", out})
	if err != nil {
		return usage{}, 0, err
	}
	pages, err := b.pages(out)
	return used, pages, err
}
