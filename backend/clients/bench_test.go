package clients

import "testing"

// BenchmarkLoad and BenchmarkLook are what every command pays that asks for the
// apps: reading the table, and looking at a computer that has none of them.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(""); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLook(b *testing.B) {
	table, err := Load("")
	if err != nil {
		b.Fatal(err)
	}
	sys := Real()
	sys.Home = b.TempDir()
	for b.Loop() {
		table.Look(sys, "")
	}
}
