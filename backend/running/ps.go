package running

import (
	"path"
	"strconv"
	"strings"
	"time"
)

// parsePS reads what `ps -axo pid=,ppid=,uid=,lstart=,comm=` prints on macOS:
// the program's whole path stands last, with any blanks it has.
func parsePS(out string, uid int) []Process {
	var found []Process
	for line := range strings.Lines(out) {
		rest := line
		next := func() string {
			rest = strings.TrimLeft(rest, " ")
			word, after, _ := strings.Cut(rest, " ")
			rest = after
			return word
		}
		pid, err := strconv.Atoi(next())
		if err != nil {
			continue
		}
		p := Process{PID: pid}
		p.Parent, _ = strconv.Atoi(next())
		if owner, err := strconv.Atoi(next()); err != nil || owner != uid {
			continue
		}
		var when []string
		for range 5 {
			when = append(when, next())
		}
		p.Started, _ = time.ParseInLocation("Mon Jan 2 15:04:05 2006", strings.Join(when, " "), time.Local)
		p.Path = strings.TrimSpace(rest)
		if p.Path != "" {
			found = append(found, p)
		}
	}
	return found
}

// application gives the folder of the application that a program is inside of,
// "" for none.
func application(program string) string {
	for dir := program; dir != "/" && dir != "."; dir = path.Dir(dir) {
		if strings.HasSuffix(dir, ".app") {
			return dir
		}
	}
	return ""
}

// quitScript is the AppleScript that asks an application to quit, as its menu
// does.
func quitScript(app string) string {
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(app)
	return `tell application "` + quoted + `" to quit`
}
