package launch

import (
	"fmt"
	"os"
	"os/exec"
	"unsafe"

	"golang.org/x/sys/windows"

	"toolbay/backend/model"
)

// start runs the server as a child and ends with its exit code. This program
// joins a job that dies with it, and what it starts is born into that job, so
// an app that kills us kills the server and everything the server started.
func start(c Command, spec Spec) error {
	if err := joinJob(); err != nil {
		return fmt.Errorf("start %s: %w", c.Path, err)
	}
	code, err := supervise(c)
	if err != nil {
		return model.Fail("program_missing", fmt.Errorf("start %s: %w", c.Path, err), "server", spec.name())
	}
	os.Exit(code)
	return nil
}

// tie has the child die with this program.
func tie(*exec.Cmd) error { return joinJob() }

// askToEnd ends a program: Windows knows no way to ask one without a window.
func askToEnd(p *os.Process) error { return p.Kill() }

// joinJob puts this program into a new job that ends when its last handle is
// closed. The only handle is ours, is not inherited and is never closed by us.
func joinJob() error {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return fmt.Errorf("create job: %w", err)
	}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{
		BasicLimitInformation: windows.JOBOBJECT_BASIC_LIMIT_INFORMATION{LimitFlags: windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE},
	}
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err == nil {
		err = windows.AssignProcessToJobObject(job, windows.CurrentProcess())
	}
	if err != nil {
		windows.CloseHandle(job)
		return fmt.Errorf("join job: %w", err)
	}
	return nil
}
