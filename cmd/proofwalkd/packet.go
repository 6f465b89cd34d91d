package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/pdf"
)

type packetCommand struct {
	Build packetBuildCommand `cmd:"" help:"Make a packet's report again from its packet.json, without a database."`
}

type packetBuildCommand struct {
	From        string `required:"" placeholder:"packet.json" help:"What the packet says."`
	Screenshots string `placeholder:"DIR" help:"The folder of the packet's pictures, s-001.png ...; by default screenshots beside packet.json."`
	PDFOnly     bool   `name:"pdf-only" help:"Make the report and nothing else. It is not signed, and each of its pages says so."`
	FontDir     string `name:"font-dir" env:"PROOFWALK_FONT_DIR" placeholder:"DIR" help:"Folder of TrueType fonts (.ttf, .ttc) for scripts without a built-in font, as the server has it."`
	Out         string `short:"o" placeholder:"OUT.pdf" help:"The report; by default standard output."`
}

// Help says what it does not do.
func (packetBuildCommand) Help() string {
	return `Only the report can be made this way (--pdf-only). A packet is sealed where its keys and its log are: ask for it on the
integration's page, where the server makes it and makes it again byte for byte.
Example:
  proofwalkd packet build --from packet.json --screenshots screenshots --pdf-only -o report.pdf`
}

// Run makes the report.
func (c *packetBuildCommand) Run(out io.Writer) error {
	if !c.PDFOnly {
		return apperr.New(apperr.Invalid, "A packet is sealed by the server, with its keys and its log. Give --pdf-only to make the report alone, unsigned.")
	}
	go pdf.Preload()
	manifest, err := readAtMost(c.From, packet.MaxManifest)
	if err != nil {
		return fileError(c.From, err)
	}
	defer tuneCollector(len(manifest), 0)()
	content, err := packet.ReadManifest(manifest)
	if err != nil {
		return fileError(c.From, err)
	}
	dir := c.Screenshots
	if dir == "" {
		dir = filepath.Join(filepath.Dir(c.From), "screenshots")
	}
	if err := packet.AddPictures(content, func(name string) ([]byte, error) {
		return readAtMost(filepath.Join(dir, filepath.Base(name)), packet.MaxBytes)
	}); err != nil {
		return fileError(dir, err)
	}
	pictures := 0
	for i := range content.Screenshots {
		pictures += len(content.Screenshots[i].PNG)
	}
	tuneCollector(len(manifest), pictures)
	if content.Fonts, err = openFonts(c.FontDir); err != nil {
		return err
	}
	report, err := packet.UnsignedParts(content, manifest)
	if err != nil {
		return fileError(c.From, err)
	}
	if c.Out == "" {
		return writeParts(out, report)
	}
	if err := writeReport(c.Out, report); err != nil {
		return fileError(c.Out, err)
	}
	return nil
}

// smallManifest is the packet.json of an ordinary packet and more, with a report of
// up to fifty pages.
const smallManifest = 256 << 10

// tuneCollector sets the garbage collector for a report from so many bytes of packet.json
// and of pictures, and returns how to set it back.
//
// An ordinary report allocates 25 MB in all, so that a collector that begins at 32 MB (8
// times the runtime's least heap of 4 MB) never runs, which saves a fifth of the time.
// A large one is made in little memory instead. It holds its pictures, about 18 bytes
// for each of packet.json, and a part that is always the same; with a limit not far above
// the runtime collects no later than it must and gives back what is free. The limit is a
// wish: what needs more gets it and takes longer.
func tuneCollector(manifest, pictures int) (restore func()) {
	if manifest <= smallManifest {
		old := debug.SetGCPercent(800)
		return func() { debug.SetGCPercent(old) }
	}
	old := debug.SetMemoryLimit(16<<20 + 20*int64(manifest) + int64(pictures))
	return func() { debug.SetMemoryLimit(old) }
}

// fileError names the file that is in the way, unless the error does.
func fileError(name string, err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return apperr.New(apperr.Invalid, err.Error())
	}
	return apperr.New(apperr.Invalid, fmt.Sprintf("%s: %v", name, err))
}

// readAtMost reads a whole file of at most limit bytes.
func readAtMost(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Size() > limit {
		err = fmt.Errorf("it is longer than %d bytes", limit)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	buf := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead)) // room for all of it and to see its end
	n, err := buf.ReadFrom(io.LimitReader(f, limit+1))
	if err == nil && n > limit {
		err = fmt.Errorf("it is longer than %d bytes", limit)
	}
	return buf.Bytes(), errors.Join(err, f.Close())
}

func writeParts(out io.Writer, parts [][]byte) error {
	for _, part := range parts {
		if _, err := out.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// writeReport writes a file that appears whole or not at all.
func writeReport(name string, parts [][]byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	err = errors.Join(writeParts(f, parts), f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
