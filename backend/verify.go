package backend

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"toolbay/backend/install"
	"toolbay/backend/model"
	"toolbay/backend/runtimes/engine"
	"toolbay/backend/text"
)

// States of a server that was verified.
const (
	VerifiedOK      = "ok"
	VerifiedWrong   = "wrong"
	VerifiedUnknown = "unknown" // nothing wrong was seen, but not everything could be looked at
)

// VerifyResult is one server as verify sees it.
type VerifyResult struct {
	Server  string `json:"server"`
	Title   string `json:"title"`
	Version string `json:"version"`
	State   string `json:"state"`
	// Files is how many files were compared.
	Files    int       `json:"files"`
	Findings []Finding `json:"findings"`
	// Hint is the remedy, "" when nothing is wrong.
	Hint string `json:"hint"`
}

// Finding is one thing that verify noticed. Codes: file_changed, file_missing,
// file_added (it could be run), file_extra (it could not, and is not wrong),
// receipt_unreadable, receipt_other, seal_missing, lock_missing,
// program_missing, image_missing, image_unknown, signer_other.
type Finding struct {
	Code string `json:"code"`
	Path string `json:"path"`
	Text string `json:"text"`
}

// notWrong are findings that leave a server as good as it was.
var notWrong = map[string]bool{"file_extra": true, "seal_missing": true, "image_unknown": true}

// Verify compares servers, all unless some are named, with what was installed:
// every file with its digest, the receipt with what is started, an image with
// its digest. It changes nothing. Error code: server_unknown.
func (b *Backend) Verify(ctx context.Context, ids ...string) ([]VerifyResult, error) {
	servers, err := b.Servers(ctx)
	if err != nil {
		return nil, err
	}
	out := []VerifyResult{}
	for _, id := range unique(ids) {
		if _, err := b.server(ctx, id); err != nil {
			return nil, err
		}
	}
	for _, v := range servers {
		if len(ids) > 0 && !slices.Contains(ids, v.ID) {
			continue
		}
		out = append(out, b.verify(ctx, v))
		if err := ctx.Err(); err != nil {
			return nil, model.Fail("cancelled", err)
		}
	}
	return out, nil
}

func (b *Backend) verify(ctx context.Context, v ServerView) VerifyResult {
	s := v.Server
	r := VerifyResult{Server: s.ID, Title: v.Title, Version: s.Version, State: VerifiedOK, Findings: []Finding{}}
	find := func(code, path string) {
		switch {
		case !notWrong[code]:
			r.State = VerifiedWrong
		case code != "file_extra" && r.State == VerifiedOK:
			r.State = VerifiedUnknown
		}
		r.Findings = append(r.Findings, Finding{Code: code, Path: path, Text: text.Line("verify."+code, "path", path)})
	}
	if s.Dir != "" {
		b.verifyFolder(s, &r, find)
	}
	if s.Container == nil && s.Remote == nil {
		if st, err := os.Stat(s.Command); err != nil || !st.Mode().IsRegular() {
			find("program_missing", s.Command)
		}
	}
	for _, c := range imagesOf(s.Container) {
		switch there, err := hasImage(ctx, c); {
		case err != nil:
			find("image_unknown", c.Image)
		case !there:
			find("image_missing", c.Image)
		}
	}
	if r.State != VerifiedOK {
		r.Hint = text.Line("verify.remedy", "server", s.ID)
	}
	return r
}

// hasImage asks the engine of a container whether its image is there, by its
// digest. An error tells that nobody knows.
func hasImage(ctx context.Context, c model.Container) (bool, error) {
	at, err := engine.ParseAddress(c.Engine)
	if err != nil {
		return false, err
	}
	e, err := engine.Open(at)
	if err != nil {
		return false, err
	}
	defer e.Close()
	if err := e.Check(ctx); err != nil {
		return false, err
	}
	_, err = e.Image(ctx, c.Image)
	if model.Code(err) == "image_missing" {
		return false, nil
	}
	return err == nil, err
}

// verifyFolder compares a server's folder with its seal, and its receipt with
// the server.
func (b *Backend) verifyFolder(s model.Server, r *VerifyResult, find func(code, path string)) {
	found, err := install.Verify(s.Dir)
	if err != nil {
		find(model.Code(err), "")
	}
	r.Files = found.Files
	for _, x := range []struct {
		code  string
		paths []string
	}{{"file_changed", found.Changed}, {"file_missing", found.Missing}, {"file_added", found.Added}, {"file_extra", found.Extra}} {
		for _, path := range x.paths {
			find(x.code, path)
		}
	}
	receipt, err := install.ReadReceipt(s.Dir)
	// What runs online changes by itself: each hello tells its version anew.
	switch {
	case err != nil:
		find("receipt_unreadable", install.ReceiptName)
		return
	case s.Remote == nil && receipt.Version != s.Version || receipt.Server != s.ID:
		find("receipt_other", install.ReceiptName)
	case receipt.Signer != s.Signer:
		find("signer_other", install.ReceiptName)
	}
	if receipt.Type == "local" && !sameProgram(s.Package.Identifier, receipt.SHA256) {
		find("file_changed", s.Package.Identifier)
	}
	if receipt.Lock != "" && !locks(filepath.Join(s.Dir, filepath.FromSlash(receipt.Lock)), receipt) {
		find("lock_missing", receipt.Lock)
	}
	if s.Container != nil && receipt.Image != "" && receipt.Image != s.Container.Image {
		find("image_missing", s.Container.Image)
	}
}

// locks tells whether the list of a server's parts is there and has the digest
// that the receipt tells.
func locks(file string, r install.Receipt) bool {
	data, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	for _, digest := range strings.Fields(r.Integrity) {
		if r.Type == "npm" && !strings.Contains(string(data), digest) {
			return false
		}
	}
	return true
}
