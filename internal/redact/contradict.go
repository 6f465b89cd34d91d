package redact

import (
	"cmp"
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// Contradiction is a fact of an entry that was redacted before which is not what
// the redacted entry itself shows: somebody wrote it by hand.
type Contradiction struct {
	Entry int             `json:"entry"` // from 0
	Fact  transcript.Fact `json:"fact"`
}

// maxContradictions is enough to name the places; one is enough to refuse.
const maxContradictions = 100

// witness holds the facts of a capture against its redacted entries. What an
// entry cannot show (the length of a state that is a pseudonym, the text of a
// page) it leaves alone, so that no honest file is doubted.
type witness struct {
	public   *public
	document string // redacted host of the last document
	found    []Contradiction
	memory   judgement // used again for each entry
}

// fits tells whether the value of a fact may be true of an entry.
type fits func(v any) bool

// never is for facts that such an entry cannot have.
func never(any) bool { return false }

// exactly is for facts that the entry shows.
func exactly(want any) fits { return func(v any) bool { return v == want } }

// atMost is for numbers that the entry bounds.
func atMost(most int) fits { return func(v any) bool { n, ok := v.(int); return ok && n <= most } }

// judgement is what an entry says of its facts; a fact that is not in it cannot
// be judged.
type judgement map[transcript.Fact]fits

func (j judgement) all(f fits, names ...transcript.Fact) {
	for _, name := range names {
		j[name] = f
	}
}

// look judges the facts that came with an entry that was redacted before, and
// remembers the entry for those that follow. It tells whether the entry is a
// document of a host that is known.
func (w *witness) look(e *transcript.Entry, again bool) bool {
	name, _ := splitPort(cutURL(e.Request.URL).host)
	if again {
		w.judge(e, name)
	}
	if n, hidden := numbered(name, "host-", ".invalid"); name == "" || hidden && n == 0 || !isDocument(e) {
		return false
	}
	w.document = strings.Clone(name) // the entry's memory is used again
	return true
}

func (w *witness) judge(e *transcript.Entry, name string) {
	if len(e.Facts) == 0 {
		return
	}
	if w.memory == nil {
		w.memory = judgement{}
	}
	j := w.memory
	clear(j)
	j.all(exactly(true), onlyTrue...)
	w.hosts(e, name, j)
	own, skeleton := ownOf(e), skeletonOf(e)
	own.nested += strings.Join(skeleton.nested, "\n")
	bodies(e, j)
	w.authorization(own, j)
	own.parameters(e, skeleton, j)
	own.saml(e, j)
	own.attributes(e, j)
	w.tokens(skeleton, own, j)
	first := len(w.found)
	for name, v := range e.Facts {
		if fit := j[name]; fit != nil && !fit(v) {
			w.found = append(w.found, Contradiction{e.Index, name})
		}
	}
	slices.SortFunc(w.found[first:], func(a, b Contradiction) int { return cmp.Compare(factOrder[a.Fact], factOrder[b.Fact]) })
	w.found = w.found[:min(len(w.found), maxContradictions)]
}

// factOrder is the place of each fact in the format's list.
var factOrder = func() map[transcript.Fact]int {
	m := map[transcript.Fact]int{}
	for i, spec := range transcript.FactList() {
		m[spec.Name] = i
	}
	return m
}()

// hosts judges the facts about host and page.
func (w *witness) hosts(e *transcript.Entry, name string, j judgement) {
	u := cutURL(e.Request.URL)
	n, hidden := numbered(name, "host-", ".invalid")
	switch {
	case name == "" || hidden && n == 0: // what stood there is not known
		return
	case hidden: // no host of the partner's and none that was declared
		j[transcript.FactHostRole] = func(v any) bool { return v != "partner" && v != "third_party" }
		j.all(never, transcript.FactHostProd, transcript.FactPage)
	default:
		host := w.public.Host(u.scheme, u.host)
		j[transcript.FactHostRole] = exactly(string(host.Role))
		j[transcript.FactHostEnv] = exactly(string(host.Env))
		j[transcript.FactHostProd] = exactly(host.Production)
		j[transcript.FactPage] = never
		if pages := w.public.Page(u.scheme, u.host, u.path); len(pages) > 0 {
			j[transcript.FactPage] = exactly(pages[0])
		}
	}
	if !isOfOthers(integration.HostRole(e.Facts.Code(transcript.FactHostRole))) {
		j[transcript.FactAttributeSent] = never
	}
	if e.Facts[transcript.FactHostRole] != "provider" {
		j[transcript.FactHostEnv] = never
	}
	_, before := numbered(w.document, "host-", ".invalid")
	switch {
	case w.document == "":
		j[transcript.FactSameSite] = never
	case w.document == name:
		j[transcript.FactSameSite] = exactly(true)
	case !hidden && !before:
		j[transcript.FactSameSite] = exactly(site(w.document) == site(name))
	}
}

// onlyTrue are facts that are written when they are true and else left out.
var onlyTrue = []transcript.Fact{
	transcript.FactHostProd, transcript.FactPII, transcript.FactUnknownPII, transcript.FactMetaRefresh, transcript.FactSecretInPage,
	transcript.FactTokenInPage, transcript.FactTruncatedBody, transcript.FactAutoSubmit, transcript.FactSAMLForm, transcript.FactSOAPFault,
	transcript.FactSSN, transcript.FactAttributeSent,
}

// pageFacts are facts of HTML only.
var pageFacts = []transcript.Fact{
	transcript.FactVisible, transcript.FactForms, transcript.FactScripts, transcript.FactTitlePresent, transcript.FactRawErrorCode,
	transcript.FactRawErrorText, transcript.FactRetryControl, transcript.FactHelpLink, transcript.FactMetaRefresh, transcript.FactRefreshTarget,
	transcript.FactFormFields, transcript.FactPasswordFields, transcript.FactHiddenFields, transcript.FactFormPost, transcript.FactFormTarget,
	transcript.FactAutoSubmit, transcript.FactSAMLForm, transcript.FactPageLang,
}

// bodies judges the facts about the response's body by its media type, where
// that decides.
func bodies(e *transcript.Entry, j judgement) {
	p := e.Response
	if p == nil {
		j.all(never, pageFacts...)
		j.all(never, transcript.FactBodyKind, transcript.FactStackTrace, transcript.FactSecretInPage, transcript.FactTokenInPage, transcript.FactTokenKinds, transcript.FactTruncatedBody, transcript.FactSOAPFault, transcript.FactSSN)
		return
	}
	kinds := possibleKinds(p)
	may := func(kind string) bool { return strings.Contains(kinds, " "+kind+" ") }
	j[transcript.FactBodyKind] = func(v any) bool { kind, ok := v.(string); return ok && may(kind) }
	// The kind that the file itself states decides where more than one is possible.
	if kind := e.Facts.Code(transcript.FactBodyKind); may(kind) {
		kinds = " " + kind + " "
	}
	if !may("html") {
		j.all(never, pageFacts...)
	} else {
		// A size was rounded down to three digits; what a page has takes bytes.
		most := p.BodySize + p.BodySize/100 + 1
		j.all(atMost(most/len("<input>")), transcript.FactFormFields, transcript.FactPasswordFields, transcript.FactHiddenFields)
		j[transcript.FactVisible], j[transcript.FactForms], j[transcript.FactScripts] = atMost(most), atMost(most/len("<form>")), atMost(most/len("<script>"))
	}
	if !may("html") && !may("json") {
		j[transcript.FactSSN] = never
	}
	if !may("xml") {
		j[transcript.FactSOAPFault] = never
	}
	if !may("html") && !may("script") {
		j.all(never, transcript.FactSecretInPage, transcript.FactTokenInPage)
	}
	if !may("html") && !may("json") && !may("text") && !may("xml") {
		j[transcript.FactStackTrace] = never
	}
}

// possibleKinds gives the words of body_kind that a response may have, each
// between blanks.
func possibleKinds(p *transcript.Response) string {
	if p.BodyText != "" {
		return " json "
	}
	if p.BodySize == 0 {
		return " none "
	}
	// Two texts of which nothing is known but that they differ tell whether the
	// media type decides alone.
	if kind := bodyKind(p.BodyMIME, []byte("x")); kind == bodyKind(p.BodyMIME, []byte("{")) {
		return " " + kind + " "
	}
	return " html json text binary none "
}
