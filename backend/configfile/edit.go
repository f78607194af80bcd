package configfile

import (
	"bytes"
	"errors"
	"fmt"
)

// Insert adds the member path with a value, creating the parents it needs, as
// the last of its object. src is not changed; nil stands for an absent file,
// and in a blank one a whole document is written. The codes of its errors are
// file_broken, file_too_big, file_too_deep, entry_exists and wrong_shape.
func Insert(src []byte, f Format, path []string, value any) (out []byte, tr Trace, err error) {
	b, err := Begin(src, f)
	if err != nil {
		return nil, Trace{}, err
	}
	if tr, err = b.Insert(path, value); err != nil {
		return nil, Trace{}, err
	}
	if out, err = b.Done(); err != nil {
		return nil, Trace{}, err
	}
	return out, tr, nil
}

// Remove takes the member path away, with its separator and the comments on
// its line. With the Trace of its Insert it also takes away what Insert had
// created, when nothing else is in it. A nil out without error means that the
// file should not exist. When there is no such member, out is src. The codes
// of its errors are file_broken, file_too_big, file_too_deep and wrong_shape.
func Remove(src []byte, f Format, path []string, tr *Trace) (out []byte, err error) {
	b, err := Begin(src, f)
	if err != nil {
		return nil, err
	}
	if err := b.Remove(path, tr); err != nil {
		return nil, err
	}
	return b.Done()
}

// Update gives the members of value to the object at path. What is equal
// already is not touched, nor is any member that value does not name; out is
// src when there is nothing to do. The codes of its errors are those of Insert;
// wrong_shape also when there is no object at path.
func Update(src []byte, f Format, path []string, value Object) (out []byte, err error) {
	b, err := Begin(src, f)
	if err != nil {
		return nil, err
	}
	if err := b.Update(path, value); err != nil {
		return nil, err
	}
	return b.Done()
}

// checkArguments brings a path and a value to the form in which Parse gives
// them.
func checkArguments(path []string, value any) ([]string, any, error) {
	if len(path) == 0 || len(path) > MaxDepth/2 {
		return nil, nil, fmt.Errorf("path of %d parts", len(path))
	}
	if isNamed(path[0]) {
		return nil, nil, errors.New("a list cannot be the whole file")
	}
	clean := make([]string, len(path))
	for i, k := range path {
		clean[i] = validText(k)
	}
	v, err := normal(value)
	return clean, v, err
}

// whole writes the first value of a file that had none.
func whole(src []byte, f Format, text func(l layout) string) ([]byte, *Whole) {
	return wholeBetween(src, f, bomLen(src), len(src), text)
}

// wholeBetween does so between the marks of a document.
func wholeBetween(src []byte, f Format, from, to int, text func(l layout) string) ([]byte, *Whole) {
	at, _ := f.lastComment(src, from, to)
	l := layout{eol: eolNear(src, len(src)), unit: "  ", indent: "  ", colon: ": ", sep: ", "}
	w := &Whole{Had: string(src[at:to]), Tail: l.eol}
	if at > bomLen(src) {
		w.Lead = l.eol
	}
	return splice(src, []edit{{span{at, to}, w.Lead + text(l) + w.Tail}}), w
}

// undo puts back what stood in place of the value at v, the only one.
func (w *Whole) undo(src []byte, v span) []byte {
	if bytes.HasSuffix(src[:v.start], []byte(w.Lead)) {
		v.start -= len(w.Lead)
	}
	if bytes.HasPrefix(src[v.end:], []byte(w.Tail)) {
		v.end += len(w.Tail)
	}
	return splice(src, []edit{{v, w.Had}})
}
