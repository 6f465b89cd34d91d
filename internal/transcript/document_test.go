package transcript_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

const (
	document   = "../../docs/redacted_har.md"
	schemaFile = "../../docs/redacted_har.schema.json"
)

var update = flag.Bool("update", false, "write the JSON schema anew")

func readDocument(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The document's table of facts is the closed list: names, types and words, in order.
func TestDocumentListsTheFacts(t *testing.T) {
	t.Parallel()
	_, table, ok := strings.Cut(readDocument(t), "| fact | type |")
	if !ok {
		t.Fatal("the document has no table of facts")
	}
	var got, want []string
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) == 5 && strings.HasPrefix(strings.TrimSpace(cells[1]), "`") {
			got = append(got, strings.Trim(cells[1], " `")+" "+strings.TrimSpace(cells[2]))
		}
	}
	for _, f := range transcript.FactList() {
		kind := string(f.Kind)
		if f.Kind == transcript.FactCode && f.Name != transcript.FactResourceType && f.Name != transcript.FactRawErrorCode {
			kind += ": " + strings.Join(f.Codes, ", ")
		}
		want = append(want, string(f.Name)+" "+kind)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("facts in the document (-code +document):\n%s", diff)
	}
}

// The document names every class, constant and derived field.
func TestDocumentListsTheClasses(t *testing.T) {
	t.Parallel()
	text := readDocument(t)
	if !strings.Contains(text, "ordinals: "+strings.Join(transcript.Classes, ", ")+".") {
		t.Error("the classes differ")
	}
	if !strings.Contains(text, "constants: `~"+strings.Join(transcript.Constants, "` `~")+"`.") {
		t.Error("the constants differ")
	}
	for _, name := range transcript.DerivedNames {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("the derived field %s is missing", name)
		}
	}
}

// The document names every word for what a capture cannot show.
func TestDocumentListsTheLimits(t *testing.T) {
	t.Parallel()
	_, line, _ := strings.Cut(readDocument(t), "| `source.limits` |")
	line, _, _ = strings.Cut(line, "\n")
	at := 0
	for _, word := range capture.LimitWords {
		next := strings.Index(line, "`"+word+"`")
		if next < at {
			t.Errorf("%s is missing from the document, or not in its place", word)
			continue
		}
		at = next
	}
}

// The schema is the one that the closed lists give.
func TestSchema(t *testing.T) {
	t.Parallel()
	var want bytes.Buffer
	enc := json.NewEncoder(&want)
	enc.SetIndent("", "  ")
	if err := enc.Encode(schema()); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(schemaFile, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.String(), string(got)); diff != "" {
		t.Errorf("schema (-lists +file); go test -update writes it:\n%s", diff)
	}
}

type object = map[string]any

// closed is an object with these members, all required but the optional ones,
// and no others.
func closed(members object, optional ...string) object {
	required := []string{}
	for name := range members {
		if !slices.Contains(optional, name) {
			required = append(required, name)
		}
	}
	slices.Sort(required)
	return object{"type": "object", "additionalProperties": false, "properties": members, "required": required}
}

func schema() object {
	text, count := object{"type": "string"}, object{"type": "integer", "minimum": -1}
	list := func(of any) object { return object{"type": "array", "items": of} }
	field := closed(object{"name": text, "value": text})
	cookie := closed(object{
		"name": text, "value": text, "path": text, "domain": text, "expires": text,
		"httpOnly": object{"type": "boolean"}, "secure": object{"type": "boolean"}, "sameSite": object{"enum": []string{"Lax", "Strict", "None"}},
	}, "path", "domain", "expires", "sameSite")
	moment := object{"type": "string", "pattern": `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`}
	word := object{"type": "string", "pattern": `^[A-Za-z0-9_.+-]{0,64}$`}
	request := closed(object{
		"method": text, "url": text, "httpVersion": text, "cookies": list(cookie), "headers": list(field), "queryString": list(field),
		"postData": closed(object{"mimeType": text, "params": list(field), "text": text}), "headersSize": count, "bodySize": count,
	}, "postData")
	response := closed(object{
		"status": object{"type": "integer", "minimum": 0, "maximum": 999}, "statusText": object{"const": ""}, "httpVersion": text,
		"cookies": list(cookie), "headers": list(field), "content": closed(object{"size": count, "mimeType": text, "text": text}, "text"),
		"redirectURL": text, "headersSize": count, "bodySize": count,
	})
	entry := closed(object{
		"pageref": text, "startedDateTime": moment, "time": count, "request": request, "response": response, "cache": closed(object{}),
		"timings": closed(object{"send": count, "wait": count, "receive": count}), "_facts": factSchema(),
	}, "pageref")
	marker := closed(object{
		"format": object{"const": transcript.Format}, "policy": object{"type": "integer", "minimum": 1}, "round": word,
		"redactor":           closed(object{"name": word, "version": word}),
		"source":             closed(object{"kind": word, "exporter": word, "limits": list(object{"enum": capture.LimitWords})}),
		"integration_digest": object{"type": "string", "pattern": `^([0-9a-f]{64})?$`},
	})
	log := closed(object{
		"version": object{"const": "1.2"}, "creator": closed(object{"name": object{"const": transcript.Creator}, "version": word}),
		"entries": list(entry), "pages": list(closed(object{"startedDateTime": moment, "id": text, "title": text, "pageTimings": closed(object{})})),
		"_proofwalk": marker,
	})
	root := closed(object{"log": log})
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "Redacted HAR, format 1"
	return root
}

func factSchema() object {
	members := object{}
	for _, f := range transcript.FactList() {
		switch f.Kind {
		case transcript.FactBool:
			members[string(f.Name)] = object{"type": "boolean"}
		case transcript.FactNumber:
			members[string(f.Name)] = object{"type": "integer", "minimum": 0, "maximum": transcript.MaxFactNumber}
		case transcript.FactCode:
			members[string(f.Name)] = object{"enum": f.Codes}
		}
	}
	return object{"type": "object", "additionalProperties": false, "properties": members}
}
