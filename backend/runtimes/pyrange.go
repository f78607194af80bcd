package runtimes

import (
	"fmt"
	"strconv"
	"strings"
)

// PythonRange is a set of Python versions in the notation of Requires-Python
// (">=3.10,<3.14", "~=3.11", "!=3.12.*"), as PEP 440 defines it. Only released
// Pythons are ever asked about, so what follows the numbers of a version (rc1,
// .dev0) is left out.
type PythonRange struct{ rules []pyRule }

type pyRule struct {
	op   string
	v    [3]int
	n    int // how many numbers are given
	star bool
}

// ParsePythonRange reads a range; "" is every version.
func ParsePythonRange(s string) (PythonRange, error) {
	if len(s) > maxRange {
		return PythonRange{}, fmt.Errorf("range of Python versions of %d characters", len(s))
	}
	var r PythonRange
	for _, part := range strings.Split(s, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		rule, err := parsePyRule(part)
		if err != nil {
			return PythonRange{}, fmt.Errorf("range of Python versions %q: %w", s, err)
		}
		r.rules = append(r.rules, rule)
	}
	return r, nil
}

// PythonRangeOf reads Requires-Python on top of what MCP servers need at least.
// A typo of an author must not lock users out: what cannot be read allows
// everything above that.
func PythonRangeOf(requires string) PythonRange {
	floor, _ := ParsePythonRange(pythonFloor)
	r, err := ParsePythonRange(requires)
	if err != nil {
		return floor
	}
	r.rules = append(r.rules, floor.rules...)
	return r
}

func parsePyRule(s string) (pyRule, error) {
	var r pyRule
	for _, op := range []string{"===", "==", "!=", "~=", ">=", "<=", ">", "<"} {
		if rest, ok := strings.CutPrefix(s, op); ok {
			r.op, s = op, strings.TrimSpace(rest)
			break
		}
	}
	if r.op == "" {
		return r, fmt.Errorf("%q compares in no known way", s)
	}
	if rest, ok := strings.CutSuffix(s, ".*"); ok {
		if r.op != "==" && r.op != "!=" {
			return r, fmt.Errorf("%q cannot end in a star", s)
		}
		r.star, s = true, rest
	}
	var err error
	if r.v, r.n, err = pythonNumbers(s); err != nil {
		return r, err
	}
	if r.op == "~=" && r.n < 2 {
		return r, fmt.Errorf("%q names too few numbers", s)
	}
	return r, nil
}

// pythonNumbers reads up to three numbers from the start of a version.
func pythonNumbers(s string) (v [3]int, n int, err error) {
	s = strings.TrimPrefix(strings.TrimSpace(s), "v")
	for n < 3 {
		i := 0
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		if i == 0 {
			break
		}
		if v[n], err = strconv.Atoi(s[:i]); err != nil {
			return v, n, err
		}
		n++
		s = s[i:]
		if n < 3 && len(s) > 1 && s[0] == '.' && s[1] >= '0' && s[1] <= '9' {
			s = s[1:]
			continue
		}
		break
	}
	if n == 0 {
		return v, 0, fmt.Errorf("%q is no version", s)
	}
	return v, n, nil
}

// pythonVersion reads a released version; ok is false for anything else.
func pythonVersion(s string) (v [3]int, ok bool) {
	fields := strings.Split(s, ".")
	if len(fields) != 3 {
		return v, false
	}
	for i, f := range fields {
		n, err := strconv.Atoi(f)
		if err != nil || n < 0 {
			return v, false
		}
		v[i] = n
	}
	return v, true
}

// Has tells whether version, three numbers, satisfies the range.
func (r PythonRange) Has(version string) bool {
	v, ok := pythonVersion(version)
	if !ok {
		return false
	}
	for _, rule := range r.rules {
		if !rule.has(v) {
			return false
		}
	}
	return true
}

func (r pyRule) has(v [3]int) bool {
	order := 0
	for i := range v {
		if v[i] != r.v[i] {
			order = 1
			if v[i] < r.v[i] {
				order = -1
			}
			break
		}
	}
	// within tells that the first n numbers are the same.
	within := func(n int) bool {
		for i := range n {
			if v[i] != r.v[i] {
				return false
			}
		}
		return true
	}
	switch r.op {
	case "==", "===":
		return r.star && within(r.n) || order == 0
	case "!=":
		return order != 0 && !(r.star && within(r.n))
	case "~=":
		return order >= 0 && within(r.n-1)
	case ">=":
		return order >= 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	default: // "<"
		return order < 0
	}
}
