package connect

import "context"

// Ledger remembers what we wrote into the apps' files, so that we know our own
// entries again and can put every byte back. What a row says is this package's
// business: the store keeps text under a key and needs to know nothing of it.
// Memory is one for tests.
type Ledger interface {
	// LedgerRows gives all rows.
	LedgerRows(ctx context.Context) (map[string]string, error)
	// LedgerWrite stores the rows in put and forgets those in forget, all or
	// nothing; a key that is not there is no error.
	LedgerWrite(ctx context.Context, put map[string]string, forget []string) error
}
