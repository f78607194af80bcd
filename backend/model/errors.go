package model

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Error is a failure with a stable code. Words, hint and action for the code
// come from package text at the edge; nobody matches on strings.
type Error struct {
	Code  string
	Args  map[string]string
	Cause error
	// Needs is set with the codes consent_needed and input_needed.
	Needs []Need
}

// Need is one thing the user must agree to or supply before work can go on.
type Need struct {
	Kind string `json:"kind"` // download, write, scripts, risk, close, input, secret
	Name string `json:"name"`
	Text string `json:"text"`
	Flag string `json:"flag"` // the command line's flag that answers it
}

// Fail builds an Error. args are pairs of name and value for the words of the
// code; they must hold no secret.
func Fail(code string, cause error, args ...string) *Error {
	e := &Error{Code: code, Cause: cause, Args: map[string]string{}}
	for i := 0; i+1 < len(args); i += 2 {
		e.Args[args[i]] = args[i+1]
	}
	return e
}

// Error is for logs and developers; users see the words of the code.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	keys := make([]string, 0, len(e.Args))
	for k := range e.Args {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		fmt.Fprintf(&b, " %s=%q", k, e.Args[k])
	}
	if e.Cause != nil {
		fmt.Fprintf(&b, ": %v", e.Cause)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Cause }

// Code gives the code of the first Error in err's chain, "unexpected" for any
// other error and "" for nil.
func Code(err error) string {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return "unexpected"
}
