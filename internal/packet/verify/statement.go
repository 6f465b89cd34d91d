package verify

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	payloadType   = "application/vnd.in-toto+json"
	bundleType    = "application/vnd.dev.sigstore.bundle.v0.3+json"
	statementType = "https://in-toto.io/Statement/v1"
	predicateType = "https://github.com/proofwalk/proofwalk/packet/v1"
)

// statement is the in-toto statement out of its envelope.
type statement struct {
	payload, signature []byte
	keyID              string
	subjects           []subject
	predicate          []node // in the order of predicateNames
	madeAt             time.Time
	head, root         string
	leaves             int64
	seal               pdfSeal
	claims             Claims
}

type subject struct{ name, digest string }

var predicateNames = []string{
	"decision", "edition", "format", "head_sha256", "integration", "leaves", "made_at", "merkle_root", "name", "outcome", "pdf_seal", "revision", "sign_offs", "supersedes",
}

// Places in predicate.
const (
	pDecision = iota
	pEdition
	pFormat
	pHead
	pIntegration
	pLeaves
	pMadeAt
	pRoot
	pName
	pOutcome
	pSeal
	pRevision
	pSignOffs
	pSupersedes
)

// readStatement takes the statement out of its envelope.
func (v *verifier) readStatement() (string, error) {
	b, ok := v.byName[statementName]
	if !ok {
		return "", notChecked("there is no statement")
	}
	n, err := parseJSON(b)
	if err != nil {
		return "", err
	}
	var r reader
	top := r.object("the bundle", n, "dsseEnvelope", "mediaType", "verificationMaterial")
	r.word("the bundle's type", top[1], bundleType)
	material := r.object("the bundle's material", top[2], "publicKey")
	key := r.object("the bundle's key", material[0], "hint")
	env := r.object("the envelope", top[0], "payload", "payloadType", "signatures")
	r.word("the payload's type", env[1], payloadType)
	sigs := r.array("the envelope's signatures", env[2], 1)
	if r.err != nil {
		return "", r.err
	}
	if len(sigs) != 1 {
		return "", errors.New("the envelope has not exactly one signature")
	}
	sig := r.object("the signature", sigs[0], "sig")
	s := &statement{
		payload: r.base64("the payload", env[0]), signature: r.base64("the signature", sig[0]),
		keyID: r.text("the key's id", key[0]),
	}
	if r.err != nil {
		return "", r.err
	}
	if err := s.parse(); err != nil {
		return "", err
	}
	v.statement = s
	v.result.KeyID = s.keyID
	v.result.Claims = s.claims
	return fmt.Sprintf("an in-toto statement about %d files", len(s.subjects)), nil
}

// parse reads the payload.
func (s *statement) parse() error {
	n, err := parseJSON(s.payload)
	if err != nil {
		return fmt.Errorf("the payload: %w", err)
	}
	var r reader
	top := r.object("the statement", n, "_type", "predicate", "predicateType", "subject")
	r.word("the statement's type", top[0], statementType)
	r.word("the predicate's type", top[2], predicateType)
	s.predicate = r.object("the predicate", top[1], predicateNames...)
	r.format("the predicate", s.predicate[pFormat])
	s.head = r.text("the head's digest", s.predicate[pHead])
	s.root = r.text("the Merkle root", s.predicate[pRoot])
	s.leaves = r.number("the number of leaves", s.predicate[pLeaves])
	s.claims = r.claims(s.predicate)
	s.madeAt = r.time("the packet's time", s.predicate[pMadeAt])
	s.seal = r.pdfSeal(s.predicate[pSeal])
	for _, e := range r.array("the subjects", top[3], MaxFiles) {
		m := r.object("a subject", e, "digest", "name")
		d := r.object("a subject's digest", m[0], "sha256")
		s.subjects = append(s.subjects, subject{r.text("a subject's name", m[1]), r.text("a subject's digest", d[0])})
	}
	return r.err
}

// claims reads what the statement says, for people.
func (r *reader) claims(predicate []node) Claims {
	i := r.object("the integration", predicate[pIntegration], "id", "name", "partner")
	r.text("the integration's id", i[0])
	c := Claims{
		Name: r.text("the name", predicate[pName]), Integration: r.text("the integration", i[1]),
		Partner: r.text("the partner", i[2]), MadeAt: r.text("the time", predicate[pMadeAt]),
		Decision: r.text("the decision", predicate[pDecision]), SignOffs: r.signOffs(predicate[pSignOffs]),
	}
	if !slices.Contains(decisions, c.Decision) {
		r.fail("the decision")
	}
	if !predicate[pOutcome].isNull() {
		if c.Outcome = r.text("the outcome", predicate[pOutcome]); !slices.Contains(outcomes, c.Outcome) {
			r.fail("the outcome")
		}
	}
	c.Supersedes = r.supersedes(c.Name, predicate)
	return c
}

