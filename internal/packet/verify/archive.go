package verify

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
)

// entry is a file of the archive.
type entry struct {
	name string
	data []byte
}

const (
	localHeader   = 30 // bytes before the name
	centralHeader = 46
	endHeader     = 22
	maxName       = 100
)

// WhyNoPacket says why a file is neither a packet nor a proof, in words for people;
// empty where it may be one. A zip file that was damaged at either end still is.
func WhyNoPacket(b []byte) string {
	switch {
	case IsProof(b):
		return ""
	case bytes.HasPrefix(b, []byte("%PDF-")):
		return "it is a PDF, and a PDF cannot be checked alone. Ask whoever gave it to you for the packet, the zip file that has packet.pdf in it"
	case bytes.HasPrefix(b, []byte("PK\x03\x04")), bytes.Contains(b, []byte("PK\x05\x06")):
		return ""
	}
	return "it is no zip file"
}

// readArchive reads the files and demands that the archive is, byte for byte,
// the one that these files make.
func (v *verifier) readArchive(zip []byte) (string, error) {
	if len(zip) > MaxBytes {
		return "", fmt.Errorf("larger than %d MiB", MaxBytes>>20)
	}
	if isPackedAgain(zip) {
		return "", errors.New("not the original file: it was unpacked and packed again, so that its files are compressed or have other header fields. " +
			"Ask for the original zip file")
	}
	files, err := readEntries(zip)
	if err != nil {
		return "", err
	}
	if !isArchive(files, zip) {
		if name, found := changedFile(files, zip); found {
			return "", fmt.Errorf("%s was changed: its checksum is not that of its data", printable(name))
		}
		return "", errors.New("not the archive that its files make: a header was changed or something was added")
	}
	v.files = files
	v.byName = make(map[string][]byte, len(files))
	for _, f := range files {
		if _, twice := v.byName[f.name]; twice {
			return "", errors.New("a file name stands in it twice")
		}
		v.byName[f.name] = f.data
	}
	return fmt.Sprintf("%d files, every byte of the headers as it must be", len(files)), nil
}

func (v *verifier) hashFiles() map[string]string {
	digests := make(map[string]string, len(v.files))
	for _, f := range v.files {
		digests[f.name] = digestHex(f.data)
	}
	return digests
}

// isPackedAgain tells the archive of another program by its first header: version,
// flags, method and time, and the length of extra fields, differ in more than a
// byte. One changed byte is a change of the archive like any other.
func isPackedAgain(zip []byte) bool {
	if len(zip) < localHeader || !bytes.HasPrefix(zip, []byte("PK\x03\x04")) {
		return false
	}
	differ := 0
	for i, b := range storedFields {
		if zip[4+i] != b {
			differ++
		}
	}
	for _, b := range zip[28:localHeader] {
		if b != 0 {
			differ++
		}
	}
	return differ > 1
}

// storedFields are version, flags, method, time and date in every header: nothing
// is compressed, the time is the first that the format can express.
var storedFields = []byte{10, 0, 0, 0, 0, 0, 0, 0, 0x21, 0}

// readEntries walks the local headers from the start. It takes from them only
// name and size; all else is compared afterwards.
func readEntries(zip []byte) ([]entry, error) {
	var files []entry
	le := binary.LittleEndian
	for at := 0; ; {
		if len(zip)-at < endHeader {
			return nil, fmt.Errorf("ends too early, at byte %d", len(zip))
		}
		if le.Uint32(zip[at:]) != 0x04034b50 {
			return files, nil // the directory begins, or the comparison will fail
		}
		if len(zip)-at < localHeader {
			return nil, fmt.Errorf("ends too early, at byte %d", len(zip))
		}
		size, name := le.Uint32(zip[at+22:]), le.Uint16(zip[at+26:])
		begin := at + localHeader + int(name)
		if name > maxName || uint64(begin)+uint64(size) > uint64(len(zip)) {
			return nil, fmt.Errorf("the file header at byte %d does not fit", at)
		}
		if len(files) == MaxFiles {
			return nil, fmt.Errorf("more than %d files", MaxFiles)
		}
		end := begin + int(size)
		files = append(files, entry{string(zip[at+localHeader : begin]), zip[begin:end]})
		at = end
	}
}

// changedFile names the first file whose data do not have the checksum of its
// header, so that a reader knows what was changed although nothing else is read.
func changedFile(files []entry, zip []byte) (name string, found bool) {
	at := 0
	for _, f := range files {
		if binary.LittleEndian.Uint32(zip[at+14:]) != crc32.ChecksumIEEE(f.data) {
			return f.name, true
		}
		at += localHeader + len(f.name) + len(f.data)
	}
	return "", false
}

