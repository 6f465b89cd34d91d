package packet

import (
	"strings"
)

// verifyText writes VERIFY.md. Its commands are run as they stand by a test.
func verifyText(s *sheet, seal PDFSeal) []byte {
	r := strings.NewReplacer(
		"LEVEL", seal.Level, "STAMPED", stampedWords(seal),
		"PACKET", s.c.Name(), "ARCHIVE", s.c.ArchiveName(), "FINGERPRINT", s.fingerprint,
		"STATE", stateText(s.c), "INTEGRATION", oneLine(s.c.Integration.Name), "PARTNER", oneLine(s.c.Integration.Partner),
	)
	return []byte(r.Replace(verifyTemplate))
}

// stampedWords says what is known about the time of the seal.
func stampedWords(seal PDFSeal) string {
	switch seal.Stamp {
	case StampStamped:
		return "A time-stamp authority says that this signature was there at " + seal.StampedAt.Format("2006-01-02 15:04:05") + ` UTC: its token
(RFC 3161) is in the signature and in validation/timestamp.tsr, and holds its certificate. Whether that authority is
to be believed is yours to judge. This shows what it signed:

` + "```sh\nopenssl ts -reply -token_in -in validation/timestamp.tsr -token_out -text\n```"
	case StampUnreachable:
		return `It has no time stamp: the time-stamp authority that the server asked gave none. The time in the packet is the
server's own word.`
	default:
		return `It has no time stamp: the server asks no time-stamp authority. The time in the packet is the server's own word.`
	}
}

// stateText says where to ask what became of the packet, if there is a place.
func stateText(c *Content) string {
	if c.Address == "" {
		return ""
	}
	return "\nWhether it is current, superseded or withdrawn, its server says at " + c.Address + "DIGEST\n" +
		"where DIGEST is what `sha256sum " + c.ArchiveName() + "` prints (DIGEST/status.json for programs).\n"
}

// oneLine keeps a name from writing markup or lines of its own.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || strings.ContainsRune("`*_[]<>#|\\", r) {
			return ' '
		}
		return r
	}, s)
}

const verifyTemplate = `# Checking packet PACKET

**This text came with the packet. Whoever forged the packet could have forged this text too.**
What makes the packet believable is one number that you get by another way: the root fingerprint,
from the server's public page ` + "`/keys`" + `, or from a person whom you know.

Packet PACKET of INTEGRATION, PARTNER.
STATE
## With proofwalk

    proofwalk verify --fingerprint SHA256 ARCHIVE

In place of SHA256 stands the root fingerprint. This checks everything, byte for byte, without a network.

## With openssl alone

Unpack the archive, go into its folder, and run:

` + "```sh" + `
openssl dgst -sha256 -verify validation/bundle.pub.pem -signature SHA256SUMS.sig SHA256SUMS
sha256sum --check --strict --quiet SHA256SUMS
` + "```" + `

The first command must print "Verified OK", the second nothing. They show that each file listed in SHA256SUMS is as
it was when the holder of the key in validation/bundle.pub.pem signed. Whose key that is, they do not show.

An excerpt of the packet has fewer files: it is checked with ` + "`proofwalk verify`" + `, or with
` + "`sha256sum --check --ignore-missing SHA256SUMS`" + ` as the second command.

## Whose key it is

` + "```sh" + `
openssl pkey -pubin -in validation/root.pub.pem -outform DER | sha256sum
` + "```" + `

This must print the root fingerprint that you got by another way. (In this packet it claims to be
FINGERPRINT.)

The root signed the list of keys in validation/keys.json, and the key that signed the packet is in that list. With jq:

` + "```sh" + `
T=$(mktemp -d)
jq -cSj 'del(.signature)' validation/keys.json > "$T/list"
jq -r .signature validation/keys.json | base64 -d > "$T/signature"
openssl pkeyutl -verify -pubin -inkey validation/root.pub.pem -rawin -in "$T/list" -sigfile "$T/signature"
K=$(openssl pkey -pubin -in validation/bundle.pub.pem -outform DER | sha256sum | cut -c 1-64)
jq -e --arg k "$K" '.keys[] | select(.id == $k and .use == "bundle" and .status == "active")' validation/keys.json
` + "```" + `

The fourth command must print "Signature Verified Successfully", the last one the key's line in the list.

## The PDF by itself

packet.pdf carries a signature of its own (PAdES LEVEL) for readers of PDFs. SHA256SUMS binds the file already; this shows
the same of the PDF alone, with the certificate validation/pdf.crt.pem, whose key is in validation/keys.json too.
With poppler and NSS:

` + "```sh" + `
D=$(mktemp -d)
certutil -N -d "$D" --empty-password
certutil -A -d "$D" -n seal -t C,C,C -i validation/pdf.crt.pem
pdfsig -nssdir "$D" packet.pdf
` + "```" + `

This must print "Signature is Valid" and "- Total document signed". With openssl:

` + "```sh" + `
D=$(mktemp -d)
set -- $(grep -ao '/ByteRange\[0 [0-9]* [0-9]* [0-9]*' packet.pdf | cut -d ' ' -f 2-4)
test "$(($2 + $3))" = "$(wc -c < packet.pdf)"
(head -c "$1" packet.pdf; tail -c "$3" packet.pdf) > "$D/signed"
head -c "$(($2 - 1))" packet.pdf | tail -c "+$(($1 + 2))" | tr a-f A-F | basenc -d --base16 > "$D/cms"
openssl cms -verify -cades -binary -inform DER -in "$D/cms" -content "$D/signed" -CAfile validation/pdf.crt.pem -out /dev/null
` + "```" + `

The last command must print "CAdES Verification successful". STAMPED

## What the log says

audit/entries.jsonl holds the audit entries of the integration, up to the one by which the server sealed this packet.
audit/proofs.json proves that each is in the server's log, and audit/checkpoint is what the server signed about that log:

` + "```sh" + `
T=$(mktemp -d)
head -n 4 audit/checkpoint > "$T/text"
tail -n 1 audit/checkpoint | cut -d ' ' -f 3 | base64 -d | tail -c 64 > "$T/signature"
openssl pkeyutl -verify -pubin -inkey validation/checkpoint.pub.pem -rawin -in "$T/text" -sigfile "$T/signature"
` + "```" + `

It must print "Signature Verified Successfully". The proofs themselves are for a program to check; proofwalk does.
Whoever runs the server and holds its checkpoint key could keep two logs and show each reader another. Readers find that
out by holding their checkpoints against each other, such as that of this packet and the newest one, which the server
gives to everybody at ` + "`/log/checkpoint`" + `. The packet alone does not show it.

## What it proves, and what not

It proves that not one byte changed since the server sealed the packet, what people decided in it, and that the server
had written its sealing into the log by the time of the checkpoint. All times are the server's own word.
It does not prove that the transcripts show everything that happened: the partner made them. The packet
lists what it does not prove on page one of packet.pdf and under head.not_proven in packet.json.
`
