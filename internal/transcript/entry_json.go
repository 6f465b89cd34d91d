package transcript

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// EncodeEntry gives an entry as the JSON it is in a file, by itself.
func EncodeEntry(e *Entry) ([]byte, error) {
	b, err := json.Marshal(toWire(e))
	if err != nil {
		return nil, fmt.Errorf("encoding an entry: %w", err)
	}
	return b, nil
}

// DecodeEntry reads what EncodeEntry gave, in any order of members, as the
// entry with the given index. It is as strict as Read.
func DecodeEntry(b []byte, index int) (Entry, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	var w wireEntry
	if err := dec.Decode(&w); err != nil {
		return Entry{}, fmt.Errorf("decoding an entry: %w", err)
	}
	e, err := fromWire(&w, index)
	if err != nil {
		return Entry{}, fmt.Errorf("decoding an entry: %w", err)
	}
	return e, nil
}
