package redact

import "strings"

// maxLinks bounds the links of one header.
const maxLinks = 10

// linkWords are the relations and kinds that the Link header is used with.
var linkWords = wordSet(`preload prefetch preconnect dns-prefetch modulepreload canonical alternate next prev first last self up icon manifest
	stylesheet search help license author privacy-policy terms-of-service describedby service-desc service-doc
	script style font image document fetch track worker audio video anonymous use-credentials high low auto`)

// links redacts a Link header (RFC 8288): its addresses by U1, of its parameters
// rel, as, crossorigin and fetchpriority by their words; the others go.
func (r *run) links(value, place string) string {
	var out []string
	for rest := value; ; {
		open := strings.IndexByte(rest, '<')
		if open < 0 {
			break
		}
		address, after, whole := strings.Cut(rest[open+1:], ">")
		if !whole || len(out) == maxLinks {
			r.report.add("H1", place)
			break
		}
		params := after
		if next := strings.Index(after, "<"); next >= 0 {
			params = after[:next]
		}
		out = append(out, "<"+r.url(strings.TrimSpace(address), place, 0)+">"+r.linkParams(params, place))
		rest = after
	}
	if len(out) == 0 {
		r.report.add("H1", place)
		return "~str"
	}
	return strings.Join(out, ", ")
}

func (r *run) linkParams(params, place string) string {
	var out strings.Builder
	for param := range strings.SplitSeq(strings.TrimRight(params, ", \t"), ";") {
		name, words, _ := strings.Cut(strings.TrimSpace(param), "=")
		name, words = strings.ToLower(strings.TrimSpace(name)), strings.ToLower(strings.Trim(strings.TrimSpace(words), `"`))
		known := name == "rel" || name == "as" || name == "crossorigin" || name == "fetchpriority"
		for w := range strings.FieldsSeq(words) {
			_, ok := linkWords[w]
			known = known && ok
		}
		switch {
		case name == "":
		case !known || out.Len() > 200:
			r.report.add("H1", place)
		case words == "":
			out.WriteString("; " + name)
		default:
			out.WriteString("; " + name + `="` + strings.Join(strings.Fields(words), " ") + `"`)
		}
	}
	return out.String()
}