// isArchive tells whether the bytes are the one archive of the files: everything
// stored, no flags, no extra fields, the first time that the format can express.
// It compares piece by piece, for a browser has no memory for a second archive.
func isArchive(files []entry, zip []byte) bool {
	rest, same := zip, true
	next := func(piece []byte) {
		if same = same && bytes.HasPrefix(rest, piece); same {
			rest = rest[len(piece):]
		}
	}
	le := binary.LittleEndian
	var central []byte
	for _, f := range files {
		shared := bytes.Clone(storedFields)
		shared = le.AppendUint32(shared, crc32.ChecksumIEEE(f.data))
		shared = le.AppendUint32(shared, uint32(len(f.data)))
		shared = le.AppendUint32(shared, uint32(len(f.data)))
		shared = le.AppendUint16(shared, uint16(len(f.name)))
		shared = append(shared, 0, 0)

		central = append(central, "PK\x01\x02\x0a\x00"...)
		central = append(central, shared...)
		central = append(central, make([]byte, 10)...)
		central = le.AppendUint32(central, uint32(len(zip)-len(rest)))
		central = append(central, f.name...)

		next([]byte("PK\x03\x04"))
		next(shared)
		next([]byte(f.name))
		next(f.data)
	}
	begin := len(zip) - len(rest)
	next(central)
	end := []byte("PK\x05\x06\x00\x00\x00\x00")
	end = le.AppendUint16(end, uint16(len(files)))
	end = le.AppendUint16(end, uint16(len(files)))
	end = le.AppendUint32(end, uint32(len(central)))
	end = le.AppendUint32(end, uint32(begin))
	next(append(end, 0, 0))
	return same && len(rest) == 0
}

// The files that every packet has.
const (
	pdfName           = "packet.pdf"
	manifestName      = "packet.json"
	checkpointName    = "audit/checkpoint"
	auditName         = "audit/entries.jsonl"
	proofsName        = "audit/proofs.json"
	bundlePEMName     = "validation/bundle.pub.pem"
	checkpointPEMName = "validation/checkpoint.pub.pem"
	keysName          = "validation/keys.json"
	pdfPEMName        = "validation/pdf.crt.pem"
	stampName         = "validation/timestamp.tsr" // only where the PDF is stamped
	rootPEMName       = "validation/root.pub.pem"
	readmeName        = "VERIFY.md"
	sumsName          = "SHA256SUMS"
	sumsSigName       = "SHA256SUMS.sig"
	statementName     = "statement.sigstore.json"
)

// archiveOrder is the order of files and folders; the files of a folder stand
// in the order of their names. The folders audit and validation may hold more
// than this version knows: the statement binds it all the same.
var archiveOrder = []string{
	pdfName, manifestName, "transcripts/", "screenshots/", "audit/", "validation/",
	readmeName, sumsName, sumsSigName, statementName,
}

// required are the files without which nothing can be checked.
var required = []string{
	pdfName, manifestName, checkpointName, auditName, proofsName, bundlePEMName, checkpointPEMName, keysName, pdfPEMName, rootPEMName, readmeName, sumsName, sumsSigName, statementName,
}

// checkNames demands the files that a packet has, no others, in their order.
func (v *verifier) checkNames() (string, error) { return v.namesIn(archiveOrder, required) }

// namesIn demands these files, and of the folders of the order what belongs there.
func (v *verifier) namesIn(order, required []string) (string, error) {
	if v.files == nil {
		return "", notChecked("the archive is not readable")
	}
	for _, name := range required {
		if _, ok := v.byName[name]; !ok {
			return "", fmt.Errorf("%s is missing", name)
		}
	}
	lastRank, lastName := -1, ""
	for i, f := range v.files {
		rank := slices.IndexFunc(order, func(place string) bool { return belongs(f.name, place) })
		if rank < 0 {
			return "", fmt.Errorf("file %d is one that no packet has", i+1)
		}
		if rank < lastRank || rank == lastRank && f.name <= lastName {
			return "", fmt.Errorf("file %d stands in the wrong place", i+1)
		}
		lastRank, lastName = rank, f.name
	}
	return "none missing, none added", nil
}

// belongs tells whether a name is that of the file, or of a file in the folder.
func belongs(name, place string) bool {
	rest, in := strings.CutPrefix(name, place)
	if !in {
		return false
	}
	switch place {
	case "transcripts/":
		return isLabelled(rest, "t-", ".har")
	case "screenshots/":
		return isLabelled(rest, "s-", ".png")
	case "audit/", "validation/":
		return rest != "" && rest[0] != '.' && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz0123456789.-") == ""
	default:
		return rest == ""
	}
}

// isLabelled: the prefix, a number of two to six digits, the suffix.
func isLabelled(name, prefix, suffix string) bool {
	number, begins := strings.CutPrefix(name, prefix)
	number, ends := strings.CutSuffix(number, suffix)
	return begins && ends && len(number) >= 2 && len(number) <= 6 && strings.Trim(number, "0123456789") == ""
}
