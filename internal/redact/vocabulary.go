package redact

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// VocabularyText gives every word that redaction may write for any integration,
// one a line, sorted: the closed vocabulary of the policy and the words of the
// format itself. docs and tests use it.
func VocabularyText() string {
	all := map[string]bool{}
	add := func(words ...string) {
		for _, w := range words {
			all[w] = true
		}
	}
	for _, set := range []map[string]struct{}{
		scopeWords, algWords, samlAlgWords, samlStatusWords, localeWords, structureNames, derivedMembers, handles, samlAttributeWords, methods, versions, schemes,
		headerWordSet, qualities, mimeTypes, linkWords, authSchemes, agentFamilies, cspDirectives, cspSources, pathWords,
	} {
		for w := range set {
			add(w)
		}
	}
	for name, spec := range paramSpecs {
		add(name)
		for w := range spec.words {
			add(w)
		}
	}
	for name := range headerKinds {
		add(name, headerCase(name))
	}
	for _, f := range transcript.FactList() {
		add(string(f.Name))
		add(f.Codes...)
	}
	add(documentedSentences...)
	add(transcript.DerivedNames...)
	add(formatWords...)
	words := make([]string, 0, len(all))
	for w := range all {
		words = append(words, w)
	}
	slices.Sort(words)
	return strings.Join(words, "\n")
}

// headerCase is the usual writing of a header's name.
func headerCase(name string) string {
	parts := strings.Split(name, "-")
	for i, p := range parts {
		if p != "" {
			parts[i] = strings.ToUpper(p[:1]) + p[1:]
		}
	}
	return strings.Join(parts, "-")
}

// formatWords are the member names of the file and the words of its grammar
// that are in no other list.
var formatWords = []string{
	"startedDateTime", "pageTimings", "httpVersion", "queryString", "headersSize", "postData", "mimeType", "statusText", "redirectURL",
	"_proofwalk", "integration_digest", "proofwalk", "includeSubDomains", "X-XSS-Protection", "X-DNS-Prefetch-Control", "DNT", "TE",
	"SourceMap", "Sec-GPC", "Sec-CH-UA-Mobile", "sec-ch-ua-platform", "WWW-Authenticate", "XMLHttpRequest",
}
