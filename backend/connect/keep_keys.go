package connect

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"toolbay/backend/configfile"
	"toolbay/backend/model"
)

// Vault keeps what holds keys, where the ledger must not: the texts of entries
// to which a user added one. It is the user's keychain.
type Vault interface {
	// Room tells whether texts about a server can be kept now.
	Room(server string) error
	// Put keeps texts in an item of their own and gives its name.
	Put(server string, texts map[string]string) (item string, err error)
	// Texts gives what an item holds. Error code: secret_unknown.
	Texts(server, item string) (map[string]string, error)
	// Forget forgets an item; one that is not there is no error.
	Forget(server, item string)
}

// unsealed tells that texts must not be written as they are.
func (k keptRow) unsealed() bool {
	if k.Item != "" {
		return false
	}
	for _, text := range k.Texts {
		for line := range bytes.Lines([]byte(text)) {
			if configfile.MaskSecrets(string(line)) != string(line) {
				return true
			}
		}
	}
	return k.secret
}

// tells gives the text of a line for each value of an entry, however it is
// written there, for finding keys in them.
func tells(name string, v any) (lines []string) {
	switch v := v.(type) {
	case configfile.Object:
		for _, m := range v {
			lines = append(lines, tells(m.Key, m.Value)...)
		}
	case []any:
		for _, e := range v {
			lines = append(lines, tells(name, e)...)
		}
	case string:
		quoted, _ := json.Marshal(v) // a text always encodes
		lines = append(lines, `"`+name+`": `+string(quoted), v)
	}
	return lines
}

func holdsKey(v any) bool {
	return slices.ContainsFunc(tells("", v), func(line string) bool { return configfile.MaskSecrets(line) != line })
}

// hide sees to it that a row whose texts hold a key can be kept.
func (e *edit) hide(k *keptRow, value any) error {
	if holdsKey(value) {
		k.secret = true
	}
	if !k.unsealed() {
		return nil
	}
	if e.b.vault == nil {
		return model.Fail("entry_holds_key", nil, "name", k.Name, "path", k.File)
	}
	if err := e.b.vault.Room(k.Server); err != nil {
		return model.Fail("entry_holds_key", err, "name", k.Name, "path", k.File)
	}
	return nil
}

// open gets the texts of a row out of the vault. Error codes: entry_holds_key,
// secret_unknown.
func (e *edit) open(k *keptRow) (err error) {
	if k.Item == "" || k.Texts != nil {
		return nil
	}
	why := errors.New("there is no place for keys")
	if e.b.vault != nil {
		k.secret = true
		k.Texts, why = e.b.vault.Texts(k.Server, k.Item)
	}
	if why == nil || model.Code(why) == "secret_unknown" {
		return why
	}
	return model.Fail("entry_holds_key", why, "name", k.Name, "path", k.File)
}

// seal puts the texts that hold keys into the vault, and adds the rows that keep
// entries to put. made are the items that it made.
func (c *Connector) seal(e *edit, put map[string]string) (made []keptRow, err error) {
	for key, k := range e.after.kept {
		if k.unsealed() {
			if c.Vault == nil {
				return made, model.Fail("entry_holds_key", nil, "name", k.Name, "path", k.File)
			}
			item, err := c.Vault.Put(k.Server, k.Texts)
			if err != nil {
				return made, err
			}
			k.Item = item
			e.after.kept[key] = k
			made = append(made, k)
		}
		if k.Item != "" {
			k.Texts = nil
		}
		if text := encode(k); text != encode(e.b.known.kept[key]) {
			put[key] = text
		}
	}
	return made, nil
}

// drop forgets items that were made for a change which is not made.
func (c *Connector) drop(made []keptRow) {
	for _, k := range made {
		c.Vault.Forget(k.Server, k.Item)
	}
}

// unseal forgets the items of rows that have another one now, or none.
func (c *Connector) unseal(e *edit) {
	for key, had := range e.b.known.kept {
		if had.Item != "" && had.File == e.path && e.after.kept[key].Item != had.Item && c.Vault != nil {
			c.Vault.Forget(had.Server, had.Item)
		}
	}
}

// Forget forgets what is kept of the entries of a server that is gone for good.
func (c *Connector) Forget(ctx context.Context, server string) error {
	known, err := c.ledger(ctx)
	if err != nil {
		return err
	}
	var gone []string
	for key, k := range known.kept {
		if k.Server != server {
			continue
		}
		if gone = append(gone, key); k.Item != "" && c.Vault != nil {
			c.Vault.Forget(k.Server, k.Item)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	return c.Ledger.LedgerWrite(ctx, nil, gone)
}
