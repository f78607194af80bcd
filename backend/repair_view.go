package backend

import (
	"bytes"
	"cmp"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/repair"
	"toolbay/backend/repair/finding"
	"toolbay/backend/text"
)

// RepairProblem is one thing that is wrong in a file, in words.
type RepairProblem struct {
	Code     string `json:"code"`
	Severity string `json:"severity"` // error, warn or info
	Fix      string `json:"fix"`      // safe, confirm or never
	Server   string `json:"server"`
	// Where is line:column, or a JSON pointer.
	Where  string `json:"where"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	// Line is where it stands in the file, 0 for nowhere; Mends tells that there
	// is a change that mends it.
	Line  int  `json:"-"`
	Mends bool `json:"-"`
}

// RepairView is a file that was looked at, and what would become of it.
type RepairView struct {
	App          string          `json:"app"`
	Path         string          `json:"path"`
	ParsesBefore bool            `json:"parses_before"`
	Problems     []RepairProblem `json:"problems"`
	// Repaired is the whole text as it would be, nil when nothing changes.
	Repaired    *string           `json:"repaired"`
	ParsesAfter bool              `json:"parses_after"`
	Notes       []string          `json:"notes"`
	AlsoWrite   map[string]string `json:"also_write"`
	// Name is the app's, Servers how many the file holds as it would be.
	Name    string `json:"-"`
	Servers int    `json:"-"`
	// Writes are the files of this computer that the repair changes.
	Writes []string `json:"-"`
	// Copy is what can be brought back where mending cannot bring back what
	// stood there, nil for nothing.
	Copy *GoodCopy `json:"-"`
}

func repairView(r repair.Report) RepairView {
	v := RepairView{
		App: r.File.App.ID, Path: r.File.Path, ParsesBefore: r.ParsesBefore, ParsesAfter: r.ParsesAfter,
		Problems: []RepairProblem{}, Notes: []string{}, AlsoWrite: map[string]string{},
	}
	for _, p := range r.Problems {
		v.Problems = append(v.Problems, repairProblem(r.File, p))
	}
	if r.Text != nil {
		s := string(r.Text)
		v.Repaired = &s
	}
	for path, s := range r.Aside {
		v.AlsoWrite[path] = s
	}
	v.Notes = append(v.Notes, repairNotes(r)...)
	v.Name = r.File.App.Name
	if doc, err := configfile.Parse(r.Text, r.File.Dialect.Format); err == nil && r.Text != nil {
		v.Servers = len(r.File.Dialect.Decode(doc))
	}
	return v
}

// Said are the notes without a question that the window has a button for.
func (v RepairView) Said() []string {
	return slices.DeleteFunc(slices.Clone(v.Notes), func(n string) bool { return v.Copy != nil && n == repair.AskCopy })
}

// lost tells that mending cannot bring back what stood there.
func (v RepairView) lost() bool {
	return slices.ContainsFunc(v.Problems, func(p RepairProblem) bool {
		return slices.Contains([]string{"FILE_BEYOND_REPAIR", "FILE_EMPTY", "JSON_TRUNCATED"}, p.Code)
	})
}

// lines finds the lines of the problems in the file as it stands.
func (v *RepairView) lines(format configfile.Format, src []byte) {
	doc, err := configfile.Parse(src, format)
	for i, p := range v.Problems {
		if line, _, ok := strings.Cut(p.Where, ":"); ok && !strings.HasPrefix(p.Where, "/") {
			v.Problems[i].Line, _ = strconv.Atoi(line)
			continue
		}
		if err != nil || !strings.HasPrefix(p.Where, "/") {
			continue
		}
		// What is missing has no place: its entry has one.
		for path := steps(p.Where); len(path) > 0; path = path[:len(path)-1] {
			if at, ok := doc.Place(path...); ok {
				v.Problems[i].Line = 1 + bytes.Count(src[:min(at, len(src))], []byte("\n"))
				break
			}
		}
	}
}

// steps are the parts of a JSON pointer.
func steps(pointer string) []string {
	parts := strings.Split(pointer[1:], "/")
	for i, s := range parts {
		parts[i] = strings.ReplaceAll(strings.ReplaceAll(s, "~1", "/"), "~0", "~")
	}
	return parts
}

func repairProblem(file finding.File, p repair.Problem) RepairProblem {
	args := map[string]string{"server": p.Server, "app": cmp.Or(file.App.Name, "the app"), "key": strings.Join(file.Dialect.Servers, " > "), "found": "", "wanted": ""}
	for k, v := range p.Args {
		args[k] = v
	}
	title, detail, ok := text.Problem(p.Code, args)
	if !ok {
		title, detail = p.Code, p.Code
	}
	return RepairProblem{Code: p.Code, Severity: p.Severity, Fix: string(p.Fix), Server: p.Server, Where: p.Where, Title: title, Detail: detail, Mends: p.Mends}
}

// repairNotes are what the file cannot hold and what has to be asked. Keys in
// comments are masked: the whole of them is in the backup.
func repairNotes(r repair.Report) []string {
	var notes []string
	add := func(s string) {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(notes, s) {
			notes = append(notes, s)
		}
	}
	for _, c := range r.Comments {
		add(maskedLines(c))
	}
	for _, p := range r.Parked {
		if p.Text != "" && !strings.Contains(strings.Join(notes, "\n"), strings.TrimSpace(maskedLines(p.Text))) {
			add(maskedLines(p.Text))
		}
	}
	for _, n := range r.Notes {
		add(n)
	}
	for _, n := range r.Needs {
		add(n)
	}
	return notes
}

func maskedLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = configfile.MaskSecrets(l)
	}
	return strings.Join(lines, "\n")
}

// shownPath is where an app keeps its file on a computer that is not here, in
// the words of its system.
func shownPath(app clients.Client, goos, scope, file string) string {
	m := clients.Machine{OS: goos, Home: "~", Project: "."}
	if goos == "windows" {
		m.Home = "%USERPROFILE%"
	}
	path, _, ok := app.PathOn(m, scope)
	// Of an app with files in several formats the one that is like this.
	for _, p := range app.PlacesOn(m) {
		if p.Spec.Scope == scope && p.Spec.Aside == "" && strings.HasSuffix(strings.ToLower(p.Path), strings.ToLower(filepath.Ext(file))) && (!ok || filepath.Ext(path) != filepath.Ext(file)) {
			path, ok = p.Path, true
		}
	}
	if !ok {
		return ""
	}
	path = strings.Replace(path, `%USERPROFILE%\AppData\Roaming`, "%APPDATA%", 1)
	path = strings.Replace(path, `%USERPROFILE%\AppData\Local`, "%LOCALAPPDATA%", 1)
	return strings.TrimPrefix(strings.TrimPrefix(path, "./"), `.\`)
}
