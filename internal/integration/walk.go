package integration

import (
	"reflect"
	"strconv"
)

// walk visits every leaf of the configuration in the order of the document:
// strings, booleans and lists, by their name in integration.yaml with dots.
// Elements of lists follow their list, with their number from 0 in brackets.
func walk(v reflect.Value, path string, visit func(path string, v reflect.Value)) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			walk(v.Field(i), join(path, v.Type().Field(i).Tag.Get("yaml")), visit)
		}
	case reflect.Slice:
		visit(path, v)
		for i := range v.Len() {
			walk(v.Index(i), element(path, i), visit)
		}
	default:
		visit(path, v)
	}
}

// Text is one string of a configuration.
type Text struct {
	// Field is the name in integration.yaml with dots, elements of lists with
	// their number from 0: "redirect_uris[0]", "contacts[1].email".
	Field, Text string
}

// Texts gives every string that is not empty, in the order of the document.
func Texts(c Config) []Text {
	var out []Text
	walk(reflect.ValueOf(c), "", func(path string, v reflect.Value) {
		if v.Kind() == reflect.String && v.String() != "" {
			out = append(out, Text{path, v.String()})
		}
	})
	return out
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func element(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// emptyLists makes every empty list nil, or every nil list empty: a list that
// is not stated and a list of nothing are the same configuration.
func emptyLists(c *Config, toNil bool) {
	walk(reflect.ValueOf(c).Elem(), "", func(_ string, v reflect.Value) {
		if v.Kind() != reflect.Slice || v.Len() > 0 {
			return
		}
		if toNil {
			v.SetZero()
		} else {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
	})
}
