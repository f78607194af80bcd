package profiles

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"toolbay/backend/model"
)

// FileFormat is the format of a profile's file; docs/profile.schema.json tells
// it.
const FileFormat = 1

// Bounds of a file.
const (
	MaxFile    = 4 << 20
	maxServers = 1000
	maxText    = 4096
	maxAnswers = 200
)

// File is a profile as it is given to others: without keys, and without
// anything of the computer it was made on.
type File struct {
	Schema string `json:"$schema,omitempty"`
	// Format is FileFormat.
	Format  int          `json:"toolbay"`
	Name    string       `json:"name"`
	Servers []FileServer `json:"servers"`
	// Apps are the apps that get the servers; for a project, those whose files
	// are written.
	Apps []string `json:"apps,omitempty"`
}

// FileServer is a server in a file.
type FileServer struct {
	// Name is its id on the computer where the file was made.
	Name    string        `json:"name"`
	Title   string        `json:"title,omitempty"`
	Listing string        `json:"listing,omitempty"`
	Package model.Package `json:"package"`
	// Arguments follow the package's own.
	Arguments []string          `json:"arguments,omitempty"`
	Answers   map[string]string `json:"answers,omitempty"`
	// Keys names the keys it needs. Their values are never in a file.
	Keys []string `json:"keys,omitempty"`
	// Ask names settings that were left out because they mean something on one
	// computer only.
	Ask   []string `json:"ask,omitempty"`
	Tools []string `json:"tools,omitzero"`
	Off   []string `json:"off,omitempty"`
}

// ReadFile reads a profile's file. Unknown members are passed over, as a newer
// version may have more. Error codes: profile_file_broken with the reason,
// profile_file_newer.
func ReadFile(data []byte) (File, error) {
	broken := func(err error) (File, error) { return File{}, model.Fail("profile_file_broken", err) }
	if len(data) > MaxFile {
		return broken(errors.New("it is larger than 4 MB"))
	}
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	var f File
	if err := dec.Decode(&f); err != nil {
		return broken(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return broken(errors.New("something follows the profile"))
	}
	switch {
	case f.Format == 0:
		return broken(errors.New("it has no member \"toolbay\" with the number of the format"))
	case f.Format > FileFormat || f.Format < 0:
		return File{}, model.Fail("profile_file_newer", nil)
	case len(f.Servers) > maxServers:
		return broken(fmt.Errorf("it has more than %d servers", maxServers))
	}
	name, err := CheckName(f.Name)
	if err != nil {
		return broken(errors.New("its name is none"))
	}
	f.Name = name
	seen := map[string]bool{}
	for i, s := range f.Servers {
		if err := s.check(); err != nil {
			return broken(fmt.Errorf("server %d: %w", i+1, err))
		}
		if seen[s.Name] {
			return broken(fmt.Errorf("server %d: %s is there twice", i+1, s.Name))
		}
		seen[s.Name] = true
	}
	f.Apps = set(f.Apps)
	for _, app := range f.Apps {
		if !ValidID(app) {
			return broken(errors.New("an app's id is none"))
		}
	}
	return f, nil
}

func (s FileServer) check() error {
	if !ValidID(s.Name) || len(s.Name) > 20 {
		return errors.New("its name is none")
	}
	if s.Package.Type == "" || s.Package.Identifier == "" && s.Package.URL == "" {
		return errors.New("it names no package")
	}
	if s.Package.Type == "remote" && s.Package.URL != "" && s.Package.URL != s.Package.Identifier {
		return errors.New("its name and its address differ")
	}
	if slices.Contains([]string{"local"}, s.Package.Type) || s.Package.Type == "mcpb" && !strings.HasPrefix(s.Package.Identifier, "https://") {
		return errors.New("its package is a file of one computer")
	}
	if len(s.Answers) > maxAnswers || len(s.Keys) > maxAnswers || len(s.Arguments) > maxAnswers {
		return errors.New("it has too many settings")
	}
	long := func(t string) bool { return len(t) > maxText || strings.ContainsRune(t, 0) }
	for k, v := range s.Answers {
		if long(k) || long(v) {
			return errors.New("a setting is too long")
		}
	}
	if slices.ContainsFunc(s.Arguments, long) || long(s.Title) || long(s.Listing) {
		return errors.New("a text is too long")
	}
	return nil
}

// WriteFile gives a file's bytes, the same for the same profile.
func WriteFile(f File) ([]byte, error) {
	f.Format = FileFormat
	f.Servers = append([]FileServer{}, f.Servers...)
	slices.SortFunc(f.Servers, func(a, b FileServer) int { return strings.Compare(a.Name, b.Name) })
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(f); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
