package configfile

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"toolbay/backend/model"
)

func TestReasons(t *testing.T) {
	tests := []struct {
		name         string
		format       Format
		src          string
		reason       string
		line, column int
	}{
		{"UTF-16", JSON, "\xff\xfe{\x00}\x00", "encoding", 1, 1},
		{"UTF-16 without a mark", JSON, "{\x00}\x00", "encoding", 1, 1},
		{"no-break space", JSON, "{\n \u00a0\"a\": 1}", "invisible_character", 2, 2},
		{"hash", JSONC, "{} # a", "unexpected_character", 1, 4},
		{"word", JSON, "{\"a\": True}", "unknown_word", 1, 7},
		{"key without quotes", JSONC, "{a: 1}", "unknown_word", 1, 2},
		{"number", JSON, "{\"a\": 01}", "bad_number", 1, 7},
		{"number with a plus", JSON, "[+1]", "bad_number", 1, 2},
		{"number with a dot", JSON, "[1.]", "bad_number", 1, 2},
		{"text without end", JSON, "{\"é\": \"b\n}", "unterminated_string", 1, 7},
		{"tab in a text", JSON, "[\"a\tb\"]", "control_character", 1, 2},
		{"Windows path", JSON, `{"a": "C:\Users"}`, "bad_escape", 1, 7},
		{"short escape", JSON, `["\u12"]`, "bad_escape", 1, 2},
		{"single quotes", JSON, "{'a': 1}", "single_quotes", 1, 2},
		{"curly quotes", JSON, "{“a”: 1}", "smart_quotes", 1, 2},
		{"comment without end", JSONC, "{ /* }", "unterminated_comment", 1, 3},
		{"lone CR in a comment", JSONC, "{ // a\r \"b\": 1\n}", "bare_cr", 1, 3},
		{"merge conflict", JSON, "{\n<<<<<<< HEAD\n", "merge_conflict", 2, 1},
		{"comment", JSON, "{\n  // a\n}", "comment", 2, 3},
		{"trailing comma", JSON, "{\"a\": 1,\n}", "trailing_comma", 1, 8},
		{"trailing comma in an array", JSONComments, "[1, ]", "trailing_comma", 1, 3},
		{"comma alone", JSONC, "{,}", "missing_key", 1, 2},
		{"two commas", JSONC, "[1,,2]", "missing_value", 1, 4},
		{"missing comma", JSON, "{\"a\": {}\n\"b\": 1}", "missing_comma", 2, 1},
		{"missing colon", JSON, "{\"a\" 1}", "missing_colon", 1, 6},
		{"missing value", JSON, "{\"a\": }", "missing_value", 1, 7},
		{"number for a key", JSON, "{1: 2}", "missing_key", 1, 2},
		{"cut off", JSON, "{\n  \"a\": {\n", "cut_off", 3, 1},
		{"cut off behind a key", JSON, "{\"a\"", "cut_off", 1, 5},
		{"brace too many", JSON, "{}}", "extra_closer", 1, 3},
		{"wrong bracket", JSON, "{\"a\": [}", "wrong_closer", 1, 8},
		{"second document", JSON, "{}\n{}", "extra_content", 2, 1},
		{"fence", JSON, "```json\n{}\n```", "unexpected_character", 1, 1},
		{"a mark does not count as a column", JSON, "\ufeff{x}", "unknown_word", 1, 2},
		{"YAML", YAML, "a: 1\n b: 2\n", "broken_yaml", 2, 1},
		{"YAML, tab", YAML, "a:\n\tb: 2\n", "broken_yaml", 2, 1},
		{"YAML, key twice", YAML, "é:\n  a: 1\n  \"a\": 2\n", "duplicate_key", 3, 3},
		{"YAML, second document", YAML, "a: 1\n---\nb: 2\n", "several_documents", 2, 1},
		{"YAML, lone CR", YAML, "a: 1\rb: 2\n", "odd_line_end", 1, 5},
		{"YAML, next line", YAML, "a: b\u0085c\n", "odd_line_end", 1, 5},
		{"YAML, line separator", YAML, "a: \"\u2028\"\n", "odd_line_end", 1, 5},
		{"YAML, alias of itself", YAML, "a: &a\n  b: *a\n", "endless_alias", 2, 6},
		{"YAML, unknown alias", YAML, "a: *b\n", "broken_yaml", 1, 1},
		{"TOML", TOML, "a = 1\nb = \n", "broken_toml", 2, 5},
		{"TOML, table twice", TOML, "[a]\n[b]\n[a]\n", "broken_toml", 3, 2},
		{"TOML, mark", TOML, "\ufeffa\n", "broken_toml", 1, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := Parse([]byte(tt.src), tt.format)
			var e *SyntaxError
			if !errors.As(err, &e) || model.Code(err) != CodeBroken || d != nil {
				t.Fatalf("got %v, %v", d, err)
			}
			if e.Reason != tt.reason || e.Line != tt.line || e.Column != tt.column {
				t.Errorf("got %s at %d:%d, want %s at %d:%d", e.Reason, e.Line, e.Column, tt.reason, tt.line, tt.column)
			}
		})
	}
}

