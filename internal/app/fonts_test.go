package app_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/pdf"
)

// TestFontsOfTheFolder: whatever PDF is made has the fonts of the operator's
// folder, for names that no built-in font can set.
func TestFontsOfTheFolder(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	fonts, err := pdf.LoadFonts(os.DirFS("../pdf/testdata/fonts"))
	must(t, err)
	m.app.Fonts = fonts
	id := m.create(t, "ตั๋ว sale")
	_, draft, err := m.app.DraftPDF(t.Context(), app.Command{Actor: m.viewer}, id)
	must(t, err)
	_, draftSummary, err := m.app.DraftSummary(t.Context(), app.Command{Actor: m.viewer}, id)
	must(t, err)
	m.ready(t, id)
	p := m.packets(t, id)[0]
	must(t, m.app.BuildPacket(t.Context(), p.ID))
	_, report, err := m.app.ReadPacket(t.Context(), app.Command{Actor: m.account}, id, p.ID)
	must(t, err)
	_, summary, err := m.app.PacketSummary(t.Context(), app.Command{Actor: m.viewer}, id, p.ID)
	must(t, err)
	for name, doc := range map[string][]byte{"draft": draft, "summary of the draft": draftSummary, "packet": report, "summary": summary} {
		file := filepath.Join(t.TempDir(), "out.pdf")
		must(t, os.WriteFile(file, doc, 0o600))
		used, err := exec.CommandContext(t.Context(), "pdffonts", file).Output()
		must(t, err)
		if !strings.Contains(string(used), "NotoSansThai") {
			t.Errorf("the %s does not use the folder's font:\n%s", name, used)
		}
	}
}
