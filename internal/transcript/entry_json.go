package transcript

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// DecodeEntry reads an entry by itself, in any order of members, as the
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
