// Package verify tells whether a packet is as it was sealed and who sealed it.
// It uses the standard library only and nothing of the package that makes
// packets; it reads no file, no clock and no network, so that it runs as
// well in a browser.
//
// Of everything in a packet exactly one encoding is accepted: the archive is
// compared with the only archive that its names and contents can make, JSON
// must be canonical (RFC 8785), signatures must be DER with the lower s. So
// there is no byte that could be changed unseen.
package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"
)

// Limits on what is read.
const (
	MaxBytes = 1 << 30  // of the archive
	MaxFiles = 10_000   // in the archive
	MaxJSON  = 64 << 20 // bytes of packet.json, of the statement and of each line of the audit log
	MaxKeys  = 1000     // in a list of keys
)

// Verdict is the answer.
type Verdict string

// The verdicts. SignerUnknown means that all is as it was sealed, by a key
// that the caller has given no reason to believe.
const (
	Valid         Verdict = "VALID"
	SignerUnknown Verdict = "INTACT, SIGNER UNKNOWN"
	Invalid       Verdict = "INVALID"
)

// Trust is whom the caller believes. The zero Trust believes nobody.
type Trust struct {
	// Fingerprint is the SHA-256 of the root's public key as ParseFingerprint
	// gives it. The packet's own list of keys is believed if its root has it.
	Fingerprint string
	// Remembered says where the caller remembers the Fingerprint, for the words of
	// the answer; empty where the caller gave it for this one.
	Remembered string
	// Keys is a keys.json that the caller got by another way than the packet;
	// it rules over the packet's copy. With a Fingerprint its root must have it.
	Keys []byte
}

// Check is one line of the answer.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"` // nothing is wrong: the state is Holds or None
	State  State  `json:"state"`
	Detail string `json:"detail"` // what was checked, or what is wrong and where
}

// State is how a check went.
type State string

// The states of checks. With NotChecked the verdict is Invalid as with Fails:
// what the check needs is missing or broken, and the check of that fails.
const (
	Holds      State = "holds"
	Fails      State = "fails"
	NotChecked State = "not_checked" // it could not be made
	None       State = "none"        // what it is about is not in the packet and need not be
	NotKnown   State = "not_known"   // the caller gave nothing to compare with
)

// notChecked is the error of a check that could not be made; the text says what
// is missing for it.
type notChecked string

func (e notChecked) Error() string { return "not checked: " + string(e) }

// notThere ends a check without a fault: what it is about need not be there, and
// is not.
type notThere string

func (e notThere) Error() string { return string(e) }

// Claims are what the packet says about itself. They are those of the signed
// statement, and are empty where it could not be read. With the verdict Invalid
// they are nobody's word.
type Claims struct {
	Name        string    `json:"name"` // r3.1
	Integration string    `json:"integration"`
	Partner     string    `json:"partner"`
	MadeAt      string    `json:"made_at"`
	Decision    string    `json:"decision"`
	Outcome     string    `json:"outcome,omitempty"`
	SignOffs    []SignOff `json:"sign_offs,omitempty"`
	// Address is where the server says what became of the packet; it ends with
	// the SHA-256 of the archive. Nothing here asks there.
	Address string `json:"address,omitempty"`
	// Supersedes is the SHA-256 of the archive that this packet takes the place of.
	Supersedes string   `json:"supersedes,omitempty"`
	NotProven  []string `json:"not_proven"` // what the packet says it does not prove
}

// SignOff is a person's approval of the go-live.
type SignOff struct {
	Role string `json:"role"` // partner, consultant, account_team
	By   string `json:"by"`
	At   string `json:"at"`
}

// Result is the answer with its reasons.
type Result struct {
	Verdict Verdict `json:"verdict"`
	Checks  []Check `json:"checks"`
	SHA256  string  `json:"sha256"` // of the archive, hex
	KeyID   string  `json:"key_id"` // of the signer
	// Root is the fingerprint of the root that vouches for the signer; where none
	// does, that of the packet's own list of keys, which proves nothing.
	Root   string `json:"root"`
	Claims Claims `json:"claims"`
	// Stamp is the time stamp of the PDF's signature; nil without one.
	Stamp *StampClaim `json:"stamp,omitempty"`
	// Excerpt is set where the archive is an excerpt whose parts could be counted.
	Excerpt *Excerpt `json:"excerpt,omitempty"`
}

// StampClaim says who has seen the PDF's signature at which time. The token is
// whole and for this signature; nobody vouches for the authority.
type StampClaim struct {
	At          string `json:"at"`
	Authority   string `json:"authority"`          // name in its certificate
	Certificate string `json:"certificate_sha256"` // hex
}

// ExitCode is what a command line returns: 0 for VALID, 1 for all else.
func (r Result) ExitCode() int {
	if r.Verdict == Valid {
		return 0
	}
	return 1
}

// ParseFingerprint reads a SHA-256 as people write it: hex in either case,
// with spaces or colons between groups, perhaps after "sha256".
func ParseFingerprint(s string) (string, error) {
	s = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(s)), "sha256")
	s = strings.NewReplacer(" ", "", ":", "", "\n", "", "\t", "").Replace(s)
	if !isDigest(s) {
		return "", errors.New("reading fingerprint: it must have 64 hex digits")
	}
	return s, nil
}

