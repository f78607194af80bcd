package recipe

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"toolbay/backend/model"
)

// maxAnswer is far above what a person types and below what any system lets a
// process be given (Windows: 32,767 characters for all arguments).
const maxAnswer = 16 << 10

// Check tells whether an answer can be used for an input. Codes, each with the
// input's name in "name": input_missing, input_not_number, input_not_yes_no,
// input_not_choice, input_invalid. An empty answer is right for an optional
// input and for one with a default. The answer itself is in no error, as it
// may be a secret.
func Check(in model.Input, answer string) error {
	fail := func(code string, more ...string) error {
		return model.Fail(code, nil, append([]string{"name", in.Name}, more...)...)
	}
	if strings.TrimSpace(answer) == "" {
		if in.Required && in.Default == "" {
			return fail("input_missing")
		}
		return nil
	}
	switch {
	case len(answer) > maxAnswer, strings.ContainsRune(answer, 0):
		return fail("input_invalid")
	case !in.Secret && strings.Contains(answer, "${secret:"):
		// It would be filled in later as if the listing had written it.
		return fail("input_invalid")
	case len(in.Choices) > 0:
		if !slices.Contains(in.Choices, answer) {
			return fail("input_not_choice", "choices", strings.Join(in.Choices, ", "))
		}
		return nil
	}
	switch in.Format {
	case "number", "integer":
		n, err := strconv.ParseFloat(strings.TrimSpace(answer), 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) || strings.ContainsAny(answer, "xX_pP") {
			return fail("input_not_number")
		}
	case "boolean":
		switch strings.ToLower(strings.TrimSpace(answer)) {
		case "true", "false", "yes", "no", "on", "off", "1", "0":
		default:
			return fail("input_not_yes_no")
		}
	}
	return nil
}
