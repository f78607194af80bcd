package running

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"toolbay/backend/model"
)

// program makes one of names, and of folders that begin with /.
func program(names []string) []Program {
	if len(names) == 0 {
		return nil
	}
	var p Program
	for _, n := range names {
		if folder, ok := strings.CutPrefix(n, "/"); ok {
			p.Within = append(p.Within, folder)
		} else {
			p.Names = append(p.Names, n)
		}
	}
	return []Program{p}
}

var app = Program{Names: []string{"app"}}

func TestFind(t *testing.T) {
	mac := "/Applications/Claude.app/Contents/"
	win := `C:\Users\Ann Lee\AppData\Local\AnthropicClaude\app-1.2\claude.exe`
	tests := []struct {
		name  string
		os    string
		names []string // the last ones begin with /: folders
		list  []Process
		want  []int
	}{
		{"nothing runs", "linux", []string{"claude-desktop"}, nil, nil},
		{"by its file", "linux", []string{"claude-desktop"}, []Process{{PID: 3, Path: "/usr/bin/claude-desktop"}}, []int{3}},
		{"as it was called", "linux", []string{"claude-desktop"}, []Process{{PID: 3, Path: "/usr/lib/electron/electron", Called: "claude-desktop"}}, []int{3}},
		{"not its neighbour", "linux", []string{"claude-desktop"}, []Process{{PID: 3, Path: "/usr/bin/claude", Called: "claude"}}, nil},
		{"no part of a name", "linux", []string{"claude-desktop"}, []Process{{PID: 3, Path: "/usr/bin/claude-desktop-helper"}}, nil},
		{"the main one of a family", "linux", []string{"cursor"}, []Process{
			{PID: 5, Parent: 4, Path: "/opt/cursor"}, {PID: 4, Parent: 1, Path: "/opt/cursor"}, {PID: 6, Parent: 5, Path: "/opt/cursor"}}, []int{4}},
		{"two that run side by side", "linux", []string{"cursor"}, []Process{
			{PID: 4, Parent: 1, Path: "/opt/cursor"}, {PID: 9, Parent: 1, Path: "/opt/cursor"}}, []int{4, 9}},
		{"another home", "linux", []string{"cursor"}, []Process{{PID: 4, Path: "/opt/cursor", Home: "/home/bea"}}, nil},
		{"the same home", "linux", []string{"cursor"}, []Process{{PID: 4, Path: "/opt/cursor", Home: "/home/ann/"}}, []int{4}},
		{"macOS tells big from small", "darwin", []string{"Claude"}, []Process{
			{PID: 7, Path: mac + "MacOS/Claude"}, {PID: 8, Path: "/usr/local/bin/claude"}, {PID: 9, Parent: 7, Path: mac + "Frameworks/Claude Helper.app/Contents/MacOS/Claude Helper"}}, []int{7}},
		{"Windows does not", "windows", []string{"Claude.exe"}, []Process{{PID: 7, Path: win, Called: "claude.exe"}}, []int{7}},
		{"of two the one in its folder", "windows", []string{"claude.exe", "/anthropicclaude", "/WindowsApps"}, []Process{
			{PID: 7, Path: win}, {PID: 8, Path: `C:\Users\Ann Lee\.local\bin\claude.exe`}}, []int{7}},
		{"a folder that is not told", "windows", []string{"claude", "/AnthropicClaude"}, []Process{{PID: 1, Called: "claude.exe"}}, nil},
		{"no names", "linux", nil, []Process{{PID: 1, Path: "/usr/bin/x"}}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := System{OS: tt.os, Home: "/home/ann", List: func(context.Context) ([]Process, error) { return tt.list, nil }}
			var got []int
			for _, p := range s.Find(t.Context(), program(tt.names)...) {
				got = append(got, p.PID)
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("found %v, want %v", got, tt.want)
			}
		})
	}
}

