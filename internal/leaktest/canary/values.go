package canary

import (
	"encoding/hex"
	"fmt"
	"strings"
)

const (
	lowerHex  = "0123456789abcdef"
	base64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	decimal   = "0123456789"
)

// rareWords stand in no list of the protocols' words.
var rareWords = strings.Fields(`aardvark balustrade cormorant dandelion eiderdown flamingo gargoyle harlequin isinglass juniper
	kingfisher lollipop marzipan nasturtium obelisk pomegranate quicksilver rhubarb snowdrift tarpaulin umbrella vermilion
	wheelbarrow xylophone yellowtail zeppelin`)

// plant notes a value.
func (p *planter) plant(position, value string, pii bool) string {
	p.canaries = append(p.canaries, Canary{position, value, pii})
	return value
}

func (p *planter) from(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[p.rng.IntN(len(alphabet))]
	}
	return string(b)
}

// any plants a secret of one of the alphabets that tokens are made of.
func (p *planter) any(position string) string {
	if p.rng.IntN(3) == 0 {
		return p.plant(position, p.tokenLike(), false)
	}
	return p.lower(position)
}

// tokenLike is a base64url text that begins with a letter and holds both cases.
func (p *planter) tokenLike() string {
	return p.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1) + p.from(base64URL, 20+p.rng.IntN(22)) + p.from("abcdefghijklmnopqrstuvwxyz", 1)
}

// lower plants a secret that may stand where case is lost, as in a host name.
func (p *planter) lower(position string) string {
	var v string
	switch p.rng.IntN(4) {
	case 0:
		v = p.from("abcdef", 1) + p.from(lowerHex, 23+2*p.rng.IntN(9))
	case 1:
		v = p.from("123456789", 1) + p.from(decimal, 13+p.rng.IntN(5))
	case 2:
		v = p.words()
	default:
		v = p.uuid()
	}
	return p.plant(position, v, false)
}

// base32 plants a secret of the alphabet and length that the keys of pseudonyms have.
func (p *planter) base32(position string) string {
	return p.plant(position, p.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16), false)
}

func (p *planter) words() string {
	n := p.rng.Perm(len(rareWords))
	return rareWords[n[0]] + "-" + rareWords[n[1]] + "-" + rareWords[n[2]]
}

func (p *planter) uuid() string {
	b := []byte(p.from("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f", 32))
	b[12], b[16] = 4, 8|b[16]&3
	for i, c := range b {
		b[i] = lowerHex[c]
	}
	return fmt.Sprintf("%s-%s-%s-%s-%s", b[:8], b[8:12], b[12:16], b[16:20], b[20:])
}

// digits plants a number that a float64 holds exactly.
func (p *planter) digits(position string) number {
	return number(p.plant(position, p.from("123456789", 1)+p.from(decimal, 13), false))
}

// number is a JSON number as it is written.
type number string

// MarshalJSON implements json.Marshaler.
func (n number) MarshalJSON() ([]byte, error) { return []byte(n), nil }

// The shapes of personal data.

func (p *planter) email(position string) string {
	return p.plant(position, p.words()+p.from(decimal, 3)+"@mail.example.net", true)
}

func (p *planter) ssn(position string) string {
	return p.plant(position, p.from("12345678", 1)+p.from(decimal, 2)+"-"+p.from("123456789", 2)+"-"+p.from("123456789", 4), true)
}

func (p *planter) phone(position string) string {
	return p.plant(position, "+1-"+p.from("23456789", 1)+p.from(decimal, 2)+"-555-"+p.from(decimal, 4), true)
}

func (p *planter) birthDate(position string) string {
	return p.plant(position, fmt.Sprintf("19%d%d-0%d-1%d", 3+p.rng.IntN(6), p.rng.IntN(10), 1+p.rng.IntN(9), p.rng.IntN(10)), true)
}

func (p *planter) card(position string) string {
	return p.plant(position, "4"+p.from(decimal, 15), true)
}

func (p *planter) address(position string) string {
	return p.plant(position, fmt.Sprintf("198.51.%d.%d", 100+p.rng.IntN(100), 100+p.rng.IntN(100)), true)
}

func (p *planter) fullName(position string) string {
	title := func(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
	n := p.rng.Perm(len(rareWords))
	return p.plant(position, title(rareWords[n[0]])+" "+title(rareWords[n[1]])+p.from(decimal, 2), true)
}

// shapes are all of them, with the name that a position gets.
func (p *planter) shapes() []func(position string) string {
	return []func(string) string{p.email, p.ssn, p.phone, p.birthDate, p.card, p.address, p.fullName}
}

var shapeNames = []string{"e-mail", "SSN", "telephone", "birth date", "card", "IP address", "name"}

func hexOf(s string) string { return hex.EncodeToString([]byte(s)) }
