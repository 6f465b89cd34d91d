package redact_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// A fact that an entry of this kind cannot have is doubted: here all facts are
// written by hand to a picture of an undeclared host.
func TestAddedFactsAreDoubted(t *testing.T) {
	t.Parallel()
	picture := withBody("image/png", "PNG")
	r := redact.New(options(config(t, "right")))
	once := redacted(t, r, harOf(picture))
	// What such an entry may have, as far as it shows.
	free := []transcript.Fact{
		transcript.FactFailed, transcript.FactResourceType, transcript.FactTruncatedBody,
		transcript.FactSocketSent, transcript.FactSocketReceived, transcript.FactSocketBytes, transcript.FactEvents, transcript.FactEventBytes,
	}
	for _, spec := range transcript.FactList() {
		value := any(true)
		switch spec.Kind {
		case transcript.FactNumber:
			value = 7
		case transcript.FactCode:
			value = spec.Codes[0]
		}
		file := rewritten(t, once, func(e *transcript.Entry) { e.Facts[spec.Name] = value })
		got := secondPass(t, withNames(options(config(t, "right")), r.Names()), file).Contradictions
		want := []redact.Contradiction{{Entry: 0, Fact: spec.Name}}
		if slices.Contains(free, spec.Name) {
			want = nil
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: doubted are %v, want %v", spec.Name, got, want)
		}
	}
}

// put is a value that somebody puts back into a redacted file.
const put = "put-back-4711-xyz"

// putBack gives every place of an entry into which a value can be put back, and
// how.
func putBack(e *transcript.Entry) map[string]func() {
	out := map[string]func(){
		"method": func() { e.Request.Method = put }, "address": func() { e.Request.URL += "/" + put }, "HTTP version": func() { e.Request.HTTPVersion = put },
		"page reference": func() { e.PageRef = put },
		"parameter":      func() { e.Request.URL += "?state=" + put }, "fragment": func() { e.Request.URL += "#" + put }, "host": func() { e.Request.URL = "https://" + put + ".example.org/" },
		"known header": func() {
			e.Request.Headers = append(e.Request.Headers, transcript.Field{Name: "Referer", Value: "https://localhost/" + put})
		},
		"unknown header": func() { e.Request.Headers = append(e.Request.Headers, transcript.Field{Name: "X-" + put, Value: "1"}) },
		"header value":   func() { e.Request.Headers = append(e.Request.Headers, transcript.Field{Name: "Accept", Value: put}) },
		"authorization": func() {
			e.Request.Headers = append(e.Request.Headers, transcript.Field{Name: "Authorization", Value: "Bearer " + put})
		},
		"content type": func() {
			e.Request.Headers = append(e.Request.Headers, transcript.Field{Name: "Content-Type", Value: put})
		},
		"cookie header": func() {
			e.Request.Headers = append(e.Request.Headers, transcript.Field{Name: "Cookie", Value: "a=" + put})
		},
		"form": func() {
			e.Request.BodyMIME, e.Request.BodyText, e.Request.Form = "application/x-www-form-urlencoded", "", append(e.Request.Form, transcript.Field{Name: "code", Value: put})
		},
		"request body": func() {
			e.Request.BodyMIME, e.Request.Form, e.Request.BodyText = "application/json", nil, `{"code":"`+put+`"}`
		},
		"request size": func() { e.Request.BodySize = 12_345 },
	}
	if p := e.Response; p != nil {
		out["redirect"] = func() { p.RedirectURL, p.Headers = "https://localhost/"+put, nil }
		out["response header"] = func() { p.Headers = append(p.Headers, transcript.Field{Name: "Server", Value: put}) }
		out["Set-Cookie"] = func() {
			p.Headers = append(p.Headers, transcript.Field{Name: "Set-Cookie", Value: "a=b; Path=/" + put})
		}
		out["response body"] = func() { p.BodyMIME, p.BodyText = "application/json", `{"`+put+`":1}` }
		out["page"] = func() { p.BodyMIME, p.BodyText = "text/html", "<p>"+put }
		out["number"] = func() { p.BodyMIME, p.BodyText = "application/json", `{"id":4711}` }
		out["response size"] = func() { p.BodySize = 12_345 }
		out["response HTTP version"] = func() { p.HTTPVersion = put }
	}
	return out
}

// Whatever is put back into a redacted file by hand, the second pass finds it
// and names the entry: any place of an entry, in every capture there is.
func TestWhatIsPutBackIsFound(t *testing.T) {
	t.Parallel()
	tried := 0
	for name, cfg := range captureFiles(t) {
		r := redact.New(options(cfg))
		once := redacted(t, r, readFile(t, name))
		entries := parsed(t, once).Entries
		entry := len(entries) / 2
		for place := range putBack(&entries[entry]) {
			file := rewritten(t, once, func(e *transcript.Entry) {
				if e.Index == entry {
					putBack(e)[place]()
				}
			})
			tried++
			report := secondPass(t, withNames(options(cfg), r.Names()), file)
			if len(report.Items) == 0 {
				t.Errorf("%s, entry %d: nothing is found of what was put back as %s", filepath.Base(name), entry, place)
			}
			for _, it := range report.Items {
				if it.Entry != entry {
					t.Errorf("%s: %s was put back into entry %d, found is %+v", filepath.Base(name), place, entry, it)
				}
			}
		}
	}
	t.Logf("%d values put back, all found", tried)
	if tried < 350 {
		t.Errorf("%d values only were put back", tried)
	}
}

