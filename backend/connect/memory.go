package connect

import (
	"context"
	"maps"
	"sync"
)

// Memory is a Ledger that lasts as long as the program; its zero value is
// ready for use.
type Memory struct {
	mu   sync.Mutex
	rows map[string]string
}

// LedgerRows gives a copy of all rows.
func (m *Memory) LedgerRows(context.Context) (map[string]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rows == nil {
		return map[string]string{}, nil
	}
	return maps.Clone(m.rows), nil
}

// LedgerWrite changes rows; it never fails.
func (m *Memory) LedgerWrite(_ context.Context, put map[string]string, forget []string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rows == nil {
		m.rows = map[string]string{}
	}
	for _, k := range forget {
		delete(m.rows, k)
	}
	maps.Copy(m.rows, put)
	return nil
}
