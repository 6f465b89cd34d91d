package app

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/store"
)

// FieldPassReason is the form's field for why what looks like a credential is none.
const FieldPassReason = "pass_reason"

// Limits of a reason, in characters.
const (
	minPassReason = 10
	maxPassReason = 500
)

const passReasonText = "Say in 10 to 500 characters, without a credential, why the text holds none."

// passedText is a text that the write stores although it looks like a
// credential; text is what the pass knows it by, see documentKnownBy.
type passedText struct {
	item, field, text, reason string
	rules                     []string
}

// isPassReason tells whether a reason can stand in a packet.
func isPassReason(reason string) bool {
	n := utf8.RuneCountInString(reason)
	return n >= minPassReason && n <= maxPassReason && isPlain(reason) && len(redact.CheckText(reason)) == 0
}

// documentKnownBy is what a pass knows a document by: it stays the same bytes,
// and nobody has to hold them to ask whether they were passed.
func documentKnownBy(digest string) string { return "document sha256:" + digest }

// IsPassed tells whether a text was passed as no credential.
func IsPassed(passes []store.CredentialPass, text string) bool {
	return slices.ContainsFunc(passes, func(p store.CredentialPass) bool { return p.Passes(text) })
}

// keepPasses stores with a write what its reason passed, and says so in its
// audit entry, which must be filled in. What is kept is not kept again.
func (w *Write) keepPasses(ctx context.Context) error {
	if len(w.Cmd.passed) == 0 {
		return nil
	}
	if w.integration == uuid.Nil {
		return errors.New("keeping a credential pass: the write is about no integration")
	}
	var rules []string
	for _, p := range w.Cmd.passed {
		if p.item == "" && w.entry.Object.Kind == "item" {
			p.item = w.entry.Object.ID
		}
		salt := randomBytes(32)
		err := store.InsertCredentialPass(ctx, w.Tx, store.CredentialPass{PartnerID: w.partner, ID: store.NewID(), IntegrationID: w.integration,
			ObjectKind: w.entry.Object.Kind, ObjectID: w.entry.Object.ID, Item: p.item, Field: p.field, Rules: p.rules, Salt: salt,
			Digest: store.PassDigest(salt, p.text), Reason: p.reason, PassedBy: w.Cmd.Actor.UserID, PassedAt: w.Now})
		if err != nil {
			return err
		}
		rules = append(rules, p.rules...)
	}
	slices.Sort(rules)
	if w.entry.Details == nil {
		w.entry.Details = map[string]audit.Value{}
	}
	w.entry.Details["credentials_passed"] = audit.Int(len(w.Cmd.passed))
	w.entry.Details["credential_rules"] = audit.Text(cutWords(slices.Compact(rules), audit.MaxText))
	w.Cmd.passed = nil
	return nil
}

// cutWords joins as many words with a plus as fit into a limit of bytes.
func cutWords(words []string, limit int) string {
	joined := ""
	for _, word := range words {
		next := strings.TrimPrefix(joined+"+"+word, "+")
		if len(next) > limit {
			break
		}
		joined = next
	}
	return joined
}

// rulesOf lists what was found, each once.
func rulesOf(hits []redact.Hit) []string {
	var rules []string
	for _, h := range hits {
		if !slices.Contains(rules, h.Rule) {
			rules = append(rules, h.Rule)
		}
	}
	return rules
}

// credentialNames say what a rule finds; the packet and the pages say the same.
var credentialNames = map[string]string{
	"private_key": "a private key", "jwt": "a JSON Web Token", "own_token": "a token of this server", "aws_key": "an AWS access key",
	"github_token": "a GitHub token", "gitlab_token": "a GitLab token", "slack_token": "a Slack token", "stripe_key": "a Stripe key",
	"google_key": "a Google API key", "google_token": "a Google token", "google_secret": "a Google client secret", "azure_secret": "an Azure client secret",
	"npm_token": "an npm token", "pypi_token": "a PyPI token", "sendgrid_key": "a SendGrid key", "twilio_key": "a Twilio key",
	"mailgun_key": "a Mailgun key", "openai_key": "an OpenAI key", "anthropic_key": "an Anthropic key", "okta_token": "an Okta token",
	"saml_message": "a SAML message", "otp_secret": "the secret of a one-time password", "basic_auth": "a user name with its password",
	"bearer": "a bearer token", "authorization": "the value of an Authorization header", "cookie": "a cookie", "url_password": "an address with a password",
	"secret": "a secret", "password": "a password", "token": "a token", "code": "an authorization code", "session": "a session cookie",
}

// CredentialName says in words what a rule of redact.CheckText finds.
func CredentialName(rule string) string {
	if name, ok := credentialNames[rule]; ok {
		return name
	}
	return "a credential"
}

// credentialWords name the gravest hit, else the first.
func credentialWords(hits []redact.Hit) string {
	n := max(0, slices.IndexFunc(hits, func(h redact.Hit) bool { return h.Final }))
	return CredentialName(hits[n].Rule)
}
