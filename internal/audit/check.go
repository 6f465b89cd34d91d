package audit

import (
	"errors"
	"fmt"
)

// maxInt is the largest whole number that every JSON reader keeps exactly.
const maxInt = 1<<53 - 1

// check holds an entry against its grammar; errors name fields, not values.
func check(e Entry) error {
	switch {
	case !isUUID(e.ID) || e.ID[14] != '7':
		return errors.New("id is not a UUIDv7")
	case e.PartnerID != "" && !isUUID(e.PartnerID):
		return errors.New("partner id is not a UUID")
	case e.IntegrationID != "" && !isUUID(e.IntegrationID):
		return errors.New("integration id is not a UUID")
	case !isWord(e.Action):
		return errors.New("action is not a word")
	case !isWord(e.Actor.Kind) || !isWord(e.Object.Kind):
		return errors.New("kind of actor or object is not a word")
	case !isText(e.Actor.ID) || !isText(e.Object.ID) || !isText(e.RequestID):
		return errors.New("an id is outside its alphabet")
	case e.At.UTC().Year() < 1970 || e.At.UTC().Year() > 9999:
		return errors.New("at is out of range")
	case len(e.Details) > MaxFields || len(e.Personal) > MaxFields:
		return errors.New("too many fields")
	}
	for name, v := range e.Details {
		if !isWord(name) {
			return errors.New("a name in details is not a word")
		}
		if err := checkValue(v); err != nil {
			return err
		}
	}
	for name, digest := range e.Personal {
		if !isWord(name) || !isDigest(digest) {
			return errors.New("personal holds something else than digests by name")
		}
	}
	return nil
}

func checkValue(v Value) error {
	switch v := v.v.(type) {
	case bool:
		return nil
	case int64:
		if v >= -maxInt && v <= maxInt {
			return nil
		}
		return errors.New("a number in details is too large")
	case string:
		if isText(v) {
			return nil
		}
		return errors.New("a text in details is outside its alphabet")
	default:
		return fmt.Errorf("details hold a %T", v)
	}
}

// isWord: lower-case letters, digits, '.' and '_', not empty.
func isWord(s string) bool {
	if s == "" || len(s) > MaxWord {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '_') {
			return false
		}
	}
	return true
}

// isText: the alphabet of identifiers, labels and code words; may be empty.
func isText(s string) bool {
	if len(s) > MaxText {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case c == '.', c == '_', c == ':', c == '/', c == '+', c == '#', c == '-':
		default:
			return false
		}
	}
	return true
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return false
			}
		} else if !isHex(s[i]) {
			return false
		}
	}
	return true
}

func isDigest(s string) bool {
	if len(s) != 64 {
		return false
	}
	for i := range len(s) {
		if !isHex(s[i]) {
			return false
		}
	}
	return true
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' }
