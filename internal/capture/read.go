package capture

import (
	"errors"
	"io"
	"slices"
	"strings"
)

// errTooManyEntries stops the reader at Limits.Entries.
var errTooManyEntries = errors.New("capture has more entries than the limit")

// errTwoLists stops the reader where a second list of entries begins: those of
// the first were given, and what reads the second sees another capture.
var errTwoLists = errors.New("capture has two lists of entries")

// shortBytes bounds the strings outside of entries.
const shortBytes = 1 << 10

// reader maps one document to entries. Its entry and buffers are used again for
// every entry, so that its memory does not grow with their number.
type reader struct {
	in    *limitedInput
	lex   *lexer
	files *resources // bodies beside the capture; nil for none
	lim   Limits
	// hand gives a complete entry away and gets the memory for the next.
	hand func(*entryMemory) (*entryMemory, error)
	src  Source

	sawObject   bool   // the document is an object
	sawEntries  bool   // log.entries is there and is an array
	sawRequests bool   // a member "requests" came first, as SAML-tracer writes it
	lineRound   string // round of the back-channel line at hand

	*entryMemory
	noAnswer bool // the response at hand says that there is none
	budget   int  // bytes of strings that the entry may still keep
	names    words
	texts    Texts
	seen     seen
}

// Read reads one capture and calls fn for each complete entry, in the order of
// the file: a HAR, a SAML-tracer export or back-channel JSON lines, as it is, in a gzip file, or as the
// one capture in a zip. The memory it needs depends on lim only, not on the
// input. It stops reading behind the document; what follows it is ignored, but
// for the other files of a zip, which must hold no second capture.
//
// Where r also has ReadAt(p, offset), counted from where r stands, and Size(),
// as *bytes.Reader has, a zip is read by its directory, and bodies that
// Playwright keeps in files of their own are joined to their entries. From a
// plain stream they count as left out.
//
// A file whose tail is missing or damaged gives its complete entries and a
// Source that says so. All else is refused, whereby entries that came before the
// reason have been given: Invalid (empty, not JSON, no capture in it, no
// complete entry, a checksum that does not fit), Unsupported (packed twice or by
// a method that is not read, encrypted, two captures in one zip) or TooLarge (a
// limit was passed). The texts name byte offsets and no input. An error of fn
// ends the reading and is returned as it is; an error of r is wrapped.
func Read(r io.Reader, lim Limits, fn func(*Entry) error) (Source, error) {
	return ReadWatched(r, lim, nil, fn)
}

// ReadWatched is Read that writes the text of the document, unpacked and as
// UTF-8, to watch while it is read; nil for nobody.
func ReadWatched(r io.Reader, lim Limits, watch io.Writer, fn func(*Entry) error) (Source, error) {
	return read(r, lim, watch, func(m *entryMemory) (*entryMemory, error) { return m, fn(&m.entry) })
}

func read(r io.Reader, lim Limits, watch io.Writer, hand func(*entryMemory) (*entryMemory, error)) (Source, error) {
	lim = lim.orDefault()
	in := &limitedInput{r: r, limit: lim.TotalBytes}
	o, err := open(in, lim)
	if err != nil {
		return Source{Bytes: in.n}, err
	}
	rd := &reader{
		in:          in,
		lex:         newLexer(o.text, lim.Depth),
		files:       o.files,
		lim:         lim,
		hand:        hand,
		src:         Source{Kind: kindHAR, Exporter: "other"},
		entryMemory: &entryMemory{},
	}
	if watch != nil {
		rd.lex.in = io.TeeReader(rd.lex.in, watch)
	}
	rd.document()
	err = rd.finish()
	if err == nil && !rd.src.Truncated && o.rest != nil {
		err = o.rest()
	}
	rd.src.Bytes = max(in.n, o.size)
	if err != nil {
		return Source{Kind: rd.src.Kind, Entries: rd.src.Entries, Bytes: rd.src.Bytes}, err
	}
	rd.src.Duplicates = rd.lex.repeats
	rd.src.CannotShow = rd.limits()
	return rd.src, nil
}

// wrappedInput tells errors of the input from those of the callback.
type wrappedInput struct{ in *limitedInput }

// Read implements io.Reader.
func (w wrappedInput) Read(p []byte) (int, error) {
	n, err := w.in.Read(p)
	if err != nil && err != io.EOF && !errors.Is(err, errTooManyBytes) { //nolint:errorlint // the lexer knows the end by EOF itself
		err = inputError(err)
	}
	return n, err
}

// skipped is r without its first n bytes, which are known to be there.
func skipped(r io.Reader, n int) io.Reader {
	_, _ = io.CopyN(io.Discard, r, int64(n))
	return r
}