// Verify checks a packet. Every check runs, also after one has failed, as far
// as there is something left to check.
func Verify(zip []byte, trust Trust) Result {
	v := &verifier{trust: trust}
	defer v.beside.Wait() // the bytes are the caller's again
	sum := ahead(v, func() string { return digestHex(zip) })
	v.check("archive", func() (string, error) { return v.readArchive(zip) })
	digests := ahead(v, v.hashFiles)
	if v.isExcerpt() {
		v.digests, v.result.SHA256 = digests(), sum()
		return v.verifyExcerpt()
	}
	report := ahead(v, v.readReport)
	v.check("files", v.checkNames)
	v.check("keys", v.readKeys)
	v.check("statement", v.readStatement)
	v.check("signature", v.checkSignature)
	v.digests, v.result.SHA256 = digests(), sum()
	v.check("digests", v.checkDigests)
	v.check("sums", v.checkSums)
	v.report = report()
	v.check("pdf", v.checkPDF)
	v.check("stamp", v.checkStamp)
	v.check("content", v.checkManifest)
	v.check("checkpoint", v.readCheckpoint)
	v.check("audit", v.checkEntries)
	v.check("log", v.checkLog)
	v.check("times", v.checkTimes)
	return v.conclude()
}

// conclude asks who signed and gives the verdict.
func (v *verifier) conclude() Result {
	v.result.Verdict = v.verdict(v.checkSigner(v.vouchedBy))
	return v.result
}

func (v *verifier) verdict(known bool) Verdict {
	switch {
	case v.failed:
		return Invalid
	case !known:
		return SignerUnknown
	default:
		return Valid
	}
}

// verifier carries what the checks found.
type verifier struct {
	trust  Trust
	result Result
	failed bool

	beside sync.WaitGroup // what takes longest is done beside the checks

	files      []entry
	byName     map[string][]byte
	digests    map[string]string // SHA-256 of the files, hex
	report     signedReport
	list       *keyList // the packet's own
	statement  *statement
	seal       *cms      // the PDF's signature, once it holds
	attached   bool      // packet.json is the one file that the signed PDF carries
	signers    []signer  // whose signatures hold
	loggedAt   time.Time // of the checkpoint that covers the sealing; zero without
	checkpoint *checkpoint
	entries    []logged // nil unless all could be read
}

// ahead begins work beside the checks and gives what asks for its result. A panic
// over it comes up there. On one processor, as in a browser, it is done when it is
// asked for.
func ahead[T any](v *verifier, work func() T) (result func() T) {
	result = sync.OnceValue(work)
	if runtime.GOMAXPROCS(0) > 1 {
		v.beside.Go(func() {
			defer func() { _ = recover() }() // result panics again for who asks
			result()
		})
	}
	return result
}

func (v *verifier) check(name string, run func() (string, error)) {
	detail, err := run()
	c := Check{Name: name, State: stateOf(err), Detail: detail}
	if err != nil {
		c.Detail = err.Error()
	}
	c.OK = c.State == Holds || c.State == None
	v.failed = v.failed || !c.OK
	v.result.Checks = append(v.result.Checks, c)
}

// stateOf tells from what a check gave how it went.
func stateOf(err error) State {
	_, unmade := errors.AsType[notChecked](err)
	_, none := errors.AsType[notThere](err)
	switch {
	case err == nil:
		return Holds
	case unmade:
		return NotChecked
	case none:
		return None
	}
	return Fails
}

// checkSigner is the last check: does someone whom the caller believes vouch
// for the key, as vouched asks. Without anyone to believe it fails nothing.
func (v *verifier) checkSigner(vouched func(list *keyList) error) (known bool) {
	if v.trust.Fingerprint == "" && v.trust.Keys == nil {
		v.result.Checks = append(v.result.Checks, Check{
			Name: "signer", State: NotKnown, Detail: "no root was given to compare with, so anyone could have sealed this",
		})
		return false
	}
	v.check("signer", func() (string, error) {
		list, whose := v.list, "the list of keys in it, whose root has the given fingerprint"
		if v.trust.Remembered != "" {
			whose = "the list of keys in it, whose root is the one remembered in " + v.trust.Remembered
		}
		if v.trust.Keys != nil {
			var err error
			if list, err = parseKeys(v.trust.Keys); err != nil {
				return "", fmt.Errorf("the given keys.json: %w", err)
			}
			whose = "the given keys.json"
		}
		if list == nil {
			return "", notChecked("its list of keys is not readable")
		}
		if v.trust.Fingerprint != "" && list.rootID != v.trust.Fingerprint {
			return "", v.otherRoot(list)
		}
		if err := vouched(list); err != nil {
			return "", err
		}
		v.result.Root = list.rootID
		return "vouched for by " + whose, nil
	})
	return !v.failed
}

// otherRoot says whose fingerprint is which where the list of keys to believe has
// not the given one.
func (v *verifier) otherRoot(list *keyList) error {
	switch {
	case v.trust.Keys != nil:
		return fmt.Errorf("the root of the given keys.json is %s, and you gave the fingerprint %s: the two do not belong together", list.rootID, v.trust.Fingerprint)
	case v.trust.Remembered != "":
		return fmt.Errorf("the root in this file is %s, and the one remembered in %s is %s: someone else sealed this, unless you believe more than one server",
			list.rootID, v.trust.Remembered, v.trust.Fingerprint)
	}
	return fmt.Errorf("the root in this file is %s, and you gave the fingerprint %s: someone else sealed this, unless what you gave was mistyped", list.rootID, v.trust.Fingerprint)
}

func isDigest(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}

func digestHex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
