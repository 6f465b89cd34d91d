package run

import (
	"github.com/a-h/templ"

	"github.com/proofwalk/proofwalk/views/components"
)

// ruleLine says in words what one rule of redaction takes out, and what becomes of it.
type ruleLine struct{ Rule, Kind, Becomes string }

// ruleLines is the order of the table; a rule that is not in it is shown in the
// words of the redactor.
var ruleLines = []ruleLine{
	{"C1", "Cookies", "names and values become letters that only compare"},
	{"Q1", "Parameters of addresses and forms", "code, state, nonce and tokens become letters; the rest is dropped"},
	{"H1", "Headers", "unknown ones are dropped, values outside the fixed lists replaced"},
	{"J1", "Claims of tokens", "what compares becomes letters; people's data is dropped, never hashed"},
	{"S1", "SAML messages", "what compares becomes letters; people's data is dropped, never hashed"},
	{"B1", "Bodies of requests and responses", "dropped; of JSON the bare skeleton stays"},
	{"U1", "Hosts, paths and other parts of addresses", "numbered: host-1, s1"},
	{"W1", "Messages of WebSockets and event streams", "dropped; direction and size stay"},
	{"N1", "Numbers outside their range", "dropped"},
	{"V1", "Page titles, comments, the exporter's own fields", "dropped"},
	{"F1", "Facts that the format does not have", "dropped"},
}

// limitLine says why something cannot be judged from a file, and what would show it.
type limitLine struct{ Limit, Title, Note string }

var limitLines = []limitLine{
	{"cookies", "Cookies and their flags", "This export left them out. In Chrome and Edge, choose the export with sensitive data: what it adds is redacted here like the rest."},
	{"fragments", "Tokens after # in addresses", "This exporter cuts addresses at #. Such a token shows only in the page that follows."},
	{"bodies", "Contents of pages", "The file has none. Most tools have an export with content: only sizes and kinds of it leave."},
	{"authorization", "Authorization headers", "This export left them out. In Chrome and Edge, choose the export with sensitive data."},
	{"forms", "Values of posted forms", "The exporter replaced them before it saved the file; SAML-tracer has an export without that."},
	{"times", "Times", "No entry says when it was made, so order is all that can be judged."},
	{"tail", "What came after the cut", "The file breaks off. Its complete entries are kept; save it again for the whole."},
}

// alwaysUnseen is what no capture of a browser shows.
var alwaysUnseen = limitLine{"browser", "The token exchange on your server", "No browser sees it: add a capture of your server's calls to the same run."}

// hiddenGroup is one list of names that the redactor hid and that can be declared.
type hiddenGroup struct{ Key, Title, Note string }

var hiddenGroups = []hiddenGroup{
	{"hosts", "Hosts", "leave as host-1, host-2 …"},
	{"paths", "Paths", "leave with s1, s2 … for what is hidden"},
	{"titles", "Page titles", "are dropped"},
}

// act is a button, outside of forms, that the script listens to.
func act(name, label string, kind components.ButtonKind, size components.ButtonSize, icon string) components.ButtonModel {
	return components.ButtonModel{Label: label, Kind: kind, Size: size, Icon: icon, Attrs: templ.Attributes{"data-act": name}}
}

// ends is a button that ends what goes on, so it works meanwhile.
func ends(name, label string) components.ButtonModel {
	m := act(name, label, components.ButtonSecondary, components.SizeNormal, "")
	m.Attrs["data-ends"] = ""
	return m
}
