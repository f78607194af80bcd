package clients

import (
	"fmt"
	"slices"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/pattern"
)

// variables are the names that may stand in braces in a path of the table.
// HOME and PROJECT are ours, LMSTUDIO_POINTER is what LM Studio's pointer file
// names; the others are taken from the environment.
var variables = []string{
	"HOME", "PROJECT", "APPDATA", "LOCALAPPDATA", "ProgramFiles", "XDG_CONFIG_HOME",
	"CLAUDE_CONFIG_DIR", "CODEX_HOME", "GEMINI_CLI_HOME", "VSCODE_PORTABLE", "VSCODE_APPDATA",
	"COPILOT_HOME", "CLINE_DATA_DIR", "CLINE_DIR", "ProgramData", "LMSTUDIO_POINTER",
}

var (
	idPattern       = pattern.New(`^[a-z0-9][a-z0-9-]{0,39}$`)
	variablePattern = pattern.New(`\{([^{}]*)\}`)
)

// check holds the rules that a table must keep beyond its field names.
func (f tableFile) check() error {
	if f.Format != 1 {
		return fmt.Errorf("format %d is not known", f.Format)
	}
	seen := map[string]bool{}
	for _, c := range f.Clients {
		if !idPattern().MatchString(c.ID) {
			return fmt.Errorf("id %q is not made of a-z, 0-9 and -", c.ID)
		}
		if seen[c.ID] {
			return fmt.Errorf("%s: described twice", c.ID)
		}
		seen[c.ID] = true
		if err := c.check(); err != nil {
			return fmt.Errorf("%s: %w", c.ID, err)
		}
	}
	return checkPlaces(f.BinFolders)
}

func (c Client) check() error {
	if c.Name == "" || c.Restart == "" {
		return fmt.Errorf("name and restart are needed")
	}
	if err := checkSure(c.Sure); err != nil {
		return err
	}
	if c.Reload != "" && !slices.Contains([]string{"self", "session", "restart", "click"}, c.Reload) {
		return fmt.Errorf("reload %q", c.Reload)
	}
	if err := c.Dialect.check(); err != nil {
		return err
	}
	if c.FileOnly {
		if len(c.Files) > 0 || len(c.Evidence) > 0 {
			return fmt.Errorf("an app whose file the user names has no places")
		}
		return nil
	}
	if len(c.Files) == 0 {
		return fmt.Errorf("no files")
	}
	for _, f := range c.Files {
		if err := f.check(); err != nil {
			return err
		}
	}
	if len(c.Evidence) == 0 {
		return fmt.Errorf("no evidence")
	}
	for _, e := range c.Evidence {
		if err := e.check(); err != nil {
			return err
		}
	}
	for _, p := range c.Programs {
		if err := checkOS(p.OS); err != nil {
			return err
		}
	}
	return checkPlaces(c.Managed)
}

func (f FileSpec) check() error {
	if f.Scope != User && f.Scope != Project && f.Scope != Private {
		return fmt.Errorf("scope %q", f.Scope)
	}
	if f.Aside != "" && f.Aside != "old" && f.Aside != "profile" && f.Aside != "remote" {
		return fmt.Errorf("aside %q", f.Aside)
	}
	if err := checkSure(f.Sure); err != nil {
		return err
	}
	if f.Dialect != nil {
		if err := f.Dialect.check(); err != nil {
			return err
		}
	}
	if len(f.Folders) == 0 || len(f.Names) == 0 {
		return fmt.Errorf("a file needs folders and names")
	}
	for _, p := range f.Folders {
		if err := checkPath(p); err != nil {
			return err
		}
		if !strings.HasPrefix(p, "{") {
			return fmt.Errorf("folder %q does not begin with a variable", p)
		}
		if f.Scope != Private && strings.HasPrefix(p, "{PROJECT}") != (f.Scope == Project) {
			return fmt.Errorf("folder %q does not fit scope %s", p, f.Scope)
		}
	}
	for i, n := range f.Names {
		// A star stands for any beginning, after the names that have none.
		kind := strings.TrimPrefix(n, "*")
		if strings.ContainsAny(kind, `\:*{}[]?`) || strings.HasPrefix(kind, "/") || kind == "" || kind != n && strings.Contains(n, "/") || kind == n && i >= f.own() {
			return fmt.Errorf("file name %q", n)
		}
		if err := checkPath("{HOME}/" + kind); err != nil {
			return err
		}
	}
	if f.If != "" {
		if err := checkPath(f.If); err != nil {
			return err
		}
	}
	return checkOS(f.OS)
}

