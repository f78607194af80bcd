package main

import (
	"syscall"
	"time"
)

// changed is when a file, or its name, last changed.
func changed(st *syscall.Stat_t) time.Time { return time.Unix(st.Ctim.Unix()) }
