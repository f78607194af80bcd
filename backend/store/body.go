package store

import (
	"encoding/json"
	"reflect"
	"strings"
	"sync"

	"toolbay/backend/model"
)

// compact is model.Listing with tags that leave out of its JSON whatever says
// nothing: a sixth of a row, and as much of the time to read it.
var compact = sync.OnceValue(func() reflect.Type {
	t := reflect.TypeFor[model.Listing]()
	fields := make([]reflect.StructField, t.NumField())
	for i := range fields {
		fields[i] = t.Field(i)
		name, _, _ := strings.Cut(fields[i].Tag.Get("json"), ",")
		fields[i].Tag = reflect.StructTag(`json:"` + name + `,omitempty,omitzero"`)
	}
	return reflect.StructOf(fields)
})

// body is a listing as it is kept in a column.
func body(l model.Listing) (string, error) {
	b, err := json.Marshal(reflect.ValueOf(l).Convert(compact()).Interface())
	return string(b), err
}

// readBody reads what body made. No list in it is nil that callers show.
func readBody(b []byte, l *model.Listing) error {
	if err := json.Unmarshal(b, l); err != nil {
		return err
	}
	if l.Packages == nil {
		l.Packages = []model.Package{}
	}
	if l.Tools == nil {
		l.Tools = []model.Tool{}
	}
	return nil
}
