package redact

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// Bounds of a JSON skeleton.
const (
	maxJSONDepth  = 12
	maxJSONItems  = 50
	maxJSONValues = 2000
	// maxSkeletonBytes is longer than any skeleton of maxJSONValues values.
	maxSkeletonBytes = 256 << 10
)

// jsonFound is what a body's JSON gave: the skeleton and the clear tokens and
// error words that facts need.
type jsonFound struct {
	text                 string
	accessToken, idToken string
	tokens               int
}

// skeleton is the memory of a walk, used again for the next body.
type skeleton struct {
	tokens jsonTokens
	out    []byte
}

// jsonWalk writes the skeleton of one body: known names, values by rule Q1,
// booleans and null as they are.
type jsonWalk struct {
	r      *run
	tokens *jsonTokens
	place  string
	found  jsonFound
	left   int
	handle string // of the attribute that is being read
	brings bool   // its values are attributes of the user
}

// json redacts a JSON text; a text that is none gives an empty skeleton, one
// that is cut gives what was whole.
func (r *run) json(text []byte, place string) jsonFound {
	limit := maxJSONBytes
	if r.again {
		limit = maxSkeletonBytes
	}
	text = text[:min(len(text), limit)]
	text = bytes.TrimSpace(text)
	if token, ok := jwtText(text); ok {
		return r.jwtBody(token, place)
	}
	if len(text) == 0 || text[0] != '{' && text[0] != '[' {
		if len(text) > 0 {
			r.report.add("B1", place)
		}
		return jsonFound{}
	}
	w := &jsonWalk{r: r, tokens: &r.skeleton.tokens, place: place, left: maxJSONValues, brings: r.bringsAttributes(place)}
	w.tokens.reset(text)
	r.skeleton.out = r.skeleton.out[:0]
	w.value("", 0)
	w.found.text = r.texts.Keep(r.skeleton.out)
	return w.found
}

func (w *jsonWalk) write(s string) { w.r.skeleton.out = append(w.r.skeleton.out, s...) }

func (w *jsonWalk) quote(s string) {
	w.r.skeleton.out = transcript.AppendString(w.r.skeleton.out, s)
}

// value writes the skeleton of the next value under the member name; it
// reports false at the end of what can be read.
func (w *jsonWalk) value(name string, depth int) bool {
	if !w.tokens.next() {
		w.write("null")
		return false
	}
	w.left--
	switch t := w.tokens; t.kind {
	case jsonBegin:
		if t.state == objectStart {
			return w.object(depth)
		}
		return w.array(name, depth)
	case jsonString:
		w.text(name, w.r.texts.Keep(t.value), depth)
	case jsonNumber:
		w.number(name, t.value)
	case jsonBool:
		w.write(strconv.FormatBool(t.isTrue))
	default:
		w.write("null")
	}
	return true
}

func (w *jsonWalk) object(depth int) bool {
	w.write("{")
	first, whole := true, true
	around := w.handle
	w.handle = ""
	defer func() { w.handle = around }()
	for w.tokens.more() {
		if !w.tokens.next() || w.tokens.kind != jsonString {
			whole = false
			break
		}
		name := w.r.texts.Keep(w.tokens.value)
		if depth >= maxJSONDepth || w.left <= 0 {
			w.r.report.add("B1", w.place)
			if whole = w.skip(); !whole {
				break
			}
			continue
		}
		if !first {
			w.write(",")
		}
		first = false
		w.quote(w.memberName(name))
		w.write(":")
		if whole = w.value(name, depth+1); !whole {
			break
		}
	}
	w.write("}")
	return whole && w.tokens.next()
}

func (w *jsonWalk) memberName(name string) string {
	if _, ok := w.r.spec(name); ok || w.r.isHandle(name) {
		return name
	}
	return w.r.name(name, w.place)
}

// isHandle tells whether a name is a documented or declared handle of an attribute.
func (r *run) isHandle(name string) bool {
	return isWord(handles, name) || r.r.public.handles[name]
}

func (w *jsonWalk) array(name string, depth int) bool {
	w.write("[")
	n, whole := 0, true
	for w.tokens.more() {
		if depth >= maxJSONDepth || n >= maxJSONItems || w.left <= 0 {
			w.r.report.add("B1", w.place)
			if whole = w.skip(); !whole {
				break
			}
			continue
		}
		if n > 0 {
			w.write(",")
		}
		n++
		if whole = w.value(name, depth+1); !whole {
			break
		}
	}
	w.write("]")
	return whole && w.tokens.next()
}

// skip passes over one value of any depth.
func (w *jsonWalk) skip() bool {
	for depth := 0; ; {
		if !w.tokens.next() {
			return false
		}
		switch w.tokens.kind {
		case jsonBegin:
			depth++
		case jsonEnd:
			depth--
		}
		if depth == 0 {
			return true
		}
	}
}

// text writes the redacted form of a string member, and after a token that is
// a JWT what its header and claims say.
func (w *jsonWalk) text(name, value string, depth int) {
	switch name {
	case "access_token", "id_token", "refresh_token":
		if value != "" && w.r.values.isClear(value) {
			w.found.tokens++
		}
	}
	switch name {
	case "access_token":
		w.found.accessToken = value
	case "id_token":
		w.found.idToken = value
	}
	w.quote(w.stringValue(name, value, depth))
	if name == "id_token" && depth+2 < maxJSONDepth {
		w.jwt(name, value, depth)
	}
}

func (w *jsonWalk) stringValue(name, value string, depth int) string {
	w.observe(name, value)
	if name == "value" && w.handle == "uuid" {
		name = w.handle
	}
	if spec, ok := w.r.spec(name); ok {
		return w.r.known(spec, value, w.place, 1)
	}
	if name == "handle" {
		w.handle = value
		if w.r.isHandle(value) {
			return value
		}
		return w.r.name(value, w.place)
	}
	if nested, ok := w.nested(value, depth); ok {
		return nested
	}
	return w.r.unknownValue(value, w.place, 1)
}

// nested gives the skeleton of JSON that stands in a string.
func (w *jsonWalk) nested(value string, depth int) (string, bool) {
	text := strings.TrimSpace(value)
	if len(text) < 2 || text[0] != '{' && text[0] != '[' || depth+1 >= maxJSONDepth || w.left <= 0 || !json.Valid([]byte(text)) {
		return "", false
	}
	if w.r.again {
		w.r.keep("B1", w.place)
	} else {
		w.r.report.add("B1", w.place)
	}
	start := len(w.r.skeleton.out)
	sub := &jsonWalk{r: w.r, tokens: &jsonTokens{}, place: w.place, left: w.left}
	sub.tokens.reset([]byte(text))
	sub.value("", depth+1)
	w.left = sub.left
	nested := string(w.r.skeleton.out[start:])
	w.r.skeleton.out = w.r.skeleton.out[:start]
	return nested, true
}

// number writes a number of known meaning and "~num" for any other.
func (w *jsonWalk) number(name string, value []byte) {
	out := "~num"
	switch spec, _ := w.r.spec(name); {
	case spec.kind == kindNumber:
		out = w.r.seconds(string(value), w.place)
	case spec.kind == kindTime:
		out = w.r.instant(string(value), w.place)
	case isSSNName(name) || name == "value" && isSSNName(w.handle):
		w.observe(name, string(value))
		w.r.report.add("N1", w.place)
	case name == "status" || name == "level_of_assurance":
		out = w.r.number(string(value), 999, w.place)
	default:
		w.r.report.add("N1", w.place)
	}
	if out == "~num" {
		w.quote(out)
		return
	}
	w.write(out)
}
