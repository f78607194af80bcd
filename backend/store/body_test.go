package store

import (
	"reflect"
	"testing"
	"time"

	"toolbay/backend/model"
)

// A field that says something comes back, whichever it is.
func TestEveryFieldOfAListingIsKept(t *testing.T) {
	full := model.Listing{
		Packages: []model.Package{{Type: "npm", Identifier: "x", Environment: []model.Input{{Name: "KEY", Secret: true}}}},
		Tools:    []model.Tool{{Name: "read"}},
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