func (e EvidenceSpec) check() error {
	switch e.Kind {
	case "folder", "app":
		if err := checkPath(e.Path); err != nil {
			return err
		}
	case "program":
		if e.Name == "" || strings.ContainsAny(e.Name, `/\:*{}`) {
			return fmt.Errorf("program name %q", e.Name)
		}
	default:
		return fmt.Errorf("evidence of kind %q", e.Kind)
	}
	return checkOS(e.OS)
}

func checkPlaces(places []Place) error {
	for _, p := range places {
		if err := checkPath(p.Path); err != nil {
			return err
		}
		if err := checkOS(p.OS); err != nil {
			return err
		}
	}
	return nil
}

// checkPath accepts slash-separated paths of plain names that begin with "/"
// or one variable; "*" stands for any part of one name.
func checkPath(p string) error {
	for _, m := range variablePattern().FindAllStringSubmatch(p, -1) {
		if !slices.Contains(variables, m[1]) {
			return fmt.Errorf("path %q: no variable %q", p, m[1])
		}
	}
	rest := variablePattern().ReplaceAllString(p, "")
	switch {
	case !strings.HasPrefix(p, "/") && !strings.HasPrefix(p, "{"):
		return fmt.Errorf("path %q is relative", p)
	case strings.LastIndex(p, "{") > 0:
		return fmt.Errorf("path %q: a variable may only stand first", p)
	case rest != "" && !strings.HasPrefix(rest, "/"), strings.ContainsAny(rest, `\{}`):
		return fmt.Errorf("path %q", p)
	}
	if rest == "" {
		return nil
	}
	for _, part := range strings.Split(rest[1:], "/") {
		if part == "" || part == "." || part == ".." {
			return fmt.Errorf("path %q", p)
		}
	}
	return nil
}

// checkSure takes "" for unsaid, which is for the user's own table to decide.
func checkSure(sure string) error {
	switch sure {
	case "", SureA, SureB, SureC:
		return nil
	}
	return fmt.Errorf("sure %q", sure)
}

func checkOS(names []string) error {
	for _, n := range names {
		if n != "linux" && n != "darwin" && n != "windows" {
			return fmt.Errorf("system %q", n)
		}
	}
	return nil
}

func (d Dialect) check() error {
	switch d.Format {
	case configfile.JSON, configfile.JSONC, configfile.JSONComments, configfile.TOML, configfile.YAML:
	default:
		return fmt.Errorf("format %q", d.Format)
	}
	if len(d.Servers) == 0 || d.Env == "" {
		return fmt.Errorf("a dialect needs servers and env")
	}
	if d.Reference != "" && !strings.Contains(d.Reference, "NAME") {
		return fmt.Errorf("reference %q without NAME", d.Reference)
	}
	for _, form := range d.Expands {
		if before, _, ok := strings.Cut(form, "NAME"); !ok || before == "" {
			return fmt.Errorf("expands %q", form)
		}
	}
	for _, c := range d.Always {
		if c.Key == "" || !constant(c.Value) {
			return fmt.Errorf("always %q", c.Key)
		}
	}
	if err := d.Remote.check(); err != nil {
		return err
	}
	if err := d.Reads.check(); err != nil {
		return err
	}
	if d.Quirk != "" && !isQuirk(d.Quirk) {
		return fmt.Errorf("quirk %q", d.Quirk)
	}
	return nil
}

// constant tells whether a value is one that Always may give.
func constant(v any) bool {
	switch v := v.(type) {
	case string, bool:
		return true
	case float64:
		return v == float64(int64(v))
	case []any:
		return !slices.ContainsFunc(v, func(e any) bool { _, text := e.(string); return !text })
	}
	return false
}
