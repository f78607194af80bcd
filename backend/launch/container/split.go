package container

import (
	"encoding/binary"
	"fmt"
	"io"
)

// split takes an engine's stream apart: frames of eight bytes (which stream,
// three zeros, the length) and the text. It holds one piece at a time, however
// long a frame is. heard is told that something came.
func split(r io.Reader, stdout, stderr io.Writer, heard chan<- struct{}) error {
	buf := make([]byte, piece)
	for {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			if err == io.EOF {
				return nil
			}
			return fmt.Errorf("read what the server says: %w", err)
		}
		select {
		case heard <- struct{}{}:
		default:
		}
		var w io.Writer
		switch head[0] {
		case 0, 1:
			w = stdout
		case 2:
			w = stderr
		default:
			return fmt.Errorf("read what the server says: stream %d", head[0])
		}
		left := int64(binary.BigEndian.Uint32(head[4:]))
		n, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{io.LimitReader(r, left)}, buf)
		if err != nil {
			return fmt.Errorf("hand on what the server says: %w", err)
		}
		if n < left {
			return io.ErrUnexpectedEOF
		}
	}
}
