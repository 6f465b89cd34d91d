package packet

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
)

// The verifier in Python was written from docs/packet_format.md and nothing else, and
// follows what the page has said more clearly since. Its command line:
//
//	verify_packet.py [--fingerprint HEX] [--keys FILE] PACKET.zip
//
// The first line that it prints is VALID, INTACT, SIGNER UNKNOWN or INVALID; it exits
// with 0 for VALID and with 1 for the others. It takes excerpts as well.
const (
	pythonVerifier = "verify_packet.py" // in testdata
	// shortVerifier follows the page's section "A short verifier": who wrote it saw
	// nothing but that page.
	shortVerifier = "verify_packet_short.py"
)

// asked is a question to both verifiers.
type asked struct {
	name        string
	zip         []byte
	fingerprint string
	keys        []byte
}

func (a asked) trust() verify.Trust { return verify.Trust{Fingerprint: a.fingerprint, Keys: a.keys} }

// python answers questions in one process, since starting one takes longer than
// most answers. It runs the script anew for each.
type python struct {
	t      *testing.T
	dir    string
	stdin  *bufio.Writer
	stdout *bufio.Scanner
}

// pythonDriver runs the script with the arguments of each line and tells its first
// line and exit code; whatever it throws is no exit code.
const pythonDriver = `
import contextlib, io, json, runpy, sys, traceback
script = sys.argv[1]
for line in sys.stdin:
    out, code = io.StringIO(), 0
    sys.argv = [script] + json.loads(line)
    with contextlib.redirect_stdout(out):
        try:
            runpy.run_path(script, run_name="__main__")
        except SystemExit as e:
            code = e.code if isinstance(e.code, int) else 0 if e.code is None else 1
        except BaseException:
            code = traceback.format_exc()[-800:]
    print(json.dumps([out.getvalue().split("\n")[0], code]), flush=True)
`

func startPython(t *testing.T, name string) *python {
	t.Helper()
	script, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(script); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "python3", "-c", pythonDriver, script)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		if err := cmd.Wait(); err != nil && t.Context().Err() == nil {
			t.Errorf("python3: %v", err)
		}
	})
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, 1<<20)
	return &python{t: t, dir: t.TempDir(), stdin: bufio.NewWriter(stdin), stdout: lines}
}

// verdict is what the script says, and its exit code as JSON.
func (p *python) verdict(a asked) (first, code string) {
	p.t.Helper()
	write := func(name string, data []byte) string {
		file := filepath.Join(p.dir, name)
		if err := os.WriteFile(file, data, 0o600); err != nil {
			p.t.Fatal(err)
		}
		return file
	}
	var args []string
	if a.fingerprint != "" {
		args = append(args, "--fingerprint", a.fingerprint)
	}
	if a.keys != nil {
		args = append(args, "--keys", write("keys.json", a.keys))
	}
	line, err := json.Marshal(append(args, write("packet.zip", a.zip)))
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := p.stdin.Write(append(line, '\n')); err != nil {
		p.t.Fatal(err)
	}
	if err := p.stdin.Flush(); err != nil {
		p.t.Fatal(err)
	}
	var answer [2]json.RawMessage
	if !p.stdout.Scan() || json.Unmarshal(p.stdout.Bytes(), &answer) != nil || json.Unmarshal(answer[0], &first) != nil {
		p.t.Fatalf("%s: python3 says no more", a.name)
	}
	return first, string(answer[1])
}

// same demands the verdict of our verifier.
func (p *python) same(a asked, want verify.Verdict) {
	p.t.Helper()
	ours := verify.Verify(a.zip, a.trust())
	if ours.Verdict != want {
		p.t.Errorf("%s: ours says %s, want %s: %+v", a.name, ours.Verdict, want, ours.Checks)
		return
	}
	p.says(a, want)
}

