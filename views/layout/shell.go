// Package layout draws what stands around every page: the document, the bars,
// the head of an integration, whose turn it is, and the foot. A page gives one
// Shell and its own content as the child.
package layout

import (
	"time"

	"github.com/proofwalk/proofwalk/views/components"
)

// Shell is what a page needs around its content. The zero value of every field
// leaves its part out.
type Shell struct {
	// Title is the page in the browser's tab, most specific first: "ERR-01,
	// Member sign-up". The product's name is added.
	Title string
	// Theme is "light" or "dark" when the reader chose one; empty follows the
	// machine.
	Theme string
	// Nav is the main navigation.
	Nav []NavItem
	// SearchURL is where the search field leads by GET with the parameter q.
	SearchURL string
	// Person is who is signed in; nil shows SignInURL instead.
	Person *SignedIn
	// SignInURL is shown to strangers.
	SignInURL string
	// Demo is shown on every page of the demo.
	Demo *Demo
	// Integration is the head of the pages of one integration.
	Integration *IntegrationHead
	// Turn says whose turn it is, on every page of an integration.
	Turn *Turn
	// Foot is the last line.
	Foot Foot
	// NoHTMX leaves htmx out, for the upload and verify pages.
	NoHTMX bool
	// SSE loads the extension for server-sent events.
	SSE bool
	// Scripts are further assets of this page, by the names that assets.Path
	// takes; they run as modules.
	Scripts []string
}

// NavItem is an entry of the main navigation or a tab.
type NavItem struct {
	Label, Href string
	Current     bool
	// Count is shown behind the label when it is above 0 or ShowCount is set.
	Count     int
	ShowCount bool
	// Yours colours the count: it waits for the reader.
	Yours bool
}

// SignedIn is the person at the keyboard.
type SignedIn struct {
	Name string
	// About is where and as what: "Northfall, admin".
	About string
	// Provider draws the badge square.
	Provider bool
	// ProfileURL leads to passkeys and settings; SignOutURL takes a POST.
	ProfileURL, SignOutURL string
}

// Demo is the line that every page of the demo carries.
type Demo struct {
	// SwitchURL leads to the page where one signs in as somebody else.
	SwitchURL string
}

// IntegrationHead is the head of an integration's pages.
type IntegrationHead struct {
	// Partner and Name are "Northfall Credit Union" and "Member sign-up".
	Partner, Name, Href string
	// Protocol is "OpenID Connect, identity (IAL2/AAL2)", Environment
	// "sandbox", Host the API host in use.
	Protocol, Environment, Host string
	// Target is the planned launch; zero is "no target date".
	Target time.Time
	Stage  components.Stage
	Tabs   []NavItem
}

// Turn says who has to act.
type Turn struct {
	// Yours is true when the reader's team must act.
	Yours bool
	// With names who must act otherwise: "ID.me", "the account team".
	With string
	// Lead is the first sentence, in bold; Text the rest.
	Lead, Text string
	// Action is a button at the end; nil for none.
	Action *components.ButtonModel
}

func (t Turn) words() string {
	if t.Yours {
		return "Your turn"
	}
	return "With " + t.With
}

// Foot is the last line of every page.
type Foot struct {
	// Version is the version of the product.
	Version string
	// AuditText and AuditHref lead to the audit log: "audit log 48,210
	// entries"; empty leaves the link out.
	AuditText, AuditHref string
	// ZoneHref leads to where the reader chooses a zone; empty leaves it out.
	ZoneHref string
}

// ErrorModel is a page that says what failed.
type ErrorModel struct {
	// Over says where: "Something failed on our side".
	Over string
	// Title is what failed: "Your comment on ERR-01 was not saved".
	Title string
	// Happened, Kept and Do say what happened, what was kept, what to do.
	Happened, Kept, Do string
	// Number is what to quote to support; empty for none.
	Number string
	// At is when it happened.
	At time.Time
	// Actions lead on.
	Actions []components.ButtonModel
}

// fontsFirst are the faces that every page uses, fetched before the style
// sheet is read.
var fontsFirst = []string{
	"fonts/plex-sans-latin-400.woff2", "fonts/plex-sans-latin-500.woff2", "fonts/plex-sans-latin-600.woff2",
	"fonts/plex-mono-latin-400.woff2", "fonts/plex-mono-latin-600.woff2",
}

// htmxConfig keeps htmx within the content security policy: nothing is
// evaluated, no style is inserted, no page is kept in the browser's storage. An
// answer of 422 is a form with errors and replaces its target; other failures
// replace the page by the error page.
const htmxConfig = `{"allowEval":false,"allowScriptTags":false,"includeIndicatorStyles":false,"selfRequestsOnly":true,` +
	`"historyCacheSize":0,"refreshOnHistoryMiss":true,"defaultSettleDelay":0,` +
	`"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},{"code":"422","swap":true},` +
	`{"code":"[45]..","swap":true,"error":true,"target":"body","swapOverride":"innerHTML"}]}`
