package probe

import "sync"

// maxLog is how much of a server's output is kept.
const maxLog = 64 << 10

// tail keeps at least the last maxLog bytes written to it, at most twice that.
type tail struct {
	mu   sync.Mutex
	buf  []byte
	lost bool
}

// Write never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(p)
	if len(p) > maxLog {
		p, t.buf, t.lost = p[len(p)-maxLog:], t.buf[:0], true
	}
	if over := len(t.buf) - maxLog; over > 0 && len(t.buf)+len(p) > 2*maxLog {
		t.buf, t.lost = append(t.buf[:0], t.buf[over:]...), true
	}
	t.buf = append(t.buf, p...)
	return n, nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf)
}

func (t *tail) dropped() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lost
}