// says demands a verdict of the script.
func (p *python) says(a asked, want verify.Verdict) {
	p.t.Helper()
	exit := verify.Result{Verdict: want}.ExitCode()
	if first, code := p.verdict(a); first != string(want) || code != fmt.Sprint(exit) {
		p.t.Errorf("%s: the verifier in Python says %q and exits with %s, want %s", a.name, first, code, want)
	}
}

// The verifiers that were written from the description of the format say what
// ours says: of fifty good packets, and of every way to tamper with one.
func TestPythonVerifiers(t *testing.T) {
	t.Parallel()
	for _, name := range []string{pythonVerifier, shortVerifier} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startPython(t, name)
			r, theirs := ring(t), ring(t)
			good := p.believes(r, theirs)
			tampered := 0
			refuse := func(name string, zip []byte) {
				tampered++
				p.same(asked{name: name, zip: zip, fingerprint: r.Fingerprint()}, verify.Invalid)
			}
			packet := mustBuild(t, smallContent(t), r).Zip
			excerpt := mustCut(t, packet, "f-002", "s-001").Zip
			refuse("re-signed by a stranger", mustBuild(t, smallContent(t), theirs).Zip)
			p.same(asked{name: "re-signed by a stranger, nobody believed", zip: mustBuild(t, smallContent(t), theirs).Zip}, verify.SignerUnknown)
			for name, zip := range map[string][]byte{"packet": packet, "excerpt": excerpt} {
				tamperBytes(zip, func(what string, bad []byte) { refuse(name+", "+what, bad) })
				tamperFiles(t, zip, func(what string, bad []byte) { refuse(name+", "+what, bad) })
			}
			for name, bad := range spelledDifferently(t, packet) {
				refuse(name, bad)
			}
			if name == pythonVerifier { // the short one takes the server's word for what its keys signed
				for name, bad := range sealedWrongly(t, r) {
					refuse(name, bad)
				}
			}
			t.Logf("%d good, %d tampered", good, tampered)
		})
	}
}

// believes demands the same verdict about fifty good packets.
func (p *python) believes(r, theirs *keys.Ring) int {
	p.t.Helper()
	good := goodArchives(p.t, r)
	if len(good) != 50 {
		p.t.Fatalf("%d good packets", len(good))
	}
	for n, zip := range good {
		p.same(asked{name: fmt.Sprintf("good packet %d", n+1), zip: zip, fingerprint: r.Fingerprint()}, verify.Valid)
		if n%10 == 0 {
			p.same(asked{name: "with keys.json", zip: zip, keys: r.KeysJSON()}, verify.Valid)
			p.same(asked{name: "without a root", zip: zip}, verify.SignerUnknown)
			p.same(asked{name: "another root", zip: zip, fingerprint: theirs.Fingerprint()}, verify.Invalid)
			p.same(asked{name: "another keys.json", zip: zip, keys: theirs.KeysJSON()}, verify.Invalid)
			p.same(asked{name: "a broken keys.json", zip: zip, keys: r.KeysJSON()[1:]}, verify.Invalid)
		}
	}
	return len(good)
}

// goodArchives are fifty packets and excerpts that differ in what they hold.
func goodArchives(t *testing.T, r *keys.Ring) [][]byte {
	t.Helper()
	random := rand.New(rand.NewPCG(3, 4))
	var out [][]byte
	for n := range 40 {
		c := smallContent(t)
		if n%2 == 1 {
			c = largeContent(t)
		}
		c.Integration.Name = hostileText(random) + " sale"
		c.Integration.Partner = []string{"Kestrel Ticketing", "Żuraw sp. z o.o.", "Ελληνικά \u202e \"quoted\" \\", "a\tb\u0001c \U0001F989"}[n%4]
		c.Revision = n + 1
		if c.Supersedes != nil {
			c.Supersedes.Revision = c.Revision
		}
		if n%5 == 0 {
			c.Decision.Text = strings.Repeat("long ", 2000)
		}
		if n%7 == 0 {
			c.Items[0].Title = hostileText(random) + "x"
		}
		p := mustBuild(t, c, r)
		out = append(out, p.Zip)
		if n%4 == 3 {
			var withhold []string
			for i, l := range leaves(c) {
				if i%(n+1) == 0 {
					withhold = append(withhold, l.Anchor)
				}
			}
			out = append(out, mustCut(t, p.Zip, withhold...).Zip)
		}
	}
	return out
}

