package main

import (
	"testing"

	"toolbay/internal/dataset"
)

func TestScore(t *testing.T) {
	cases, err := readCases(dataset.Path(t, "broken-configs/dev"), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.ID, func(t *testing.T) {
			for _, f := range c.score().faults {
				t.Error(f)
			}
		})
	}
}

func TestHealthyFilesRaiseNoAlarm(t *testing.T) {
	n, faults := falseAlarms()
	if n < 200 {
		t.Fatalf("looked at %d files only", n)
	}
	for _, f := range faults {
		t.Error(f)
	}
}
