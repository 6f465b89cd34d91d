package pdf

import (
	"encoding/hex"
	"fmt"
)

// srgb is the profile of the colours of a document: sRGB (IEC 61966-2-1) as an
// ICC profile of version 2, which every reader knows. It is written down, not
// computed, because powers may differ in the last bit between processors; a test
// computes it and compares.
var srgb = mustHex(srgbHex)

func mustHex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic("pdf: the colour profile is no hex") // a bad build
	}
	return b
}

const srgbHex = "" +
	"000003dc00000000021000006d6e74725247422058595a2007ea000b00010000000000006163737000000000000000000000000000000000" +
	"0000000000000000000000000000f6d6000100000000d32d0000000000000000000000000000000000000000000000000000000000000000" +
	"000000000000000000000000000000000000000964657363000000f00000006c637072740000015c00000021777470740000018000000014" +
	"7258595a00000194000000146758595a000001a8000000146258595a000001bc0000001472545243000001d00000020c67545243000001d0" +
	"0000020c62545243000001d00000020c646573630000000000000012735247422049454336313936362d322e310000000000000000000000" +
	"0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000" +
	"00000000000000000000000074657874000000004e6f20636f7079726967687420697320636c61696d65642e0000000058595a2000000000" +
	"0000f35100010000000116cc58595a200000000000006fa2000038f50000039058595a2000000000000062990000b785000018da58595a20" +
	"00000000000024a000000f840000b6cf637572760000000000000100000000140028003c005000630077008b009f00b300c700db00f10108" +
	"012001390154016f018c01ab01ca01eb020e02320257027d02a502ce02f903250353038203b303e50418044d048404bc04f60532056f05ad" +
	"05ed062f067306b806fe0747079107dd082a087a08ca091d097209c80a200a790ad50b320b910bf20c550cba0d200d880df20e5e0ecc0f3c" +
	"0fae10211097110e11881203128013001381140414891510159a162516b2174117d3186618fb19931a2c1ac81b661c061ca71d4c1df21e9a" +
	"1f441ff120a02150220422b92370242a24e525a32664272627eb28b1297b2a462b142be32cb62d8a2e612f3a301530f231d232b433993480" +
	"356936553742383339253a1a3b123c0b3d073e063f07400a4110421843234430453f46514765487c49954ab14bcf4cf04e134f395061518c" +
	"52b953e9551b5650578758c159fe5b3d5c7e5dc25f096052619e62ed643e659166e86840699c6afa6c5b6dbe6f24708d71f8736674d7764a" +
	"77c079397ab47c327db37f3780bd824683d1855f86f088848a1b8bb48d508eef9090923593dc9586973298e29a949c499e019fbba179a339" +
	"a4fca6c2a88baa56ac25adf6afcab1a1b37bb557b737b919baffbce7bed2c0c0c2b1c4a5c69cc895ca92cc91ce94d099d2a1d4add6bbd8cc" +
	"dae0dcf7df11e12ee34ee571e797e9c0ebecee1bf04df282f4baf6f5f933fb74fdb8ffff"

// outputIntent says what the device colours of the file mean (ISO 19005-3,
// 6.2.3) and returns the catalog's entry.
func (r *renderer) outputIntent() string {
	id := r.file.alloc()
	r.file.deflated(id, "/N 3", srgb)
	const condition = "(sRGB IEC61966-2.1)"
	return "/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier" + condition + "/Info" + condition +
		"/RegistryName(http://www.color.org)/DestOutputProfile " + id.String() + ">>]"
}

// Limits of ISO 19005-3, 6.1.13.
const (
	maxName  = 127   // bytes of a name
	maxUnits = 16000 // of UTF-16 in a text string, whose bytes may be 32,767
	maxKey   = 8000  // bytes of the name of a destination, which stands in hexadecimal
)

// visible makes text safe for what viewers show outside of pages and for what is
// read aloud: characters that are invisible or steer their neighbours become
// their code point, white space becomes plain, and the length has a limit.
func visible(s string) string {
	clean, units, before := true, 0, rune(0)
	for _, r := range s {
		if hidden(r) && r != '\n' && !joined(before, r) {
			clean = false
		}
		before = r
		if units++; r > 0xFFFF {
			units++
		}
	}
	if clean && units <= maxUnits {
		return s
	}
	var b []byte
	units, before = 0, 0
	for _, r := range s {
		from := len(b)
		switch {
		case r == '\t' || r == '\r' || r == '\n':
			b = append(b, ' ')
		case hidden(r) && !joined(before, r):
			b = fmt.Appendf(b, "U+%04X", r)
		default:
			b = append(b, string(r)...)
		}
		before = r
		if units += len(b) - from; units > maxUnits {
			return string(append(b, "…"...))
		}
	}
	return string(b)
}