// tamperBytes flips bits at random, cuts and appends.
func tamperBytes(zip []byte, refuse func(what string, bad []byte)) {
	random := rand.New(rand.NewPCG(7, 8))
	for range 200 {
		bad := bytes.Clone(zip)
		at := random.IntN(len(bad))
		bad[at] ^= 1 << random.IntN(8)
		refuse(fmt.Sprintf("byte %d flipped", at), bad)
	}
	for _, n := range []int{0, 1, 4, 21, 22, 30, len(zip) / 3, len(zip) / 2, len(zip) - 22, len(zip) - 1} {
		refuse(fmt.Sprintf("cut to %d bytes", n), zip[:n])
	}
	refuse("a byte after it", append(bytes.Clone(zip), 0))
	refuse("a byte before it", append([]byte{0}, zip...))
	refuse("twice", append(bytes.Clone(zip), zip...))
}

// tamperFiles makes flawless archives of files that were changed, removed, added
// or moved.
func tamperFiles(t *testing.T, zip []byte, refuse func(what string, bad []byte)) {
	t.Helper()
	var names []string
	unzip(t, zip, func(name string, _ []byte) { names = append(names, name) })
	change := func(what string, act func([]file) []file) { refuse(what, repack(t, zip, act)) }
	for i, name := range names {
		change(name+" removed", func(f []file) []file { return slices.Delete(f, i, i+1) })
		change(name+" twice", func(f []file) []file { return slices.Insert(f, i, f[i]) })
		change(name+" empty", func(f []file) []file { f[i].data = nil; return f })
		change(name+" longer", func(f []file) []file { f[i].data = append(bytes.Clone(f[i].data), '\n'); return f })
		change(name+" changed", func(f []file) []file {
			f[i].data = bytes.Clone(f[i].data)
			f[i].data[len(f[i].data)/2] ^= 1
			return f
		})
		if i > 0 {
			change(name+" moved", func(f []file) []file { f[i], f[i-1] = f[i-1], f[i]; return f })
		}
	}
	for _, name := range []string{"transcripts/t-009.har", "screenshots/s-009.png", "audit/more", "validation/more.pem", "notes.txt", "../evil", "", "packet.pdf "} {
		for _, at := range []int{0, 2, len(names) - 3, len(names)} {
			change(fmt.Sprintf("%q added at %d", name, at), func(f []file) []file { return slices.Insert(f, at, file{name, []byte("x")}) })
		}
	}
}

