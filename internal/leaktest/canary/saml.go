package canary

import (
	"net/url"
	"strings"
)

// response is a SAML response with a value in each place that can hold one.
func (p *planter) response(where string) string {
	c := func(position string) string { return p.any(where + ": " + position) }
	return `<?xml version="1.0"?><samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:x="urn:` + c("namespace") + `" ID="` + c("ID") + `" InResponseTo="` + c("InResponseTo") +
		`" IssueInstant="` + c("IssueInstant") + `" Version="` + c("Version") + `" Destination="https://` + p.lower(where+": host of Destination") + `.example.org/` + c("path of Destination") + `" Consent="` + c("Consent") + `"><Issuer Format="` + c("Format") + `">` + c("Issuer") +
		`</Issuer><Signature><SignedInfo><SignatureMethod Algorithm="` + c("Algorithm") + `"/><Reference URI="#` + c("Reference") + `"><DigestValue>` + c("DigestValue") + `</DigestValue></Reference></SignedInfo><SignatureValue>` + c("SignatureValue") +
		`</SignatureValue><KeyInfo><X509Data><X509Certificate>` + c("certificate") + `</X509Certificate></X509Data></KeyInfo></Signature><Status><StatusCode Value="` + c("StatusCode") + `"><StatusCode Value="` + c("second StatusCode") + `"/></StatusCode><StatusMessage>` + c("StatusMessage") +
		`</StatusMessage><StatusDetail>` + c("StatusDetail") + `</StatusDetail></Status><Assertion ID="` + c("Assertion ID") + `"><Subject><NameID NameQualifier="` + c("NameQualifier") + `">` + p.email(where+": NameID") + `</NameID><SubjectConfirmation><SubjectConfirmationData Recipient="` + app + c("Recipient") + `" Address="` + p.address(where+": Address") +
		`"/></SubjectConfirmation></Subject><Conditions NotBefore="` + c("NotBefore") + `"><AudienceRestriction><Audience>` + c("Audience") + `</Audience></AudienceRestriction></Conditions><AuthnStatement SessionIndex="` + c("SessionIndex") + `"><AuthnContext><AuthnContextClassRef>` + c("AuthnContextClassRef") +
		`</AuthnContextClassRef></AuthnContext></AuthnStatement><AttributeStatement><Attribute Name="` + c("attribute name") + `" FriendlyName="` + c("FriendlyName") + `"><AttributeValue>` + c("attribute value") + `</AttributeValue></Attribute><Attribute Name="email"><AttributeValue>` + p.email(where+": e-mail") +
		`</AttributeValue></Attribute></AttributeStatement></Assertion><EncryptedAssertion><CipherValue>` + c("CipherValue") + `</CipherValue></EncryptedAssertion><!-- ` + c("comment") + ` --><![CDATA[` + c("CDATA") + `]]><?pi ` + c("processing instruction") + `?></samlp:Response>`
}

func (p *planter) request(where string) string {
	c := func(position string) string { return p.any(where + ": " + position) }
	return `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="` + c("ID") + `" AssertionConsumerServiceURL="https://` + p.lower(where+": host of the ACS URL") + `.example.org/` + c("path of the ACS URL") + `" ProviderName="` + c("ProviderName") + `"><Issuer>` + c("Issuer") + `</Issuer><NameIDPolicy Format="` + c("NameIDPolicy") +
		`"/><RequestedAuthnContext><AuthnContextClassRef>` + c("AuthnContextClassRef") + `</AuthnContextClassRef></RequestedAuthnContext></samlp:AuthnRequest>`
}

// lines folds base64 as MIME does.
func lines(s string) string {
	var out []string
	for ; len(s) > 76; s = s[76:] {
		out = append(out, s[:76])
	}
	return strings.Join(append(out, s), "\r\n")
}

