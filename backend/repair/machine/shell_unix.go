//go:build !windows

package machine

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// shells are those that understand what askShell asks.
var shells = []string{"bash", "zsh", "sh", "dash", "ksh", "mksh", "fish"}

// mark stands around the answer: startup files may print what they like.
const mark = "=toolbay-path="

// maxAnswer bounds what a shell may say, in bytes.
const maxAnswer = 256 << 10

// askShell gives the PATH of a login shell as a terminal starts it, "" when
// that cannot be known. What is asked is the same for everybody: nothing of a
// file becomes part of it.
func askShell(ctx context.Context, shell, home string) string {
	if !filepath.IsAbs(shell) || !slices.Contains(shells, filepath.Base(shell)) {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for _, flags := range [][]string{{"-l", "-i"}, {"-l"}} { // some startup files stop a shell that nobody looks at
		cmd := exec.CommandContext(ctx, shell, append(flags, "-c", `printf '`+mark+`%s`+mark+`' "$PATH"`)...)
		cmd.Dir = home
		cmd.Env = append(os.Environ(), "HOME="+home, "TERM=dumb", "DISABLE_AUTO_UPDATE=true", "ZSH_TMUX_AUTOSTART=false")
		// A session of its own: an interactive shell must not take our terminal.
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
		cmd.WaitDelay = time.Second
		var out bytes.Buffer
		cmd.Stdout = limited{&out}
		cmd.Stderr = io.Discard
		err := cmd.Run()
		if _, rest, ok := strings.Cut(out.String(), mark); ok {
			if list, _, ok := strings.Cut(rest, mark); ok {
				return list
			}
		}
		if err == nil || ctx.Err() != nil {
			break
		}
	}
	return ""
}

// limited takes no more than maxAnswer; the rest is thrown away.
type limited struct{ to *bytes.Buffer }

func (l limited) Write(p []byte) (int, error) {
	if room := maxAnswer - l.to.Len(); room > 0 {
		l.to.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
