package text

import (
	"strings"

	"toolbay/backend/model"
)

// Fact gives the sentence for a fact: that of "<code>.<state>_<how>" where the
// argument "how" chooses among several, else that of "<code>.<state>". A fact
// without words comes back as its key, so that a gap is seen and not hidden.
func Fact(f model.Fact) string {
	key := f.Code + "." + f.State
	s, ok := words().Facts[key+"_"+f.Args["how"]]
	if !ok {
		s, ok = words().Facts[key]
	}
	if !ok {
		return key
	}
	args := map[string]string{}
	for k, v := range f.Args {
		if k == "lists" || k == "others" {
			v = Sources(strings.Split(v, ","))
		}
		args[k] = v
	}
	return fill(s, args)
}

// Sources joins the names of sources for a sentence.
func Sources(ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = Source(id)
	}
	return List(names)
}

// Source gives the name of a source; one that a person added has no other than
// its id.
func Source(id string) string {
	if name, ok := words().Lines["source."+id]; ok {
		return name
	}
	if name, ok := strings.CutPrefix(id, "file:"); ok {
		return name
	}
	return strings.TrimPrefix(id, "reg-")
}
