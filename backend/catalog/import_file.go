package catalog

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"toolbay/backend/catalog/source"
	"toolbay/backend/catalog/source/docker"
	"toolbay/backend/catalog/source/mcpm"
	"toolbay/backend/catalog/source/toolhive"
)

// contents finds out by its first characters what a file is.
func (m *importer) contents(ctx context.Context, in *bufio.Reader) error {
	if mark, err := in.Peek(3); err == nil && string(mark) == "\ufeff" {
		in.Discard(3)
	}
	var first byte
	for {
		b, err := in.ReadByte()
		if err != nil {
			return err
		}
		if b != ' ' && b != '\t' && b != '\r' && b != '\n' {
			first = b
			in.UnreadByte()
			break
		}
	}
	switch first {
	case '[':
		return m.elements(ctx, newValues(in))
	case '{':
		return m.objects(ctx, newValues(in))
	}
	whole, err := io.ReadAll(limit(in, maxWhole))
	if err != nil {
		return err
	}
	return m.yaml(ctx, whole)
}

func (m *importer) yaml(ctx context.Context, whole []byte) error {
	if crowded(whole, maxParts) {
		return errTooBig
	}
	o, err := docker.Parse(whole)
	if err != nil {
		return err
	}
	if o.Has("registry") {
		found, err := docker.Servers(o)
		return m.takeAll(ctx, found, err)
	}
	if !o.Has("name") || m.loose {
		return errors.New("neither a catalogue nor a server")
	}
	return m.take(ctx, docker.Server(whole, nil))
}

// elements takes each element of the list that d is at.
func (m *importer) elements(ctx context.Context, d *values) error {
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return errors.Join(errors.New("no list"), err)
	}
	if err := m.rest(ctx, d); err != nil {
		return err
	}
	return d.end()
}

// rest takes the elements of a list that d is in.
func (m *importer) rest(ctx context.Context, d *values) error {
	for d.More() {
		if err := m.next(ctx, d); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// next takes the record that d is at.
func (m *importer) next(ctx context.Context, d *values) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var raw json.RawMessage
	if err := d.Decode(&raw, maxWhole); err != nil {
		return fmt.Errorf("after %d records: %w", m.Read, err)
	}
	return m.take(ctx, m.record(raw))
}

// objects reads what begins with an object: a page of a registry, a catalogue
// in one piece, a single record, or one record to a line.
func (m *importer) objects(ctx context.Context, d *values) error {
	rest := map[string]json.RawMessage{}
	size, paged := 0, false
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		key := t.(string)
		var raw json.RawMessage
		if key == "servers" {
			// Too long to be held, unless it is a map.
			if t, err = d.Token(); err != nil {
				return err
			}
			switch t {
			case json.Delim('['):
				paged = true
				if err := m.rest(ctx, d); err != nil {
					return err
				}
				continue
			case json.Delim('{'):
				if raw, err = objectOf(d, maxWhole-size); err != nil {
					return err
				}
			case nil:
				paged = true
				continue
			default:
				return errors.New("no list of servers")
			}
		} else if err := d.Decode(&raw, maxWhole-size); err != nil {
			return err
		}
		if size += len(raw); size > maxWhole {
			return errTooBig
		}
		rest[key] = raw
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	if !paged {
		if err := m.whole(ctx, rest); err != nil {
			return err
		}
	}
	for d.More() { // one record to a line
		if err := m.next(ctx, d); err != nil {
			return err
		}
	}
	return d.end()
}

// objectOf gives the object that d is in, of at most so many bytes.
func objectOf(d *values, most int) (json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	size := 0
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		var raw json.RawMessage
		if err := d.Decode(&raw, most-size); err != nil {
			return nil, err
		}
		if size += len(raw); size > most {
			return nil, errTooBig
		}
		out[t.(string)] = raw
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	return json.Marshal(out)
}

// whole takes an object that was read in one piece.
func (m *importer) whole(ctx context.Context, o map[string]json.RawMessage) error {
	body, err := json.Marshal(o)
	if err != nil {
		return err
	}
	if crowded(body, maxParts) {
		return errTooBig
	}
	var found []source.Entry
	switch {
	case o["toolbay"] != nil: // the first line of what Toolbay exported
		return checkExport(body)
	case o["registry"] != nil && begins(o["registry"], '{'):
		found, err = docker.Catalogue(body)
	case begins(o["data"], '{') || begins(o["servers"], '{') || begins(o["remote_servers"], '{'):
		found, err = toolhive.Registry(body)
	case isMCPM(o):
		found, err = mcpm.Servers(body)
	default:
		return m.take(ctx, m.record(body))
	}
	return m.takeAll(ctx, found, err)
}

// crowded tells whether a text in JSON or YAML may have more values than that.
func crowded(text []byte, most int) bool {
	if len(text) <= most {
		return false
	}
	n := 0
	for _, mark := range []string{",", ":", "-", "?", "[", "{"} {
		n += bytes.Count(text, []byte(mark))
	}
	return n > most
}

func begins(raw json.RawMessage, with byte) bool {
	raw = bytes.TrimLeft(raw, " \t\r\n")
	return len(raw) > 0 && raw[0] == with
}

// isMCPM tells mcpm's list by its values: most say how they are installed.
func isMCPM(o map[string]json.RawMessage) bool {
	n := 0
	for _, raw := range o {
		if begins(raw, '{') && bytes.Contains(raw, []byte(`"installations"`)) {
			n++
		}
	}
	return n > 0 && n*2 >= len(o)
}

// values reads JSON of any length, of which no value may be long: a decoder
// holds the one that it is at.
type values struct {
	*json.Decoder
	in *ahead
}

func newValues(r io.Reader) *values {
	in := &ahead{r: r}
	return &values{json.NewDecoder(in), in}
}

// ahead reads no further than until.
type ahead struct {
	r           io.Reader
	read, until int64
}

func (a *ahead) Read(p []byte) (int, error) {
	if a.read >= a.until {
		return 0, errTooBig
	}
	n, err := a.r.Read(p[:min(int64(len(p)), a.until-a.read)])
	a.read += int64(n)
	return n, err
}

func (d *values) allow(most int) { d.in.until = d.InputOffset() + int64(most) }

func (d *values) More() bool {
	d.allow(maxWhole)
	return d.Decoder.More()
}

func (d *values) Token() (json.Token, error) {
	d.allow(maxWhole)
	return d.Decoder.Token()
}

// Decode reads a value of at most so many bytes.
func (d *values) Decode(v any, most int) error {
	d.allow(most)
	return d.Decoder.Decode(v)
}

// end fails when something follows, or the rest could not be read.
func (d *values) end() error {
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.Join(errors.New("something follows that is no record"), err)
	}
	return nil
}