// spelledDifferently are packets whose bytes mean the same to a tolerant reader.
func spelledDifferently(t *testing.T, zip []byte) map[string][]byte {
	t.Helper()
	const st = "statement.sigstore.json"
	out := map[string][]byte{}
	edit := func(what, name string, change func([]byte) []byte) {
		bad := repack(t, zip, func(files []file) []file {
			for i := range files {
				if files[i].name == name {
					files[i].data = change(bytes.Clone(files[i].data))
				}
			}
			return files
		})
		if bytes.Equal(bad, zip) {
			t.Errorf("%s: nothing was changed", what)
		}
		out[what] = bad
	}
	replace := func(old, with string) func([]byte) []byte {
		return func(b []byte) []byte { return bytes.Replace(b, []byte(old), []byte(with), 1) }
	}
	edit("a space in the bundle", st, replace(":", ": "))
	edit("an escaped letter", st, replace(`"hint"`, `"\u0068int"`))
	edit("one more name in the bundle", st, replace(`{"sig"`, `{"keyid":"","sig"`))
	edit("a line feed in the payload", st, spoilBase64)
	edit("another media type", st, replace("bundle.v0.3", "bundle.v0.2"))
	edit("another payload type", st, replace("in-toto", "in-Toto"))
	edit("the other s in SHA256SUMS.sig", "SHA256SUMS.sig", func(b []byte) []byte { return otherS(t, b) })
	edit("line ends in SHA256SUMS", "SHA256SUMS", func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")) })
	edit("one space in SHA256SUMS", "SHA256SUMS", replace("  ", " "))
	return out
}

// sealedWrongly are packets that hold together but for one thing, and were sealed
// all the same by the right key.
func sealedWrongly(t *testing.T, r *keys.Ring) map[string][]byte {
	t.Helper()
	c := withFiles(largeContent(t))
	seal := sealFor(t, c, r)
	m, err := newManifest(c, seal.Salts)
	if err != nil {
		t.Fatal(err)
	}
	good := mustBuild(t, largeContent(t), r).Zip
	out := map[string][]byte{}
	reseal := func(what, name string, change func([]byte) []byte) {
		changed := false
		out[what] = repack(t, good, func(files []file) []file {
			files = slices.Clone(files[:len(files)-3])
			for i := range files {
				if files[i].name == name {
					data := change(bytes.Clone(files[i].data))
					changed = !bytes.Equal(data, files[i].data)
					files[i].data = data
				}
			}
			sealed, err := sealFiles(c, m, files, seal, PDFSeal{Level: LevelBB, Stamp: StampNone})
			if err != nil {
				t.Fatal(err)
			}
			return sealed
		})
		if !changed {
			t.Errorf("%s: nothing was changed", what)
		}
	}
	replace := func(old, with string) func([]byte) []byte {
		return func(b []byte) []byte { return bytes.Replace(b, []byte(old), []byte(with), 1) }
	}
	const manifest, har, keysJSON = "packet.json", "transcripts/t-002.har", "validation/keys.json"
	reseal("another transcript than its leaf says", har, replace("1.2", "1.3"))
	reseal("another head than in the statement", manifest, replace(`"word":"go_with_conditions"`, `"word":"go"`))
	reseal("another leaf than in the Merkle root", manifest, replace(`"title":"FAQ link shown"`, `"title":"FAQ link gone"`))
	reseal("a leaf less than in the statement", manifest, func(b []byte) []byte {
		at := bytes.LastIndex(b, []byte(`,{"anchor":`))
		return append(b[:at], "]}"...)
	})
	reseal("an anchor less", manifest, replace(`"anchors":["configuration",`, `"anchors":[`))
	reseal("an anchor twice", manifest, replace(`"anchors":["configuration",`, `"anchors":["configuration","configuration",`))
	reseal("a member more in packet.json", manifest, replace(`,"format":1,`, `,"extra":1,"format":1,`))
	reseal("packet.json of another format", manifest, replace(`,"format":1,"head"`, `,"format":2,"head"`))
	reseal("packet.json with a space", manifest, replace(`,"format":1,"head"`, `,"format": 1,"head"`))
	reseal("another key in keys.json", keysJSON, replace(`"use":"bundle"`, `"use":"bundlE"`))
	reseal("another root key", "validation/root.pub.pem", func(b []byte) []byte { return b[:len(b)-1] })
	reseal("another bundle key", "validation/bundle.pub.pem", func(b []byte) []byte { return append(b, '\n') })
	reseal("an audit entry without its end", "audit/entries.jsonl", func(b []byte) []byte { return b[:len(b)-1] })
	reseal("an audit entry of another version", "audit/entries.jsonl", replace(`"v":1`, `"v":2`))
	reseal("an audit entry with a space", "audit/entries.jsonl", replace(`"v":1`, `"v": 1`))
	return out
}
