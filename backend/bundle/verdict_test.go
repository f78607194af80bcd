package bundle

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The codes are a contract: docs/cli.md names each beside its verdict, and no
// others.
func TestCodesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, ok := strings.Cut(string(page), "## Reasons of bundle check")
	if !ok {
		t.Fatal("no list")
	}
	list, _, _ = strings.Cut(list, "\n## ")
	var told []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| (.*) \\|$").FindAllStringSubmatch(list, -1) {
		for _, code := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(row[2], -1) {
			told = append(told, code[1])
			if levels[code[1]] != row[1] {
				t.Errorf("%s is told as %s", code[1], row[1])
			}
		}
	}
	slices.Sort(told)
	if !slices.Equal(told, Codes()) {
		t.Errorf("told %v\nthere are %v", told, Codes())
	}
}

func TestEveryCodeHasWords(t *testing.T) {
	for _, code := range Codes() {
		if r := because(code); strings.HasPrefix(r.Text, "bundle.") || !slices.Contains(order, r.Level) || r.Fatal != (r.Level == Rejected) {
			t.Errorf("%+v", r)
		}
	}
}

// The worst reason decides.
func TestVerdict(t *testing.T) {
	for want, codes := range map[string][]string{
		Accept:   nil,
		Noted:    {"fetches_code", "text_markup"},
		Warn:     {"fetches_code", "loads_code"},
		Confirm:  {"secret_in_arguments", "command_outside", "text_markup"},
		Rejected: {"command_outside", "start_missing", "fetches_code"},
	} {
		var reasons []Reason
		for _, c := range codes {
			reasons = append(reasons, because(c))
		}
		v := verdictOf(reasons)
		if v.Verdict != want || len(v.Reasons) != len(codes) || (v.Err() != nil) != (want == Rejected) {
			t.Errorf("%+v, want %s", v, want)
		}
		if asks := len(v.Ask()); (want == Warn || want == Confirm) != (asks > 0 && want != Rejected) {
			t.Errorf("%s asks %d", want, asks)
		}
	}
}
