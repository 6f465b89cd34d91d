package verify

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// excerptName is the file that tells an excerpt from a packet.
const excerptName = "excerpt.json"

// Excerpt says how much of a packet an excerpt shows. The rest was withheld by
// whoever cut it: its parts are there as hashes only, and their number is known.
type Excerpt struct {
	Packet   string `json:"packet"` // r3.2
	Parts    int    `json:"parts"`  // of the packet
	Shown    int    `json:"shown"`
	Withheld int    `json:"withheld"`
}

// String is the line for people.
func (e *Excerpt) String() string {
	return fmt.Sprintf("excerpt of packet %s: %d of %d parts shown, %d withheld, none altered", printable(e.Packet), e.Shown, e.Parts, e.Withheld)
}

// excerptOrder is how the files of an excerpt stand. It has what the packet has of
// them, but of transcripts and pictures those that are shown.
var excerptOrder = []string{excerptName, "transcripts/", "screenshots/", "validation/", readmeName, sumsName, sumsSigName, statementName}

// excerptRequired are the files without which nothing can be checked.
var excerptRequired = []string{excerptName, bundlePEMName, keysName, rootPEMName, readmeName, sumsName, sumsSigName, statementName}

// isExcerpt tells whether the archive says that it is an excerpt. It is then
// checked as one and nothing else: a packet has no such file.
func (v *verifier) isExcerpt() bool {
	_, there := v.byName[excerptName]
	return there
}

// verifyExcerpt is Verify for an excerpt whose archive was read.
func (v *verifier) verifyExcerpt() Result {
	v.check("files", func() (string, error) { return v.namesIn(excerptOrder, excerptRequired) })
	v.check("keys", v.readKeys)
	v.check("statement", v.readStatement)
	v.check("signature", v.checkExcerptSignature)
	v.check("digests", v.checkExcerptDigests)
	v.check("sums", v.checkExcerptSums)
	v.check("content", v.checkExcerpt)
	v.check("times", v.checkTimes)
	return v.conclude()
}

// checkExcerptSignature is checkSignature, and refuses a key that is known to have
// been compromised: that the packet is older than that only its log shows, which
// no excerpt holds.
func (v *verifier) checkExcerptSignature() (string, error) {
	detail, err := v.checkSignature()
	if err != nil {
		return "", err
	}
	lists := []*keyList{v.list}
	if given, err := parseKeys(v.trust.Keys); err == nil { // whether it can be read, the last check says
		lists = append(lists, given)
	}
	for _, list := range lists {
		if list.compromised(useBundle, v.statement.keyID) {
			return "", errors.New("the signer's key was compromised: only the whole packet can show that it is older than that")
		}
	}
	return detail, nil
}

// checkExcerptDigests holds the files that are there against the statement, and
// demands all that an excerpt may not leave out.
func (v *verifier) checkExcerptDigests() (string, error) {
	if v.statement == nil || v.files == nil {
		return "", notChecked("there is no readable statement or no readable archive")
	}
	named := map[string]bool{}
	count := 0
	for _, s := range v.statement.subjects {
		_, there := v.byName[s.name]
		if named[s.name] || s.name == excerptName || s.name == statementName {
			return "", errors.New("the statement names a file twice, or one that no packet has")
		}
		named[s.name] = true
		switch {
		case there && s.digest != v.digests[s.name]:
			return "", fmt.Errorf("%s was changed", printable(s.name))
		case there:
			count++
		case !mayBeWithheld(s.name):
			return "", fmt.Errorf("%s is missing", printable(s.name))
		}
	}
	for i, f := range v.files {
		if !named[f.name] && f.name != excerptName && f.name != statementName {
			return "", fmt.Errorf("file %d is one that the packet does not have", i+1)
		}
	}
	return fmt.Sprintf("%d files have the digests of the statement, %d of the packet's are withheld", count, len(named)-count), nil
}

// mayBeWithheld: what holds parts, and what no excerpt has.
func mayBeWithheld(name string) bool {
	return name == pdfName || name == manifestName || strings.HasPrefix(name, "audit/") ||
		belongs(name, "transcripts/") || belongs(name, "screenshots/")
}

// checkExcerptSums checks that SHA256SUMS is the packet's own.
func (v *verifier) checkExcerptSums() (string, error) {
	if v.statement == nil || v.list == nil {
		return "", notChecked("there is no readable statement or no readable list of keys")
	}
	var want strings.Builder
	for _, s := range v.statement.subjects {
		if s.name != sumsName && s.name != sumsSigName {
			want.WriteString(s.digest + "  " + s.name + "\n")
		}
	}
	if string(v.byName[sumsName]) != want.String() {
		return "", fmt.Errorf("%s does not list the packet's files as the statement does", sumsName)
	}
	return v.checkSumsSignature()
}

// checkExcerpt holds excerpt.json against the statement and the files.
func (v *verifier) checkExcerpt() (string, error) {
	if v.statement == nil {
		return "", notChecked("there is no readable statement")
	}
	n, err := parseJSON(v.byName[excerptName])
	if err != nil {
		return "", fmt.Errorf("excerpt.json: %w", err)
	}
	var r reader
	top := r.object("excerpt.json", n, "format", "head", "leaves", "packet")
	if r.err != nil {
		return "", r.err
	}
	r.format("excerpt.json", top[0])
	if digestHex(top[1]) != v.statement.head {
		return "", errors.New("excerpt.json: the head is not the one of the statement")
	}
	if !bytes.Equal(top[3], v.statement.predicate[pName]) {
		r.fail("the packet's name")
	}
	e, err := v.checkShown(&r, r.array("the leaves of excerpt.json", top[2], maxLeaves))
	if err != nil {
		return "", fmt.Errorf("excerpt.json: %w", err)
	}
	v.checkHead(&r, top[1])
	if r.err != nil {
		return "", fmt.Errorf("excerpt.json: %w", r.err)
	}
	v.result.Excerpt = e
	return fmt.Sprintf("%s and %s have the Merkle root of the statement", counted(e.Shown, "leaf", "leaves"), counted(e.Withheld, "hash", "hashes")), nil
}

// checkShown computes the Merkle root from the leaves that are shown and the
// hashes of those that are not.
func (v *verifier) checkShown(r *reader, leaves []node) (*Excerpt, error) {
	e := &Excerpt{Packet: r.text("the packet's name", v.statement.predicate[pName]), Parts: len(leaves)}
	hashes := make([][sha256.Size]byte, len(leaves))
	named := map[string]bool{} // files
	anchors := map[string]bool{}
	for i, l := range leaves {
		if members, ok := l.members(1); ok && len(members) == 1 {
			m := r.object("a withheld leaf", l, "hash")
			hash := r.text("a hash", m[0])
			if r.err != nil || !isDigest(hash) {
				return nil, fmt.Errorf("leaf %d has no hash", i+1)
			}
			_, _ = hex.Decode(hashes[i][:], []byte(hash)) // isDigest has seen that it can be
			e.Withheld++
			continue
		}
		anchor, err := v.checkLeaf(r, l, named)
		if err != nil {
			return nil, fmt.Errorf("leaf %d: %w", i+1, err)
		}
		if anchors[anchor] {
			return nil, fmt.Errorf("the anchor of leaf %d is taken", i+1)
		}
		anchors[anchor] = true
		hashes[i] = leafHash(l)
		e.Shown++
	}
	return e, v.checkRoot(hashes, named)
}

// counted words a number with its noun.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
