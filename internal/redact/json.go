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

// jsonWalk writes the skeleton of one body: known names, values by rule Q1,
// booleans and null as they are.
type jsonWalk struct {
	r     *run
	dec   *json.Decoder
	place string
	out   strings.Builder
	found jsonFound
	left  int
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
	if len(text) == 0 || text[0] != '{' && text[0] != '[' {
		if len(text) > 0 {
			r.report.add("B1", place)
		}
		return jsonFound{}
	}
	w := &jsonWalk{r: r, dec: json.NewDecoder(bytes.NewReader(text)), place: place, left: maxJSONValues}
	w.dec.UseNumber()
	w.value("", 0)
	w.found.text = w.out.String()
	return w.found
}

// value writes the skeleton of the next value under the member name; it
// reports false at the end of what can be read.
func (w *jsonWalk) value(name string, depth int) bool {
	token, err := w.dec.Token()
	if err != nil {
		w.out.WriteString("null")
		return false
	}
	w.left--
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			return w.object(depth)
		}
		return w.array(name, depth)
	case string:
		w.text(name, t, depth)
	case json.Number:
		w.number(name, t.String())
	case bool:
		w.out.WriteString(strconv.FormatBool(t))
	default:
		w.out.WriteString("null")
	}
	return true
}

func (w *jsonWalk) object(depth int) bool {
	w.out.WriteByte('{')
	first, whole := true, true
	for w.dec.More() {
		token, err := w.dec.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			whole = false
			break
		}
		if depth >= maxJSONDepth || w.left <= 0 {
			w.r.report.add("B1", w.place)
			if whole = w.skip(); !whole {
				break
			}
			continue
		}
		if !first {
			w.out.WriteByte(',')
		}
		first = false
		w.quote(w.memberName(name))
		w.out.WriteByte(':')
		if whole = w.value(name, depth+1); !whole {
			break
		}
	}
	w.out.WriteByte('}')
	if !whole {
		return false
	}
	_, err := w.dec.Token()
	return err == nil
}

func (w *jsonWalk) memberName(name string) string {
	if _, ok := paramSpecs[name]; ok {
		return name
	}
	return w.r.name(name, w.place)
}

func (w *jsonWalk) array(name string, depth int) bool {
	w.out.WriteByte('[')
	n, whole := 0, true
	for w.dec.More() {
		if depth >= maxJSONDepth || n >= maxJSONItems || w.left <= 0 {
			w.r.report.add("B1", w.place)
			if whole = w.skip(); !whole {
				break
			}
			continue
		}
		if n > 0 {
			w.out.WriteByte(',')
		}
		n++
		if whole = w.value(name, depth+1); !whole {
			break
		}
	}
	w.out.WriteByte(']')
	if !whole {
		return false
	}
	_, err := w.dec.Token()
	return err == nil
}

// skip passes over one value of any depth.
func (w *jsonWalk) skip() bool {
	depth := 0
	for {
		token, err := w.dec.Token()
		if err != nil {
			return false
		}
		if d, ok := token.(json.Delim); ok {
			if d == '{' || d == '[' {
				depth++
			} else {
				depth--
			}
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
		if value != "" && transcript.ParseValue(value).Kind == transcript.Clear {
			w.found.tokens++
		}
	}
	switch name {
	case "access_token":
		w.found.accessToken = value
	case "id_token":
		w.found.idToken = value
	}
	w.quote(w.stringValue(name, value))
	if name == "id_token" && depth+2 < maxJSONDepth {
		w.idToken(value, depth)
	}
}

func (w *jsonWalk) stringValue(name, value string) string {
	if spec, ok := paramSpecs[name]; ok {
		return w.r.known(spec, value, w.place, 1)
	}
	if name == "handle" {
		if _, ok := handles[value]; ok || w.r.r.public.handles[value] {
			return value
		}
	}
	return w.r.unknownValue(value, w.place, 1)
}

// number writes a number of known meaning and "~num" for any other.
func (w *jsonWalk) number(name, value string) {
	out := "~num"
	switch spec := paramSpecs[name]; {
	case spec.kind == kindNumber:
		out = w.r.number(value, 99_999_999, w.place)
	case spec.kind == kindTime:
		out = w.r.instant(value, w.place)
	case name == "status" || name == "level_of_assurance":
		out = w.r.number(value, 999, w.place)
	default:
		w.r.report.add("N1", w.place)
	}
	if out == "~num" {
		w.quote(out)
		return
	}
	w.out.WriteString(out)
}

func (w *jsonWalk) quote(s string) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		w.out.WriteString(`""`)
		return
	}
	w.out.Write(bytes.TrimSuffix(buf.Bytes(), []byte("\n")))
}
