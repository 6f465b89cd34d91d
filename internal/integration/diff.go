package integration

import (
	"fmt"
	"reflect"
	"strings"
)

// Change is one field in which two configurations differ.
type Change struct {
	// Field is the name in integration.yaml with dots: "client.id",
	// "redirect_uris". A list is one field.
	Field string
	// Old and New are the values as text: true or false, and lists with a line
	// per element, the fields of an element as "handle: x; purpose: y".
	Old, New string
}

// Diff lists the fields in which b differs from a, in the order of the format.
func Diff(a, b Config) []Change {
	var out []Change
	before, after := leaves(a), leaves(b)
	for i, l := range before {
		if !l.equal(after[i]) {
			out = append(out, Change{Field: l.path, Old: l.text, New: after[i].text})
		}
	}
	return out
}

type leaf struct {
	path, text string
	value      reflect.Value
}

func (l leaf) equal(o leaf) bool {
	if l.value.Kind() == reflect.Slice && l.value.Len() == 0 && o.value.Len() == 0 {
		return true // not stated, or stated as a list of nothing
	}
	return reflect.DeepEqual(l.value.Interface(), o.value.Interface())
}

// leaves gives the same paths in the same order for every configuration.
func leaves(c Config) []leaf {
	var out []leaf
	var gather func(v reflect.Value, path string)
	gather = func(v reflect.Value, path string) {
		if v.Kind() != reflect.Struct {
			out = append(out, leaf{path, text(v), v})
			return
		}
		for i := range v.NumField() {
			gather(v.Field(i), join(path, v.Type().Field(i).Tag.Get("yaml")))
		}
	}
	gather(reflect.ValueOf(c), "")
	return out
}

func text(v reflect.Value) string {
	var parts []string
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			parts = append(parts, text(v.Index(i)))
		}
		return strings.Join(parts, "\n")
	case reflect.Struct:
		for i := range v.NumField() {
			if !v.Field(i).IsZero() {
				parts = append(parts, v.Type().Field(i).Tag.Get("yaml")+": "+text(v.Field(i)))
			}
		}
		return strings.Join(parts, "; ")
	}
	return fmt.Sprint(v.Interface())
}
