package pdf

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
)

// rowsAreWhole is checkRows by the standard library.
func rowsAreWhole(data []byte, row, rows int) bool {
	src := bytes.NewReader(data)
	z, err := zlib.NewReader(src)
	if err != nil {
		return false
	}
	b := make([]byte, row)
	for range rows {
		if _, err := io.ReadFull(z, b); err != nil || b[0] > 4 {
			return false
		}
	}
	n, err := z.Read(b[:1])
	return n == 0 && errors.Is(err, io.EOF) && src.Len() == 0
}

// testRows are rows of several textures.
func testRows(random *rand.Rand, row, rows int) []byte {
	out := make([]byte, row*rows)
	for i := range out {
		switch y := i / row; {
		case i%row == 0:
			out[i] = uint8(y % 5)
		case y%7 < 3:
			out[i] = uint8(random.IntN(256))
		case y%7 == 3:
			out[i] = uint8(random.IntN(4))
		case y%7 == 4:
			out[i] = 255
		default:
			out[i] = uint8(y)
		}
	}
	return out
}

func zipped(tb testing.TB, data []byte, level int) []byte {
	tb.Helper()
	var buf bytes.Buffer
	w, err := zlib.NewWriterLevel(&buf, level)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return buf.Bytes()
}

// chunks cuts data into parts of these sizes in turn.
func chunks(data []byte, sizes ...int) (out [][]byte) {
	for i := 0; len(data) > 0; i++ {
		n := min(sizes[i%len(sizes)], len(data))
		out, data = append(out, data[:n]), data[n:]
	}
	return out
}

func TestRowsAreChecked(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []struct{ row, rows int }{{1, 1}, {2, 9}, {301, 40}, {1281, 160}} {
		plain := testRows(random, size.row, size.rows)
		for _, level := range []int{zlib.HuffmanOnly, 0, 1, 6, 9} {
			data := zipped(t, plain, level)
			check := func(what string, data []byte) {
				t.Helper()
				want := rowsAreWhole(data, size.row, size.rows)
				for _, parts := range [][][]byte{{data}, chunks(data, 1), chunks(data, 0, 7, 3), chunks(data, 4096)} {
					if got := checkRows(parts, size.row, size.rows); got != want {
						t.Fatalf("%d rows of %d, level %d, %s, %d parts: whole %v, want %v", size.rows, size.row, level, what, len(parts), got, want)
					}
				}
			}
			if !checkRows([][]byte{data}, size.row, size.rows) {
				t.Fatalf("%d rows of %d, level %d are refused", size.rows, size.row, level)
			}
			check("a byte more", append(slices.Clone(data), 0))
			for range 10 {
				check("cut", data[:random.IntN(len(data))])
				bad := slices.Clone(data)
				bad[random.IntN(len(bad))] ^= 1 << random.IntN(8)
				check("a bit changed", bad)
			}
			if checkRows([][]byte{data}, size.row, size.rows+1) || checkRows([][]byte{data}, size.row+1, size.rows) {
				t.Errorf("%d rows of %d, level %d, pass for more", size.rows, size.row, level)
			}
		}
		plain[size.row*(size.rows/2)] = 5
		if checkRows([][]byte{zipped(t, plain, 6)}, size.row, size.rows) {
			t.Errorf("%d rows of %d with an unknown filter are accepted", size.rows, size.row)
		}
	}
}

// FuzzRows holds the check of rows against the standard library.
func FuzzRows(f *testing.F) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, level := range []int{zlib.HuffmanOnly, 0, 1, 6, 9} {
		f.Add(zipped(f, testRows(random, 31, 20), level), uint8(31), uint8(20), uint8(100))
	}
	f.Fuzz(func(t *testing.T, data []byte, row, rows, part uint8) {
		if row == 0 || rows == 0 {
			return
		}
		got, want := checkRows(chunks(data, int(part)+1), int(row), int(rows)), rowsAreWhole(data, int(row), int(rows))
		if got != want {
			t.Fatalf("whole %v, want %v", got, want)
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	img := busyScreenshot(b, 1)
	b.SetBytes(int64(img.size()))
	for b.Loop() {
		if err := img.Check(); err != nil {
			b.Fatal(err)
		}
	}
}
