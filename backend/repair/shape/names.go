package shape

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"toolbay/backend/repair/finding"
)

// slips finds keys that differ from those of the app by case or a slip of the
// fingers.
func (e *entry) slips() {
	own := append([]string{e.commandKey(), e.d.Env, "args", "headers", "type", "disabled", "enabled"}, e.urlKeys()...)
	if e.d.CommandList {
		own = slices.DeleteFunc(own, func(k string) bool { return k == "args" })
	}
	for _, m := range slices.Clone(e.o) {
		if slices.Contains(own, m.Key) || known(m.Key) {
			continue
		}
		for _, k := range own {
			if has(e.o, k) || (k == "disabled" || k == "enabled") && (e.d.Off == nil || e.d.Off.Key != k) {
				continue
			}
			same := plain(m.Key) == plain(k)
			if !same && !near(strings.ToLower(m.Key), strings.ToLower(k)) {
				continue
			}
			code := "ENTRY_WRONG_FIELD_NAME"
			if slices.Contains(e.urlKeys(), k) {
				code = "ENTRY_WRONG_URL_FIELD"
			}
			e.add(code, func(f *finding.Finding) {
				e.at(f, m.Key, k)
				if !same {
					f.Fix = finding.Confirm
				}
				e.rename(f, m.Key, k)
			})
			break
		}
	}
}

// known tells a key that some app has.
func known(key string) bool {
	_, off := offKeys[key]
	return off || slices.Contains(commandKeys, key) || slices.Contains(argsKeys, key) || slices.Contains(envKeys, key) ||
		slices.Contains(urlKeys, key) || slices.Contains(headerKeys, key) || slices.Contains(headerHolds, key) || slices.Contains(typeKeys, key) || otherKeys[key]
}

var otherKeys = map[string]bool{"name": true, "cwd": true, "timeout": true, "tools": true, "trust": true, "oauth": true, "auth": true, "dev": true, "envFile": true,
	"source": true, "settings": true, "required": true, "bundled": true, "description": true, "version": true, "gallery": true, "scopes": true, "metadata": true}

// called looks at the entry's name.
func (e *entry) called(taken func(string) bool) {
	if taken == nil {
		return
	}
	name := e.name
	if slices.Contains(e.File.App.Reserved, name) {
		e.add("ENTRY_RESERVED_NAME", func(f *finding.Finding) {
			f.Args["name"] = name
			f.Changes = []finding.Change{{Path: e.path, Key: free(name, taken)}}
			f.Needs = e.File.App.Name + " keeps the name " + name + " for itself: may the server have another one?"
		})
		return
	}
	trimmed := strings.TrimFunc(name, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) })
	trimmed = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, trimmed)
	trimmed = spelled(trimmed, e.File.App.NameSigns)
	if name == trimmed && name != "" {
		return
	}
	e.add("ENTRY_INVALID_NAME", func(f *finding.Finding) {
		to := cmp.Or(trimmed, spelled(packageName(startWords(e.o)), e.File.App.NameSigns))
		if taken(to) {
			to = free(to, taken)
		}
		f.Args["name"], f.Args["wanted"] = name, to
		f.Changes = []finding.Change{{Path: e.path, Key: to}}
	})
}

// spelled writes a name with letters and digits of ASCII and some signs, when an
// app takes no others.
func spelled(name, signs string) string {
	if signs == "" {
		return name
	}
	var out strings.Builder
	for _, r := range norm.NFKD.String(name) {
		switch {
		case unicode.Is(unicode.Mn, r): // what stood over a letter
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) || strings.ContainsRune(signs, r):
			out.WriteRune(r)
		case out.Len() > 0 && !strings.HasSuffix(out.String(), "-"):
			out.WriteByte('-')
		}
	}
	return strings.TrimSuffix(out.String(), "-")
}
