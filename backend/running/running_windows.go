package running

import (
	"context"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// processes lists the programs of the user's own session.
func processes(ctx context.Context, _ func(Process) bool) ([]Process, error) {
	snapshot, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPPROCESS, 0)
	if err != nil {
		return nil, err
	}
	defer windows.CloseHandle(snapshot)
	var ours uint32
	if err := windows.ProcessIdToSessionId(windows.GetCurrentProcessId(), &ours); err != nil {
		return nil, err
	}
	entry := windows.ProcessEntry32{}
	entry.Size = uint32(unsafe.Sizeof(entry))
	var found []Process
	for err = windows.Process32First(snapshot, &entry); err == nil; err = windows.Process32Next(snapshot, &entry) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var session uint32
		if windows.ProcessIdToSessionId(entry.ProcessID, &session) != nil || session != ours {
			continue
		}
		p := Process{PID: int(entry.ProcessID), Parent: int(entry.ParentProcessID), Called: windows.UTF16ToString(entry.ExeFile[:])}
		p.look()
		found = append(found, p)
	}
	return found, nil
}

// look adds what only an open process tells; one that may not be opened keeps
// its name alone.
func (p *Process) look() {
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(p.PID))
	if err != nil {
		return
	}
	defer windows.CloseHandle(h)
	buffer := make([]uint16, windows.MAX_LONG_PATH)
	size := uint32(len(buffer))
	if windows.QueryFullProcessImageName(h, 0, &buffer[0], &size) == nil {
		p.Path = windows.UTF16ToString(buffer[:size])
	}
	var created, exited, kernel, user windows.Filetime
	if windows.GetProcessTimes(h, &created, &exited, &kernel, &user) == nil {
		p.Started = time.Unix(0, created.Nanoseconds())
	}
}

// askToClose sends the program's windows what their close button sends.
func askToClose(ctx context.Context, p Process) error {
	system, err := windows.GetSystemDirectory()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	kill := exec.CommandContext(ctx, filepath.Join(system, "taskkill.exe"), "/PID", strconv.Itoa(p.PID))
	kill.SysProcAttr = &syscall.SysProcAttr{HideWindow: true}
	return kill.Run()
}

// homeOf: the system does not tell.
func homeOf(int) string { return "" }
