package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// FontSet are fonts beside the built-in ones, for Chinese, Japanese, Korean, Thai
// and whatever else they have. It is never changed and may be used by several
// documents at once; equal font files give equal documents.
type FontSet struct{ faces []*typeface }

// Limits of a folder of fonts.
const (
	MaxFonts     = 64
	MaxFontBytes = 64 << 20 // of one file
)

// Errors of a folder of fonts.
var (
	ErrNoFonts      = errors.New("folder has no font files (.ttf, .ttc)")
	ErrTooManyFonts = errors.New("folder has too many font files")
	ErrFontTooLarge = errors.New("font file is too large")
)

// LoadFonts reads the TrueType fonts (.ttf, and the first font of each .ttc) that
// stand in the top folder of fsys. They are tried in the order of their file
// names after the built-in fonts; for bold text bold ones come first. Fonts with
// CFF outlines (.otf) and fonts that forbid embedding are refused by name, so that
// nobody believes in a font that is never used.
func LoadFonts(fsys fs.FS) (*FontSet, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("reading font folder: %w", err)
	}
	set := &FontSet{}
	for _, e := range entries { // sorted by name
		switch strings.ToLower(path.Ext(e.Name())) {
		case ".ttf", ".ttc", ".otf":
		default:
			continue
		}
		if len(set.faces) == MaxFonts {
			return nil, ErrTooManyFonts
		}
		t, err := loadFont(fsys, e)
		if err != nil {
			return nil, fmt.Errorf("reading font %s: %w", e.Name(), err)
		}
		set.faces = append(set.faces, t)
	}
	if len(set.faces) == 0 {
		return nil, ErrNoFonts
	}
	return set, nil
}

func loadFont(fsys fs.FS, e fs.DirEntry) (*typeface, error) {
	info, err := fs.Stat(fsys, e.Name())
	if err != nil {
		return nil, err
	}
	if info.Size() > MaxFontBytes {
		return nil, ErrFontTooLarge
	}
	data, err := fs.ReadFile(fsys, e.Name())
	if err != nil {
		return nil, err
	}
	t, err := parseTypeface(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	t.name = postScriptName(strings.TrimSuffix(e.Name(), path.Ext(e.Name())))
	return t, nil
}

// postScriptName keeps of a file name what a PostScript name may hold (ISO
// 32000-1, 9.6.2.2).
func postScriptName(s string) string {
	kept := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == '-' {
			return r
		}
		return -1
	}, s)
	if kept == "" {
		kept = "Font"
	}
	return kept[:min(len(kept), 63)]
}

// order lists the fonts tried after the first: the built-in ones, then those of
// the set with the weight asked for, then the others.
func (s *FontSet) order(first faceID) []faceID {
	out := fallbacks[first]
	if s == nil {
		return out
	}
	out = slices.Clone(out)
	bold := first == sansBold || first == monoBold
	for _, want := range []bool{bold, !bold} {
		for i, t := range s.faces {
			if t.bold == want {
				out = append(out, faceCount+faceID(i))
			}
		}
	}
	return out
}
