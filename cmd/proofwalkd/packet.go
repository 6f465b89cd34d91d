package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/packet"
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
	manifest, err := readAtMost(c.From, packet.MaxManifest)
	if err != nil {
		return fileError(c.From, err)
	}
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
	if content.Fonts, err = openFonts(c.FontDir); err != nil {
		return err
	}
	report, err := packet.RenderUnsigned(content, manifest)
	if err != nil {
		return fileError(c.From, err)
	}
	if c.Out == "" {
		_, err = out.Write(report)
		return err
	}
	if err := writeReport(c.Out, report); err != nil {
		return fileError(c.Out, err)
	}
	return nil
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
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if int64(len(b)) > limit {
		b, err = nil, fmt.Errorf("it is longer than %d bytes", limit)
	}
	return b, errors.Join(err, f.Close())
}

// writeReport writes a file that appears whole or not at all.
func writeReport(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