// samlMessages plants in SAML messages by every binding and encoding.
func (p *planter) samlMessages() list {
	esc := url.QueryEscape
	short := func(position string) string {
		return `<Response ID="_` + p.any(position+": ID") + `"><NameID>` + p.any(position+": NameID") + `</NameID></Response>`
	}
	idp := "https://idp.example.org/saml/sso"
	autopost := func(position, encoding string) string {
		value := b64(short(position))
		if encoding == "entities" {
			value = entities(value)
		}
		return `<html><body onload="document.forms[0].submit()"><form method="post" action="` + app + p.any("action of "+position) + `"><input type="hidden" name="SAMLResponse" value="` + value + `"/><input type="hidden" name="RelayState" value="` + p.any("RelayState of "+position) + `"/></form></body></html>`
	}
	return list{
		posted(app+"acs", formType, "SAMLResponse="+esc(b64(p.response("SAMLResponse in a form")))+"&RelayState="+p.any("RelayState in a form")),
		posted(app+"acs", formType, "SAMLResponse="+esc(lines(b64(short("SAMLResponse in lines"))))), posted(app+"acs", formType, "SAMLResponse="+b64url(short("SAMLResponse in base64url"))), posted(app+"acs", formType, "SAMLResponse="+b64(short("SAMLResponse whose + is lost"))),
		posted(app+"acs", formType, "SAMLResponse="+esc(short("SAMLResponse as XML"))), posted(app+"acs", formType, "SAMLResponse="+esc(b64(gzipped(short("SAMLResponse by gzip"))))), posted(app+"acs", formType, "SAMLResponse="+esc(b64(zlibbed(short("SAMLResponse by zlib"))))), posted(app+"acs", formType, "SAMLResponse="+esc(b64(b64(short("SAMLResponse in base64 twice"))))),
		get(idp + "?SAMLRequest=" + esc(b64(deflated(p.request("SAMLRequest in a query")))) + "&RelayState=" + esc(app+"?r="+p.any("RelayState in a query")) + "&SigAlg=" + esc(p.any("SigAlg in a query")) + "&Signature=" + esc(b64(p.any("Signature in a query")))),
		get(app + "acs?SAMLResponse=" + esc(b64(deflated(short("SAMLResponse in a query"))))), get(app + "slo?SAMLRequest=" + esc(b64(deflated(`<LogoutRequest ID="`+p.any("LogoutRequest: ID")+`"><SessionIndex>`+p.any("LogoutRequest: SessionIndex")+`</SessionIndex></LogoutRequest>`)))),
		get(app + "acs?SAMLart=" + esc(b64("\x00\x04\x00\x00"+p.any("SAMLart in a query")))), posted(app+"acs", formType, "SAMLart="+p.any("SAMLart in a form")),
		answered(idp, "text/html", autopost("SAMLResponse in a page", "")), answered(idp, "text/html", autopost("SAMLResponse in entities", "entities")),
		entry("GET", idp, nil, object{"headers": list{pair("Location", idp+"?SAMLRequest="+esc(b64(deflated(p.request("SAMLRequest in Location")))))}}),
		posted("https://idp.example.org/artifact", "text/xml", `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header><Security>`+p.any("SOAP header")+`</Security></soap:Header><soap:Body><ArtifactResolve ID="`+p.any("ArtifactResolve: ID")+`"><Artifact>`+p.any("Artifact in SOAP")+`</Artifact></ArtifactResolve></soap:Body></soap:Envelope>`),
		answered("https://idp.example.org/artifact", "application/soap+xml", `<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Body><ArtifactResponse ID="`+p.any("ArtifactResponse: ID")+`">`+p.response("Response in SOAP")[21:]+`</ArtifactResponse><soap:Fault><Reason>`+p.any("SOAP fault")+`</Reason></soap:Fault></soap:Body></soap:Envelope>`),
		answered("https://idp.example.org/metadata", "application/samlmetadata+xml", `<EntityDescriptor entityID="https://`+p.lower("host of an entityID")+`.example.org"><X509Certificate>`+p.any("certificate in metadata")+`</X509Certificate><SingleSignOnService Location="https://`+p.lower("host in metadata")+`.example.org/"/><EmailAddress>`+p.email("e-mail in metadata")+`</EmailAddress></EntityDescriptor>`),
		posted(app+"acs", formType, "SAMLResponse="+esc(b64(`<!DOCTYPE r [<!ENTITY e "`+p.any("SAML entity")+`">]><Response ID="a"><NameID>&e;</NameID></Response>`))), posted(app+"acs", formType, "SAMLResponse="+esc(b64(`<Response ID="a"><NameID>`+p.any("SAML cut off")))),
		entry("GET", app, object{"headers": list{pair("Cookie", "saml="+esc(b64(short("SAML in a cookie"))))}}, nil), answered(app, "application/json", text(object{"SAMLResponse": b64(short("SAML in JSON")), "x": b64(deflated(short("SAML of an unknown member")))})),
		entry("POST", app, object{"saml": short("member of SAML-tracer"), "postData": object{"mimeType": formType, "text": "wa=wsignin1.0"}}, nil),
	}
}

// otherFederation plants in WS-Federation, OpenID 2.0 and CAS.
func (p *planter) otherFederation() list {
	esc := url.QueryEscape
	return list{
		posted(app+"signin", formType, "wa=wsignin1.0&wresult="+esc(`<t:RequestSecurityTokenResponse><t:Lifetime>`+p.any("wresult: lifetime")+`</t:Lifetime><Assertion ID="`+p.any("wresult: ID")+`"><NameID>`+p.any("wresult: NameID")+`</NameID></Assertion></t:RequestSecurityTokenResponse>`)+"&wctx="+p.any("wctx in a form")),
		get("https://idp.example.org/wsfed?wa=wsignin1.0&wtrealm=" + esc("urn:"+p.any("urn as wtrealm")) + "&wctx=" + esc("rm=0&id="+p.any("id in wctx")) + "&wreply=" + esc("https://"+p.lower("host of wreply")+".example.org/") + "&wreq=" + p.any("wreq") + "&whr=" + p.any("urn as whr")),
		get(app + "?openid.claimed_id=" + esc("https://"+p.lower("OpenID 2.0 identity")+".example.org/") + "&openid.sig=" + p.any("OpenID 2.0 signature")), get(app + "?ticket=ST-" + p.any("ticket of CAS")),
		get(app + "?oauth_token=" + p.any("token of OAuth 1") + "&oauth_signature=" + p.any("signature of OAuth 1")), get(app + "?X-Amz-Signature=" + p.any("signature of a signed address") + "&sig=" + p.any("signature of Azure")),
		answered(app, "text/html", `<form action="`+app+`"><input name="wresult" value="`+entities(`<Assertion>`+p.any("wresult in a page")+`</Assertion>`)+`"></form>`),
	}
}
