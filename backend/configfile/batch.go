package configfile

import (
	"errors"
	"fmt"

	"toolbay/backend/model"
)

// Batch is several edits of one file. It is parsed once; each edit works on
// what the ones before it left; Done parses and proves the result once. The
// bytes are those that the edits give one at a time. After an error a Batch is
// of no more use.
//
//	b, err := configfile.Begin(src, configfile.JSONC)
//	trace, err := b.Insert([]string{"servers", "notes"}, entry)
//	err = b.Remove([]string{"servers", "old"}, nil)
//	out, err := b.Done()
type Batch struct {
	format Format
	was    *Document // what it began with
	doc    *Document // as it is now; was until the first edit
	wishes wish
	// read tells that doc was read as a whole from its bytes, not carried along
	// over an edit.
	read bool
	// keys lead from the root to the values of JSON that were looked into last;
	// nodes are the root and these.
	keys  []string
	nodes []*node
}

// Begin reads a file for edits; nil stands for an absent one. src is not
// changed. The codes of its errors are file_broken, file_too_big and
// file_too_deep.
func Begin(src []byte, f Format) (*Batch, error) {
	d, err := Parse(src, f)
	if err != nil {
		return nil, err
	}
	return d.Batch(), nil
}

// Batch begins edits of a file that has been read.
func (d *Document) Batch() *Batch {
	b := &Batch{format: d.format}
	b.from(d)
	return b
}

func (b *Batch) from(d *Document) {
	b.was, b.doc, b.read = d, d, true
	if d.root == nil {
		return
	}
	root := *d.root
	if o := root.obj; o != nil {
		root.obj = o.clone()
	}
	if o := root.list; o != nil {
		root.list = o.clone()
	}
	b.doc = &Document{format: d.format, src: d.src, root: &root}
	b.nodes = []*node{&root}
}

// Document is the file as it is now, until the next edit.
func (b *Batch) Document() *Document { return b.doc }

// Done gives the result: it parses, the members that were edited say what was
// meant, and nothing else has changed. nil without error means that the file
// should not exist; what was given to Begin comes back when nothing changed.
func (b *Batch) Done() ([]byte, error) {
	if b.wishes.none() {
		return b.doc.src, nil
	}
	after := b.doc
	if !b.read {
		var err error
		if after, err = Parse(b.doc.src, b.format); err != nil {
			return nil, unproved(err)
		}
	}
	if err := verify(b.was, after, &b.wishes); err != nil {
		return nil, err
	}
	return after.src, nil
}

// settle proves what was done so far and goes on from there.
func (b *Batch) settle() error {
	src, err := b.Done()
	if err != nil {
		return err
	}
	next, err := Begin(src, b.format)
	if err == nil {
		*b = *next
	}
	return err
}

// Insert is as the function of that name.
func (b *Batch) Insert(path []string, value any) (tr Trace, err error) {
	path, value, err = checkArguments(path, value)
	if err != nil {
		return Trace{}, err
	}
	if err = checkNamed(path, value); err != nil {
		return Trace{}, err
	}
	absent := b.doc.src == nil
	switch b.format {
	case TOML:
		tr, err = b.insertTOML(path, value)
	case YAML:
		tr, err = b.insertYAML(path, value, false)
	default:
		tr, err = b.insertJSON(path, value)
	}
	if err != nil {
		return Trace{}, err
	}
	tr.Absent = absent
	return tr, nil
}

// Remove is as the function of that name.
func (b *Batch) Remove(path []string, tr *Trace) error {
	path, _, err := checkArguments(path, nil)
	if err != nil {
		return err
	}
	if tr == nil {
		tr = &Trace{}
	}
	switch b.format {
	case TOML:
		err = b.removeTOML(path, *tr)
	case YAML:
		err = b.removeYAML(path, *tr)
	default:
		err = b.removeJSON(path, *tr)
	}
	if err == nil && tr.Absent && b.doc.src != nil && isBlank(b.doc.src[bomLen(b.doc.src):]) {
		return b.reparse(nil)
	}
	return err
}

// Update is as the function of that name.
func (b *Batch) Update(path []string, value Object) error {
	path, v, err := checkArguments(path, value)
	if err != nil {
		return err
	}
	if key, name, ok := named(path[len(path)-1]); ok {
		if v, has := v.(Object).Get(key); has && v != any(name) {
			return errors.New("an element gets a new name by Replace")
		}
	}
	for _, m := range v.(Object) {
		member := append(path[:len(path):len(path)], m.Key)
		switch b.format {
		case TOML:
			err = b.updateTOML(member, m.Value)
		case YAML:
			err = b.updateYAML(member, m.Value)
		default:
			err = b.updateJSON(member, m.Value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// reparse goes on with other bytes.
func (b *Batch) reparse(src []byte) error {
	d, err := Parse(src, b.format)
	if err != nil {
		return unproved(err)
	}
	b.doc, b.read, b.keys, b.nodes = d, true, nil, nil
	if d.root != nil {
		b.nodes = []*node{d.root}
	}
	return nil
}

// first writes the first value of a file that had none.
func (b *Batch) first(out []byte, path []string, value any) error {
	b.wishes.put(nil, wrap(path, value))
	return b.reparse(out)
}

// unproved is for an edit that did not come out as meant: a fault of this
// package. The file stays as it is.
func unproved(why error) error {
	return fmt.Errorf("edit of a settings file came out wrong, nothing was written: %w", why)
}

func exists(step string) error { return model.Fail(CodeExists, nil, "name", stepName(step)) }
