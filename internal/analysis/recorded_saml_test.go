package analysis_test

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/integration"
)

// samlConfig is the description of the integration whose messages stand below.
func samlConfig() integration.Config {
	return integration.Config{
		Format: integration.Format, Name: "Example", Protocol: integration.SAML2, Environment: integration.Sandbox,
		ExpectedAPIHost: "idp.example",
		SAML:            integration.SAML{EntityID: "https://rp.example/saml/metadata", ACSURLs: []string{"https://rp.example/saml/acs"}},
		Policies:        []string{"fortified_identity"},
		Attributes: []integration.Attribute{
			{Handle: "email", Purpose: "notices", Required: true}, {Handle: "zip", Purpose: "address check", MayBeNullWhen: "the document is a passport"},
		},
		Pages: integration.Pages{Start: "/", Landing: "/home", Denied: "/declined", Error: "/problem"},
		Hosts: integration.Hosts{Own: []string{"rp.example"}},
	}
}

const (
	authnRequest = `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"
 ID="_1f0e8a7c5d3b4e6f9a8b7c6d5e4f3a2b" Version="2.0" IssueInstant="2026-11-23T09:00:00Z" Destination="https://idp.example/saml/SingleSignOnService"
 AssertionConsumerServiceURL="https://rp.example/saml/acs"><saml:Issuer>https://rp.example/saml/metadata</saml:Issuer>
<samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"/><samlp:RequestedAuthnContext>
<saml:AuthnContextClassRef>fortified_identity</saml:AuthnContextClassRef></samlp:RequestedAuthnContext></samlp:AuthnRequest>`
	attributeStatement = `<saml:AttributeStatement><saml:Attribute Name="email"><saml:AttributeValue>nobody@example.com</saml:AttributeValue></saml:Attribute>
<saml:Attribute Name="zip"><saml:AttributeValue/></saml:Attribute></saml:AttributeStatement></saml:Assertion>`
	signature = `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#_r">
<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>AA==</ds:DigestValue></ds:Reference>
</ds:SignedInfo><ds:SignatureValue>AA==</ds:SignatureValue></ds:Signature>`
	assertion = `<saml:Assertion ID="_b1c2d3e4f5a6978877665544332211aa" Version="2.0"><saml:Issuer>https://idp.example/saml/metadata/provider</saml:Issuer>
<saml:Subject><saml:NameID>nobody@example.com</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
<saml:SubjectConfirmationData Recipient="https://rp.example/saml/acs" NotOnOrAfter="2026-11-23T09:05:00Z" InResponseTo="_1f0e8a7c5d3b4e6f9a8b7c6d5e4f3a2b"/>
</saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="2026-11-23T08:59:00Z" NotOnOrAfter="2026-11-23T09:05:00Z">
<saml:AudienceRestriction><saml:Audience>https://rp.example/saml/metadata</saml:Audience></saml:AudienceRestriction></saml:Conditions></saml:Assertion>`
	// In an encrypted assertion SHA-1 stands for the padding of the key, not for a signature.
	encryptedAssertion = `<saml:EncryptedAssertion><xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#">
<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes256-cbc"/><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><xenc:EncryptedKey>
<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"><ds:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/></xenc:EncryptionMethod>
</xenc:EncryptedKey></ds:KeyInfo></xenc:EncryptedData></saml:EncryptedAssertion>`
	success   = `<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>`
	noConsent = `<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"/>
</samlp:StatusCode><samlp:StatusMessage>The person on the line said no</samlp:StatusMessage>`
	helpfulPage = `<!doctype html><title>Sign-in</title><h1>You are not signed in</h1><p>The sign-in was not completed. Nothing was changed.</p><a href="/login">Try again</a>`
)

func samlResponse(status, content string) string {
	return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d"
 InResponseTo="_1f0e8a7c5d3b4e6f9a8b7c6d5e4f3a2b" Version="2.0" Destination="https://rp.example/saml/acs"><saml:Issuer>https://idp.example/saml/metadata/provider</saml:Issuer>` +
		signature + `<samlp:Status>` + status + `</samlp:Status>` + content + `</samlp:Response>`
}

// fullAssertion is the assertion with attributes.
var fullAssertion = strings.Replace(assertion, "</saml:Assertion>", attributeStatement, 1)

// samlHAR writes a sign-in as a browser saves it: the request by redirect, the
// Response by POST, a page at the end.
func samlHAR(t *testing.T, response, endPath, endPage string) []byte {
	t.Helper()
	return samlHAROf(t, authnRequest, response, endPath, endPage, "")
}

