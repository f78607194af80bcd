package probe

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// member is one process, told from a later one of the same number by the time
// it began.
type member struct {
	pid   int
	began string
}

// descendants are all processes below pid. A server's helper that made a group
// or session of its own is among them as long as its parent lives.
func descendants(pid int) []member {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil
	}
	below := map[int][]member{}
	for _, path := range stats {
		n, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil {
			continue
		}
		if parent, began, ok := readStat(n); ok {
			below[parent] = append(below[parent], member{n, began})
		}
	}
	found := below[pid]
	for i := 0; i < len(found); i++ {
		found = append(found, below[found[i].pid]...)
	}
	return found
}

// readStat gives parent and start time, fields 4 and 22 of proc_pid_stat(5).
func readStat(pid int) (parent int, began string, ok bool) {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, "", false
	}
	// The name in field 2 may hold spaces and brackets of its own.
	fields := bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:])
	if len(fields) < 20 {
		return 0, "", false
	}
	parent, err = strconv.Atoi(string(fields[1]))
	return parent, string(fields[19]), err == nil
}

func (m member) kill() {
	if _, began, ok := readStat(m.pid); ok && began == m.began {
		syscall.Kill(m.pid, syscall.SIGKILL)
	}
}
