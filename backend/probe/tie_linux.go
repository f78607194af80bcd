package probe

import "syscall"

// tie has the kernel end the server when the thread that started it ends, which
// it does when Toolbay is killed: some servers do not mind the end of their
// input.
func tie(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }
