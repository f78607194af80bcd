package finding

import (
	"maps"
	"slices"
)

// The layers, in the order in which they are looked at.
const (
	LayerText   = "text"   // bytes and syntax
	LayerShape  = "shape"  // where the servers stand
	LayerEntry  = "entry"  // one server's members
	LayerRun    = "run"    // what is parsed well and does not start
	LayerLife   = "file"   // what became of the file
	LayerBeyond = "beyond" // no layer can mend it
)

// Code is one kind of problem.
type Code struct {
	Name     string
	Layer    string
	Severity string
	Fix      Kind
}

// list is every code there is. What a layer reports may differ from the usual
// severity and kind of fix, where the app or the case is milder or harder.
var list = []Code{
	{"ENC_BOM", LayerText, Error, Safe},
	{"ENC_UTF16", LayerText, Error, Safe},
	{"ENC_LEGACY", LayerText, Error, Confirm},
	{"ENC_CONTROL_CHARS", LayerText, Error, Safe},
	{"FILE_EMPTY", LayerText, Error, Confirm},
	{"FILE_BEYOND_REPAIR", LayerBeyond, Error, Never},
	{"JSON_TRUNCATED", LayerText, Error, Confirm},
	{"JSON_EXTRA_CLOSER", LayerText, Error, Safe},
	{"JSON_CONCATENATED_DOCS", LayerText, Error, Safe},
	{"TEXT_MARKDOWN_FENCE", LayerText, Error, Safe},
	{"TEXT_MERGE_CONFLICT", LayerText, Error, Confirm},
	{"JSON_TRAILING_COMMA", LayerText, Error, Safe},
	{"JSON_COMMENT_IN_STRICT", LayerText, Error, Safe},
	{"JSON_MISSING_COMMA", LayerText, Error, Safe},
	{"JSON_MISSING_ROOT_BRACES", LayerText, Error, Safe},
	{"JSON_SMART_QUOTES", LayerText, Error, Safe},
	{"JSON_INVISIBLE_CHARS", LayerText, Error, Safe},
	{"JSON_BAD_ESCAPE", LayerText, Error, Safe},
	{"JSON_SILENT_ESCAPE", LayerText, Error, Confirm},
	{"JSON_SINGLE_QUOTES", LayerText, Error, Safe},
	{"JSON_UNQUOTED_KEYS", LayerText, Error, Safe},
	{"JSON_FOREIGN_LITERAL", LayerText, Error, Safe},
	{"JSON_WRONG_SEPARATOR", LayerText, Error, Safe},
	{"JSON_MISSING_COLON", LayerText, Error, Safe},
	{"JSON_EXTRA_COMMA", LayerText, Error, Safe},
	{"JSON_WRONG_CLOSER", LayerText, Error, Confirm},
	{"JSON_MISSING_OPENER", LayerText, Error, Confirm},
	{"JSON_MISSING_VALUE", LayerText, Error, Confirm},
	{"JSON_UNCLOSED_STRING", LayerText, Error, Confirm},
	{"JSON_UNESCAPED_QUOTE", LayerText, Error, Confirm},
	{"JSON_UNQUOTED_VALUE", LayerText, Error, Confirm},
	{"JSON_RAW_NEWLINE", LayerText, Error, Confirm},
	{"JSON_STRAY_TEXT", LayerText, Error, Confirm},
	{"JSON_ELLIPSIS", LayerText, Error, Confirm},
	{"TEXT_AROUND", LayerText, Error, Confirm},
	{"TEXT_ANSI_CODES", LayerText, Error, Safe},
	{"TEXT_LINE_NUMBERS", LayerText, Error, Safe},
	{"TEXT_LINE_ENDS", LayerText, Error, Safe},
	{"TEXT_DIFF_MARKERS", LayerText, Error, Confirm},
	{"TEXT_HTML_ENTITIES", LayerText, Error, Safe},
	{"TEXT_ESCAPED", LayerText, Error, Safe},
	{"TEXT_OTHER_FORMAT", LayerText, Error, Confirm},
	{"JSON_DUPLICATE_KEY", LayerText, Error, Confirm},
	{"TOML_DUPLICATE_TABLE", LayerText, Error, Confirm},
	{"TOML_BAD_ESCAPE", LayerText, Error, Safe},
	{"TOML_UNQUOTED", LayerText, Error, Confirm},
	{"TOML_JSON_PASTED", LayerText, Error, Safe},
	{"YAML_TAB_INDENT", LayerText, Error, Safe},
	{"YAML_BAD_INDENT", LayerText, Error, Confirm},
	{"YAML_UNQUOTED_COLON", LayerText, Error, Safe},
	{"YAML_JSON_PASTED", LayerText, Error, Confirm},

	{"STRUCT_WRONG_TOP_KEY", LayerShape, Error, Safe},
	{"STRUCT_DOUBLE_NESTED", LayerShape, Error, Safe},
	{"STRUCT_NO_WRAPPER", LayerShape, Error, Safe},
	{"STRUCT_SERVER_OUTSIDE_BLOCK", LayerShape, Error, Confirm},
	{"STRUCT_SERVERS_ARRAY", LayerShape, Error, Safe},
	{"STRUCT_SERVERS_MAP", LayerShape, Error, Safe},
	{"STRUCT_SERVERS_NULL", LayerShape, Error, Safe},
	{"STRUCT_OLD_SETTINGS_SHAPE", LayerShape, Error, Safe},
	{"STRUCT_OLD_LOCATION", LayerShape, Error, Confirm},
	{"STRUCT_INPUT_UNDEFINED", LayerShape, Error, Safe},

	{"ENTRY_REMOTE_UNSUPPORTED", LayerEntry, Error, Confirm},
	{"ENTRY_REMOTE_MISSING_TYPE", LayerEntry, Error, Safe},
	{"ENTRY_WRONG_TYPE_VALUE", LayerEntry, Error, Safe},
	{"ENTRY_WRONG_URL_FIELD", LayerEntry, Error, Safe},
	{"ENTRY_WRONG_FIELD_NAME", LayerEntry, Error, Safe},
	{"ENTRY_COMMAND_SHAPE", LayerEntry, Error, Safe},
	{"ENTRY_COMMAND_HAS_ARGS", LayerEntry, Error, Safe},
	{"ENTRY_ARGS_NOT_ARRAY", LayerEntry, Error, Safe},
	{"ENTRY_ENV_NOT_STRING", LayerEntry, Error, Safe},
	{"ENTRY_WRONG_VALUE_TYPE", LayerEntry, Error, Safe},
	{"ENTRY_MISSING_FIELD", LayerEntry, Error, Safe},
	{"ENTRY_UNSUPPORTED_FIELD", LayerEntry, Error, Confirm},
	{"ENTRY_MIXED_TRANSPORT", LayerEntry, Error, Confirm},
	{"ENTRY_INVALID_NAME", LayerEntry, Error, Confirm},
	{"ENTRY_RESERVED_NAME", LayerEntry, Error, Confirm},
	{"ENTRY_NOT_OBJECT", LayerEntry, Error, Safe},

	{"RT_COMMAND_NOT_ON_GUI_PATH", LayerRun, Error, Confirm},
	{"RT_COMMAND_NOT_FOUND", LayerRun, Error, Never},
	{"RT_WINDOWS_NPX", LayerRun, Error, Confirm},
	{"RT_ARG_SPACE_SPLIT", LayerRun, Error, Safe},
	{"RT_NODE_TOO_OLD", LayerRun, Error, Confirm},
	{"RT_NPX_CACHE", LayerRun, Error, Confirm},
	{"RT_NPX_NO_YES", LayerRun, Warn, Confirm},
	{"RT_STDOUT_NOISE", LayerRun, Error, Never},
	{"RT_INTERPOLATION_DIALECT", LayerRun, Error, Confirm},
	{"RT_PLACEHOLDER_SECRET", LayerRun, Error, Never},
	{"RT_EMPTY_SECRET", LayerRun, Error, Never},
	{"RT_PLAINTEXT_SECRET", LayerRun, Warn, Confirm},
	{"RT_DOCKER_FLAGS", LayerRun, Error, Confirm},
	{"RT_DOCKER_ENV_NOT_PASSED", LayerRun, Error, Confirm},
	{"DOCKER_DOWN", LayerRun, Error, Never},
	{"RT_PATH_MISSING", LayerRun, Error, Never},
	{"RT_PATH_TILDE", LayerRun, Error, Confirm},
	{"RT_PATH_RELATIVE", LayerRun, Error, Confirm},
	{"RT_WSL_MISMATCH", LayerRun, Error, Confirm},
	{"RT_TOO_MANY_TOOLS", LayerRun, Warn, Confirm},
	{"RT_NAME_LEN", LayerRun, Warn, Confirm},
	{"RT_DUPLICATE_SERVER", LayerRun, Warn, Confirm},

	{"FILE_SERVERS_WIPED", LayerLife, Error, Confirm},
	{"FILE_NOT_READ_BY_CLIENT", LayerLife, Error, Confirm},
	{"FILE_STALE_LOCATION", LayerLife, Error, Confirm},
}

var codes = func() map[string]Code {
	m := map[string]Code{}
	for _, c := range list {
		m[c.Name] = c
	}
	return m
}()

// Codes gives every code, in the order of the layers.
func Codes() []Code { return slices.Clone(list) }

// Of gives one code; ok is false for a name that is none.
func Of(name string) (c Code, ok bool) {
	c, ok = codes[name]
	return c, ok
}

// Names gives the codes' names, sorted.
func Names() []string { return slices.Sorted(maps.Keys(codes)) }