func TestClose(t *testing.T) {
	tests := []struct {
		name   string
		closes int // looks until it is gone, -1 never
		refuse error
		code   string
		asked  int
	}{
		{"not running", 0, nil, "", 0},
		{"at once", 1, nil, "", 1},
		{"after a while", 40, nil, "", 1},
		{"never", -1, nil, "app_not_closed", 1},
		{"cannot be asked", -1, errors.New("not permitted"), "app_not_closed", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			looks, asked := 0, 0
			s := System{
				OS: "linux",
				List: func(context.Context) ([]Process, error) {
					looks++
					if tt.closes >= 0 && looks > tt.closes {
						return nil, nil
					}
					return []Process{{PID: 2, Path: "/x/app"}}, nil
				},
				Ask:   func(context.Context, Process) error { asked++; return tt.refuse },
				Pause: func(context.Context, time.Duration) error { return nil },
			}
			err := s.Close(t.Context(), "The App", app)
			if model.Code(err) != tt.code || asked != tt.asked {
				t.Errorf("%v, asked %d times; want code %q, %d", err, asked, tt.code, tt.asked)
			}
			if tt.closes < 0 && tt.refuse == nil && looks < 100 {
				t.Errorf("gave up after %d looks", looks)
			}
		})
	}
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := System{
			OS:    "linux",
			List:  func(context.Context) ([]Process, error) { return []Process{{PID: 2, Path: "/x/app"}}, nil },
			Ask:   func(context.Context, Process) error { cancel(); return nil },
			Pause: sleep,
		}
		if err := s.Close(ctx, "The App", app); model.Code(err) != "cancelled" {
			t.Error(err)
		}
	})
}

func TestSinceIsTheLastStart(t *testing.T) {
	early, late := time.Unix(100, 0), time.Unix(200, 0)
	s := System{OS: "linux", List: func(context.Context) ([]Process, error) {
		return []Process{{PID: 2, Path: "/x/app", Started: late}, {PID: 3, Path: "/x/app", Started: early}}, nil
	}}
	if since, runs := s.Since(t.Context(), app); !runs || !since.Equal(late) {
		t.Errorf("%v %v", since, runs)
	}
	s.List = func(context.Context) ([]Process, error) { return nil, errors.New("no") }
	if _, runs := s.Since(t.Context(), app); runs {
		t.Error("what cannot be found out runs")
	}
}

func TestParsePS(t *testing.T) {
	out := "    1     0     0 Mon Nov 23 08:00:01 2026     /sbin/launchd\n" +
		"  512     1   501 Mon Nov  2 09:10:11 2026     /Applications/Claude.app/Contents/MacOS/Claude\n" +
		"  513   512   501 Mon Nov 23 09:10:12 2026     /Applications/My Apps/Claude.app/Contents/Frameworks/Claude Helper.app/Contents/MacOS/Claude Helper\n" +
		"garbage\n  9\n"
	got := parsePS(out, 501)
	want := []Process{
		{PID: 512, Parent: 1, Path: "/Applications/Claude.app/Contents/MacOS/Claude", Started: time.Date(2026, 11, 2, 9, 10, 11, 0, time.Local)},
		{PID: 513, Parent: 512, Path: "/Applications/My Apps/Claude.app/Contents/Frameworks/Claude Helper.app/Contents/MacOS/Claude Helper", Started: time.Date(2026, 11, 23, 9, 10, 12, 0, time.Local)},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestQuitScript(t *testing.T) {
	for program, want := range map[string]string{
		"/Applications/Claude.app/Contents/MacOS/Claude": `tell application "/Applications/Claude.app" to quit`,
		`/Applications/A "B" \C.app/Contents/MacOS/x`:    `tell application "/Applications/A \"B\" \\C.app" to quit`,
	} {
		if got := quitScript(application(program)); got != want {
			t.Errorf("%s", got)
		}
	}
	if app := application("/usr/local/bin/claude"); app != "" {
		t.Errorf("%q is no application", app)
	}
}
