package mcpb

import (
	"strconv"
	"strings"

	"toolbay/backend/pattern"
)

// A bundle writes the versions it needs as Node's people do (">=18 <23",
// "^20") or as Python's do (">=3.10,<4", "~=3.11"), whatever it runs on.

var comparator = pattern.New(`(\|\||~=|===?|!=|>=|<=|>|<|\^|~)?\s*([0-9]+(?:\.(?:[0-9]+|x|X|\*))*[0-9A-Za-z.+-]*|\*|x|X|latest)?`)

type bound struct{ op, version string }

// bounds reads a range of either kind as alternatives of comparators.
func bounds(s string) [][]bound {
	var all [][]bound
	for _, part := range strings.Split(s, "||") {
		var set []bound
		for _, m := range comparator().FindAllStringSubmatch(strings.ReplaceAll(part, ",", " "), 50) {
			if m[2] != "" {
				set = append(set, bound{m[1], m[2]})
			}
		}
		all = append(all, set)
	}
	return all
}

// npmRange writes a range as npm's people do.
func npmRange(s string) string {
	var alternatives []string
	for _, set := range bounds(s) {
		var words []string
		for _, b := range set {
			switch b.op {
			case "!=": // npm has no way to say it
			case "~=":
				lower, upper := compatible(b.version)
				words = append(words, ">="+lower, "<"+upper)
			case "==", "===":
				words = append(words, strings.ReplaceAll(b.version, "*", "x"))
			default:
				words = append(words, b.op+strings.ReplaceAll(b.version, "*", "x"))
			}
		}
		if len(words) == 0 {
			return "" // any
		}
		alternatives = append(alternatives, strings.Join(words, " "))
	}
	return strings.Join(alternatives, " || ")
}

// pythonRange writes a range as Python's people do. Of alternatives, which they
// do not have, the last holds: that is the newest as people write them.
func pythonRange(s string) string {
	all := bounds(s)
	if len(all) == 0 {
		return ""
	}
	var words []string
	for _, b := range all[len(all)-1] {
		v := strings.TrimSuffix(strings.NewReplacer("x", "*", "X", "*").Replace(b.version), ".*")
		open := v != b.version
		if v == "*" || v == "latest" {
			continue
		}
		n := strings.Count(v, ".") + 1
		switch b.op {
		case "^":
			major, _, _ := strings.Cut(v, ".")
			words = append(words, ">="+v, "<"+next(major))
		case "~":
			lower := v
			if n >= 2 {
				parts := strings.SplitN(v, ".", 3)
				words = append(words, ">="+lower, "<"+parts[0]+"."+next(parts[1]))
			} else {
				words = append(words, ">="+lower, "<"+next(v))
			}
		case "", "==", "===":
			if open || b.op == "" && n < 3 {
				words = append(words, "=="+v+".*")
			} else {
				words = append(words, "=="+v)
			}
		case "!=":
			if open {
				v += ".*"
			}
			words = append(words, "!="+v)
		default:
			words = append(words, b.op+v)
		}
	}
	return strings.Join(words, ",")
}

// compatible gives the bounds of ~=: "~=3.11" is >=3.11 <4, "~=3.11.2" is
// >=3.11.2 <3.12.
func compatible(v string) (lower, upper string) {
	parts := strings.Split(v, ".")
	if len(parts) < 2 {
		return v, next(v)
	}
	parts = parts[:len(parts)-1]
	parts[len(parts)-1] = next(parts[len(parts)-1])
	return v, strings.Join(parts, ".")
}

func next(n string) string {
	i, err := strconv.Atoi(n)
	if err != nil {
		return n
	}
	return strconv.Itoa(i + 1)
}
