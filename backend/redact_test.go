package backend

import (
	"strings"
	"testing"
)

func TestReportsNameNobody(t *testing.T) {
	const secret = "ghp_" + "0123456789abcdefghijklmnopqrstuvwxyz"
	linux := Owner{Home: "/home/maria", Names: []string{"marias-laptop", "", "maria"}}
	windows := Owner{Home: `C:\Users\Maria Lopez`, Names: []string{"DESKTOP-7"}}
	for name, c := range map[string]struct {
		of   Owner
		in   string
		want string
	}{
		"own home":                   {linux, "/home/maria/.cursor/mcp.json", "~/.cursor/mcp.json"},
		"own home alone":             {linux, "in /home/maria: nothing", "in ~: nothing"},
		"inside a sentence":          {linux, "There is no file at “/home/maria/a b/c”", "There is no file at “~/a b/c”"},
		"not a name that begins so":  {linux, "/home/marianne/x", "/home/…/x"},
		"another user":               {linux, "/home/tom/x /Users/tom/x", "/home/…/x /Users/…/x"},
		"another system":             {linux, `C:\Users\Tom Smith\x.exe`, `C:\Users\…\x.exe`},
		"a doubled slash":            {linux, `C:\\Users\\tom\\x`, `C:\\Users\\…\\x`},
		"seen from Linux on Windows": {linux, "/mnt/c/Users/tom/x", "/mnt/c/Users/…/x"},
		"seen from Windows":          {windows, `\\wsl$\Ubuntu\home\tom\x`, `\\wsl$\Ubuntu\home\…\x`},
		"the user's name":            {linux, "server maria-notes of Maria", "server …-notes of …"},
		"not a part of a word":       {linux, "mariadb", "mariadb"},
		"the computer's name":        {linux, "http://marias-laptop:8080", "http://…:8080"},
		"own home on Windows":        {windows, `C:\Users\Maria Lopez\x`, `~\x`},
		"with other slashes":         {windows, `c:/Users/Maria Lopez/x`, `c:/Users/…/x`},
		"doubled in JSON":            {windows, `C:\\Users\\Maria Lopez\\x`, `~\\x`},
		"a key":                      {linux, "token " + secret, "token •••"},
		"no home known":              {Owner{}, "/home/tom/x", "/home/…/x"},
		"home is the root":           {Owner{Home: "/"}, "/etc/x", "/etc/x"},
		"the home of root":           {Owner{Home: "/srv/root"}, "/srv/root/x as root", "~/x as root"},
		"homes that are none":        {linux, "my home/notes and https://a.example/users", "my home/… and https://a.example/users"},
	} {
		if got := c.of.anonymous(c.in); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestReportsHoldNoPathsOfTheirText(t *testing.T) {
	of := Owner{Home: "/home/maria", Names: []string{"laptop"}}
	d := Diagnosis{Checks: []DoctorCheck{{Area: AreaApps, State: CheckAttention, Code: "X", Title: "/home/maria/x is gone", File: "/home/tom/y", Where: "/mcpServers/laptop"}}}
	v := []RepairView{{App: "cursor", Path: "/home/maria/.cursor/mcp.json", Problems: []RepairProblem{{Code: "X", Severity: "error", Title: "There is nothing at /home/maria/x"}}}}
	for name, report := range map[string]string{"doctor": DoctorReport(d, of), "repair": RepairReport(v, of)} {
		for _, secret := range []string{"maria", "tom", "laptop"} {
			if strings.Contains(report, secret) {
				t.Errorf("%s tells %s: %s", name, secret, report)
			}
		}
		if !strings.Contains(report, "~/x") {
			t.Errorf("%s: %s", name, report)
		}
	}
}