func TestDocument(t *testing.T) {
	tests := []struct {
		name   string
		format Format
		src    string
		path   []string
		want   any
		found  bool
		keys   []string
	}{
		{"object", JSON, `{"a": {"b": 1, "c": null}}`, []string{"a"}, Object{{"b", json.Number("1")}, {"c", nil}}, true, []string{"b", "c"}},
		{"null", JSON, `{"a": {"c": null}}`, []string{"a", "c"}, nil, true, nil},
		{"missing", JSON, `{"a": {"c": null}}`, []string{"a", "d"}, nil, false, nil},
		{"through a text", JSON, `{"a": "b"}`, []string{"a", "b"}, nil, false, nil},
		{"root", JSON, `[true, "\u00e9\/"]`, nil, []any{true, "é/"}, true, nil},
		{"number as written", JSON, `{"n": 12345678901234567890.10}`, []string{"n"}, json.Number("12345678901234567890.10"), true, nil},
		{"last duplicate", JSON, `{"a": {"x": 1}, "a": {"y": 2, "z": 1, "y": 3}}`, []string{"a"}, Object{{"y", json.Number("3")}, {"z", json.Number("1")}}, true, []string{"y", "z"}},
		{"comments and commas", JSONC, "{\"a\": [1, /* x */ {},], // y\n}", []string{"a"}, []any{json.Number("1"), Object{}}, true, nil},
		{"blank", JSON, " \n", []string{"a"}, nil, false, nil},
		{"TOML table", TOML, "[a.'b c']\nx = 0xff\ny = [1_0, { z = \"w\" }]\n[a.'b c'.d]\n", []string{"a", "b c"}, Object{{"x", json.Number("255")}, {"y", []any{json.Number("10"), Object{{"z", "w"}}}}, {"d", Object{}}}, true, []string{"x", "y", "d"}},
		{"YAML", YAML, "b: &b {x: 0x1f, y: ~}\na:\n  <<: *b\n  y: [*b, 1.10, no, 2001-01-01, 0o17, 0777, +1, .5, 1_0]\n  2: \"1\"\n", []string{"a"}, Object{{"y", []any{Object{{"x", json.Number("31")}, {"y", nil}}, json.Number("1.10"), "no", "2001-01-01", json.Number("15"), "0777", json.Number("1"), json.Number("0.5"), "1_0"}}, {"2", "1"}, {"x", json.Number("31")}}, true, []string{"y", "2", "x"}},
		{"YAML through an alias", YAML, "b: &b {x: {z: true}}\na: *b\n", []string{"a", "x", "z"}, true, true, nil},
		{"YAML list", YAML, "a:\n- b: 1\n-\n- |\n  t\n", []string{"a"}, []any{Object{{"b", json.Number("1")}}, nil, "t\n"}, true, nil},
		{"TOML dotted and inline", TOML, "a.b = true\na.c = { d = 1979-05-27 }\n", []string{"a"}, Object{{"b", true}, {"c", Object{{"d", "1979-05-27"}}}}, true, []string{"b", "c"}},
		{"TOML array of tables", TOML, "[[a]]\nb = 1\n[[a]]\nb = inf\n[a.c]\n", []string{"a"}, []any{Object{{"b", json.Number("1")}}, Object{{"b", "inf"}, {"c", Object{}}}}, true, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := Parse([]byte(tt.src), tt.format)
			if err != nil {
				t.Fatal(err)
			}
			got, found := d.Get(tt.path...)
			if !reflect.DeepEqual(got, tt.want) || found != tt.found {
				t.Errorf("Get: %#v, %v; want %#v", got, found, tt.want)
			}
			if keys := d.Keys(tt.path...); !reflect.DeepEqual(keys, tt.keys) {
				t.Errorf("Keys: %q, want %q", keys, tt.keys)
			}
		})
	}
}

