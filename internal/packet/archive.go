package packet

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"strings"
)

// file is one file of the packet.
type file struct {
	name string
	data []byte
}

// Limits of the archive; packet/verify refuses more.
const (
	MaxFiles = 10_000
	MaxBytes = 1 << 30
)

// The constants of a zip header as the archive has it: stored, no flags, no
// extra fields, the first time that the format can express.
const (
	localSignature   = 0x04034b50
	centralSignature = 0x02014b50
	endSignature     = 0x06054b50
	zipVersion       = 10
	zipDate          = 1<<5 | 1 // 1 January 1980
)

// order is how the files stand in the archive: by this list, files of one
// folder by name.
var order = []string{
	"packet.pdf", "packet.json", "transcripts/", "screenshots/", "audit/", "validation/", "VERIFY.md",
}

// sortFiles puts the files into their order.
func sortFiles(files []file) {
	rank := func(name string) int {
		return slices.IndexFunc(order, func(o string) bool { return strings.HasPrefix(name, o) })
	}
	slices.SortFunc(files, func(a, b file) int {
		return cmp.Or(cmp.Compare(rank(a.name), rank(b.name)), cmp.Compare(a.name, b.name))
	})
}

// archive writes the files in the given order. Everything is stored: packets
// of the same content are then equal whatever the version of a compressor,
// each byte of the archive follows from names and contents, and a verifier
// needs no decompression. What is large in a packet is compressed in itself.
func archive(files []file) ([]byte, error) {
	total := 0
	for _, f := range files {
		total += len(f.data) + 2*len(f.name) + 76
	}
	if len(files) > MaxFiles || total > MaxBytes {
		return nil, errors.New("writing archive: the packet is too large")
	}
	var local, central bytes.Buffer
	local.Grow(total + 22)
	le := binary.LittleEndian
	for _, f := range files {
		offset := local.Len()
		h := le.AppendUint32(nil, localSignature)
		common := entryHeader(f)
		h = append(h, common...)
		h = le.AppendUint16(h, uint16(len(f.name)))
		h = le.AppendUint16(h, 0) // extra field
		local.Write(h)
		local.WriteString(f.name)
		local.Write(f.data)

		h = le.AppendUint32(nil, centralSignature)
		h = le.AppendUint16(h, zipVersion) // made by
		h = append(h, common...)
		h = le.AppendUint16(h, uint16(len(f.name)))
		h = append(h, make([]byte, 2+2+2+2+4)...) // extra, comment, disk, attributes
		h = le.AppendUint32(h, uint32(offset))
		central.Write(h)
		central.WriteString(f.name)
	}
	end := le.AppendUint32(nil, endSignature)
	end = le.AppendUint32(end, 0) // disks
	end = le.AppendUint16(end, uint16(len(files)))
	end = le.AppendUint16(end, uint16(len(files)))
	end = le.AppendUint32(end, uint32(central.Len()))
	end = le.AppendUint32(end, uint32(local.Len()))
	end = le.AppendUint16(end, 0) // comment
	local.Write(central.Bytes())
	local.Write(end)
	return local.Bytes(), nil
}

// entryHeader is what a local and a central header share.
func entryHeader(f file) []byte {
	le := binary.LittleEndian
	h := le.AppendUint16(nil, zipVersion)
	h = le.AppendUint16(h, 0) // flags
	h = le.AppendUint16(h, 0) // stored
	h = le.AppendUint16(h, 0) // time
	h = le.AppendUint16(h, zipDate)
	h = le.AppendUint32(h, crc32.ChecksumIEEE(f.data))
	h = le.AppendUint32(h, uint32(len(f.data)))
	return le.AppendUint32(h, uint32(len(f.data)))
}
