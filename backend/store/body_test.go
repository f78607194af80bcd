package store

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"toolbay/backend/model"
)

// A field that says something comes back, whichever it is.
func TestEveryFieldOfAListingIsKept(t *testing.T) {
	full := model.Listing{
		Packages: []model.Package{{Type: "npm", Identifier: "x", Environment: []model.Input{{Name: "KEY", Secret: true}},
			Hosts: []string{"a.example:443"}, Tools: []model.ContainerTool{{Name: "curl", Image: "acme/curl", Command: []string{"{{args|into}}"}, Parameters: json.RawMessage(`{"type":"object"}`)}}}},
		Tools: []model.Tool{{Name: "read"}},
	}
	v := reflect.ValueOf(&full).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Interface().(type) {
		case time.Time:
			f.Set(reflect.ValueOf(time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)))
		case []string:
			f.Set(reflect.ValueOf([]string{"a", "b"}))
		case []model.Package, []model.Tool:
		default:
			switch f.Kind() {
			case reflect.String:
				f.SetString("some text")
			case reflect.Int:
				f.SetInt(7)
			case reflect.Bool:
				f.SetBool(true)
			default:
				t.Fatalf("a field of a new kind: %s", v.Type().Field(i).Name)
			}
		}
	}
	for name, want := range map[string]model.Listing{
		"full":  full,
		"empty": {Packages: []model.Package{}, Tools: []model.Tool{}},
	} {
		b, err := body(want)
		if err != nil {
			t.Fatal(err)
		}
		var got model.Listing
		if err := readBody([]byte(b), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if name == "empty" && b != "{}" {
			t.Errorf("what says nothing is kept: %s", b)
		}
	}
}

// byTags is what encoding/json makes of a listing when every field is left out
// that says nothing.
func byTags(t *testing.T, l model.Listing) string {
	of := reflect.TypeFor[model.Listing]()
	fields := make([]reflect.StructField, of.NumField())
	for i := range fields {
		fields[i] = of.Field(i)
		name, _, _ := strings.Cut(fields[i].Tag.Get("json"), ",")
		fields[i].Tag = reflect.StructTag(`json:"` + name + `,omitempty,omitzero"`)
	}
	b, err := json.Marshal(reflect.ValueOf(l).Convert(reflect.StructOf(fields)).Interface())
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var awkward = []string{
	"", "", "notes", "two words", "tab\tline\nreturn\r", `quote " and \ back`, "a <b> & c", "café — naïve", "日本語", "\u2028\u2029", "\x00\x01\x1f\x7f",
	"bad \xff utf", "\b\f", "😀 surrogates", `{"id":"x"}`, `","name":"evil`, "\ufffd", "\xed\xa0\x80",
}

// filled puts arbitrary things into every field of what v points to.
func filled(r *rand.Rand, v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(awkward[r.IntN(len(awkward))])
	case reflect.Int:
		v.SetInt([]int64{0, 1, -5, 1 << 40}[r.IntN(4)])
	case reflect.Float64:
		v.SetFloat([]float64{0, 1, -0.5, 1e21, 1e-7, 65535}[r.IntN(6)])
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Pointer:
		if r.IntN(2) == 0 {
			v.Set(reflect.New(v.Type().Elem()))
			filled(r, v.Elem(), depth)
		}
	case reflect.Slice:
		if raw, ok := v.Addr().Interface().(*json.RawMessage); ok {
			*raw = []json.RawMessage{nil, json.RawMessage(`{"type":"object","x":["a",1]}`)}[r.IntN(2)]
			return
		}
		if n := r.IntN(3); n > 0 && depth < 5 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				filled(r, v.Index(i), depth+1)
			}
		}
	case reflect.Map:
		if n := r.IntN(6) - 3; n > 0 && depth < 5 {
			v.Set(reflect.MakeMap(v.Type()))
			for range n {
				in := reflect.New(v.Type().Elem()).Elem()
				filled(r, in, depth+1)
				v.SetMapIndex(reflect.ValueOf(awkward[r.IntN(len(awkward))]), in)
			}
		}
	case reflect.Struct:
		if t, ok := v.Addr().Interface().(*time.Time); ok {
			if r.IntN(3) > 0 {
				*t = time.Unix(r.Int64N(1<<33), r.Int64N(2)*r.Int64N(1e9)).In(time.FixedZone("", 3600*r.IntN(3)))
			}
			return
		}
		for i := range v.NumField() {
			filled(r, v.Field(i), depth)
		}
	default:
		panic("a field of a new kind: " + v.Kind().String())
	}
}

// What is written by hand is what encoding/json writes, and is read as it
// reads it; and it is read by hand, as far as it is well made.
func TestBodyIsJSON(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	left := 0
	for range 3000 {
		var l, got, want model.Listing
		filled(r, reflect.ValueOf(&l).Elem(), 0)
		b, err := body(l)
		if err != nil {
			t.Fatal(err)
		}
		if p := byTags(t, l); b != p {
			t.Fatalf("written\n%s\nencoding/json\n%s", b, p)
		}
		if err := json.Unmarshal([]byte(b), &want); err != nil {
			t.Fatal(err)
		}
		by := reader{s: b}
		by.listing(&got)
		if by.bad || by.at != len(b) {
			left++
			continue
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%s\nread\n%+v\nencoding/json\n%+v", b, got, want)
		}
	}
	if left > 0 {
		t.Errorf("%d were not read by hand", left)
	}
	if _, err := body(model.Listing{Updated: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)}); err == nil {
		t.Error("a year that JSON cannot tell was written")
	}
}

// Whatever stands in a row is read as encoding/json reads it.
func FuzzReadBody(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		var l model.Listing
		filled(r, reflect.ValueOf(&l).Elem(), 0)
		b, err := body(l)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	for _, s := range []string{
		"", "{", "{}", "{}x", " {}", `{"id":"a","id":"b"}`, `{"name":"b","id":"a"}`, `{"id":null}`, `{,"id":"a"}`, `{"id":"a""name":"b"}`, `{"id":"\ud800"}`,
		`{"ID":"a"}`, `{"featured":01}`, `{"featured":-0}`, `{"featured":1e3}`, `{"tags":[]}`, `{"tags":["a",]}`, `{"updated":"nope"}`, `{"packages":[{}]}`,
		`{"updated":"2026-01-02T03:04:05\u005a"}`, `{"vendor":false}`, `{"packages":[{"variables":{}}]}`, `{"packages":[{"variables":{"a":{},"a":{"name":"b"}}}]}`, `{"id":"a`, `{"id":"\`, `{"id":"\u12`,
		`{"packages":[{"type":"x",}]}`, "{\"id\":\"\x01\"}", `{"id":"a",}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got, want model.Listing
		err, wantErr := readText(s, &got), json.Unmarshal([]byte(s), &want)
		if (err != nil) != (wantErr != nil) {
			t.Fatalf("%q: %v, encoding/json says %v", s, err, wantErr)
		}
		if err != nil {
			return
		}
		if want.Packages == nil {
			want.Packages = []model.Package{}
		}
		if want.Tools == nil {
			want.Tools = []model.Tool{}
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q\nread\n%+v\nencoding/json\n%+v", s, got, want)
		}
	})
}
