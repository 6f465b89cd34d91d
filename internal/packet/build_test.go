package packet

import (
	"archive/zip"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
)

func mustBuild(t testing.TB, c *Content, r *keys.Ring) *Packet {
	t.Helper()
	p, err := build(c, sealFor(t, c, r), fewBytes)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestBuildIsReproducible(t *testing.T) {
	t.Parallel()
	r := ring(t)
	first := mustBuild(t, largeContent(t), r)
	for range 5 {
		again := mustBuild(t, largeContent(t), r)
		if first.SHA256 != again.SHA256 || !bytes.Equal(first.Zip, again.Zip) {
			t.Fatal("the same content, salts and key gave another packet")
		}
	}
	c := largeContent(t)
	salts := sealFor(t, c, r).Salts
	salts[0] ^= 1
	seal := sealWith(t, c, r, salts)
	other, err := build(c, seal, fewBytes)
	if err != nil {
		t.Fatal(err)
	}
	if other.ManifestSHA256 == first.ManifestSHA256 {
		t.Error("another salt gave the same packet.json")
	}
}

func TestBuildChangesNothingInContent(t *testing.T) {
	t.Parallel()
	c := largeContent(t)
	mustBuild(t, c, ring(t))
	if diff := cmp.Diff(largeContent(t), c); diff != "" {
		t.Error(diff)
	}
}

func TestArchiveAsStockToolsReadIt(t *testing.T) {
	t.Parallel()
	p := mustBuild(t, smallContent(t), ring(t))
	if p.Name != "packet-first-responder-r3.1.zip" {
		t.Errorf("Name = %q", p.Name)
	}
	want := []string{
		"packet.pdf", "packet.json", "transcripts/t-001.har", "screenshots/s-001.png", "audit/checkpoint", "audit/entries.jsonl", "audit/proofs.json",
		"validation/bundle.pub.pem", "validation/checkpoint.pub.pem", "validation/keys.json", "validation/pdf.crt.pem", "validation/root.pub.pem", "VERIFY.md",
		"SHA256SUMS", "SHA256SUMS.sig", "statement.sigstore.json",
	}
	var got []string
	for name := range unzip(t, p.Zip, func(name string, _ []byte) { got = append(got, name) }) {
		if strings.Contains(name, "..") {
			t.Errorf("name %q", name)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestVerifyTextAsItStands runs the commands of VERIFY.md, as they stand there.
func TestVerifyTextAsItStands(t *testing.T) {
	t.Parallel()
	r := ring(t)
	p := mustBuild(t, smallContent(t), r)
	dir := t.TempDir()
	files := unpack(t, p.Zip, dir)
	blocks := shellBlocks(t, dir)
	if len(blocks) != 6 {
		t.Fatalf("%d blocks of commands in VERIFY.md, want 6", len(blocks))
	}
	run := func(script string) (string, error) {
		cmd := exec.Command("sh", "-ec", script)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	for i, want := range []string{
		"Verified OK\n", r.Fingerprint(), "Signature Verified Successfully\n",
		"\n  - Total document signed\n", "CAdES Verification successful\n", "Signature Verified Successfully\n",
	} {
		out, err := run(blocks[i])
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("block %d: %v, printed %q, want %q in it", i+1, err, out, want)
		}
	}
	if first, _, _ := strings.Cut(string(files["VERIFY.md"]), "##"); !strings.Contains(first, "forged") {
		t.Error("VERIFY.md does not begin by saying that it could be forged")
	}
	if err := os.WriteFile(filepath.Join(dir, "packet.json"), append(files["packet.json"], ' '), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := run(blocks[0]); err == nil {
		t.Errorf("a changed packet.json went unseen: %q", out)
	}
}

func TestManifest(t *testing.T) {
	t.Parallel()
	c := largeContent(t)
	p := mustBuild(t, c, ring(t))
	var m struct {
		Format  int
		Anchors []string
		Head    struct {
			Name      string
			NotProven []NotProven `json:"not_proven"`
			Counts    Counts
			Waivers   []Waiver
		}
		Leaves []struct {
			Anchor, Kind, Salt string
			Body               json.RawMessage
		}
	}
	if err := json.Unmarshal(p.Manifest, &m); err != nil {
		t.Fatal(err)
	}
	if m.Format != Format || m.Head.Name != "r3.2" {
		t.Errorf("format %d, name %q", m.Format, m.Head.Name)
	}
	if diff := cmp.Diff(Summarize(c), Summary{m.Head.Counts, m.Head.Waivers, m.Head.NotProven}); diff != "" {
		t.Error(diff)
	}
	kinds := map[string]int{}
	for _, l := range m.Leaves {
		kinds[l.Kind]++
	}
	want := map[string]int{
		KindConfiguration: 1, KindItem: 30, KindFinding: 62, KindErrorPaths: 1, KindNullValues: 1, KindMinimization: 1, KindRemark: 1, KindTestRun: 1, KindTranscript: 2, KindScreenshot: 1, KindMinutes: 2, KindQuestion: 2,
	}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Error(diff)
	}
	if got := len(m.Anchors); got != len(m.Leaves)+7+90 {
		t.Errorf("%d anchors, want one for each leaf and each hop", got)
	}
	if got := verify.Verify(p.Zip, verify.Trust{}).Claims.NotProven; len(got) != len(m.Head.NotProven) {
		t.Errorf("verify shows %d things that are not proven, want %d", len(got), len(m.Head.NotProven))
	}
}

func TestNotProven(t *testing.T) {
	t.Parallel()
	var got []string
	for _, n := range Summarize(smallContent(t)).NotProven {
		got = append(got, n.Kind+": "+strings.Join(n.Anchors, " "))
	}
	want := []string{"not_seen: f-002", "declaration_only: SES-05", "waived: rm-001", "partner_side: f-001", "partner_made: t-001"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	if err := Check(smallContent(t)); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Content){
		"no decision":            func(c *Content) { c.Decision = nil },
		"unknown decision":       func(c *Content) { c.Decision.Word = "fine" },
		"no time":                func(c *Content) { c.MadeAt = Time{} },
		"second edition alone":   func(c *Content) { c.Edition = 2 },
		"digest not hex":         func(c *Content) { c.Edition, c.Supersedes = 2, &Supersedes{Revision: 3, Edition: 1, SHA256: "latest"} },
		"slug with a slash":      func(c *Content) { c.Integration.Slug = "../x" },
		"label with a path":      func(c *Content) { c.Transcripts[0].ID = "../../x" },
		"label taken":            func(c *Content) { c.Items[1].ID = c.Items[0].ID },
		"unknown section":        func(c *Content) { c.Items[0].Section = "X" },
		"unknown state":          func(c *Content) { c.Items[0].State = "done" },
		"unknown verdict":        func(c *Content) { c.Findings[0].Verdict = "ok" },
		"item without title":     func(c *Content) { c.Items[0].Title = "" },
		"evidence from nowhere":  func(c *Content) { c.Items[0].Evidence[0].Transcript = "t-009" },
		"finding from nowhere":   func(c *Content) { c.Items[0].Findings = []string{"f-009"} },
		"remark pinned nowhere":  func(c *Content) { c.Remarks[0].Pin = "t-009.e1" },
		"hop numbered twice":     func(c *Content) { c.Transcripts[0].Hops[1].N = 1 },
		"hop in no lane":         func(c *Content) { c.Transcripts[0].Hops[1].Lane = "middle" },
		"transcript without HAR": func(c *Content) { c.Transcripts[0].HAR = nil },
		"unknown path state":     func(c *Content) { c.ErrorPaths.Paths[0].State = "fine" },
		"unknown handling":       func(c *Content) { c.ErrorPaths.Paths[0].Shown[0].Handling = "fine" },
		"error path nowhere":     func(c *Content) { c.ErrorPaths.Paths[0].Shown[0].Run = "run-09" },
		"error page nowhere":     func(c *Content) { c.ErrorPaths.Paths[0].Shown[0].Page.Transcript = "t-009" },
		"error finding nowhere":  func(c *Content) { c.ErrorPaths.Paths[1].Shown[0].Findings[0] = "f-999" },
		"unknown null state":     func(c *Content) { c.NullValues.Cells[0].State = "fine" },
		"null value nowhere":     func(c *Content) { c.NullValues.Cells[0].Shown[0].At.Transcript = "t-009" },
		"unknown surplus":        func(c *Content) { c.Minimization.Surplus[0].Kind = "value" },
		"unknown receipt":        func(c *Content) { c.Minimization.Declared[0].Receipt = "fine" },
		"receipt nowhere":        func(c *Content) { c.Minimization.Declared[0].Run = "run-09" },
		"picture without bytes":  func(c *Content) { c.Screenshots[0].PNG = nil },
	} {
		c := smallContent(t)
		c.ErrorPaths, c.NullValues, c.Minimization = coverage()
		spoil(c)
		if Check(c) == nil {
			t.Errorf("%s: passed", name)
		}
	}
}

func TestSealRefuses(t *testing.T) {
	t.Parallel()
	r, other := ring(t), ring(t)
	c := smallContent(t)
	for name, spoil := range map[string]func(*Seal){
		"too few salts":      func(s *Seal) { s.Salts = s.Salts[1:] },
		"another key's id":   func(s *Seal) { _, s.KeyID = other.Bundle() },
		"an Ed25519 key":     func(s *Seal) { s.Signer, s.KeyID = r.Checkpoint() },
		"no list of keys":    func(s *Seal) { s.KeysJSON = []byte("{}") },
		"a broken keys.json": func(s *Seal) { s.KeysJSON = s.KeysJSON[1:] },
		"no log":             func(s *Seal) { s.Log = Log{} },
		"no checkpoint":      func(s *Seal) { s.Log.Checkpoint = nil },
		"an entry too many":  func(s *Seal) { s.Log.Entries = append(s.Log.Entries, s.Log.Entries[0]) },
		"unsealed":           func(s *Seal) { s.Log.Entries = s.Log.Entries[:1] },
	} {
		seal := sealFor(t, c, r)
		spoil(&seal)
		if _, err := build(c, seal, fewBytes); err == nil {
			t.Errorf("%s: built", name)
		}
	}
}

// TestMerkleRoot holds the tree against the vectors of RFC 6962's reference
// implementation (Certificate Transparency).
func TestMerkleRoot(t *testing.T) {
	t.Parallel()
	leaves := []string{"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}
	roots := []string{
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	}
	var tree audit.Edge
	for i, l := range leaves {
		b, err := hex.DecodeString(l)
		if err != nil {
			t.Fatal(err)
		}
		tree.Append(audit.LeafHash(b))
		root := tree.Root()
		if got := hex.EncodeToString(root[:]); got != roots[i] {
			t.Errorf("%d leaves: %s", i+1, got)
		}
	}
}

// unpack writes an archive's files into a folder.
func unpack(t testing.TB, zip []byte, dir string) map[string][]byte {
	t.Helper()
	files := unzip(t, zip, nil)
	writeFiles(t, files, dir)
	return files
}

func writeFiles(t testing.TB, files map[string][]byte, dir string) {
	t.Helper()
	for name, data := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// shellBlocks gives the commands of an unpacked packet's VERIFY.md.
func shellBlocks(t testing.TB, dir string) (blocks []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "VERIFY.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, m[1])
	}
	return blocks
}

// command runs a program in a folder; one that fails fails the test.
func command(t testing.TB, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// unzip reads an archive with the standard library; each sees the files in order.
func unzip(t testing.TB, b []byte, each func(name string, data []byte)) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = data
		if each != nil {
			each(f.Name, data)
		}
	}
	return out
}

// TestContentSurvivesStorage: callers keep the content as JSON between asking
// for a packet and building it; only the parts that are files or leaves of
// their own are kept apart.
func TestContentSurvivesStorage(t *testing.T) {
	t.Parallel()
	c := largeContent(t)
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var got Content
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	got.Integration.Facts, got.Walkthrough.Minutes = c.Integration.Facts, c.Walkthrough.Minutes
	for i := range got.Transcripts {
		got.Transcripts[i].HAR = c.Transcripts[i].HAR
	}
	for i := range got.Screenshots {
		got.Screenshots[i].PNG = c.Screenshots[i].PNG
	}
	if diff := cmp.Diff(c, &got); diff != "" {
		t.Error(diff)
	}
}