// The same holds for what our writer cannot write: members of the file by hand.
func TestMembersPutBackAreFound(t *testing.T) {
	t.Parallel()
	r := redact.New(options(nil))
	once := string(redacted(t, r, readFile(t, oktaHAR)))
	for place, edit := range map[string][2]string{
		"status text":             {`"statusText":""`, `"statusText":"` + put + `"`},
		"comment":                 {`"cache":{}`, `"comment":"` + put + `","cache":{}`},
		"cache":                   {`"cache":{}`, `"cache":{"afterRequest":{"eTag":"` + put + `"}}`},
		"vendor field":            {`"cache":{}`, `"_vendor":"` + put + `","cache":{}`},
		"vendor field of request": {`"headersSize":-1`, `"_vendor":"` + put + `","headersSize":-1`},
		"initiator":               {`"cache":{}`, `"_initiator":{"url":"` + put + `"},"cache":{}`},
		"WebSocket message":       {`"cache":{}`, `"_webSocketMessages":[{"data":"` + put + `"}],"cache":{}`},
		"time":                    {`"time":`, `"time":0.4711`},
		"page title":              {`"pages":[`, `"pages":[{"id":"page_1","title":"` + put + `"}`},
		"fact":                    {`"_facts":{`, `"_facts":{"` + put + `":true,`},
		"creator":                 {`"creator":{`, `"creator":{"comment":"` + put + `",`},
		"log":                     {`"entries":[`, `"comment":"` + put + `","entries":[`},
		"file":                    {`{"log":`, `{"_x":"` + put + `","log":`},
		"marker":                  {`"_proofwalk":{`, `"_proofwalk":{"x":"` + put + `",`},
		"content":                 {`"content":{`, `"content":{"comment":"` + put + `",`},
		"cookie":                  {`"httpOnly":`, `"comment":"` + put + `","httpOnly":`},
		"field":                   {`"headers":[{`, `"headers":[{"comment":"` + put + `",`},
	} {
		file := strings.Replace(once, edit[0], edit[1], 1)
		if file == once {
			t.Errorf("%s: the file does not hold %s", place, edit[0])
			continue
		}
		report := secondPass(t, withNames(options(nil), r.Names()), []byte(file))
		if len(report.Items) == 0 {
			t.Errorf("nothing is found of what was put back as %s", place)
		}
		if !strings.HasPrefix(file, ourHead[:40]) { // which is taken for a raw one throughout
			if report.Again > 0 || report.Before == nil {
				t.Errorf("%s: %d entries are taken for redacted ones", place, report.Again)
			}
			continue
		}
		for _, it := range report.Items {
			if it.Entry > 0 {
				t.Errorf("%s: found is %s", place, fmt.Sprintf("%+v", it))
			}
		}
	}
}

// A file of another version of the program, read byte by byte, is unchanged all
// the same; one that was only cut off is not taken for one that was changed.
func TestUnchangedFilesAreKnown(t *testing.T) {
	t.Parallel()
	o := options(nil)
	o.Version = "0.0.9-older"
	r := redact.New(o)
	var once, twice bytes.Buffer
	if _, err := r.HAR(&once, bytes.NewReader(readFile(t, captures+"/recorded/right-happy-path.har")), capture.Limits{}); err != nil {
		t.Fatal(err)
	}
	report, err := redact.New(withNames(options(nil), r.Names())).HAR(&twice, iotest.OneByteReader(bytes.NewReader(once.Bytes())), capture.Limits{})
	if err != nil || report.Total() != 0 {
		t.Errorf("found are %+v, %v", report.Items, err)
	}
	for name, file := range map[string][]byte{
		"byte order mark": append([]byte("\ufeff"), once.Bytes()...), "UTF-16": utf16Of(once.String()),
	} {
		if report := secondPass(t, withNames(options(nil), r.Names()), file); report.Total() != 0 {
			t.Errorf("with %s, found are %+v", name, report.Items)
		}
	}
	indented := bytes.Replace(once.Bytes(), []byte(`"request":`), []byte(`"request": `), 1)
	if report := secondPass(t, withNames(options(nil), r.Names()), indented); len(report.Items) != 1 || report.Items[0] != (redact.Item{Rule: "V1", Place: "file", Count: 1, Entry: 0}) {
		t.Errorf("of a file with one more blank, found are %+v", report.Items)
	}
}

// utf16Of writes a text in UTF-16 with its byte order mark.
func utf16Of(text string) []byte {
	out := []byte{0xff, 0xfe}
	for _, c := range utf16.Encode([]rune(text)) {
		out = binary.LittleEndian.AppendUint16(out, c)
	}
	return out
}
