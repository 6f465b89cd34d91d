package packet

import (
	"strings"
)

// verifyText writes VERIFY.md. Its commands are run as they stand by a test.
func verifyText(s *sheet) []byte {
	r := strings.NewReplacer(
		"PACKET", s.c.Name(), "ARCHIVE", s.c.ArchiveName(), "FINGERPRINT", s.fingerprint,
		"STATE", stateText(s.c), "INTEGRATION", oneLine(s.c.Integration.Name), "PARTNER", oneLine(s.c.Integration.Partner),
	)
	return []byte(r.Replace(verifyTemplate))
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

## What it proves, and what not

It proves that not one byte changed since the server sealed the packet, and what people decided in it.
It does not prove that the transcripts show everything that happened: the partner made them. The packet
lists what it does not prove on page one of packet.pdf and under head.not_proven in packet.json.
`
