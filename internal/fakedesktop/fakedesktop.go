// Package fakedesktop is a made-up Claude Desktop. It is a fake: it has no
// window and talks to nobody. It does to its file what the real one does: it
// reads it when it is started, and writes it from memory when it closes, so
// that what was written meanwhile is lost; when it is told to forget, it drops
// the servers at its start, as reports of 2026 have it. Tests only may import
// it; internal/fakedesktop/cmd is the program.
//
//	FAKE_DESKTOP_SAYS=/tmp/says claude-desktop &
package fakedesktop

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

// Main is the program. Its file is where the real one has it on Linux. The
// environment tells it the rest: FAKE_DESKTOP_FORGETS that it drops the servers
// at its start, FAKE_DESKTOP_STAYS that it does not close when it is asked,
// FAKE_DESKTOP_SAYS a file that gets a line when it has started, is asked and
// has closed.
func Main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "the fake Claude Desktop:", err)
		os.Exit(1)
	}
}

func run() error {
	home, err := os.UserHomeDir()
	if err != nil {
		return err
	}
	file := filepath.Join(home, ".config", "Claude", "claude_desktop_config.json")
	asked := make(chan os.Signal, 4)
	signal.Notify(asked, syscall.SIGTERM, os.Interrupt)
	memory, err := read(file)
	if err != nil {
		return err
	}
	if os.Getenv("FAKE_DESKTOP_FORGETS") != "" {
		delete(memory, "mcpServers")
		if err := write(file, memory); err != nil {
			return err
		}
	}
	if err := say("started"); err != nil {
		return err
	}
	for range asked {
		if os.Getenv("FAKE_DESKTOP_STAYS") == "" {
			break
		}
		if err := say("asked"); err != nil {
			return err
		}
	}
	if err := write(file, memory); err != nil {
		return err
	}
	return say("closed")
}

func read(file string) (map[string]json.RawMessage, error) {
	memory := map[string]json.RawMessage{}
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return memory, nil
	}
	if err != nil {
		return nil, err
	}
	return memory, json.Unmarshal(data, &memory)
}

// write writes in place, as the real one does.
func write(file string, memory map[string]json.RawMessage) error {
	data, err := json.MarshalIndent(memory, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}

func say(what string) error {
	to := os.Getenv("FAKE_DESKTOP_SAYS")
	if to == "" {
		return nil
	}
	f, err := os.OpenFile(to, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, what)
	return errors.Join(err, f.Close())
}
