package analysis

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"time"

	"github.com/proofwalk/proofwalk/internal/integration"
)

var (
	sourceSAML        = Source{"ID.me, SAML 2.0", "https://docs.id.me/guides/saml-2-0/integration"}
	sourceSAMLProfile = Source{"SAML 2.0 Profiles, 4.1.4", "https://docs.oasis-open.org/security/saml/v2.0/saml-profiles-2.0-os.pdf"}
	sourceKeySize     = Source{"NIST SP 800-131A Rev. 2", "https://csrc.nist.gov/pubs/sp/800/131/a/r2/final"}
)

// Bounds of a certificate.
const (
	leastRSABits    = 2048
	leastCurveBits  = 256
	certificateSoon = 60 * 24 * time.Hour // before its end it is to be replaced
)

// checkSAML judges the service provider's side of a SAML registration.
func checkSAML(cfg integration.Config, now time.Time) (out preflightList) {
	s := cfg.SAML
	if s.EntityID == "" {
		out.say("saml.entity_id", "", Fail, "No entity ID is described", "It names the service provider in every message.",
			"Enter the entity ID of your metadata.", sourceSAML)
	}
	if len(s.ACSURLs) == 0 {
		out.say("saml.acs_urls", "", Fail, "No assertion consumer service is described", "Responses are posted to registered addresses only.",
			"Enter every address that is registered for responses.", sourceSAML)
	}
	for _, acs := range s.ACSURLs {
		at := parseAddress(acs, address{})
		switch {
		case at.scheme != "https" && !at.loopback():
			out.say("saml.acs_urls", acs, Fail, "The assertion consumer service does not use https", "The response would travel in clear.",
				"Register an https address.", sourceSAMLProfile)
		case cfg.Environment == integration.Production && (at.loopback() || at.numeric()):
			out.say("saml.acs_urls", acs, Fail, "The assertion consumer service leads to one machine", "Production takes public host names only.",
				"Register an address with a public host name.", sourceSAML)
		case strings.ContainsAny(acs, "*#"):
			out.say("saml.acs_urls", acs, Fail, "The assertion consumer service is no plain address", "Addresses are compared as they stand.",
				"Register the address itself, without * and #.", sourceSAML)
		default:
			out.say("saml.acs_urls", acs, Pass, "The assertion consumer service is a plain address", "Responses are compared with it.", "", sourceSAML)
		}
	}
	return append(out, checkCertificates(s.Certificate, now)...)
}

// checkCertificates judges each certificate, which assertions are encrypted for.
func checkCertificates(text string, now time.Time) (out preflightList) {
	const field = "saml.certificate"
	if strings.TrimSpace(text) == "" {
		out.say(field, "", Fail, "No certificate is described", "The provider encrypts assertions for the key in it.",
			"Paste the certificate of your metadata, in PEM form.", sourceSAML)
		return out
	}
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return out
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			out.say(field, "", Fail, "The certificate cannot be read", "It is no X.509 certificate in PEM form.",
				"Paste the certificate again, from its first line to its last.", sourceSAML)
			continue
		}
		checkCertificate(&out, field, cert, now)
	}
}

func checkCertificate(out *preflightList, field string, cert *x509.Certificate, now time.Time) {
	until := cert.NotAfter.UTC().Format("2 January 2006")
	before := len(*out)
	switch {
	case now.Before(cert.NotBefore):
		out.say(field, "", Fail, "The certificate is not valid yet", "It begins on "+cert.NotBefore.UTC().Format("2 January 2006")+".",
			"Paste the certificate that is in use.", sourceSAML)
	case now.After(cert.NotAfter):
		out.say(field, "", Fail, "The certificate is out of date", "It ended on "+until+".", "Renew the certificate, and send the new metadata.", sourceSAML)
	case now.Add(certificateSoon).After(cert.NotAfter):
		out.say(field, "", Warn, "The certificate ends soon", "It ends on "+until+".", "Renew the certificate before that, and send the new metadata.", sourceSAML)
	}
	switch key := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		if n := key.N.BitLen(); n < leastRSABits {
			out.say(field, "", Fail, "The key of the certificate is short", fmt.Sprintf("It has %d bits; at least %d are asked for.", n, leastRSABits),
				"Make a new key pair of at least 2048 bits, and send the new metadata.", sourceKeySize)
		}
	case *ecdsa.PublicKey:
		if n := key.Curve.Params().BitSize; n < leastCurveBits {
			out.say(field, "", Fail, "The key of the certificate is short", fmt.Sprintf("Its curve has %d bits; at least %d are asked for.", n, leastCurveBits),
				"Make a new key pair on P-256 or a larger curve, and send the new metadata.", sourceKeySize)
		}
	case ed25519.PublicKey:
	default:
		out.say(field, "", Warn, "The key of the certificate is of an unusual kind", "Providers take RSA and elliptic curves.",
			"Ask your consultant whether the key is taken.", sourceSAML)
	}
	if len(*out) == before {
		out.say(field, "", Pass, "The certificate is valid", "It ends on "+until+", and its key is long enough.", "", sourceSAML)
	}
}
