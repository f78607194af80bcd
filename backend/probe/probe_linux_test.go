package probe

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// told finds the processes that the servers have put into the log.
var told = regexp.MustCompile(`(?m)^(\w+)=(\d+)$`)

func TestRunLeavesNoProcess(t *testing.T) {
	cases := []struct {
		name, code string
		processes  int
	}{
		{"stays", "", 1},
		{"parent", "", 3}, // one child in its group, one in a session of its own
		{"leaves-a-child", "start_exited", 2},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			p := Run(t.Context(), command(c.name), Options{Timeout: 20 * time.Second})
			if p.Code != c.code {
				t.Fatalf("%+v", p)
			}
			if took := time.Since(began); took > 15*time.Second {
				t.Errorf("took %v", took)
			}
			pids := told.FindAllStringSubmatch(p.Log, -1)
			if len(pids) != c.processes {
				t.Fatalf("the log tells of %d processes, want %d: %s", len(pids), c.processes, p.Log)
			}
			for _, m := range pids {
				pid, err := strconv.Atoi(m[2])
				if err != nil {
					t.Fatal(err)
				}
				// The kernel takes a moment to end a killed process, and the one
				// who adopted it to see that.
				tick := time.NewTicker(5 * time.Millisecond)
				defer tick.Stop()
				for tries := 1000; alive(pid); <-tick.C {
					if tries--; tries == 0 {
						t.Fatalf("%s (%d) lives on", m[1], pid)
					}
				}
			}
		})
	}
}

func alive(pid int) bool {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(data), ") ")
	return !strings.HasPrefix(rest, "Z") && !strings.HasPrefix(rest, "X")
}

func TestRunLeavesNothingOpen(t *testing.T) {
	open := func() int {
		files, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(files)
	}
	Run(t.Context(), command("good"), Options{}) // what the runtime opens once
	before := open()
	for _, name := range []string{"good", "exits", "leaves-a-child", "gone"} {
		c := command(name)
		if name == "gone" {
			c.Path = "/nowhere/program"
		}
		Run(t.Context(), c, Options{})
	}
	if after := open(); after != before {
		t.Fatalf("%d files were open before, %d after", before, after)
	}
}
