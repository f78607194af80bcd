package tolerant

import (
	"encoding/json"
	"math/big"
	"strings"

	"toolbay/backend/repair/finding"
)

// literal tells that a word is a value by itself.
func literal(s string) bool {
	_, _, ok := value(s)
	return ok
}

// value gives a literal or number of any language as JSON writes it.
func value(s string) (as string, fix finding.Kind, ok bool) {
	switch s {
	case "true", "false", "null":
		return s, finding.Safe, true
	case "True", "TRUE":
		return "true", finding.Safe, true
	case "False", "FALSE":
		return "false", finding.Safe, true
	case "None", "undefined", "nil", "NULL", "Null":
		return "null", finding.Safe, true
	case "NaN", "Infinity", "-Infinity", "+Infinity", "inf", "nan":
		return "null", finding.Confirm, true // JSON has no such numbers
	}
	if s == "" || !strings.ContainsAny(s[:1], "+-.0123456789") {
		return s, "", false
	}
	if json.Valid([]byte(s)) {
		return s, finding.Safe, true
	}
	t := strings.TrimSuffix(strings.ReplaceAll(strings.TrimPrefix(s, "+"), "_", ""), "n")
	sign := ""
	if strings.HasPrefix(t, "-") {
		sign, t = "-", t[1:]
	}
	if len(t) > 2 && t[0] == '0' && strings.ContainsAny(t[1:2], "xXoObB") {
		if n, ok := new(big.Int).SetString(t, 0); ok && len(t) < 60 {
			return sign + n.String(), finding.Safe, true
		}
		return s, "", false
	}
	fix = finding.Safe
	if strings.HasPrefix(t, ".") {
		t = "0" + t
	}
	if strings.HasSuffix(t, ".") {
		t += "0"
	}
	if len(t) > 1 && t[0] == '0' && t[1] >= '0' && t[1] <= '9' {
		fix = finding.Confirm // eight times as much, in some languages
		t = strings.TrimLeft(t, "0")
		if t == "" || t[0] == '.' {
			t = "0" + t
		}
	}
	if t = sign + t; json.Valid([]byte(t)) {
		return t, fix, true
	}
	return s, "", false
}

// plain gives the letters of a string in any quotes, as far as they tell which
// key it is.
func plain(b []byte) string {
	return strings.Trim(string(b), "\"'`“”„‟«»″＂‘’‚‛′‹› \t:")
}
