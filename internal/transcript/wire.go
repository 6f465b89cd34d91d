package transcript

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The wire types are the file's JSON, member by member in the order in which
// they are written.
type (
	wireEntry struct {
		PageRef  string         `json:"pageref,omitempty"`
		Started  string         `json:"startedDateTime"`
		Time     int            `json:"time"`
		Request  wireRequest    `json:"request"`
		Response wireResponse   `json:"response"`
		Cache    struct{}       `json:"cache"`
		Timings  wireTimings    `json:"timings"`
		Facts    map[string]any `json:"_facts"`
	}
	wireTimings struct {
		Send    int `json:"send"`
		Wait    int `json:"wait"`
		Receive int `json:"receive"`
	}
	wireRequest struct {
		Method      string       `json:"method"`
		URL         string       `json:"url"`
		HTTPVersion string       `json:"httpVersion"`
		Cookies     []wireCookie `json:"cookies"`
		Headers     []Field      `json:"headers"`
		Query       []Field      `json:"queryString"`
		PostData    *wirePost    `json:"postData,omitempty"`
		HeadersSize int          `json:"headersSize"`
		BodySize    int          `json:"bodySize"`
	}
	wirePost struct {
		MIME   string  `json:"mimeType"`
		Params []Field `json:"params"`
		Text   string  `json:"text"`
	}
	wireResponse struct {
		Status      int          `json:"status"`
		StatusText  string       `json:"statusText"`
		HTTPVersion string       `json:"httpVersion"`
		Cookies     []wireCookie `json:"cookies"`
		Headers     []Field      `json:"headers"`
		Content     wireContent  `json:"content"`
		RedirectURL string       `json:"redirectURL"`
		HeadersSize int          `json:"headersSize"`
		BodySize    int          `json:"bodySize"`
	}
	wireContent struct {
		Size int    `json:"size"`
		MIME string `json:"mimeType"`
		Text string `json:"text,omitempty"`
	}
	wireCookie struct {
		Name     string `json:"name"`
		Value    string `json:"value"`
		Path     string `json:"path,omitempty"`
		Domain   string `json:"domain,omitempty"`
		Expires  string `json:"expires,omitempty"`
		HTTPOnly bool   `json:"httpOnly"`
		Secure   bool   `json:"secure"`
		SameSite string `json:"sameSite,omitempty"`
	}
	wirePage struct {
		Started string   `json:"startedDateTime"`
		ID      string   `json:"id"`
		Title   string   `json:"title"`
		Timings struct{} `json:"pageTimings"`
	}
	wireCreator struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
)

// timeLayout is how times stand in a file; unknown is the epoch.
const timeLayout = "2006-01-02T15:04:05.000Z"

var errTime = errors.New("a time that is not in the format's layout")

func parseTime(s string) (time.Time, error) {
	t, err := time.Parse(timeLayout, s)
	if err != nil {
		return time.Time{}, errTime
	}
	if t.Unix() == 0 {
		return time.Time{}, nil
	}
	return t, nil
}

func fromWire(w *wireEntry, index int) (Entry, error) {
	started, err := parseTime(w.Started)
	if err != nil {
		return Entry{}, err
	}
	e := Entry{
		Index: index, PageRef: w.PageRef, StartedAt: started, TimeMS: w.Timings.Wait, Facts: Facts{},
		Request: Request{
			Method: w.Request.Method, URL: w.Request.URL, HTTPVersion: w.Request.HTTPVersion,
			Headers: w.Request.Headers, Cookies: readCookies(w.Request.Cookies), Query: w.Request.Query,
			Fragment: fragmentOf(w.Request.URL), BodySize: w.Request.BodySize,
		},
	}
	if p := w.Request.PostData; p != nil {
		e.Request.BodyMIME, e.Request.Form, e.Request.BodyText = p.MIME, p.Params, p.Text
	}
	if r := &w.Response; r.Status != 0 || len(r.Headers) > 0 {
		e.Response = &Response{
			Status: r.Status, HTTPVersion: r.HTTPVersion, Headers: r.Headers, Cookies: readCookies(r.Cookies),
			RedirectURL: r.RedirectURL, BodyMIME: r.Content.MIME, BodyText: r.Content.Text, BodySize: r.Content.Size,
		}
	}
	if w.Facts == nil {
		return Entry{}, errors.New("an entry without _facts")
	}
	for name, raw := range w.Facts {
		v, ok := CheckFact(Fact(name), raw)
		if !ok {
			return Entry{}, errors.New("a fact that the format does not have, or a value that is not of its type")
		}
		switch Fact(name) {
		case FactFailed:
			e.Failed = v.(bool)
		case FactResourceType:
			e.ResourceType = v.(string)
		default:
			e.Facts[Fact(name)] = v
		}
	}
	return e, nil
}

func readCookies(ws []wireCookie) []Cookie {
	var out []Cookie
	for _, c := range ws {
		out = append(out, Cookie{
			Name: c.Name, Value: c.Value, Path: c.Path, Domain: c.Domain, SameSite: c.SameSite,
			Expires: c.Expires, Secure: c.Secure, HTTPOnly: c.HTTPOnly,
		})
	}
	return out
}

// fragmentOf gives the parameters of the URL's fragment, when it looks like a query.
func fragmentOf(u string) []Field {
	_, fragment, ok := strings.Cut(u, "#")
	if !ok || !strings.Contains(fragment, "=") {
		return nil
	}
	return SplitQuery(fragment)
}

// SplitQuery cuts a redacted query or fragment into its decoded parameters.
// Redacted values hold no percent sequence but those of the characters that a
// query must escape.
func SplitQuery(q string) []Field {
	var out []Field
	for pair := range strings.SplitSeq(q, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		out = append(out, Field{unescape(name), unescape(value)})
	}
	return out
}

// unescape undoes percent-encoding and leaves what is none.
func unescape(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			b = append(b, ' ')
		case s[i] == '%' && i+2 < len(s) && hexDigit(s[i+1]) >= 0 && hexDigit(s[i+2]) >= 0:
			b = append(b, byte(hexDigit(s[i+1])<<4|hexDigit(s[i+2])))
			i += 2
		default:
			b = append(b, s[i])
		}
	}
	return string(b)
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func checkMeta(m *Meta) error {
	if m.Format != Format {
		return fmt.Errorf("redacted HAR format %d, this build reads format %d", m.Format, Format)
	}
	if m.Policy < 1 || m.Policy > Policy {
		return fmt.Errorf("redaction policy %d, this build knows policies 1 to %d", m.Policy, Policy)
	}
	if !word(m.Round, 64) || !word(m.Source.Kind, 32) || !word(m.Source.Exporter, 32) ||
		!word(m.Redactor.Name, 64) || !word(m.Redactor.Version, 64) || !word(m.IntegrationDigest, 64) ||
		len(m.Source.Limits) > 16 || slices.ContainsFunc(m.Source.Limits, func(l string) bool { return !word(l, 32) }) {
		return errors.New("a member of log._proofwalk that is not a short word")
	}
	return nil
}

// CheckMeta tells whether a marker may stand in a file of this format: known
// versions, and words of letters, digits and a few marks everywhere else.
func CheckMeta(m Meta) bool { return checkMeta(&m) == nil }

// word tells whether s is at most n letters, digits and _ . - + characters.
func word(s string, n int) bool {
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_.-+", c) >= 0) {
			return false
		}
	}
	return len(s) <= n
}
