package bridge

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"time"
)

// event is one event of a stream (the HTML standard's "server-sent events").
type event struct {
	name string
	data []byte
}

// events reads a stream. id and retry are the last ones it told.
type events struct {
	r     *bufio.Reader
	id    string
	retry time.Duration
	// seen counts the events there were.
	seen int
}

func newEvents(r io.Reader) *events { return &events{r: bufio.NewReaderSize(r, 16<<10)} }

// next gives the next event that has data; io.EOF at the end of the stream, in
// which an event that is not complete is dropped, and errLine for one above
// maxMessage.
func (e *events) next() (event, error) {
	var out event
	var data []byte
	lines := 0
	for {
		line, err := e.line()
		if err != nil {
			return event{}, err
		}
		if len(line) == 0 {
			if lines == 0 && out.name == "" {
				continue
			}
			e.seen++
			if lines == 0 || len(data) == 0 {
				// Servers open a stream with an event that only has an id.
				out, lines = event{}, 0
				continue
			}
			out.data = data
			return out, nil
		}
		field, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(field) {
		case "event":
			out.name = string(value)
		case "data":
			if lines++; lines > 1 {
				data = append(data, '\n')
			}
			if len(data)+len(value) > maxMessage {
				return event{}, errLine
			}
			data = append(data, value...)
		case "id":
			if len(value) <= 1024 && !bytes.ContainsAny(value, "\x00\r\n") {
				e.id = string(value)
				e.seen++
			}
		case "retry":
			if ms, err := strconv.Atoi(string(value)); err == nil && ms >= 0 {
				e.retry = min(time.Duration(ms)*time.Millisecond, longestWait)
			}
		}
	}
}

// line gives one line; it ends with LF, CRLF or, as the standard has it, CR.
func (e *events) line() ([]byte, error) {
	line, err := readLine(e.r)
	switch {
	case errors.Is(err, errLine):
		return nil, err
	case err != nil:
		return nil, io.EOF
	}
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
	return bytes.TrimPrefix(line, []byte("\ufeff")), nil
}
