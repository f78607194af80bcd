package install

import "syscall"

// tie has the kernel end the program when the thread that started it ends,
// which it does when Toolbay is killed.
func tie(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }
