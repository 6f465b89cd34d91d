// Command pack compresses a WebAssembly module for the browser, once, when it
// is built: FILE.br and FILE.gz beside FILE, so that the server need not. It
// says how large they are and fails when the brotli form is over the limit.
package main

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/andybalholm/brotli"
)

// maxBrotli is the most that a module may weigh on the line, in bytes.
const maxBrotli = 1_500_000

func main() {
	checkOnly := flag.Bool("check", false, "compress nothing: fail unless the packed forms are there, unpack to the file and keep the limit")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: pack [-check] FILE.wasm")
		os.Exit(2)
	}
	do := pack
	if *checkOnly {
		do = check
	}
	if err := do(flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

// forms are the packed forms by ending.
var forms = []struct {
	ending string
	writer func(io.Writer) (io.WriteCloser, error)
	reader func(io.Reader) (io.Reader, error)
}{
	{".br", func(w io.Writer) (io.WriteCloser, error) {
		return brotli.NewWriterLevel(w, brotli.BestCompression), nil
	},
		func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil }},
	{".gz", func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriterLevel(w, gzip.BestCompression) },
		func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
}

func pack(name string) error {
	plain, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	for _, f := range forms {
		var packed bytes.Buffer
		w, err := f.writer(&packed)
		if err != nil {
			return err
		}
		if _, err := w.Write(plain); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		if err := os.WriteFile(name+f.ending, packed.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return check(name)
}

func check(name string) error {
	plain, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("%w: `make wasm` builds it", err)
	}
	sizes := []int{}
	for _, f := range forms {
		packed, err := os.ReadFile(name + f.ending)
		if err != nil {
			return fmt.Errorf("%w: `make wasm` builds it", err)
		}
		r, err := f.reader(bytes.NewReader(packed))
		if err != nil {
			return err
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, plain) {
			return fmt.Errorf("%s does not unpack to %s: `make wasm` builds both", name+f.ending, name)
		}
		sizes = append(sizes, len(packed))
	}
	fmt.Printf("%s: %d bytes, brotli %d of at most %d, gzip %d\n", name, len(plain), sizes[0], maxBrotli, sizes[1])
	if sizes[0] > maxBrotli {
		return fmt.Errorf("%s is larger on the line than %d bytes", name, maxBrotli)
	}
	return nil
}