// document reads the whole document, with or without a JSONP call around it.
func (r *reader) document() {
	l := r.lex
	if c := l.peek(); c != '{' && c != '[' && c != '"' {
		r.callPrefix()
	}
	if c := l.peek(); l.err == nil && c != '{' {
		l.fail(errSyntax)
	}
	if l.err != nil {
		return
	}
	r.sawObject = true
	first, lines := true, false
	for key := range l.members {
		if first && string(key) == kindBackChannel {
			lines = r.begin()
			r.beginLines()
		}
		first = false
		if lines {
			r.lineMember(string(key))
			continue
		}
		switch string(key) {
		case "log":
			if !r.sawRequests {
				r.log()
			}
		case "requests":
			if r.sawRequests || !r.sawEntries {
				r.sawRequests = true
				r.samlTracer()
			}
		}
	}
	if lines {
		r.endLine()
		r.moreLines()
	}
}

// callPrefix passes `name(` of a JSONP file.
func (r *reader) callPrefix() {
	l := r.lex
	for n := 0; l.err == nil; {
		if l.pos == l.end {
			l.fill()
			continue
		}
		c := l.buf[l.pos]
		if !isWordByte(c) && c != '_' && c != '$' || n >= wordBytes {
			break
		}
		l.pos++
		n++
	}
	if l.peek() != '(' {
		l.fail(errSyntax)
		return
	}
	l.pos++
}

// log reads the object that a HAR is about.
func (r *reader) log() {
	for key := range r.lex.members {
		switch string(key) {
		case "creator":
			r.creator()
		case "pages":
			r.pages()
		case "_proofwalk":
			r.redactedMeta()
		case "entries":
			if r.lex.peek() != '[' {
				continue
			}
			if !r.beginList() {
				return
			}
			for range r.lex.elements {
				if r.lex.peek() == '{' {
					r.readEntry()
				}
			}
		}
	}
}

// beginList notes that a list of entries stands ahead; false when it is the
// second.
func (r *reader) beginList() bool {
	if r.sawEntries {
		r.lex.fail(errTwoLists)
		return false
	}
	r.sawEntries = true
	return true
}

// exporters maps what creator.name begins with, in lower case.
var exporters = []struct{ prefix, word string }{
	{"webinspector", "chrome"},
	{"firefox", "firefox"},
	{"webkit web inspector", "safari"},
	{"playwright", "playwright"},
	{"charles", "charles"},
	{"fiddler", "fiddler"},
	{"mitmproxy", "mitmproxy"},
	{"proofwalk", "proofwalk"},
}

// The words of Source.Kind.
const (
	kindHAR         = "har"
	kindSAMLTracer  = "saml_tracer"
	kindBackChannel = "back_channel"
)

func (r *reader) creator() {
	r.src.Exporter = "other"
	for key := range r.lex.members {
		switch string(key) {
		case "name":
			r.src.Exporter = "other"
			name := strings.ToLower(r.short())
			for _, e := range exporters {
				if strings.HasPrefix(name, e.prefix) {
					r.src.Exporter = e.word
					break
				}
			}
		}
	}
}

func (r *reader) pages() {
	r.src.Pages = nil
	for range r.lex.elements {
		if len(r.src.Pages) >= r.lim.Children || r.lex.peek() != '{' {
			continue
		}
		var p Page
		for key := range r.lex.members {
			switch string(key) {
			case "id":
				p.ID = r.short()
			case "title":
				p.Title = r.short()
			case "startedDateTime":
				p.StartedAt = parseTime(r.short())
			}
		}
		r.src.Pages = append(r.src.Pages, p)
	}
}

func (r *reader) redactedMeta() {
	r.src.Redacted = nil
	if r.lex.peek() != '{' {
		return
	}
	m := &RedactedMeta{}
	for key := range r.lex.members {
		switch string(key) {
		case "format":
			m.Format = int(r.int())
		case "policy":
			m.Policy = int(r.int())
		case "round":
			m.Round = r.short()
		case "integration_digest":
			m.IntegrationDigest = r.short()
		case "redactor":
			m.RedactorName, m.RedactorVersion = "", ""
			for key := range r.lex.members {
				switch string(key) {
				case "name":
					m.RedactorName = r.short()
				case "version":
					m.RedactorVersion = r.short()
				}
			}
		case "source":
			r.redactedSource(m)
		}
	}
	r.src.Redacted = m
}

func (r *reader) redactedSource(m *RedactedMeta) {
	m.SourceKind, m.SourceExporter, m.SourceLimits = "", "", nil
	for key := range r.lex.members {
		switch string(key) {
		case "kind":
			m.SourceKind = r.short()
		case "exporter":
			m.SourceExporter = r.short()
		case "limits":
			m.SourceLimits = nil
			for range r.lex.elements {
				if word := r.short(); slices.Contains(LimitWords, word) && !slices.Contains(m.SourceLimits, word) {
					m.SourceLimits = append(m.SourceLimits, word)
				}
			}
		}
	}
}