// supersedes reads which edition this one is and which it takes the place of:
// that before it, of the same revision; none before the first. It gives the
// digest of that one's archive.
func (r *reader) supersedes(name string, predicate []node) (digest string) {
	revision, edition := r.number("the revision", predicate[pRevision]), r.number("the edition", predicate[pEdition])
	if revision < 1 || edition < 1 || name != fmt.Sprintf("r%d.%d", revision, edition) {
		r.fail("the packet's name")
	}
	if edition == 1 {
		if !predicate[pSupersedes].isNull() {
			r.fail("the superseded packet")
		}
		return ""
	}
	m := r.object("the superseded packet", predicate[pSupersedes], "edition", "revision", "sha256")
	before, of := r.number("the superseded packet", m[0]), r.number("the superseded packet", m[1])
	if digest = r.text("the superseded packet", m[2]); before != edition-1 || of != revision || !isDigest(digest) {
		r.fail("the superseded packet")
	}
	return digest
}

// The words of a statement. Of roles a packet has at most one sign-off each.
var (
	decisions = []string{"ready", "returned"}
	outcomes  = []string{"go", "go_with_conditions", "no_go"}
	roles     = []string{"partner", "consultant", "account_team"}
)

// signOffs reads who signed off, by the statement.
func (r *reader) signOffs(n node) []SignOff {
	var out []SignOff
	seen := map[string]bool{}
	for _, e := range r.array("the sign-offs", n, len(roles)) {
		m := r.object("a sign-off", e, "at", "by", "role")
		r.time("a sign-off's time", m[0])
		role := r.text("a sign-off's role", m[2])
		if seen[role] || !slices.Contains(roles, role) {
			r.fail("a sign-off's role")
		}
		seen[role] = true
		out = append(out, SignOff{At: r.text("a sign-off's time", m[0]), By: r.text("who signed off", m[1]), Role: role})
	}
	return out
}

// checkSignature checks the envelope's signature with the key that it names,
// taken from the packet's list.
func (v *verifier) checkSignature() (string, error) {
	if v.statement == nil || v.list == nil {
		return "", notChecked("there is no readable statement or no readable list of keys")
	}
	key, err := v.list.find(useBundle, v.statement.keyID)
	if err != nil {
		return "", err
	}
	message := "DSSEv1 " + strconv.Itoa(len(payloadType)) + " " + payloadType + " " + strconv.Itoa(len(v.statement.payload)) + " "
	if err := verifyECDSA(key.der, append([]byte(message), v.statement.payload...), v.statement.signature); err != nil {
		return "", err
	}
	v.signers = append(v.signers, signer{useBundle, key.id, v.statement.madeAt})
	return "the statement is signed by key " + key.id[:16], nil
}

// checkDigests holds every file against the statement.
func (v *verifier) checkDigests() (string, error) {
	if v.statement == nil || v.files == nil {
		return "", notChecked("there is no readable statement or no readable archive")
	}
	var named []entry
	for _, f := range v.files {
		if f.name != statementName {
			named = append(named, f)
		}
	}
	if len(named) != len(v.statement.subjects) {
		return "", fmt.Errorf("the statement names %d files, the archive has %d", len(v.statement.subjects), len(named))
	}
	for i, s := range v.statement.subjects {
		if s.name != named[i].name {
			return "", fmt.Errorf("file %d is not the one that the statement names there", i+1)
		}
		if s.digest != v.digests[s.name] {
			return "", fmt.Errorf("file %d (%s) was changed", i+1, printable(s.name))
		}
	}
	return fmt.Sprintf("%d files have the digests of the statement", len(named)), nil
}

// checkSums checks what people without this program rely on.
func (v *verifier) checkSums() (string, error) {
	if v.statement == nil || v.list == nil {
		return "", notChecked("there is no readable statement or no readable list of keys")
	}
	var want strings.Builder
	for _, f := range v.files {
		switch f.name {
		case sumsName, sumsSigName, statementName:
		default:
			want.WriteString(v.digests[f.name] + "  " + f.name + "\n")
		}
	}
	if string(v.byName[sumsName]) != want.String() {
		return "", fmt.Errorf("%s does not list the files as they are", sumsName)
	}
	return v.checkSumsSignature()
}

// checkSumsSignature holds SHA256SUMS.sig against the key that signed the statement.
func (v *verifier) checkSumsSignature() (string, error) {
	key, err := v.list.find(useBundle, v.statement.keyID)
	if err != nil {
		return "", err
	}
	if !bytes.Equal(v.byName[bundlePEMName], pemOf(key.der)) {
		return "", fmt.Errorf("%s is not the signer's key", bundlePEMName)
	}
	if err := verifyECDSA(key.der, v.byName[sumsName], v.byName[sumsSigName]); err != nil {
		return "", fmt.Errorf("%s: %w", sumsSigName, err)
	}
	return sumsName + " lists every file and is signed by the same key", nil
}
