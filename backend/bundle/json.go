package bundle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

const (
	maxManifest = 1 << 20
	maxDepth    = 64
)

// object is a JSON object that knows the order of its keys: a form asks in the
// order in which its writer wrote.
type object struct {
	keys []string
	at   map[string]any
}

// readJSON reads one object. A key that stands twice is refused: programs
// differ in which one they take.
func readJSON(raw []byte) (object, error) {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if len(raw) > maxManifest {
		return object{}, errors.New("larger than 1 MB")
	}
	if !utf8.Valid(raw) {
		return object{}, errors.New("not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	v, err := value(d, 0)
	if err != nil {
		return object{}, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return object{}, errors.New("something follows the object")
	}
	o, ok := v.(object)
	if !ok {
		return object{}, errors.New("not an object")
	}
	return o, nil
}

func value(d *json.Decoder, depth int) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	open, ok := t.(json.Delim)
	if !ok {
		return t, nil
	}
	if depth == maxDepth {
		return nil, errors.New("nested too deep")
	}
	if open == '[' {
		list := []any{}
		for d.More() {
			v, err := value(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = d.Token()
		return list, err
	}
	o := object{at: map[string]any{}}
	for d.More() {
		k, err := d.Token()
		if err != nil {
			return nil, err
		}
		key, _ := k.(string)
		if _, twice := o.at[key]; twice {
			return nil, fmt.Errorf("the key %q stands twice", key)
		}
		v, err := value(d, depth+1)
		if err != nil {
			return nil, err
		}
		o.keys, o.at[key] = append(o.keys, key), v
	}
	_, err = d.Token()
	return o, err
}

func (o object) has(key string) bool { return o.at[key] != nil }

func (o object) object(key string) object {
	v, _ := o.at[key].(object)
	return v
}

// str gives a text; numbers and truth values are spelled out.
func (o object) str(key string) string { return spelled(o.at[key]) }

func (o object) bool(key string) bool { return o.str(key) == "true" }

// list gives the elements of a list; a single value counts as a list of one.
func (o object) list(key string) []any {
	switch v := o.at[key].(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}

// strings gives the plain values of a list.
func (o object) strings(key string) []string {
	out := []string{}
	for _, v := range o.list(key) {
		switch v.(type) {
		case string, json.Number, bool:
			out = append(out, spelled(v))
		}
	}
	return out
}

// number gives a number, nil when there is none.
func (o object) number(key string) *float64 {
	f, err := strconv.ParseFloat(o.str(key), 64)
	if err != nil || f != f || f-f != 0 {
		return nil
	}
	return &f
}

func spelled(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}
