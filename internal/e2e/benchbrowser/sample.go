package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// samples is where the real HARs are, from the repository's root.
const samples = "testdata/hars/*.har"

// writeSample writes a HAR of at least so many bytes, made of the entries of all
// samples that are plain JSON, in turns; and gives how many entries and bytes.
func writeSample(name string, size int64) (entries int, written int64, err error) {
	pool, err := realEntries()
	if err != nil {
		return 0, 0, err
	}
	f, err := os.Create(name)
	if err != nil {
		return 0, 0, err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	write := func(b string) {
		n, _ := w.WriteString(b) // an error is kept and comes with Flush
		written += int64(n)
	}
	write(`{"log":{"version":"1.2","creator":{"name":"Firefox","version":"1"},"pages":[],"entries":[`)
	for ; written < size; entries++ {
		if entries > 0 {
			write(",")
		}
		write("\n" + string(pool[entries%len(pool)]))
	}
	write("\n]}}\n")
	return entries, written, errors.Join(w.Flush(), f.Close())
}

func realEntries() (pool []json.RawMessage, err error) {
	names, err := filepath.Glob(samples)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var har struct {
			Log struct{ Entries []json.RawMessage }
		}
		if json.Unmarshal(b, &har) == nil { // one that is broken on purpose is left out
			pool = append(pool, har.Log.Entries...)
		}
	}
	if len(pool) < 40 {
		return nil, fmt.Errorf("%s holds %d entries; run this in the repository's root", samples, len(pool))
	}
	return pool, nil
}
