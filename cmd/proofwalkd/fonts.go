package main

import (
	"fmt"
	"os"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/pdf"
)

// openFonts reads the fonts for reports; an empty folder name stands for none.
func openFonts(dir string) (*pdf.FontSet, error) {
	if dir == "" {
		return nil, nil
	}
	fonts, err := pdf.LoadFonts(os.DirFS(dir))
	if err != nil {
		return nil, apperr.New(apperr.Invalid, fmt.Sprintf("--font-dir cannot be used: %v.", err))
	}
	return fonts, nil
}
