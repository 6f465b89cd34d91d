package analysis

import (
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// samlAssertionRules are the rules about what makes an assertion worth believing.
var samlAssertionRules = []row{
	{
		Rule: Rule{
			ID: "SA-05", Family: FamilySAML, Severity: Critical, Protocols: onlySAML,
			Title:   "A signature of SHA-256 or better covers Response or assertion",
			Needs:   []Need{NeedResponse, NeedFacts},
			Decides: "Fails when neither is signed, or when signature or digest uses SHA-1.",
			Clause:  "SAML 2.0 Profiles, 4.1.3.5; ID.me, SAML configuration; NIST SP 800-131A",
		},
		facts: true,
		judge: judgeSignature,
	},
	{
		Rule: Rule{
			ID: "SA-06", Family: FamilySAML, Severity: High, Protocols: onlySAML,
			Title:   "The conditions of the assertion hold",
			Needs:   []Need{NeedResponse, NeedFacts, NeedIntegration},
			Decides: "Fails when the Audience is missing or not the registered entity id; warns when the Response arrives outside NotBefore and NotOnOrAfter, which a clock can do too, or, as medium, when more than ten minutes lie between the two.",
			Clause:  "SAML 2.0 Core, 2.5.1; SAML 2.0 Profiles, 4.1.4.2 and 4.1.4.3",
		},
		facts: true,
		judge: judgeConditions,
	},
}

const (
	withoutSAMLFacts = "The transcript has no facts about the Response. Redact the capture again with this version."
	withoutAssertion = "The Response holds no assertion. A sign-in that is completed would show one."
)

func judgeSignature(_ *court, f *flow) ruling {
	const expected = "a signature over Response or assertion, SHA-256 or better"
	s, r := f.response()
	if r != nil {
		return *r
	}
	at := refs("SAMLResponse", s)
	facts := s.e.Facts
	signed, known := facts.Bool(transcript.FactSAMLSigned)
	sha1, sha1Known := facts.Bool(transcript.FactSAMLSHA1)
	encrypted, _ := facts.Bool(transcript.FactSAMLEncrypted)
	assertions, _ := facts.Number(transcript.FactSAMLAssertions)
	algorithm := facts.Code(transcript.FactSAMLSignatureAlg)
	switch {
	case !known || !sha1Known:
		return unseen(withoutSAMLFacts, at...)
	case sha1:
		return fails("The signature uses SHA-1", expected, "SHA-1 in signature or digest", at).
			because(CauseConfiguration, "Two documents with one SHA-1 digest can be made, so such a signature proves little; the provider signs with what is agreed for the service.",
				"Have your consultant set the signature to SHA-256, and refuse SHA-1 in your library's settings.")
	case !signed && s.inQuery("Signature"):
		return unseen("The Response is signed by parameters of its address, which is no way for a Response; see SA-01.", at...)
	case !signed && encrypted:
		return unseen("The Response is not signed; whether the assertion is cannot be seen. "+inEncryption, at...)
	case !signed && assertions == 0:
		return unseen(withoutAssertion, at...)
	case !signed:
		return fails("Neither Response nor assertion is signed", expected, "no signature", at).
			because(CauseProvider, "The assertion came in clear and without a signature, so anybody can write one. Either the provider does not sign for this service, or the message was made by somebody else.",
				"Refuse an assertion that is not signed, and tell your consultant.")
	case algorithm == "" || algorithm == "other":
		return unseen("The algorithm of the signature is none of the known words. Look at SignatureMethod in the browser's tools.", at...)
	}
	return passes("The Response is signed", expected, algorithm+" over "+signedWords[facts.Code(transcript.FactSAMLSignedPart)], at)
}

// signedWords name what carries a signature.
var signedWords = map[string]string{
	"response": "the Response", "assertion": "the assertion", "both": "Response and assertion", "": "the message",
}

// maxWindow is for how many seconds an assertion may be valid.
const maxWindow = 600

func judgeConditions(c *court, f *flow) ruling {
	entity := c.run.cfg.SAML.EntityID
	expected := "now between NotBefore and NotOnOrAfter, ten minutes at most, the registered entity id as Audience"
	s, r := f.response()
	if r != nil {
		return *r
	}
	at := refs("SAMLResponse", s)
	facts := s.e.Facts
	encrypted, _ := facts.Bool(transcript.FactSAMLEncrypted)
	assertions, counted := facts.Number(transcript.FactSAMLAssertions)
	times, timesKnown := facts.Bool(transcript.FactSAMLTimes)
	audience := s.value("saml.audience")
	ours, audienceKnown := f.run.registeredFact(s, transcript.FactSAMLAudience, audience, entity)
	window, windowKnown := facts.Number(transcript.FactSAMLWindow)
	switch {
	case audience != "" && audienceKnown && !ours:
		return fails("The assertion is for another audience", entity, audience, at).
			because(CauseConfiguration, "The Audience is "+audience+"; the entity id in the description is "+entity+". Either the provider has another entity id registered, or the description does.",
				"Make the entity id of your metadata, of the registration and of the description the same.")
	case timesKnown && !times:
		return warns("The assertion is taken outside its time", expected, "outside, by the time of the capture", at).
			because(CauseTestSetup, "At the time that the capture gives to the POST, NotBefore was still to come or NotOnOrAfter was over. Either the clock of the machine that recorded is wrong, or the provider's is, or the Response was kept before it was posted.",
				"Set the clock of the machine by a time server and record the sign-in again.")
	case windowKnown && window > maxWindow:
		return warns("The assertion is valid for long", expected, count(window, "second", "seconds")+" from NotBefore to NotOnOrAfter", at).at(Medium).
			because(CauseProvider, "Whoever gets hold of the assertion can use it for so long; ten minutes are enough for a browser and two clocks.",
				"Ask your consultant for a shorter validity, and keep the IDs of assertions until they expire.")
	case !counted:
		return unseen(withoutSAMLFacts, at...)
	case assertions == 0:
		return unseen(withoutAssertion, at...)
	case encrypted:
		return unseen("The conditions cannot be seen. "+inEncryption, at...)
	case audience == "":
		return fails("The assertion names no Audience", expected, "none", at).
			because(CauseProvider, "An assertion for a browser must say for which service it is made; this one can be taken by any.",
				"Refuse an assertion that does not name your entity id, and tell your consultant.")
	case entity == "":
		return unseen("The integration names no entity id to compare the Audience with. Enter it in the description.", at...)
	case !audienceKnown:
		return unseen("The capture was redacted without the integration as it is now described, so nobody compared the Audience. Redact it again with the integration.", at...)
	case timesKnown && !windowKnown:
		return unseen("How long the assertion is valid is not in the transcript: it does not say from when, or an older version redacted the capture. Redact it again with this version.", at...)
	case !timesKnown:
		return unseen("The assertion has no NotOnOrAfter, or the capture does not say when it was posted. Record it with times.", at...)
	}
	return passes("The conditions of the assertion hold", expected, "within its time, for "+audience, at)
}