func TestDuplicates(t *testing.T) {
	src := "{\"a\": [{\"b\": 1}, {\"x\": {}, \"c\": {\"d\": 1, \"d\": 2, \"\\u0064\": 3}}], /* \"a\": */ \"e\": \"a\", \"a\": 1,}"
	d, err := Parse([]byte(src), JSONC)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"a", "1", "c", "d"}, {"a"}}
	if got := d.Duplicates(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestUpdate(t *testing.T) {
	set := Object{{"command", "new"}, {"args", []string{"run"}}}
	tests := []struct {
		name   string
		format Format
		src    string
		want   string
	}{
		{"only what differs", JSON, "{\n  \"x\": {\n    \"args\": [ \"run\" ], \"env\": { \"A\" : 1 },\n    \"command\": \"old\",\n    \"disabled\":true\n  }\n}", "{\n  \"x\": {\n    \"args\": [ \"run\" ], \"env\": { \"A\" : 1 },\n    \"command\": \"new\",\n    \"disabled\":true\n  }\n}"},
		{"nothing differs", JSON, `{"x": {"args": ["\u0072un"], "command": "\u006eew"}}`, `{"x": {"args": ["\u0072un"], "command": "\u006eew"}}`},
		{"missing ones last", JSONC, "{\n  \"x\": {\n    \"command\": \"old\", // c\n  },\n}", "{\n  \"x\": {\n    \"command\": \"new\", // c\n    \"args\": [\"run\"],\n  },\n}"},
		{"tall array stays tall", JSON, "{\n  \"x\": {\n    \"command\": \"new\",\n    \"args\": [\n      \"a\"\n    ]\n  }\n}", "{\n  \"x\": {\n    \"command\": \"new\",\n    \"args\": [\n      \"run\"\n    ]\n  }\n}"},
		{"TOML table", TOML, "[x]\ncommand = 'old' # c\nother = 1\n\n[x.env]\nA = \"b\"\n", "[x]\ncommand = \"new\" # c\nother = 1\nargs = [\"run\"]\n\n[x.env]\nA = \"b\"\n"},
		{"TOML inline", TOML, "x = { command = \"old\", args = [\"run\"] }\n", "x = { command = \"new\", args = [\"run\"] }\n"},
		{"TOML dotted", TOML, "x.command = \"old\"\n", "x.command = \"new\"\nx.args = [\"run\"]\n"},
		{"TOML, only tables of its own", TOML, "[x.env]\nA = \"b\"\n", "[x.env]\nA = \"b\"\n\n[x]\ncommand = \"new\"\nargs = [\"run\"]\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Update([]byte(tt.src), tt.format, []string{"x"}, set)
			if err != nil || string(got) != tt.want {
				t.Errorf("%v\ngot  %q\nwant %q", err, got, tt.want)
			}
		})
	}
	if _, err := Update([]byte(`{"x": 1}`), JSON, []string{"x"}, set); model.Code(err) != CodeShape {
		t.Errorf("a number was updated: %v", err)
	}
	if _, err := Update(nil, JSON, []string{"x"}, set); model.Code(err) != CodeShape {
		t.Errorf("an absent file was updated: %v", err)
	}
	if _, err := Update([]byte(`{"x": {},}`), JSON, []string{"x"}, set); model.Code(err) != CodeBroken {
		t.Errorf("a broken file was updated: %v", err)
	}
}

func TestValuesThatCannotBeWritten(t *testing.T) {
	for _, v := range []any{make(chan int), json.Number("01"), []any{struct{}{}}, Object{{"a", uint8(1)}}} {
		if out, _, err := Insert(nil, JSON, []string{"x"}, v); err == nil {
			t.Errorf("%T was written as %q", v, out)
		}
	}
	if out, _, err := Insert(nil, TOML, []string{"x"}, Object{{"a", nil}}); err == nil {
		t.Errorf("null was written as %q", out)
	}
	if _, _, err := Insert(nil, JSON, nil, "a"); err == nil {
		t.Error("a value without a path was written")
	}
	out, _, err := Insert(nil, JSON, []string{"x"}, Object{{"n", 1}, {"f", 1.5}, {"s", []string{"a"}}, {"m", map[string]string{"b": "2", "a": "1"}}, {"e", Object{}}, {"l", []any{Object{{"k", nil}}}}})
	want := "{\n  \"x\": {\n    \"n\": 1,\n    \"f\": 1.5,\n    \"s\": [\"a\"],\n    \"m\": {\n      \"a\": \"1\",\n      \"b\": \"2\"\n    },\n    \"e\": {},\n    \"l\": [\n      {\n        \"k\": null\n      }\n    ]\n  }\n}\n"
	if err != nil || string(out) != want {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestLexerNeverStops(t *testing.T) {
	src := "\ufeff{a: 'b\\'c', “d”: 01 /* x */ // y\r\n\"e\\q\t\"\u00a0<\x00 \"f\n ``` /* z"
	lex(t, []byte(src))
	var flaws []string
	lx := NewLexer([]byte(src))
	for tok := lx.Next(); tok.Kind != EOF; tok = lx.Next() {
		if tok.Flaw != Flawless {
			flaws = append(flaws, tok.Flaw.String())
		}
	}
	want := "unknown_word single_quotes smart_quotes bad_number bad_escape invisible_character unexpected_character encoding unterminated_string unexpected_character unexpected_character unexpected_character unterminated_comment"
	if got := strings.Join(flaws, " "); got != want {
		t.Errorf("flaws\n%s, want\n%s", got, want)
	}
}

// Traces that were kept while entries came and went.
func TestJoin(t *testing.T) {
	gap := " "
	first := Trace{Created: 1, Absent: true}
	if got := first.Join(Trace{}); got != first {
		t.Errorf("an entry beside the first made %+v", got)
	}
	later := Trace{Gap: &gap}
	if got := first.Join(later); got != later {
		t.Errorf("an entry into the emptied container made %+v", got)
	}
}
