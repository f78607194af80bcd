package configfile

import "bytes"

// Text is the function Text for a document that is parsed already.
func (d *Document) Text(path ...string) ([]byte, error) { return d.text(path) }

// Commented tells whether there may be a comment in the file: what begins one
// occurs.
func (d *Document) Commented() bool {
	return bytes.Contains(d.src, []byte("#")) || bytes.Contains(d.src, []byte("//")) || bytes.Contains(d.src, []byte("/*"))
}
