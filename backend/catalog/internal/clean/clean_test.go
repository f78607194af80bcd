package clean

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLine(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"plain":               {"Notes", "Notes"},
		"white space":         {"  a \t\r\n b\u00a0c ", "a b c"},
		"controls":            {"a\x00b\x1b[31mc\x7f\u0085d", "ab[31mc d"},
		"direction marks":     {"pay\u202Efdp.\u2066e\u2069\u200F", "payfdp.e"},
		"zero width":          {"a\u200bb\ufeffc\u2060d", "abcd"},
		"tags":                {"hi\U000E0001\U000E0041\U000E007F", "hi"},
		"private use":         {"a\uE000b", "ab"},
		"blank letters":       {"a\u3164b\u115Fc", "abc"},
		"not UTF-8":           {"a\xff\xfeb", "ab"},
		"family stays whole":  {"👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"},
		"composed":            {"e\u0301", "é"},
		"cut":                 {"abcdefghijk", "abcdefghi…"},
		"cut before white sp": {"abcdefgh ijk", "abcdefgh…"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Line(c.in, 10); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
	if got := Text("a\r\n\tb \n\u202E\n", 100); got != "a\nb" {
		t.Errorf("text %q", got)
	}
}

func TestValuesAndNames(t *testing.T) {
	for in, want := range map[string][2]bool{ // value, name
		"notes":                  {true, true},
		"@a/b":                   {true, true},
		"two words":              {true, false},
		"--eval":                 {true, false},
		"":                       {true, false},
		"line\nline":             {true, false},
		"nul\x00":                {false, false},
		"\u202Eesrever":          {false, false},
		"bad\xff":                {false, false},
		strings.Repeat("x", 101): {false, false},
	} {
		_, value := Value(in, 100)
		_, name := Name(in, 100)
		if value != want[0] || name != want[1] {
			t.Errorf("%.20q: value %v, name %v", in, value, name)
		}
	}
}

func TestAddresses(t *testing.T) {
	for in, want := range map[string][2]string{ // web page, secure
		"https://example.org/a?b=c": {"https://example.org/a?b=c", "https://example.org/a?b=c"},
		" http://example.org ":      {"http://example.org", ""},
		"javascript:alert(1)":       {},
		"file:///etc/passwd":        {},
		"https://u:p@example.org":   {},
		"https:///nothing":          {},
		"example.org":               {},
		"https://a b":               {},
		"":                          {},
	} {
		if page, secure := WebPage(in), Secure(in); page != want[0] || secure != want[1] {
			t.Errorf("%q: %q, %q", in, page, secure)
		}
	}
}

func TestRepository(t *testing.T) {
	for in, want := range map[string][2]string{
		"https://github.com/acme/tools":                        {"https://github.com/acme/tools", ""},
		"https://github.com/acme/tools/tree/main/src/notes":    {"https://github.com/acme/tools", "src/notes"},
		"https://github.com/acme/tools/tree/main":              {"https://github.com/acme/tools", ""},
		"https://github.com/acme/tools/blob/main/a/b.md#x":     {"https://github.com/acme/tools", "a/b.md"},
		"https://gitlab.com/acme/sub/tools/-/tree/main/notes/": {"https://gitlab.com/acme/sub/tools", "notes"},
		"git+https://github.com/acme/tools.git":                {"https://github.com/acme/tools.git", ""},
		"https://example.org/tree/x":                           {"https://example.org/tree/x", ""},
		"https://github.com/acme/tools/tree/main/../../x":      {"https://github.com/acme/tools", ""},
		"javascript:alert(1)/tree/a/b/c/d":                     {},
		"":                                                     {},
	} {
		if page, folder := Repository(in); page != want[0] || folder != want[1] {
			t.Errorf("%q: %q, %q", in, page, folder)
		}
	}
	for in, want := range map[string]string{"./a/b/": "a/b", "/a": "a", ".": "", "a/../b": "", `a\b`: "", "a\nb": "", "a\u202Eb": "", "src/größe": "src/größe"} {
		if got := Folder(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func FuzzLine(f *testing.F) {
	f.Add("a\u202Eb\x00", 5)
	f.Add(strings.Repeat("\u0301", 1000), 3)
	f.Fuzz(func(t *testing.T, s string, max int) {
		max = max%1000 + 1
		if max < 1 {
			return
		}
		got := Line(s, max)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > max || strings.ContainsAny(got, "\n\r\x00") {
			t.Errorf("%q gives %q", s, got)
		}
		for _, r := range got {
			if invisible(r) {
				t.Errorf("%q leaves %U", s, r)
			}
		}
	})
}