// samlHAROf is samlHAR with another request, and at the end a call to the address that is given.
func samlHAROf(t *testing.T, request, response, endPath, endPage, called string) []byte {
	t.Helper()
	var deflated bytes.Buffer
	w, err := flate.NewWriter(&deflated, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = w.Write([]byte(request)); err != nil {
		t.Fatal(err)
	}
	if err = w.Close(); err != nil {
		t.Fatal(err)
	}
	const relay = "cb1f0a9d47e2c6b58f3e"
	sso := "https://idp.example/saml/SingleSignOnService?" + url.Values{
		"SAMLRequest": {base64.StdEncoding.EncodeToString(deflated.Bytes())}, "RelayState": {relay},
	}.Encode()
	form := url.Values{"SAMLResponse": {base64.StdEncoding.EncodeToString([]byte(response))}, "RelayState": {relay}}.Encode()
	var entries []any
	add := func(method, target, body string, status int, location, page string) {
		request := map[string]any{"method": method, "url": target, "headers": []any{map[string]string{"name": "Accept", "value": "text/html"}}}
		if body != "" {
			request["postData"] = map[string]string{"mimeType": "application/x-www-form-urlencoded", "text": body}
		}
		kind := ""
		if page != "" {
			kind = "text/html"
		}
		entries = append(entries, map[string]any{
			"startedDateTime": "2026-11-23T09:00:0" + string(rune('0'+len(entries))) + ".000Z", "time": 20, "request": request,
			"response": map[string]any{"status": status, "redirectURL": location, "headers": []any{}, "content": map[string]any{"mimeType": kind, "text": page, "size": len(page)}},
		})
	}
	add("GET", "https://rp.example/login", "", 302, sso, "")
	add("GET", sso, "", 200, "", "<!doctype html><title>Consent</title><p>Do you agree that your name goes to Example?</p>")
	add("POST", "https://rp.example/saml/acs", form, 302, endPath, "")
	add("GET", "https://rp.example"+endPath, "", 200, "", endPage)
	if called != "" {
		add("GET", called, "", 204, "", "")
		entries[len(entries)-1].(map[string]any)["_resourceType"] = "image"
	}
	out, err := json.Marshal(map[string]any{"log": map[string]any{"version": "1.2", "creator": map[string]string{"name": "Firefox", "version": "1"}, "entries": entries}})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestSAMLMessages takes whole messages through the redactor, so that the rules
// see what it leaves of them and not what a fixture says that it does.
func TestSAMLMessages(t *testing.T) {
	t.Parallel()
	pages := []string{"PG-02", "PG-04", "PG-05", "PG-06", "LO-01"} // nothing of them is declared or recorded
	// The captures hold no cookies.
	unseenAlways := append([]string{"CB-18", "CB-20", "CB-24", "ER-03", "ER-08", "SA-07", "SA-08", "DA-01", "DA-02", "DA-05"}, pages...)
	inAssertion := []string{"DA-03", "DA-04", "PV-01"}
	refused := slices.Concat([]string{"CB-18", "CB-20", "ER-08", "SA-06", "SA-07", "SA-11", "DA-01", "DA-02", "DA-05", "PV-02"}, inAssertion, pages)
	for _, tc := range []struct {
		name, response, endPath, endPage string
		fail, notSeen                    []string
		flow                             string
	}{
		{
			"signed, in clear", samlResponse(success, fullAssertion), "/home", helpfulPage, nil, append([]string{"SA-11"}, unseenAlways...),
			"1 success in_response_to\n",
		},
		{
			"signed, encrypted", samlResponse(success, encryptedAssertion), "/home", helpfulPage, nil, slices.Concat([]string{"SA-02", "SA-06"}, inAssertion, unseenAlways),
			"1 success in_response_to\n",
		},
		{
			"late, for another, with SHA-1", strings.NewReplacer("T08:59", "T09:04", "<saml:Audience>https://rp", "<saml:Audience>https://other",
				"xmldsig-more#rsa-sha256", "xmldsig-more#rsa-sha1", "Recipient=\"https://rp", "Recipient=\"https://other").Replace(samlResponse(success, fullAssertion)),
			"/home", helpfulPage, []string{"SA-02", "SA-05", "SA-06"}, append([]string{"SA-11"}, unseenAlways...),
			"1 success in_response_to\n",
		},
		{
			"refused, with help", samlResponse(noConsent, ""), "/declined", helpfulPage, nil, refused,
			"1 error AuthnFailed in_response_to\n",
		},
		{
			"refused, raw", samlResponse(noConsent, ""), "/declined", helpfulPage + "<p>The person on the line said no</p>", []string{"SA-08"}, refused,
			"1 error AuthnFailed in_response_to\n",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			cfg := samlConfig()
			in := redacted(t, redactor(&cfg), "c1", samlHAR(t, tc.response, tc.endPath, tc.endPage))
			want := map[string]analysis.Verdict{}
			for _, rule := range analysis.Catalogue() {
				switch {
				case !slices.Contains(rule.Protocols, analysis.ProtocolSAML):
				case slices.Contains(tc.fail, rule.ID):
					want[rule.ID] = analysis.Fail
				case slices.Contains(tc.notSeen, rule.ID):
					want[rule.ID] = analysis.NotSeen
				default:
					want[rule.ID] = analysis.Pass
				}
			}
			if diff := cmp.Diff(want, verdicts(cfg, []analysis.Input{in})); diff != "" {
				t.Errorf("verdicts differ (-want +got):\n%s\n%s", diff, render(analysis.Judge(cfg, []analysis.Input{in}, nil)))
			}
			page := map[string]string{"/home": "landing page", "/declined": "denied page"}[tc.endPath]
			flow := tc.flow + "  c1/0 redirect partner\n  c1/1 page provider authorize\n  c1/2 redirect partner callback\n  c1/3 page partner final " + page + "\n"
			if diff := cmp.Diff(flow, renderFlows(analysis.Flows(cfg, []analysis.Input{in}))); diff != "" {
				t.Errorf("sign-in differs (-want +got):\n%s", diff)
			}
			kept, _ := keptOf(t, in)
			if diff := cmp.Diff(analysis.Judge(cfg, []analysis.Input{in}, nil), analysis.Judge(cfg, []analysis.Input{kept}, nil)); diff != "" {
				t.Errorf("findings differ (-whole +kept):\n%s", diff)
			}
		})
	}
}

// TestSAMLWithoutIntegration finds and judges a SAML sign-in of which nothing is
// declared, and says nothing of OAuth.
func TestSAMLWithoutIntegration(t *testing.T) {
	t.Parallel()
	in := []analysis.Input{redacted(t, redactor(nil), "c1", samlHAR(t, samlResponse(success, assertion), "/home", helpfulPage))}
	want := map[string]analysis.Verdict{
		"TR-01": analysis.Pass, "TR-02": analysis.Pass, "TR-04": analysis.NotSeen, "CB-23": analysis.Pass,
		"CB-18": analysis.NotSeen, "CB-20": analysis.NotSeen, "CB-24": analysis.NotSeen, "ER-03": analysis.NotSeen, "ER-08": analysis.NotSeen,
		"SA-01": analysis.Pass, "SA-02": analysis.Pass, "SA-03": analysis.Pass, "SA-04": analysis.Pass,
		"PG-01": analysis.Pass, "PG-02": analysis.NotSeen, "PG-03": analysis.NotSeen,
		"PG-04": analysis.NotSeen, "PG-05": analysis.NotSeen, "PG-06": analysis.NotSeen, "LO-01": analysis.NotSeen,
		"SA-05": analysis.Pass, "SA-06": analysis.NotSeen, "SA-07": analysis.NotSeen, "SA-08": analysis.NotSeen,
		"SA-09": analysis.NotSeen, "SA-10": analysis.NotSeen, "SA-11": analysis.NotSeen,
		"DA-01": analysis.NotSeen, "DA-02": analysis.NotSeen, "DA-03": analysis.NotSeen, "DA-04": analysis.NotSeen, "DA-05": analysis.NotSeen,
		"PV-01": analysis.Pass, "PV-02": analysis.Pass,
	}
	if diff := cmp.Diff(want, verdicts(integration.Config{}, in)); diff != "" {
		t.Errorf("verdicts differ (-want +got):\n%s", diff)
	}
}

// TestSAMLFormats judges one posted Response in the files of every exporter. It
// is made up without signature, Recipient and Audience, and its request is not recorded.
func TestSAMLFormats(t *testing.T) {
	t.Parallel()
	cfg := integration.Config{Protocol: integration.SAML2, SAML: integration.SAML{ACSURLs: []string{"http://sp.localhost:8091/acs"}}}
	paths, err := filepath.Glob(testdata + "captures/formats/*.[hjgz]*")
	if err != nil || len(paths) < 10 {
		t.Fatalf("%d captures (%v)", len(paths), err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			in := []analysis.Input{redacted(t, redactor(&cfg), "c1", readFile(t, path))}
			flows := analysis.Flows(cfg, in)
			if len(flows) != 1 || flows[0].Start != analysis.StartMissing || flows[0].Outcome != analysis.OutcomeSuccess {
				t.Fatalf("sign-ins are %s", renderFlows(flows))
			}
			var bad []string
			for rule, verdict := range verdicts(cfg, in) {
				if verdict == analysis.Fail || verdict == analysis.Warn {
					bad = append(bad, rule)
				}
			}
			slices.Sort(bad)
			if got := strings.Join(bad, " "); got != "SA-02 SA-05 SA-06" {
				t.Errorf("fails or warns: %q:\n%s", got, render(analysis.Judge(cfg, in, nil)))
			}
		})
	}
}
